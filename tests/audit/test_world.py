"""What the log of real functions tells: everything, and nothing that it must not."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from incident.cli import main
from incident.commands.retry import RETRY
from incident.model.interaction import Interaction, UnreadableMessageError
from incident.operate.log import TRACE, Line, LogFile
from incident.operate.story import final_state, identify, story
from incident.runtime.audit import FACTS, OUTCOMES
from incident.sandbox.faults import Call, Fault, Moment
from incident.sandbox.processes import free_port
from incident.sandbox.slack.blocks import elements
from incident.sandbox.world import World
from incident.store.sqlite import SqliteStore

OPENER = "U0ALICE"
PLACE = "C0GENERAL"
GONE = Fault(status=404, error="notFound")


@dataclass
class Told:
    """An incident, as the store has it and as the log tells it."""

    stored: dict[str, Any]
    lines: list[Line]

    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]

    def line(self, event: str) -> Line:
        (found,) = [line for line in self.lines if line["event"] == event]
        return found


def declare(world: World, title: str) -> None:
    assert world.slack.type(OPENER, PLACE, f"/incident {title}").status == 200
    assert world.wait_until_settled(60)


def written(world: World) -> LogFile:
    """The log, once all that the functions have said so far has come through their pipes."""
    log = LogFile(world.audit)
    for port in world.ports.values():
        trace = secrets.token_hex(16)
        header = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
        assert requests.post(f"http://127.0.0.1:{port}/", headers=header, timeout=5).status_code >= 400
        ends = time.monotonic() + 10
        while not log.find([(TRACE, f"projects/sandbox/traces/{trace}")]):
            assert time.monotonic() < ends
            time.sleep(0.01)
    return log


def told(world: World, title: str) -> Told:
    log = written(world)
    declared, *_ = [
        line for line in log.find([("kind", "declared")]) if line.get("words", {}).get("title") == title
    ]
    stored = SqliteStore(world.store).incident(declared["incident"])
    assert stored
    return Told(stored.to_dict(), story(log, stored.id))


def press_retry(world: World) -> None:
    (message,) = [
        message
        for message in world.slack.workspace.messages.values()
        if any(element.get("action_id") == RETRY for _, element in elements(message.blocks))
    ]
    assert world.slack.press(OPENER, message.channel, message.ts, RETRY).status == 200
    assert world.wait_until_settled(60)


def nothing(_: World) -> None:
    pass


def late(world: World) -> None:
    world.fault_injector.break_("docs.*", Fault(status=503), times=8)
    world.fault_injector.break_("meet.spaces.create", Fault(status=0, acts=True), times=1)


def killed(world: World) -> None:
    def watch(call: Call, moment: Moment) -> None:
        if call.service == "docs" and moment == "arrived" and not dead:
            dead.append(call)
            assert world.processes
            world.processes.kill("worker")

    dead: list[Call] = []
    world.fault_injector.watch(watch)


def refused(world: World) -> None:
    world.fault_injector.break_("drive.files.copy", GONE)


@pytest.mark.parametrize(
    ("title", "trouble"),
    [
        ("all is well", nothing),
        ("it heals", late),
        ("a worker dies", killed),
        ("it takes a person", refused),
    ],
)
def test_the_log_alone_tells_what_the_store_has(
    title: str, trouble: Callable[[World], None], world: World
) -> None:
    trouble(world)
    declare(world, title)
    if trouble is refused:
        first = told(world, title)
        assert first.stored["document_id"] == ""
        assert first.line("incident.command.failed")["outcome"] == "permanent"
        assert final_state(first.lines, first.stored["id"]) == first.stored
        world.fault_injector.mend()
        press_retry(world)
    elif trouble is late:
        assert {"incident.step.failed", "incident.command.completed"} <= set(told(world, title).events())
    elif trouble is killed:
        assert "incident.fact.restated" in told(world, title).events()
    incident = told(world, title)
    assert final_state(incident.lines, incident.stored["id"]) == incident.stored
    assert all(incident.stored[name] for name in ("channel_id", "meet_url", "document_id", "title"))


def test_who_what_when_on_which_incident_with_what_outcome(world: World) -> None:
    declare(world, "who did what")
    told_lines = told(world, "who did what").lines
    assert len({line[TRACE] for line in told_lines}) == 1, "what the bot does by itself came of it, too"
    lines = [line for line in told_lines if line["actor"]]
    incident = lines[-1]["incident"]
    assert lines[0]["event"] == "incident.interaction.accepted"
    assert lines[-1]["event"] == "incident.command.completed"
    assert len({line["run"] for line in lines}) == 1
    assert {line["actor"] for line in lines} == {OPENER}
    assert all(line.get("incident") == incident for line in lines[2:])
    assert all(line["time"] and line["severity"] == "INFO" for line in lines)
    assert (lines[0]["channel"], lines[0]["kind"]) == (PLACE, "command")
    assert all("duration_ms" in line for line in (lines[0], lines[-1]))


def test_retry_is_told_with_whoever_pressed_it_and_the_run_it_is_about(world: World) -> None:
    world.fault_injector.break_("meet.spaces.create", Fault(status=403, error="PERMISSION_DENIED"))
    declare(world, "pressed")
    world.fault_injector.mend()
    press_retry(world)
    lines = told(world, "pressed").lines
    (accepted, pressed) = [line for line in lines if line["event"] == "incident.interaction.accepted"]
    assert pressed["kind"] == "button"
    assert pressed[TRACE] != accepted[TRACE]
    again = [line for line in lines if line[TRACE] == pressed[TRACE] and "step" in line and line["actor"]]
    assert {line["run"] for line in again} == {accepted["run"]}
    assert ("meet", "done") in {(line["step"], line["outcome"]) for line in again}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "not signed by Slack"),
        ({"X-Slack-Signature": "v0=" + "5ec7" * 16, "X-Slack-Request-Timestamp": "1"}, "not signed by Slack"),
    ],
)
def test_a_rejected_request_is_told_with_its_trace(
    headers: dict[str, str], reason: str, world: World
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = requests.post(
        world.slack.bot_url,
        data=b"text=forged",
        headers={**headers, "traceparent": f"00-{trace}-b7ad6b7169203331-01"},
        timeout=5,
    )
    assert answer.status_code == 401
    ends = time.monotonic() + 5  # the line comes through a pipe, maybe after the answer
    while not (found := written(world).find([(TRACE, f"projects/sandbox/traces/{trace}")])):
        assert time.monotonic() < ends, "no line says so"
        time.sleep(0.02)
    line = found[-1]
    assert line["event"] == "incident.request.rejected"
    assert (line["message"], line["status"], line["outcome"]) == (reason, 401, "rejected")
    assert "forged" not in world.audit.read_text()
    assert "5ec7" * 2 not in world.audit.read_text()  # four digits alone stand in many a trace


@pytest.mark.parametrize("data", [b"\xff", b"{}", b'{"version": 2, "words": "of a person"}'])
def test_why_a_message_is_a_dead_letter_is_told(data: bytes, world: World) -> None:
    world.pubsub.max_delivery_attempts = 2
    number = world.pubsub.publish(data, {"kind": "command"})
    assert world.wait_until_settled(10)
    (letter,) = [letter for letter in world.pubsub.dead_letters if letter.id == number]
    lines = written(world).find([("message_id", number)])
    with pytest.raises(UnreadableMessageError) as why:
        Interaction.from_message(letter.data)
    assert [line["message"] for line in lines] == [f"cannot be read: {why.value}"] * 2
    assert [line["attempt"] for line in lines] == [1, 2]
    assert {(line["event"], line["outcome"]) for line in lines} == {
        ("incident.message.unreadable", "unreadable")
    }
    assert "of a person" not in world.audit.read_text()


def test_what_no_worker_could_be_given_is_done_after_a_replay(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worker, world.pubsub.push_url = world.pubsub.push_url, f"http://127.0.0.1:{free_port()}/"
    world.pubsub.max_delivery_attempts = 2
    declare(world, "given up")
    (letter,) = [one for one in world.pubsub.dead_letters if b"given up" in one.data]
    world.pubsub.push_url, world.pubsub.max_delivery_attempts = worker, 100
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", world.pubsub.host)
    main(["replay", "--project", "sandbox"])
    assert letter.attributes["id"] in capsys.readouterr().out
    assert world.wait_until_settled(60)
    incident = told(world, "given up")
    assert final_state(incident.lines, incident.stored["id"]) == incident.stored
    assert incident.stored["meet_url"]
    assert "incident.command.completed" in incident.events()
    assert len({line[TRACE] for line in incident.lines}) == 1


def test_nothing_is_told_that_must_not_be(world: World) -> None:
    world.fault_injector.break_("slack.respond", Fault(status=500), times=2)
    declare(world, "unmistakable words")
    written(world)
    log = world.audit.read_text()
    environment = world.environment()
    for private in (environment["SLACK_BOT_TOKEN"], environment["SLACK_SIGNING_SECRET"], "v0=", "/response/"):
        assert private not in log
    for text in log.splitlines():
        line = json.loads(text)
        words = line.pop("words", {})
        assert set(words) <= {"title", "channel_name", "text"}
        assert set(line.get("changes", {})) <= FACTS
        assert "unmistakable" not in json.dumps(line)
        assert line["outcome"] in OUTCOMES, line


def test_an_incident_is_found_by_its_channel(world: World) -> None:
    declare(world, "found by its channel")
    stored = told(world, "found by its channel").stored
    log = written(world)
    for name in (stored["id"], stored["channel_id"], stored["channel_name"], f"#{stored['channel_name']}"):
        assert identify(log, name) == stored["id"]
    assert identify(log, "general") == ""
