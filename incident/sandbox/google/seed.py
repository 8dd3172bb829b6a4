"""A Workspace as an organisation has it before its first incident."""

from __future__ import annotations

from dataclasses import dataclass

from . import template
from .docs_edits import Editor
from .document import Document
from .drive import new_shared_drive
from .grid import Spreadsheet, new_sheet
from .operations import Json
from .state import DOCUMENT, FOLDER, SPREADSHEET, State

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
    drive_id = new_shared_drive(state, template.DRIVE_NAME)
    folder = state.add_file(template.FOLDER_NAME, FOLDER, drive_id, drive_id)
    report = state.add_file(template.TEMPLATE_NAME, DOCUMENT, drive_id, drive_id, report_template())
    tracking = state.add_file(template.SPREADSHEET_NAME, SPREADSHEET, drive_id, drive_id, _tracking(timezone))
    for file in (folder, report, tracking):
        file.created -= _DAY
        file.modified -= _DAY
    return Workspace(drive_id, folder.id, report.id, tracking.id, template.SHEET_NAME, _SHEET_ID)


def report_template() -> Document:
    """The template as a document, made by the edits the real Docs would be sent."""
    document = Document()
    editor = Editor(document)
    lines = template.REPORT
    editor.apply([{"insertText": {"location": {"index": 1}, "text": "\n".join(line.text for line in lines)}}])
    index = 1
    for line in lines:
        end = index + len(line.text.encode("utf-16-le")) // 2
        paragraph: Json = {"startIndex": index, "endIndex": end + 1}
        requests: list[Json] = []
        if line.style == "BULLET":
            requests.append({"createParagraphBullets": {"range": paragraph}})
        elif line.style != "NORMAL_TEXT":
            style = {"namedStyleType": line.style}
            requests.append(
                {
                    "updateParagraphStyle": {
                        "range": paragraph,
                        "paragraphStyle": style,
                        "fields": "namedStyleType",
                    }
                }
            )
        if line.label:
            label = {"startIndex": index, "endIndex": index + line.label}
            requests.append(
                {"updateTextStyle": {"range": label, "textStyle": {"bold": True}, "fields": "bold"}}
            )
        if line.guidance:
            requests.append(
                {"updateTextStyle": {"range": paragraph, "textStyle": {"italic": True}, "fields": "italic"}}
            )
        editor.apply(requests)
        index = end + 1
    return document


def _tracking(timezone: str) -> Spreadsheet:
    sheet = new_sheet(_SHEET_ID, template.SHEET_NAME, 0, frozen_rows=1)
    for column, name in enumerate(template.HEADER):
        bold = {"textFormat": {"bold": True}}
        sheet.put(0, column, {"userEnteredValue": {"stringValue": name}, "userEnteredFormat": bold})
    return Spreadsheet(timezone=timezone, sheets=[sheet])
