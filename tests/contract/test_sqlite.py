"""What is SQLite's own: several processes on one file, locks, and what its errors become."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from incident.engine.run import Progress, RunState
from incident.runtime.failures import PermanentError, TransientError
from incident.store import sqlite
from incident.store.sqlite import SqliteStore
from tests.contract import stores
from tests.contract.stores import at_once, claim


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
        changes = {"channel_id": f"C {number}"} if number == 0 else {"meet_url": f"{number} {turn}"}
        store.record(run, Progress({"channel": {"turn": turn}}, changes=changes, state=RunState.DONE))


def test_several_processes_open_and_write_one_file_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Barrier(4)
    processes = [spawn.Process(target=work_in_a_process, args=(path, number, ready)) for number in range(3)]
    SqliteStore(path).claim(claim("first", creates=stores.incident("shared")))
    for process in processes:
        process.start()
    ready.wait()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = SqliteStore(path)
    written = [store.result(f"run {number} {turn}", "channel") for number in range(3) for turn in range(20)]
    assert written == [{"turn": turn} for _ in range(3) for turn in range(20)]
    assert store.incident_in_channel("C 0") == store.incident("shared")


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


def test_a_channel_is_found_by_an_index(path: Path) -> None:
    SqliteStore(path)
    with closing(sqlite3.connect(path)) as connection:
        query = "EXPLAIN QUERY PLAN SELECT fields FROM incidents WHERE channel_id = ? LIMIT 1"
        plan = " ".join(row[3] for row in connection.execute(query, ("C1",)))

    assert "USING INDEX incidents_by_channel" in plan
