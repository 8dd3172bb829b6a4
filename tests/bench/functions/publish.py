"""One publish alone."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Request

from incident.model.interaction import Interaction, Kind
from incident.runtime.instance import once
from incident.runtime.publisher import Publisher
from incident.runtime.settings import IntakeSettings

_settings = IntakeSettings.load()
_publisher = once(lambda: Publisher(_settings.topic_path, _settings.pubsub_emulator_host))


def slack(request: Request) -> str:  # noqa: ARG001 - the framework hands it over
    payload = {"text": "database is down", "response_url": "https://hooks.slack.com/commands/T0/1/x"}
    interaction = Interaction(
        id="command-0123456789abcdef",
        kind=Kind.COMMAND,
        received_at=datetime.now(UTC),
        user="U0ALICE",
        team="T0SANDBOX",
        channel="C0GENERAL",
        payload=payload,
    )
    _publisher().publish(interaction, "")
    return ""
