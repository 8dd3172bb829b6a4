"""How an incident changes: facts, and the fold that makes the snapshot of them. Pure.

A fact is something that was said or that happened, once. The fold does not care in which order facts arrive,
as Pub/Sub keeps none: for every field the fact that was said last wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from incident.model.incident import Incident, Role, Status


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


_WITHIN = "/"
"""Between the names of a field and of what is within it; no id of ours or of Slack's has one."""

_COMMANDER = _WITHIN.join(("roles", Role.INCIDENT_COMMANDER))


def fold(incident: Incident | None, fact: Fact) -> Incident:
    """The snapshot with one more fact, which must not be in it already.

    Where anything was taken back, or is now, one fact is not enough: see `needs_replay`.

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
            _set(after, name.split(_WITHIN), value)
    after |= {"version": before.get("version", 0) + 1, "stamps": stamps}
    return Incident.from_dict(after)


def needs_replay(incident: Incident | None, facts: Iterable[Fact]) -> bool:
    """Whether the snapshot with these facts has to be made of all facts there are, as some are taken back."""
    return bool(incident and incident.undos) or any(fact.kind == FactKind.UNDONE for fact in facts)


def replay(facts: Iterable[Fact]) -> Incident | None:
    """The snapshot that these facts make, in any order; None where there are none.

    What was taken back does not count, and neither does what took it back if it had no right to (`_target`).
    """
    said = sorted(facts, key=lambda fact: fact.stamp)
    undone = _undone(said)
    incident: Incident | None = None
    for fact in said:
        if fact.id not in undone:
            incident = fold(incident, fact)
    if incident is None:
        return None
    by = {fact.id: fact.by for fact in said if fact.kind == FactKind.UNDONE}
    counted = {
        "undone": undone,
        "undone_by": {target: by[undo] for target, undo in undone.items()},
        "undos": len(by),
        "version": len(said),
    }
    return Incident.from_dict({**incident.to_dict(), **counted})


def _undone(said: Sequence[Fact]) -> dict[str, str]:
    """The ids of the facts that are taken back, each with that of the fact that did it.

    Of the snapshot it takes no more than who commands, so that it costs little however often it begins anew.
    """
    gives_command = {fact.id: _changes(fact).get(_COMMANDER) for fact in said}
    undone: dict[str, str] = {}
    while found := _next_undone(said, undone, gives_command):
        undone |= found
    return undone


def _next_undone(
    said: Sequence[Fact], undone: Mapping[str, str], gives_command: Mapping[str, str | None]
) -> dict[str, str]:
    """The first fact that is taken back besides those that are, by what; empty where there is none.

    Who is incident commander depends on what was taken back before: so one at a time.
    """
    commander = ""
    for fact in said:
        given = gives_command[fact.id]
        if given is not None and fact.id not in undone:
            commander = given
        if fact.kind == FactKind.UNDONE and fact.id not in undone.values():
            target = _target(fact, said, undone, commander)
            if target is not None:
                return {target.id: fact.id}
    return {}


def _target(undo: Fact, said: Sequence[Fact], undone: Mapping[str, str], commander: str) -> Fact | None:
    """What a fact takes back: for ten minutes, one's own, or as incident commander anybody's."""
    named = undo.data.get("fact")
    for fact in reversed(said):
        is_meant = fact.id == named if named else (fact.by == undo.by and fact.at <= undo.at)
        may = undo.by in {fact.by, commander}
        if is_meant and may and fact.id not in undone and can_undo(fact.kind, fact.at, undo.at):
            return fact
    return None


def can_undo(kind: str, said_at: datetime, at: datetime) -> bool:
    """Whether a change of this kind, said at some time, can still be taken back."""
    return kind in UNDOABLE and at - said_at <= UNDO_TIME


def _set(fields: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Sets a field, or an entry within one; what holds it is copied, not changed."""
    name, *rest = path
    if rest:
        inner = dict(fields.get(name) or {})
        _set(inner, rest, value)
        value = inner
    fields[name] = value


def _changes(fact: Fact) -> dict[str, Any]:
    """What a fact says, by field: each of these is won or lost by itself."""
    change = _CHANGES.get(fact.kind)
    return change(fact) if change else {}


def _within(*path: str) -> str:
    """The name of an entry within a field, such as one of the roles."""
    return _WITHIN.join(path)


def _roles(fact: Fact, roles: Mapping[str, str]) -> dict[str, Any]:
    """People have roles. Who takes command, or is offered it, ends what was offered before."""
    taken: dict[str, Any] = {_within("roles", role): user for role, user in roles.items()}
    if Role.INCIDENT_COMMANDER in roles:
        taken["offer"] = None
    if offered := fact.data.get("offered"):
        taken["offer"] = {"id": fact.run, "to": offered, "by": fact.by}
    return taken


def _declared(fact: Fact) -> dict[str, Any]:
    roles = {_within("roles", role): user for role, user in fact.data.get("roles", {}).items()}
    source = {_within("source", name): value for name, value in fact.data.get("source", {}).items()}
    plain = {name: value for name, value in fact.data.items() if name not in {"roles", "source"}}
    return {"declared_at": fact.at.isoformat(), "declared_by": fact.by, **plain, **roles, **source}


def _status(fact: Fact) -> dict[str, Any]:
    status = fact.data["status"]
    return {
        "status": status,
        "resolved_at": fact.at.isoformat() if status == Status.RESOLVED else None,
    }


def _update_posted(fact: Fact) -> dict[str, Any]:
    told = {"last_update": {"text": fact.data["text"], "by": fact.by, "at": fact.at.isoformat()}}
    told |= _status(fact) if fact.data.get("status") else {}
    return told | {"promise": fact.data.get("promise", "")}


def _part(field: str, *names: str) -> Callable[[Fact], dict[str, Any]]:
    """A new part of the incident, known by the run that stated it; each of its names can be changed later."""

    def changes(fact: Fact) -> dict[str, Any]:
        data = {name: fact.data[name] for name in names if name in fact.data}
        values = {"by": fact.by, "at": fact.at.isoformat(), **data}
        return {_within(field, fact.run, name): value for name, value in values.items()}

    return changes


def _part_changed(field: str, *names: str) -> Callable[[Fact], dict[str, Any]]:
    """A change of the part whose id is in the fact's data, under `of`."""

    def changes(fact: Fact) -> dict[str, Any]:
        given = (name for name in names if name in fact.data)
        return {_within(field, fact.data["of"], name): fact.data[name] for name in given}

    return changes


def _call_answered(fact: Fact) -> dict[str, Any]:
    return {_within("calls", fact.data["of"], "answers", fact.by): fact.data["answer"]}


def _command_accepted(fact: Fact) -> dict[str, Any]:
    answer = {"by": fact.by, "at": fact.at.isoformat(), "fact": fact.id}
    taken = _roles(fact, {Role.INCIDENT_COMMANDER: fact.by})
    return {_within("offers", fact.data["of"]): answer} | taken


def _as_they_are(*names: str) -> Callable[[Fact], dict[str, Any]]:
    return lambda fact: {name: fact.data[name] for name in names}


_CHANGES: Mapping[str, Callable[[Fact], dict[str, Any]]] = {
    FactKind.DECLARED: _declared,
    FactKind.CHANNEL_CREATED: _as_they_are("channel_id", "channel_name"),
    FactKind.SEVERITY_EXPLAINED: lambda fact: {_within("reasons", fact.data["of"]): fact.data["reason"]},
    FactKind.CHANNEL_RENAMED: _as_they_are("channel_name"),
    FactKind.CALL_STARTED: _as_they_are("meet_space", "meet_url"),
    FactKind.SOURCE_LINKED: lambda fact: {_within("source", "permalink"): fact.data["permalink"]},
    FactKind.REPORT_CREATED: _as_they_are("document_id", "document_url"),
    FactKind.SEVERITY_SET: _as_they_are("severity"),
    FactKind.STATUS_SET: _status,
    FactKind.ROLE_TAKEN: lambda fact: _roles(fact, {fact.data["role"]: fact.data["user"]}),
    FactKind.ROLES_GIVEN: lambda fact: _roles(fact, fact.data.get("roles", {})),
    FactKind.COMMAND_ACCEPTED: _command_accepted,
    FactKind.UPDATE_POSTED: _update_posted,
    FactKind.CALLED: _part("calls", "reason", "groups"),
    FactKind.CALL_PLACED: _part_changed("calls", "users", "missing", "comms"),
    FactKind.CALL_ANSWERED: _call_answered,
    FactKind.DECIDED: _part("decisions", "text"),
    FactKind.DECISION_REJECTED: lambda fact: {_within("decisions", fact.data["of"], "rejected_by"): fact.by},
    FactKind.ACTION_ADDED: _part("actions", "text", "when", "owner"),
    FactKind.ACTION_CHANGED: _part_changed("actions", "when", "owner"),
    FactKind.RENAMED: _as_they_are("title"),
    FactKind.FOLLOWED: lambda fact: {_within("followers", fact.by): fact.data["follows"]},
}
"""What a fact of each kind says, by field; notes and their like stand in the story alone."""


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
