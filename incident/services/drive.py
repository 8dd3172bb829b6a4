"""Google Drive: incident reports, copied from a template, and the copies of channels beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from incident.runtime.failures import PermanentError
from incident.services.google import DRIVE, Google

MARK = "incident-bot"
"""A property of the bot's own files that says what a file is to the bot; any client of Drive can see it."""

_MADE_FOR = "channel_of"
"""The private property of a channel's copy. A report has another, by which its own copies are found."""

_DOCUMENT = "application/vnd.google-apps.document"
_FIELDS = "id,webViewLink"
_GONE = frozenset({"notFound", "NOT_FOUND"})


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its id in Drive and the link to it."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the template that bears an incident's id.

    Attributes:
        id: in Drive.
        url: the link to it.
        touched_by_person: whether another than the bot changed it last; also where Drive does not know who.
    """

    id: str
    url: str
    touched_by_person: bool


@dataclass(frozen=True, slots=True)
class Trashed:
    """A report in the trash.

    Attributes:
        id: in Drive.
        incident: id of the incident whose it is.
        at: when it was put there, as Drive has it; empty where Drive does not say, as of a folder's content.
    """

    id: str
    incident: str
    at: str


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
        """The oldest copy that is marked with the incident's id; a new one may not be seen for a minute.

        https://developers.google.com/workspace/drive/api/guides/search-files
        """
        found = oldest(self._google, _marked(incident_id), self._folder_id, _FIELDS)
        return Document(found["id"], found["webViewLink"]) if found else None

    def find_copies(self, incident_id: str) -> list[Copy]:
        """All copies that are marked with the incident's id, oldest first; of a new one, see `find_copy`.

        Those in the trash are left out. `lastModifyingUser` is there only where the last change was a
        signed-in user's: https://developers.google.com/workspace/drive/api/reference/rest/v3/files
        """
        fields = f"{_FIELDS},lastModifyingUser(me)"
        return [_copy(file) for file in _search(self._google, _marked(incident_id), self._folder_id, fields)]

    def create_document(self, title: str, key: str) -> Document:
        """An empty document in the incidents folder, whose permissions it has, marked with a key.

        https://developers.google.com/workspace/drive/api/reference/rest/v3/files/create
        """
        body = {
            "name": title,
            "mimeType": _DOCUMENT,
            "parents": [self._folder_id],
            "appProperties": {_MADE_FOR: key},
            "properties": {MARK: "channel"},
        }
        made = self._google.execute(
            DRIVE, lambda client: client.files().create(body=body, supportsAllDrives=True, fields=_FIELDS)
        )
        return Document(made["id"], made["webViewLink"])

    def find_documents(self, key: str) -> list[Copy]:
        """The documents that were created for a key, oldest first; of a new one, see `find_copy`."""
        query = f"appProperties has {{ key={quoted(_MADE_FOR)} and value={quoted(key)} }}"
        fields = f"{_FIELDS},lastModifyingUser(me)"
        return [_copy(file) for file in _search(self._google, query, self._folder_id, fields)]

    def trashed(self) -> list[Trashed]:
        """The reports that people have put into the trash, wherever they had moved them before.

        https://developers.google.com/workspace/drive/api/guides/ref-search-terms
        """
        query = f"properties has {{ key='{MARK}' and value='report' }} and trashed = true"
        fields = "id,appProperties,trashedTime,trashingUser(me)"
        found = _pages(self._google, query, fields, 100)
        by_people = [file for file in found if not file.get("trashingUser", {}).get("me", False)]
        return [
            Trashed(one["id"], one.get("appProperties", {}).get("incident", ""), one.get("trashedTime", ""))
            for one in by_people
        ]

    def name(self, file_id: str) -> str:
        """What a file is called now.

        https://developers.google.com/workspace/drive/api/reference/rest/v3/files/get
        """
        found = self._google.execute(
            DRIVE,
            lambda client: client.files().get(fileId=file_id, supportsAllDrives=True, fields="name"),
            repeatable=True,
        )
        return str(found["name"])

    def rename(self, file_id: str, title: str) -> None:
        """Gives a file another name; doing it twice is once.

        https://developers.google.com/workspace/drive/api/reference/rest/v3/files/update
        """
        self._google.execute(
            DRIVE,
            lambda client: client.files().update(
                fileId=file_id, body={"name": title}, supportsAllDrives=True, fields="id"
            ),
            repeatable=True,
        )

    def trash(self, file_id: str) -> None:
        """Puts a file into the trash, from which people can bring it back; there or gone already is fine.

        https://developers.google.com/workspace/drive/api/guides/delete
        """
        try:
            self._google.execute(
                DRIVE,
                lambda client: client.files().update(
                    fileId=file_id, body={"trashed": True}, supportsAllDrives=True, fields="id"
                ),
                repeatable=True,
            )
        except PermanentError as error:
            if error.reason not in _GONE:
                raise


def _copy(file: Any) -> Copy:
    return Copy(file["id"], file["webViewLink"], not file.get("lastModifyingUser", {}).get("me", False))


def _marked(incident_id: str) -> str:
    """The query for the files that bear an incident's id."""
    return f"appProperties has {{ key='incident' and value={quoted(incident_id)} }}"


def oldest(google: Google, query: str, folder_id: str, fields: str) -> Any:
    """The oldest file in a folder that a query finds and that is not in the bin, or None."""
    return next(_search(google, query, folder_id, fields, page_size=1), None)


def _search(
    google: Google, query: str, folder_id: str, fields: str, *, page_size: int = 100
) -> Iterator[Any]:
    """The files in a folder that a query finds and that are not in the trash, oldest first."""
    inside = f"{query} and {quoted(folder_id)} in parents and trashed = false"
    return _pages(google, inside, fields, page_size)


def _pages(google: Google, query: str, fields: str, page_size: int) -> Iterator[Any]:
    """The files that a query finds, oldest first."""
    token: str | None = None
    while True:
        request = partial(_list, query, fields, page_size, token)
        listed = google.execute(DRIVE, request, repeatable=True)
        yield from listed.get("files", [])
        token = listed.get("nextPageToken")
        if not token:
            return


def _list(query: str, fields: str, page_size: int, token: str | None, client: Any) -> Any:
    """The request for one page of `_search`."""
    return client.files().list(
        q=query,
        corpora="allDrives",
        includeItemsFromAllDrives=True,
        supportsAllDrives=True,
        orderBy="createdTime",
        pageSize=page_size,
        pageToken=token,
        fields=f"nextPageToken,files({fields})",
    )


def quoted(text: str) -> str:
    """`text` as a string of Drive's query language.

    https://developers.google.com/workspace/drive/api/guides/ref-search-terms
    """
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
