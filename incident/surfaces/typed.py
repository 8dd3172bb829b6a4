"""What people have typed into an incident's row, told apart from what the bot has written there. Pure.

On record with the row is what was written last. A cell that holds neither that, nor what is to be written
now, nor anything that the bot may have written in between, was changed by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident.commands.adopt import ORIGIN
from incident.model.facts import Fact, FactKind
from incident.model.incident import Finding, Incident, Status
from incident.model.slack_text import one_line
from incident.services.cells import Linked, Row, Shown, Value, is_same, reads_as, text_of
from incident.surfaces.columns import Column
from incident.surfaces.labels import ended, severity_called, status_called

DECISIONS = (Column.TITLE, Column.STATUS, Column.SEVERITY)
"""The columns in which people decide; what stands in the others is put right."""

LATE = timedelta(minutes=5)
"""A write that was given up may still be acted on for so long."""

_ERRORS = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#ERROR!", "#DIV/0!", "#NUM!", "#NULL!")
_FIELDS = {Column.TITLE: "title", Column.STATUS: "status", Column.SEVERITY: "severity"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is on record of a row.

    Attributes:
        cells: what was written, by column; empty where that is not known.
        links: where the cells lead that lead somewhere, by column.
        stamps: of the facts that it showed, by column.
        undos: how many facts had taken another back.
        unsure: what was on record before, while an older write may still be acted on; None for nothing.
        until: when that ends.
    """

    cells: Mapping[str, Shown]
    links: Mapping[str, str]
    stamps: Mapping[str, str]
    undos: int = 0
    unsure: Mapping[str, Any] | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, place: Mapping[str, Any]) -> Recorded:
        """As `record` has it; of a row that an older version has written, nothing is known."""
        until = place.get("until")
        return cls(
            place.get("cells", {}),
            place.get("links", {}),
            place.get("stamps", {}),
            place.get("undos", 0),
            place.get("unsure"),
            datetime.fromisoformat(until) if until else None,
        )


def record(
    incident: Incident, content: Sequence[Value], before: Mapping[str, Any], *, is_sure: bool, now: datetime
) -> dict[str, Any]:
    """What is to be on record once a row shows `content`; plain JSON types.

    Args:
        incident: the snapshot that the content is of.
        content: the cells.
        before: what is on record so far.
        is_sure: whether no other write can be acted on any more.
        now: the time.
    """
    cells = {str(column): reads_as(value) for column, value in zip(Column, content, strict=True)}
    stamps = {str(column): incident.stamps.get(field, "") for column, field in _FIELDS.items()}
    links = {str(c): v.url for c, v in zip(Column, content, strict=True) if isinstance(v, Linked)}
    written: dict[str, Any] = {"cells": cells, "links": links, "stamps": stamps, "undos": incident.undos}
    if is_sure:
        return written
    unsure = before.get("unsure") or {name: before[name] for name in written if name in before}
    return {**written, "unsure": unsure, "until": (now + LATE).isoformat()}


def changed(shown: Row, content: Sequence[Value], recorded: Recorded) -> list[Column]:
    """The columns in which a person may have decided something: they hold neither the old nor the new."""
    found = []
    for column, cell, value in zip(Column, shown, content, strict=True):
        if column not in DECISIONS or not text_of(cell).strip() or is_same(cell, reads_as(value)):
            continue
        old = recorded.cells.get(str(column))
        if old is None or not is_same(cell, old):
            found.append(column)
    return found


def is_ours(
    column: Column,
    cell: Shown,
    recorded: Recorded,
    facts: Sequence[Fact],
    *,
    undone: Collection[str],
    undos: int,
    label: Callable[[Column, str], str],
    now: datetime,
) -> bool:
    """Whether a cell holds what the bot may have written since, or has adopted since, what is on record.

    A worker that died has written more than it has put on record, and a write that was given up may come
    late.

    Args:
        column: which.
        cell: what it holds.
        recorded: what is on record.
        facts: all facts of the incident.
        undone: the ids of those that are taken back.
        undos: how many take another back.
        label: how the bot writes a value of a column.
        now: the time.
    """
    if recorded.unsure is not None and recorded.until is not None and now < recorded.until:
        older = Recorded.of(recorded.unsure)
        if is_same(cell, older.cells.get(str(column), "")):
            return True
        recorded = older
    is_known = bool(recorded.cells) and recorded.undos == undos
    since = recorded.stamps.get(str(column), "") if is_known else ""
    text = text_of(cell)
    for fact in facts:
        if fact.stamp <= since or (is_known and fact.id in undone):
            continue
        if fact.data.get("origin") == ORIGIN and fact.data.get("shown") == text:
            return True
        value = _value(column, fact)
        if value is not None and label(column, value) == text:
            return True
    return False


def _value(column: Column, fact: Fact) -> str | None:
    """What a fact says about a column; None for nothing."""
    if column is Column.STATUS:
        if fact.kind == FactKind.REOPENED:
            return str(fact.data.get("status") or Status.INVESTIGATING)
        if fact.kind == FactKind.RESOLVED or "outcome" in fact.data:
            return ended(str(fact.data.get("outcome") or ""))
    if column is Column.SEVERITY and "severity" in fact.data:
        return str(fact.data["severity"] or "")
    value = fact.data.get(_FIELDS[column])
    return str(value) if value else None


def _means(column: Column, text: str) -> str | None:
    match column:
        case Column.STATUS:
            return status_called(text)
        case Column.SEVERITY:
            return severity_called(text)
        case _:
            return title_of(text)


def decision(column: Column, cell: Shown) -> str | None:
    """What a cell decides: a status, a severity (empty: none) or a title; None for nothing."""
    return _means(column, text_of(cell))


def now_said(column: Column, incident: Incident) -> str:
    """What is so now, as `decision` has it."""
    if column is Column.STATUS and not incident.is_open:
        return ended(str(incident.found(Finding.OUTCOME)))
    return str(getattr(incident, _FIELDS[column]) or "")


def must_be_written(column: Column, cell: Shown, value: Value, recorded: Recorded) -> bool:
    """Whether a cell shows anything else than it should, or leads elsewhere, as far as that is known."""
    if not is_same(cell, reads_as(value)):
        return True
    if not isinstance(value, Linked):
        return False
    # a person who types over a link removes it, which reading the cells does not tell
    old = recorded.cells.get(str(column), "")
    return recorded.links.get(str(column)) != value.url or not is_same(old, value.text)


def stamp_of(column: Column, incident: Incident) -> str:
    """The stamp of the fact that says so."""
    return incident.stamps.get(_FIELDS[column], "")


def title_of(text: str) -> str | None:
    """A title, on one line; None for nothing, or what a formula that failed shows."""
    title = one_line(text)
    return None if not title or title in _ERRORS else title
