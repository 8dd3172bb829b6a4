"""The Workspace stand-in, through the real google-api-python-client and a real socket."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

import httplib2
import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from incident.sandbox.faults import FaultInjector
from incident.sandbox.google import FakeGoogle
from incident.sandbox.serve import Server

PATHS = {"drive": "drive/v3/", "calendar": "calendar/v3/"}
VERSIONS = {"drive": "v3", "docs": "v1", "sheets": "v4", "meet": "v2", "calendar": "v3"}


class Front:
    """One socket and one set of clients for the whole file; each test puts a stand-in of its own behind."""

    def __init__(self) -> None:
        self.stand_in = FakeGoogle(FaultInjector())
        self.server = Server(self)
        self.clients = {name: self._client(name) for name in VERSIONS}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return self.stand_in(environ, start_response)

    def _client(self, name: str) -> Any:
        return build(
            name,
            VERSIONS[name],
            static_discovery=True,
            http=httplib2.Http(timeout=5),
            client_options={"api_endpoint": f"{self.server.url}/{PATHS.get(name, '')}"},
        )


class Google:
    """A stand-in with a client for each of its services."""

    def __init__(self, front: Front) -> None:
        self.now = 1_800_000_000.0
        self.fault_injector = FaultInjector()
        self.stand_in = front.stand_in = FakeGoogle(self.fault_injector, clock=lambda: self.now)
        self.root = self.stand_in.url = front.server.url
        self.workspace = self.stand_in.seed("America/Toronto")
        self.drive, self.docs, self.sheets, self.meet, self.calendar = front.clients.values()

    def copy(self, **changes: Any) -> dict[str, Any]:
        body = {"name": "Report", "parents": [self.workspace.folder_id], **changes}
        call = self.drive.files().copy(
            fileId=self.workspace.template_id, body=body, supportsAllDrives=True, fields="*"
        )
        answer: dict[str, Any] = call.execute()
        return answer

    def edit(self, file_id: str, *requests: dict[str, Any], **body: Any) -> dict[str, Any]:
        call = self.docs.documents().batchUpdate(
            documentId=file_id, body={"requests": list(requests), **body}
        )
        answer: dict[str, Any] = call.execute()
        return answer

    def change(self, *requests: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = (
            self.sheets.spreadsheets()
            .batchUpdate(spreadsheetId=self.workspace.spreadsheet_id, body={"requests": list(requests)})
            .execute()
        )
        return answer

    def new_document(self, text: str) -> str:
        file_id: str = self.docs.documents().create(body={"title": "Notes"}).execute()["documentId"]
        self.edit(file_id, insert(1, text))
        return file_id

    def append(self, row: list[Any], option: str) -> dict[str, Any]:
        answer: dict[str, Any] = (
            self.sheets.spreadsheets()
            .values()
            .append(
                spreadsheetId=self.workspace.spreadsheet_id,
                range="Incidents!A:J",
                valueInputOption=option,
                body={"values": [row]},
            )
            .execute()
        )
        return answer

    def search(self, q: str, **parameters: Any) -> list[str]:
        everywhere = {
            "corpora": "drive",
            "driveId": self.workspace.drive_id,
            "includeItemsFromAllDrives": True,
            "supportsAllDrives": True,
        }
        found = self.drive.files().list(q=q, **{**everywhere, **parameters}).execute()
        return [file["name"] for file in found["files"]]


def insert(index: int, text: str) -> dict[str, Any]:
    return {"insertText": {"location": {"index": index}, "text": text}}


def replace(old: str, new: str) -> dict[str, Any]:
    return {"replaceAllText": {"containsText": {"text": old, "matchCase": True}, "replaceText": new}}


def span(start: int, end: int) -> dict[str, int]:
    return {"startIndex": start, "endIndex": end}


def refusal(call: Any) -> tuple[int, str, str]:
    """The status, the reason and the message of a call that must fail."""
    with pytest.raises(HttpError) as refused:
        call.execute() if hasattr(call, "execute") else call()
    error = json.loads(refused.value.content)["error"]
    assert error["code"] == int(refused.value.resp.status)
    return error["code"], error["errors"][0]["reason"], error["message"]


def send(google: Google, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """One request past the client, which checks much by itself."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        google.root + path, data, {"Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["error"]
