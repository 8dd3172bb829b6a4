"""The bot's store as the tests hold it: emptied, copied, and moved through time."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from incident.engine.run import RunState
from incident.store.firestore import connect


class Store(Protocol):
    """A store that workers open by themselves, in their own processes."""

    def environment(self) -> dict[str, str]:
        """The settings that name it."""

    def reset(self) -> None:
        """Empties it."""

    def later(self, seconds: float) -> None:
        """Has everything in it have happened so much earlier."""

    def save(self) -> Any:
        """What is in it."""

    def load(self, saved: Any) -> None:
        """Puts that in its place."""

    def states(self) -> dict[str, str]:
        """The state of every run, by id."""

    def quiet(self) -> AbstractContextManager[None]:
        """While this lasts nobody is in the middle of a write: who froze in one would keep its lock."""


class SqliteFile:
    """One SQLite file."""

    def __init__(self, path: Path) -> None:
        """Makes nothing yet."""
        self._path = path

    def environment(self) -> dict[str, str]:
        """See `Store`."""
        return {"GOOGLE_CLOUD_PROJECT": "test", "INCIDENT_STORE": f"sqlite:{self._path}"}

    def reset(self) -> None:
        """See `Store`."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def later(self, seconds: float) -> None:
        """See `Store`."""
        if not self._path.exists():
            return
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute("UPDATE runs SET lease_ends = lease_ends - ?", (seconds,))
            connection.execute("UPDATE steps SET started = started - ?", (seconds,))

    def save(self) -> str:
        """See `Store`."""
        if not self._path.exists():
            return ""
        with closing(sqlite3.connect(self._path)) as connection:
            return "\n".join(connection.iterdump())

    def load(self, saved: str) -> None:
        """See `Store`."""
        self.reset()
        if saved:
            with closing(sqlite3.connect(self._path)) as connection:
                connection.executescript(saved)

    def states(self) -> dict[str, str]:
        """See `Store`."""
        with closing(sqlite3.connect(self._path)) as connection:
            return dict(connection.execute("SELECT id, state FROM runs"))

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """See `Store`."""
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")


class EmulatedFirestore:
    """Google's emulator, with a project of its own for each reset."""

    def __init__(self, host: str) -> None:
        """`host` is the emulator's `host:port`."""
        self._host = host
        self.reset()

    def environment(self) -> dict[str, str]:
        """See `Store`."""
        return {
            "GOOGLE_CLOUD_PROJECT": self._project,
            "INCIDENT_STORE": "firestore",
            "FIRESTORE_EMULATOR_HOST": self._host,
        }

    def reset(self) -> None:
        """See `Store`."""
        self._project = f"test-{uuid.uuid4().hex[:12]}"
        self._client = connect(self._project, None, self._host)

    def later(self, seconds: float) -> None:
        """See `Store`. A lease begins with the last write to its run, and this is one."""
        for run in self._client.collection("runs").stream():
            fields = run.to_dict() or {}
            gone = (run.read_time - run.update_time).total_seconds() + seconds
            for step in fields["steps"].values():
                if "started" in step:
                    step["started"] -= timedelta(seconds=seconds)
            run.reference.update({"lease": max(0.0, fields["lease"] - gone), "steps": fields["steps"]})

    def save(self) -> dict[str, dict[str, Any]]:
        """See `Store`."""
        return {document.reference.path: document.to_dict() for document in self._documents()}

    def load(self, saved: dict[str, dict[str, Any]]) -> None:
        """See `Store`."""
        self.reset()
        for path, fields in saved.items():
            self._client.document(path).set(fields)

    def states(self) -> dict[str, str]:
        """See `Store`."""
        return {run.id: run.get("state") for run in self._client.collection("runs").stream()}

    def quiet(self) -> AbstractContextManager[None]:
        """See `Store`; a worker that froze holds nothing of Firestore's."""
        return nullcontext()

    def _documents(self) -> Iterator[Any]:
        for collection in self._client.collections():
            yield from collection.stream()


def undone(store: Store) -> dict[str, str]:
    """The runs that are not done, with their states."""
    return {run: state for run, state in store.states().items() if state != RunState.DONE}
