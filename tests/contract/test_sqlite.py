"""What is SQLite's own: several processes on one file, locks, and what its errors become."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from incident.engine.run import Progress, RunState
from incident.model.fold import replay
from incident.runtime.failures import PermanentError, TransientError
from incident.store import sqlite
from incident.store import sqlite_records as records
from incident.store.contract import reflect_run
from incident.store.sqlite import SqliteStore
from tests.contract import stores
from tests.contract.stores import at_once, carry_on, claim, declare


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.6)


def work_in_a_process(path: Path, number: int, ready: Any) -> None:
    ready.wait()
    for turn in range(20):
        store = SqliteStore(path)
        run = store.claim(claim(f"run {number} {turn}", subject="shared"))
        said = stores.severity(1, float(turn), f"{number} {turn}")
        store.record(run, Progress({"channel": {"turn": turn}}, facts=[said], state=RunState.DONE))


def test_several_processes_open_and_write_one_file_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Barrier(4)
    processes = [spawn.Process(target=work_in_a_process, args=(path, number, ready)) for number in range(3)]
    SqliteStore(path).claim(declare("shared"))
    for process in processes:
        process.start()
    ready.wait()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = SqliteStore(path)
    written = [store.run(f"run {number} {turn}") for number in range(3) for turn in range(20)]
    assert [run.steps if run else None for run in written] == [
        {"channel": {"turn": turn}} for _ in range(3) for turn in range(20)
    ]
    incident = store.incident("shared")
    assert incident == replay(store.facts("shared"))
    assert incident is not None
    assert incident.version == 61
    assert store.claim(carry_on(reflect_run("shared"))).generation == 61


def test_a_new_file_can_be_opened_by_many_at_once(path: Path) -> None:
    opened = at_once(12, lambda _: SqliteStore(path))

    assert {store.incident("x") for store in opened} == {None}


@pytest.mark.usefixtures("impatient")
def test_a_lock_that_stays_is_transient_for_writes_and_nothing_for_reads(path: Path) -> None:
    store = SqliteStore(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransientError, match="store: locked"):
            store.claim(claim())
        assert store.incident("x") is None

    assert store.claim(claim()).delivery == 1


def test_a_path_that_leads_nowhere_is_permanent(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="store: SQLITE_CANTOPEN"):
        SqliteStore(tmp_path / "no such directory" / "store.db")


def test_another_kind_of_file_is_permanent(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be told apart " * 40)

    with pytest.raises(PermanentError, match="store: SQLITE_NOTADB"):
        SqliteStore(path)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT fields FROM incidents WHERE channel_id = ? LIMIT 1", "incidents_by_channel"),
        ("SELECT fields FROM incidents WHERE declared_by = ?", "incidents_by_opener"),
        (records.OPEN_INCIDENTS, "incidents_open"),
        (records.FAILED_RUNS, "runs_failed"),
        ("SELECT id, waits_for FROM runs WHERE due <= ? ORDER BY due LIMIT 9", "runs_by_due"),
    ],
)
def test_what_is_asked_for_often_is_found_by_an_index(path: Path, query: str, index: str) -> None:
    SqliteStore(path)
    with closing(sqlite3.connect(path)) as connection:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", ("C1",)))

    assert f"INDEX {index}" in plan
    assert "SCAN" not in plan.replace(f"SCAN incidents USING INDEX {index}", "")  # which holds no others
    assert "TEMP B-TREE" not in plan


def test_a_file_of_an_older_version_is_brought_up_to_date(path: Path) -> None:
    """With all that is in it."""
    store = SqliteStore(path)
    store.claim(declare())
    store.record(store.claim(claim("run", subject="i")), Progress(state=RunState.FAILED))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP INDEX incidents_open")
        connection.execute("DROP INDEX runs_failed")

    store = at_once(6, lambda _: SqliteStore(path))[0]

    assert store.open_incidents(9) == [stores.incident()]
    assert store.failed_runs("i") == ["run"]
