"""What happened in an incident, as its report tells it: in the order in which it happened. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.model.changes import WITHIN, changes_of, mark_key
from incident.model.facts import STORY, Fact, FactKind
from incident.model.incident import Incident
from incident.model.marks import Mark, marks_of

TOLD = frozenset(STORY) - {FactKind.CALLED, FactKind.RENAMED, FactKind.MESSAGE_MARKED}
"""The kinds of fact that the report tells; of messages that people have marked it tells the messages."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken out of the story: who did it, by Slack user id, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: a fact, or a message that a person marked.

    Attributes:
        id: the fact's; the message's key.
        at: when it happened.
        fact: None for a message.
        mark: None for a fact.
        taken: that it was taken out; None where it stands.
        copy: of a closing, the link to the copy of the channel; empty before that is there.
    """

    id: str
    at: datetime
    fact: Fact | None = None
    mark: Mark | None = None
    taken: Taken | None = None
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A value, and since when it was so."""

    value: str
    since: datetime


def told(incident: Incident, facts: Iterable[Fact]) -> list[Told]:
    """The story, in the order in which things happened, with what was taken out of it again.

    Messages whose words are not known yet are left out.

    Args:
        incident: the snapshot that says what was taken back.
        facts: all facts of the incident.
    """
    known = {fact.id: fact for fact in facts}
    copies = {
        f"{fact.run}.{FactKind.CLOSED}": str(fact.data.get("export_url") or "")
        for fact in known.values()
        if fact.kind == FactKind.EXPORTED
    }
    things = [
        Told(
            fact.id,
            fact.happened_at,
            fact=fact,
            taken=_undone(incident, fact, known),
            copy=copies.get(fact.id, ""),
        )
        for fact in known.values()
        if fact.kind in TOLD
    ]
    things += [
        Told(mark.key, mark.happened_at, mark=mark, taken=_unmarked(mark))
        for mark in marks_of(incident)
        if mark.is_read or mark.text or mark.is_deleted
    ]
    shown = {thing.id for thing in things}
    things += [
        Told(key, fact.happened_at, fact=fact, taken=_undone(incident, fact, known))
        for fact in known.values()
        if fact.kind == FactKind.MESSAGE_MARKED
        and fact.id in incident.undone
        and (key := mark_key(fact.data["channel"], fact.data["ts"])) not in shown
    ]
    return sorted(things, key=lambda thing: (thing.at, thing.id))


def _undone(incident: Incident, fact: Fact, known: dict[str, Fact]) -> Taken | None:
    undo = incident.undone.get(fact.id)
    if undo is None:
        return None
    return Taken(incident.undone_by.get(fact.id, ""), known[undo].at if undo in known else fact.at)


def _unmarked(mark: Mark) -> Taken | None:
    if mark.is_marked:
        return None
    return Taken(mark.unmarked_by, mark.unmarked_at or mark.happened_at)


def held(incident: Incident, facts: Sequence[Fact], *field: str) -> list[Held]:
    """The values that a field has had, in order, as people said them; what was taken back has never been.

    Args:
        incident: the snapshot that says what was taken back.
        facts: all facts of the incident.
        field: the names that lead to it, such as `roles`, `scribe`.
    """
    name, values = WITHIN.join(field), list[Held]()
    for fact in sorted(facts, key=lambda fact: fact.stamp):
        changes = {} if fact.id in incident.undone else changes_of(fact)
        value = str(changes.get(name) or "")
        if name in changes and value != (values[-1].value if values else ""):
            values.append(Held(value, fact.at))
    return values


def stating(incident: Incident, facts: Iterable[Fact], field: str) -> Fact | None:
    """The fact that says what a field of the snapshot holds; None where none of these does."""
    stamp = incident.stamps.get(field, "").partition(" ")[2]
    return next((fact for fact in facts if fact.id == stamp), None)
