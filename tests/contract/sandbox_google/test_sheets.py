from __future__ import annotations

from typing import Any

import pytest

from tests.contract.sandbox_google.support import Google, refusal


@pytest.mark.parametrize("words", ["=1+1", '+HYPERLINK("http://x")', '=IMPORTXML("http://x","//a")'])
def test_a_formula_injection_can_be_seen(google: Google, words: str) -> None:
    google.append(["raw", words], "RAW")
    google.append(["typed", words], "USER_ENTERED")
    _, raw, typed = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")
    assert (raw[1].value, raw[1].formula) == (words, None)
    assert typed[1].formula is not None
    assert typed[1].value != words


def test_values_are_read_back_as_asked(google: Google) -> None:
    row = ['=HYPERLINK("https://a/""b", "say ""hi""")', "2026-11-23", "'=1", "4.50", "true", "x"]
    google.append(row, "USER_ENTERED")

    def values(rendering: str) -> Any:
        return (
            google.sheets.spreadsheets()
            .values()
            .get(
                spreadsheetId=google.workspace.spreadsheet_id,
                range="'Incidents'!A2:J",
                valueRenderOption=rendering,
            )
            .execute()["values"]
        )

    assert values("FORMATTED_VALUE") == [['say "hi"', "2026-11-23", "=1", "4.5", "TRUE", "x"]]
    assert values("UNFORMATTED_VALUE") == [['say "hi"', 46349, "=1", 4.5, True, "x"]]
    assert values("FORMULA")[0][0] == row[0]
    assert (
        google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "incidents")[1][0].link == 'https://a/"b'
    )


def test_append_finds_the_table(google: Google) -> None:
    first = google.append(["a"], "RAW")
    assert (first["tableRange"], first["updates"]["updatedRange"]) == ("Incidents!A1:J1", "Incidents!A2")
    assert google.append(["b", "c"], "RAW")["updates"]["updatedRange"] == "Incidents!A3:B3"
    values = google.sheets.spreadsheets().values()
    values.update(
        spreadsheetId=google.workspace.spreadsheet_id,
        range="Incidents!B2",
        valueInputOption="RAW",
        body={"values": [["late", None, 7]]},
    ).execute()
    column = values.batchGet(
        spreadsheetId=google.workspace.spreadsheet_id, ranges=["Incidents!A:A", "B2:D2"]
    ).execute()
    assert [found.get("values") for found in column["valueRanges"]] == [
        [["id"], ["a"], ["b"]],
        [["late", "", "7"]],
    ]


@pytest.mark.parametrize(
    "text", ["Nothing!A1", "Incidents!", "A0", "Incidents!B2:A1", "'Incidents!A1", "A1:", "=A1"]
)
def test_refuses_a_range_it_cannot_read(google: Google, text: str) -> None:
    call = (
        google.sheets.spreadsheets().values().get(spreadsheetId=google.workspace.spreadsheet_id, range=text)
    )
    assert refusal(call) == (400, "badRequest", f"Unable to parse range: {text}")


def test_a_sheet_of_any_name_is_reached(google: Google) -> None:
    properties = {"title": "Bob's / 50%: plan", "gridProperties": {"frozenRowCount": 1}}
    [reply] = google.change({"addSheet": {"properties": properties}})["replies"]
    assert reply["addSheet"]["properties"]["gridProperties"]["frozenRowCount"] == 1
    google.sheets.spreadsheets().values().update(
        spreadsheetId=google.workspace.spreadsheet_id,
        range="'Bob''s / 50%: plan'!A1",
        valueInputOption="RAW",
        body={"values": [["here"]]},
    ).execute()
    rows = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Bob's / 50%: plan")
    assert rows[0][0].value == "here"
    assert refusal(lambda: google.change({"addSheet": {"properties": properties}}))[0] == 400


def append_cells(google: Google, fields: str, *cells: dict[str, Any]) -> dict[str, Any]:
    rows = [{"values": list(cells)}]
    return {"appendCells": {"sheetId": google.workspace.sheet_id, "rows": rows, "fields": fields}}


def test_cells_are_written_by_their_mask(google: Google) -> None:
    linked = {
        "userEnteredValue": {"stringValue": "=report"},
        "textFormatRuns": [{"startIndex": 0, "format": {"link": {"uri": "https://r"}}}],
        "note": "hidden",
    }
    day = {
        "userEnteredValue": {"numberValue": 46349.5},
        "userEnteredFormat": {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}},
    }
    fields = "userEnteredValue,textFormatRuns,userEnteredFormat(numberFormat)"
    google.change(append_cells(google, fields, linked, day))
    title, when = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")[1][:2]
    assert (title.value, title.formula, title.link, title.note) == ("=report", None, "https://r", None)
    assert (when.text, when.number_format) == ("2026-11-23 12:00", "yyyy-mm-dd hh:mm")
    google.change(append_cells(google, "userEnteredValue", linked, day))
    plain = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")[2]
    assert (plain[0].link, plain[1].text) == (None, "46349.5")


@pytest.mark.parametrize(
    ("fields", "cell", "words"),
    [
        ("", {}, "fields"),
        ("userEnteredvalue", {}, "userEnteredvalue"),
        ("userEnteredValue", {"userEnteredValue": {"formulaValue": "1+1"}}, "begin with '='"),
        ("userEnteredValue", {"userEnteredValue": {"stringValue": "a", "numberValue": 1}}, "more than one"),
        ("userEnteredValue", {"userEnteredValue": {"stringValue": "a" * 50_001}}, "50000"),
        (
            "*",
            {"userEnteredValue": {"stringValue": "a"}, "textFormatRuns": [{"startIndex": 1}]},
            "textFormatRuns",
        ),
        ("*", {"effectiveValue": {"stringValue": "a"}}, "output only"),
    ],
)
def test_refuses_cells_that_sheets_would_refuse(
    google: Google, fields: str, cell: dict[str, Any], words: str
) -> None:
    before = google.stand_in.snapshot()
    good = append_cells(google, "userEnteredValue", {"userEnteredValue": {"stringValue": "first"}})
    assert words in refusal(lambda: google.change(good, append_cells(google, fields, cell)))[2]
    assert google.stand_in.snapshot() == before


def test_the_spreadsheet_shows_what_was_set(google: Google) -> None:
    sheet_id = google.workspace.sheet_id
    area = {
        "sheetId": sheet_id,
        "startRowIndex": 1,
        "endRowIndex": 3,
        "startColumnIndex": 4,
        "endColumnIndex": 5,
    }
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "open"}]}, "strict": True}
    chart = {
        "spec": {"title": "A month"},
        "position": {"overlayPosition": {"anchorCell": {"sheetId": sheet_id}}},
    }
    properties = {"sheetId": sheet_id, "gridProperties": {"frozenRowCount": 2}}
    google.change(
        {"setBasicFilter": {"filter": {"range": {"sheetId": sheet_id}}}},
        {"setDataValidation": {"range": area, "rule": rule}},
        {"addChart": {"chart": chart}},
        {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.frozenRowCount"}},
        {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": 1},
                "rows": [{"values": [{"userEnteredValue": {"boolValue": True}}]}],
                "fields": "userEnteredValue",
            }
        },
    )
    get = google.sheets.spreadsheets().get
    [sheet] = get(spreadsheetId=google.workspace.spreadsheet_id, includeGridData=True).execute()["sheets"]
    assert sheet["basicFilter"]["range"]["sheetId"] == sheet_id
    assert sheet["charts"][0]["spec"]["title"] == "A month"
    assert sheet["properties"]["gridProperties"]["frozenRowCount"] == 2
    assert sheet["data"][0]["rowData"][1]["values"][0]["effectiveValue"] == {"boolValue": True}
    assert sheet["data"][0]["rowData"][2]["values"][4]["dataValidation"] == rule
    one = get(
        spreadsheetId=google.workspace.spreadsheet_id, fields="sheets.properties(sheetId,title)"
    ).execute()
    assert one == {"sheets": [{"properties": {"sheetId": sheet_id, "title": "Incidents"}}]}
    assert (
        "No grid with id: 5"
        in refusal(lambda: google.change({"appendCells": {"sheetId": 5, "fields": "*"}}))[2]
    )
    created = google.sheets.spreadsheets().create(body={"properties": {"title": "New"}}).execute()
    assert created["properties"]["title"] == "New"


def test_a_batch_can_show_what_it_has_done(google: Google) -> None:
    google.append(["a", "1"], "RAW")
    google.append(["b", "2"], "RAW")
    cell = {"userEnteredValue": {"stringValue": "3"}}
    start = {"sheetId": google.workspace.sheet_id, "rowIndex": 2, "columnIndex": 1}
    update = {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}}
    batch = google.sheets.spreadsheets().batchUpdate
    body = {
        "requests": [update],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Incidents!A3:B3"],
        "responseIncludeGridData": True,
    }
    answer = batch(spreadsheetId=google.workspace.spreadsheet_id, body=body).execute()
    [sheet] = answer["updatedSpreadsheet"]["sheets"]
    [row] = sheet["data"][0]["rowData"]
    assert [value["formattedValue"] for value in row["values"]] == ["b", "3"]
    del body["responseIncludeGridData"]
    plain = batch(spreadsheetId=google.workspace.spreadsheet_id, body=body).execute()
    assert "data" not in plain["updatedSpreadsheet"]["sheets"][0]
    before = google.stand_in.snapshot()
    refused = batch(spreadsheetId=google.workspace.spreadsheet_id, body={**body, "responseRanges": ["No!A1"]})
    assert "parse range" in refusal(refused)[2]
    assert google.stand_in.snapshot() == before


def test_rows_are_deleted_and_those_below_move_up(google: Google) -> None:
    for text in ("a", "b", "c", "d"):
        google.append([text], "RAW")

    def rows(start: int, end: int, **changes: Any) -> dict[str, Any]:
        area = {
            "sheetId": google.workspace.sheet_id,
            "dimension": "ROWS",
            "startIndex": start,
            "endIndex": end,
        }
        return {"deleteDimension": {"range": {**area, **changes}}}

    google.change(rows(2, 4))
    shown = google.stand_in.sheet_rows(google.workspace.spreadsheet_id, "Incidents")
    assert [cells[0].text for cells in shown] == ["id", "a", "d"]
    assert refusal(lambda: google.change(rows(997, 999)))[0] == 400, "two rows are gone"
    assert refusal(lambda: google.change(rows(3, 3)))[0] == 400
    assert refusal(lambda: google.change(rows(0, 998)))[0] == 400
    assert refusal(lambda: google.change(rows(0, 1, dimension="BOTH")))[0] == 400
