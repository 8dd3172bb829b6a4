"""What travels from the Slack function to the worker: one thing a person did, as a Pub/Sub message.

The format is a contract (design.md, section 5); both functions read and write it through this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

VERSION = 1


class Kind(StrEnum):
    """What sort of thing it was."""

    COMMAND = "command"
    BUTTON = "button"
    FORM = "form"
    EVENT = "event"
    TICK = "tick"


class UnreadableMessageError(ValueError):
    """A message that no version of the worker can carry out; its text says why, without quoting it."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One slash command, button press, submitted form, event or tick of the clock.

    Attributes:
        id: derived from what Slack calls the request, so the same request is the same interaction.
        kind: what sort of thing it was.
        received_at: when the Slack function read it, with a timezone.
        user: Slack user id; empty when nobody did it.
        team: Slack workspace id.
        channel: Slack channel id it happened in; empty when in none.
        payload: by kind. `command`: text, response_url; `button`: action_id, value, response_url;
            `form`: callback_id, values, response_url; `event`: event.
    """

    id: str
    kind: Kind
    received_at: datetime
    user: str
    team: str
    channel: str
    payload: Mapping[str, Any]

    def to_message(self) -> bytes:
        """The data of the Pub/Sub message; half a character, which JSON can hold and UTF-8 cannot, is `?`."""
        return json.dumps(self.to_dict(), ensure_ascii=False).encode(errors="replace")

    def to_dict(self) -> dict[str, Any]:
        """The message as plain JSON types."""
        return {
            "version": VERSION,
            "id": self.id,
            "kind": str(self.kind),
            "received_at": self.received_at.isoformat(),
            "actor": {"user": self.user, "team": self.team},
            "channel": self.channel,
            "payload": dict(self.payload),
        }

    def without_response_url(self) -> Self:
        """The interaction as it may be kept: a `response_url` is of no use after half an hour."""
        kept = {name: value for name, value in self.payload.items() if name != "response_url"}
        return replace(self, payload=kept)

    @classmethod
    def from_message(cls, data: bytes) -> Self:
        """The inverse of `to_message`.

        Raises:
            UnreadableMessageError: if `data` is not such a message, or one of a newer version.
        """
        try:
            return cls.from_dict(json.loads(data))
        except UnreadableMessageError:
            raise
        except (ValueError, RecursionError) as error:
            raise UnreadableMessageError(f"not JSON: {type(error).__name__}") from None

    @classmethod
    def from_dict(cls, message: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`.

        Raises:
            UnreadableMessageError: if `message` is not such a message, or one of a newer version.
        """
        try:
            if message["version"] != VERSION:
                raise UnreadableMessageError(f"its version is not {VERSION}")
            received_at = datetime.fromisoformat(message["received_at"])
            if received_at.tzinfo is None:
                raise UnreadableMessageError("received_at has no timezone")
            return cls(
                id=_text(message, "id"),
                kind=Kind(message["kind"]),
                received_at=received_at,
                user=_text(message["actor"], "user"),
                team=_text(message["actor"], "team"),
                channel=_text(message, "channel"),
                payload=_object(message, "payload"),
            )
        except KeyError as error:
            raise UnreadableMessageError(f"{error} is missing") from None
        except UnreadableMessageError:
            raise
        except (ValueError, TypeError, RecursionError) as error:
            raise UnreadableMessageError(
                f"not a message of version {VERSION}: {type(error).__name__}"
            ) from None


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder[name]
    if not isinstance(value, str):
        raise UnreadableMessageError(f"{name} is not text")
    return value


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder[name]
    if not isinstance(value, dict):
        raise UnreadableMessageError(f"{name} is not an object")
    return value
