"""Where coverage-guided fuzzing starts from: one good example of every shape there is."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from incident.sandbox.slack.bot_link import signature
from tests.fuzz.targets import NOW, SECRET
from tests.unit.hostile import TITLES

_BODY = b"command=%2Fincident&text=down"
_MESSAGE = {
    "version": 1,
    "id": "command-x",
    "kind": "command",
    "received_at": "2026-11-23T03:04:05+00:00",
    "actor": {"user": "U1", "team": "T1"},
    "channel": "C1",
    "payload": {"text": "down", "response_url": "https://hooks.slack.com/commands/1"},
}
_BUTTON = {
    "type": "block_actions",
    "user": {"id": "U1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1"},
    "container": {"channel_id": "C1"},
    "trigger_id": "1.2.3",
    "response_url": "https://hooks.slack.com/actions/1",
    "message": {"ts": "17.1", "thread_ts": "16.1"},
    "actions": [{"type": "button", "action_id": "question.update", "block_id": "b", "value": "command-x"}],
}
_RESEND = {
    **_BUTTON,
    "actions": [
        {
            "type": "button",
            "action_id": "intake.resend",
            "value": json.dumps({**_MESSAGE, "payload": {"text": "down"}, "in_doubt": True}),
        }
    ],
}
_SHORTCUT = {
    "type": "message_action",
    "callback_id": "timeline.add",
    "user": {"id": "U1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1"},
    "trigger_id": "1.2.3",
    "response_url": "https://hooks.slack.com/app/1",
    "message": {"ts": "17.1", "text": "x", "files": [{"name": "a", "permalink": "https://slack.example/a"}]},
}
_RICH_TEXT = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}, {"text": "x"}]},
        {"type": "rich_text_list", "elements": [{"type": "rich_text_section", "elements": []}]},
    ],
}
_FORM = {
    "type": "view_submission",
    "user": {"id": "U1"},
    "view": {
        "id": "V1",
        "callback_id": "declare",
        "private_metadata": '{"channel": "C1", "response_url": "", "incident": "2026-11-23-4k7wm2zt"}',
        "blocks": [{"type": "input", "block_id": "title"}],
        "state": {
            "values": {
                "title": {"title": {"type": "plain_text_input", "value": "down"}},
                "severity": {"severity": {"type": "static_select", "selected_option": {"value": "sev1"}}},
                "people": {"people": {"type": "multi_users_select", "selected_users": ["U1"]}},
                "at": {"at": {"type": "datetimepicker", "selected_date_time": 1795403045}},
                "rich": {"rich": {"type": "rich_text_input", "rich_text_value": _RICH_TEXT}},
            }
        },
    },
}
_EVENTS = [
    {
        "type": "event_callback",
        "event_id": "Ev1",
        "team_id": "T1",
        "authorizations": [{"user_id": "U0BOT", "is_bot": True}],
        "event": event,
    }
    for event in (
        {
            "type": "reaction_added",
            "user": "U1",
            "reaction": "+1::skin-tone-2",
            "item": {"type": "message", "channel": "C1", "ts": "17.1"},
        },
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": "C1",
            "message": {"user": "U1", "edited": {"user": "U1"}},
        },
        {"type": "channel_rename", "channel": {"id": "C1", "name": "x"}},
    )
]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _form(**fields: str) -> bytes:
    return b"f" + urlencode(fields).encode()


_TYPED = [title.encode() for title in TITLES] + [b"help", b"update it is back", b"\xed\xa0\xbd"]

SEEDS: dict[str, list[bytes]] = {
    "signatures": [
        b"\n".join([stamp.encode(), signature(SECRET, stamp, _BODY).encode(), _BODY])
        for stamp in (str(NOW), str(NOW - 301))
    ],
    "requests": [
        _form(ssl_check="1"),
        _form(
            command="/incident", text="a &amp; <@U1|zoe>", trigger_id="1.2.3", user_id="U1", channel_id="C1"
        ),
        *(
            _form(payload=json.dumps(payload))
            for payload in (_BUTTON, _RESEND, _SHORTCUT, _FORM, {"type": "view_closed"})
        ),
        b"j" + _json({"type": "url_verification", "challenge": "x"}),
        *(b"j" + _json(event) for event in _EVENTS),
    ],
    "pushes": [
        _json(_MESSAGE),
        _json(
            {
                "message": {
                    "data": base64.b64encode(_json(_MESSAGE)).decode(),
                    "attributes": {"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"},
                    "messageId": "1",
                },
                "deliveryAttempt": 2,
            }
        ),
    ],
    **dict.fromkeys(("grammar", "names", "escapes", "messages"), _TYPED),
}
