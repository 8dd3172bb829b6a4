"""The bot's store as the tests hold it: emptied, copied, and moved through time."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from incident.engine.run import RunState
from incident.store.firestore_calls import connect
from incident.store.firestore_records import RunDocument, name_of
from incident.store.rules import state_now

_connect = sqlite3.connect
_DAY = 86400.0
_EPOCH = 2440587.5
"""1970, as a Julian day."""


class Store(Protocol):
    """A store that workers open by themselves.

    Attributes:
        clock: seconds by which the time of the test runs ahead of the real one, in the thread that asks.
    """

    clock: Callable[[], float]

    def environment(self) -> dict[str, str]:
        """The settings that name it."""

    def installed(self) -> AbstractContextManager[None]:
        """While this lasts, what opens the store has it in the test's time."""

    def reset(self) -> None:
        """Empties it."""

    def later(self, seconds: float) -> None:
        """Has everything in it have happened so much earlier."""

    def save(self) -> Any:
        """What is in it."""

    def load(self, saved: Any) -> None:
        """Puts that in its place."""

    def states(self) -> dict[str, str]:
        """The state of every run, by id; one that is done and was asked for again since is waiting."""

    def next_due(self) -> float | None:
        """Seconds until a run is to be carried on; None where none is."""

    def quiet(self) -> AbstractContextManager[None]:
        """While this lasts nobody is in the middle of a write: who froze in one would keep its lock."""


class _Shared(sqlite3.Connection):
    """A connection that one caller has at a time, and that stays open."""

    lock: threading.Lock

    def close(self) -> None:
        """Gives up what is not committed, as SQLite does, and lets the next one in."""
        if self.in_transaction:
            self.rollback()
        self.lock.release()


class SqliteInMemory:
    """SQLite in this process's memory, in the test's time: its clock is put forward.

    What `SqliteStore` takes for its file is one connection that its calls take turns with. That several may
    be open at once is for the contract tests and for `SqliteFile`.
    """

    clock: Callable[[], float]

    def __init__(self) -> None:
        """Empty."""
        self._path = Path(f"faults-{uuid.uuid4().hex}")
        self._connection = _connect(
            ":memory:", factory=_Shared, isolation_level=None, check_same_thread=False
        )
        self._connection.lock = threading.Lock()
        self._connection.create_function("julianday", 1, lambda when: _julian_day(when, self.clock()))
        self._empty = self.save()

    def environment(self) -> dict[str, str]:
        """See `Store`."""
        return {"GOOGLE_CLOUD_PROJECT": "test", "INCIDENT_STORE": f"sqlite:{self._path}"}

    @contextmanager
    def installed(self) -> Iterator[None]:
        """See `Store`."""
        patch = pytest.MonkeyPatch()
        patch.setattr(sqlite3, "connect", self._open)
        try:
            yield
        finally:
            patch.undo()

    def reset(self) -> None:
        """See `Store`."""
        self.load(self._empty)

    def later(self, seconds: float) -> None:
        """See `Store`: its clock is the test's."""

    def save(self) -> sqlite3.Connection:
        """See `Store`."""
        saved = _connect(":memory:", check_same_thread=False)
        with self._connection.lock:
            self._connection.backup(saved)
        return saved

    def load(self, saved: sqlite3.Connection) -> None:
        """See `Store`."""
        with self._connection.lock:
            saved.backup(self._connection)

    def states(self) -> dict[str, str]:
        """See `Store`."""
        with self._connection.lock:
            return _states(self._connection)

    def next_due(self) -> float | None:
        """See `Store`."""
        with self._connection.lock:
            return _next_due(self._connection, self.clock())

    def quiet(self) -> AbstractContextManager[Any]:
        """See `Store`."""
        return self._connection.lock

    def _open(self, path: Any, *args: Any, timeout: float = 5.0, **kwargs: Any) -> Any:
        if path != self._path:
            return _connect(path, timeout, *args, **kwargs)
        if not self._connection.lock.acquire(timeout=timeout):
            raise sqlite3.OperationalError("database is locked")
        return self._connection


class SqliteFile:
    """One SQLite file, which several processes may use, in the test's time."""

    clock: Callable[[], float]

    def __init__(self, path: Path) -> None:
        """Makes nothing yet."""
        self.path = path

    def environment(self) -> dict[str, str]:
        """See `Store`."""
        return {"GOOGLE_CLOUD_PROJECT": "test", "INCIDENT_STORE": f"sqlite:{self.path}"}

    @contextmanager
    def installed(self) -> Iterator[None]:
        """See `Store`."""
        patch = pytest.MonkeyPatch()
        patch.setattr(sqlite3, "connect", self._open)
        try:
            yield
        finally:
            patch.undo()

    def reset(self) -> None:
        """See `Store`."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def later(self, seconds: float) -> None:
        """See `Store`: its clock is the test's."""

    def save(self) -> bytes:
        """See `Store`; nobody uses it at the time."""
        return self.path.read_bytes() if self.path.exists() else b""

    def load(self, saved: bytes) -> None:
        """See `Store`."""
        self.reset()
        if saved:
            self.path.write_bytes(saved)

    def states(self) -> dict[str, str]:
        """See `Store`."""
        with closing(_connect(self.path)) as connection:
            return _states(connection)

    def next_due(self) -> float | None:
        """See `Store`."""
        with closing(_connect(self.path)) as connection:
            return _next_due(connection, self.clock())

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """See `Store`."""
        with closing(_connect(self.path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def _open(self, path: Any, *args: Any, **kwargs: Any) -> Any:
        connection = _connect(path, *args, **kwargs)
        if path == self.path:
            connection.create_function("julianday", 1, lambda when: _julian_day(when, self.clock()))
        return connection


def _states(connection: sqlite3.Connection) -> dict[str, str]:
    there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").fetchone()
    rows = connection.execute("SELECT id, state, generation, completed FROM runs") if there else ()
    return {run_id: state_now(*states) for run_id, *states in rows}


def _next_due(connection: sqlite3.Connection, ahead: float) -> float | None:
    (due,) = connection.execute("SELECT MIN(due) FROM runs").fetchone()
    return None if due is None else due - time.time() - ahead


def _julian_day(when: str, ahead: float) -> float:
    assert when == "now", "the store asks for the time, and for nothing else"
    return (time.time() + ahead) / _DAY + _EPOCH


class EmulatedFirestore:
    """Google's emulator, with a project of its own for each reset."""

    clock: Callable[[], float]

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

    def installed(self) -> AbstractContextManager[None]:
        """See `Store`: the emulator's time is the real one, and `later` is made in what it holds."""
        return nullcontext()

    def reset(self) -> None:
        """See `Store`."""
        self._project = f"test-{uuid.uuid4().hex[:12]}"
        self._client = connect(self._project, None, self._host)

    def later(self, seconds: float) -> None:
        """See `Store`."""
        for run in self._client.collection("runs").stream():
            fields = run.to_dict() or {}
            gone = timedelta(seconds=seconds)
            earlier: dict[str, Any] = {}
            if "leased" in fields:
                earlier["leased"] = fields["leased"] - gone
            if fields.get("due") is not None:
                earlier["due"] = fields["due"] - seconds
            for name, step in fields.get("steps", {}).items():
                if "started" in step:
                    earlier[self._client.field_path("steps", name, "started")] = step["started"] - gone
            if earlier:
                run.reference.update(earlier)

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
        states = {}
        for found in self._client.collection("runs").stream():
            run = RunDocument.of(name_of(found.id), found)
            assert run is not None
            states[run.run_id] = run.stored().state
        return states

    def next_due(self) -> float | None:
        """See `Store`."""
        fields = [run.to_dict() or {} for run in self._client.collection("runs").stream()]
        due = [one["due"] for one in fields if one.get("due") is not None]
        return min(due) - time.time() if due else None

    def quiet(self) -> AbstractContextManager[None]:
        """See `Store`; a worker that froze holds nothing of Firestore's."""
        return nullcontext()

    def _documents(self) -> Iterator[Any]:
        for collection in self._client.collections():
            for document in collection.stream():
                yield document
                for below in document.reference.collections():
                    yield from below.stream()


def undone(store: Store) -> dict[str, str]:
    """The runs that are not done, with their states."""
    return {run: state for run, state in store.states().items() if state != RunState.DONE}
