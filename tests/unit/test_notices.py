"""Which notices follow from how things stand; that each is said once is what tests/faults/ is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

from incident.engine.workflow import Result, RunSnapshot
from incident.messages.english import ENGLISH
from incident.model.incident import Incident, Thing
from incident.workflows.notices import tells
from incident.workflows.services import Services

FOLLOWS = tells({"document": Thing.REPORT})
SAID = {"channel": "C1", "ts": "1.0"}
THERE = {"document": {"url": "https://docs.example.org/1"}}


@dataclass
class Tools:
    say = ENGLISH
    announcement_channel = "incident-sre"


@dataclass
class Work:
    run_id = "run"
    person = "U1"
    incident = Incident(
        id="2026-11-23-4k7wm2zt",
        title="down",
        date=date(2026, 11, 23),
        declared_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
        declared_by="U1",
        channel_id="C1",
    )
    tools = cast(Services, Tools())

    def since(self) -> float:
        return 0.0


def names(results: dict[str, Result], *started: str) -> list[str]:
    situation = RunSnapshot({**THERE, **results}, {}, frozenset(started), last=False)
    work: Any = Work()
    return [step.name for step in FOLLOWS(work, situation)]


def test_what_was_late_is_said_to_be_there() -> None:
    assert names({"late.report": SAID}, "late.report") == ["there.report"]


def test_what_had_failed_is_replaced() -> None:
    assert names({"late.report": SAID, "failed.report": SAID}) == ["failed.report.replaced"]


def test_nothing_is_said_to_be_there_before_it_is_known_what_was_said() -> None:
    """Or it would be told twice: by a message of its own, and in place of the one with the button."""
    assert names({"late.report": SAID}, "late.report", "failed.report") == ["failed.report"]


def test_what_was_never_late_is_not_spoken_of() -> None:
    assert names({}) == []
    assert names({"late.report": {}}, "late.report") == []
