"""How an incident changes: facts, and the fold that makes the snapshot of them. Pure.

A fact is something that was said or that happened, once. The fold does not care in which order facts arrive,
as Pub/Sub keeps none: for every field the fact that was said last wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from incident.model.incident import Incident, Role, Status


class FactKind(StrEnum):
    """The kinds of fact that this version folds. Others, of a newer version, are kept and change nothing."""

    DECLARED = "declared"
    CHANNEL_CREATED = "channel_created"
    CALL_STARTED = "call_started"
    REPORT_CREATED = "report_created"
    SEVERITY_SET = "severity_set"
    STATUS_SET = "status_set"
    ROLE_TAKEN = "role_taken"
    UPDATE_POSTED = "update_posted"


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
    def stamp(self) -> str:
        """Sorts facts by when they were said, then by id: text, so that stores and JSON keep it as it is."""
        return f"{self.at.astimezone(UTC).isoformat(timespec='microseconds')} {self.id}"


def fold(incident: Incident | None, fact: Fact) -> Incident:
    """The snapshot with one more fact, which must not be in it already.

    Args:
        incident: the snapshot so far; None where this is the first fact.
        fact: any kind. One that this version does not know raises the version and changes nothing else.

    Returns:
        The new snapshot: the same whatever the order in which the same facts are folded.
    """
    before = incident.to_dict() if incident else {}
    stamps: dict[str, str] = dict(before.get("stamps", {}))
    after = dict(before)
    for name, value in _changes(fact).items():
        if fact.stamp >= stamps.get(name, ""):
            stamps[name] = fact.stamp
            _set(after, name, value)
    after |= {"version": before.get("version", 0) + 1, "stamps": stamps}
    return Incident.from_dict(after)


def replay(facts: Iterable[Fact]) -> Incident | None:
    """The snapshot that these facts make, in any order; None where there are none."""
    incident = None
    for fact in facts:
        incident = fold(incident, fact)
    return incident


def _set(fields: dict[str, Any], name: str, value: Any) -> None:
    """Sets a field, or, for `roles.comms`, one entry of a field."""
    name, _, key = name.partition(".")
    fields[name] = {**fields.get(name, {}), key: value} if key else value


def _changes(fact: Fact) -> dict[str, Any]:
    """What a fact says, by field: each of these is won or lost by itself."""
    change = _CHANGES.get(fact.kind)
    return change(fact) if change else {}


def _declared(fact: Fact) -> dict[str, Any]:
    roles = {f"roles.{role}": user for role, user in fact.data.get("roles", {}).items()}
    plain = {name: value for name, value in fact.data.items() if name != "roles"}
    return {"declared_at": fact.at.isoformat(), "declared_by": fact.by, **plain, **roles}


def _status_set(fact: Fact) -> dict[str, Any]:
    status = fact.data["status"]
    return {
        "status": status,
        "resolved_at": fact.at.isoformat() if status == Status.RESOLVED else None,
    }


def _update_posted(fact: Fact) -> dict[str, Any]:
    return {"last_update": {"text": fact.data["text"], "by": fact.by, "at": fact.at.isoformat()}}


def _as_they_are(*names: str) -> Callable[[Fact], dict[str, Any]]:
    return lambda fact: {name: fact.data[name] for name in names}


_CHANGES: Mapping[str, Callable[[Fact], dict[str, Any]]] = {
    FactKind.DECLARED: _declared,
    FactKind.CHANNEL_CREATED: _as_they_are("channel_id", "channel_name"),
    FactKind.CALL_STARTED: _as_they_are("meet_space", "meet_url"),
    FactKind.REPORT_CREATED: _as_they_are("document_id", "document_url"),
    FactKind.SEVERITY_SET: _as_they_are("severity"),
    FactKind.STATUS_SET: _status_set,
    FactKind.ROLE_TAKEN: lambda fact: {f"roles.{fact.data['role']}": fact.data["user"]},
    FactKind.UPDATE_POSTED: _update_posted,
}


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
    """
    data = {
        "id": incident_id,
        "title": title,
        "date": day,
        "team": team,
        "status": str(Status.INVESTIGATING),
        "severity": severity,
        "roles": {str(role): opener for role in (Role.INCIDENT_COMMANDER, Role.OPERATIONS_LEAD)},
    }
    return Fact(f"{run_id}.declared", FactKind.DECLARED, at, opener, data)
