"""Audit lines as Cloud Logging reads them."""

from __future__ import annotations

import io
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.runtime.audit import AuditLog, safe_traceback, trace_id
from tests.unit.hostile import anything

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """What was written, without the time, which is looked at here."""
    read = [json.loads(line) for line in stream.getvalue().split("\n")[:-1]]
    for line in read:
        age = datetime.now(UTC) - datetime.fromisoformat(line.pop("time"))
        assert timedelta() <= age < timedelta(minutes=1)
    return read


def test_a_line_is_the_contract() -> None:
    stream = io.StringIO()
    audit = AuditLog("project", stream).bind(traceparent=TRACEPARENT, incident="i", run="r", actor="U1")
    audit.bind(attempt=2).info(
        "incident.step.completed", "channel: done", step="channel", outcome="done", duration_ms=7
    )
    assert lines(stream) == [
        {
            "severity": "INFO",
            "message": "channel: done",
            "event": "incident.step.completed",
            "incident": "i",
            "run": "r",
            "actor": "U1",
            "attempt": 2,
            "step": "channel",
            "outcome": "done",
            "duration_ms": 7,
            "logging.googleapis.com/trace": f"projects/project/traces/{TRACE}",
            "logging.googleapis.com/labels": {"audit": "true"},
        }
    ]


def test_severities() -> None:
    stream = io.StringIO()
    audit = AuditLog("project", stream)
    audit.info("e", "m")
    audit.warning("e", "m")
    audit.error("e", "m")
    assert [line["severity"] for line in lines(stream)] == ["INFO", "WARNING", "ERROR"]


def test_binding_leaves_the_first_log_as_it_was() -> None:
    stream = io.StringIO()
    audit = AuditLog("project", stream)
    audit.bind(incident="i", traceparent=TRACEPARENT)
    audit.info("e", "m")
    assert set(lines(stream)[0]) == {"severity", "message", "event", "logging.googleapis.com/labels"}


@given(anything, anything, st.dictionaries(st.sampled_from(["step", "actor", "run"]), anything))
def test_whatever_is_said_is_one_line(event: str, message: str, fields: dict[str, str]) -> None:
    stream = io.StringIO()
    AuditLog("project", stream).info(event, message, **fields)
    written = stream.getvalue()
    assert written.isascii()
    assert len(written.splitlines()) == 1
    assert lines(stream)[0] == {
        "severity": "INFO",
        "event": event,
        "message": message,
        **fields,
        "logging.googleapis.com/labels": {"audit": "true"},
    }


class _Pieces(io.StringIO):
    """A stream that notes each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)


def test_a_line_is_one_write_so_that_threads_do_not_mix_them() -> None:
    stream = _Pieces()
    audit = AuditLog("project", stream)
    threads = [threading.Thread(target=audit.info, args=("e", "m" * 5000)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stream.writes) == 4
    assert all(json.loads(written) and written.endswith("\n") for written in stream.writes)


@pytest.mark.parametrize(
    ("traceparent", "trace"),
    [
        (TRACEPARENT, TRACE),
        ("", ""),
        (f"00-{TRACE}-00f067aa0ba902b7", ""),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", ""),
        (f" {TRACEPARENT}", ""),
        (f"{TRACEPARENT}\n", ""),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        ("projects/p/traces/1", ""),
    ],
)
def test_traces(traceparent: str, trace: str) -> None:
    assert trace_id(traceparent) == trace
    stream = io.StringIO()
    AuditLog("project", stream).bind(traceparent=traceparent).info("e", "m")
    assert ("logging.googleapis.com/trace" in lines(stream)[0]) is bool(trace)


def test_where_an_error_came_from_is_said_without_its_words() -> None:
    def fail() -> None:
        raise ValueError("the words of a private incident")

    try:
        fail()
    except ValueError as error:
        said = safe_traceback(error)
    assert said.startswith("ValueError at test_audit.py:")
    assert said.count("test_audit.py") == 2
    assert "private" not in said
    assert "/" not in said
