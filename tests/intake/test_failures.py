"""When Pub/Sub does not take a message: the person reads it in time, and nothing they typed is lost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from incident.commands.declare import TITLE
from incident.commands.question import ANSWER_UPDATE
from incident.messages.english import ENGLISH
from incident.messages.intake import RESEND
from incident.model.interaction import Kind
from incident.runtime import clock
from incident.sandbox.faults import Fault
from incident.sandbox.slack.workspace import Trigger
from tests.intake.door import Door, opened
from tests.intake.test_elements import shortcut
from tests.intake.test_events import REACTION, callback
from tests.intake.test_requests import ALICE, SRE, button, form
from tests.unit.hostile import NASTY

REFUSED = {"404": Fault(status=404), "429": Fault(status=429)}
"""Pub/Sub surely does not have the message."""
IN_DOUBT = {
    "503": Fault(status=503),
    "408": Fault(status=408),
    "409": Fault(status=409),
    "reset": Fault(status=0),
    "hangs": Fault(hang=5.0),
    "acted-and-reset": Fault(status=0, acts=True),
}
"""Pub/Sub may have it."""
EVERY_FAULT = pytest.mark.parametrize(
    ("fault", "in_doubt"),
    [*((fault, False) for fault in REFUSED.values()), *((fault, True) for fault in IN_DOUBT.values())],
    ids=[*REFUSED, *IN_DOUBT],
)
FAULTS = pytest.mark.parametrize(
    ("fault", "in_doubt"),
    [(REFUSED["404"], False), (IN_DOUBT["hangs"], True), (IN_DOUBT["acted-and-reset"], True)],
    ids=["404", "hangs", "acted-and-reset"],
)
IN_TIME = 2.7
"""Seconds; Slack waits for three."""


def texts(found: Any) -> list[str]:
    if isinstance(found, dict):
        own = [found["text"]] if found.get("type") == "text" else []
        return own + [text for value in found.values() for text in texts(value)]
    return [text for value in found for text in texts(value)] if isinstance(found, list) else []


def own_url(door: Door) -> str:
    """A `response_url` that answers Alice in #incident-sre."""
    door.slack.type(ALICE, SRE, "/incident")
    return f"{door.slack.url}/response/{next(iter(door.slack.workspace.response_urls.values())).id}"


def resend_of(blocks: Any) -> str:
    """The value of the button that sends again; empty where there is none."""
    buttons = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return next((one["value"] for one in buttons if one["action_id"] == RESEND), "")


@EVERY_FAULT
def test_a_command_comes_back_with_its_words(
    door: Door, fault: Fault, in_doubt: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    door.fault_injector.break_("pubsub.publish", fault)
    said = door.slack.type(ALICE, SRE, f"/incident {NASTY}")
    sentence = ENGLISH.not_known_if_recorded if in_doubt else "This was not recorded"
    assert (said.status, said.shown.startswith(sentence)) == (200, True)
    assert said.seconds < IN_TIME
    shown = json.loads(said.body)
    assert shown["response_type"] == "ephemeral"
    assert f"/incident {NASTY}" in texts(shown["blocks"])
    assert (ENGLISH.resend_is_harmless in said.shown) == in_doubt
    assert resend_of(shown["blocks"])
    assert "response" not in resend_of(shown["blocks"])
    assert fault.acts or door.published() == []
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    event = "incident.interaction.unknown" if in_doubt else "incident.interaction.lost"
    assert [(line["severity"], line["event"]) for line in logged] == [("ERROR", event)]
    assert not any("channel>" in json.dumps(line) for line in logged)


@FAULTS
def test_sending_a_command_again_is_the_same_interaction(door: Door, fault: Fault, in_doubt: bool) -> None:
    door.fault_injector.break_("pubsub.publish", fault)
    said = door.slack.type(ALICE, SRE, f"/incident {NASTY} 🔥")
    assert said.ts
    notice = door.slack.workspace.messages[said.ts]
    sent = json.loads(resend_of(notice.blocks))
    came_through = door.published()
    assert bool(came_through) == fault.acts
    assert sent.get("in_doubt", False) == in_doubt
    door.fault_injector.mend()
    for _ in range(2):
        pressed = door.slack.press(ALICE, SRE, said.ts, RESEND)
        assert (pressed.status, pressed.body) == (200, "")
        (again,) = door.published()
        assert (again.kind, again.user, again.team, again.channel) == (
            Kind.COMMAND,
            ALICE,
            door.slack.workspace.team.id,
            SRE,
        )
        assert (again.id, again.received_at.isoformat()) == (sent["id"], sent["received_at"])
        assert again.payload["text"] == sent["payload"]["text"]
        assert "&lt;!channel&gt;" in again.payload["text"]
        assert again.payload["response_url"].startswith(f"{door.slack.url}/response/")
        for first in came_through:
            assert (first.id, first.received_at, first.payload["text"]) == (
                again.id,
                again.received_at,
                again.payload["text"],
            )
        shown = door.slack.workspace.messages[said.ts]
        assert (shown.text, shown.ephemeral_to) == (ENGLISH.received, ALICE)
        door.slack.workspace.put(notice)  # pressed twice before the answer came


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (REFUSED["404"], REFUSED["404"], "This was not recorded"),
        (REFUSED["404"], IN_DOUBT["reset"], ENGLISH.not_known_if_recorded),
        (IN_DOUBT["reset"], REFUSED["404"], ENGLISH.not_known_if_recorded),
        (IN_DOUBT["hangs"], IN_DOUBT["hangs"], ENGLISH.not_known_if_recorded),
    ],
)
def test_sending_again_while_it_still_fails_offers_it_again(
    door: Door, first: Fault, second: Fault, told: str
) -> None:
    """What was in doubt stays in doubt, also where the second try surely failed."""
    door.fault_injector.break_("pubsub.publish", first)
    said = door.slack.type(ALICE, SRE, "/incident down")
    assert said.ts
    door.fault_injector.mend()
    door.fault_injector.break_("pubsub.publish", second)
    pressed = door.slack.press(ALICE, SRE, said.ts, RESEND)
    assert (pressed.status, pressed.seconds < IN_TIME) == (200, True)
    shown = door.slack.workspace.messages[said.ts]
    assert shown.text.startswith(told)
    assert "/incident down" in texts(list(shown.blocks))
    door.fault_injector.mend()
    assert door.slack.press(ALICE, SRE, said.ts, RESEND).status == 200
    assert [published.payload["text"] for published in door.published()] == ["down"]
    assert door.slack.workspace.messages[said.ts].text == ENGLISH.received


def test_a_doubtful_try_before_a_refusal_leaves_it_in_doubt(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=0, acts=True), times=1)
    door.fault_injector.break_("pubsub.publish", Fault(status=404))
    said = door.slack.type(ALICE, SRE, "/incident down")
    assert said.shown.startswith(ENGLISH.not_known_if_recorded)
    assert len(door.published()) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"PUBSUB_EMULATOR_HOST": "127.0.0.1:1"},
        {"PUBSUB_EMULATOR_HOST": "", "GOOGLE_APPLICATION_CREDENTIALS": "/not/there.json"},
    ],
    ids=["connection-refused", "no-token"],
)
def test_what_was_never_sent_is_surely_not_recorded(settings: dict[str, str]) -> None:
    with opened(**settings) as unreachable:
        began = time.monotonic()
        answer = unreachable.command("down").get_json()
        assert time.monotonic() - began < IN_TIME
        assert answer["text"].startswith("This was not recorded")
        assert resend_of(answer["blocks"])


@pytest.mark.parametrize("fault", [Fault(status=404), Fault(status=0)], ids=["404", "reset"])
@pytest.mark.parametrize("words", ["long " * 500, "&amp;" * 400, "数据库宕机" * 500])
def test_what_does_not_fit_the_button_is_told_without(door: Door, fault: Fault, words: str) -> None:
    door.fault_injector.break_("pubsub.publish", fault)
    answer = door.command(words).get_json()
    assert resend_of(answer["blocks"]) == ""
    expected = ENGLISH.resend_not_possible if fault.status == 0 else ENGLISH.not_recorded
    assert expected in "".join(texts(answer["blocks"]))
    assert ENGLISH.resend_is_harmless not in answer["text"]


def value(door: Door) -> str:
    door.fault_injector.break_("pubsub.publish", Fault(status=404))
    made = resend_of(door.command("down").get_json()["blocks"])
    door.fault_injector.mend()
    return made


@pytest.mark.parametrize(
    "changed", [{"user": {"id": "U0BOB"}}, {"team": {"id": "T0OTHER"}}, {"user": None}, {"team": None}]
)
def test_nobody_sends_again_what_another_person_typed(door: Door, changed: dict[str, Any]) -> None:
    action = {"type": "button", "action_id": RESEND, "value": value(door)}
    answer = door.interactive(button(actions=[action], **changed))
    assert (answer.status_code, answer.data) == (200, b"")
    assert door.published() == []
    door.interactive(button(actions=[action]))
    assert len(door.published()) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"command"', '"tick"'),
        ('"command"', '"reflect"'),
        ('"command"', '"form"'),
        ('"version":1', '"version":true'),
        ('"received_at":"2', '"received_at":"x'),
        ('"text":"down"', '"text":"\\ud83d"'),
        ('"payload":{', '"payload":{{'),
        ('"payload":{', '"x":{'),
    ],
)
def test_a_value_that_makes_no_sense_sends_nothing(door: Door, old: str, new: str) -> None:
    sent = value(door)
    assert old in sent
    action = {"type": "button", "action_id": RESEND, "value": sent.replace(old, new)}
    assert door.interactive(button(actions=[action])).status_code == 200
    assert door.published() == []


@pytest.mark.parametrize("sent", ["", "junk", "[1]", "null", "1", "[" * 1900])
def test_a_value_that_is_none_of_ours_sends_nothing(door: Door, sent: str) -> None:
    action = {"type": "button", "action_id": RESEND, "value": sent}
    assert door.interactive(button(actions=[action])).status_code == 200
    assert door.published() == []


@FAULTS
def test_a_form_stays_open_with_its_words(door: Door, fault: Fault, in_doubt: bool) -> None:
    view = door.slack.type(ALICE, SRE, "/incident").view
    assert view is not None
    door.fault_injector.break_("pubsub.publish", fault)
    said = door.slack.submit(ALICE, view, {TITLE: NASTY})
    assert (said.status, said.view) == (200, view)
    told = ENGLISH.not_known_if_recorded_form if in_doubt else ENGLISH.not_recorded_form
    assert said.errors == {TITLE: told}
    assert said.seconds < IN_TIME
    door.fault_injector.mend()
    first = door.published()
    again = door.slack.submit(ALICE, view, {TITLE: NASTY})
    assert (again.status, again.view) == (200, None)
    published = [*first, *door.published()]
    assert bool(first) == fault.acts
    assert len({one.id for one in published}) == 1
    assert {one.payload["values"][TITLE] for one in published} == {NASTY}


def test_another_form_shows_it_at_an_input_it_has(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=404))
    sent = form("down")
    sent["view"]["callback_id"] = "roles"
    sent["view"]["blocks"] = [{"type": "section", "block_id": "s"}, {"type": "input", "block_id": "person"}]
    assert door.interactive(sent).get_json()["errors"] == {"person": ENGLISH.not_recorded_form}


@EVERY_FAULT
def test_whoever_pressed_a_button_is_told(door: Door, fault: Fault, in_doubt: bool) -> None:
    door.fault_injector.break_("pubsub.publish", fault)
    response_url = own_url(door)
    before = len(door.slack.workspace.history(SRE, ALICE))
    began = time.monotonic()
    answer = door.interactive(button(response_url=response_url))
    assert time.monotonic() - began < IN_TIME
    assert (answer.status_code, answer.data) == (200, b"")
    (told,) = door.slack.workspace.history(SRE, ALICE)[before:]
    doubtful = f"{ENGLISH.not_known_if_recorded} {ENGLISH.resend_is_harmless}"
    assert (told.text, told.ephemeral_to) == (doubtful if in_doubt else ENGLISH.not_recorded_form, ALICE)
    assert fault.acts or door.published() == []


def test_a_button_pressed_is_sent_again(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=0, acts=True))
    team = {"id": door.slack.workspace.team.id}
    door.interactive(button(response_url=own_url(door), team=team, container={"message_ts": "17.1"}))
    told = door.slack.workspace.history(SRE, ALICE)[-1]
    first = door.published()[-1]
    door.fault_injector.mend()
    assert door.slack.press(ALICE, SRE, told.ts, RESEND).status == 200
    (again,) = door.published()
    assert (again.id, again.kind, again.received_at) == (first.id, Kind.BUTTON, first.received_at)
    assert again.without_response_url() == first.without_response_url()
    assert again.payload["action_id"] == ANSWER_UPDATE
    assert door.slack.workspace.messages[told.ts].text == ENGLISH.received


def test_a_shortcut_on_a_message_is_sent_again(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=404))
    team = {"id": door.slack.workspace.team.id}
    assert door.interactive(shortcut(response_url=own_url(door), team=team)).data == b""
    told = door.slack.workspace.history(SRE, ALICE)[-1]
    assert (told.text, told.ephemeral_to) == (ENGLISH.not_recorded_form, ALICE)
    door.fault_injector.mend()
    assert door.slack.press(ALICE, SRE, told.ts, RESEND).status == 200
    (again,) = door.published()
    assert (again.kind, again.payload["message"]["ts"]) == (Kind.SHORTCUT, "17.000100")


def test_a_shortcut_with_nowhere_to_answer_to_is_told_of_in_a_modal(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=0))
    workspace = door.slack.workspace
    workspace.put(Trigger("1.2.global", ALICE, workspace.clock() + 1))
    chosen = {"type": "shortcut", "callback_id": "x", "trigger_id": "1.2.global", "user": {"id": ALICE}}
    began = time.monotonic()
    assert door.interactive(chosen).data == b""
    assert time.monotonic() - began < IN_TIME
    (view,) = workspace.views.values()
    assert ENGLISH.resend_not_possible in json.dumps(view.content, ensure_ascii=False)


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
    event = callback(REACTION)
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


def test_the_same_words_typed_again_after_a_doubt_are_the_same_command(door: Door) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=500, acts=True), times=9)
    door.slack.type(ALICE, SRE, "/incident database is down")
    (first, *_) = door.published()
    door.fault_injector.mend()
    door.slack.type(ALICE, SRE, "/incident database is down")
    assert [again.id for again in door.published()] == [first.id]
    door.slack.type("U0BENOIT", SRE, "/incident database is down")
    door.slack.type(ALICE, SRE, "/incident another thing")
    others = [other.id for other in door.published()]
    assert len({first.id, *others}) == 3


def test_words_typed_again_much_later_are_meant_anew(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.fault_injector.break_("pubsub.publish", Fault(status=500, acts=True), times=9)
    door.slack.type(ALICE, SRE, "/incident database is down")
    (first, *_) = door.published()
    door.fault_injector.mend()
    later = clock.monotonic() + 601
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    door.slack.type(ALICE, SRE, "/incident database is down")
    assert [again.id for again in door.published()] != [first.id]
