"""Developer metadata of Sheets: made, looked up and deleted; what data filters select.

Source: https://developers.google.com/workspace/sheets/api/guides/metadata.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from . import a1, batch
from .errors import ApiError, invalid, unimplemented
from .grid import Dimension, Json, Metadata, Sheet, Spreadsheet

_CHARACTERS = 30_000
"""Of keys and values together, for the spreadsheet and for each of its tabs (the guide's storage limits)."""

_TYPES: dict[Dimension | None, str] = {"ROWS": "ROW", "COLUMNS": "COLUMN", None: "SHEET"}
_FILTERS = ("developerMetadataLookup", "a1Range", "gridRange")


@dataclass(frozen=True, slots=True)
class Place:
    """Where metadata belong to.

    Attributes:
        sheet: the tab; None for the whole spreadsheet.
        dimension: whether to a row or a column of it; None for the tab or the spreadsheet.
        index: of the row or column, from 0.
    """

    sheet: Sheet | None
    dimension: Dimension | None = None
    index: int = 0

    @property
    def type(self) -> str:
        """Sheets' `DeveloperMetadataLocationType`."""
        return "SPREADSHEET" if self.sheet is None else _TYPES[self.dimension]

    def intersects(self, other: Place) -> bool:
        """Whether the two have a cell in common; a spreadsheet has so with nothing but itself."""
        if self.sheet is None or other.sheet is None:
            return self.sheet is other.sheet
        if self.sheet.id != other.sheet.id:
            return False
        return self.dimension is None or self.dimension != other.dimension or self.index == other.index

    def same(self, other: Place) -> bool:
        """Whether the two are one."""
        return (self.type, self.index) == (other.type, other.index) and self.intersects(other)

    def area(self) -> a1.Area:
        """The cells; of the whole spreadsheet none can be named."""
        if self.sheet is None:
            raise unimplemented("values by metadata of the whole spreadsheet")
        rows, columns = self.sheet.row_count, self.sheet.column_count
        if self.dimension == "ROWS":
            return a1.Area(self.sheet, self.index, 0, self.index + 1, columns)
        if self.dimension == "COLUMNS":
            return a1.Area(self.sheet, 0, self.index, rows, self.index + 1)
        return a1.Area(self.sheet, 0, 0, rows, columns)


_FACTS: dict[str, Callable[[Place, Metadata], object]] = {
    "metadataId": lambda _, item: item.id,
    "metadataKey": lambda _, item: item.key,
    "metadataValue": lambda _, item: item.value,
    "visibility": lambda _, item: item.visibility,
    "locationType": lambda where, _: where.type,
}
"""What a lookup may ask for, by its field; the place apart."""


def everything(spreadsheet: Spreadsheet) -> Iterator[tuple[Place, Metadata]]:
    """All metadata of a spreadsheet, each with its place."""
    yield from ((Place(None), item) for item in spreadsheet.metadata)
    for sheet in spreadsheet.sheets:
        yield from ((Place(sheet, item.dimension, item.index), item) for item in sheet.metadata)


def resource(place: Place, item: Metadata) -> Json:
    """Sheets' `DeveloperMetadata`."""
    location: Json = {"locationType": place.type}
    if place.sheet is None:
        location["spreadsheet"] = True
    elif place.dimension is None:
        location["sheetId"] = place.sheet.id
    else:
        bounds = {"startIndex": place.index, "endIndex": place.index + 1}
        location["dimensionRange"] = {"sheetId": place.sheet.id, "dimension": place.dimension, **bounds}
    shown: Json = {"metadataId": item.id, "metadataKey": item.key, "visibility": item.visibility}
    if item.value is not None:
        shown["metadataValue"] = item.value
    return {**shown, "location": location}


def found(spreadsheet: Spreadsheet, data_filter: Json, path: str) -> list[tuple[Place, Metadata]]:
    """The metadata that a filter selects.

    Raises:
        ApiError: 400 for what is no filter; 501 for one of another kind.
    """
    if _kind(data_filter, path) != "developerMetadataLookup":
        raise unimplemented(f"{path}: metadata by anything but a developerMetadataLookup")
    lookup: Json = data_filter["developerMetadataLookup"]
    if not lookup:
        raise invalid(f"Invalid {path}.developerMetadataLookup: At least one field must be set.")
    place = _place(spreadsheet, lookup["metadataLocation"], path) if "metadataLocation" in lookup else None
    _check_lookup(lookup, place, path)
    exact = lookup.get("locationMatchingStrategy") == "EXACT_LOCATION"
    return [
        (where, item)
        for where, item in everything(spreadsheet)
        if all(_FACTS[name](where, item) == wanted for name, wanted in lookup.items() if name in _FACTS)
        and (place is None or (place.same(where) if exact else place.intersects(where)))
    ]


def areas(spreadsheet: Spreadsheet, data_filter: Json, path: str) -> list[a1.Area]:
    """The cells that a filter selects, an area for each place.

    Raises:
        ApiError: 400 for what is no filter, or names a sheet that is not there.
    """
    kind = _kind(data_filter, path)
    if kind == "a1Range":
        return [a1.parse(data_filter["a1Range"], spreadsheet)]
    if kind == "developerMetadataLookup":
        return [place.area() for place, _ in found(spreadsheet, data_filter, path)]
    given: Json = data_filter["gridRange"]
    sheet = _sheet(spreadsheet, given.get("sheetId", 0), path)
    area = a1.Area(
        sheet,
        given.get("startRowIndex", 0),
        given.get("startColumnIndex", 0),
        given.get("endRowIndex", sheet.row_count),
        given.get("endColumnIndex", sheet.column_count),
    )
    if not (area.top < area.bottom <= sheet.row_count and area.left < area.right <= sheet.column_count):
        raise invalid(f"Invalid {path}.gridRange: The range is empty or outside of the grid.")
    return [area]


class MetadataEditor:
    """The requests of a Sheets batch that change metadata."""

    def __init__(self, spreadsheet: Spreadsheet) -> None:
        """Edits this spreadsheet."""
        self._spreadsheet = spreadsheet

    def edits(self) -> dict[str, batch.Edit]:
        """What there is, by the kind of request."""
        return {
            "createDeveloperMetadata": self._create,
            "updateDeveloperMetadata": self._update,
            "deleteDeveloperMetadata": self._delete,
        }

    def _create(self, details: Json, place: str) -> Json:
        given: Json = details.get("developerMetadata", {})
        for name in ("metadataKey", "visibility", "location"):
            if not given.get(name):
                raise invalid(f"Invalid {place}: developerMetadata.{name} must be specified.")
        if given["visibility"] not in ("DOCUMENT", "PROJECT"):
            raise invalid(f"Invalid {place}: developerMetadata.visibility must be DOCUMENT or PROJECT.")
        where = _place(self._spreadsheet, given["location"], place)
        number: int = given.get("metadataId", random.randrange(1, 2**31))  # noqa: S311
        if number <= 0:
            raise invalid(f"Invalid {place}: developerMetadata.metadataId must be positive.")
        if any(item.id == number for _, item in everything(self._spreadsheet)):
            raise invalid(f"Invalid {place}: Developer metadata with ID {number} already exists.")
        value = given.get("metadataValue")
        visible: str = given["visibility"]
        item = Metadata(number, given["metadataKey"], value, visible, where.dimension, where.index)
        self._put(where, [*self._held(where), item], place)
        return {"developerMetadata": resource(where, item)}

    def _update(self, details: Json, place: str) -> Json:
        mask = batch.mask(details, "sheets", "DeveloperMetadata", place)
        for name in sorted(mask.keys() - {"metadataValue"}):
            raise unimplemented(f"{place}.fields: {name}")
        value = details.get("developerMetadata", {}).get("metadataValue")
        matched = {
            item.id: where
            for data_filter in details.get("dataFilters", [])
            for where, item in found(self._spreadsheet, data_filter, f"{place}.dataFilters")
        }
        for number, where in matched.items():
            held = self._held(where)
            self._put(
                where, [replace(item, value=value) if item.id == number else item for item in held], place
            )
        changed = [
            resource(where, item) for where, item in everything(self._spreadsheet) if item.id in matched
        ]
        return {"developerMetadata": changed}

    def _delete(self, details: Json, place: str) -> Json:
        doomed = found(self._spreadsheet, details.get("dataFilter", {}), f"{place}.dataFilter")
        numbers = {item.id for _, item in doomed}
        for where, _ in doomed:
            self._put(where, [item for item in self._held(where) if item.id not in numbers], place)
        return {"deletedDeveloperMetadata": [resource(where, item) for where, item in doomed]}

    def _held(self, where: Place) -> list[Metadata]:
        return where.sheet.metadata if where.sheet else self._spreadsheet.metadata

    def _put(self, where: Place, items: list[Metadata], place: str) -> None:
        if sum(len(item.key) + len(item.value or "") for item in items) > _CHARACTERS:
            raise invalid(f"Invalid {place}: There is no room for more than {_CHARACTERS} characters.")
        (where.sheet or self._spreadsheet).metadata = items


def _kind(data_filter: Json, path: str) -> str:
    kinds = [kind for kind in _FILTERS if kind in data_filter]
    if len(kinds) != 1:
        raise invalid(f"Invalid {path}: exactly one of {', '.join(_FILTERS)} is to be set.")
    return kinds[0]


def _check_lookup(lookup: Json, place: Place | None, path: str) -> None:
    """The rules in the reference of `DeveloperMetadataLookup`."""
    strategy, kind = lookup.get("locationMatchingStrategy"), lookup.get("locationType")
    wrong = ""
    if strategy and place is None:
        wrong = "locationMatchingStrategy without metadataLocation"
    elif kind and strategy == "EXACT_LOCATION":
        wrong = "locationType beside an exact location"
    elif kind == "SPREADSHEET" and (strategy or (place and place.sheet)):
        wrong = "locationType SPREADSHEET beside another location"
    if wrong:
        raise invalid(f"Invalid {path}.developerMetadataLookup: {wrong}.")


def _place(spreadsheet: Spreadsheet, location: Json, path: str) -> Place:
    """Reads a `DeveloperMetadataLocation`."""
    kinds = location.keys() & {"spreadsheet", "sheetId", "dimensionRange"}
    if len(kinds) != 1:
        raise invalid(f"Invalid {path}: a location is one of spreadsheet, sheetId and dimensionRange.")
    if kinds == {"spreadsheet"}:
        return Place(None)
    if kinds == {"sheetId"}:
        return Place(_sheet(spreadsheet, location["sheetId"], path))
    given: Json = location["dimensionRange"]
    sheet = _sheet(spreadsheet, given.get("sheetId", 0), path)
    if given.get("dimension") not in ("ROWS", "COLUMNS"):
        raise invalid(f"Invalid {path}: dimensionRange.dimension is to be ROWS or COLUMNS.")
    start, end = given.get("startIndex", 0), given.get("endIndex")
    if end != start + 1 or not 0 <= start < sheet.size(given["dimension"]):
        raise invalid(f"Invalid {path}: dimensionRange must be a single row or column of the grid.")
    return Place(sheet, given["dimension"], start)


def _sheet(spreadsheet: Spreadsheet, sheet_id: int, path: str) -> Sheet:
    sheet = spreadsheet.sheet(sheet_id)
    if sheet is None:
        raise ApiError(400, f"Invalid {path}: No grid with id: {sheet_id}")
    return sheet
