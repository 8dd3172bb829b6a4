"""What an incident is. Pure: no clock, no client, no environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self


class Role(StrEnum):
    """Who does what while an incident lasts."""

    INCIDENT_COMMANDER = "incident_commander"
    OPERATIONS_LEAD = "operations_lead"


class Status(StrEnum):
    """Where an incident stands."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How bad it is; 1 is worst."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


class Thing(StrEnum):
    """What people miss when it is not there."""

    CHANNEL = "channel"
    CALL = "call"
    REPORT = "report"
    BRIEFING = "briefing"
    INVITATIONS = "invitations"
    TOPIC = "topic"
    BOOKMARKS = "bookmarks"
    TRACKING = "tracking"
    ANNOUNCEMENT = "announcement"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as the store keeps it.

    Attributes:
        id: such as `2026-11-23-4k7wm2zt`; says nothing of what went wrong, so logs may carry it.
        title: what went wrong, in the words of the person who typed it, on one line, unescaped.
        date: the day it was declared on, in the organisation's timezone.
        declared_at: with a timezone.
        declared_by: Slack user id of the opener.
        status: where it stands.
        severity: None until somebody has judged it.
        roles: Slack user id by role.
        channel_id: empty until the channel is there, as are the rest.
        channel_name: without `#`.
        meet_url: the link people join by.
        meet_space: Meet's own name for the call, `spaces/{id}`.
        document_id: the report in Drive.
        document_url: the link to it.
        resolved_at: None while it lasts.
    """

    id: str
    title: str
    date: date
    declared_at: datetime
    declared_by: str
    status: Status = Status.INVESTIGATING
    severity: Severity | None = None
    roles: Mapping[Role, str] = field(default_factory=dict)
    channel_id: str = ""
    channel_name: str = ""
    meet_url: str = ""
    meet_space: str = ""
    document_id: str = ""
    document_url: str = ""
    resolved_at: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types by field name; times in ISO 8601."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; fields of a newer version are passed over."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: _read(name, value) for name, value in stored.items() if name in known})


def _plain(value: object) -> object:
    if isinstance(value, date):  # datetime too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    return str(value) if isinstance(value, StrEnum) else value


def _read(name: str, value: Any) -> Any:
    match name:
        case "date":
            return date.fromisoformat(value)
        case "declared_at":
            return datetime.fromisoformat(value)
        case "resolved_at":
            return datetime.fromisoformat(value) if value else None
        case "status":
            return Status(value)
        case "severity":
            return Severity(value) if value else None
        case "roles":
            return {Role(role): user for role, user in value.items()}
        case _:
            return value
