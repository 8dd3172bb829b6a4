"""`incident bootstrap`: makes, or finds, what the bot works with: its folder, its template, its spreadsheet.

Each is marked when it is made, in the same call, so that the next run finds it; and filled in one batch, so
that it is empty or whole. What people have changed since is left as it is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from incident.messages.joining import joined
from incident.messages.locales import words_for
from incident.operate import advice, report_template, tracking_sheet
from incident.runtime.failures import PermanentError, StepError
from incident.runtime.settings import SettingsError, WorkspaceSettings
from incident.services.drive import MARK, oldest, quoted
from incident.services.google import DOCS, DRIVE, SHEETS, Google
from incident.services.sheets import Sheets

_FOLDER = "application/vnd.google-apps.folder"
_DOCUMENT = "application/vnd.google-apps.document"
_SPREADSHEET = "application/vnd.google-apps.spreadsheet"

_NAMES = {
    "en": {"folder": "Incidents", "template": "Incident report template", "spreadsheet": "Incident tracking"},
    "fr": {
        "folder": "Incidents",
        "template": "Modèle de rapport d’incident",
        "spreadsheet": "Suivi des incidents",
    },
}


@dataclass(frozen=True, slots=True)
class Found:
    """What the bot works with: ids of Drive, and which of the three were made just now."""

    folder: str
    template: str
    spreadsheet: str
    made: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.description = (
        "Makes, or finds, the incidents folder, the report template and the tracking spreadsheet, and prints "
        "the lines for terraform.tfvars. Settings: GOOGLE_SUBJECT, INCIDENT_LOCALE, INCIDENT_TIMEZONE, "
        "INCIDENT_SHEET. May be run again."
    )
    parser.add_argument(
        "--account",
        default="",
        help="service account to act as; yourself, as you are logged in, if not given",
    )
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--drive", metavar="ID", help="of the Shared Drive to make all three in")
    place.add_argument("--folder", metavar="ID", help="of a folder that is to be the incidents folder")


def run(arguments: argparse.Namespace) -> int:
    """Carries the command out; the exit status."""
    try:
        settings = WorkspaceSettings.load()
        google = Google(settings.google_api_url, settings.google_subject, arguments.account)
        found = bootstrap(
            google, settings, drive=arguments.drive or "", folder=arguments.folder or "", tell=_tell
        )
    except SettingsError as error:
        _tell(str(error))
        return 1
    except StepError as error:
        _tell(f"{error}. {advice.for_error(error)}".rstrip())
        _tell("What is there already stays; run this again once that is mended.")
        return 1
    if found.made:
        _tell("Drive may take a minute to find what is new: wait that long before running this again.")
    print(lines(found, settings))  # noqa: T201 - the command's output
    return 0


def bootstrap(
    google: Google,
    settings: WorkspaceSettings,
    *,
    drive: str = "",
    folder: str = "",
    tell: Callable[[str], None] = lambda _line: None,
) -> Found:
    """Makes what is missing.

    Args:
        google: as whom it is made.
        settings: language, timezone and the name of the spreadsheet's tab.
        drive: id of the Shared Drive to make everything in; or else
        folder: id of the folder that is to be the incidents folder, in which the other two are made.
        tell: given a line for each thing that is made or found.

    Raises:
        StepError: if Google does not allow it, or does not answer; everything so far stays.
    """
    names = {what: joined([_NAMES[locale][what] for locale in settings.locales]) for what in _NAMES["en"]}
    files = _Files(google, drive or folder, names, tell)
    folder_id = files.check(folder) if folder else files.find_or_make("folder", _FOLDER)
    template_id = files.find_or_make("template", _DOCUMENT)
    _fill_template(google, template_id, settings)
    spreadsheet_id = files.find_or_make("spreadsheet", _SPREADSHEET)
    _fill_spreadsheet(google, spreadsheet_id, settings)
    return Found(folder_id, template_id, spreadsheet_id, tuple(files.made))


def lines(found: Found, settings: WorkspaceSettings) -> str:
    """What to put where, without a newline at the end: terraform's variables, then the environment's."""
    values = (
        ("template_id", "INCIDENT_TEMPLATE_ID", found.template),
        ("folder_id", "INCIDENT_FOLDER_ID", found.folder),
        ("spreadsheet_id", "INCIDENT_SPREADSHEET_ID", found.spreadsheet),
        ("sheet", "INCIDENT_SHEET", settings.sheet),
    )
    width = max(len(variable) for variable, _, _ in values)
    return "\n".join(
        [
            "# terraform.tfvars",
            *[f"{variable:<{width}} = {_hcl(value)}" for variable, _, value in values],
            "",
            "# or, where there is no Terraform, the environment",
            *[f"{name}={value}" for _, name, value in values],
        ]
    )


class _Files:
    """The bot's own files in one place of Drive."""

    def __init__(
        self, google: Google, parent: str, names: dict[str, str], tell: Callable[[str], None]
    ) -> None:
        self.made: list[str] = []
        self._google = google
        self._parent = parent
        self._names = names
        self._tell = tell

    def check(self, folder: str) -> str:
        """The folder's id.

        Raises:
            PermanentError: if it is no folder, or not to be found.
        """
        file = self._google.execute(
            DRIVE,
            lambda client: client.files().get(fileId=folder, supportsAllDrives=True, fields="name,mimeType"),
            repeatable=True,
        )
        if file["mimeType"] != _FOLDER:
            raise PermanentError(DRIVE.service, f"{file['name']} is not a folder")
        self._tell(f"found the folder “{file['name']}”")
        return folder

    def find_or_make(self, what: str, mime_type: str) -> str:
        """The id of the oldest file with this mark, or of a new one."""
        found = self._find(what, mime_type)
        if found is not None:
            self._tell(f"found the {what} “{found['name']}”")
            return str(found["id"])
        # `properties`, not `appProperties`: those are hidden from whoever runs this with another client.
        body = {
            "name": self._names[what],
            "mimeType": mime_type,
            "parents": [self._parent],
            "properties": {MARK: what},
        }
        made = self._google.execute(
            DRIVE, lambda client: client.files().create(body=body, supportsAllDrives=True, fields="id")
        )
        self.made.append(what)
        self._tell(f"made the {what} “{self._names[what]}”")
        return str(made["id"])

    def _find(self, what: str, mime_type: str) -> Any:
        marked = f"properties has {{ key={quoted(MARK)} and value={quoted(what)} }}"
        return oldest(self._google, f"{marked} and mimeType = {quoted(mime_type)}", self._parent, "id,name")


def _fill_template(google: Google, document_id: str, settings: WorkspaceSettings) -> None:
    """Writes the questions into a document that is still empty."""
    document = google.execute(
        DOCS,
        lambda client: client.documents().get(
            documentId=document_id, fields="revisionId,body(content(endIndex))"
        ),
        repeatable=True,
    )
    if document["body"]["content"][-1]["endIndex"] > _EMPTY_ENDS:
        return
    body = {
        "requests": report_template.edits(report_template.report(settings.locales)),
        "writeControl": {"requiredRevisionId": document["revisionId"]},  # so that it is never written twice
    }
    google.execute(
        DOCS,
        lambda client: client.documents().batchUpdate(documentId=document_id, body=body),
        repeatable=False,
    )


_EMPTY_ENDS = 2
"""Where an empty document ends: after the newline that every document has."""


def _fill_spreadsheet(google: Google, spreadsheet_id: str, settings: WorkspaceSettings) -> None:
    """Makes a new spreadsheet ours; one that has its header is left alone."""
    tabs = google.execute(
        SHEETS,
        lambda client: client.spreadsheets().get(
            spreadsheetId=spreadsheet_id, fields="sheets.properties(sheetId,title)"
        ),
        repeatable=True,
    )["sheets"]
    if len(tabs) > 1 or _header(google, spreadsheet_id, tabs[0]["properties"]["title"]):
        return
    edits = tracking_sheet.edits(
        tabs[0]["properties"].get("sheetId", 0),
        settings.sheet,
        settings.timezone.key,
        [words_for(locale) for locale in settings.locales],
    )
    google.execute(
        SHEETS,
        lambda client: client.spreadsheets().batchUpdate(
            spreadsheetId=spreadsheet_id, body={"requests": edits}
        ),
    )


def _header(google: Google, spreadsheet_id: str, sheet: str) -> list[str]:
    """What stands in the first row."""
    return Sheets(google, spreadsheet_id=spreadsheet_id, sheet=sheet).header()


def _hcl(text: str) -> str:
    """A string in Terraform's language, in which `${` and `%{` begin something else."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command
