"""A worker is killed at any remote call of a declaration whose runs are kept in Firestore."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.sandbox.faults import Moment
from tests.contract.conftest import firestore_emulator  # noqa: F401 - the fixture
from tests.faults.discovery import harness_on, worker_that_makes
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import Allowed, wrong_with_incident
from tests.faults.stores import EmulatedFirestore
from tests.faults.tampering import Tampering


@pytest.fixture(scope="module")
def one_harness(firestore_emulator: str) -> Iterator[Harness]:  # noqa: F811 - it is that fixture
    with harness_on(EmulatedFirestore(firestore_emulator)) as harness:
        yield harness


@pytest.fixture
def harness_on_firestore(one_harness: Harness) -> Iterator[Harness]:
    with one_harness.in_place() as harness:
        harness.reset()
        yield harness


@pytest.mark.first_calls("declare")
@pytest.mark.parametrize("moment", ["arrived", "acted"])
def test_a_worker_killed_at_any_call(
    first_call_of: tuple[str, str], moment: Moment, harness_on_firestore: Harness
) -> None:
    harness = harness_on_firestore
    call = first_call_of[1]
    method, _, number = call.rpartition(" ")
    message = harness.say(f"/incident {TITLE}")
    harness.kill_at(method, int(number), moment)
    assert harness.deliver(message, tampering=worker_that_makes(call)).status == 0
    harness.later(60)
    harness.settle(message)
    assert wrong_with_incident(harness, Allowed(receipts=2, calls=2)) == []


@pytest.mark.store_calls("declare")
@pytest.mark.parametrize("acts", [False, True])
def test_a_worker_killed_at_any_call_of_the_store(
    store_call_of: tuple[str, int], acts: bool, harness_on_firestore: Harness
) -> None:
    harness = harness_on_firestore
    message = harness.say(f"/incident {TITLE}")
    harness.settle(message, Tampering(threads=1, store_acts=acts).at_store_call(store_call_of[1]))
    assert wrong_with_incident(harness, Allowed(receipts=2, calls=2)) == []


def test_deliveries_at_the_same_instant(harness_on_firestore: Harness) -> None:
    harness = harness_on_firestore
    harness.settle(harness.say(f"/incident {TITLE}"), copies=4)
    assert wrong_with_incident(harness, Allowed()) == []
