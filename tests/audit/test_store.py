"""What the log is told by the store, also where a worker ends between the two."""

from __future__ import annotations

import ast
import io
import json
import secrets
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import incident
from incident.engine.run import Claim, LeaseLostError, Progress, RunDoneError, RunState
from incident.model.facts import Fact, FactKind, declaration
from incident.model.fold import fold
from incident.model.incident import Incident
from incident.operate.story import final_state
from incident.runtime.audit import FACTS, OUTCOMES, AuditLog, state
from incident.store.audited import AuditedRuns
from incident.store.contract import reflect_run
from incident.store.sqlite import SqliteStore

AT = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
DECLARED = declaration(
    "run",
    "2026-11-23-abcd2345",
    title="what a person typed",
    day="2026-11-23",
    at=AT,
    opener="U0ALICE",
    team="T1",
    severity=None,
)
CHANNEL = Fact(
    "run.channel",
    FactKind.CHANNEL_CREATED,
    AT,
    data={"channel_id": "C1", "channel_name": "incident-2026-11-23-what-a-person-typed"},
)
INCIDENT = fold(None, DECLARED)
CREATED = CHANNEL.data


def claim(lease: float = 0.0, **more: Any) -> Claim:
    more = {"workflow": "declare", "subject": INCIDENT.id, "facts": [DECLARED], **more}
    return Claim("run", lease, secrets.token_hex(4), **more)


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


def test_a_declaration_and_what_is_stated_after_it_are_told(log: Log) -> None:
    run = log.runs.claim(claim(60))
    assert log.tells_what_is_stored()
    run = log.runs.record(run, Progress())
    log.runs.record(run, Progress(results={"channel": {}}, facts=[CHANNEL], state=RunState.DONE))
    assert log.tells_what_is_stored()
    declared, created = log.lines()
    assert {declared["event"], created["event"]} == {"incident.fact.stated"}
    assert (created["run"], created["incident"], created["steps"]) == ("run", INCIDENT.id, ["channel"])
    assert (created["fact"], created["kind"], created["by"]) == ("run.channel", "channel_created", "")
    assert (declared["at"], declared["by"]) == ("2026-11-23T03:12:00+00:00", "U0ALICE")
    assert declared["words"] == {"title": "what a person typed"}
    assert created["changes"] == {"channel_id": "C1"}
    assert created["words"] == {"channel_name": CREATED["channel_name"]}


def test_a_fact_of_a_newer_version_may_be_words_all_over(log: Log) -> None:
    unheard_of = Fact("x", "of a newer version", AT, "U1", {"status": "what a person typed"})
    log.runs.record(log.runs.claim(claim(60)), Progress(facts=[unheard_of]))
    line = log.lines()[-1]
    assert ("changes" in line, line["words"]) == (False, {"status": "what a person typed"})
    assert log.tells_what_is_stored()


def test_facts_are_told_in_any_order(log: Log) -> None:
    """The lines of two workers at once come in the order of their writing, not of the store's."""
    run = log.runs.claim(claim(60))
    for seconds, severity in ((9, "sev1"), (2, "sev4"), (5, "sev3")):
        at = AT + timedelta(seconds=seconds)
        said = Fact(f"s{seconds}", FactKind.SEVERITY_SET, at, "U1", {"severity": severity})
        run = log.runs.record(run, Progress(facts=[said]))
    stored = log.store.incident(INCIDENT.id)
    assert stored is not None
    for lines in permutations(log.lines()):
        told = final_state(lines + lines[:2], INCIDENT.id)
        assert (told["severity"], told["version"]) == ("sev1", 4)
        assert {**told, "stamps": None} == {**stored.to_dict(), "stamps": None}


def test_what_was_taken_back_is_told_whatever_the_order(log: Log) -> None:
    run = log.runs.claim(claim(60))
    for seconds, severity in ((2, "sev4"), (5, "sev3")):
        at = AT + timedelta(seconds=seconds)
        said = Fact(f"s{seconds}", FactKind.SEVERITY_SET, at, "U1", {"severity": severity})
        run = log.runs.record(run, Progress(facts=[said]))
    undo = Fact("undo", FactKind.UNDONE, AT + timedelta(seconds=9), "U1", {"fact": "s5"})
    log.runs.record(run, Progress(facts=[undo]))
    stored = log.store.incident(INCIDENT.id)
    assert stored is not None
    assert (stored.severity, stored.undone) == ("sev4", {"s5": "undo"})
    for lines in permutations(log.lines()):
        told = final_state(list(lines), INCIDENT.id)
        assert {**told, "stamps": None} == {**stored.to_dict(), "stamps": None}


@pytest.mark.parametrize("end", [RunState.WAITING, RunState.DONE])
def test_what_a_killed_worker_could_not_tell_the_next_delivery_does(end: RunState, log: Log) -> None:
    run = log.store.claim(claim())
    log.store.record(run, Progress(results={"channel": {}}, facts=[CHANNEL], state=end))
    assert log.lines() == []
    if end is RunState.DONE:
        with pytest.raises(RunDoneError):
            log.runs.claim(claim())
    else:
        log.runs.claim(claim())
    assert [line["event"] for line in log.lines()] == ["incident.fact.restated"] * 2
    assert log.tells_what_is_stored()


def test_a_delivery_tells_nothing_again_that_other_runs_have_stated(log: Log) -> None:
    log.runs.claim(claim())
    log.runs.claim(Claim("other", 0.0, "o", workflow="severity", subject=INCIDENT.id))
    log.runs.claim(Claim("other", 0.0, "p"))
    log.runs.claim(Claim(reflect_run(INCIDENT.id), 0.0, "q"))
    log.runs.claim(Claim(reflect_run(INCIDENT.id), 0.0, "r"))
    assert [line["fact"] for line in log.lines()] == ["run.declared"]


def test_what_is_not_written_is_not_told(log: Log) -> None:
    run = log.runs.claim(claim())
    log.store.claim(claim(60))
    with pytest.raises(LeaseLostError):
        log.runs.record(run, Progress(facts=[CHANNEL]))
    assert log.tells_what_is_stored()


def test_every_field_of_an_incident_is_known_to_hold_no_words_or_taken_to() -> None:
    names = {field.name for field in fields(Incident)}
    assert FACTS - names == {  # of facts
        "role", "user", "fact", "of", "answer", "follows", "when", "owner", "users", "groups", "missing",
        "happened_at", "next", "offered", "previous", "overtakes",
        "comms", "channel", "ts", "thread_ts", "author", "emoji", "edited", "origin", "began_at",
        "noticed_at", "learnt", "outcome", "is_over", "reopens", "messages", "counted",
    }  # fmt: skip
    words = {
        "title", "channel_name", "last_update", "unknown", "source", "reasons", "calls", "actions",
        "decisions", "findings", "marks",
    }  # fmt: skip
    assert names - FACTS == words, "is a new one free of words?"
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
