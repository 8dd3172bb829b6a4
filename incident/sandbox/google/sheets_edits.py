"""The changes of a Sheets batch, one after the other on a spreadsheet.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from . import batch, masks
from .errors import ApiError, invalid, unimplemented
from .grid import Dimension, Json, Sheet, Spreadsheet, new_sheet, show
from .sheets_metadata import MetadataEditor

CELL_CHARACTERS = 50_000
"""The most text a cell holds (Sheets' limits)."""

_WRITABLE = frozenset({"userEnteredValue", "userEnteredFormat", "textFormatRuns", "note", "dataValidation"})


class Editor:
    """Applies the requests of one batch to one spreadsheet.

    Attributes:
        title: the spreadsheet's new title, if a request gave it one.
    """

    def __init__(self, spreadsheet: Spreadsheet, *, metadata_follow_sort: bool = False) -> None:
        """Edits `spreadsheet` itself; for `metadata_follow_sort` see `State`."""
        self._metadata_follow_sort = metadata_follow_sort
        self.title: str | None = None
        self._spreadsheet = spreadsheet
        self._edits: dict[str, batch.Edit] = {
            "appendCells": self._append_cells,
            "updateCells": self._update_cells,
            "repeatCell": self._repeat_cell,
            "addSheet": self._add_sheet,
            "deleteSheet": self._delete_sheet,
            "updateSheetProperties": self._update_sheet_properties,
            "updateDimensionProperties": self._update_dimension_properties,
            "insertDimension": self._insert_dimension,
            "deleteDimension": self._delete_dimension,
            "moveDimension": self._move_dimension,
            "sortRange": self._sort_range,
            "updateSpreadsheetProperties": self._update_spreadsheet_properties,
            "setBasicFilter": self._set_basic_filter,
            "setDataValidation": self._set_data_validation,
            "addChart": self._add_chart,
            "findReplace": self._find_replace,
            **MetadataEditor(spreadsheet).edits(),
        }

    def apply(self, requests: list[Json]) -> list[Json]:
        """Carries the requests out, in order.

        Args:
            requests: Sheets' `Request`s, already held to the schema.

        Returns:
            One reply for each; empty where there is nothing to say.

        Raises:
            ApiError: at the first that cannot be carried out; the half-edited spreadsheet is to be dropped.
        """
        return batch.apply(self._edits, requests)

    def _append_cells(self, details: Json, place: str) -> None:
        batch.only(details, {"sheetId", "rows", "fields"}, place)
        sheet = self._sheet(details.get("sheetId", 0), place)
        mask = _cell_mask(details, place)
        start = max((row for row, _ in sheet.filled()), default=-1) + 1
        self._write_rows(sheet, details.get("rows", []), (start, 0), mask, place)

    def _update_cells(self, details: Json, place: str) -> None:
        batch.only(details, {"start", "range", "rows", "fields"}, place)
        if ("start" in details) == ("range" in details):
            raise invalid(f"Invalid {place}: exactly one of 'start' and 'range' is to be set.")
        mask = _cell_mask(details, place)
        if "start" in details:
            start: Json = details["start"]
            sheet = self._sheet(start.get("sheetId", 0), place)
            top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
            if top >= sheet.row_count or left >= sheet.column_count:
                raise invalid(f"Invalid {place}: Attempting to write outside of the grid.")
        else:
            sheet, cells = self._grid_range(details["range"], place)
            top, left = cells[0]
            for row, column in cells:  # what the rows do not reach is cleared
                sheet.put(row, column, masks.write(sheet.cells.get((row, column), {}), {}, mask))
        self._write_rows(sheet, details.get("rows", []), (top, left), mask, place)

    def _repeat_cell(self, details: Json, place: str) -> None:
        sheet, cells = self._grid_range(details.get("range", {}), place)
        mask = _cell_mask(details, place)
        cell: Json = details.get("cell", {})
        _check_cell(cell, f"{place}.cell")
        for row, column in cells:
            sheet.put(row, column, masks.write(sheet.cells.get((row, column), {}), cell, mask))

    def _add_sheet(self, details: Json, _: str) -> Json:
        given: Json = details.get("properties", {})
        sheets = self._spreadsheet.sheets
        title = given.get("title", f"Sheet{len(sheets) + 1}")
        if self._spreadsheet.titled(title):
            raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
        sheet_id = given.get("sheetId", random.randrange(1, 2**31))  # noqa: S311
        if self._spreadsheet.sheet(sheet_id):
            raise invalid(f"A sheet with the id {sheet_id} already exists.")
        sheet = new_sheet(sheet_id, title, len(sheets))
        size = {**sheet.properties["gridProperties"], **given.get("gridProperties", {})}
        sheet.properties = {**sheet.properties, **given, "gridProperties": size, "sheetId": sheet_id}
        sheets.insert(sheet.properties["index"], sheet)
        self._number()
        return {"properties": sheet.properties}

    def _delete_sheet(self, details: Json, place: str) -> None:
        sheet = self._sheet(details.get("sheetId", 0), place)
        if len(self._spreadsheet.sheets) == 1:
            raise invalid(f"Invalid {place}: You can't remove all the sheets in a document.")
        self._spreadsheet.sheets.remove(sheet)
        self._number()

    def _update_sheet_properties(self, details: Json, place: str) -> None:
        properties: Json = details.get("properties", {})
        sheet = self._sheet(properties.get("sheetId", 0), place)
        mask = batch.mask(details, "sheets", "SheetProperties", place)
        if "sheetId" in mask:
            raise invalid(f"Invalid {place}: The sheet ID cannot be changed.")
        written = masks.write(sheet.properties, properties, mask)
        same_title = self._spreadsheet.titled(written.get("title", ""))
        if not written.get("title") or (same_title and same_title is not sheet):
            raise invalid(f"Invalid {place}: The title must be there and not be another sheet's.")
        kept = {"sheetId": sheet.id, "sheetType": "GRID", "index": sheet.properties["index"]}
        size = {"rowCount": 1000, "columnCount": 26, **written.get("gridProperties", {})}
        sheet.properties = {**kept, **written, "gridProperties": size}
        if "index" in mask:
            self._spreadsheet.sheets.remove(sheet)
            self._spreadsheet.sheets.insert(sheet.properties["index"], sheet)
            self._number()

    def _update_dimension_properties(self, details: Json, place: str) -> None:
        batch.only(details, {"range", "properties", "fields"}, place)
        columns: Json = details.get("range", {})
        sheet = self._sheet(columns.get("sheetId", 0), place)
        mask = batch.mask(details, "sheets", "DimensionProperties", place)
        if columns.get("dimension") != "COLUMNS" or mask.keys() != {"pixelSize"}:
            raise unimplemented(f"{place} of anything but the width of columns")
        for column in range(columns.get("startIndex", 0), columns.get("endIndex", sheet.column_count)):
            if column >= sheet.column_count:
                raise invalid(f"Invalid {place}: There is no column {column} to change.")
            sheet.widths[column] = details.get("properties", {}).get("pixelSize", 0)

    def _insert_dimension(self, details: Json, place: str) -> None:
        given: Json = details.get("range", {})
        if "endIndex" not in given:
            raise invalid(f"Invalid {place}: Both the start and end indexes must be bounded.")
        sheet, dimension, bounds = self._dimension_range(given, place, inserting=True)
        if details.get("inheritFromBefore") and bounds.start == 0:
            raise invalid(f"Invalid {place}: There is nothing before the first to inherit from.")
        sheet.insert(dimension, bounds.start, len(bounds))

    def _delete_dimension(self, details: Json, place: str) -> None:
        sheet, dimension, bounds = self._dimension_range(details.get("range", {}), place)
        if len(bounds) == sheet.size(dimension):
            raise invalid(f"Invalid {place}: You can't delete all the {dimension.lower()} on the sheet.")
        sheet.delete(dimension, bounds.start, bounds.stop)

    def _move_dimension(self, details: Json, place: str) -> None:
        sheet, dimension, bounds = self._dimension_range(details.get("source", {}), place)
        target: int = details.get("destinationIndex", 0)
        if dimension != "ROWS" or len(bounds) != 1:
            raise unimplemented(f"{place} of anything but one row")
        if not 0 <= target <= sheet.row_count or bounds.start < target < bounds.stop:
            raise invalid(f"Invalid {place}: There is no row {target} to move to.")
        # The index is that of before the row is taken out.
        sheet.move_row(bounds.start, target if target <= bounds.start else target - 1)

    def _sort_range(self, details: Json, place: str) -> None:
        sheet, cells = self._grid_range(details.get("range", {}), place)
        by: list[tuple[int, bool]] = []
        for spec in details.get("sortSpecs", []):
            batch.only(spec, {"dimensionIndex", "sortOrder"}, f"{place}.sortSpecs")
            by.append((spec.get("dimensionIndex", 0), spec.get("sortOrder") == "DESCENDING"))
        (top, left), (bottom, right) = cells[0], cells[-1]
        if not by or any(not left <= column <= right for column, _ in by):
            raise invalid(f"Invalid {place}: The columns to sort by must be within the range.")
        area = range(top, bottom + 1), range(left, right + 1)
        sheet.sort(*area, by, metadata_follow=self._metadata_follow_sort)

    def _dimension_range(
        self, given: Json, place: str, *, inserting: bool = False
    ) -> tuple[Sheet, Dimension, range]:
        """The rows or columns of a Sheets `DimensionRange`; those to insert may end outside of the grid."""
        sheet = self._sheet(given.get("sheetId", 0), place)
        if given.get("dimension") not in ("ROWS", "COLUMNS"):
            raise invalid(f"Invalid {place}: 'dimension' is to be ROWS or COLUMNS.")
        dimension: Dimension = given["dimension"]
        size = sheet.size(dimension)
        start, end = given.get("startIndex", 0), given.get("endIndex", size)
        if not 0 <= start < end or (start > size if inserting else end > size):
            raise invalid(f"Invalid {place}: There are no {dimension.lower()} {start} to {end}.")
        return sheet, dimension, range(start, end)

    def _update_spreadsheet_properties(self, details: Json, place: str) -> None:
        mask = batch.mask(details, "sheets", "SpreadsheetProperties", place)
        properties: Json = details.get("properties", {})
        for name in sorted(mask.keys() - {"title", "locale", "timeZone"}):
            raise unimplemented(f"{place}.properties.{name}")
        if "title" in mask:
            self.title = properties.get("title")
        if "locale" in mask:
            self._spreadsheet.locale = properties.get("locale", "en_US")
        if "timeZone" in mask:
            self._spreadsheet.timezone = properties.get("timeZone", "Etc/UTC")

    def _set_basic_filter(self, details: Json, place: str) -> None:
        basic_filter: Json = details.get("filter", {})
        sheet = self._sheet(basic_filter.get("range", {}).get("sheetId", 0), place)
        sheet.basic_filter = basic_filter

    def _set_data_validation(self, details: Json, place: str) -> None:
        batch.only(details, {"range", "rule"}, place)
        sheet, cells = self._grid_range(details.get("range", {}), place)
        rule: Json = {"dataValidation": details["rule"]} if "rule" in details else {}
        for row, column in cells:
            sheet.put(
                row, column, masks.write(sheet.cells.get((row, column), {}), rule, {"dataValidation": {}})
            )

    def _add_chart(self, details: Json, place: str) -> Json:
        chart: Json = details.get("chart", {})
        position: Json = chart.get("position", {})
        anchor: Json = position.get("overlayPosition", {}).get("anchorCell", {})
        if "spec" not in chart or not position:
            raise invalid(f"Invalid {place}: A chart needs 'spec' and 'position'.")
        if position.get("newSheet"):
            raise unimplemented(f"{place}.chart.position.newSheet")
        sheet = self._sheet(anchor.get("sheetId") or position.get("sheetId") or 0, place)
        chart = {"chartId": random.randrange(1, 2**31), **chart}  # noqa: S311
        sheet.charts.append(chart)
        return {"chart": chart}

    def _find_replace(self, details: Json, place: str) -> Json:
        """Whole cells of text or numbers, as they are shown; what a formula makes is passed over."""
        batch.only(details, {"find", "replacement", "range", "matchCase", "matchEntireCell"}, place)
        if not (details.get("matchCase") and details.get("matchEntireCell")):
            raise unimplemented(f"{place} of parts of cells, or in any case")
        if not details.get("find"):
            raise invalid(f"Invalid {place}: What to find must be there.")
        sheet, cells = self._grid_range(details.get("range", {}), place)
        replacement = details.get("replacement", "")
        if replacement[:1] in {"=", "+", "'"}:
            raise unimplemented(f"{place} by what may be read as a formula")
        found = [
            at for at in cells
            if (shown := show(sheet.cells.get(at, {}))).formula is None and shown.text == details["find"]
        ]  # fmt: skip
        for at in found:
            entered = {"userEnteredValue": {"stringValue": replacement}} if replacement else {}
            kept = masks.write(sheet.cells[at], {}, {"userEnteredValue": {}, "textFormatRuns": {}})
            sheet.put(*at, {**kept, **entered})
        if not found:
            return {}
        rows = len({row for row, _ in found})
        counts = {"valuesChanged": len(found), "occurrencesChanged": len(found)}
        return {**counts, "rowsChanged": rows, "sheetsChanged": 1}

    def _write_rows(
        self, sheet: Sheet, rows: list[Json], corner: tuple[int, int], mask: masks.Mask, place: str
    ) -> None:
        for down, row in enumerate(rows):
            for across, cell in enumerate(row.get("values", [])):
                _check_cell(cell, f"{place}.rows[{down}].values[{across}]")
                at = (corner[0] + down, corner[1] + across)
                sheet.put(*at, masks.write(sheet.cells.get(at, {}), cell, mask))

    def _sheet(self, sheet_id: int, place: str) -> Sheet:
        sheet = self._spreadsheet.sheet(sheet_id)
        if sheet is None:
            raise invalid(f"Invalid {place}: No grid with id: {sheet_id}")
        return sheet

    def _grid_range(self, given: Json, place: str) -> tuple[Sheet, list[tuple[int, int]]]:
        """The cells of a Sheets `GridRange`; where it has no bound, the sheet's own counts."""
        sheet = self._sheet(given.get("sheetId", 0), place)
        rows = range(given.get("startRowIndex", 0), given.get("endRowIndex", sheet.row_count))
        columns = range(given.get("startColumnIndex", 0), given.get("endColumnIndex", sheet.column_count))
        if not rows or not columns:
            raise invalid(f"Invalid {place}: The range is empty.")
        if rows[-1] >= sheet.row_count or columns[-1] >= sheet.column_count:
            raise invalid(
                f"Invalid {place}: Range exceeds grid limits. Max rows: {sheet.row_count}, "
                f"max columns: {sheet.column_count}"
            )
        return sheet, [(row, column) for row in rows for column in columns]

    def _number(self) -> None:
        for index, sheet in enumerate(self._spreadsheet.sheets):
            sheet.properties = {**sheet.properties, "index": index}


def _cell_mask(details: Json, place: str) -> masks.Mask:
    mask = batch.mask(details, "sheets", "CellData", place)
    for name in sorted(mask.keys() - _WRITABLE - {"*"}):
        raise unimplemented(f"{place}.fields: {name}")
    return mask


def _check_cell(cell: Json, place: str) -> None:
    """Refuses what the schema allows and Sheets does not."""
    for problem in _problems(cell):
        raise ApiError(400, f"Invalid {place}: {problem}")
    for name in sorted(cell.keys() - _WRITABLE):
        raise unimplemented(f"{place}.{name}")


def _problems(cell: Json) -> Iterator[str]:
    entered: Json = cell.get("userEnteredValue", {})
    if len(entered) > 1:
        yield f"userEnteredValue has more than one of {', '.join(sorted(entered))}."
    text: str = entered.get("stringValue", "")
    formula: str | None = entered.get("formulaValue")
    if "errorValue" in entered:
        yield "userEnteredValue.errorValue is read-only."
    if formula is not None and not formula.startswith("="):
        yield "userEnteredValue.formulaValue must begin with '='."
    if max(len(text), len(formula or "")) > CELL_CHARACTERS:
        yield f"Your input contains more than the maximum of {CELL_CHARACTERS} characters in a single cell."
    starts = [run.get("startIndex", 0) for run in cell.get("textFormatRuns", [])]
    if starts and "stringValue" not in entered:
        yield "textFormatRuns can only be set with a stringValue."
    if starts != sorted(set(starts)) or (starts and starts[-1] >= len(text.encode("utf-16-le")) // 2):
        yield "textFormatRuns[].startIndex must increase and be less than the length of the text."
