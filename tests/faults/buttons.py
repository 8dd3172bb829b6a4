"""The Retry button, as people see and press it."""

from __future__ import annotations

from incident.commands import RETRY
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.workspace import Message
from tests.faults.rig import Rig


def buttons(rig: Rig) -> list[Message]:
    """The messages with a Retry button that stand anywhere."""
    return [
        message
        for message in rig.slack.workspace.messages.values()
        if any(element.get("action_id") == RETRY for _, element in elements(message.blocks))
    ]


def retry(rig: Rig) -> None:
    """Somebody who sees a button presses it."""
    pressed = buttons(rig)[0]
    rig.settle(rig.press(pressed.channel, pressed.ts, RETRY))
