"""Cells of a spreadsheet: what is written into them, and how that reads when it is asked for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet; https://developers.google.com/workspace/sheets/api/guides/formats"""

_DAY_SECONDS = 86_400
_SAME_DAYS = 0.5 / _DAY_SECONDS
"""Times closer than this are the same: a day is counted in a floating-point number."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Words that lead somewhere when they are clicked."""

    text: str
    url: str


Value = str | float | date | Linked | None
"""What a cell can be given: exactly these words, a number, a day, a moment (in the timezone it bears), a
link, nothing."""

Shown = str | float
"""What a cell holds when it is read: text, empty for nothing, or a number; days and moments are numbers."""

Row = Sequence[Shown]


def reads_as(value: Value) -> Shown:
    """What a cell is read as that was given this."""
    match value:
        case None:
            return ""
        case Linked(text, _):
            return text
        case datetime():
            seconds = (value.hour * 60 + value.minute) * 60 + value.second
            return (value.date() - _EPOCH).days + seconds / _DAY_SECONDS
        case date():
            return float((value - _EPOCH).days)
    return value


def is_same(one: Shown, other: Shown) -> bool:
    """Whether two cells hold the same, as far as anybody can tell."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return abs(one - other) < _SAME_DAYS


def text_of(shown: Shown) -> str:
    """What a cell holds, as text."""
    return shown if isinstance(shown, str) else f"{shown:.15g}"


def entered(value: Value) -> dict[str, Any]:
    """The cell as Sheets' `CellData`; typed, so that nothing in it is ever read as a formula."""
    match value:
        case None:
            return {}
        case Linked(text, url):
            return {
                "userEnteredValue": {"stringValue": text},
                "userEnteredFormat": {"textFormat": {"link": {"uri": url}}},
            }
        case datetime():
            return _number(reads_as(value), "DATE_TIME", "yyyy-mm-dd hh:mm")
        case date():
            return _number(reads_as(value), "DATE", "yyyy-mm-dd")
        case str():
            return {"userEnteredValue": {"stringValue": value}} if value else {}
    return {"userEnteredValue": {"numberValue": value}}


def read(cell: Mapping[str, Any]) -> Shown:
    """What a cell of Sheets' `CellData` holds."""
    value = cell.get("effectiveValue", {})
    if "boolValue" in value:
        return of_json(value["boolValue"])
    return of_json(value.get("stringValue", value.get("numberValue", "")))


def of_json(value: object) -> Shown:
    """What a cell holds that `spreadsheets.values` gives unformatted."""
    if isinstance(value, bool):
        return str(value).upper()
    return float(value) if isinstance(value, int | float) else str(value)


def padded(row: Sequence[Shown], columns: int) -> Row:
    """A row with all its cells: Sheets leaves out those at its end that are empty."""
    return tuple([*row, *[""] * columns][:columns])


def _number(days: Shown, kind: str, pattern: str) -> dict[str, Any]:
    return {
        "userEnteredValue": {"numberValue": days},
        "userEnteredFormat": {"numberFormat": {"type": kind, "pattern": pattern}},
    }
