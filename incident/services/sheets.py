"""Google Sheets: the incident tracking spreadsheet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from incident.runtime import deadline
from incident.runtime.failures import PermanentError, TransientError
from incident.services.google import CALL_SECONDS, SHEETS, Google

_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet; https://developers.google.com/workspace/sheets/api/guides/formats"""

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Linked:
    """Words that lead somewhere when they are clicked."""

    text: str
    url: str


Value = str | date | Linked | None
"""What a cell can hold: exactly these words, a day, a moment (in the timezone it bears), a link, nothing."""


class Sheets:
    """One tab of one spreadsheet."""

    def __init__(self, google: Google, *, spreadsheet_id: str, sheet: str) -> None:
        """Through `google`."""
        self._google = google
        self._spreadsheet_id = spreadsheet_id
        self._sheet = sheet
        self._sheet_id: int | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Does what the first row would have to wait for: making the client, and asking for the tab."""
        self._tab()

    def append(self, row: Sequence[Value]) -> None:
        """Appends one row. Cells are written typed, so nothing in them is ever read as a formula.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#appendcellsrequest
        """
        request = {
            "appendCells": {
                "sheetId": self._tab(),
                "rows": [{"values": [_cell(value) for value in row]}],
                "fields": "userEnteredValue,userEnteredFormat(numberFormat,textFormat)",
            }
        }
        self._google.execute(
            SHEETS,
            lambda client: client.spreadsheets().batchUpdate(
                spreadsheetId=self._spreadsheet_id, body={"requests": [request]}
            ),
        )

    def has_row(self, first_cell: str) -> bool:
        """Whether a row begins with this."""
        return first_cell in self._line("A:A", "COLUMNS")

    def header(self) -> list[str]:
        """What stands in the first row, up to the last cell that has anything."""
        return self._line("1:1", "ROWS")

    def _line(self, cells: str, dimension: str) -> list[str]:
        """What one column or row shows."""
        quoted = self._sheet.replace("'", "''")
        found = self._google.execute(
            SHEETS,
            lambda client: (
                client.spreadsheets()
                .values()
                .get(
                    spreadsheetId=self._spreadsheet_id, range=f"'{quoted}'!{cells}", majorDimension=dimension
                )
            ),
            repeatable=True,
        )
        return next(iter(found.get("values", [])), [])

    def _tab(self) -> int:
        """The tab's number, which its rows are appended by; asked once for an instance."""
        if not self._lock.acquire(timeout=deadline.timeout(CALL_SECONDS)):
            raise TransientError(SHEETS.service, "timeout", refused=True)
        try:
            if self._sheet_id is None:
                self._sheet_id = self._ask_tab()
            return self._sheet_id
        finally:
            self._lock.release()

    def _ask_tab(self) -> int:
        spreadsheet = self._google.execute(
            SHEETS,
            lambda client: client.spreadsheets().get(
                spreadsheetId=self._spreadsheet_id, fields="sheets.properties(sheetId,title)"
            ),
            repeatable=True,
        )
        for sheet in spreadsheet.get("sheets", []):
            if sheet["properties"]["title"] == self._sheet:
                return int(sheet["properties"].get("sheetId", 0))
        raise PermanentError(SHEETS.service, f"no tab is called {self._sheet}")


def _cell(value: Value) -> dict[str, Any]:
    match value:
        case None:
            return {}
        case Linked(text, url):
            return {
                "userEnteredValue": {"stringValue": text},
                "userEnteredFormat": {"textFormat": {"link": {"uri": url}}},
            }
        case datetime():
            seconds = (value.hour * 60 + value.minute) * 60 + value.second
            days = (value.date() - _EPOCH).days + seconds / _DAY_SECONDS
            return _number(days, "DATE_TIME", "yyyy-mm-dd hh:mm")
        case date():
            return _number((value - _EPOCH).days, "DATE", "yyyy-mm-dd")
    return {"userEnteredValue": {"stringValue": value}}


def _number(days: float, kind: str, pattern: str) -> dict[str, Any]:
    return {
        "userEnteredValue": {"numberValue": days},
        "userEnteredFormat": {"numberFormat": {"type": kind, "pattern": pattern}},
    }
