"""What only processes, signals and sockets can show: a sample of what the other cases try without them."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from incident.sandbox.faults import Fault
from tests.faults.discovery import harness_on, worker_that_makes
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import Allowed, wrong_with_incident
from tests.faults.stores import SqliteFile
from tests.faults.tampering import Tampering

CREATING = ("slack.chat.postMessage", "drive.files.copy", "sheets.spreadsheets.batchUpdate")
"""Calls of three services, by different clients, that must not be made twice."""


@pytest.fixture(scope="module")
def one_harness() -> Iterator[Harness]:
    with (
        tempfile.TemporaryDirectory() as folder,
        harness_on(SqliteFile(Path(folder) / "incidents")) as harness,
    ):
        yield harness


@pytest.fixture
def processes(one_harness: Harness) -> Iterator[Harness]:
    """A harness whose workers can be processes."""
    with one_harness.in_place() as harness:
        harness.reset()
        yield harness


@pytest.mark.first_calls("declare")
def test_a_process_is_killed_after_any_call(first_call_of: tuple[str, str], processes: Harness) -> None:
    call = first_call_of[1]
    method, _, number = call.rpartition(" ")
    message = processes.say(f"/incident {TITLE}")
    processes.kill_at(method, int(number), "acted")
    assert processes.deliver_to_process(message, worker_that_makes(call)).status == 0
    processes.later(60)
    processes.settle(message)
    assert wrong_with_incident(processes, Allowed(receipts=2, calls=2)) == []


@pytest.mark.parametrize("method", CREATING)
def test_a_process_that_froze_wakes_up_beside_the_worker_that_took_over(
    method: str, processes: Harness
) -> None:
    """It makes one call at a time.

    One that freezes in the microseconds between its last look at the clock and the socket would still send
    what it was about to; no service that the bot uses can fence that off.
    """
    message = processes.say(f"/incident {TITLE}")
    frozen = processes.freeze_process_at(method, 1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(processes.deliver_to_process, message, Tampering(threads=1))
        pids = frozen.result(20)
        try:
            processes.later(60)
            processes.settle(message)
        finally:
            processes.workers.signal(signal.SIGCONT, pids)
        assert not first.result(20).acknowledged
    assert wrong_with_incident(processes, Allowed(receipts=2, calls=2)) == []


@pytest.mark.parametrize("method", CREATING)
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=0),
        Fault(status=0, acts=True),
        Fault(status=0, orderly=True),
        Fault(status=0, acts=True, orderly=True),
        Fault(hang=1.5),
        Fault(hang=1.5, acts=True),
    ],
    ids=("reset", "reset_though_done", "closed", "closed_though_done", "silent", "silent_though_done"),
)
def test_a_connection_breaks(method: str, fault: Fault, processes: Harness) -> None:
    message = processes.say(f"/incident {TITLE}")
    processes.fault_injector.break_(method, fault, times=1)
    assert processes.deliver_to_process(message, patience=1 if fault.hang else 0).acknowledged
    processes.later(60)
    processes.settle(message)
    assert wrong_with_incident(processes, Allowed(receipts=2, calls=2)) == []
