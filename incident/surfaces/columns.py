"""The columns of the tracking spreadsheet, for whoever makes it, fills it or checks it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from incident.messages.joining import SEPARATOR, joined

T = TypeVar("T")


class Column(StrEnum):
    """A column; they stand in this order, from the first. `ID` is first: the bot looks for its rows there."""

    ID = "id"
    DATE = "date"
    TITLE = "title"
    CHANNEL = "channel"
    STATUS = "status"
    SEVERITY = "severity"
    COMMANDER = "commander"
    OPERATIONS_LEAD = "operations_lead"
    DECLARED_AT = "declared_at"
    RESOLVED_AT = "resolved_at"


_HEADERS: Mapping[str, Mapping[Column, str]] = MappingProxyType(
    {
        "en": {
            Column.ID: "id",
            Column.DATE: "date",
            Column.TITLE: "title",
            Column.CHANNEL: "channel",
            Column.STATUS: "status",
            Column.SEVERITY: "severity",
            Column.COMMANDER: "incident commander",
            Column.OPERATIONS_LEAD: "operations lead",
            Column.DECLARED_AT: "declared at",
            Column.RESOLVED_AT: "resolved at",
        },
        "fr": {
            Column.ID: "id",
            Column.DATE: "date",
            Column.TITLE: "titre",
            Column.CHANNEL: "canal",
            Column.STATUS: "état",
            Column.SEVERITY: "gravité",
            Column.COMMANDER: "responsable de l’incident",
            Column.OPERATIONS_LEAD: "responsable des opérations",
            Column.DECLARED_AT: "ouvert le",
            Column.RESOLVED_AT: "résolu le",
        },
    }
)


def header(*locales: str) -> tuple[str, ...]:
    """The first row, in `en`, `fr` or both."""
    return tuple(joined([_HEADERS[locale][column] for locale in locales]) for column in Column)


def row(values: Mapping[Column, T]) -> list[T]:
    """The cells of a row, in order.

    Raises:
        KeyError: if a column is missing.
    """
    return [values[column] for column in Column]


def are_moved(rows: Iterable[Sequence[object]]) -> bool:
    """Whether people have moved the columns: a cell of the header names another one than the bot has there.

    A header is known by several of its words, in any language, wherever people sorted it to. Words of
    people's own in it say nothing, and neither does a tab without one.

    Args:
        rows: the first cells of each row of the tab.
    """
    for row in rows:
        named = [_columns_called(cell) for cell in row]
        if sum(map(bool, named)) >= _LEAST_KNOWN:
            return any(found and column not in found for column, found in zip(Column, named, strict=False))
    return False


_LEAST_KNOWN = 4
"""Cells of a row that read like headers, from which on it is one; no incident is called like so many."""


def _columns_called(cell: object) -> set[Column]:
    """The columns that a cell of the header may name."""
    words = {part.strip().casefold() for part in str(cell).split(SEPARATOR.strip())}
    return {
        column
        for labels in _HEADERS.values()
        for column, label in labels.items()
        if label.casefold() in words
    }
