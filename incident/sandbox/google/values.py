"""Google Sheets' `spreadsheets.values`: plain values in A1 ranges.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values.
"""

from __future__ import annotations

import re
from datetime import datetime
from itertools import zip_longest
from typing import Any

from . import a1, masks, sheets_metadata
from .errors import invalid
from .grid import Json, Sheet, serial, show
from .operations import Operation, Request
from .sheets import find
from .sheets_edits import CELL_CHARACTERS
from .state import State

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


class Values:
    """The methods of `spreadsheets.values`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def operations(self) -> dict[str, Operation]:
        """Every method there is, by name."""
        one = frozenset({"spreadsheetId"})
        shown = frozenset({"majorDimension", "valueRenderOption"})
        written = one | {"range", "valueInputOption", "includeValuesInResponse", "responseValueRenderOption"}
        return {
            "spreadsheets.values.get": Operation(self._get, one | shown | {"range"}),
            "spreadsheets.values.batchGet": Operation(self._batch_get, one | shown | {"ranges"}),
            "spreadsheets.values.append": Operation(self._append, written | {"insertDataOption"}),
            "spreadsheets.values.update": Operation(self._update, written),
            "spreadsheets.values.batchGetByDataFilter": Operation(
                self._batch_get_filtered, one, shown | {"dataFilters"}
            ),
            "spreadsheets.values.batchUpdateByDataFilter": Operation(
                self._batch_update_filtered,
                one,
                frozenset(
                    {"data", "valueInputOption", "includeValuesInResponse", "responseValueRenderOption"}
                ),
            ),
        }

    def _get(self, request: Request) -> Json:
        _, spreadsheet = find(self._state, request)
        return _read(a1.parse(request.parameters["range"], spreadsheet), request.parameters)

    def _batch_get(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        areas = [a1.parse(text, spreadsheet) for text in request.parameters.get("ranges", [])]
        return {"spreadsheetId": file.id, "valueRanges": [_read(area, request.parameters) for area in areas]}

    def _append(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        area = a1.parse(request.parameters["range"], spreadsheet)
        rows = _rows(request.body)
        table = _table(area)
        row, column = (table.bottom, table.left) if table else (area.top, area.left)
        if request.parameters.get("insertDataOption") == "INSERT_ROWS" and table:
            area.sheet.insert_rows(row, len(rows))
        updates = _write(request.parameters, area.sheet, row, column, rows)
        file.modified = self._state.clock()
        answer: Json = {"spreadsheetId": file.id, "updates": {"spreadsheetId": file.id, **updates}}
        return {**answer, "tableRange": str(table)} if table else answer

    def _update(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        area = a1.parse(request.parameters["range"], spreadsheet)
        named = request.body.get("range")
        if named is not None and str(a1.parse(named, spreadsheet)) != str(area):
            raise invalid(f"Requested writing within range [{area}], but the body names [{named}]")
        rows = _rows(request.body)
        if ":" in request.parameters["range"]:
            _refuse_beyond(area, rows)
        updates = _write(request.parameters, area.sheet, area.top, area.left, rows)
        file.modified = self._state.clock()
        return {"spreadsheetId": file.id, **updates}

    def _batch_get_filtered(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        ranges: dict[str, tuple[a1.Area, list[Json]]] = {}
        for data_filter in request.body.get("dataFilters", []):
            for area in sheets_metadata.areas(spreadsheet, data_filter, "dataFilters"):
                ranges.setdefault(str(area), (area, []))[1].append(data_filter)
        matched = [
            {"valueRange": _read(area, request.body), "dataFilters": filters}
            for area, filters in ranges.values()
        ]
        return {"spreadsheetId": file.id, **({"valueRanges": matched} if matched else {})}

    def _batch_update_filtered(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        edited = spreadsheet.copy()  # all or nothing
        responses: list[Json] = []
        for item in request.body.get("data", []):
            rows, data_filter = _rows(item), item.get("dataFilter", {})
            for area in sheets_metadata.areas(edited, data_filter, "data.dataFilter"):
                _refuse_beyond(area, rows)
                updates = _write(request.body, area.sheet, area.top, area.left, rows)
                responses.append({**updates, "dataFilter": data_filter})
        file.content, file.modified, file.modified_by_person = edited, self._state.clock(), False
        return {"spreadsheetId": file.id, "responses": responses, **_totals(responses)}


def _write(options: Json, sheet: Sheet, top: int, left: int, rows: list[list[Any]]) -> Json:
    parse = _PARSERS.get(options.get("valueInputOption", ""))
    if parse is None:
        raise invalid("'valueInputOption' is required but not specified")
    written = [
        (top + down, left + across, parse(value))
        for down, row in enumerate(rows)
        for across, value in enumerate(row)
        if value is not None  # null leaves a cell as it is
    ]
    for row, column, entered in written:
        old = sheet.cells.get((row, column), {})
        kept = masks.write(old, {}, {"userEnteredValue": {}, "textFormatRuns": {}})
        sheet.put(row, column, {**kept, **entered})
    if not rows or not any(rows):
        return {}
    area = a1.Area(sheet, top, left, top + len(rows), left + max(map(len, rows)))
    answer: Json = {
        "updatedRange": str(area),
        "updatedRows": len({row for row, _, _ in written}),
        "updatedColumns": len({column for _, column, _ in written}),
        "updatedCells": len(written),
    }
    if options.get("includeValuesInResponse"):
        rendering = options.get("responseValueRenderOption", "FORMATTED_VALUE")
        answer["updatedData"] = _read(area, {"valueRenderOption": rendering})
    return answer


def _refuse_beyond(area: a1.Area, rows: list[list[Any]]) -> None:
    if len(rows) > area.bottom - area.top or max(map(len, rows), default=0) > area.right - area.left:
        raise invalid(f"Requested writing within range [{area}], but tried writing outside of it")


def _totals(responses: list[Json]) -> Json:
    """What a batch has updated altogether."""
    totals: Json = {
        f"totalUpdated{what}": sum(response.get(f"updated{what}", 0) for response in responses)
        for what in ("Rows", "Columns", "Cells")
    }
    sheets = {
        response["updatedRange"].rpartition("!")[0] for response in responses if "updatedRange" in response
    }
    return {**totals, "totalUpdatedSheets": len(sheets)}


def _rows(body: Json) -> list[list[Any]]:
    rows: list[list[Any]] = body.get("values", [])
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            if not isinstance(value, str | int | float | bool | None):
                raise invalid(f"Invalid values[{down}][{across}]: {value!r}")
            if isinstance(value, str) and len(value) > CELL_CHARACTERS:
                raise invalid(
                    "Your input contains more than the maximum of 50000 characters in a single cell."
                )
    if body.get("majorDimension") == "COLUMNS":
        return [list(row) for row in zip_longest(*rows)]
    return rows


def _read(area: a1.Area, options: Json) -> Json:
    """The values of an area without the empty ends of rows, and without empty rows at the end."""
    rendering = options.get("valueRenderOption", "FORMATTED_VALUE")
    rows: list[list[Any]] = []
    filled = [place for place in area.sheet.filled() if place in area]
    for row in range(area.top, max((r for r, _ in filled), default=area.top - 1) + 1):
        width = max((c for r, c in filled if r == row), default=area.left - 1) + 1
        rows.append([_shown(area.sheet, row, column, rendering) for column in range(area.left, width)])
    dimension = options.get("majorDimension", "ROWS")
    if dimension == "COLUMNS":
        rows = [list(column) for column in zip_longest(*rows, fillvalue="")]
    answer: Json = {"range": str(area), "majorDimension": dimension}
    return {**answer, "values": rows} if rows else answer


def _shown(sheet: Sheet, row: int, column: int, rendering: str) -> str | float | bool:
    cell = show(sheet.cells.get((row, column), {}))
    if rendering == "FORMULA" and cell.formula is not None:
        return cell.formula
    if rendering == "FORMATTED_VALUE" or cell.value is None:
        return cell.text
    return cell.value


def _table(area: a1.Area) -> a1.Area | None:
    """The table values are appended to: the block of touching cells around the lowest value in the area.

    Source: https://developers.google.com/workspace/sheets/api/guides/values#append_values.
    """
    filled = set(area.sheet.filled())
    inside = [place for place in filled if place in area]
    if not inside:
        return None
    (row, column) = max(inside)
    block = a1.Area(area.sheet, row, column, row + 1, column + 1)
    while True:
        near = a1.Area(area.sheet, block.top - 1, block.left - 1, block.bottom + 1, block.right + 1)
        touching = [place for place in filled if place in near]
        rows, columns = [row for row, _ in touching], [column for _, column in touching]
        grown = a1.Area(area.sheet, min(rows), min(columns), max(rows) + 1, max(columns) + 1)
        if grown == block:
            return block
        block = grown


def _raw(value: str | float | bool) -> Json:
    """A value stored as it is: text that looks like a formula stays text."""
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, str):
        return {"userEnteredValue": {"stringValue": value}} if value else {}
    return {"userEnteredValue": {"numberValue": value}}


def user_entered(value: str | float | bool) -> Json:
    """A value read as if it had been typed: formulas, numbers, truths and ISO dates come alive."""
    if not isinstance(value, str):
        return _raw(value)
    if value.startswith("'"):
        return _raw(value[1:])
    if _NUMBER.fullmatch(value.strip()):
        return _raw(float(value))
    if len(value) > 1 and value[0] in "=+":
        return {"userEnteredValue": {"formulaValue": value if value[0] == "=" else f"={value}"}}
    if value.upper() in ("TRUE", "FALSE"):
        return _raw(value.upper() == "TRUE")
    return _date(value) or _raw(value)


def _date(text: str) -> Json | None:
    for form, kind in (
        ("%Y-%m-%d", "DATE"),
        ("%Y-%m-%d %H:%M", "DATE_TIME"),
        ("%Y-%m-%d %H:%M:%S", "DATE_TIME"),
    ):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - serial dates have no time zone
        except ValueError:
            continue
        number_format = {"numberFormat": {"type": kind}}
        return {"userEnteredValue": {"numberValue": serial(moment)}, "userEnteredFormat": number_format}
    return None


_PARSERS = {"RAW": _raw, "USER_ENTERED": user_entered}
