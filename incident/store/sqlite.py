"""The incident store in one SQLite file: for the sandbox and for tests.

Several processes and threads may use the file at once. A connection is opened for each call and closed after
it (about a millisecond), so there is nothing to share between threads or to carry over a fork. A write takes
SQLite's only write lock before it reads, so what it read still holds when it writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import stamina

from incident.engine.run import (
    Claim,
    DueRun,
    NoSuchRunError,
    Progress,
    Run,
    RunDoneError,
    RunLeasedError,
    RunState,
    StoredRun,
)
from incident.model.facts import Fact
from incident.model.incident import Incident
from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.store import sqlite_records as records
from incident.store.contract import reflect_run
from incident.store.rules import is_outdated, is_over, services_of, state_now

BUSY_SECONDS = 5.0
"""How long a call waits for the write lock."""


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
            # Unlike everything else the change to WAL may be refused at once where another process is at it.
            for attempt in stamina.retry_context(on=_is_contention, timeout=BUSY_SECONDS, wait_initial=0.01):
                with attempt:
                    connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(records.SCHEMA)

    def claim(self, claim: Claim) -> Run:
        """See `RunStore.claim`.

        An incident that is there already although its run is not: the run was done and has been deleted since
        (both are created at once), so `RunDoneError`.
        """
        with self._transaction() as connection:
            at = records.now(connection)
            found = connection.execute(
                "SELECT state, claimant, lease_ends, generation, completed, delivery FROM runs WHERE id = ?",
                (claim.run_id,),
            ).fetchone()
            if found is None:
                _create(connection, claim, at)
                return records.read_run(connection, claim.run_id, steps={})
            state, claimant, lease_ends, generation, completed, delivery = found
            if is_over(state, generation, completed):
                raise RunDoneError(delivery)
            is_held = state == RunState.RUNNING and lease_ends > at
            if is_held and claimant != claim.claimant:
                raise RunLeasedError(lease_ends - at)
            if not is_held:
                records.take_over(connection, claim, at)
                delivery += 1
            # of a first claim, also where its answer was lost and it is made again, the starts are its own
            steps = {} if delivery == 1 else records.steps_of(connection, claim.run_id, at)
            return records.read_run(connection, claim.run_id, steps)

    def record(self, run: Run, progress: Progress) -> Run:
        """See `RunStore.record`."""
        incident = run.incident
        with self._transaction() as connection:
            at = records.now(connection)
            records.check_held(connection, run)
            is_news = False
            if progress.facts:
                new = records.insert_facts(connection, run.subject, progress.facts)
                incident = records.fold_facts(connection, run.subject, new)
                is_news = bool(new)
            if progress.surfaces:
                records.show_surfaces(connection, run.subject, progress.surfaces)
                if run.id != reflect_run(run.subject):
                    incident = records.read_incident(connection, run.subject)
                    is_news = is_news or is_outdated(progress.surfaces, incident)
            if is_news:
                records.ask_to_reflect(connection, run.subject, at)
            generation = records.update_run(connection, run, progress, at)
        return replace(
            run,
            incident=incident,
            generation=generation if progress.state is RunState.DONE else run.generation,
            waits=run.waits + progress.is_put_off,
        )

    def due(self, limit: int) -> list[DueRun]:
        """See `RunStore.due`."""
        with self._connection() as connection:
            found = connection.execute(
                "SELECT id, waits_for FROM runs WHERE due <= ? ORDER BY due LIMIT ?",
                (records.now(connection), limit),
            )
            return [DueRun(*row) for row in found]

    def run(self, run_id: str) -> StoredRun | None:
        """See `RunStore.run`."""
        with self._connection() as connection:
            found = connection.execute(
                "SELECT workflow, command, origin, subject, state, generation, completed FROM runs"
                " WHERE id = ?",
                (run_id,),
            ).fetchone()
            if found is None:
                return None
            workflow, command, origin, subject, *states = found
            steps = connection.execute(
                "SELECT name, result FROM steps WHERE run = ? AND result IS NOT NULL", (run_id,)
            )
            results = {name: records.as_mapping(result) for name, result in steps}
        return StoredRun(
            id=run_id,
            workflow=workflow,
            command=records.as_mapping(command),
            origin=records.as_mapping(origin),
            subject=subject,
            state=state_now(*states),
            steps=results,
        )

    def incident(self, incident_id: str) -> Incident | None:
        """See `IncidentStore.incident`."""
        return self._incident("SELECT fields FROM incidents WHERE id = ?", incident_id)

    def incident_in_channel(self, channel_id: str) -> Incident | None:
        """See `IncidentStore.incident_in_channel`."""
        if not channel_id:  # every incident whose channel is not there yet has this one
            return None
        return self._incident("SELECT fields FROM incidents WHERE channel_id = ? LIMIT 1", channel_id)

    def declared_since(self, opener: str, title: str, since: datetime) -> Incident | None:
        """See `IncidentStore.declared_since`."""
        with self._connection() as connection:
            rows = connection.execute("SELECT fields FROM incidents WHERE declared_by = ?", (opener,))
            found = [Incident.from_dict(records.as_mapping(fields)) for (fields,) in rows]
        alike = [one for one in found if one.title == title and one.declared_at > since]
        return max(alike, key=lambda one: one.declared_at, default=None)

    def open_incidents(self, limit: int) -> list[Incident]:
        """See `IncidentStore.open_incidents`."""
        with self._connection() as connection:
            rows = connection.execute(records.OPEN_INCIDENTS, (limit,))
            found = [Incident.from_dict(records.as_mapping(fields)) for (fields,) in rows]
        return sorted(found, key=lambda one: one.declared_at, reverse=True)

    def failed_runs(self, incident_id: str) -> list[str]:
        """See `IncidentStore.failed_runs`."""
        with self._connection() as connection:
            return [run_id for (run_id,) in connection.execute(records.FAILED_RUNS, (incident_id,))]

    def waited_for(self, incident_id: str) -> list[str]:
        """See `IncidentStore.waited_for`."""
        with self._connection() as connection:
            found = connection.execute(records.WAITING_RUNS, (incident_id,))
            return services_of(waits_for for (waits_for,) in found)

    def facts(self, incident_id: str) -> list[Fact]:
        """See `IncidentStore.facts`."""
        with self._connection() as connection:
            return sorted(records.read_facts(connection, incident_id), key=lambda fact: fact.stamp)

    def surfaces(self, incident_id: str) -> Mapping[str, Mapping[str, Any]]:
        """See `IncidentStore.surfaces`."""
        with self._connection() as connection:
            rows = connection.execute("SELECT name, shown FROM surfaces WHERE incident = ?", (incident_id,))
            return {name: records.as_mapping(shown) for name, shown in rows}

    def reserve(self, holder: str, names: Iterable[str]) -> str:
        """See `IncidentStore.reserve`."""
        with self._transaction() as connection:
            for name in names:
                connection.execute(
                    "INSERT INTO channel_names (name, incident) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                    (name, holder),
                )
                held = connection.execute("SELECT incident FROM channel_names WHERE name = ?", (name,))
                if held.fetchone() == (holder,):
                    return name
        raise ValueError("no name is free")

    def _incident(self, query: str, key: str) -> Incident | None:
        with self._connection() as connection:
            found = connection.execute(query, (key,)).fetchone()
        return Incident.from_dict(records.as_mapping(found[0])) if found else None

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


def _create(connection: sqlite3.Connection, claim: Claim, at: float) -> None:
    if not claim.workflow:
        raise NoSuchRunError
    if claim.facts and records.has_fact(connection, claim.subject, claim.facts[0].id):
        raise RunDoneError(1)
    records.insert_run(connection, claim, at)
    if claim.facts:
        new = records.insert_facts(connection, claim.subject, claim.facts)
        records.fold_facts(connection, claim.subject, new)
        records.ask_to_reflect(connection, claim.subject, at)


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
