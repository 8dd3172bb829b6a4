"""What Pub/Sub does: it keeps what is published, and pushes it again and again."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from incident.model.interaction import Interaction
from incident.runtime.publisher import Publisher

_SHORTEST_BACKOFF = 5.0
_LONGEST_BACKOFF = 60.0
"""Seconds; as terraform/pubsub.tf says."""

DELIVERIES = 100
"""How often a message is pushed at most, as that file says."""


class Topic(Publisher):
    """A topic that keeps what is published."""

    def __init__(self) -> None:
        self.messages: list[Interaction] = []

    def publish(self, interaction: Interaction, traceparent: str) -> None:  # noqa: ARG002
        self.messages.append(interaction)


def envelope(message: Interaction, attempt: int) -> dict[str, Any]:
    """What Pub/Sub pushes."""
    return {
        "message": {
            "data": base64.b64encode(message.to_message()).decode(),
            "messageId": "1",
            "attributes": {"kind": message.kind, "id": message.id},
        },
        "subscription": "projects/test/subscriptions/test",
        "deliveryAttempt": attempt,
    }


def backoffs() -> Iterator[float]:
    """Seconds between deliveries."""
    backoff = _SHORTEST_BACKOFF
    while True:
        yield backoff
        backoff = min(backoff * 2, _LONGEST_BACKOFF)
