"""What an incident is: the snapshot that its facts make. Pure: no clock, no client, no environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self


class Role(StrEnum):
    """Who does what while an incident lasts; a newer version may know more."""

    INCIDENT_COMMANDER = "incident_commander"
    OPERATIONS_LEAD = "operations_lead"
    COMMUNICATIONS_LEAD = "communications_lead"
    SCRIBE = "scribe"


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


class Finding(StrEnum):
    """What is found out about an incident, when it ends or later; a newer version may know more.

    FIX: what fixed it. IMPACT: what people noticed. BEGAN_AT, NOTICED_AT: when harm began and when it was
    noticed, ISO 8601. LEARNT: how we learnt of it, a `Discovery`. OUTCOME: an `Outcome`; empty for an
    ordinary end.
    """

    FIX = "fix"
    IMPACT = "impact"
    BEGAN_AT = "began_at"
    NOTICED_AT = "noticed_at"
    LEARNT = "learnt"
    OUTCOME = "outcome"


class Discovery(StrEnum):
    """How we learnt of an incident."""

    PERSON = "person"
    ALERT = "alert"
    LUCK = "luck"


class Outcome(StrEnum):
    """Ends that are good, need no review, and do not count in the figures."""

    FALSE_ALARM = "false_alarm"
    EXERCISE = "exercise"


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
    PEOPLE = "people"
    CHANNEL_NAME = "channel_name"
    COPY = "copy"
    ARCHIVING = "archiving"


class Cadence(StrEnum):
    """How soon the next update is promised: minutes, or a word."""

    QUARTER = "15"
    HALF = "30"
    HOUR = "60"
    TOMORROW = "tomorrow"
    NONE = "none"

    @classmethod
    def usual(cls, severity: str | None) -> Cadence:
        """What is promised where nothing is said.

        Half an hour is right for a major incident, and every five minutes too often:
        https://response.pagerduty.com/resources/anti_patterns/
        """
        return _USUAL.get(severity or "", cls.HALF)

    @staticmethod
    def of(promise: str) -> timedelta:
        """The time until an update that was promised so; a day for what this version does not know."""
        return timedelta(minutes=int(promise)) if promise in _MINUTES else timedelta(days=1)


_MINUTES = frozenset({Cadence.QUARTER, Cadence.HALF, Cadence.HOUR})

_USUAL: Mapping[str, Cadence] = {
    Severity.SEV1: Cadence.QUARTER,
    Severity.SEV2: Cadence.HALF,
    Severity.SEV3: Cadence.HOUR,
    Severity.SEV4: Cadence.TOMORROW,
}

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
class Offer:
    """Command that was offered to a person who has not answered.

    Attributes:
        id: of the run that offered it.
        to: Slack user id of the person who is asked.
        by: of the person who offered it.
    """

    id: str
    to: str
    by: str


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
        roles: Slack user id by `Role`; empty where no person has it.
        offer: command that is offered; None where it is not.
        channel_id: empty until the channel is there, as are the rest.
        channel_name: without `#`.
        meet_url: the link people join by.
        meet_space: Meet's own name for the call, `spaces/{id}`.
        document_id: the report in Drive.
        document_url: the link to it.
        resolved_at: None while it lasts; when that was said first, however often it is said again.
        ends: when it ended since it was last open, by the stamps of the facts that say so.
        mitigated_at: when it first went to monitoring or resolved; None before that.
        closed_at: None until it is closed, and when it is reopened.
        reopened_at: when it was last reopened; None where it never was.
        findings: by `Finding`: its `value`, and who said it when (`by`, `at`).
        marks: the messages that are in the story, or were, by `incident.model.changes.mark_key`; see
            `incident.model.marks.Mark`.
        is_archived: whether the channel is.
        export_id: the copy of the channel in Drive; empty until it is closed.
        export_url: the link to it.
        export_differs: whether Slack counts another number of messages than it has.
        last_update: None until there is one.
        promise: when the next update is due, as it was said: minutes, `tomorrow` or `none`; empty for what is
            usual for the severity. See `next_update`.
        offers: the offers that were accepted, by the id of the run that made each: `by`, `at` and the id
            of the `fact` that accepted it.
        reasons: why severities were set, where that was said later, by the id of the run that set each; as
            Slack escapes it.
        source: the message that it was declared from: its `permalink` and `text`; empty where it was typed.
        calls: the calls for help, by the id of the run that made each; see `incident.model.parts.Call`.
        actions: the action items, by the id of the run that stated each; see `incident.model.parts.Action`.
        decisions: the decisions, by the id of the run that stated each; see `incident.model.parts.Decision`.
        followers: by Slack user id, whether they want updates in person.
        version: how many facts were stated.
        undone: the ids of the facts that count no more, with that of the fact that took each back.
        undone_by: who took each of them back, by Slack user id.
        undos: how many facts took another back, or meant to.
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
    ends: Mapping[str, str] = field(default_factory=dict)
    mitigated_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    findings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_archived: bool = False
    export_id: str = ""
    export_url: str = ""
    export_differs: bool = False
    last_update: Update | None = None
    promise: str = ""
    offer: Offer | None = None
    offers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    actions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    decisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    followers: Mapping[str, bool] = field(default_factory=dict)
    version: int = 0
    undone: Mapping[str, str] = field(default_factory=dict)
    undone_by: Mapping[str, str] = field(default_factory=dict)
    undos: int = 0
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

    def holder(self, role: str) -> str:
        """Slack user id of the person who has a role; empty where no person has it."""
        return self.roles.get(role, "")

    @property
    def is_open(self) -> bool:
        """Whether it is not resolved."""
        return self.status != Status.RESOLVED

    def found(self, name: Finding) -> Any:
        """What was found out; empty where nothing was."""
        return self.findings.get(name, {}).get("value") or ""

    def found_at(self, name: Finding) -> datetime | None:
        """When something was that was found out, such as `BEGAN_AT`; None where that is not known."""
        value = self.found(name)
        try:
            at = datetime.fromisoformat(value) if value else None
        except (TypeError, ValueError):  # of a newer version
            return None
        return at if at is not None and at.tzinfo else None

    @property
    def following(self) -> tuple[str, ...]:
        """Slack user ids of the people who want updates in person, sorted."""
        return tuple(sorted(user for user, wants in self.followers.items() if wants))

    def said_at(self, name: str) -> datetime | None:
        """When the fact was said that set a field; None where none has."""
        stamp = self.stamps.get(name)
        return datetime.fromisoformat(stamp.partition(" ")[0]) if stamp else None

    def said_by_fact(self, name: str) -> str:
        """The id of the fact that set a field; empty where none has."""
        return self.stamps.get(name, "").partition(" ")[2]

    @property
    def next_update(self) -> datetime | None:
        """When the next update is due; None where none is promised.

        What is usual for the severity counts from the last update, from the severity or from the reopening,
        whichever was said last. Of an incident that is over, nothing is due.
        """
        if not self.is_open or self.promise == Cadence.NONE:
            return None
        told_at = [self.said_at(name) for name in ("last_update", "declared_at")]
        since = next((at for at in told_at if at), self.declared_at)
        if not self.promise:
            assessed_at = self.said_at("severity") if self.severity else None
            since = max(since, assessed_at) if assessed_at else since
        since = max(since, self.reopened_at) if self.reopened_at else since
        return since + Cadence.of(self.promise or Cadence.usual(self.severity))

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
    if isinstance(value, Offer):
        return {"id": value.id, "to": value.to, "by": value.by}
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
        case "resolved_at" | "mitigated_at" | "closed_at" | "reopened_at":
            return datetime.fromisoformat(value) if value else None
        case "last_update":
            return Update(value["text"], value["by"], datetime.fromisoformat(value["at"])) if value else None
        case "offer":
            return Offer(**value) if value else None
        case _:
            return value
