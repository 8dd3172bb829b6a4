"""What people do in the Slack stand-in, and what the bot is sent."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient
from werkzeug.wrappers import Response

from incident.sandbox.slack import FakeSlack, NotPossibleError, Shortcut, bot_link
from incident.sandbox.slack.entries import Entry
from incident.sandbox.slack.shortcuts import of_manifest
from tests.contract.sandbox_slack.support import (
    ALICE,
    DIRECT,
    PRIVATE,
    SECRET,
    SRE,
    TOKEN,
    ZOE,
    Bot,
    Clock,
    actions,
    button,
    error,
    modal,
    options,
    overflow,
    static_select,
    users_select,
)


def test_a_command_arrives_as_slack_sends_it(slack: FakeSlack, bot: Bot) -> None:
    reply = slack.type(ALICE, SRE, "/incident a&b <!channel> @zoe in #platform @nobody")
    assert (reply.status, reply.shown) == (200, "")
    (sent,) = bot.received
    assert sent["text"] == "a&amp;b &lt;!channel&gt; <@U0ZOE|zoe> in <#C0PLATFORM|platform> @nobody"
    assert sent["command"] == "/incident"
    assert (sent["user_id"], sent["channel_id"], sent["channel_name"]) == (ALICE, SRE, "incident-sre")
    assert sent["response_url"].startswith(f"{slack.url}/response/")
    slack.type(ALICE, PRIVATE, "/incident")
    slack.type(ALICE, DIRECT, "/incident")
    assert [s["channel_name"] for s in bot.received[1:]] == ["privategroup", "directmessage"]
    assert bot.received[1]["text"] == ""


def test_the_answer_to_a_command_is_seen_by_one(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    bot.answer = lambda _: Response(json.dumps({"text": "On it"}), mimetype="application/json")
    reply = slack.type(ALICE, SRE, "/incident x")
    assert reply.shown == "On it"
    assert [m.text for m in slack.workspace.history(SRE, ALICE)][-1] == "On it"
    assert all(m.text != "On it" for m in slack.workspace.history(SRE, ZOE))
    assert client.conversations_history(channel=SRE)["messages"] == []


def test_slacks_own_words_when_the_bot_fails(
    slack: FakeSlack, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.answer = lambda _: Response(status=500)
    assert slack.type(ALICE, SRE, "/incident x").shown == '/incident failed with the error "dispatch_failed"'
    bot.answer = lambda _: Response(json.dumps({"text": "a & b"}), mimetype="application/json")
    assert "invalid_arguments" in slack.type(ALICE, SRE, "/incident x").shown
    monkeypatch.setattr(bot_link, "TIMEOUT", 0.05)
    bot.answer = lambda _: time.sleep(0.2) or Response()  # type: ignore[func-returns-value] # sleep, then answer
    assert (
        slack.type(ALICE, SRE, "/incident x").shown == '/incident failed with the error "operation_timeout"'
    )
    assert "not a valid command" in slack.type(ALICE, SRE, "/outage x").shown


def test_a_response_url_can_be_used_five_times_in_half_an_hour(
    slack: FakeSlack, bot: Bot, clock: Clock
) -> None:
    slack.type(ALICE, SRE, "/incident x")
    webhook = WebhookClient(bot.received[0]["response_url"])
    assert webhook.send(blocks=[{"type": "marquee"}]).status_code == 400
    answers = [webhook.send(text=f"n{n}") for n in range(6)]
    assert [(a.status_code, a.body) for a in answers[:5]] == [(200, "ok")] * 5
    assert (answers[5].status_code, "used_url" in answers[5].body) == (404, True)
    assert [m.text for m in slack.workspace.history(SRE, ALICE)] == [f"n{n}" for n in range(5)]
    slack.type(ALICE, SRE, "/incident y")
    clock.offset = 1801
    late = WebhookClient(bot.received[1]["response_url"]).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


def test_pressing_a_button(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    ts = client.chat_postMessage(
        channel=SRE, text="x", blocks=actions(button(value="v", url="https://x.org"))
    )["ts"]
    assert slack.press(ALICE, SRE, ts, "press_me").status == 200
    (sent,) = bot.received
    assert (sent["type"], sent["user"]["id"], sent["channel"]["id"]) == ("block_actions", ALICE, SRE)
    assert sent["message"]["ts"] == sent["container"]["message_ts"] == ts
    assert (sent["actions"][0]["value"], sent["actions"][0]["block_id"]) == ("v", "row")
    WebhookClient(sent["response_url"]).send(text="Done", replace_original=True)
    assert client.conversations_history(channel=SRE)["messages"][0]["text"] == "Done"
    with pytest.raises(NotPossibleError):
        slack.press(ALICE, SRE, ts, "press_me")


HINT = {"type": "plain_text", "text": "Choose"}
GROUPS = [{"label": HINT, "options": options(word)} for word in "ab"]


@pytest.mark.parametrize(
    ("element", "value", "chosen"),
    [
        (users_select(placeholder=HINT), ZOE, {"selected_user": ZOE, "placeholder": HINT}),
        (users_select(initial_user=ALICE), ZOE, {"selected_user": ZOE, "initial_user": ALICE}),
        (static_select("a", "b"), "b", {"selected_option": options("b")[0]}),
        (
            {"type": "static_select", "action_id": "choose", "option_groups": GROUPS},
            "b",
            {"selected_option": options("b")[0]},
        ),
        (overflow("a", "b"), "a", {"selected_option": options("a")[0]}),
        ({"type": "timepicker", "action_id": "time"}, "14:05", {"selected_time": "14:05"}),
        ({"type": "datetimepicker", "action_id": "at"}, "1795478400", {"selected_date_time": 1795478400}),
        (
            {"type": "checkboxes", "action_id": "steps", "options": options("a", "b")},
            ["b"],
            {"selected_options": options("b")},
        ),
    ],
)
def test_choosing_in_a_message(
    slack: FakeSlack, bot: Bot, element: dict[str, Any], value: Entry, chosen: dict[str, Any]
) -> None:
    client = WebClient(TOKEN, base_url=f"{slack.url}/api/")
    ts = client.chat_postMessage(channel=SRE, text="x", blocks=actions(element, button()))["ts"]
    assert slack.press(ALICE, SRE, ts, element["action_id"], value).status == 200
    (sent,) = bot.received
    assert (sent["type"], sent["message"]["ts"]) == ("block_actions", ts)
    (acted,) = sent["actions"]
    assert acted.pop("action_ts") > ts
    assert acted == {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": "row",
        **chosen,
    }
    state = sent["state"]["values"].get("row", {})
    if element["type"] == "overflow":
        assert state == {}, "an overflow menu keeps no choice"
    else:
        selected = {key: word for key, word in chosen.items() if key.startswith("selected")}
        assert state == {element["action_id"]: {"type": element["type"], **selected}}


def test_what_a_person_cannot_choose(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    blocks = actions(users_select(), static_select("a"), overflow("a", "b"))
    ts = client.chat_postMessage(channel=SRE, text="x", blocks=blocks)["ts"]
    for action_id, value in (
        ("who", "U0NOBODY"),
        ("who", None),
        ("choose", "c"),
        ("choose", None),
        ("more", "c"),
        ("more", None),
        ("what", "a"),
    ):
        with pytest.raises(ValueError, match=r"U0NOBODY|nothing|offer"):
            slack.press(ALICE, SRE, ts, action_id, value)
    assert bot.received == []


def test_a_shortcut_of_a_message(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    parent = str(slack.type(ZOE, SRE, "I restarted the database").ts)
    reply = str(slack.type(ZOE, SRE, "twice", thread_ts=parent).ts)
    assert slack.message_shortcut(ALICE, SRE, reply, "add_to_timeline").status == 200
    (sent,) = bot.received
    assert (sent["type"], sent["callback_id"]) == ("message_action", "add_to_timeline")
    assert (sent["user"]["id"], sent["channel"]) == (ALICE, {"id": SRE, "name": "incident-sre"})
    assert sent["message_ts"] == sent["message"]["ts"] == reply
    assert (sent["message"]["user"], sent["message"]["text"]) == (ZOE, "twice")
    assert sent["message"]["thread_ts"] == parent
    client.views_open(trigger_id=sent["trigger_id"], view=modal())
    assert WebhookClient(sent["response_url"]).send(text="Noted", replace_original=True).status_code == 200
    assert [m.text for m in slack.workspace.history(SRE, ALICE)][-1] == "Noted"
    assert all(m.text != "Noted" for m in slack.workspace.history(SRE, ZOE))
    assert slack.workspace.messages[reply].text == "twice"


def test_where_there_are_no_shortcuts(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    whispered = client.chat_postEphemeral(channel=SRE, user=ALICE, text="x")["message_ts"]
    secret = next(m.ts for m in slack.workspace.messages.values() if m.channel == "C0PLATFORM")
    for user, channel, ts in ((ALICE, SRE, whispered), (ALICE, SRE, secret), (ZOE, PRIVATE, secret)):
        with pytest.raises(NotPossibleError):
            slack.message_shortcut(user, channel, ts, "add_to_timeline")
    assert bot.received == []
    assert slack.message_shortcut(ZOE, "C0PLATFORM", secret, "add_to_timeline").status == 200


def test_pressing_in_an_ephemeral_message(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    ts = client.chat_postEphemeral(channel=SRE, user=ALICE, text="x", blocks=actions(button()))["message_ts"]
    with pytest.raises(NotPossibleError):
        slack.press(ZOE, SRE, ts, "press_me")
    slack.press(ALICE, SRE, ts, "press_me")
    (sent,) = bot.received
    assert sent["container"]["is_ephemeral"]
    assert "message" not in sent
    WebhookClient(sent["response_url"]).send(delete_original=True)
    assert slack.workspace.history(SRE, ALICE) == []


def test_a_modal_from_command_to_submission(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    def answer(sent: dict[str, Any]) -> Response:
        if "command" in sent:
            client.views_open(trigger_id=sent["trigger_id"], view=modal(private_metadata="m"))
            return Response()
        if sent["view"]["state"]["values"]["what_block"]["what"]["value"] == "bad":
            errors = {"response_action": "errors", "errors": {"what_block": "Say more"}}
            return Response(json.dumps(errors), mimetype="application/json")
        return Response()

    bot.answer = answer
    view = slack.type(ALICE, SRE, "/incident").view
    assert view is not None
    assert slack.submit(ALICE, view, {}).errors == {"what_block": "Please complete this required field."}
    assert len(bot.received) == 1
    assert slack.submit(ALICE, view, {"what": "bad"}).errors == {"what_block": "Say more"}
    assert slack.submit(ALICE, view, {"what": "good"}).view is None
    assert bot.received[-1]["view"]["private_metadata"] == "m"
    assert slack.snapshot()["views"] == []


def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: FakeSlack, bot: Bot, client: WebClient, clock: Clock
) -> None:
    slack.type(ALICE, SRE, "/incident")
    trigger = bot.received[0]["trigger_id"]
    client.views_open(trigger_id=trigger, view=modal())
    assert error(lambda: client.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    slack.type(ALICE, SRE, "/incident")
    clock.offset = 3.5
    late = bot.received[1]["trigger_id"]
    assert error(lambda: client.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"


SHORTCUTS = (
    Shortcut("start", "Start an incident", "global"),
    Shortcut("add_to_timeline", "Add to timeline", "message", "Notes the message"),
)


def test_a_shortcut_of_no_message(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    slack.people.shortcuts = SHORTCUTS
    assert slack.global_shortcut(ALICE, "start").status == 200
    (sent,) = bot.received
    assert (sent["type"], sent["callback_id"], sent["user"]["id"]) == ("shortcut", "start", ALICE)
    assert not sent.keys() & {"channel", "message", "response_url"}
    client.views_open(trigger_id=sent["trigger_id"], view=modal())
    ts = str(slack.type(ZOE, SRE, "x").ts)
    assert slack.message_shortcut(ZOE, SRE, ts, "add_to_timeline").status == 200
    with pytest.raises(NotPossibleError):
        slack.global_shortcut(ALICE, "add_to_timeline")
    with pytest.raises(NotPossibleError):
        slack.message_shortcut(ZOE, SRE, ts, "start")
    with pytest.raises(NotPossibleError):
        slack.global_shortcut("U0INGRID", "start")


@pytest.mark.parametrize(
    "shortcuts",
    [
        [Shortcut("a", "x" * 25, "global")],
        [Shortcut("a", "", "global")],
        [Shortcut("a", "x", "channel")],  # type: ignore[arg-type] # that is the point
        [Shortcut("x" * 256, "x", "global")],
        [Shortcut("a", "x", "global", "x" * 151)],
        [Shortcut("a", "x", "global"), Shortcut("a", "y", "message")],
        [Shortcut(str(n), "x", "global") for n in range(11)],
    ],
)
def test_shortcuts_that_slack_would_not_take(slack: FakeSlack, shortcuts: list[Shortcut]) -> None:
    with pytest.raises(ValueError, match=r"shortcut|callback_id|description"):
        slack.people.shortcuts = shortcuts


def test_the_shortcuts_of_a_manifest() -> None:
    listed = [{"name": "Note", "type": "message", "callback_id": "note", "description": "Notes it"}]
    assert of_manifest({"features": {"shortcuts": listed}}) == (
        Shortcut("note", "Note", "message", "Notes it"),
    )
    assert of_manifest({"features": {}}) == ()


def test_somebody_of_another_workspace(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    slack.share(SRE, "U0SAM")
    ts = client.chat_postMessage(channel=SRE, text="x", blocks=actions(button()))["ts"]
    slack.type("U0SAM", SRE, "/incident x")
    slack.press("U0SAM", SRE, ts, "press_me")
    typed, pressed = bot.received
    assert typed["team_id"] == "T0BIRCH"
    assert (pressed["user"]["team_id"], pressed["team"]["id"]) == ("T0BIRCH", "T0BIRCH")
    view = client.views_open(trigger_id=pressed["trigger_id"], view=modal())["view"]
    assert (view["team_id"], view["app_installed_team_id"]) == ("T0BIRCH", "T0MAPLE")
    assert client.conversations_history(channel=SRE)["messages"][0]["text"] == "x"


def field(element: dict[str, Any], **more: object) -> dict[str, Any]:
    label = {"type": "plain_text", "text": "Field"}
    return {"type": "input", "block_id": element["action_id"], "label": label, "element": element, **more}


def test_every_kind_of_field_in_a_modal(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    described = [{**option, "description": HINT} for option in options("a", "b")]
    fields: list[dict[str, Any]] = [
        {"type": "multi_users_select", "action_id": "people", "max_selected_items": 2},
        {"type": "radio_buttons", "action_id": "radio", "options": described},
        {"type": "checkboxes", "action_id": "boxes", "options": described},
        {"type": "datepicker", "action_id": "day"},
        {"type": "timepicker", "action_id": "time", "initial_time": "09:30"},
        {"type": "datetimepicker", "action_id": "moment"},
    ]
    slack.type(ALICE, SRE, "/incident")
    view = modal(blocks=[field(element) for element in fields])
    view_id = client.views_open(trigger_id=bot.received[0]["trigger_id"], view=view)["view"]["id"]
    good = {"people": [ALICE, ZOE], "radio": "a", "boxes": ["b"], "day": "2026-11-23", "moment": "1795478400"}
    refused = slack.submit(ALICE, view_id, {**good, "people": [ALICE, ZOE, "U0DANA"]})
    assert refused.errors == {"people": "Choose at most 2."}
    for wrong in ({"day": "tomorrow"}, {"time": "25:00"}, {"moment": "soon"}, {"people": ["U0INGRID"]}):
        with pytest.raises(ValueError, match=r"tomorrow|25:00|soon|U0INGRID"):
            slack.submit(ALICE, view_id, {**good, **wrong})
    assert slack.submit(ALICE, view_id, good).status == 200
    found = bot.received[-1]["view"]["state"]["values"]
    chosen = {name: next(v for k, v in value[name].items() if k != "type") for name, value in found.items()}
    assert chosen.pop("radio")["value"] == "a"
    assert [box["value"] for box in chosen.pop("boxes")] == ["b"]
    assert chosen == {"people": [ALICE, ZOE], "day": "2026-11-23", "time": "09:30", "moment": 1795478400}


def test_events_when_they_are_on(slack: FakeSlack, bot: Bot) -> None:
    slack.type(ZOE, SRE, "c'est cassé & @alice")
    assert bot.received == []
    slack.events = True
    slack.type(ZOE, SRE, "again")
    assert [(s["type"], s["event"]["text"]) for s in bot.received] == [("event_callback", "again")]
    assert slack.workspace.history(SRE)[0].text == "c'est cassé &amp; <@U0ALICE>"


def test_the_signature_of_slacks_documentation() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert bot_link.signature(SECRET, "1531420618", body) == expected
