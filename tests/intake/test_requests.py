"""Every kind of request that Slack makes, and what is published for it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from incident.commands.declare import SEVERITY, TITLE
from incident.commands.question import ANSWER_UPDATE
from incident.model.interaction import Kind
from incident.model.slack_text import escape
from incident.sandbox.faults import Fault
from tests.intake.door import COMMAND, Door
from tests.unit.hostile import NASTY

ALICE, SRE = "U0ALICE", "C0SRE"
VIEW = {
    "id": "V0000001",
    "callback_id": "declare",
    "private_metadata": json.dumps({"channel": SRE, "response_url": "https://hooks.slack.com/commands/1"}),
}


def button(**changed: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": ALICE},
        "team": {"id": "T0MAPLE"},
        "channel": {"id": SRE},
        "trigger_id": "1.2.button",
        "response_url": "https://hooks.slack.com/actions/1",
        "actions": [{"type": "button", "action_id": ANSWER_UPDATE, "value": "command-x"}],
        **changed,
    }


def form(title: str | None, severity: str | None = None, **changed: Any) -> dict[str, Any]:
    values: dict[str, Any] = {TITLE: {TITLE: {"type": "plain_text_input", "value": title}}}
    option = {"value": severity} if severity else None
    values[SEVERITY] = {SEVERITY: {"type": "static_select", "selected_option": option}}
    return {
        "type": "view_submission",
        "user": {"id": ALICE},
        "team": {"id": "T0MAPLE"},
        "trigger_id": "1.2.form",
        "view": {**VIEW, "state": {"values": values}},
        **changed,
    }


def test_a_command_is_published_and_then_acknowledged(door: Door) -> None:
    answer = door.command("database is down")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.get_json()["response_type"] == "ephemeral"
    (published,) = door.published()
    assert published.kind is Kind.COMMAND
    assert (published.user, published.team, published.channel) == (ALICE, "T0MAPLE", SRE)
    assert published.payload == {"text": "database is down", "response_url": COMMAND["response_url"]}
    assert timedelta(0) <= datetime.now(UTC) - published.received_at < timedelta(seconds=10)


def test_the_message_says_what_it_is(door: Door) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    door.post(COMMAND, headers={"traceparent": trace})
    (message,) = door.messages()
    assert message["attributes"].keys() == {"kind", "id", "traceparent"}
    assert message["attributes"]["kind"] == "command"
    assert message["attributes"]["traceparent"] == trace


@pytest.mark.parametrize("header", ["", "junk", "00-" + "0" * 32 + "-" + "0" * 16 + "-00"])
def test_a_request_without_a_trace_is_given_one_of_its_own(door: Door, header: str) -> None:
    door.post(COMMAND, headers={"traceparent": header} if header else {})
    door.post(COMMAND)
    first, second = (message["attributes"]["traceparent"] for message in door.messages())
    assert first == second
    assert len(first) == 55


@pytest.mark.parametrize(
    "sent",
    [
        escape(NASTY),
        "ask <@U0ZOE|zoe> in <#C0SRE|incident-sre>",
        "<https://example.org/a?b=1&amp;c=2> fails",
        "Panne d’accès au réseau 🔥",
        "status page is down",
        "help me the site is down",
        "  a  b ",
        "one\r\ntwo\u2028\u202ethree\x07",
        "&amp;lt;",
    ],
)
def test_the_words_travel_as_slack_sent_them(door: Door, sent: str) -> None:
    door.command(sent)
    assert [published.payload["text"] for published in door.published()] == [sent]


def test_help_is_known_by_what_was_typed(door: Door) -> None:
    """Decoded first: these are other words than `help`, or no words."""
    door.command("&lt;help&gt;")
    assert len(door.published()) == 1
    door.command("\u202ehelp")
    assert door.published() == []


def test_a_request_that_comes_twice_is_one_interaction(door: Door) -> None:
    raw = urlencode(COMMAND).encode()
    door.post(raw)
    door.post(raw)
    door.post(raw, age=200)
    door.command("database is down", trigger_id="another.trigger")
    door.interactive(form("down"))
    door.interactive(form("down", trigger_id="pressed.again"))
    door.interactive(button())
    door.interactive(button())
    ids = [published.id for published in door.published()]
    assert len(ids) == 8
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert ids[4] == ids[5]
    assert ids[6] == ids[7]
    assert len(set(ids)) == 4


def test_a_command_without_a_trigger_is_the_same_when_it_is_the_same(door: Door) -> None:
    door.command("down", trigger_id="")
    door.command("down", trigger_id="")
    door.command("up", trigger_id="")
    first, second, third = (published.id for published in door.published())
    assert first == second != third


def test_help_is_answered_at_once(door: Door) -> None:
    for text in ("help", " HELP "):
        answer = door.command(text)
        assert "/incident update" in json.dumps(answer.get_json())
    assert door.published() == []


@pytest.mark.parametrize("form_body", [{"ssl_check": "1", "token": "x"}, {"ssl_check": "1", **COMMAND}])
def test_slack_checks_the_certificate(door: Door, form_body: dict[str, str]) -> None:
    answer = door.post(form_body)
    assert (answer.status_code, answer.data) == (200, b"")
    assert door.published() == []


def test_slack_verifies_the_address(door: Door) -> None:
    answer = door.event({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWM"})
    assert answer.get_json() == {"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWM"}
    assert door.published() == []


def test_a_button(door: Door) -> None:
    answer = door.interactive(button())
    assert (answer.status_code, answer.data) == (200, b"")
    (published,) = door.published()
    assert (published.kind, published.user, published.channel) == (Kind.BUTTON, ALICE, SRE)
    assert published.payload == {
        "action_id": ANSWER_UPDATE,
        "block_id": "",
        "value": "command-x",
        "message_ts": "",
        "thread_ts": "",
        "is_ephemeral": False,
        "response_url": "https://hooks.slack.com/actions/1",
    }


@pytest.mark.parametrize(
    "payload",
    [
        button(actions=[{"type": "button", "action_id": "link.call", "url": "https://meet.example"}]),
        button(actions=[]),
        button(actions=None),
        button(actions=["x"]),
        {"type": "block_suggestion", "action_id": "x"},
        {"type": "view_closed", "view": VIEW},
        {"type": "shortcut"},
        {"type": "message_action"},
        {"type": None},
        {},
    ],
)
def test_what_needs_nothing_done_is_acknowledged_and_not_published(
    door: Door, payload: dict[str, Any]
) -> None:
    answer = door.interactive(payload)
    assert (answer.status_code, answer.data) == (200, b"")
    assert door.published() == []


def test_a_form(door: Door) -> None:
    answer = door.interactive(form("down & <out>", "sev2"))
    assert (answer.status_code, answer.data) == (200, b"")
    (published,) = door.published()
    assert (published.kind, published.user, published.channel) == (Kind.FORM, ALICE, SRE)
    assert published.payload == {
        "callback_id": "declare",
        "values": {TITLE: "down & <out>", SEVERITY: "sev2"},
        "context": {},
        "is_ephemeral": False,
        "response_url": "https://hooks.slack.com/commands/1",
    }


@pytest.mark.parametrize("title", [None, "", "  ", " \n\t", "\u202e"])
def test_a_blank_form_is_handed_back(door: Door, title: str | None) -> None:
    answer = door.interactive(form(title)).get_json()
    assert answer["response_action"] == "errors"
    assert answer["errors"].keys() == {TITLE}
    assert door.published() == []


@pytest.mark.parametrize(
    "metadata", ["", "{", "[]", '{"channel": 7}', "null", "[" * 5000, '"x"', '{"response_url": null}']
)
def test_a_form_whose_context_is_lost_is_still_a_form(door: Door, metadata: str) -> None:
    sent = form("down")
    sent["view"]["private_metadata"] = metadata
    assert door.interactive(sent).status_code in {200, 400}
    assert all(published.channel == "" for published in door.published())


def test_a_form_of_an_incident_knows_its_incident(door: Door) -> None:
    sent = form("down")
    context = {"of": "command-x", "n": [1]}
    opened = {**json.loads(VIEW["private_metadata"]), "is_ephemeral": True, **context}
    sent["view"]["private_metadata"] = json.dumps(opened)
    door.interactive(sent)
    (published,) = door.published()
    assert published.channel == SRE
    assert published.payload["context"] == context
    assert published.payload["is_ephemeral"] is True, "its answer may stand in place of what was pressed"
    assert published.payload["response_url"] == "https://hooks.slack.com/commands/1"


def test_only_the_form_that_declares_needs_a_title(door: Door) -> None:
    sent = form(None)
    sent["view"]["callback_id"] = "another"
    assert door.interactive(sent).data == b""
    assert len(door.published()) == 1


def test_typing_nothing_opens_the_form_and_submitting_it_publishes(door: Door) -> None:
    """Through the workspace, over real sockets, with a trigger that lives three seconds."""
    opened = door.slack.type(ALICE, SRE, "/incident")
    assert (opened.status, opened.body) == (200, "")
    assert opened.view is not None
    assert door.published() == []
    blank = door.slack.submit(ALICE, opened.view, {TITLE: " "})
    assert blank.errors.keys() == {TITLE}
    submitted = door.slack.submit(ALICE, opened.view, {TITLE: NASTY, SEVERITY: "sev1"})
    assert (submitted.status, submitted.shown) == (200, "")
    (published,) = door.published()
    assert published.channel == SRE
    assert published.payload["values"] == {TITLE: NASTY, SEVERITY: "sev1"}
    assert published.payload["response_url"].startswith(f"{door.slack.url}/response/")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=200, error="expired_trigger_id"),
        Fault(status=503),
        Fault(status=0),
        Fault(status=429, retry_after=30),
        Fault(hang=5.0),
    ],
)
def test_when_the_form_does_not_open_the_person_reads_how_to_go_on(door: Door, fault: Fault) -> None:
    door.fault_injector.break_("slack.views.open", fault, times=1)
    began = time.monotonic()
    said = door.slack.type(ALICE, SRE, "/incident")
    assert time.monotonic() - began < 2.9
    assert said.status == 200
    assert "/incident {what went wrong}" in json.dumps(json.loads(said.body))
    calls = [call.method for call in door.fault_injector.calls if call.method != "users.info"]
    assert calls == ["views.open"], "a trigger serves once"


def test_what_the_workspace_shows_after_a_command(door: Door) -> None:
    shown = door.slack.type(ALICE, SRE, "/incident database is down")
    assert (shown.status, shown.shown) == (200, "On it. One moment.")
    helped = door.slack.type(ALICE, SRE, "/incident help").shown
    assert helped.startswith("/incident database is down declares an incident")
