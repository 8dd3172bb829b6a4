"""Google Drive: incident reports, copied from a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from incident.services.google import DRIVE, Google

MARK = "incident-bot"
"""A property of the bot's own files that says what a file is to the bot; any client of Drive can see it."""

_FIELDS = "id,webViewLink"


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its id in Drive and the link to it."""

    id: str
    url: str


class Drive:
    """The incidents folder and its template."""

    def __init__(self, google: Google, *, template_id: str, folder_id: str) -> None:
        """Through `google`; the ids are Drive's."""
        self._google = google
        self._template_id = template_id
        self._folder_id = folder_id

    def copy_template(self, title: str, incident_id: str) -> Document:
        """A copy of the template in the incidents folder, marked with the incident's id.

        https://developers.google.com/workspace/drive/api/reference/rest/v3/files/copy
        """
        body = {
            "name": title,
            "parents": [self._folder_id],
            "appProperties": {"incident": incident_id},
            "properties": {MARK: "report"},  # a copy takes over what it does not say, and is no template
        }
        copied = self._google.execute(
            DRIVE,
            lambda client: client.files().copy(
                fileId=self._template_id, body=body, supportsAllDrives=True, fields=_FIELDS
            ),
        )
        return Document(copied["id"], copied["webViewLink"])

    def find_copy(self, incident_id: str) -> Document | None:
        """The copy that is marked with the incident's id, the oldest; a new one may not be seen for a minute.

        https://developers.google.com/workspace/drive/api/guides/search-files
        """
        marked = f"appProperties has {{ key='incident' and value={quoted(incident_id)} }}"
        found = oldest(self._google, marked, self._folder_id, _FIELDS)
        return Document(found["id"], found["webViewLink"]) if found else None


def oldest(google: Google, query: str, folder_id: str, fields: str) -> Any:
    """The oldest file in a folder that a query finds and that is not in the bin, or None."""
    listed = google.execute(
        DRIVE,
        lambda client: client.files().list(
            q=f"{query} and {quoted(folder_id)} in parents and trashed = false",
            corpora="allDrives",
            includeItemsFromAllDrives=True,
            supportsAllDrives=True,
            orderBy="createdTime",
            pageSize=1,
            fields=f"files({fields})",
        ),
        repeatable=True,
    )
    return next(iter(listed["files"]), None)


def quoted(text: str) -> str:
    """`text` as a string of Drive's query language.

    https://developers.google.com/workspace/drive/api/guides/ref-search-terms
    """
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
