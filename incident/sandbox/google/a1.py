"""A1 notation: `Incidents!A2:C`, `'Bob''s sheet'!B3`, `Incidents`.

Source: https://developers.google.com/workspace/sheets/api/guides/concepts#cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import ApiError, invalid
from .grid import Sheet, Spreadsheet

_CORNER = r"(?:\$?([A-Z]{1,3}))?(?:\$?([1-9]\d{0,6}))?"
_CELLS = re.compile(rf"{_CORNER}(:{_CORNER})?", re.IGNORECASE)
_PLAIN_TITLE = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Area:
    """A rectangle of one sheet; rows and columns from 0, the ends not included.

    Attributes:
        sheet: the tab.
        top: the first row.
        left: the first column.
        bottom: the row after the last.
        right: the column after the last.
    """

    sheet: Sheet
    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, place: tuple[int, int]) -> bool:
        return self.top <= place[0] < self.bottom and self.left <= place[1] < self.right

    def __str__(self) -> str:
        first, last = f"{column_name(self.left)}{self.top + 1}", f"{column_name(self.right - 1)}{self.bottom}"
        return f"{quoted(self.sheet.title)}!{first}" + (f":{last}" if last != first else "")


def parse(text: str, spreadsheet: Spreadsheet) -> Area:
    """Reads a range; without a sheet it is on the first, without cells it is the whole sheet.

    Raises:
        ApiError: 400, for a range that cannot be read, or a sheet that is not there.
    """
    title, cells = _split(text, spreadsheet)
    sheet = spreadsheet.titled(title) if title is not None else spreadsheet.sheets[0]
    match = _CELLS.fullmatch(cells)
    if sheet is None or match is None:
        raise _unreadable(text)
    left_name, top_name, colon, right_name, bottom_name = match.groups()
    if not colon:
        if cells and not (left_name and top_name):
            raise _unreadable(text)
        right_name, bottom_name = left_name, top_name
    elif not (left_name or top_name) or not (right_name or bottom_name):
        raise _unreadable(text)
    area = Area(
        sheet,
        top=int(top_name or 1) - 1,
        left=_column(left_name) if left_name else 0,
        bottom=int(bottom_name) if bottom_name else sheet.row_count,
        right=_column(right_name) + 1 if right_name else sheet.column_count,
    )
    if area.bottom <= area.top or area.right <= area.left:
        raise _unreadable(text)
    return area


def column_name(column: int) -> str:
    """The letters of a column counted from 0."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def quoted(title: str) -> str:
    """A sheet's title as it stands in a range."""
    return title if _PLAIN_TITLE.fullmatch(title) else "'" + title.replace("'", "''") + "'"


def _split(text: str, spreadsheet: Spreadsheet) -> tuple[str | None, str]:
    """The title, without its quotes, and the cells."""
    if match := re.fullmatch(r"'((?:[^']|'')+)'(?:!(.*))?", text):
        return match[1].replace("''", "'"), match[2] or ""
    title, mark, cells = text.rpartition("!")
    if mark:
        if not cells or not re.fullmatch(r"[^\s'!]+", title):
            raise _unreadable(text)
        return title, cells
    # A bare word is a sheet's name when there is such a sheet, and cells otherwise.
    return (text, "") if spreadsheet.titled(text) else (None, text)


def _column(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _unreadable(text: str) -> ApiError:
    return invalid(f"Unable to parse range: {text}")
