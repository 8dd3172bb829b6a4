"""The incident store in one SQLite file: for the sandbox and for tests.

Several processes and threads may use the file at once. A connection is opened for each call and closed after
it (about a millisecond), so there is nothing to share between threads or to carry over a fork. A write takes
SQLite's only write lock before it reads, so what it read still holds when it writes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import stamina

from incident.engine.run import (
    Claim,
    LeaseLostError,
    OtherWorkflowError,
    Progress,
    Run,
    RunDoneError,
    RunLeasedError,
    RunState,
    StepRecord,
)
from incident.engine.workflow import Result
from incident.model.incident import Incident
from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError

BUSY_SECONDS = 5.0
"""How long a call waits for the write lock."""

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    workflow TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    delivery INTEGER NOT NULL,
    lease REAL NOT NULL,
    lease_ends REAL NOT NULL,
    origin TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS steps (
    run TEXT NOT NULL,
    name TEXT NOT NULL,
    started REAL,
    result TEXT,
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS incidents (
    id TEXT PRIMARY KEY,
    fields TEXT NOT NULL,
    channel_id TEXT GENERATED ALWAYS AS (json_extract(fields, '$.channel_id'))
);
CREATE INDEX IF NOT EXISTS incidents_by_channel ON incidents (channel_id);
CREATE TABLE IF NOT EXISTS channel_names (
    name TEXT PRIMARY KEY,
    incident TEXT NOT NULL
) WITHOUT ROWID;
COMMIT;
"""

# Seconds since 1970, to the millisecond; unixepoch('subsec') needs SQLite 3.42, and Python may bring 3.40.
_CLOCK = "SELECT (julianday('now') - 2440587.5) * 86400.0"


class SqliteStore:
    """An `IncidentStore` in one file. Safe for threads and processes."""

    def __init__(self, path: Path) -> None:
        """Opens the file at `path`, or makes it in a directory that exists.

        Raises:
            TransientError: if others kept it locked.
            PermanentError: if it cannot be opened, or is no SQLite database.
        """
        self._path = path
        with self._connection() as connection:
            # Unlike everything else the change to WAL may be refused at once where somebody else is at it.
            for attempt in stamina.retry_context(on=_is_contention, timeout=BUSY_SECONDS, wait_initial=0.01):
                with attempt:
                    connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    def claim(self, claim: Claim) -> Run:
        """See `RunStore.claim`.

        An incident that is there already although its run is not: the run was done and has been deleted since
        (both are created at once), so `RunDoneError`.
        """
        with self._transaction() as connection:
            found = connection.execute(
                "SELECT workflow, subject, state, delivery, lease_ends FROM runs WHERE id = ?",
                (claim.run_id,),
            ).fetchone()
            if found is None:
                return _create(connection, claim)
            workflow, subject, state, delivery, lease_ends = found
            if state == RunState.DONE:
                raise RunDoneError(delivery)
            if workflow != claim.workflow:
                raise OtherWorkflowError(delivery)
            now = _now(connection)
            if lease_ends > now:
                raise RunLeasedError(lease_ends - now)
            connection.execute(
                "UPDATE runs SET state = ?, delivery = ?, lease = ?, lease_ends = ? WHERE id = ?",
                (RunState.RUNNING, delivery + 1, claim.lease, now + claim.lease, claim.run_id),
            )
            steps = _steps(connection, claim.run_id, now)
        return Run(claim.run_id, workflow, subject, delivery + 1, steps, version=delivery + 1)

    def record(self, run: Run, progress: Progress) -> Run:
        """See `RunStore.record`. The number of the delivery is what fences: only a claim changes it."""
        with self._transaction() as connection:
            now = _now(connection)
            updated = connection.execute(
                "UPDATE runs SET state = ?, lease_ends = ? + iif(?, lease, 0) WHERE id = ? AND delivery = ?",
                (progress.state, now, progress.state == RunState.RUNNING, run.id, run.version),
            )
            if updated.rowcount == 0:
                raise LeaseLostError
            connection.executemany(
                "INSERT INTO steps (run, name, result) VALUES (?, ?, ?)"
                " ON CONFLICT (run, name) DO UPDATE SET result = excluded.result",
                [(run.id, name, _text(result)) for name, result in progress.results.items()],
            )
            _start(connection, run.id, progress.starts, now)
            _revert(connection, run.id, progress.reverted)
            if progress.changes:
                _change(connection, run.subject, progress.changes)
        return run

    def incident(self, incident_id: str) -> Incident | None:
        """See `IncidentStore.incident`."""
        return self._incident("SELECT fields FROM incidents WHERE id = ?", incident_id)

    def incident_in_channel(self, channel_id: str) -> Incident | None:
        """See `IncidentStore.incident_in_channel`."""
        if not channel_id:  # every incident whose channel is not there yet has this one
            return None
        return self._incident("SELECT fields FROM incidents WHERE channel_id = ? LIMIT 1", channel_id)

    def reserve_channel_name(self, incident_id: str, names: Iterable[str]) -> str:
        """See `IncidentStore.reserve_channel_name`."""
        with self._transaction() as connection:
            for name in names:
                connection.execute(
                    "INSERT INTO channel_names (name, incident) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                    (name, incident_id),
                )
                holder = connection.execute("SELECT incident FROM channel_names WHERE name = ?", (name,))
                if holder.fetchone() == (incident_id,):
                    return name
        raise ValueError("no name is free")

    def origin(self, run_id: str) -> Mapping[str, Any] | None:
        """See `RunStore.origin`."""
        with self._connection() as connection:
            found = connection.execute("SELECT origin FROM runs WHERE id = ?", (run_id,)).fetchone()
        return _mapping(found[0]) if found else None

    def result(self, run_id: str, step: str) -> Result | None:
        """See `RunStore.result`."""
        with self._connection() as connection:
            query = "SELECT result FROM steps WHERE run = ? AND name = ? AND result IS NOT NULL"
            found = connection.execute(query, (run_id, step)).fetchone()
        return _mapping(found[0]) if found else None

    def _incident(self, query: str, key: str) -> Incident | None:
        with self._connection() as connection:
            found = connection.execute(query, (key,)).fetchone()
        return Incident.from_dict(_mapping(found[0])) if found else None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything in the block or nothing, alone with the file."""
        with self._connection() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        wait = deadline.timeout(BUSY_SECONDS)
        try:
            with closing(sqlite3.connect(self._path, timeout=wait, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = NORMAL")  # a process that is killed loses nothing
                yield connection
        except sqlite3.Error as error:
            raise _told_apart(error) from error


def _create(connection: sqlite3.Connection, claim: Claim) -> Run:
    if claim.creates is not None:
        created = connection.execute(
            "INSERT INTO incidents (id, fields) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
            (claim.subject, _text(claim.creates)),
        )
        if created.rowcount == 0:
            raise RunDoneError(1)
    now = _now(connection)
    connection.execute(
        "INSERT INTO runs (id, workflow, subject, state, delivery, lease, lease_ends, origin)"
        " VALUES (?, ?, ?, ?, 1, ?, ?, ?)",
        (
            claim.run_id,
            claim.workflow,
            claim.subject,
            RunState.RUNNING,
            claim.lease,
            now + claim.lease,
            _text(claim.origin),
        ),
    )
    _start(connection, claim.run_id, claim.starts, now)
    return Run(claim.run_id, claim.workflow, claim.subject, delivery=1, steps={}, version=1)


def _start(connection: sqlite3.Connection, run_id: str, names: Iterable[str], now: float) -> None:
    connection.executemany(
        "INSERT INTO steps (run, name, started) VALUES (?, ?, ?)"
        " ON CONFLICT (run, name) DO UPDATE SET started = excluded.started",
        [(run_id, name, now) for name in names],
    )


def _revert(connection: sqlite3.Connection, run_id: str, records: Mapping[str, StepRecord | None]) -> None:
    connection.executemany(
        "DELETE FROM steps WHERE run = ? AND name = ?",
        [(run_id, name) for name, record in records.items() if record is None],
    )
    connection.executemany(
        "UPDATE steps SET started = ? WHERE run = ? AND name = ?",
        [(record.started, run_id, name) for name, record in records.items() if record is not None],
    )


def _change(connection: sqlite3.Connection, incident_id: str, changes: Mapping[str, Any]) -> None:
    found = connection.execute("SELECT fields FROM incidents WHERE id = ?", (incident_id,)).fetchone()
    if found is None:
        raise PermanentError("store", "no such incident")
    connection.execute(
        "UPDATE incidents SET fields = ? WHERE id = ?",
        (_text({**_mapping(found[0]), **changes}), incident_id),
    )


def _steps(connection: sqlite3.Connection, run_id: str, now: float) -> dict[str, StepRecord]:
    rows = connection.execute("SELECT name, started, result FROM steps WHERE run = ?", (run_id,))
    return {
        name: StepRecord(
            age=0.0 if started is None else max(0.0, now - started),
            result=None if result is None else _mapping(result),
            started=started,
        )
        for name, started, result in rows
    }


def _now(connection: sqlite3.Connection) -> float:
    (seconds,) = connection.execute(_CLOCK).fetchone()
    return float(seconds)


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _mapping(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value


def _is_contention(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and _name(error).startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
    )


def _told_apart(error: sqlite3.Error) -> StepError:
    if _is_contention(error):
        return TransientError("store", "locked")
    if _name(error).startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return TransientError("store", _name(error))
    return PermanentError("store", _name(error))


def _name(error: sqlite3.Error) -> str:
    """SQLite's own name of the error; Python's where it raised the error itself."""
    return getattr(error, "sqlite_errorname", type(error).__name__)
