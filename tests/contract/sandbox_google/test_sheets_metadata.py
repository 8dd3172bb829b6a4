"""Developer metadata: they stay with their row through inserting and deleting, and not through a sort."""

from __future__ import annotations

import json
from typing import Any

import pytest

from incident.sandbox.faults import FaultInjector
from incident.sandbox.google import FakeGoogle
from tests.contract.sandbox_google.support import Google, refusal


def row(google: Google, index: int, **changes: Any) -> dict[str, Any]:
    bounds = {"dimension": "ROWS", "startIndex": index, "endIndex": index + 1}
    return {"dimensionRange": {"sheetId": google.workspace.sheet_id, **bounds, **changes}}


def create(key: str, where: dict[str, Any], **changes: Any) -> dict[str, Any]:
    item = {"metadataKey": key, "visibility": "DOCUMENT", "location": where, **changes}
    return {"createDeveloperMetadata": {"developerMetadata": item}}


def lookup(**fields: Any) -> dict[str, Any]:
    return {"developerMetadataLookup": fields}


def search(google: Google, *filters: dict[str, Any]) -> list[dict[str, Any]]:
    metadata = google.sheets.spreadsheets().developerMetadata()
    body = {"dataFilters": list(filters)}
    found = metadata.search(spreadsheetId=google.workspace.spreadsheet_id, body=body).execute()
    return [match["developerMetadata"] for match in found.get("matchedDeveloperMetadata", [])]


def rows_of(google: Google, **fields: Any) -> list[int]:
    """The rows that metadata are found on."""
    return [item["location"]["dimensionRange"]["startIndex"] for item in search(google, lookup(**fields))]


def test_metadata_follow_inserting_and_deleting_and_not_a_sort(google: Google) -> None:
    for text in ("c", "a", "b"):
        google.append([text], "RAW")
    google.change(*(create("incident", row(google, index), metadataValue=f"i{index}") for index in (1, 2, 3)))
    person, ids = google.stand_in.person, google.workspace
    person.insert_row(ids.spreadsheet_id, "Incidents", 1, ["new"])
    assert rows_of(google, metadataKey="incident") == [2, 3, 4]
    person.delete_row(ids.spreadsheet_id, "Incidents", 3)
    assert rows_of(google, metadataKey="incident") == [2, 3]
    person.sort(ids.spreadsheet_id, "Incidents", 0)
    shown = google.stand_in.sheet_rows(ids.spreadsheet_id, "Incidents")
    assert [cells[0].text for cells in shown] == ["id", "b", "c", "new"]
    assert rows_of(google, metadataValue="i1") == [2], "that of c, which was there by chance as well"
    assert rows_of(google, metadataValue="i3") == [3], "that of b, on another's row"
    person.move_row(ids.spreadsheet_id, "Incidents", 3, 1)
    assert rows_of(google, metadataValue="i3") == [1]
    person.insert_column(ids.spreadsheet_id, "Incidents", 0)
    person.add_tab(ids.spreadsheet_id, "Notes", first=True)
    assert rows_of(google, metadataValue="i3") == [1]


def test_values_are_read_and_written_by_metadata(google: Google) -> None:
    google.append(["i1", "open"], "RAW")
    google.append(["i2", "open"], "RAW")
    google.change(create("incident", row(google, 2), metadataValue="i2"))
    google.stand_in.person.insert_row(google.workspace.spreadsheet_id, "Incidents", 1)
    values = google.sheets.spreadsheets().values()
    wanted = lookup(metadataKey="incident", metadataValue="i2")
    data = [{"dataFilter": wanted, "values": [[None, "resolved"]]}]
    answer = values.batchUpdateByDataFilter(
        spreadsheetId=google.workspace.spreadsheet_id, body={"valueInputOption": "RAW", "data": data}
    ).execute()
    assert (answer["totalUpdatedCells"], answer["responses"][0]["dataFilter"]) == (1, wanted)
    body = {"dataFilters": [wanted, {"a1Range": "Incidents!A3:B3"}, lookup(metadataKey="none")]}
    got = values.batchGetByDataFilter(spreadsheetId=google.workspace.spreadsheet_id, body=body).execute()
    assert [found["valueRange"]["values"] for found in got["valueRanges"]] == [
        [["i2", "resolved"]],
        [["i1", "open"]],
    ]
    assert got["valueRanges"][0]["valueRange"]["range"] == "Incidents!A4:Z4"
    sheets = google.sheets.spreadsheets().getByDataFilter(
        spreadsheetId=google.workspace.spreadsheet_id, body={"dataFilters": [wanted], "includeGridData": True}
    )
    [grid] = sheets.execute()["sheets"][0]["data"]
    assert grid["startRow"] == 3
    assert grid["rowMetadata"][0]["developerMetadata"][0]["metadataValue"] == "i2"
    assert [cell["formattedValue"] for cell in grid["rowData"][0]["values"]] == ["i2", "resolved"]


def test_a_write_by_metadata_is_all_or_nothing(google: Google) -> None:
    google.append(["i1"], "RAW")
    google.change(create("incident", row(google, 1)))
    wanted = lookup(metadataKey="incident")
    data = [
        {"dataFilter": wanted, "values": [["x"]]},
        {"dataFilter": wanted, "values": [["one"], ["row too many"]]},
    ]
    values = google.sheets.spreadsheets().values()
    before = google.stand_in.snapshot()
    call = values.batchUpdateByDataFilter(
        spreadsheetId=google.workspace.spreadsheet_id, body={"valueInputOption": "RAW", "data": data}
    )
    assert refusal(call)[0] == 400
    assert google.stand_in.snapshot() == before


def test_a_lookup_selects_by_all_that_it_says(google: Google) -> None:
    sheet_id = google.workspace.sheet_id
    google.change(
        create("a", row(google, 1), metadataId=7, metadataValue="x"),
        create("a", row(google, 2), visibility="PROJECT"),
        create("b", row(google, 3, dimension="COLUMNS")),
        create("c", {"sheetId": sheet_id}),
        create("d", {"spreadsheet": True}),
    )

    def keys(**fields: Any) -> str:
        return "".join(item["metadataKey"] for item in search(google, lookup(**fields)))

    assert keys(metadataKey="a") == "aa"
    assert keys(metadataKey="a", visibility="PROJECT") == "a"
    assert keys(locationType="COLUMN") == "b"
    assert sorted(keys(metadataLocation=row(google, 1))) == ["a", "b", "c"]
    exact = {"metadataLocation": row(google, 1), "locationMatchingStrategy": "EXACT_LOCATION"}
    assert keys(**exact) == "a"
    assert keys(metadataLocation={"spreadsheet": True}) == "d"
    for wrong in (
        {},
        {"locationMatchingStrategy": "EXACT_LOCATION"},
        {**exact, "locationType": "ROW"},
        {"metadataLocation": row(google, 1), "locationType": "SPREADSHEET"},
    ):
        assert refusal(lambda: search(google, lookup(**wrong)))[0] == 400  # noqa: B023 - called at once
    assert len(search(google, lookup(metadataId=7), lookup(metadataKey="a"))) == 2
    metadata = google.sheets.spreadsheets().developerMetadata()
    get = metadata.get(spreadsheetId=google.workspace.spreadsheet_id, metadataId=7).execute()
    assert (get["metadataValue"], get["location"]["locationType"]) == ("x", "ROW")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metadataKey": ""}, "metadataKey"),
        ({"visibility": "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED"}, "visibility"),
        ({"location": {}}, "location"),
        ({"location": {"sheetId": 5}}, "No grid"),
        ({"location": {"spreadsheet": True, "sheetId": 0}}, "one of"),
        ({"metadataId": 0}, "positive"),
        ({"metadataId": 3}, "already exists"),
        ({"metadataValue": "x" * 30_000}, "30000"),
    ],
)
def test_refuses_metadata_that_sheets_would_refuse(
    google: Google, changes: dict[str, Any], words: str
) -> None:
    google.change(create("first", row(google, 0), metadataId=3))
    assert words in refusal(lambda: google.change({**create("k", row(google, 1), **changes)}))[2]
    assert len(search(google, lookup(visibility="DOCUMENT"))) == 1


def test_metadata_are_single_rows_of_the_grid(google: Google) -> None:
    for changes in ({"endIndex": 4}, {"startIndex": 1000, "endIndex": 1001}, {"dimension": "BOTH"}):
        location = row(google, 2, **changes)
        assert refusal(lambda: google.change(create("k", location)))[0] == 400  # noqa: B023 - called at once


def test_metadata_are_changed_deleted_and_kept_in_a_snapshot(google: Google) -> None:
    google.change(create("k", row(google, 1), metadataValue="old"), create("other", {"spreadsheet": True}))
    selected = lookup(metadataKey="k")
    update = {
        "dataFilters": [selected],
        "developerMetadata": {"metadataValue": "new"},
        "fields": "metadataValue",
    }
    [reply] = google.change({"updateDeveloperMetadata": update})["replies"]
    assert reply["updateDeveloperMetadata"]["developerMetadata"][0]["metadataValue"] == "new"
    snapshot = json.loads(json.dumps(google.stand_in.snapshot()))
    copy = FakeGoogle(FaultInjector())
    copy.restore(snapshot)
    assert copy.snapshot() == snapshot
    [reply] = google.change({"deleteDeveloperMetadata": {"dataFilter": selected}})["replies"]
    assert reply["deleteDeveloperMetadata"]["deletedDeveloperMetadata"][0]["metadataKey"] == "k"
    assert search(google, selected) == []


def test_ranges_are_sorted_and_rows_and_columns_made(google: Google) -> None:
    for cells in (["b", 2], ["", 3], ["A", 10], ["c", 1]):
        google.append(cells, "RAW")
    sheet_id = google.workspace.sheet_id
    area = {"sheetId": sheet_id, "startRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 2}

    def shown() -> list[list[str]]:
        rows = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")
        return [[cell.text for cell in cells[:2]] for cells in rows[1:]]

    google.change(
        {"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}}
    )
    assert shown() == [["A", "10"], ["b", "2"], ["c", "1"], ["", "3"]]
    google.change(
        {"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]}}
    )
    assert [cells[1] for cells in shown()] == ["10", "3", "2", "1"]
    outside = {"range": area, "sortSpecs": [{"dimensionIndex": 4}]}
    assert refusal(lambda: google.change({"sortRange": outside}))[0] == 400

    def bounds(dimension: str, start: int, end: int) -> dict[str, Any]:
        return {"sheetId": sheet_id, "dimension": dimension, "startIndex": start, "endIndex": end}

    google.change({"insertDimension": {"range": bounds("ROWS", 2, 4)}})
    assert [cells[1] for cells in shown()] == ["10", "", "", "3", "2", "1"]
    google.change({"deleteDimension": {"range": bounds("COLUMNS", 0, 1)}})
    assert [cells[0] for cells in shown()] == ["10", "", "", "3", "2", "1"]
    google.change({"moveDimension": {"source": bounds("ROWS", 1, 2), "destinationIndex": 5}})
    assert [cells[0] for cells in shown()] == ["", "", "3", "10", "2", "1"]
    first = {"range": bounds("ROWS", 0, 1), "inheritFromBefore": True}
    assert refusal(lambda: google.change({"insertDimension": first}))[0] == 400


def test_a_person_at_work_in_a_spreadsheet(google: Google) -> None:
    person, file_id = google.stand_in.person, google.workspace.spreadsheet_id
    google.append(["i1", "=x"], "RAW")
    person.set_cell(file_id, "Incidents", 1, 0, '=HYPERLINK("https://a", "b")')
    person.set_cell(file_id, "Incidents", 1, 1, "")
    column = person.add_column(file_id, "Incidents", "Cost")
    person.set_cell(file_id, "Incidents", 1, column, "12")
    header, first = google.stand_in.sheet_rows(file_id, "Incidents")
    assert (first[0].link, first[1].value, header[column].value, first[column].value) == (
        "https://a",
        None,
        "Cost",
        12,
    )
    person.rename_tab(file_id, "Incidents", "Old")
    person.add_tab(file_id, "Incidents")
    assert google.stand_in.sheet_titles(file_id) == ["Old", "Incidents"]
    fields = "lastModifyingUser(me)"
    file = google.drive.files().get(fileId=file_id, supportsAllDrives=True, fields=fields).execute()
    assert file["lastModifyingUser"]["me"] is False
