"""The button that sends the same interaction again: what it carries, and what comes back. Pure.

The interaction keeps its id, and so its run: sent again, it is carried out once, also where the first try had
come through after all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from incident.messages.intake import RESEND
from incident.model.interaction import Interaction, Kind, UnreadableMessageError

VALUE_LIMIT = 2000
"""Characters; https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

_KINDS = frozenset({Kind.COMMAND, Kind.BUTTON, Kind.SHORTCUT})
"""A form stays open with its words and is submitted again; an event, Slack sends again."""

_ESCAPED = {ord("&"): "\\u0026", ord("<"): "\\u003c", ord(">"): "\\u003e"}
"""Slack reads these as its own in many places; JSON can do without them."""


@dataclass(frozen=True, slots=True)
class Resend:
    """A press of the button.

    Attributes:
        interaction: to publish, as it was received first, but for its `response_url`, which is the press's.
        in_doubt: whether an earlier try may have come through.
    """

    interaction: Interaction
    in_doubt: bool


def resend_value(interaction: Interaction, *, in_doubt: bool) -> str:
    """The button's value; empty where the interaction does not fit, or is of a kind that needs no button.

    Args:
        interaction: what was not published for sure.
        in_doubt: whether Pub/Sub may have it all the same.
    """
    if interaction.kind not in _KINDS:
        return ""
    message = interaction.without_response_url().to_dict() | ({"in_doubt": True} if in_doubt else {})
    value = json.dumps(message, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    return value if len(value) <= VALUE_LIMIT else ""


def is_resend(interaction: Interaction) -> bool:
    """Whether it is a press of the button."""
    return interaction.kind is Kind.BUTTON and interaction.payload["action_id"] == RESEND


def read_resend(press: Interaction) -> Resend | None:
    """What a press of the button asks to send again; None where it is unreadable or another person's."""
    payload = press.payload
    try:
        message = json.loads(payload["value"])
        first = Interaction.from_dict(message)
    except (ValueError, TypeError, RecursionError, UnreadableMessageError):
        return None
    if first.kind not in _KINDS or (first.user, first.team) != (press.user, press.team):
        return None
    again: Mapping[str, Any] = {**first.payload, "response_url": payload["response_url"]}
    return Resend(replace(first, payload=again), message.get("in_doubt") is True)
