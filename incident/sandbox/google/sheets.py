"""Google Sheets: spreadsheets as a whole, and the batch of changes that happens whole or not at all.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.
"""

from __future__ import annotations

import random

from . import a1, sheets_metadata
from .errors import ApiError, invalid, unimplemented
from .grid import Cell, Dimension, Json, Sheet, Spreadsheet, new_sheet, show
from .operations import Links, Operation, Request
from .sheets_edits import Editor
from .sheets_metadata import Place
from .state import SPREADSHEET, DriveFile, State

_BATCH_FIELDS = frozenset(
    {"requests", "includeSpreadsheetInResponse", "responseRanges", "responseIncludeGridData"}
)
_WIDTH = 100
"""Pixels; how wide columns are at first."""


class Sheets:
    """The methods of spreadsheets; those of `spreadsheets.values` are in values.py."""

    def __init__(self, state: State, links: Links) -> None:
        self._state = state
        self._links = links

    def operations(self) -> dict[str, Operation]:
        """Every method there is, by name."""
        one = frozenset({"spreadsheetId"})
        return {
            "spreadsheets.get": Operation(self._get, one | {"includeGridData", "ranges"}),
            "spreadsheets.create": Operation(self._create, body=frozenset({"properties", "sheets"})),
            "spreadsheets.batchUpdate": Operation(self._batch_update, one, _BATCH_FIELDS),
            "spreadsheets.getByDataFilter": Operation(
                self._get_filtered, one, frozenset({"dataFilters", "includeGridData"})
            ),
            "spreadsheets.developerMetadata.get": Operation(self._metadata, one | {"metadataId"}),
            "spreadsheets.developerMetadata.search": Operation(self._search, one, frozenset({"dataFilters"})),
        }

    def _get(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        areas = [a1.parse(text, spreadsheet) for text in request.parameters.get("ranges", [])]
        # With a mask the mask alone decides about grid data (Sheets' reference of `includeGridData`).
        grid = bool(request.parameters.get("includeGridData")) or "fields" in request.parameters
        return self._resource(file, spreadsheet, areas, grid=grid)

    def _get_filtered(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        filters: list[Json] = request.body.get("dataFilters", [])
        areas = [area for each in filters for area in sheets_metadata.areas(spreadsheet, each, "dataFilters")]
        grid = bool(request.body.get("includeGridData")) or "fields" in request.parameters
        shown = self._resource(file, spreadsheet, areas, grid=grid)
        return {**shown, "sheets": []} if filters and not areas else shown

    def _metadata(self, request: Request) -> Json:
        _, spreadsheet = find(self._state, request)
        number: int = request.parameters["metadataId"]
        for place, item in sheets_metadata.everything(spreadsheet):
            if item.id == number:
                return sheets_metadata.resource(place, item)
        raise ApiError(404, f"No developer metadata with ID {number}.")

    def _search(self, request: Request) -> Json:
        _, spreadsheet = find(self._state, request)
        filters: list[Json] = request.body.get("dataFilters", [])
        if not filters:
            raise invalid("Invalid dataFilters: At least one data filter must be set.")
        matched: dict[int, Json] = {}
        for data_filter in filters:
            for place, item in sheets_metadata.found(spreadsheet, data_filter, "dataFilters"):
                shown = {"developerMetadata": sheets_metadata.resource(place, item), "dataFilters": []}
                matched.setdefault(item.id, shown)["dataFilters"].append(data_filter)
        return {"matchedDeveloperMetadata": list(matched.values())} if matched else {}

    def _create(self, request: Request) -> Json:
        properties: Json = request.body.get("properties", {})
        for name in sorted(properties.keys() - {"title", "locale", "timeZone"}):
            raise unimplemented(f"properties.{name} in spreadsheets.create")
        spreadsheet = Spreadsheet(properties.get("locale", "en_US"), properties.get("timeZone", "Etc/UTC"))
        editor = Editor(spreadsheet)
        for sheet in request.body.get("sheets", []):
            for name in sorted(sheet.keys() - {"properties"}):
                raise unimplemented(f"sheets[].{name} in spreadsheets.create")
            editor.apply([{"addSheet": {"properties": sheet.get("properties", {})}}])
        if not spreadsheet.sheets:
            spreadsheet.sheets.append(new_sheet(random.randrange(1, 2**31), "Sheet1", 0))  # noqa: S311
        title = properties.get("title", "Untitled spreadsheet")
        file = self._state.add_file(title, SPREADSHEET, content=spreadsheet)
        return self._resource(file, spreadsheet, [], grid=False)

    def _batch_update(self, request: Request) -> Json:
        file, spreadsheet = find(self._state, request)
        edited = spreadsheet.copy()
        editor = Editor(edited)
        replies = editor.apply(request.body.get("requests", []))
        answer: Json = {"spreadsheetId": file.id, "replies": replies}
        if request.body.get("includeSpreadsheetInResponse"):
            areas = [a1.parse(text, edited) for text in request.body.get("responseRanges", [])]
            grid = bool(request.body.get("responseIncludeGridData")) or "fields" in request.parameters
            answer["updatedSpreadsheet"] = self._resource(file, edited, areas, grid=grid)
        elif request.body.keys() - {"requests"}:
            raise invalid(
                "'responseRanges' and its like mean nothing without 'includeSpreadsheetInResponse'."
            )
        file.content = edited
        file.name = editor.title or file.name
        file.modified, file.modified_by_person = self._state.clock(), False
        return answer

    def _resource(
        self, file: DriveFile, spreadsheet: Spreadsheet, areas: list[a1.Area], *, grid: bool
    ) -> Json:
        wanted = {area.sheet.id for area in areas}
        sheets = [
            _sheet(sheet, areas, grid=grid)
            for sheet in spreadsheet.sheets
            if not wanted or sheet.id in wanted
        ]
        own = [sheets_metadata.resource(Place(None), item) for item in spreadsheet.metadata]
        return {
            "spreadsheetId": file.id,
            **({"developerMetadata": own} if own else {}),
            "properties": {
                "title": file.name,
                "locale": spreadsheet.locale,
                "timeZone": spreadsheet.timezone,
            },
            "sheets": sheets,
            "spreadsheetUrl": self._links.spreadsheet(file.id),
        }


def find(state: State, request: Request) -> tuple[DriveFile, Spreadsheet]:
    """The spreadsheet a request names.

    Raises:
        ApiError: 404 when there is none, 400 when the file is something else.
    """
    file = state.files.get(request.parameters["spreadsheetId"])
    if file is None:
        raise ApiError(404, "Requested entity was not found.")
    if not isinstance(file.content, Spreadsheet):
        raise ApiError(400, "This operation is not supported for this document", "failedPrecondition")
    return file, file.content


def _sheet(sheet: Sheet, areas: list[a1.Area], *, grid: bool) -> Json:
    resource: Json = {"properties": sheet.properties}
    if sheet.basic_filter:
        resource["basicFilter"] = sheet.basic_filter
    if sheet.charts:
        resource["charts"] = sheet.charts
    bound = [
        sheets_metadata.resource(Place(sheet), item) for item in sheet.metadata if item.dimension is None
    ]
    if bound:
        resource["developerMetadata"] = bound
    if grid:
        own = [area for area in areas if area.sheet.id == sheet.id] or [
            a1.Area(sheet, 0, 0, sheet.row_count, sheet.column_count)
        ]
        resource["data"] = [{**_grid_data(area), **_dimensions(area)} for area in own]
    return resource


def _grid_data(area: a1.Area) -> Json:
    """The cells of an area, down to the last row and out to the last column that hold anything."""
    places = [place for place in area.sheet.cells if place in area]
    rows: list[Json] = []
    for row in range(area.top, max((r for r, _ in places), default=area.top - 1) + 1):
        width = max((c for r, c in places if r == row), default=area.left - 1) + 1
        cells = [_cell_data(area.sheet.cells.get((row, column), {})) for column in range(area.left, width)]
        rows.append({"values": cells} if cells else {})
    data: Json = {"rowData": rows} if rows else {}
    return {
        **data,
        **({"startRow": area.top} if area.top else {}),
        **({"startColumn": area.left} if area.left else {}),
    }


def _dimensions(area: a1.Area) -> Json:
    """What is known of the rows and columns of an area, if anything is."""
    sheet = area.sheet
    rows = [_tagged(sheet, "ROWS", row) for row in range(area.top, area.bottom)]
    columns = [
        {**_tagged(sheet, "COLUMNS", column), **_wide(sheet, column)}
        for column in range(area.left, area.right)
    ]
    known = {"rowMetadata": _to_the_last(rows), "columnMetadata": _to_the_last(columns)}
    if known["columnMetadata"]:
        known["columnMetadata"] = [{"pixelSize": _WIDTH, **column} for column in known["columnMetadata"]]
    return {name: items for name, items in known.items() if items}


def _wide(sheet: Sheet, column: int) -> Json:
    return {"pixelSize": sheet.widths[column]} if column in sheet.widths else {}


def _tagged(sheet: Sheet, dimension: Dimension, index: int) -> Json:
    place = Place(sheet, dimension, index)
    own = [item for item in sheet.metadata if (item.dimension, item.index) == (dimension, index)]
    return {"developerMetadata": [sheets_metadata.resource(place, item) for item in own]} if own else {}


def _to_the_last(items: list[Json]) -> list[Json]:
    """Without the empty ones at the end."""
    return items[: max((number for number, item in enumerate(items, 1) if item), default=0)]


def _cell_data(cell: Json) -> Json:
    shown = show(cell)
    if shown.value is None:
        return cell
    data = {**cell, "formattedValue": shown.text, "effectiveValue": _effective(shown)}
    return {**data, "hyperlink": shown.link} if shown.link else data


def _effective(cell: Cell) -> Json:
    if isinstance(cell.value, bool):
        return {"boolValue": cell.value}
    return {"stringValue" if isinstance(cell.value, str) else "numberValue": cell.value}
