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
    "actions": [{"action_id": "question.update", "value": "command-x"}],
}
_FORM = {
    "type": "view_submission",
    "user": {"id": "U1"},
    "view": {
        "id": "V1",
        "callback_id": "declare",
        "private_metadata": '{"channel": "C1", "response_url": ""}',
        "state": {
            "values": {
                "title": {"title": {"value": "down"}},
                "severity": {"severity": {"selected_option": {"value": "sev1"}}},
            }
        },
    },
}
_EVENT = {
    "type": "event_callback",
    "event_id": "Ev1",
    "team_id": "T1",
    "event": {"user": "U1", "channel": "C1"},
}


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
        *(_form(payload=json.dumps(payload)) for payload in (_BUTTON, _FORM, {"type": "view_closed"})),
        b"j" + _json({"type": "url_verification", "challenge": "x"}),
        b"j" + _json(_EVENT),
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
