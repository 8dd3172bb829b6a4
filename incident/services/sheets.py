"""Google Sheets: the incident tracking spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from incident.runtime.deadline import DeadlineExceededError
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.runtime.single_flight import SingleFlight
from incident.services.cells import (
    Row,
    Shown,
    Value,
    entered,
    is_same,
    of_json,
    padded,
    read,
    reads_as,
    text_of,
)
from incident.services.google import CALL_SECONDS, SHEETS, Google

TAB_KEPT_SECONDS = 86_400.0
"""A tab keeps its number until it is made anew; then Sheets refuses the old one."""

HEADER_KEPT_SECONDS = 30.0
"""A declaration asks for the header while Drive copies the template, and appends its row seconds later."""

_CELL_FIELDS = "userEnteredValue,userEnteredFormat(numberFormat,textFormat)"
_NUMBER_FIELDS = "userEnteredValue,userEnteredFormat.textFormat"
"""A mere number is shown in the format that its cell has: it may be a day."""
_SHOWN_FIELDS = "updatedSpreadsheet.sheets(properties.sheetId,data.rowData.values.effectiveValue),replies"
"""Of a write's answer, what its `responseRanges` show once it is done."""


class RowMovedError(TransientError):
    """People moved rows between our reading and our writing: look for the row again, and write again.

    Attributes:
        found: the row that was written over instead, as it is now; of a row that was deleted, its first cell
            alone. Empty where there is none.
        written: its columns that were written.
        before: what its cells held before, by column, as far as that is known.
    """

    def __init__(
        self, found: Row, written: Collection[int] = (), before: Mapping[int, Shown] | None = None
    ) -> None:
        """See the attributes."""
        super().__init__(SHEETS.service, "row moved")
        self.found = found
        self.written = written
        self.before = before or {}


@dataclass(frozen=True, slots=True)
class Write:
    """What one cell is to be given.

    Attributes:
        column: from 0.
        value: what.
        instead_of: the text that it replaces, where no other is to be: a cell in which a person has typed
            something else since stays as it is. Neither this nor the value may look like a formula. Empty
            where the cell is written in any case.
    """

    column: int
    value: Value
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of a batch: its replies, and the rows that it was to show."""

    replies: Sequence[Mapping[str, Any]]
    rows: Sequence[Row]


class Sheets:
    """One tab of one spreadsheet."""

    def __init__(self, google: Google, *, spreadsheet_id: str, sheet: str) -> None:
        """Through `google`."""
        self._google = google
        self._spreadsheet_id = spreadsheet_id
        self._sheet = sheet
        self._tabs: SingleFlight[str, int] = SingleFlight(TAB_KEPT_SECONDS)
        self._headers: SingleFlight[str, list[str]] = SingleFlight(HEADER_KEPT_SECONDS)

    def prepare(self) -> None:
        """Does what a new row would have to wait for: making the client, asking for the tab and its header.

        It only saves time, so what goes wrong here is left to the call that needs it.
        """
        with suppress(StepError, DeadlineExceededError):
            self._tab()
            self.recent_header()

    def append(self, row: Sequence[Value]) -> None:
        """Appends one row. Cells are written typed, so nothing in them is ever read as a formula.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#appendcellsrequest
        """

        def request(tab: int) -> dict[str, Any]:
            return {"appendCells": {"sheetId": tab, "rows": [_row(row)], "fields": _CELL_FIELDS}}

        self._write(request)

    def rows(self, columns: int = 0) -> list[Row]:
        """What the first columns of every row hold, or all that have anything; the header's row included.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/get
        """
        cells = f"A:{_letter(columns)}" if columns else ""
        found = self._google.execute(
            SHEETS,
            lambda client: (
                client.spreadsheets()
                .values()
                .get(
                    spreadsheetId=self._spreadsheet_id,
                    range=self._a1(cells),
                    valueRenderOption="UNFORMATTED_VALUE",
                )
            ),
            repeatable=True,
        )
        rows = [[of_json(cell) for cell in row] for row in found.get("values", [])]
        return [padded(row, columns or max(map(len, rows))) for row in rows]

    def write(self, rows: Sequence[Row], at: int, writes: Sequence[Write]) -> None:
        """Writes some cells of a row, and nothing else.

        What the answer shows of the first cell proves whose row it was or, where that itself is written, what
        it shows of all others.

        Args:
            rows: what `rows` has found.
            at: which of them.
            writes: what to write; in ascending columns.

        Raises:
            RowMovedError: if people moved rows at just that moment and another one was written over.
            TransientError: a person typed into such a cell at that moment; theirs is there.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/batchUpdate
        """
        careful = [one for one in writes if one.instead_of]
        plain = [one for one in writes if not one.instead_of]

        def requests(tab: int) -> list[dict[str, Any]]:
            replacing = [_replace(tab, at, one) for one in careful]
            return [*replacing, *(_update(tab, at, run) for run in _runs(plain))]

        columns = len(rows[at])
        answer = self._write_all(requests, f"A{at + 1}:{_letter(columns)}{at + 1}")
        (found,) = answer.rows or [()]
        found = padded(found, columns)
        counts = [reply.get("findReplace", {}).get("occurrencesChanged", 0) for reply in answer.replies]
        done = [*plain, *(one for one, count in zip(careful, counts, strict=False) if count)]
        if not _is_row(found, rows[at], {one.column for one in done}):
            written = [one.column for one in done]
            replaced = {one.column: one.instead_of for one in done if one.instead_of}
            raise RowMovedError(found, written, {**_before(rows, found, written), **replaced})
        left = [one for one in careful if not is_same(found[one.column], reads_as(one.value))]
        if any(text_of(found[one.column]) != one.instead_of for one in left):
            raise TransientError(SHEETS.service, "cell changed meanwhile", refused=True)
        if left:  # nobody has changed them: Sheets did not find them, for a reason of its own
            self.write(rows, at, [replace(one, instead_of="") for one in left])

    def remove_duplicates(self, first_cell: str) -> int:
        """Deletes all rows that begin with `first_cell` but the topmost.

        Returns:
            How many there were to delete.

        Raises:
            RowMovedError: if people moved rows at just that moment and another one was deleted.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#deletedimensionrequest
        """
        rows = self.rows()
        column = [row[0] for row in rows]
        _, *doomed = [at for at, shown in enumerate(column) if shown == first_cell] or [0]
        if not doomed:
            return 0

        def requests(tab: int) -> list[dict[str, Any]]:
            # From the bottom, so that no deletion moves a row that is still to be deleted.
            rows = [
                {"sheetId": tab, "dimension": "ROWS", "startIndex": at, "endIndex": at + 1} for at in doomed
            ]
            return [{"deleteDimension": {"range": row}} for row in reversed(rows)]

        left = Counter(row[0] for row in self._write_all(requests, "A:A").rows if row)
        missing = [shown for shown in column if shown and shown != first_cell and not left[shown]]
        if missing or left[first_cell] != 1:
            lost = next((row for row in rows if row[0] in missing), ())
            raise RowMovedError(lost[:1], before=dict(enumerate(lost)))
        return len(doomed)

    def has_row(self, first_cell: str) -> bool:
        """Whether a row begins with this."""
        return first_cell in self._line("A:A", "COLUMNS")

    def header(self) -> list[str]:
        """What stands in the first row, up to the last cell that has anything."""
        return self._line("1:1", "ROWS")

    def recent_header(self) -> list[str]:
        """What stood in the first row less than `HEADER_KEPT_SECONDS` ago."""
        return self._headers.get(self._sheet, self.header, CALL_SECONDS)

    def _write(self, request: Callable[[int], dict[str, Any]]) -> None:
        """As `_write_all`, of one request."""
        self._write_all(lambda tab: [request(tab)])

    def _write_all(self, requests: Callable[[int], list[dict[str, Any]]], show: str = "") -> _Answer:
        """Changes the tab: all or, if anything goes wrong, nothing.

        The tab's number is remembered; people who make the tab anew give it another. Sheets then refuses the
        old one and does nothing, so the number is asked for again and the call made again, once.

        Args:
            requests: makes them for the tab of this number.
            show: cells, such as `A2:J2`, which are given back as they are then.
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

    def _batch_update(self, requests: list[dict[str, Any]], show: str) -> _Answer:
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
        return _Answer(answer.get("replies", []), [tuple(map(read, row.get("values", []))) for row in rows])

    def _a1(self, cells: str) -> str:
        """A range of the tab in A1 notation, or all of it."""
        quoted = self._sheet.replace("'", "''")
        return f"'{quoted}'!{cells}" if cells else f"'{quoted}'"

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
    return {"values": [entered(value) for value in cells]}


def _letter(columns: int) -> str:
    """The last of so many columns, of which there are 26 at most."""
    return chr(ord("A") + columns - 1)


def _runs(writes: Sequence[Write]) -> list[list[Write]]:
    """Writes of columns that stand side by side, together; a mere number is written by itself."""
    runs: list[list[Write]] = []
    for one in writes:
        is_next = runs and runs[-1][-1].column == one.column - 1
        if is_next and not isinstance(one.value, float) and not isinstance(runs[-1][-1].value, float):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _update(tab: int, at: int, writes: Sequence[Write]) -> dict[str, Any]:
    start = {"sheetId": tab, "rowIndex": at, "columnIndex": writes[0].column}
    cells = [_row([one.value for one in writes])]
    fields = _NUMBER_FIELDS if isinstance(writes[0].value, float) else _CELL_FIELDS
    return {"updateCells": {"start": start, "rows": cells, "fields": fields}}


def _replace(tab: int, at: int, write: Write) -> dict[str, Any]:
    """Replaces a text in one cell, and does nothing where another stands there.

    https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#findreplacerequest
    """
    cell = {
        "sheetId": tab,
        "startRowIndex": at,
        "endRowIndex": at + 1,
        "startColumnIndex": write.column,
        "endColumnIndex": write.column + 1,
    }
    found = {"find": write.instead_of, "replacement": reads_as(write.value), "range": cell}
    return {"findReplace": {**found, "matchCase": True, "matchEntireCell": True}}


def _is_row(found: Row, expected: Row, written: Container[int]) -> bool:
    """Whether this is the row that was meant: by its first cell or, if that tells nothing, by all others."""
    if 0 not in written and (found[0] or expected[0]):
        return found[0] == expected[0]
    return _agree(found, expected, written)


def _agree(one: Row, other: Row, but: Container[int]) -> bool:
    return all(
        is_same(*cells) for column, cells in enumerate(zip(one, other, strict=True)) if column not in but
    )


def _before(rows: Sequence[Row], found: Row, written: Collection[int]) -> dict[int, Shown]:
    """What the written cells of this row held when the rows were read; nothing if it was not there."""
    row = next((row for row in rows if _is_row(found, row, written)), None)
    return {column: row[column] for column in written} if row else {}
