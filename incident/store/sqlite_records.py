"""What the SQLite store reads and writes, given a connection and the time; transactions are its caller's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from incident.engine.run import Claim, LeaseLostError, Progress, Run, RunState, StepRecord
from incident.model.facts import Fact
from incident.model.incident import Incident
from incident.store.contract import REFLECT, REFLECT_COMMAND, REFLECT_DUE_SECONDS, reflect_run
from incident.store.rules import ORPHANED_SECONDS, due_in, fold_all, new_generation

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    workflow TEXT NOT NULL,
    command TEXT NOT NULL,
    origin TEXT NOT NULL,
    subject TEXT NOT NULL,
    plan TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL,
    delivery INTEGER NOT NULL DEFAULT 0,
    claimant TEXT NOT NULL DEFAULT '',
    lease REAL NOT NULL DEFAULT 0,
    lease_ends REAL NOT NULL DEFAULT 0,
    due REAL,
    waits INTEGER NOT NULL DEFAULT 0,
    waits_for TEXT NOT NULL DEFAULT '',
    generation INTEGER NOT NULL DEFAULT 0,
    begun INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS runs_by_due ON runs (due);
CREATE INDEX IF NOT EXISTS runs_failed ON runs (subject, id) WHERE state = 'failed';
CREATE TABLE IF NOT EXISTS steps (
    run TEXT NOT NULL,
    name TEXT NOT NULL,
    started REAL,
    result TEXT,
    retried INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS incidents (
    id TEXT PRIMARY KEY,
    fields TEXT NOT NULL,
    channel_id TEXT GENERATED ALWAYS AS (json_extract(fields, '$.channel_id')),
    declared_by TEXT GENERATED ALWAYS AS (json_extract(fields, '$.declared_by'))
);
CREATE INDEX IF NOT EXISTS incidents_by_channel ON incidents (channel_id);
CREATE INDEX IF NOT EXISTS incidents_by_opener ON incidents (declared_by);
CREATE INDEX IF NOT EXISTS incidents_open ON incidents (json_extract(fields, '$.stamps.declared_at'))
    WHERE json_extract(fields, '$.status') <> 'resolved';
CREATE TABLE IF NOT EXISTS facts (
    incident TEXT NOT NULL,
    id TEXT NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (incident, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS surfaces (
    incident TEXT NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,
    PRIMARY KEY (incident, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS channel_names (
    name TEXT PRIMARY KEY,
    incident TEXT NOT NULL
) WITHOUT ROWID;
COMMIT;
"""

# Each in the very words of its index. These are partial, so as large as what is open and no more, and are of
# expressions, so that a file of an older version needs no column added. Stamps are of UTC: text sorts them.
OPEN_INCIDENTS = (
    "SELECT fields FROM incidents WHERE json_extract(fields, '$.status') <> 'resolved'"
    " ORDER BY json_extract(fields, '$.stamps.declared_at') DESC LIMIT ?"
)
WAITING_RUNS = "SELECT waits_for FROM runs WHERE state = 'waiting' AND subject = ?"
FAILED_RUNS = "SELECT id FROM runs WHERE state = 'failed' AND subject = ? ORDER BY id"

# Seconds since 1970, to the millisecond; unixepoch('subsec') needs SQLite 3.42, and Python may bring 3.40.
_CLOCK = "SELECT (julianday('now') - 2440587.5) * 86400.0"


def now(connection: sqlite3.Connection) -> float:
    """Seconds since 1970 by SQLite's clock."""
    (seconds,) = connection.execute(_CLOCK).fetchone()
    return float(seconds)


def insert_run(connection: sqlite3.Connection, claim: Claim, at: float) -> None:
    """A new run, held by whoever makes the claim."""
    connection.execute(
        "INSERT INTO runs (id, workflow, command, origin, subject, plan, state, delivery, claimant, lease,"
        " lease_ends, due) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
        (
            claim.run_id,
            claim.workflow,
            as_text(claim.command),
            as_text(claim.origin),
            claim.subject,
            json.dumps(sorted(claim.plan)),
            RunState.RUNNING,
            claim.claimant,
            claim.lease,
            at + claim.lease,
            at + claim.lease + ORPHANED_SECONDS,
        ),
    )
    start_steps(connection, claim.run_id, claim.starts, at)


def take_over(connection: sqlite3.Connection, claim: Claim, at: float) -> None:
    """Gives a run that no worker holds to the claimant, and begins the generation that was asked for last."""
    plan, delivery, generation, begun = connection.execute(
        "SELECT plan, delivery, generation, begun FROM runs WHERE id = ?", (claim.run_id,)
    ).fetchone()
    all_planned = claim.plan | set(json.loads(plan))
    connection.execute(
        "UPDATE runs SET state = ?, delivery = delivery + 1, claimant = ?, lease = ?, lease_ends = ?,"
        " due = ?, plan = ? WHERE id = ?",
        (
            RunState.RUNNING,
            claim.claimant,
            claim.lease,
            at + claim.lease,
            at + claim.lease + ORPHANED_SECONDS,
            json.dumps(sorted(all_planned)),
            claim.run_id,
        ),
    )
    if generation > begun:
        _begin_generation(connection, claim.run_id, all_planned, at)
    if delivery == 0:  # a store made it, for the first claim to begin
        start_steps(connection, claim.run_id, claim.starts, at)


def _begin_generation(connection: sqlite3.Connection, run_id: str, plan: Iterable[str], at: float) -> None:
    dropped = new_generation(plan, steps_of(connection, run_id, at))
    connection.executemany(
        "DELETE FROM steps WHERE run = ? AND name = ?", [(run_id, name) for name in dropped.steps]
    )
    connection.executemany(
        "UPDATE steps SET result = NULL WHERE run = ? AND name = ?",
        [(run_id, name) for name in dropped.results],
    )
    connection.execute("UPDATE runs SET begun = generation, waits = 0 WHERE id = ?", (run_id,))


def check_held(connection: sqlite3.Connection, run: Run) -> None:
    """Makes sure that no other worker has claimed the run since: a claim counts its deliveries up.

    Raises:
        LeaseLostError: another one has.
    """
    found = connection.execute("SELECT 1 FROM runs WHERE id = ? AND delivery = ?", (run.id, run.delivery))
    if found.fetchone() is None:
        raise LeaseLostError


def update_run(connection: sqlite3.Connection, run: Run, progress: Progress, at: float) -> int:
    """Writes what `progress` says of the run and its steps; the newest generation the run was asked for."""
    lease, generation = connection.execute(
        "SELECT lease, generation FROM runs WHERE id = ?", (run.id,)
    ).fetchone()
    is_done = progress.state is RunState.DONE
    due = due_in(progress, lease, is_asked_again=generation > run.generation)
    connection.execute(
        "UPDATE runs SET state = ?, lease_ends = ?, due = ?, waits = ?, waits_for = ?,"
        " completed = iif(?, ?, completed) WHERE id = ?",
        (
            progress.state,
            at + (lease if progress.state is RunState.RUNNING else 0.0),
            None if due is None else at + due,
            run.waits + progress.is_put_off,
            progress.waits_for,
            is_done,
            run.generation,
            run.id,
        ),
    )
    connection.executemany(
        "INSERT INTO steps (run, name, result, retried) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run, name) DO UPDATE SET result = excluded.result, retried = excluded.retried",
        [
            (run.id, name, as_text(result), name in progress.retried)
            for name, result in progress.results.items()
        ],
    )
    connection.executemany(
        "DELETE FROM steps WHERE run = ? AND name = ?", [(run.id, name) for name in progress.reverted]
    )
    start_steps(connection, run.id, progress.starts, at)
    return int(generation)


def read_run(connection: sqlite3.Connection, run_id: str, steps: Mapping[str, StepRecord]) -> Run:
    """A run as its claimant is told it, with these steps on record."""
    workflow, command, origin, subject, plan, delivery, waits, begun = connection.execute(
        "SELECT workflow, command, origin, subject, plan, delivery, waits, begun FROM runs WHERE id = ?",
        (run_id,),
    ).fetchone()
    return Run(
        id=run_id,
        workflow=workflow,
        command=as_mapping(command),
        origin=as_mapping(origin),
        subject=subject,
        delivery=delivery,
        steps=steps,
        plan=frozenset(json.loads(plan)),
        waits=waits,
        generation=begun,
        incident=read_incident(connection, subject) if subject else None,
    )


def start_steps(connection: sqlite3.Connection, run_id: str, names: Iterable[str], at: float) -> None:
    """Says that these steps start now; the age of one that was started before begins anew."""
    connection.executemany(
        "INSERT INTO steps (run, name, started) VALUES (?, ?, ?)"
        " ON CONFLICT (run, name) DO UPDATE SET started = excluded.started",
        [(run_id, name, at) for name in names],
    )


def steps_of(connection: sqlite3.Connection, run_id: str, at: float) -> dict[str, StepRecord]:
    """All that is on record of a run's steps, by name."""
    rows = connection.execute("SELECT name, started, result, retried FROM steps WHERE run = ?", (run_id,))
    return {
        name: StepRecord(
            age=0.0 if started is None else max(0.0, at - started),
            result=None if result is None else as_mapping(result),
            is_retried=bool(retried),
        )
        for name, started, result, retried in rows
    }


def has_fact(connection: sqlite3.Connection, incident_id: str, fact_id: str) -> bool:
    """Whether this fact was stated."""
    found = connection.execute(
        "SELECT 1 FROM facts WHERE incident = ? AND id = ?", (incident_id, fact_id)
    ).fetchone()
    return found is not None


def insert_facts(connection: sqlite3.Connection, incident_id: str, facts: Iterable[Fact]) -> list[Fact]:
    """Keeps those facts that are not known yet, and returns them."""
    return [
        fact
        for fact in facts
        if connection.execute(
            "INSERT INTO facts (incident, id, fact) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (incident_id, fact.id, as_text(fact.to_dict())),
        ).rowcount
    ]


def read_facts(connection: sqlite3.Connection, incident_id: str) -> list[Fact]:
    """All facts of an incident, in no order."""
    rows = connection.execute("SELECT fact FROM facts WHERE incident = ?", (incident_id,))
    return [Fact.from_dict(as_mapping(fact)) for (fact,) in rows]


def fold_facts(connection: sqlite3.Connection, incident_id: str, new: Sequence[Fact]) -> Incident:
    """The incident's snapshot with facts that are not in it, which is stored.

    Raises:
        PermanentError: the incident does not exist, and the first fact does not declare it.
    """
    before = read_incident(connection, incident_id)
    incident = fold_all(before, new, lambda: read_facts(connection, incident_id))
    connection.execute(
        "INSERT INTO incidents (id, fields) VALUES (?, ?)"
        " ON CONFLICT (id) DO UPDATE SET fields = excluded.fields",
        (incident_id, as_text(incident.to_dict())),
    )
    return incident


def show_surfaces(
    connection: sqlite3.Connection, incident_id: str, surfaces: Mapping[str, Mapping[str, Any]]
) -> None:
    """Keeps what these surfaces show now; the others stay as they are."""
    connection.executemany(
        "INSERT INTO surfaces (incident, name, shown) VALUES (?, ?, ?)"
        " ON CONFLICT (incident, name) DO UPDATE SET shown = excluded.shown",
        [(incident_id, name, as_text(shown)) for name, shown in surfaces.items()],
    )


def ask_to_reflect(connection: sqlite3.Connection, incident_id: str, at: float) -> None:
    """Raises the generation of the incident's reflecting run, and has it due in a minute at the latest."""
    connection.execute(
        "INSERT INTO runs (id, workflow, command, origin, subject, state, generation, due)"
        " VALUES (?, ?, ?, '{}', ?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET"
        " generation = generation + 1, due = min(coalesce(due, excluded.due), excluded.due)",
        (
            reflect_run(incident_id),
            REFLECT,
            as_text(REFLECT_COMMAND),
            incident_id,
            RunState.WAITING,
            at + REFLECT_DUE_SECONDS,
        ),
    )


def read_incident(connection: sqlite3.Connection, incident_id: str) -> Incident | None:
    """The snapshot of an incident, or None."""
    found = connection.execute("SELECT fields FROM incidents WHERE id = ?", (incident_id,)).fetchone()
    return Incident.from_dict(as_mapping(found[0])) if found else None


def as_text(value: Mapping[str, Any]) -> str:
    """JSON.

    Raises:
        ValueError, TypeError: it holds something that JSON does not know.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def as_mapping(text: str) -> dict[str, Any]:
    """The inverse of `as_text`."""
    value: dict[str, Any] = json.loads(text)
    return value
