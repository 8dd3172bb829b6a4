"""The Slack function as Slack meets it: signed requests in, an answer and a published message out."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import functions_framework
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from incident.model.interaction import Interaction
from incident.sandbox.faults import FaultInjector
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from incident.sandbox.slack.bot_link import signature

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-sandbox"
TOPIC = "projects/sandbox/topics/incident-interactions"
FORM = "application/x-www-form-urlencoded"
ROOT = Path(__file__).parents[2]

COMMAND = {
    "token": "verification-token",
    "team_id": "T0MAPLE",
    "channel_id": "C0SRE",
    "channel_name": "incident-sre",
    "user_id": "U0ALICE",
    "user_name": "alice",
    "command": "/incident",
    "text": "database is down",
    "response_url": "https://hooks.slack.com/commands/T0MAPLE/1/a-secret-of-its-own",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    "api_app_id": "A1",
}


@dataclass
class Door:
    """The function with its stand-ins.

    Attributes:
        app: the WSGI application that functions-framework makes.
        slack: a workspace whose people reach the function over real sockets.
        pubsub: where the function publishes; nothing is delivered.
        fault_injector: breaks either.
    """

    app: Flask
    slack: FakeSlack
    pubsub: FakePubSub
    fault_injector: FaultInjector
    _seen: int = field(default=0)

    def post(
        self,
        body: bytes | Mapping[str, str],
        *,
        content_type: str = FORM,
        secret: str = SECRET,
        age: float = 0,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        """Posts a request that is signed as Slack signs; `headers` replace what they name."""
        raw = body if isinstance(body, bytes) else urlencode(body).encode()
        timestamp = str(int(time.time() - age))
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(secret, timestamp, raw),
        }
        return self.app.test_client().post("/", data=raw, headers={**signed, **(headers or {})}, **more)

    def command(self, text: str, **fields: str) -> TestResponse:
        """A slash command; `text` as Slack sends it."""
        return self.post({**COMMAND, "text": text, **fields})

    def interactive(self, payload: Mapping[str, Any]) -> TestResponse:
        """A button, a form or the like."""
        return self.post({"payload": json.dumps(payload)})

    def event(self, body: Mapping[str, Any]) -> TestResponse:
        """A request of the Events API."""
        return self.post(json.dumps(body).encode(), content_type="application/json")

    def messages(self) -> list[dict[str, Any]]:
        """What was published since this was asked last, as Pub/Sub keeps it."""
        waiting = self.pubsub.snapshot()["undelivered"]
        new, self._seen = waiting[self._seen :], len(waiting)
        return [one["message"] for one in new]

    def published(self) -> list[Interaction]:
        """What was published since this was asked last."""
        return [Interaction.from_message(base64.b64decode(one["data"])) for one in self.messages()]


@contextmanager
def opened(**settings: str) -> Iterator[Door]:
    """The function in this process, made as functions-framework makes it."""
    fault_injector = FaultInjector()
    with ExitStack() as stack:
        pubsub = FakePubSub(fault_injector, topic=TOPIC, push_url="http://127.0.0.1:9/")
        stack.callback(pubsub.close)
        pubsub.paused = True
        slack = FakeSlack(fault_injector, bot_token=TOKEN, signing_secret=SECRET)
        stand_in = Server(slack)
        stack.callback(stand_in.close)
        slack.url = stand_in.url
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        environment = {
            "GOOGLE_CLOUD_PROJECT": "sandbox",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_API_URL": f"{stand_in.url}/api/",
            "PUBSUB_EMULATOR_HOST": pubsub.host,
            "INCIDENT_LOCALE": "en",
            "INCIDENT_TOPIC": "incident-interactions",
            **settings,
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        app = functions_framework.create_app(target="slack", source=str(ROOT / "main.py"))  # type: ignore[no-untyped-call]  # has no types
        served = Server(app)
        stack.callback(served.close)
        slack.bot_url = served.url
        yield Door(app, slack, pubsub, fault_injector)
