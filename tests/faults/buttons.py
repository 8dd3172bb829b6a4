"""The Retry button, as people see and press it."""

from __future__ import annotations

from incident.commands.retry import RETRY
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.workspace import Message
from tests.faults.harness import Harness


def buttons(harness: Harness) -> list[Message]:
    """The messages with a Retry button that stand anywhere."""
    return [
        message
        for message in harness.slack.workspace.messages.values()
        if any(element.get("action_id") == RETRY for _, element in elements(message.blocks))
    ]


def retry(harness: Harness) -> None:
    """Somebody who sees a button presses it."""
    pressed = buttons(harness)[0]
    harness.settle(harness.press(pressed.channel, pressed.ts, RETRY))
