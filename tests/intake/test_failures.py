"""When Pub/Sub does not take a message: the person reads it in time, and nothing they typed is lost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from incident.commands import ANSWER_UPDATE, TITLE
from incident.messages.english import ENGLISH
from incident.sandbox.faults import Fault
from tests.intake.door import Door
from tests.intake.test_requests import ALICE, SRE, button
from tests.unit.hostile import NASTY

FAULTS = pytest.mark.parametrize(
    "fault",
    [Fault(status=503), Fault(status=404), Fault(status=0), Fault(hang=5.0), Fault(status=429)],
    ids=["503", "404", "reset", "hangs", "429"],
)
IN_TIME = 2.7
"""Seconds; Slack waits for three."""


def texts(found: Any) -> list[str]:
    if isinstance(found, dict):
        own = [found["text"]] if found.get("type") == "text" else []
        return own + [text for value in found.values() for text in texts(value)]
    return [text for value in found for text in texts(value)] if isinstance(found, list) else []


@FAULTS
def test_a_command_comes_back_with_its_words(
    door: Door, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    door.fault_injector.break_("pubsub.publish", fault)
    said = door.slack.type(ALICE, SRE, f"/incident {NASTY}")
    assert (said.status, said.shown.startswith("This was not recorded")) == (200, True)
    assert said.seconds < IN_TIME
    shown = json.loads(said.body)
    assert shown["response_type"] == "ephemeral"
    assert f"/incident {NASTY}" in texts(shown["blocks"])
    assert door.published() == []
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [(line["severity"], line["event"]) for line in logged] == [("ERROR", "incident.interaction.lost")]
    assert not any("channel>" in json.dumps(line) for line in logged)


@FAULTS
def test_a_form_stays_open_with_its_words(door: Door, fault: Fault) -> None:
    view = door.slack.type(ALICE, SRE, "/incident").view
    assert view is not None
    door.fault_injector.break_("pubsub.publish", fault)
    said = door.slack.submit(ALICE, view, {TITLE: NASTY})
    assert (said.status, said.view) == (200, view)
    assert said.errors == {TITLE: ENGLISH.not_recorded_form}
    assert said.seconds < IN_TIME
    door.fault_injector.mend()
    again = door.slack.submit(ALICE, view, {TITLE: NASTY})
    assert (again.status, again.view) == (200, None)
    assert [published.payload["values"][TITLE] for published in door.published()] == [NASTY]


@FAULTS
def test_whoever_pressed_a_button_is_told(door: Door, fault: Fault) -> None:
    door.fault_injector.break_("pubsub.publish", fault)
    door.slack.type(ALICE, SRE, "/incident")
    url = door.slack.workspace.response_urls
    response_url = f"{door.slack.url}/response/{next(iter(url.values())).id}"
    before = len(door.slack.workspace.history(SRE, ALICE))
    began = time.monotonic()
    answer = door.interactive(button(response_url=response_url))
    assert time.monotonic() - began < IN_TIME
    assert (answer.status_code, answer.data) == (200, b"")
    (told,) = door.slack.workspace.history(SRE, ALICE)[before:]
    assert (told.text, told.ephemeral_to) == (ENGLISH.not_recorded_form, ALICE)
    assert door.published() == []


@pytest.mark.parametrize(
    "response_url", ["", "junk", "http://127.0.0.1:9/gone", "https://", "file:///etc/passwd", "http://[::1/"]
)
def test_a_button_without_a_place_to_answer_to_is_no_crash(
    door: Door, response_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=404))
    answer = door.interactive(button(response_url=response_url))
    assert answer.status_code == 200
    assert '"incident.reply.failed"' in capsys.readouterr().out


def test_slack_sends_an_event_again_by_itself(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=404), times=1)
    event = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}
    assert door.event(event).status_code == 503
    assert door.event(event).status_code == 200
    assert len(door.published()) == 1


def test_a_short_trouble_is_not_noticed(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=503), times=2)
    assert door.slack.type(ALICE, SRE, "/incident down").shown == ENGLISH.received
    assert len(door.published()) == 1


def test_an_answer_that_was_lost_is_one_interaction(door: Door) -> None:
    """Pub/Sub took it and broke off: it is published again, and is the same to the worker."""
    door.fault_injector.break_("pubsub.publish", Fault(status=0, acts=True), times=1)
    assert door.slack.type(ALICE, SRE, "/incident down").shown == ENGLISH.received
    assert len({published.id for published in door.published()}) == 1


def test_no_line_of_the_log_bears_a_secret_or_peoples_words(
    door: Door, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    words = "the words of a private incident"
    for fault in (None, Fault(status=404), Fault(status=0)):
        if fault:
            door.fault_injector.break_("*", fault)
        door.slack.type(ALICE, SRE, f"/incident {words}")
        door.slack.type(ALICE, SRE, "/incident")
        door.slack.type(ALICE, SRE, "/incident help")
        door.interactive(button(actions=[{"action_id": ANSWER_UPDATE, "value": words}]))
        door.post(b"payload=" + words.encode())
        door.post(b'{"type": "' + words.encode() + b'"}', content_type="application/json")
        door.post({"command": words}, secret="another")
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    assert logged.count("incident.interaction") == 6
    for secret in ("8f742231", "xoxb-", words, "hooks.slack.com", "/response/", "v0=", "verification-token"):
        assert secret not in logged
    assert all(json.loads(line)["severity"] for line in out.splitlines())
