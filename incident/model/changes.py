"""What a fact of each kind says about an incident, by field of its snapshot. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from incident.model.facts import Fact, FactKind
from incident.model.incident import Finding, Role, Status

WITHIN = "/"
"""Between the names of a field and of what is within it; no id of ours or of Slack's has one."""


_MITIGATED = frozenset({Status.MONITORING, Status.RESOLVED})
"""With these the harm has ended, as far as is known."""


def changes_of(fact: Fact) -> dict[str, Any]:
    """What a fact says, by field: each of these is won or lost by itself."""
    change = _CHANGES.get(fact.kind)
    return change(fact) if change else {}


def _within(*path: str) -> str:
    """The name of an entry within a field, such as one of the roles."""
    return WITHIN.join(path)


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
    """Where it stands. Where it was resolved before, and is not now, that reopens it (`reopens`)."""
    status = fact.data["status"]
    at = fact.at.isoformat()
    changes = {"status": status, "resolved_at": at if status == Status.RESOLVED else None}
    changes |= {"mitigated_at": at} if status in _MITIGATED else {}
    return changes | (_begun_anew(fact) if fact.data.get("reopens") else {})


def _resolved(fact: Fact) -> dict[str, Any]:
    """It is over. What was over before stays so since then (see the fold): only the words are new."""
    at = fact.data.get("resolved_at") or fact.at.isoformat()  # older versions put there since when
    changes = {"status": str(Status.RESOLVED), "resolved_at": at, "mitigated_at": at}
    return changes | _within_findings({Finding.OUTCOME: ""}, fact) | _findings(fact)


def _reopened(fact: Fact) -> dict[str, Any]:
    status = fact.data.get("status") or str(Status.INVESTIGATING)
    changes = {"status": status, "resolved_at": None, "promise": ""}
    return changes | _begun_anew(fact)


def _begun_anew(fact: Fact) -> dict[str, Any]:
    """What ended it did not: neither the outcome nor the fix stands."""
    anew = {"reopened_at": fact.at.isoformat(), "closed_at": None}
    return anew | _within_findings({Finding.OUTCOME: "", Finding.FIX: ""}, fact)


def _findings(fact: Fact) -> dict[str, Any]:
    """What was found out, as far as the fact says it."""
    return _within_findings({name: fact.data[name] for name in Finding if name in fact.data}, fact)


def _within_findings(values: Mapping[Finding, Any], fact: Fact) -> dict[str, Any]:
    known = {"by": fact.by, "at": fact.at.isoformat()}
    return {_within("findings", name): {"value": value, **known} for name, value in values.items()}


def mark_key(channel: str, ts: str) -> str:
    """How a message that is in the story is known; a `ts` is unique in its channel."""
    return f"{channel}-{ts.replace('.', '-')}"


def _message_marked(fact: Fact) -> dict[str, Any]:
    """One person's mark of one kind: a message is in the story while there is any.

    When it was written its `ts` says. There may be hundreds, so each keeps few fields.
    """
    data, key = fact.data, mark_key(fact.data["channel"], fact.data["ts"])
    mark = _within("marks", key, "marked", f"{fact.by} {data.get('emoji', '')}".strip())
    place = {_within("marks", key, name): data[name] for name in ("channel", "ts")}
    return {**place, mark: True}


def _message_unmarked(fact: Fact) -> dict[str, Any]:
    data, key = fact.data, mark_key(fact.data["channel"], fact.data["ts"])
    removed = {"by": fact.by, "at": fact.at.isoformat()}
    return {
        _within("marks", key, "marked", f"{fact.by} {data.get('emoji', '')}".strip()): False,
        _within("marks", key, "unmarked"): removed,
    }


def _message_read(fact: Fact) -> dict[str, Any]:
    """What a message says, as it was read: all of it is won or lost at once."""
    said = {name: value for name, value in fact.data.items() if name != "of"}
    return {_within("marks", fact.data["of"], "said"): said}


def _message_deleted(fact: Fact) -> dict[str, Any]:
    return {_within("marks", fact.data["of"], "deleted_at"): fact.at.isoformat()}


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


def _exported(fact: Fact) -> dict[str, Any]:
    """Where the copy of the channel is, and whether it has as many messages as Slack counts."""
    place = {name: fact.data[name] for name in ("export_id", "export_url")}
    differs = fact.data.get("messages") != fact.data.get("counted")
    return {**place, "export_differs": differs}


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
    FactKind.RESOLVED: _resolved,
    FactKind.REOPENED: _reopened,
    FactKind.FINDINGS_ADDED: _findings,
    FactKind.CLOSED: lambda fact: {"closed_at": fact.at.isoformat()},
    FactKind.EXPORTED: _exported,
    FactKind.CHANNEL_ARCHIVED: lambda _fact: {"is_archived": True},
    FactKind.CHANNEL_UNARCHIVED: lambda _fact: {"is_archived": False},
    FactKind.MESSAGE_MARKED: _message_marked,
    FactKind.MESSAGE_UNMARKED: _message_unmarked,
    FactKind.MESSAGE_READ: _message_read,
    FactKind.MESSAGE_DELETED: _message_deleted,
}
"""What a fact of each kind says, by field; notes and their like stand in the story alone."""
