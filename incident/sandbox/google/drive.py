"""Google Drive: files, folders, shared drives, permissions.

Source: https://developers.google.com/workspace/drive/api/reference/rest/v3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import drive_query
from .document import Document
from .errors import ApiError, invalid, unimplemented
from .grid import Spreadsheet, new_sheet
from .operations import Json, Links, Operation, Request
from .state import DOCUMENT, FOLDER, MY_DRIVE, SPREADSHEET, Content, DriveFile, State, new_id, rfc3339

_FILE_FIELDS = "kind,id,name,mimeType"
_PERMISSION_FIELDS = "kind,id,type,role"
_ROLES = frozenset({"owner", "organizer", "fileOrganizer", "writer", "commenter", "reader"})
_GRANTEES = {"user": "emailAddress", "group": "emailAddress", "domain": "domain", "anyone": ""}
_PROPERTY_BYTES = 124
"""The limit of a property's key and value together, in UTF-8 (Drive's guide on custom properties)."""
_ORDER = {
    "name": lambda file: file.name,
    "createdTime": lambda file: file.created,
    "modifiedTime": lambda file: file.modified,
    "folder": lambda file: file.mime_type != FOLDER,
}


class Drive:
    """Drive's methods.

    Attributes:
        search_lag_seconds: how long `files.list` does not know of a new file.
    """

    def __init__(self, state: State, links: Links) -> None:
        self._state = state
        self._links = links
        self.search_lag_seconds = 0.0

    def operations(self) -> dict[str, Operation]:
        """Every method there is, by name."""
        one = frozenset({"fileId", "supportsAllDrives"})
        written = frozenset({"name", "description", "appProperties", "properties"})
        created = written | {"parents"}
        listing = frozenset({
            "q", "corpora", "driveId", "includeItemsFromAllDrives", "supportsAllDrives",
            "pageSize", "pageToken", "orderBy", "spaces",
        })  # fmt: skip
        sharing = one | {"sendNotificationEmail"}
        grant = frozenset({"type", "role", "emailAddress", "domain"})
        return {
            "files.get": Operation(self._get, one, default_fields=_FILE_FIELDS),
            "files.list": Operation(
                self._list,
                listing,
                default_fields=f"kind,incompleteSearch,nextPageToken,files({_FILE_FIELDS})",
            ),
            "files.copy": Operation(self._copy, one, created, _FILE_FIELDS),
            "files.create": Operation(
                self._create, frozenset({"supportsAllDrives"}), created | {"mimeType"}, _FILE_FIELDS
            ),
            "files.update": Operation(
                self._update, one | {"addParents", "removeParents"}, written | {"trashed"}, _FILE_FIELDS
            ),
            "files.delete": Operation(self._delete, one),
            "permissions.create": Operation(self._share, sharing, grant, _PERMISSION_FIELDS),
            "permissions.list": Operation(
                self._permissions, one, default_fields=f"kind,permissions({_PERMISSION_FIELDS})"
            ),
            "drives.list": Operation(self._drives, default_fields="kind,drives(kind,id,name)"),
            "drives.get": Operation(self._drive, frozenset({"driveId"}), default_fields="kind,id,name"),
        }

    def link(self, file: DriveFile) -> str:
        """The page on which a person opens a file."""
        pages = {DOCUMENT: self._links.document, SPREADSHEET: self._links.spreadsheet}
        return pages.get(file.mime_type, self._links.folder)(file.id)

    def _get(self, request: Request) -> Json:
        return self._resource(self._file(request))

    def _list(self, request: Request) -> Json:
        parameters = request.parameters
        query = parameters.get("q")
        wanted = drive_query.parse(query, self._state.in_trash) if query else lambda _: True
        newest = self._state.clock() - self.search_lag_seconds
        searched = _searched(parameters)
        found = [
            file
            for file in self._state.files.values()
            if file.created <= newest and searched(file) and wanted(file)
        ]
        for key in reversed(parameters.get("orderBy", "modifiedTime desc").split(",")):
            name, _, direction = key.strip().partition(" ")
            if name not in _ORDER or direction not in ("", "desc"):
                raise unimplemented(f"the order '{key}'")
            found.sort(key=_ORDER[name], reverse=direction == "desc")
        start = _page_start(parameters.get("pageToken"))
        end = start + parameters.get("pageSize", 100)
        answer: Json = {"kind": "drive#fileList", "incompleteSearch": False}
        answer["files"] = [self._resource(file) for file in found[start:end]]
        if end < len(found):
            answer["nextPageToken"] = f"~{end}"
        return answer

    def _copy(self, request: Request) -> Json:
        source = self._file(request)
        if source.mime_type == FOLDER:
            raise ApiError(403, "This file cannot be copied by the user.", "cannotCopyFile")
        parent, drive_id = (
            self._target(request) if request.body.get("parents") else (source.parent, source.drive_id)
        )
        properties = _merged(source.app_properties, request.body.get("appProperties"))
        others = _merged(source.properties, request.body.get("properties"))
        content = source.content.copy() if source.content else None
        name = request.body.get("name", f"Copy of {source.name}")
        file = self._state.add_file(name, source.mime_type, parent, drive_id, content)
        file.description = request.body.get("description", source.description)
        file.app_properties, file.properties = properties, others
        return self._resource(file)

    def _create(self, request: Request) -> Json:
        mime_type = request.body.get("mimeType", "application/octet-stream")
        parent, drive_id = self._target(request)
        properties = _merged({}, request.body.get("appProperties"))
        others = _merged({}, request.body.get("properties"))
        content: Content = None
        if mime_type == DOCUMENT:
            content = Document()
        elif mime_type == SPREADSHEET:
            content = Spreadsheet(sheets=[new_sheet(0, "Sheet1", 0)])
        file = self._state.add_file(
            request.body.get("name", "Untitled"), mime_type, parent, drive_id, content
        )
        file.description = request.body.get("description", "")
        file.app_properties, file.properties = properties, others
        return self._resource(file)

    def _update(self, request: Request) -> Json:
        file, body = self._file(request), request.body
        parent, drive_id = self._moved(file, request)
        properties = _merged(file.app_properties, body.get("appProperties"))
        others = _merged(file.properties, body.get("properties"))
        file.parent, file.drive_id = parent, drive_id
        file.app_properties, file.properties = properties, others
        file.name = body.get("name", file.name)
        file.description = body.get("description", file.description)
        file.modified, file.modified_by_person = self._state.clock(), False
        if "trashed" in body:
            self._state.trash(file, trashed=body["trashed"], by_person=False)
        return self._resource(file)

    def _delete(self, request: Request) -> Json:
        doomed = {self._file(request).id}
        while below := {f.id for f in self._state.files.values() if f.parent in doomed} - doomed:
            doomed |= below
        for file_id in doomed:
            del self._state.files[file_id]
        return {}

    def _share(self, request: Request) -> Json:
        file, body = self._file(request), request.body
        kind, role = body.get("type", ""), body.get("role", "")
        if kind not in _GRANTEES:
            raise invalid("The permission type field is required.", "required")
        if role not in _ROLES:
            raise invalid("The permission role field is required.", "required")
        grantee = _GRANTEES[kind]
        if grantee and not body.get(grantee):
            raise invalid(
                f"The field '{grantee}' is required for the type '{kind}'.", "invalidSharingRequest"
            )
        permission = {"kind": "drive#permission", "id": str(len(file.permissions) + 1).zfill(20), **body}
        file.permissions = [*file.permissions, permission]
        return permission

    def _permissions(self, request: Request) -> Json:
        return {"kind": "drive#permissionList", "permissions": self._file(request).permissions}

    def _drives(self, _: Request) -> Json:
        drives = [_drive(drive_id, name) for drive_id, name in self._state.drives.items()]
        return {"kind": "drive#driveList", "drives": drives}

    def _drive(self, request: Request) -> Json:
        drive_id = request.parameters["driveId"]
        if drive_id not in self._state.drives:
            raise ApiError(404, f"Shared drive not found: {drive_id}")
        return _drive(drive_id, self._state.drives[drive_id])

    def _file(self, request: Request) -> DriveFile:
        file_id = request.parameters["fileId"]
        file = self._state.files.get(file_id)
        if file is None or (file.drive_id and not request.parameters.get("supportsAllDrives")):
            # To a caller that does not say it knows shared drives, what is in one is not there.
            raise _not_found(file_id)
        return file

    def _target(self, request: Request) -> tuple[str, str | None]:
        parents = request.body.get("parents") or ["root"]
        if len(parents) > 1:
            raise invalid("A file cannot have more than one parent.", "cannotAddParent")
        return self._place(parents[0], request)

    def _moved(self, file: DriveFile, request: Request) -> tuple[str, str | None]:
        added, removed = request.parameters.get("addParents"), request.parameters.get("removeParents")
        if removed and removed != file.parent:
            raise invalid(f"The file is not in '{removed}'.", "invalid")
        if added is None and removed:
            raise invalid("Removing the only parent of a file is not allowed.", "cannotRemoveParent")
        return self._place(added, request) if added else (file.parent, file.drive_id)

    def _place(self, parent: str, request: Request) -> tuple[str, str | None]:
        """The folder and the shared drive that a parent's id stands for."""
        if parent in ("root", MY_DRIVE):
            return MY_DRIVE, None
        folder = self._state.files.get(parent)
        if folder is not None and folder.mime_type != FOLDER:
            raise ApiError(403, "The specified parent is not a folder.", "parentNotAFolder")
        if folder is not None and folder.read_only:
            raise ApiError(
                403, "Insufficient permissions for the specified parent.", "insufficientParentPermissions"
            )
        drive_id = folder.drive_id if folder else parent if parent in self._state.drives else None
        if (folder is None and drive_id is None) or (
            drive_id and not request.parameters.get("supportsAllDrives")
        ):
            raise _not_found(parent)
        return parent, drive_id

    def _resource(self, file: DriveFile) -> Json:
        resource: Json = {
            "kind": "drive#file",
            "id": file.id,
            "name": file.name,
            "mimeType": file.mime_type,
            "description": file.description,
            "trashed": self._state.in_trash(file),
            "explicitlyTrashed": file.trashed,
            "parents": [file.parent],
            "appProperties": file.app_properties,
            "properties": file.properties,
            "createdTime": rfc3339(file.created),
            "modifiedTime": rfc3339(file.modified),
            "lastModifyingUser": _user(me=not file.modified_by_person),
            "webViewLink": self.link(file),
            "permissionIds": [permission["id"] for permission in file.permissions],
            "capabilities": {
                "canAddChildren": file.mime_type == FOLDER and not file.read_only,
                "canCopy": file.mime_type != FOLDER,
                "canEdit": not file.read_only,
            },
        }
        if file.drive_id:
            resource["driveId"] = file.drive_id
            if file.trashed_at is not None:
                resource["trashedTime"] = rfc3339(file.trashed_at)
                resource["trashingUser"] = _user(me=not file.trashed_by_person)
        else:
            resource["permissions"] = file.permissions
        return {name: value for name, value in resource.items() if value not in ("", {}, [])}


def new_shared_drive(state: State, name: str) -> str:
    """Makes a shared drive and gives its id."""
    drive_id = "0A" + new_id(12) + "Uk9PVA"
    state.drives[drive_id] = name
    return drive_id


def _searched(parameters: Mapping[str, Any]) -> drive_query.Predicate:
    """Which files a search looks at, with the refusals of Drive's guide on shared drives."""
    corpora, drive_id = parameters.get("corpora", "user"), parameters.get("driveId")
    everywhere: bool = parameters.get("includeItemsFromAllDrives", False)
    if parameters.get("spaces", "drive") != "drive":
        raise unimplemented("any space but 'drive'")
    if corpora not in ("user", "drive", "allDrives"):
        raise unimplemented(f"the corpora '{corpora}'")
    if everywhere and not parameters.get("supportsAllDrives"):
        raise ApiError(403, "The supportsAllDrives parameter must be set to true.", "teamDrivesNotSupported")
    if (corpora == "drive") != (drive_id is not None):
        raise invalid(
            "The driveId parameter must be specified if and only if corpora is set to drive.", "invalid"
        )
    if corpora != "user" and not everywhere:
        raise ApiError(
            403,
            "The includeItemsFromAllDrives parameter must be set to true when driveId is specified "
            "or corpora contains drive or allDrives.",
            "includeItemsFromAllDrivesRequired",
        )
    if corpora == "drive":
        return lambda file: file.drive_id == drive_id
    return lambda file: everywhere or file.drive_id is None


def _page_start(token: str | None) -> int:
    if token is None:
        return 0
    if not re.fullmatch(r"~\d+", token):
        raise invalid("Invalid Value at 'pageToken'.", "invalid")
    return int(token[1:])


def _merged(old: Mapping[str, str], new: Mapping[str, str | None] | None) -> dict[str, str]:
    """Properties after a write: null takes one away."""
    merged = {**old, **(new or {})}
    kept = {key: value for key, value in merged.items() if value is not None}
    for key, value in kept.items():
        if len(f"{key}{value}".encode()) > _PROPERTY_BYTES:
            raise invalid(
                f"The property '{key}' is over the limit of {_PROPERTY_BYTES} bytes.", "propertyTooLong"
            )
    return kept


def _user(*, me: bool) -> Json:
    """The bot, or a person; Drive's `User`."""
    return {"kind": "drive#user", "displayName": "Incident bot" if me else "A responder", "me": me}


def _drive(drive_id: str, name: str) -> Json:
    return {"kind": "drive#drive", "id": drive_id, "name": name}


def _not_found(file_id: str) -> ApiError:
    return ApiError(404, f"File not found: {file_id}.")
