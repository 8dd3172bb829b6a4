"""Messages that are part of the story: a reaction, or *Add to timeline* in a message's menu, puts one there.

Taking the reaction off takes it out again. What its author changes in it, or that they delete it, follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from incident.commands.refusal import Reason, Refuse
from incident.commands.spec import Chosen, Said, Shortcut, Spec, Text
from incident.model.changes import mark_key
from incident.model.facts import FactKind
from incident.model.slack_message import content_of

CALLBACK = "timeline.add"

TEXT = {
    "en": Text((), "", "", done="It is in the timeline."),
    "fr": Text((), "", "", done="C’est au journal."),
}

MOST = 400
"""Messages that may be in one timeline: with their words they take about half of what a document can hold.

https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
"""

_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,6}")
_EMOJI = re.compile(r"[^\s/]{1,200}")


@dataclass(frozen=True, slots=True)
class MarkMessage:
    """Put a message into the timeline.

    Attributes:
        channel, ts: of the message.
        emoji: the reaction, as Slack has it; empty where it was chosen in the message's menu.
        content: what it said when it was chosen, as `Content.to_dict` has it: for where Slack does not let
            the bot read it. Empty for a reaction, which brings nothing of the message.
        link: to it, where Slack gave one.
    """

    channel: str
    ts: str
    emoji: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""


@dataclass(frozen=True, slots=True)
class UnmarkMessage:
    """Take a person's mark off a message again; the attributes are those of `MarkMessage`."""

    channel: str
    ts: str
    emoji: str


@dataclass(frozen=True, slots=True)
class FollowEdit:
    """A message was changed: what it says now is what stands in the timeline.

    Attributes:
        channel, ts: of the message.
        content: what it says since, as `Content.to_dict` has it.
    """

    channel: str
    ts: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FollowDeletion:
    """A message was deleted: what it said stays in the timeline, marked."""

    channel: str
    ts: str


Marking = MarkMessage | UnmarkMessage | FollowEdit | FollowDeletion


def of_message(chosen: Chosen) -> MarkMessage:
    """The message, whatever it holds."""
    return MarkMessage(chosen.channel, chosen.ts, content=chosen.content.to_dict(), link=chosen.permalink)


def of_reaction(event: Mapping[str, Any]) -> MarkMessage | UnmarkMessage | None:
    """What a reaction means; None where it is none to a message.

    https://docs.slack.dev/reference/events/reaction_added
    """
    item = event.get("item")
    place = _place(item, "channel", "ts") if isinstance(item, dict) else None
    emoji = event.get("reaction")
    if place is None or not isinstance(emoji, str) or not _EMOJI.fullmatch(emoji):
        return None
    command = MarkMessage if event.get("type") == "reaction_added" else UnmarkMessage
    return command(*place, emoji=emoji)


def of_change(event: Mapping[str, Any]) -> FollowEdit | FollowDeletion | None:
    """What a change of a message means; None where nothing was changed.

    A message that others have replied to is not deleted: it turns into another, a tombstone.

    https://docs.slack.dev/reference/events/message/message_changed,
    https://docs.slack.dev/reference/events/message/message_deleted
    """
    if event.get("subtype") == "message_deleted":
        gone = _place(event, "channel", "deleted_ts")
        return FollowDeletion(*gone) if gone else None
    message = event.get("message")
    if event.get("subtype") != "message_changed" or not isinstance(message, dict):
        return None
    place = _place({"channel": event.get("channel"), "ts": message.get("ts")}, "channel", "ts")
    if place is None:
        return None
    if message.get("subtype") == "tombstone":
        return FollowDeletion(*place)
    return FollowEdit(*place, content_of(message).to_dict())


def _place(holder: Mapping[str, Any], *names: str) -> tuple[str, str] | None:
    """The channel and `ts` of a message."""
    channel, ts = (holder.get(name) for name in names)
    if isinstance(channel, str) and channel.isalnum() and isinstance(ts, str) and _TS.fullmatch(ts):
        return channel, ts
    return None


def _marks(command: MarkMessage, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: which message, by what, and when it was written."""
    written = datetime.fromtimestamp(float(command.ts), UTC) if _TS.fullmatch(command.ts) else said.at
    place = {"channel": command.channel, "ts": command.ts, "emoji": command.emoji}
    return FactKind.MESSAGE_MARKED, {**place, "happened_at": written.isoformat()}


def _unmarks(command: UnmarkMessage, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    """The fact. It is stated though there is no mark: what took it off may overtake what put it there."""
    place = {"channel": command.channel, "ts": command.ts, "emoji": command.emoji}
    return FactKind.MESSAGE_UNMARKED, place


def _deletes(command: FollowDeletion, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    return FactKind.MESSAGE_DELETED, {"of": mark_key(command.channel, command.ts)}


def _is_in_an_incident(command: Marking, said: Said) -> bool:  # noqa: ARG001
    return said.incident is not None


def _was_marked(command: Marking, said: Said) -> bool:
    """Most messages that people change are not marked.

    One that is marked later is read after that, so what was changed before is not missed.
    """
    return said.incident is not None and mark_key(command.channel, command.ts) in said.incident.marks


def _has_room(command: MarkMessage, said: Said) -> Refuse | None:
    """Nothing speaks against a mark until there are so many that the incident could not be stored."""
    if said.incident is None or len(said.incident.marks) < MOST:
        return None
    is_new = mark_key(command.channel, command.ts) not in said.incident.marks
    return Refuse(Reason.TIMELINE_FULL) if is_new else None


COMMAND = Spec(
    MarkMessage,
    workflow="mark",
    text=TEXT,
    applies=_is_in_an_incident,
    check=_has_room,
    states=_marks,
    shortcuts=(
        Shortcut(
            CALLBACK,
            {"en": "Add to timeline", "fr": "Au journal"},
            {
                "en": "Puts a message into the timeline of the incident.",
                "fr": "Met un message au journal de l’incident.",
            },
            of_message,
        ),
    ),
)
UNMARKING = Spec(UnmarkMessage, workflow="stated", applies=_is_in_an_incident, states=_unmarks)
EDIT = Spec(FollowEdit, workflow="follow_edit", applies=_was_marked)
DELETION = Spec(FollowDeletion, workflow="stated", applies=_was_marked, states=_deletes)
