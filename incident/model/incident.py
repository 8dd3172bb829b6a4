"""What an incident is: the snapshot that its facts make. Pure: no clock, no client, no environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Self


class Role(StrEnum):
    """Who does what while an incident lasts; a newer version may know more."""

    INCIDENT_COMMANDER = "incident_commander"
    OPERATIONS_LEAD = "operations_lead"


class Status(StrEnum):
    """Where an incident stands; a newer version may know more."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How bad it is; 1 is worst. A newer version may know more."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


class Deliverable(StrEnum):
    """What people miss when it is not there."""

    CHANNEL = "channel"
    CALL = "call"
    REPORT = "report"
    BRIEFING = "briefing"
    INVITATIONS = "invitations"
    ON_CALL = "on_call"
    TOPIC = "topic"
    BOOKMARKS = "bookmarks"
    TRACKING = "tracking"
    ANNOUNCEMENT = "announcement"
    LINE = "line"


_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Update:
    """The last thing that everybody was told.

    Attributes:
        text: in the words of the person, unescaped.
        by: their Slack user id.
        at: when it was said.
    """

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """The snapshot of one incident: what all its facts together say.

    A value that a newer version of the bot wrote is kept as it is, be it a status, a role or a field.

    Attributes:
        id: such as `2026-11-23-4k7wm2zt`; says nothing of what went wrong, so logs may carry it.
        title: what went wrong, in the words of the person who typed it, on one line, unescaped.
        date: the day it was declared on, in the organisation's timezone.
        declared_at: with a timezone.
        declared_by: Slack user id of the opener.
        team: Slack workspace id.
        status: a `Status`.
        severity: a `Severity`; None until it is assessed.
        roles: Slack user id by `Role`.
        channel_id: empty until the channel is there, as are the rest.
        channel_name: without `#`.
        meet_url: the link people join by.
        meet_space: Meet's own name for the call, `spaces/{id}`.
        document_id: the report in Drive.
        document_url: the link to it.
        resolved_at: None while it lasts.
        last_update: None until there is one.
        version: how many facts are in it.
        stamps: by field, the stamp of the fact that set it (`Fact.stamp`).
        unknown: the fields of a newer version, as they are stored.
    """

    id: str = ""
    title: str = ""
    date: date = date.min
    declared_at: datetime = _NEVER
    declared_by: str = ""
    team: str = ""
    status: str = Status.INVESTIGATING
    severity: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    channel_id: str = ""
    channel_name: str = ""
    meet_url: str = ""
    meet_space: str = ""
    document_id: str = ""
    document_url: str = ""
    resolved_at: datetime | None = None
    last_update: Update | None = None
    version: int = 0
    stamps: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def commander(self) -> str:
        """Slack user id of the incident commander; empty where there is none."""
        return self.roles.get(Role.INCIDENT_COMMANDER, "")

    @property
    def operations_lead(self) -> str:
        """Slack user id of the operations lead; empty where there is none."""
        return self.roles.get(Role.OPERATIONS_LEAD, "")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types by field name; times in ISO 8601."""
        known = {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name != "unknown"}
        return {**self.unknown, **known}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        known = {f.name for f in fields(cls)} - {"unknown"}
        return cls(
            **{name: _read(name, value) for name, value in stored.items() if name in known},
            unknown={name: value for name, value in stored.items() if name not in known},
        )


def _plain(value: object) -> object:
    if isinstance(value, Update):
        return {"text": value.text, "by": value.by, "at": value.at.isoformat()}
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
        case "last_update":
            return Update(value["text"], value["by"], datetime.fromisoformat(value["at"])) if value else None
        case _:
            return value
