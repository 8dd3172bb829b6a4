"""What the Workspace holds: files and their contents, shared drives, calls, events."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from .document import Document
from .grid import Spreadsheet

DOCUMENT = "application/vnd.google-apps.document"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FOLDER = "application/vnd.google-apps.folder"
MY_DRIVE = "0AIncidentSandboxPVA"
"""The id of the root folder of My Drive, whose alias is `root`."""

Content = Document | Spreadsheet | None


@dataclass
class DriveFile:
    """One file or folder of Drive, with what is in it.

    Attributes:
        id: Drive's id of the file; Docs and Sheets know it by the same id.
        name: the title.
        mime_type: one of `DOCUMENT`, `SPREADSHEET`, `FOLDER`, or another type without content.
        parent: the id of the folder, of the shared drive, or `MY_DRIVE`.
        drive_id: the shared drive it is in; None for My Drive.
        created: seconds since the epoch.
        modified: seconds since the epoch.
        content: the document or spreadsheet; None for a folder.
        read_only: whether the bot may read it and no more.
        modified_by_person: whether a person changed it last, not the bot.
        trashed: whether it is in the trash itself, and not only a folder that it is in.
        trashed_at: seconds since the epoch; None outside of the trash.
        trashed_by_person: whether a person put it there, not the bot.
    """

    id: str
    name: str
    mime_type: str
    parent: str
    drive_id: str | None
    created: float
    modified: float
    description: str = ""
    trashed: bool = False
    app_properties: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    permissions: list[dict[str, Any]] = field(default_factory=list)
    content: Content = None
    read_only: bool = False
    modified_by_person: bool = False
    trashed_at: float | None = None
    trashed_by_person: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON, for `from_json`."""
        plain = asdict(replace(self, content=None))
        return {**plain, "content": self.content.to_json() if self.content else None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DriveFile:
        """The file `to_json` was called on."""
        content: Content = None
        if data["content"] is not None:
            kind = Document if data["mime_type"] == DOCUMENT else Spreadsheet
            content = kind.from_json(data["content"])
        return cls(**{**data, "content": content})


@dataclass
class Space:
    """One Meet space.

    Attributes:
        name: the resource name, `spaces/{id}`.
        code: the meeting code, such as `abc-mnop-xyz`.
        config: Meet's `SpaceConfig`.
        conference: the conference under way, `conferenceRecords/{id}`, or None.
    """

    name: str
    code: str
    config: dict[str, Any]
    conference: str | None = None


@dataclass
class State:
    """Everything the Workspace holds. Whoever reads or changes it holds `lock`.

    Attributes:
        files: by id.
        drives: names of shared drives by id.
        spaces: by resource name.
        events: Calendar's events by calendar id, then by event id.
        version: goes up with every change.
        clock: seconds since the epoch.
    """

    files: dict[str, DriveFile] = field(default_factory=dict)
    drives: dict[str, str] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    events: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    version: int = 0
    clock: Callable[[], float] = time.time
    lock: threading.RLock = field(default_factory=threading.RLock)

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON, for `load`."""
        return {
            "files": [file.to_json() for file in self.files.values()],
            "drives": dict(self.drives),
            "spaces": [asdict(space) for space in self.spaces.values()],
            "events": {calendar: dict(events) for calendar, events in self.events.items()},
        }

    def load(self, data: dict[str, Any]) -> None:
        """Holds what `to_json` gave, and nothing else."""
        self.files = {file["id"]: DriveFile.from_json(file) for file in data["files"]}
        self.drives = dict(data["drives"])
        self.spaces = {space["name"]: Space(**space) for space in data["spaces"]}
        self.events = {calendar: dict(events) for calendar, events in data["events"].items()}
        self.version += 1

    def add_file(
        self,
        name: str,
        mime_type: str,
        parent: str = MY_DRIVE,
        drive_id: str | None = None,
        content: Content = None,
    ) -> DriveFile:
        """A new file with an id of its own, created now."""
        now = self.clock()
        file = DriveFile(new_id(33), name, mime_type, parent, drive_id, now, now, content=content)
        self.files[file.id] = file
        return file

    def in_trash(self, file: DriveFile) -> bool:
        """Whether a file is in the trash, by itself or with a folder that it is in."""
        above: DriveFile | None = file
        while above is not None and not above.trashed:
            above = self.files.get(above.parent)
        return above is not None

    def trash(self, file: DriveFile, *, trashed: bool, by_person: bool) -> None:
        """Puts a file into the trash, or takes it out."""
        if trashed == file.trashed:
            return
        file.trashed = trashed
        file.trashed_at = self.clock() if trashed else None
        file.trashed_by_person = trashed and by_person


def new_id(size: int = 12) -> str:
    """An id such as Google makes: letters, digits, `-` and `_`, never starting with one of the last two.

    Args:
        size: random bytes; 33 give the 44 characters of a file's id.
    """
    return "1" + secrets.token_urlsafe(size)[1:]


def rfc3339(seconds: float) -> str:
    """A moment as Google writes it, such as `2026-11-23T03:12:45.123Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
