"""The sandbox's memory: one JSON file, written a moment after something changed."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

JsonObject = dict[str, Any]

FORMAT = 1
"""Goes up when older files can no longer be read; they are then started over."""

_PAUSE = 1.0


class FolderInUseError(RuntimeError):
    """Another sandbox runs in this folder."""


def claim(folder: Path) -> TextIO:
    """Keeps a folder for this process until the file returned is closed, at the latest until it ends.

    Raises:
        FolderInUseError: another process has it.
    """
    lock = (folder / "lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise FolderInUseError(f"Another sandbox runs in {folder}") from None
    return lock


class StateFile:
    """Keeps `snapshot()` in a file, at most about once a second, and once more at the end."""

    def __init__(self, path: Path) -> None:
        """Reads and writes nothing yet."""
        self._path = path
        self._closing = threading.Event()
        self._saver: threading.Thread | None = None

    def load(self) -> JsonObject | None:
        """What was saved last; None if there is nothing, or nothing that this version can read."""
        try:
            saved = json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        if not isinstance(saved, dict) or saved.get("format") != FORMAT:
            return None
        return saved

    def save(self, state: Mapping[str, Any]) -> None:
        """Puts the state in place of the one before, or leaves that one whole."""
        written = self._path.with_name(f"{self._path.name}.new")
        with written.open("w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, **state}, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)

    def keep(self, version: Callable[[], object], snapshot: Callable[[], Mapping[str, Any]]) -> None:
        """Saves the snapshot whenever the version is a new one, until closed."""

        def follow() -> None:
            saved: object = None
            while True:
                closing = self._closing.wait(_PAUSE)
                current = version()  # before the snapshot: a change between the two is then saved again
                if current != saved:
                    self.save(snapshot())
                    saved = current
                if closing:
                    return

        self._saver = threading.Thread(target=follow, name="sandbox-state", daemon=True)
        self._saver.start()

    def close(self) -> None:
        """Saves what is new and ends."""
        self._closing.set()
        if self._saver is not None:
            self._saver.join()
