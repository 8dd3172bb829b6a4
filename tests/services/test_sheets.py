"""The rows of the tracking spreadsheet, found wherever people have moved them; through the real client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from incident.runtime import deadline
from incident.runtime.failures import PermanentError, TransientError
from incident.sandbox.faults import Call, Fault, Moment
from incident.sandbox.google.grid import Sheet
from incident.services.cells import Linked, Value
from incident.services.sheets import RowMovedError, Sheets, Write
from tests.services.conftest import GoogleStage

TAB = "Bob's tab"
BATCH = "sheets.spreadsheets.batchUpdate"
GET = "sheets.spreadsheets.get"
READ = "sheets.spreadsheets.values.get"


def row(incident: str, status: str) -> list[Value]:
    return [
        incident,
        date(2026, 11, 23),
        Linked("=down", "https://r"),
        status,
        datetime(2026, 11, 23, 3, tzinfo=UTC),
        None,
    ]


@pytest.fixture
def sheets(workspace: GoogleStage) -> Sheets:
    """Three rows below a header."""
    change(workspace, lambda sheet: sheet.properties.update(title=TAB), "Incidents")
    sheets = Sheets(workspace.google, spreadsheet_id=workspace.ids.spreadsheet_id, sheet=TAB)
    for number in (1, 2, 3):
        sheets.append(row(f"i{number}", "open"))
    workspace.calls()
    return sheets


def put(sheets: Sheets, incident: str, cells: list[Value]) -> bool:
    """Writes an incident's row, as far as there is one."""
    rows = sheets.rows(len(cells))
    at = next((at for at, one in enumerate(rows) if one[0] == incident), None)
    if at is not None:
        sheets.write(rows, at, [Write(place, cell) for place, cell in enumerate(cells)][1:])
    return at is not None


def change(workspace: GoogleStage, how: Callable[[Sheet], None], tab: str = TAB) -> None:
    workspace.fake.edit_sheet(workspace.ids.spreadsheet_id, tab, how)


def meanwhile(workspace: GoogleStage, how: Callable[[Sheet], None]) -> None:
    """People change the tab once, after it was read and before it is written."""
    left = [how]

    def interfere(call: Call, moment: Moment) -> None:
        if (call.name, moment) == (BATCH, "arrived") and left:
            change(workspace, left.pop())

    workspace.fault_injector.watch(interfere)


def table(workspace: GoogleStage) -> dict[str, list[str]]:
    """What is shown below the header, by first cell."""
    rows = workspace.fake.sheet_rows(workspace.ids.spreadsheet_id, TAB)[1:]
    return {cells[0].text: [cell.text for cell in cells[1:]] for cells in rows}


def order(workspace: GoogleStage) -> list[str]:
    return [cells[0].text for cells in workspace.fake.sheet_rows(workspace.ids.spreadsheet_id, TAB)[1:]]


def statuses(workspace: GoogleStage) -> dict[str, str]:
    return {incident: cells[2] for incident, cells in table(workspace).items()}


def test_a_row_is_found_wherever_people_moved_it(workspace: GoogleStage, sheets: Sheets) -> None:
    change(workspace, lambda sheet: sheet.move_row(2, 3))
    change(workspace, lambda sheet: sheet.insert_rows(1, 2))
    assert put(sheets, "i2", row("i2", "closed"))
    assert workspace.calls() == [READ, BATCH]
    assert statuses(workspace) == {"": "", "i1": "open", "i3": "open", "i2": "closed"}


def test_a_row_is_written_as_typed_as_it_was_appended(workspace: GoogleStage, sheets: Sheets) -> None:
    appended = table(workspace)["i2"]
    assert put(sheets, "i2", row("i2", "=1+1"))
    cells = workspace.fake.sheet_rows(workspace.ids.spreadsheet_id, TAB)[2]
    assert [cell.text for cell in cells[1:]] == [*appended[:2], "=1+1", *appended[3:]]
    assert all(cell.formula is None for cell in cells)
    assert cells[2].link == "https://r"
    assert cells[4].text == "2026-11-23 03:00"


def test_columns_beyond_ours_are_left_alone(workspace: GoogleStage, sheets: Sheets) -> None:
    note = {"userEnteredValue": {"stringValue": "asked the bank"}}
    change(workspace, lambda sheet: sheet.put(2, 11, note))
    put(sheets, "i2", row("i2", "closed"))
    assert table(workspace)["i2"][10] == "asked the bank"


def test_without_such_a_row_nothing_is_written(workspace: GoogleStage, sheets: Sheets) -> None:
    assert not put(sheets, "i4", row("i4", "open"))
    assert workspace.calls() == [READ]


def test_a_row_that_moves_between_reading_and_writing_is_told(workspace: GoogleStage, sheets: Sheets) -> None:
    meanwhile(workspace, lambda sheet: sheet.move_row(2, 3))
    with pytest.raises(RowMovedError) as moved:
        put(sheets, "i2", row("i2", "closed"))
    assert moved.value.found[0] == "i3"
    assert moved.value.before[3] == "open", "what it held is known"
    assert order(workspace) == ["i1", "i3", "i2"], "the first cells are not written"
    assert put(sheets, "i2", row("i2", "closed"))
    assert put(sheets, "i3", row("i3", "open"))
    assert statuses(workspace) == {"i1": "open", "i3": "open", "i2": "closed"}


def test_a_row_that_is_deleted_between_reading_and_writing_is_told(
    workspace: GoogleStage, sheets: Sheets
) -> None:
    meanwhile(workspace, lambda sheet: sheet.delete_rows(3, 4))
    with pytest.raises(RowMovedError) as moved:
        put(sheets, "i3", row("i3", "closed"))
    assert moved.value.found[0] == ""
    assert not moved.value.refused


def test_a_lost_answer_to_an_update_does_no_harm(workspace: GoogleStage, sheets: Sheets) -> None:
    workspace.fault_injector.break_(BATCH, Fault(503, acts=True), times=1)
    with pytest.raises(TransientError):
        put(sheets, "i2", row("i2", "closed"))
    assert put(sheets, "i2", row("i2", "closed"))
    assert statuses(workspace) == {"i1": "open", "i2": "closed", "i3": "open"}


def test_all_rows_of_one_incident_but_the_topmost_go(workspace: GoogleStage, sheets: Sheets) -> None:
    for status in ("second", "third"):
        sheets.append(row("i2", status))
        sheets.append(row("", "of a person"))
    change(workspace, lambda sheet: sheet.move_row(6, 1))
    assert order(workspace) == ["i2", "i1", "i2", "i3", "i2", "", ""]
    assert sheets.remove_duplicates("i2") == 2
    assert order(workspace) == ["i2", "i1", "i3", "", ""]
    assert statuses(workspace)["i2"] == "third"
    workspace.calls()
    assert sheets.remove_duplicates("i2") == 0
    assert sheets.remove_duplicates("i9") == 0
    assert workspace.calls() == [READ, READ]


def test_a_row_deleted_in_place_of_a_duplicate_is_told(workspace: GoogleStage, sheets: Sheets) -> None:
    sheets.append(row("i1", "late"))
    meanwhile(workspace, lambda sheet: sheet.move_row(4, 2))
    with pytest.raises(RowMovedError) as moved:
        sheets.remove_duplicates("i1")
    assert moved.value.found == ("i3",)
    assert moved.value.before[3] == "open"
    assert order(workspace) == ["i1", "i1", "i2"]
    assert sheets.remove_duplicates("i1") == 1
    assert order(workspace) == ["i1", "i2"]


def test_a_tab_that_is_made_anew_is_found(workspace: GoogleStage, sheets: Sheets) -> None:
    change(workspace, lambda sheet: sheet.properties.update(sheetId=77))
    sheets.append(row("i4", "open"))
    assert workspace.calls() == [BATCH, GET, BATCH]
    change(workspace, lambda sheet: sheet.properties.update(sheetId=78))
    assert put(sheets, "i4", row("i4", "closed"))
    assert statuses(workspace)["i4"] == "closed"
    assert len(order(workspace)) == 4


def test_a_refusal_that_is_not_the_tabs_is_not_tried_again(workspace: GoogleStage, sheets: Sheets) -> None:
    workspace.fault_injector.break_(BATCH, Fault(403, "forbidden"))
    with pytest.raises(PermanentError, match="forbidden"):
        sheets.append(row("i4", "open"))
    assert workspace.calls() == [BATCH, GET]
    workspace.fault_injector.mend()
    change(workspace, lambda sheet: sheet.properties.update(title="gone", sheetId=79))
    with pytest.raises(PermanentError, match="no tab is called"):
        sheets.append(row("i4", "open"))


@pytest.mark.parametrize("status", [403, 503])
def test_preparing_never_fails_and_saves_the_question(workspace: GoogleStage, status: int) -> None:
    sheets = Sheets(workspace.google, spreadsheet_id=workspace.ids.spreadsheet_id, sheet="Incidents")
    workspace.fault_injector.break_(GET, Fault(status))
    sheets.prepare()
    with deadline.bounded_by(lambda: 0.0):
        sheets.prepare()
    workspace.fault_injector.mend()
    sheets.prepare()
    workspace.calls()
    sheets.append(row("i1", "open"))
    assert workspace.calls() == [BATCH]


def test_a_careful_write_replaces_what_was_read_alone(workspace: GoogleStage, sheets: Sheets) -> None:
    rows = sheets.rows(6)
    write = [Write(3, "closed", instead_of="open")]
    meanwhile(workspace, lambda sheet: sheet.put(2, 3, {"userEnteredValue": {"stringValue": "mine"}}))
    with pytest.raises(TransientError, match="cell changed"):
        sheets.write(rows, 2, write)
    assert statuses(workspace) == {"i1": "open", "i2": "mine", "i3": "open"}
    sheets.write(rows, 3, write)
    assert statuses(workspace)["i3"] == "closed"


def test_what_a_careful_write_replaced_in_a_row_that_moved_is_known(
    workspace: GoogleStage, sheets: Sheets
) -> None:
    rows = sheets.rows(6)
    meanwhile(workspace, lambda sheet: sheet.move_row(2, 3))
    with pytest.raises(RowMovedError) as moved:
        sheets.write(rows, 2, [Write(3, "closed", instead_of="open")])
    assert (moved.value.found[0], moved.value.written, moved.value.before) == ("i3", [3], {3: "open"})


def test_rows_are_read_as_they_are_whatever_their_format(sheets: Sheets) -> None:
    rows = sheets.rows(6)
    assert rows[1] == ("i1", 46349.0, "=down", "open", 46349.125, "")
    assert all(len(one) == 6 for one in rows)
