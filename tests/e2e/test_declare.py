"""A person types `/incident …`; the real functions do the rest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from incident.engine.lease import LEASE_SECONDS
from incident.sandbox import verification
from incident.sandbox.faults import Call, Fault, Moment
from incident.sandbox.verification import Verification
from incident.sandbox.world import World

OPENER = "U0ALICE"
PLACE = "C0GENERAL"


@dataclass
class Declared:
    """What came of a command."""

    acknowledged: str
    seconds: float
    settled: bool
    receipt: Verification


def declare(world: World, title: str) -> Declared:
    known = verification.everything(world.slack.workspace, world.google)
    reply = world.slack.type(OPENER, PLACE, f"/incident {title}")
    assert reply.status == 200
    settled = world.wait_until_settled(60)
    result = verification.inspect(
        world.slack.workspace, world.google, title=title, opener=OPENER, known=known
    )
    return Declared(reply.shown, reply.seconds, settled, result)


def test_everything_is_there_exactly_once(world: World) -> None:
    declared = declare(world, "database is down")
    assert declared.settled
    assert declared.receipt.ok, declared.receipt.text()
    assert declared.seconds < 3
    assert declared.acknowledged


@pytest.mark.parametrize(
    "title",
    [
        '<!channel> & <@U1> *bold* =HYPERLINK("http://x")',
        "Panne d'accès au réseau",
        "🔥🔥🔥",
        "!!!",
        "データベースが落ちた",
        "=1+1",
    ],
)
def test_shows_what_was_typed_and_nothing_else(title: str, world: World) -> None:
    declared = declare(world, title)
    assert declared.receipt.ok, declared.receipt.text()


def test_the_same_words_twice_are_two_incidents(world: World) -> None:
    first, second = declare(world, "twice"), declare(world, "twice")
    assert first.receipt.ok, first.receipt.text()
    assert second.receipt.ok, second.receipt.text()
    assert first.receipt.incident != second.receipt.incident


def test_a_message_delivered_twice_at_once_is_one_incident(world: World) -> None:
    world.pubsub.duplicate = 1.0
    declared = declare(world, "delivered twice")
    assert declared.receipt.ok, declared.receipt.text()


def test_a_worker_killed_in_the_midst_of_it_makes_one_incident(world: World) -> None:
    """Takes as long as the lease that the killed worker still holds."""
    assert world.processes
    processes = world.processes
    kills: list[str] = []

    def kill(call: Call, moment: Moment) -> None:
        if call.name == "drive.files.copy" and moment == "acted" and not kills:
            kills.append(call.name)
            processes.kill("worker")

    world.pubsub.max_delivery_attempts = 100
    world.fault_injector.watch(kill)
    declared = declare(world, "killed after the copy")
    assert kills
    assert declared.receipt.ok, declared.receipt.text()


def test_a_worker_that_is_told_to_end_gives_its_run_back(world: World) -> None:
    """Its successor takes it over at once, not when the lease would have ended."""
    assert world.processes
    asked = threading.Event()

    def see(call: Call, _moment: Moment) -> None:
        if call.service == "docs":
            asked.set()

    known = verification.everything(world.slack.workspace, world.google)
    offset = world.audit.stat().st_size
    world.fault_injector.break_("docs.*", Fault(status=503))
    world.fault_injector.watch(see)
    assert world.slack.type(OPENER, PLACE, "/incident ended in the midst of it").status == 200
    assert asked.wait(20)
    ending = threading.Thread(target=world.processes.restart, args=("worker",))
    began = time.monotonic()
    ending.start()
    while "incident.command.given_back" not in world.audit.read_text()[offset:]:
        assert time.monotonic() - began < 10
        time.sleep(0.05)
    world.fault_injector.mend()
    ending.join()
    assert world.wait_until_settled(30)
    assert time.monotonic() - began < 15 < LEASE_SECONDS
    receipt = verification.inspect(
        world.slack.workspace, world.google, title="ended in the midst of it", opener=OPENER, known=known
    )
    assert receipt.ok, receipt.text()


def test_what_was_not_recorded_is_said_and_quoted_back(world: World) -> None:
    world.fault_injector.break_("pubsub.publish", Fault(status=503))
    declared = declare(world, "lost & <found>")
    assert declared.seconds < 3
    assert "lost &amp; &lt;found&gt;" in declared.acknowledged or "lost & <found>" in declared.acknowledged
    assert not declared.receipt.incident


def test_the_audit_log_tells_words_apart_and_no_secrets(world: World) -> None:
    declare(world, "unmistakable words")
    log = world.audit.read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"incident.step.completed"} <= {line["event"] for line in lines}
    assert {line["words"].get("title") for line in lines if "words" in line} >= {"unmistakable words"}
    assert not [line for line in lines if "unmistakable" in str({**line, "words": None})]
    assert "/response/" not in log
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        assert world.environment()[name] not in log


def sandbox(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        "import sys, incident.cli; sys.exit(incident.cli.main())",
        "sandbox",
        *arguments,
    ]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def test_once_prints_the_receipt_and_exits_with_zero(tmp_path: Path) -> None:
    process = sandbox(tmp_path, "--once", "database is down")
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert printed.rstrip().endswith("Everything is there, exactly once.")
    assert "drive.files.copy" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_page_is_served_until_interrupted(number: signal.Signals, tmp_path: Path) -> None:
    process = sandbox(tmp_path, "--no-browser")
    assert process.stderr
    lines = iter(process.stderr.readline, "")
    assert any("The sandbox is at http://127.0.0.1:" in line for line in lines)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert (tmp_path / ".sandbox" / "state.json").is_file()
