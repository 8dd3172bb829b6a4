"""A Workspace as an organisation has it before its first incident."""

from __future__ import annotations

from dataclasses import dataclass

from incident.operate.report_template import REPORTS, edits
from incident.surfaces.columns import header

from .docs_edits import Editor
from .document import Document
from .drive import new_shared_drive
from .grid import Spreadsheet, new_sheet
from .state import DOCUMENT, FOLDER, SPREADSHEET, State

DRIVE_NAME = "Incident repository"
FOLDER_NAME = "Incidents"
TEMPLATE_NAME = "Incident report template"
SPREADSHEET_NAME = "Incident tracking"
SHEET_NAME = "Incidents"

_SHEET_ID = 1732051906
_DAY = 24 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Workspace:
    """The ids that the bot is configured with.

    Attributes:
        drive_id: the shared drive "Incident repository".
        folder_id: its folder "Incidents", where reports go.
        template_id: the document reports are copied from.
        spreadsheet_id: the spreadsheet that tracks incidents.
        sheet: the title of its tab.
        sheet_id: the number of its tab.
    """

    drive_id: str
    folder_id: str
    template_id: str
    spreadsheet_id: str
    sheet: str
    sheet_id: int


def fill(state: State, timezone: str) -> Workspace:
    """Makes the shared drive, the folder, the template and the tracking spreadsheet.

    All of them are a day old, so that a slow search knows of them.

    Args:
        state: what is filled; whoever calls holds its lock.
        timezone: the spreadsheet's.
    """
    drive_id = new_shared_drive(state, DRIVE_NAME)
    folder = state.add_file(FOLDER_NAME, FOLDER, drive_id, drive_id)
    report = state.add_file(TEMPLATE_NAME, DOCUMENT, drive_id, drive_id, report_template())
    tracking = state.add_file(SPREADSHEET_NAME, SPREADSHEET, drive_id, drive_id, _tracking(timezone))
    for file in (folder, report, tracking):
        file.created -= _DAY
        file.modified -= _DAY
    return Workspace(drive_id, folder.id, report.id, tracking.id, SHEET_NAME, _SHEET_ID)


def report_template() -> Document:
    """The template as a document, made by the edits the real Docs would be sent."""
    document = Document()
    Editor(document).apply(edits(REPORTS["en"]))
    return document


def _tracking(timezone: str) -> Spreadsheet:
    sheet = new_sheet(_SHEET_ID, SHEET_NAME, 0, frozen_rows=1)
    for column, name in enumerate(header("en")):
        bold = {"textFormat": {"bold": True}}
        sheet.put(0, column, {"userEnteredValue": {"stringValue": name}, "userEnteredFormat": bold})
    return Spreadsheet(timezone=timezone, sheets=[sheet])
