"""A spreadsheet: sheets, and cells as a person entered them."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]

_HYPERLINK = re.compile(
    r'=\s*HYPERLINK\s*\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*"((?:[^"]|"")*)"\s*)?\)\s*', re.IGNORECASE
)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serial dates have no time zone
_PATTERNS = {"DATE": "yyyy-mm-dd", "TIME": "hh:mm:ss", "DATE_TIME": "yyyy-mm-dd hh:mm:ss"}
_MINUTES = re.compile(r"(?<=h:)m+|m+(?=:s)")
_DATE_TOKEN = re.compile(r"y+|m+|d+|h+|n+|s+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as a person sees it.

    Attributes:
        value: what the cell comes to: text, number, truth, or None when empty.
        text: the value as it is shown.
        formula: the formula, when there is one.
        link: the address the cell's text leads to, when there is one.
        number_format: Sheets' pattern or type of number, when there is one.
        note: the note pinned to the cell.
    """

    value: str | float | bool | None = None
    text: str = ""
    formula: str | None = None
    link: str | None = None
    number_format: str | None = None
    note: str | None = None


@dataclass
class Sheet:
    """One tab.

    Attributes:
        properties: Sheets' `SheetProperties`.
        cells: Sheets' `CellData` by row and column from 0, only what was entered; empty cells are absent.
        basic_filter: Sheets' `BasicFilter`.
        charts: Sheets' `EmbeddedChart`s.
        widths: pixels by column from 0, of those that somebody has set.
    """

    properties: Json
    cells: dict[tuple[int, int], Json] = field(default_factory=dict)
    basic_filter: Json | None = None
    charts: list[Json] = field(default_factory=list)
    widths: dict[int, int] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The number by which requests name the tab."""
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        """The name on the tab."""
        return str(self.properties["title"])

    @property
    def row_count(self) -> int:
        """How many rows the grid has."""
        return int(self.properties["gridProperties"]["rowCount"])

    @property
    def column_count(self) -> int:
        """How many columns the grid has."""
        return int(self.properties["gridProperties"]["columnCount"])

    def filled(self) -> Iterator[tuple[int, int]]:
        """Where there is a value, in no order."""
        return (place for place, cell in self.cells.items() if "userEnteredValue" in cell)

    def put(self, row: int, column: int, cell: Json) -> None:
        """Writes a cell; the grid grows as far as it must."""
        if cell:
            self.cells[row, column] = cell
        else:
            self.cells.pop((row, column), None)
        size = dict(self.properties["gridProperties"])
        size["rowCount"] = max(size["rowCount"], row + 1)
        size["columnCount"] = max(size["columnCount"], column + 1)
        self.properties = {**self.properties, "gridProperties": size}

    def insert_rows(self, at: int, count: int) -> None:
        """Moves everything from row `at` on down."""
        self.cells = {(r + count if r >= at else r, c): cell for (r, c), cell in self.cells.items()}
        size = dict(self.properties["gridProperties"])
        size["rowCount"] += count
        self.properties = {**self.properties, "gridProperties": size}

    def delete_rows(self, start: int, end: int) -> None:
        """Deletes the rows from `start` to before `end`; what is below moves up."""
        kept = {place: cell for place, cell in self.cells.items() if not start <= place[0] < end}
        self.cells = {(r - (end - start) if r >= end else r, c): cell for (r, c), cell in kept.items()}
        size = dict(self.properties["gridProperties"])
        size["rowCount"] -= end - start
        self.properties = {**self.properties, "gridProperties": size}

    def move_row(self, source: int, target: int) -> None:
        """Moves one row to where another stands; those in between move along, as when a person drags it."""
        order = [row for row in range(self.row_count) if row != source]
        order.insert(target, source)
        places = {old: new for new, old in enumerate(order)}
        self.cells = {(places[row], column): cell for (row, column), cell in self.cells.items()}

    def rows(self) -> list[list[Cell]]:
        """Every row down to the last with a value, each as wide as the widest."""
        places = list(self.filled())
        height = max((row for row, _ in places), default=-1) + 1
        width = max((column for _, column in places), default=-1) + 1
        return [[show(self.cells.get((row, column), {})) for column in range(width)] for row in range(height)]


@dataclass
class Spreadsheet:
    """The content of a spreadsheet file.

    Attributes:
        locale: such as `en_US`.
        timezone: an IANA name.
        sheets: the tabs, in order.
    """

    locale: str = "en_US"
    timezone: str = "Etc/UTC"
    sheets: list[Sheet] = field(default_factory=list)

    def copy(self) -> Spreadsheet:
        """A spreadsheet of its own with the same content."""
        return copy.deepcopy(self)

    def sheet(self, sheet_id: int) -> Sheet | None:
        """The tab of this number."""
        return next((sheet for sheet in self.sheets if sheet.id == sheet_id), None)

    def titled(self, title: str) -> Sheet | None:
        """The tab of this name; case does not matter, as in Sheets."""
        return next((sheet for sheet in self.sheets if sheet.title.casefold() == title.casefold()), None)

    def to_json(self) -> Json:
        """As JSON, for `from_json`."""
        return {
            "locale": self.locale,
            "timezone": self.timezone,
            "sheets": [
                {
                    "properties": sheet.properties,
                    "cells": [[row, column, cell] for (row, column), cell in sheet.cells.items()],
                    "basic_filter": sheet.basic_filter,
                    "charts": sheet.charts,
                    "widths": [[column, pixels] for column, pixels in sheet.widths.items()],
                }
                for sheet in self.sheets
            ],
        }

    @classmethod
    def from_json(cls, data: Json) -> Spreadsheet:
        """The spreadsheet `to_json` was called on."""
        data = copy.deepcopy(data)
        sheets = [
            Sheet(
                sheet["properties"],
                {(row, column): cell for row, column, cell in sheet["cells"]},
                sheet["basic_filter"],
                sheet["charts"],
                dict(sheet.get("widths", [])),  # which older sandboxes did not save
            )
            for sheet in data["sheets"]
        ]
        return cls(data["locale"], data["timezone"], sheets)


def new_sheet(sheet_id: int, title: str, index: int, *, frozen_rows: int = 0) -> Sheet:
    """An empty tab of Sheets' usual size."""
    size = {"rowCount": 1000, "columnCount": 26}
    if frozen_rows:
        size["frozenRowCount"] = frozen_rows
    properties = {
        "sheetId": sheet_id,
        "title": title,
        "index": index,
        "sheetType": "GRID",
        "gridProperties": size,
    }
    return Sheet(properties)


def show(cell: Json) -> Cell:
    """What a person sees of a cell.

    Of all formulas only `HYPERLINK` of two texts is worked out; any other shows `#ERROR!`.
    """
    entered: Json = cell.get("userEnteredValue", {})
    formats: Json = cell.get("userEnteredFormat", {})
    number_format: Json = formats.get("numberFormat", {})
    value: str | float | bool | None = next(
        (entered[kind] for kind in ("stringValue", "numberValue", "boolValue") if kind in entered), None
    )
    formula: str | None = entered.get("formulaValue")
    link: str | None = formats.get("textFormat", {}).get("link", {}).get("uri")
    for run in cell.get("textFormatRuns", []):
        link = link or run.get("format", {}).get("link", {}).get("uri")
    if formula is not None:
        hyperlink = _HYPERLINK.fullmatch(formula)
        value = "#ERROR!"
        if hyperlink:
            link = hyperlink[1].replace('""', '"')
            value = link if hyperlink[2] is None else hyperlink[2].replace('""', '"')
    return Cell(
        value=value,
        text=_text(value, number_format),
        formula=formula,
        link=link,
        number_format=number_format.get("pattern") or number_format.get("type"),
        note=cell.get("note"),
    )


def serial(moment: datetime) -> float:
    """A date and time as Sheets counts it: days since 30 December 1899, without a time zone."""
    return (moment.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)


def _text(value: str | float | bool | None, number_format: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return value
    kind = number_format.get("type", "")
    if kind in _PATTERNS:
        return _date_text(value, number_format.get("pattern") or _PATTERNS[kind])
    return f"{value:.15g}"


def _date_text(days: float, pattern: str) -> str:
    """Shows a serial date; `mm` is minutes after hours or before seconds, as in Sheets' patterns."""
    moment = _EPOCH + timedelta(seconds=round(days * 86400))
    numbers = {
        "y": moment.year, "m": moment.month, "d": moment.day,
        "h": moment.hour, "n": moment.minute, "s": moment.second,
    }  # fmt: skip
    pattern = _MINUTES.sub(lambda match: "n" * len(match[0]), pattern)
    return _DATE_TOKEN.sub(lambda match: f"{numbers[match[0][0]]:0{len(match[0])}d}", pattern)
