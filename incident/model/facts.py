"""How an incident changes: by facts. Pure.

A fact is something that was said or that happened, once; `incident.model.fold` makes the snapshot of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from incident.model.incident import Role, Status


class FactKind(StrEnum):
    """The kinds of fact that this version folds. Others, of a newer version, are kept and change nothing."""

    DECLARED = "declared"
    CHANNEL_CREATED = "channel_created"
    CALL_STARTED = "call_started"
    SOURCE_LINKED = "source_linked"
    REPORT_CREATED = "report_created"
    SEVERITY_SET = "severity_set"
    STATUS_SET = "status_set"
    ROLE_TAKEN = "role_taken"
    ROLES_GIVEN = "roles_given"
    UPDATE_POSTED = "update_posted"
    COMMAND_ACCEPTED = "command_accepted"
    CALLED = "called"
    CALL_PLACED = "call_placed"
    CALL_ANSWERED = "call_answered"
    NOTED = "noted"
    DID = "did"
    DECIDED = "decided"
    DECISION_REJECTED = "decision_rejected"
    ACTION_ADDED = "action_added"
    ACTION_CHANGED = "action_changed"
    MESSAGE_MARKED = "message_marked"
    MESSAGE_LINKED = "message_linked"
    RENAMED = "renamed"
    CHANNEL_RENAMED = "channel_renamed"
    SEVERITY_EXPLAINED = "severity_explained"
    FOLLOWED = "followed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    FINDINGS_ADDED = "findings_added"
    CLOSED = "closed"
    EXPORTED = "exported"
    CHANNEL_ARCHIVED = "channel_archived"
    CHANNEL_UNARCHIVED = "channel_unarchived"
    MESSAGE_UNMARKED = "message_unmarked"
    MESSAGE_READ = "message_read"
    MESSAGE_DELETED = "message_deleted"
    UNDONE = "undone"


UNDO_TIME = timedelta(minutes=10)
"""A change can be taken back for so long after it was said."""

UNDOABLE = frozenset(
    {
        FactKind.SEVERITY_SET,
        FactKind.STATUS_SET,
        FactKind.ROLE_TAKEN,
        FactKind.ROLES_GIVEN,
        FactKind.UPDATE_POSTED,
        FactKind.COMMAND_ACCEPTED,
        FactKind.NOTED,
        FactKind.DID,
        FactKind.DECIDED,
        FactKind.ACTION_ADDED,
        FactKind.MESSAGE_MARKED,
        FactKind.RENAMED,
        FactKind.RESOLVED,
        FactKind.REOPENED,
    }
)
"""The kinds that can be taken back. People who were called in were called."""

STORY = (
    FactKind.DECLARED,
    FactKind.SEVERITY_SET,
    FactKind.STATUS_SET,
    FactKind.ROLE_TAKEN,
    FactKind.ROLES_GIVEN,
    FactKind.COMMAND_ACCEPTED,
    FactKind.UPDATE_POSTED,
    FactKind.CALLED,
    FactKind.NOTED,
    FactKind.DID,
    FactKind.DECIDED,
    FactKind.ACTION_ADDED,
    FactKind.MESSAGE_MARKED,
    FactKind.RENAMED,
    FactKind.RESOLVED,
    FactKind.REOPENED,
    FactKind.CLOSED,
)
"""The kinds that tell what happened, where the others are how the bot keeps things."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One change of an incident.

    Attributes:
        id: derived from the run that states it, so that stating it twice is once; unique in its incident.
        kind: a `FactKind`, or one that a newer version knows.
        at: when Slack received what was said, with a timezone; not when it was processed.
        by: Slack user id of the person who said it; empty for the bot itself.
        data: by kind; plain JSON types.
    """

    id: str
    kind: str
    at: datetime
    by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types by field name; the time in ISO 8601."""
        return {
            "id": self.id,
            "kind": str(self.kind),
            "at": self.at.isoformat(),
            "by": self.by,
            "data": dict(self.data),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; fields of a newer version are passed over."""
        at = datetime.fromisoformat(stored["at"])
        return cls(stored["id"], stored["kind"], at, stored.get("by", ""), dict(stored.get("data", {})))

    @property
    def run(self) -> str:
        """The id of the run that stated it."""
        return self.id.partition(".")[0]

    @property
    def happened_at(self) -> datetime:
        """When it happened, where that was said to be earlier than it was told."""
        past = self.data.get("happened_at")
        return datetime.fromisoformat(past) if past else self.at

    @property
    def stamp(self) -> str:
        """Sorts facts by when they were said, then by id: text, so that stores and JSON keep it as it is."""
        return f"{self.at.astimezone(UTC).isoformat(timespec='microseconds')} {self.id}"


def can_undo(kind: str, said_at: datetime, at: datetime) -> bool:
    """Whether a change of this kind, said at some time, can still be taken back."""
    return kind in UNDOABLE and at - said_at <= UNDO_TIME


def declaration(
    run_id: str,
    incident_id: str,
    *,
    title: str,
    day: str,
    at: datetime,
    opener: str,
    team: str,
    severity: str | None,
    source: Mapping[str, str] | None = None,
) -> Fact:
    """The first fact of an incident. Its opener commands it and leads its operations until roles change.

    Args:
        run_id: of the run that declares it.
        incident_id: see `incident.model.naming`.
        title: what went wrong, on one line, unescaped.
        day: the day of the declaration in the organisation's timezone, ISO 8601.
        at: when Slack received it.
        opener: Slack user id.
        team: Slack workspace id.
        severity: None until it is assessed.
        source: the message that it is declared from; None where it was typed.
    """
    data: dict[str, Any] = {
        "id": incident_id,
        "title": title,
        "date": day,
        "team": team,
        "status": str(Status.INVESTIGATING),
        "severity": severity,
        "roles": {str(role): opener for role in (Role.INCIDENT_COMMANDER, Role.OPERATIONS_LEAD)},
    }
    if source:
        data["source"] = dict(source)
    return Fact(f"{run_id}.declared", FactKind.DECLARED, at, opener, data)
