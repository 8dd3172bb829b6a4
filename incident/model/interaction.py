"""The Pub/Sub message: what a person did, for the worker, or what the worker has yet to do, for itself.

The format is a contract; both functions read and write it through this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from incident.model.naming import digest

VERSION = 1

_YEARS = range(1970, 9999)
"""Years of `received_at`, in UTC: times near either end of what `datetime` holds overflow in other zones."""


class Kind(StrEnum):
    """What sort of thing it was. The last four are sent by Cloud Scheduler and by the bot itself."""

    COMMAND = "command"
    BUTTON = "button"
    SHORTCUT = "shortcut"
    FORM = "form"
    EVENT = "event"
    TICK = "tick"
    RESUME = "resume"
    REFLECT = "reflect"
    RECONCILE = "reconcile"


class UnreadableMessageError(ValueError):
    """A message that no version of the worker can carry out; its text says why, without quoting it."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One slash command, button press, shortcut, submitted form, event, tick, or message of the bot's own.

    Attributes:
        id: derived from what Slack calls the request, so the same request is the same interaction.
        kind: what sort of thing it was.
        received_at: when the Slack function read it, with a timezone; of an event, when it happened.
        user: Slack user id; empty when no person did it.
        team: Slack workspace id.
        channel: Slack channel id it happened in; empty when in none.
        payload: by kind; people's text is as Slack sent it (mentions with ids, `& < >` escaped), but for
            the values of forms, which Slack does not escape.

            - `command`: text, response_url.
            - `button`, for any interactive element: action_id, block_id, value (text, a list of texts, or
              seconds since the epoch for a date with a time), message_ts, thread_ts, is_ephemeral (whether
              only this person reads the message), response_url.
            - `shortcut`: callback_id, response_url, message. A message has ts, thread_ts, user, bot_id, text,
              files (each name and permalink), and permalink, subtype, username, blocks, attachments,
              bot_profile and edited where Slack gives them; it is empty for a shortcut that was not chosen
              on a message.
            - `form`: callback_id, values (by block_id, as for buttons), context, is_ephemeral, response_url.
            - `event`: event, as Slack sent it, but for what a message said before it was changed or deleted.
            - `resume`: run, wakes. `reflect`: incident. `reconcile`: incident, and more. See below.
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
            version = message["version"]
            if type(version) is not int or version != VERSION:  # True and 1.0 equal 1
                raise UnreadableMessageError(f"its version is not {VERSION}")
            # JSON can hold halves of characters, which no store and no service takes
            json.dumps(message, ensure_ascii=False).encode()
            return cls(
                id=_text(message, "id"),
                kind=Kind(message["kind"]),
                received_at=_time(message, "received_at"),
                user=_text(message["actor"], "user"),
                team=_text(message["actor"], "team"),
                channel=_text(message, "channel"),
                payload=_object(message, "payload"),
            )
        except KeyError as error:
            raise UnreadableMessageError(f"{error} is missing") from None
        except UnreadableMessageError:
            raise
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise UnreadableMessageError(
                f"not a message of version {VERSION}: {type(error).__name__}"
            ) from None


def form_context(channel: str, response_url: str, *, of: str = "", is_ephemeral: bool = False) -> str:
    """What a form is opened with, so that its answer can still be told to the person where they typed.

    Args:
        channel: Slack channel id that the form is about.
        response_url: where the person typed or pressed; empty where there is no such place.
        of: the value of the button that opens it.
        is_ephemeral: whether the message with that button is one that only this person reads.
    """
    context = {"channel": channel, "response_url": response_url, "of": of, "is_ephemeral": is_ephemeral}
    return json.dumps(context)


def resume(run_id: str, now: datetime, wakes: str = "") -> Interaction:
    """The bot's message to itself to take a waiting run further; the same for the same run and second.

    Args:
        run_id: which run.
        now: when it is sent.
        wakes: the services that the run waited for, joined by commas, where it finds out for all others that
            wait for the same; empty where it does not.
    """
    return _own_message(Kind.RESUME, {"run": run_id, "wakes": wakes}, run_id, now)


def reflect(incident_id: str, now: datetime) -> Interaction:
    """The bot's message to itself to bring an incident's surfaces up to date; the same within a second."""
    return _own_message(Kind.REFLECT, {"incident": incident_id}, incident_id, now)


def reconcile(incident_id: str, cells: Mapping[str, str | float], now: datetime) -> Interaction:
    """The bot's message to itself that an incident's row in the spreadsheet shows something unexpected.

    Args:
        incident_id: whose row.
        cells: what it holds, by column.
        now: when that was read.
    """
    subject = f"{incident_id} {json.dumps(dict(cells), sort_keys=True)}"
    return _own_message(Kind.RECONCILE, {"incident": incident_id, "cells": dict(cells)}, subject, now)


def trashed(incident_id: str, document_id: str, at: str, now: datetime) -> Interaction:
    """The bot's message to itself that an incident's report was put into the trash `at` some time."""
    payload = {"incident": incident_id, "document": document_id, "trashed": at}
    return _own_message(Kind.RECONCILE, payload, f"{document_id} {at}", now)


def _own_message(kind: Kind, payload: Mapping[str, Any], subject: str, now: datetime) -> Interaction:
    return Interaction(
        id=f"{kind}-{digest(f'{subject} {int(now.timestamp())}')}",
        kind=kind,
        received_at=now,
        user="",
        team="",
        channel="",
        payload=payload,
    )


def _time(holder: Mapping[str, Any], name: str) -> datetime:
    value = datetime.fromisoformat(holder[name])
    if value.tzinfo is None:
        raise UnreadableMessageError(f"{name} has no timezone")
    if value.astimezone(UTC).year not in _YEARS:
        raise UnreadableMessageError(f"{name} is out of range")
    return value


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
