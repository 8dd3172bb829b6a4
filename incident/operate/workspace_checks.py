"""What the bot needs of Google Workspace. Nothing is changed; one call is opened, which nobody sees."""

from __future__ import annotations

from typing import Any

from incident.operate import advice
from incident.operate.finding import Finding, FoundError, bad, doubtful, good
from incident.operate.report_template import PLACEHOLDERS
from incident.runtime.failures import PermanentError
from incident.runtime.settings import WorkerSettings
from incident.services.docs import Docs
from incident.services.google import DRIVE, SHEETS, Google
from incident.services.meet import Meet
from incident.services.sheets import Sheets
from incident.surfaces import columns as tracking

_KINDS = {
    "application/vnd.google-apps.document": "document",
    "application/vnd.google-apps.folder": "folder",
    "application/vnd.google-apps.spreadsheet": "spreadsheet",
}
_FIELDS = "name,mimeType,trashed,driveId,capabilities(canAddChildren,canCopy,canEdit)"
_NOT_FOUND = {"notFound", "NOT_FOUND"}


class WorkspaceChecks:
    """Checks of what the settings name."""

    def __init__(self, settings: WorkerSettings, account: str) -> None:
        """Made as the worker's service account, `account`; finds credentials with the first check."""
        self._settings = settings
        self._google = Google(settings.google_api_url, settings.google_subject, account)

    def template(self) -> Finding:
        """The report template: readable, and with placeholders."""
        template_id = self._settings.template_id
        file = self._file(template_id, "document", "INCIDENT_TEMPLATE_ID")
        if not file["capabilities"].get("canCopy"):
            return bad(f"“{file['name']}” cannot be copied", "Allow copies in its sharing settings.")
        found = Docs(self._google).placeholders(template_id)
        if not found:
            return bad(
                f"“{file['name']}” has no placeholders",
                f"Write {_braced(PLACEHOLDERS)} where they belong, or make a new one: `incident bootstrap`.",
            )
        strange = sorted(found - set(PLACEHOLDERS))
        if strange:
            return doubtful(
                f"“{file['name']}” has {_braced(strange)}, which the bot does not know",
                f"They stay as they are in every report; it knows {_braced(PLACEHOLDERS)}.",
            )
        missing = [name for name in PLACEHOLDERS if name not in found]
        if missing:
            return doubtful(
                f"“{file['name']}” has no {_braced(missing)}",
                "Reports will not say it; add it if they should.",
            )
        return good(f"“{file['name']}” has all {len(PLACEHOLDERS)} placeholders")

    def folder(self) -> Finding:
        """The incidents folder: reports may be put there."""
        file = self._file(self._settings.folder_id, "folder", "INCIDENT_FOLDER_ID")
        if not file["capabilities"].get("canAddChildren"):
            return bad(f"the bot may not add to “{file['name']}”", advice.ACCESS)
        if not file.get("driveId") and not self._settings.google_subject:
            return bad(
                f"“{file['name']}” is in no Shared Drive, and a service account owns no files",
                "Move it into a Shared Drive, or set GOOGLE_SUBJECT.",
            )
        return good(f"“{file['name']}” may be added to")

    def spreadsheet(self) -> Finding:
        """The tracking spreadsheet: writable."""
        file = self._file(self._settings.spreadsheet_id, "spreadsheet", "INCIDENT_SPREADSHEET_ID")
        if not file["capabilities"].get("canEdit"):
            return bad(f"the bot may not write in “{file['name']}”", advice.ACCESS)
        return good(f"“{file['name']}” may be written in")

    def tab(self) -> Finding:
        """Its tab, with the columns in the order that the bot writes them in."""
        settings = self._settings
        titles = self._tabs()
        if settings.sheet not in titles:
            return bad(
                f"there is no tab “{settings.sheet}”",
                f"Call a tab so, or set INCIDENT_SHEET to one that is there: {', '.join(titles)}.",
            )
        wanted = list(tracking.header(*settings.locales))
        header = Sheets(self._google, spreadsheet_id=settings.spreadsheet_id, sheet=settings.sheet).header()
        shown = [cell.strip().casefold() for cell in header[: len(wanted)]]
        if shown != [cell.casefold() for cell in wanted]:
            return bad(
                f"“{settings.sheet}” begins with other columns: {', '.join(header) or 'none'}",
                f"The first row must begin: {' | '.join(wanted)}. Columns of your own go to the right.",
            )
        return good(f"“{settings.sheet}” has its {len(wanted)} columns")

    def meet(self) -> Finding:
        """Whether a call may be opened; there is no way to know but to open one."""
        subject = self._settings.google_subject
        try:
            Meet(self._google).start()
        except PermanentError as error:
            if not subject:
                return bad(f"refused: {error.reason}", "Meet needs a user to act as: set GOOGLE_SUBJECT.")
            return bad(f"refused for {subject}: {error.reason}", advice.DELEGATION)
        return good(
            f"a call was opened{f' as {subject}' if subject else ''}; it is empty, and seen by nobody"
        )

    def _file(self, file_id: str, kind: str, setting: str) -> Any:
        """What Drive knows of a file of ours.

        Raises:
            FoundError: if it is not there, or is something else.
            StepError: if Drive does not say.
        """
        try:
            file = self._google.execute(
                DRIVE,
                lambda client: client.files().get(fileId=file_id, supportsAllDrives=True, fields=_FIELDS),
                repeatable=True,
            )
        except PermanentError as error:
            if error.reason not in _NOT_FOUND:
                raise
            raise FoundError(
                bad(
                    f"{file_id} is not there, or not for the bot",
                    f"Make one: `incident bootstrap`, and set {setting}. Or, if it is there: {advice.ACCESS}",
                )
            ) from None
        if file.get("trashed"):
            raise FoundError(bad(f"“{file['name']}” is in the bin", "Take it out of the bin again."))
        if _KINDS.get(file["mimeType"]) != kind:
            raise FoundError(bad(f"“{file['name']}” is no {kind}", f"Set {setting} to the id of a {kind}."))
        return file

    def _tabs(self) -> list[str]:
        spreadsheet = self._google.execute(
            SHEETS,
            lambda client: client.spreadsheets().get(
                spreadsheetId=self._settings.spreadsheet_id, fields="sheets.properties.title"
            ),
            repeatable=True,
        )
        return [tab["properties"]["title"] for tab in spreadsheet["sheets"]]


def _braced(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)
