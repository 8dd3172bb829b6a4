"""Every interactive element of Block Kit, in messages and in forms, and shortcuts."""

from __future__ import annotations

from typing import Any

import pytest

from incident.model.interaction import Kind
from tests.intake.door import Door
from tests.intake.test_requests import ALICE, SRE, button, form

OPTION = {"text": {"type": "plain_text", "text": "SEV 1"}, "value": "sev1"}
OTHER = {"text": {"type": "plain_text", "text": "SEV 2"}, "value": "sev2"}
SELECT = {"type": "static_select", "selected_option": OPTION}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "ask "},
                {"type": "user", "user_id": "U0ZOE"},
                {"type": "text", "text": " in "},
                {"type": "channel", "channel_id": "C0SRE"},
                {"type": "emoji", "name": "fire"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "link", "url": "https://example.org"}]},
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "usergroup", "usergroup_id": "S0ON"}],
                },
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "broadcast", "range": "here"}]},
    ],
}

VALUES: list[tuple[dict[str, Any], object]] = [
    ({"type": "button", "value": "command-x"}, "command-x"),
    ({"type": "button"}, ""),
    ({"type": "static_select", "selected_option": OPTION}, "sev1"),
    ({"type": "static_select", "selected_option": None}, ""),
    ({"type": "external_select", "selected_option": OPTION}, "sev1"),
    ({"type": "radio_buttons", "selected_option": OTHER}, "sev2"),
    ({"type": "overflow", "selected_option": OPTION}, "sev1"),
    ({"type": "users_select", "selected_user": "U0ZOE"}, "U0ZOE"),
    ({"type": "users_select", "selected_user": None}, ""),
    ({"type": "conversations_select", "selected_conversation": "C0SRE"}, "C0SRE"),
    ({"type": "channels_select", "selected_channel": "C0SRE"}, "C0SRE"),
    ({"type": "multi_static_select", "selected_options": [OPTION, OTHER]}, ["sev1", "sev2"]),
    ({"type": "multi_external_select", "selected_options": [OTHER]}, ["sev2"]),
    ({"type": "multi_users_select", "selected_users": ["U0ZOE", "U0BOB"]}, ["U0ZOE", "U0BOB"]),
    ({"type": "multi_conversations_select", "selected_conversations": ["C0SRE"]}, ["C0SRE"]),
    ({"type": "multi_channels_select", "selected_channels": ["C0SRE"]}, ["C0SRE"]),
    ({"type": "multi_users_select", "selected_users": []}, []),
    ({"type": "multi_users_select"}, []),
    ({"type": "multi_users_select", "selected_users": "U0ZOE"}, []),
    ({"type": "checkboxes", "selected_options": [OPTION]}, ["sev1"]),
    ({"type": "checkboxes", "selected_options": []}, []),
    ({"type": "checkboxes", "selected_options": [7, {"value": 7}, OTHER]}, ["sev2"]),
    ({"type": "datepicker", "selected_date": "2026-11-23"}, "2026-11-23"),
    ({"type": "datepicker", "selected_date": None}, ""),
    ({"type": "timepicker", "selected_time": "03:04"}, "03:04"),
    ({"type": "datetimepicker", "selected_date_time": 1_795_403_045}, 1_795_403_045),
    ({"type": "datetimepicker", "selected_date_time": None}, ""),
    ({"type": "datetimepicker", "selected_date_time": True}, ""),
    ({"type": "plain_text_input", "value": "several words"}, "several words"),
    ({"type": "plain_text_input", "value": None}, ""),
    ({"type": "email_text_input", "value": "zoe@example.org"}, "zoe@example.org"),
    ({"type": "url_text_input", "value": "https://example.org"}, "https://example.org"),
    ({"type": "number_input", "value": "42"}, "42"),
    (
        {"type": "rich_text_input", "rich_text_value": RICH},
        "ask <@U0ZOE> in <#C0SRE>:fire:\nhttps://example.org\n<!subteam^S0ON>\n@here",
    ),
    ({"type": "rich_text_input", "rich_text_value": None}, ""),
    ({"type": "of_next_year", "value": "x"}, "x"),
    ({"type": "of_next_year", "value": {"x": 1}}, ""),
]


@pytest.mark.parametrize(("element", "value"), VALUES)
def test_what_is_chosen_in_a_message(door: Door, element: dict[str, Any], value: object) -> None:
    acted = {"action_id": "severity.set", "block_id": "b1", "action_ts": "1.2", **element}
    pressed = button(
        actions=[acted],
        container={"type": "message", "message_ts": "17.000100", "channel_id": SRE},
        message={"type": "message", "ts": "17.000100", "thread_ts": "16.000100", "text": "x"},
    )
    assert door.interactive(pressed).data == b""
    (published,) = door.published()
    assert (published.kind, published.channel) == (Kind.BUTTON, SRE)
    assert published.payload == {
        "action_id": "severity.set",
        "block_id": "b1",
        "value": value,
        "message_ts": "17.000100",
        "thread_ts": "16.000100",
        "is_ephemeral": False,
        "response_url": "https://hooks.slack.com/actions/1",
    }
    assert type(published.payload["value"]) is type(value)


@pytest.mark.parametrize(("element", "value"), VALUES)
def test_what_is_chosen_in_a_form(door: Door, element: dict[str, Any], value: object) -> None:
    sent = form("down")
    sent["view"]["callback_id"] = "roles"
    sent["view"]["state"]["values"] = {
        "first": {"any.action": element},
        "second": {"b": SELECT},
        "none": {},
    }
    door.interactive(sent)
    (published,) = door.published()
    assert published.payload["values"] == {"first": value, "second": "sev1", "none": ""}


def test_words_in_a_form_lose_what_misleads(door: Door) -> None:
    sent = form("down")
    sent["view"]["callback_id"] = "roles"
    text = {"type": "plain_text_input", "value": "a\r\nb \u202eevil\x07 &amp;"}
    sent["view"]["state"]["values"] = {"text": {"text": text}}
    door.interactive(sent)
    assert [published.payload["values"] for published in door.published()] == [{"text": "a\nb evil  &amp;"}]


@pytest.mark.parametrize(
    ("said", "ephemeral"), [({"is_ephemeral": True}, True), ({"is_ephemeral": 1}, False), ({}, False)]
)
def test_a_button_of_an_ephemeral_message_in_a_thread(
    door: Door, said: dict[str, Any], ephemeral: bool
) -> None:
    """Slack does not send such a message along: only its container names it."""
    container = {"type": "message", "message_ts": "17.1", "thread_ts": "16.1", "channel_id": SRE, **said}
    door.interactive(button(container=container, channel=None))
    (published,) = door.published()
    assert published.channel == SRE
    assert (published.payload["message_ts"], published.payload["thread_ts"]) == ("17.1", "16.1")
    assert published.payload["is_ephemeral"] is ephemeral


def shortcut(**changed: Any) -> dict[str, Any]:
    return {
        "type": "message_action",
        "callback_id": "timeline.add",
        "trigger_id": "1.2.shortcut",
        "message_ts": "17.000100",
        "response_url": "https://hooks.slack.com/app/1",
        "user": {"id": ALICE, "name": "alice"},
        "team": {"id": "T0MAPLE"},
        "channel": {"id": SRE, "name": "incident-sre"},
        "message": {
            "type": "message",
            "user": "U0ZOE",
            "ts": "17.000100",
            "thread_ts": "16.000100",
            "text": "ask <@U0BOB> &amp; wait \ud83d",
            "blocks": [{"type": "rich_text", "elements": []}],
            "files": [
                {"id": "F1", "name": "graph.png", "permalink": "https://slack.example/files/F1", "size": 5},
                "junk",
            ],
        },
        **changed,
    }


def test_a_shortcut_on_a_message(door: Door) -> None:
    answer = door.interactive(shortcut())
    assert (answer.status_code, answer.data) == (200, b"")
    door.interactive(shortcut())
    first, second = door.published()
    assert (first.kind, first.user, first.team, first.channel) == (Kind.SHORTCUT, ALICE, "T0MAPLE", SRE)
    assert first.payload == {
        "callback_id": "timeline.add",
        "response_url": "https://hooks.slack.com/app/1",
        "message": {
            "ts": "17.000100",
            "thread_ts": "16.000100",
            "user": "U0ZOE",
            "bot_id": "",
            "text": "ask <@U0BOB> &amp; wait ?",
            "files": [{"name": "graph.png", "permalink": "https://slack.example/files/F1"}],
            "blocks": [{"type": "rich_text", "elements": []}],
        },
    }
    assert first.id == second.id


def test_a_shortcut_on_a_bots_message(door: Door) -> None:
    message = {"type": "message", "bot_id": "B1", "ts": "1.2", "permalink": "https://slack.example/p1"}
    door.interactive(shortcut(message=message))
    (published,) = door.published()
    assert published.payload["message"] == {
        "ts": "1.2",
        "thread_ts": "",
        "user": "",
        "bot_id": "B1",
        "text": "",
        "files": [],
        "permalink": "https://slack.example/p1",
    }


def test_a_shortcut_on_nothing(door: Door) -> None:
    everywhere = {
        "type": "shortcut",
        "callback_id": "declare",
        "trigger_id": "1.2.global",
        "user": {"id": ALICE},
        "team": {"id": "T0MAPLE"},
    }
    assert door.interactive(everywhere).data == b""
    (published,) = door.published()
    assert (published.kind, published.user, published.channel) == (Kind.SHORTCUT, ALICE, "")
    assert published.payload == {"callback_id": "declare", "response_url": "", "message": {}}
