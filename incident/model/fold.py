"""The fold that makes an incident's snapshot of its facts. Pure.

It does not care in which order facts arrive, as Pub/Sub keeps none: for every field the fact that was said
last wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from incident.model.changes import WITHIN, changes_of
from incident.model.facts import Fact, FactKind, can_undo
from incident.model.incident import Incident, Role

_FIRST_WINS = frozenset({"mitigated_at"})
"""The fields that the fact sets which was said first, not last."""

_COMMANDER = WITHIN.join(("roles", Role.INCIDENT_COMMANDER))


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
    changes = changes_of(fact)
    for name, value in changes.items():
        if name == "resolved_at":  # see `_set_end`
            continue
        held_by = stamps.get(name)
        wins = held_by is None or (fact.stamp < held_by if name in _FIRST_WINS else fact.stamp >= held_by)
        if wins:
            stamps[name] = fact.stamp
            _set(after, name.split(WITHIN), value)
        if name == "status":
            _set_end(after, stamps, fact.stamp, changes.get("resolved_at"))
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
    gives_command = {fact.id: changes_of(fact).get(_COMMANDER) for fact in said}
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


def _set_end(fields: dict[str, Any], stamps: dict[str, str], stamp: str, at: str | None) -> None:
    """What was over stays so since then, whatever is said of it later: the first end since it was last open.

    Args:
        fields: those of the snapshot, to which `ends` and `resolved_at` are set.
        stamps: likewise.
        stamp: of a fact that says where the incident stands.
        at: when it ended by that; None where it goes on.
    """
    ends = dict(fields.get("ends") or {})
    if not ends and fields.get("resolved_at"):  # of an older version
        ends[stamps["resolved_at"]] = fields["resolved_at"]
    if at:
        ends[stamp] = at
    else:
        stamps[_GOES_ON] = max(stamp, stamps.get(_GOES_ON, ""))
    since = stamps.get(_GOES_ON, "")
    ends = {one: ended_at for one, ended_at in ends.items() if one > since}
    first = min(ends, default="")
    fields |= {"ends": ends, "resolved_at": ends.get(first)}
    stamps["resolved_at"] = first or since


_GOES_ON = "goes_on"
"""The stamp of the fact that last said that it is not over."""


def _set(fields: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Sets a field, or an entry within one; what holds it is copied, not changed."""
    name, *rest = path
    if rest:
        inner = dict(fields.get(name) or {})
        _set(inner, rest, value)
        value = inner
    fields[name] = value
