"""The columns of the tracking spreadsheet, for whoever makes it, fills it or checks it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from incident.messages.joining import joined

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
