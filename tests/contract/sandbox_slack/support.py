"""What the tests of the Slack stand-in share: a bot that listens, a clock, Block Kit to send."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from werkzeug.wrappers import Request, Response

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-sandbox"
ALICE, ZOE, BOT = "U0ALICE", "U0ZOE", "U0INCIDENT"
SRE, PRIVATE, DIRECT = "C0SRE", "C0SECURITY", "D0ALICE"


@dataclass
class Clock:
    offset: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


@dataclass
class Bot:
    """A bot that notes what it is sent and answers as it is told to."""

    answer: Callable[[dict[str, Any]], Response] = lambda _: Response()
    received: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data()
        assert SignatureVerifier(SECRET).is_valid_request(body, dict(request.headers))
        if request.mimetype == "application/json":
            sent = json.loads(body)
        else:
            sent = dict(parse_qsl(body.decode(), keep_blank_values=True))
            sent = json.loads(sent["payload"]) if "payload" in sent else sent
        self.headers.append(dict(request.headers))
        self.received.append(sent)
        return self.answer(sent)(environ, start_response)


def refusal(call: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        call()
    answer: dict[str, Any] = caught.value.response.data
    return answer


def error(call: Callable[[], object]) -> str:
    word: str = refusal(call)["error"]
    return word


def button(action_id: str = "press_me", **more: object) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Press"}, **more}


def options(*words: str) -> list[dict[str, Any]]:
    return [{"text": {"type": "plain_text", "text": word.upper()}, "value": word} for word in words]


def static_select(*words: str, **more: object) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "choose", "options": options(*words), **more}


def overflow(*words: str, **more: object) -> dict[str, Any]:
    return {"type": "overflow", "action_id": "more", "options": options(*words), **more}


def users_select(**more: object) -> dict[str, Any]:
    return {"type": "users_select", "action_id": "who", **more}


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "block_id": "row", "elements": list(elements)}]


def modal(**more: object) -> dict[str, Any]:
    entry = {"type": "plain_text_input", "action_id": "what"}
    label = {"type": "plain_text", "text": "What went wrong?"}
    return {
        "type": "modal",
        "callback_id": "declare",
        "title": {"type": "plain_text", "text": "New incident"},
        "submit": {"type": "plain_text", "text": "Declare"},
        "blocks": [{"type": "input", "block_id": "what_block", "label": label, "element": entry}],
        **more,
    }
