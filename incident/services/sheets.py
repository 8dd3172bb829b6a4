"""Google Sheets: the incident tracking spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from incident.runtime.deadline import DeadlineExceededError
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.runtime.single_flight import SingleFlight
from incident.services.google import CALL_SECONDS, SHEETS, Google

TAB_KEPT_SECONDS = 86_400.0
"""A tab keeps its number until it is made anew; then Sheets refuses the old one."""

_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet; https://developers.google.com/workspace/sheets/api/guides/formats"""

_DAY_SECONDS = 86_400

_CELL_FIELDS = "userEnteredValue,userEnteredFormat(numberFormat,textFormat)"
_SHOWN_FIELDS = "updatedSpreadsheet.sheets(properties.sheetId,data.rowData.values.formattedValue)"
"""Of a write's answer, what its `responseRanges` show once it is done."""


class RowMovedError(TransientError):
    """People moved rows between our reading and our writing: look for the row again, and write again.

    Attributes:
        found: the first cell of the row that was written over or deleted instead; empty where there is none.
            It has to be written again, too.
    """

    def __init__(self, found: str) -> None:
        """Keeps what was found."""
        super().__init__(SHEETS.service, "row moved")
        self.found = found


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
        self._tabs: SingleFlight[str, int] = SingleFlight(TAB_KEPT_SECONDS)

    def prepare(self) -> None:
        """Does what the first row would have to wait for: making the client, and asking for the tab.

        It only saves time, so what goes wrong here is left to the call that needs it.
        """
        with suppress(StepError, DeadlineExceededError):
            self._tab()

    def append(self, row: Sequence[Value]) -> None:
        """Appends one row. Cells are written typed, so nothing in them is ever read as a formula.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#appendcellsrequest
        """

        def request(tab: int) -> dict[str, Any]:
            return {"appendCells": {"sheetId": tab, "rows": [_row(row)], "fields": _CELL_FIELDS}}

        self._write(request)

    def update_row(self, first_cell: str, row: Sequence[Value]) -> bool:
        """Writes the row that begins with `first_cell`, wherever people have sorted or moved it to.

        The first cell itself is not written: what the answer shows of it proves whose row it was. Of several
        such rows the topmost is written. Columns beyond `row` are left alone.

        Args:
            first_cell: what stands in the row's first cell.
            row: all cells, the first included, typed as `append` does.

        Returns:
            Whether there is such a row.

        Raises:
            RowMovedError: if people moved rows at just that moment and another one was written over.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/batchUpdate
        """
        column = self._line("A:A", "COLUMNS")
        if first_cell not in column:
            return False
        at = column.index(first_cell)

        def request(tab: int) -> dict[str, Any]:
            start = {"sheetId": tab, "rowIndex": at, "columnIndex": 1}
            return {"updateCells": {"start": start, "rows": [_row(row[1:])], "fields": _CELL_FIELDS}}

        shown = self._write(request, show=f"A{at + 1}")
        found = shown[0] if shown else ""
        if found != first_cell:
            raise RowMovedError(found)
        return True

    def remove_duplicates(self, first_cell: str) -> int:
        """Deletes all rows that begin with `first_cell` but the topmost.

        Returns:
            How many there were to delete.

        Raises:
            RowMovedError: if people moved rows at just that moment and another one was deleted.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#deletedimensionrequest
        """
        column = self._line("A:A", "COLUMNS")
        _, *doomed = [at for at, shown in enumerate(column) if shown == first_cell] or [0]
        if not doomed:
            return 0

        def requests(tab: int) -> list[dict[str, Any]]:
            # From the bottom, so that no deletion moves a row that is still to be deleted.
            rows = [
                {"sheetId": tab, "dimension": "ROWS", "startIndex": at, "endIndex": at + 1} for at in doomed
            ]
            return [{"deleteDimension": {"range": row}} for row in reversed(rows)]

        left = Counter(self._write_all(requests, show="A:A"))
        missing = [shown for shown in column if shown and shown != first_cell and not left[shown]]
        if missing or left[first_cell] != 1:
            raise RowMovedError(next(iter(missing), ""))
        return len(doomed)

    def has_row(self, first_cell: str) -> bool:
        """Whether a row begins with this."""
        return first_cell in self._line("A:A", "COLUMNS")

    def header(self) -> list[str]:
        """What stands in the first row, up to the last cell that has anything."""
        return self._line("1:1", "ROWS")

    def _write(self, request: Callable[[int], dict[str, Any]], show: str = "") -> list[str]:
        """As `_write_all`, of one request."""
        return self._write_all(lambda tab: [request(tab)], show)

    def _write_all(self, requests: Callable[[int], list[dict[str, Any]]], show: str = "") -> list[str]:
        """Changes the tab: all or, if anything goes wrong, nothing.

        The tab's number is remembered; people who make the tab anew give it another. Sheets then refuses the
        old one and does nothing, so the number is asked for again and the call made again, once.

        Args:
            requests: makes them for the tab of this number.
            show: cells of one column, such as `A2`, whose texts are given back as they are then.
        """
        tab = self._tab()
        try:
            return self._batch_update(requests(tab), show)
        except PermanentError:
            self._forget_tab(tab)
            renewed = self._tab()
            if renewed == tab:
                raise
            return self._batch_update(requests(renewed), show)

    def _batch_update(self, requests: list[dict[str, Any]], show: str) -> list[str]:
        body: dict[str, Any] = {"requests": requests}
        if show:
            ranges = [self._a1(show)]
            body |= {"includeSpreadsheetInResponse": True, "responseIncludeGridData": True}
            body["responseRanges"] = ranges
        answer = self._google.execute(
            SHEETS,
            lambda client: client.spreadsheets().batchUpdate(
                spreadsheetId=self._spreadsheet_id,
                body=body,
                fields=_SHOWN_FIELDS if show else "spreadsheetId",
            ),
        )
        sheets = answer.get("updatedSpreadsheet", {}).get("sheets", [])
        rows = [row for sheet in sheets for data in sheet.get("data", []) for row in data.get("rowData", [])]
        return [row["values"][0].get("formattedValue", "") if row.get("values") else "" for row in rows]

    def _a1(self, cells: str) -> str:
        """A range of the tab in A1 notation."""
        quoted = self._sheet.replace("'", "''")
        return f"'{quoted}'!{cells}"

    def _line(self, cells: str, dimension: str) -> list[str]:
        """What one column or row shows."""
        found = self._google.execute(
            SHEETS,
            lambda client: (
                client.spreadsheets()
                .values()
                .get(spreadsheetId=self._spreadsheet_id, range=self._a1(cells), majorDimension=dimension)
            ),
            repeatable=True,
        )
        return next(iter(found.get("values", [])), [])

    def _tab(self) -> int:
        """The tab's number, which requests name it by; remembered."""
        return self._tabs.get(self._sheet, self._ask_tab, CALL_SECONDS)

    def _forget_tab(self, tab: int) -> None:
        """Has the tab's number asked for again, unless another thread has done so since."""
        self._tabs.forget(self._sheet, tab)

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


def _row(cells: Sequence[Value]) -> dict[str, Any]:
    return {"values": [_cell(value) for value in cells]}


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
