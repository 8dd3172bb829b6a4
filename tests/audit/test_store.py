"""What the log is told by the store, also where a worker ends between the two."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import incident
from incident.engine.run import Claim, LeaseLostError, Progress, RunDoneError, RunState
from incident.model.incident import Incident, Role
from incident.operate.story import final_state
from incident.runtime.audit import FACTS, OUTCOMES, AuditLog, state
from incident.store.audited import AuditedRuns
from incident.store.sqlite import SqliteStore

INCIDENT = Incident(
    "2026-11-23-abcd2345",
    "what a person typed",
    date(2026, 11, 23),
    datetime(2026, 11, 23, 3, 12, tzinfo=UTC),
    "U0ALICE",
    roles={Role.INCIDENT_COMMANDER: "U0ALICE"},
)
CREATED = {"channel_id": "C1", "channel_name": "incident-2026-11-23-what-a-person-typed"}


def claim(lease: float = 0.0) -> Claim:
    return Claim("run", "declare", INCIDENT.id, ["channel"], lease, creates=INCIDENT.to_dict())


class Log:
    """A store that says what it does, and what it has said."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)
        self._stream = io.StringIO()
        self.runs = AuditedRuns(self.store, AuditLog("project", self._stream))

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]

    def tells_what_is_stored(self) -> bool:
        stored = self.store.incident(INCIDENT.id)
        return stored is not None and final_state(self.lines(), INCIDENT.id) == stored.to_dict()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "incidents.sqlite")


def test_a_declaration_and_its_changes_are_told(log: Log) -> None:
    run = log.runs.claim(claim(60))
    assert log.tells_what_is_stored()
    run = log.runs.record(run, Progress())
    log.runs.record(run, Progress(results={"channel": {}}, changes=CREATED, state=RunState.DONE))
    assert log.tells_what_is_stored()
    declared, changed = log.lines()
    assert (declared["event"], changed["event"]) == ("incident.declared", "incident.changed")
    assert (changed["run"], changed["incident"], changed["steps"]) == ("run", INCIDENT.id, ["channel"])
    assert changed["changes"] == {"channel_id": "C1"}
    assert changed["words"] == {"channel_name": CREATED["channel_name"]}


@pytest.mark.parametrize("end", [RunState.WAITING, RunState.DONE])
def test_what_a_killed_worker_could_not_tell_the_next_delivery_does(end: RunState, log: Log) -> None:
    run = log.store.claim(claim())
    log.store.record(run, Progress(results={"channel": {}}, changes=CREATED, state=end))
    assert log.lines() == []
    if end is RunState.DONE:
        with pytest.raises(RunDoneError):
            log.runs.claim(claim())
    else:
        log.runs.claim(claim())
    assert [line["event"] for line in log.lines()] == ["incident.restated"]
    assert log.tells_what_is_stored()


def test_what_is_not_written_is_not_told(log: Log) -> None:
    run = log.runs.claim(claim())
    log.store.claim(claim(60))
    with pytest.raises(LeaseLostError):
        log.runs.record(run, Progress(changes={"channel_id": "C2"}))
    assert log.tells_what_is_stored()


def test_every_field_of_an_incident_is_a_fact_or_words() -> None:
    names = {field.name for field in fields(Incident)}
    assert names >= FACTS
    assert names - FACTS == {"title", "channel_name"}, "is a new field free of what a person typed?"
    assert state({"status": "resolved"}) == {"changes": {"status": "resolved"}}
    assert state({"title": "x"}) == {"words": {"title": "x"}}
    assert state({"of a newer version": "x"}) == {"words": {"of a newer version": "x"}}


def audit_calls() -> list[tuple[str, ast.Call]]:
    return [
        (f"{path.name}:{node.lineno}", node)
        for path in Path(incident.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"info", "warning", "error"}
        and ast.unparse(node.func.value).endswith("audit")
    ]


def test_every_line_has_an_outcome_of_the_vocabulary() -> None:
    calls = audit_calls()
    assert len(calls) > 15
    for place, call in calls:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if None in given:  # `**fields`, which the tests of whole incidents look at
            continue
        assert "outcome" in given, place
        assert isinstance(given["outcome"], ast.Constant), place
        assert given["outcome"].value in OUTCOMES, place


MANY = """
import threading
from incident.runtime.audit import AuditLog
audit = AuditLog("project")
threads = [
    threading.Thread(target=lambda: [audit.info("e", "m" * 30_000, outcome="done") for _ in range(30)])
    for _ in range(8)
]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_long_lines_of_many_threads_do_not_mix_where_output_is_unbuffered() -> None:
    program = [sys.executable, "-u", "-c", MANY]
    written = subprocess.run(
        program, cwd=Path(incident.__file__).parents[1], capture_output=True, timeout=30, check=True
    ).stdout
    lines = written.splitlines()
    assert len(lines) == 240
    assert {json.loads(line)["message"] for line in lines} == {"m" * 30_000}
