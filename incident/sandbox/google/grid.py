"""A spreadsheet: sheets, and cells as a person entered them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

Json = dict[str, Any]
Dimension = Literal["ROWS", "COLUMNS"]

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


@dataclass(frozen=True, slots=True)
class Metadata:
    """Developer metadata of a row, a column, a tab or a whole spreadsheet.

    Attributes:
        id: the number by which requests name it; one of its kind in the spreadsheet.
        key: what it is called; several may have the same.
        value: what it says, or None.
        visibility: `DOCUMENT` or `PROJECT`.
        dimension: whether it belongs to a row or a column; None for a tab or a spreadsheet.
        index: of the row or column, from 0.
    """

    id: int
    key: str
    value: str | None
    visibility: str
    dimension: Dimension | None = None
    index: int = 0


@dataclass
class Sheet:
    """One tab.

    Attributes:
        properties: Sheets' `SheetProperties`.
        cells: Sheets' `CellData` by row and column from 0, only what was entered; empty cells are absent.
        basic_filter: Sheets' `BasicFilter`.
        charts: Sheets' `EmbeddedChart`s.
        widths: pixels by column from 0, of those that somebody has set.
        metadata: of the tab, its rows and its columns.
    """

    properties: Json
    cells: dict[tuple[int, int], Json] = field(default_factory=dict)
    basic_filter: Json | None = None
    charts: list[Json] = field(default_factory=list)
    widths: dict[int, int] = field(default_factory=dict)
    metadata: list[Metadata] = field(default_factory=list)

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

    def size(self, dimension: Dimension) -> int:
        """How many rows or columns the grid has."""
        return self.row_count if dimension == "ROWS" else self.column_count

    def insert(self, dimension: Dimension, at: int, count: int) -> None:
        """Inserts empty rows or columns; those from `at` on make room, with their metadata."""
        self._renumber(dimension, lambda index: index + count if index >= at else index)
        self._resize(dimension, count)

    def delete(self, dimension: Dimension, start: int, end: int) -> None:
        """Deletes the rows or columns from `start` to before `end`, with their metadata."""
        count = end - start
        self._renumber(
            dimension, lambda index: index if index < start else index - count if index >= end else None
        )
        self._resize(dimension, -count)

    def insert_rows(self, at: int, count: int) -> None:
        """Moves everything from row `at` on down."""
        self.insert("ROWS", at, count)

    def delete_rows(self, start: int, end: int) -> None:
        """Deletes the rows from `start` to before `end`; what is below moves up."""
        self.delete("ROWS", start, end)

    def move_row(self, source: int, target: int) -> None:
        """Moves one row to where another stands; those in between move along, as when a person drags it."""
        order = [row for row in range(self.row_count) if row != source]
        order.insert(target, source)
        places = {old: new for new, old in enumerate(order)}
        self._renumber("ROWS", lambda row: places[row])

    def sort(self, rows: range, columns: range, by: Sequence[tuple[int, bool]]) -> None:
        """Sorts the cells of an area. The metadata of rows stay: nothing documents that they follow.

        Args:
            rows: of the area.
            columns: likewise.
            by: columns to sort by, the first first, each with whether it descends. Empty cells come last.
        """
        order = list(rows)
        for column, descending in reversed(by):
            values = {row: show(self.cells.get((row, column), {})).value for row in rows}
            empty = [row for row in order if values[row] is None]
            filled = [row for row in order if values[row] is not None]
            filled.sort(key=lambda row: _rank(values[row]), reverse=descending)
            order = filled + empty
        cells = {place: cell for place, cell in self.cells.items() if not _within(place, rows, columns)}
        for new, old in zip(rows, order, strict=True):
            for column in columns:
                if (old, column) in self.cells:
                    cells[new, column] = self.cells[old, column]
        self.cells = cells

    def _renumber(self, dimension: Dimension, moved: Callable[[int], int | None]) -> None:
        """Gives rows or columns other numbers; what `moved` gives None for is dropped."""
        across = dimension == "COLUMNS"
        cells: dict[tuple[int, int], Json] = {}
        for (row, column), cell in self.cells.items():
            place = (row, moved(column)) if across else (moved(row), column)
            if place[0] is not None and place[1] is not None:
                cells[place[0], place[1]] = cell
        self.cells = cells
        if across:
            widths = [(moved(column), pixels) for column, pixels in self.widths.items()]
            self.widths = {column: pixels for column, pixels in widths if column is not None}
        self.metadata = [
            kept for item in self.metadata if (kept := _moved(item, dimension, moved)) is not None
        ]

    def _resize(self, dimension: Dimension, by: int) -> None:
        name = "rowCount" if dimension == "ROWS" else "columnCount"
        size = dict(self.properties["gridProperties"])
        size[name] += by
        self.properties = {**self.properties, "gridProperties": size}

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
        metadata: of the spreadsheet as a whole.
    """

    locale: str = "en_US"
    timezone: str = "Etc/UTC"
    sheets: list[Sheet] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)

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
                    "metadata": [asdict(item) for item in sheet.metadata],
                }
                for sheet in self.sheets
            ],
            "metadata": [asdict(item) for item in self.metadata],
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
                dict(sheet.get("widths", [])),  # which older sandboxes did not save, nor metadata
                [Metadata(**item) for item in sheet.get("metadata", [])],
            )
            for sheet in data["sheets"]
        ]
        metadata = [Metadata(**item) for item in data.get("metadata", [])]
        return cls(data["locale"], data["timezone"], sheets, metadata)


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


def _moved(item: Metadata, dimension: Dimension, moved: Callable[[int], int | None]) -> Metadata | None:
    if item.dimension != dimension:
        return item
    index = moved(item.index)
    return None if index is None else replace(item, index=index)


def _within(place: tuple[int, int], rows: range, columns: range) -> bool:
    return place[0] in rows and place[1] in columns


def _rank(value: str | float | bool | None) -> tuple[int, float, str]:
    """Numbers stand before texts, texts before truths; of texts case does not matter."""
    if isinstance(value, bool):
        return 2, float(value), ""
    if isinstance(value, str):
        return 1, 0.0, value.casefold()
    return 0, value or 0.0, ""


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
