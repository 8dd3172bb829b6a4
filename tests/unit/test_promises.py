"""When the next update is due, and the parts of an incident that have a life of their own."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.model.facts import Fact, FactKind
from incident.model.fold import fold
from incident.model.incident import Cadence, Incident, Severity, Status
from incident.model.parts import (
    Action,
    Call,
    Coming,
    Decision,
    When,
    actions_of,
    calls_of,
    decisions_of,
)
from tests.unit.incidents import ALICE, ANA, BENOIT, DECLARED_AT, SAID_AT, after, started

USUAL = {
    None: timedelta(minutes=30),
    "sev0": timedelta(minutes=30),
    Severity.SEV1: timedelta(minutes=15),
    Severity.SEV2: timedelta(minutes=30),
    Severity.SEV3: timedelta(hours=1),
    Severity.SEV4: timedelta(days=1),
}
PROMISED = {
    Cadence.QUARTER: timedelta(minutes=15),
    Cadence.HALF: timedelta(minutes=30),
    Cadence.HOUR: timedelta(hours=1),
    Cadence.TOMORROW: timedelta(days=1),
}


def severity(seconds: float, level: str) -> Fact:
    at = DECLARED_AT + timedelta(seconds=seconds)
    return Fact(f"s{seconds}", FactKind.SEVERITY_SET, at, ANA, {"severity": level})


def update(seconds: float, promise: str = "", **more: Any) -> Fact:
    at = DECLARED_AT + timedelta(seconds=seconds)
    return Fact(f"u{seconds}", FactKind.UPDATE_POSTED, at, ANA, {"text": "new", "promise": promise, **more})


def status(seconds: float, where: str) -> Fact:
    at = DECLARED_AT + timedelta(seconds=seconds)
    return Fact(f"t{seconds}", FactKind.STATUS_SET, at, ANA, {"status": where})


def folded(*facts: Fact, level: str | None = None) -> Incident:
    incident = started(severity=level)
    for fact in facts:
        incident = fold(incident, fact)
    return incident


def minutes(*facts: Fact, level: str | None = None) -> float | None:
    """From the declaration until the next update is due, whatever the order in which the facts arrive."""
    (due,) = {folded(*order, level=level).next_update for order in permutations(facts)}
    return (due - DECLARED_AT).total_seconds() / 60 if due else None


@pytest.mark.parametrize("level", USUAL)
def test_the_first_update_is_due_as_is_usual_for_the_severity(level: str | None) -> None:
    assert Cadence.of(Cadence.usual(level)) == USUAL[level]
    assert minutes(level=level) == USUAL[level].total_seconds() / 60


@pytest.mark.parametrize("level", USUAL)
@pytest.mark.parametrize("promise", ["", *Cadence])
def test_the_next_is_due_as_promised_else_as_usual(level: str | None, promise: str) -> None:
    due = minutes(update(600, promise), level=level)
    if promise == Cadence.NONE:
        assert due is None
        return
    promised = {str(known): time for known, time in PROMISED.items()}.get(promise, USUAL[level])
    assert due == 10 + promised.total_seconds() / 60


def test_a_severity_that_is_set_counts_from_then_where_nothing_is_promised() -> None:
    assert minutes(severity(300, "sev1")) == 5 + 15
    assert minutes(update(600), severity(300, "sev1")) == 10 + 15
    assert minutes(update(300), severity(600, "sev1")) == 10 + 15
    assert minutes(update(300), severity(600, "sev4")) == 10 + 24 * 60


def test_a_promise_stands_until_the_next_update_whatever_the_severity() -> None:
    assert minutes(update(300, "60"), severity(600, "sev1")) == 5 + 60
    assert minutes(update(300, "none"), severity(600, "sev1")) is None
    assert minutes(update(300, "60"), update(600)) == 10 + 30
    assert minutes(update(300, "none"), update(600, "15"), severity(700, "sev4")) == 10 + 15


def test_nothing_is_due_of_what_is_over_and_again_when_it_is_reopened() -> None:
    assert minutes(update(300), status(600, Status.RESOLVED)) is None
    assert minutes(update(300, "60", status="resolved")) is None
    assert minutes(update(300), status(600, Status.RESOLVED), status(900, Status.MONITORING)) == 5 + 30


@given(st.lists(st.one_of(
    st.builds(update, st.integers(1, 5000), st.sampled_from(["", *map(str, Cadence)])),
    st.builds(severity, st.integers(1, 5000), st.sampled_from([*map(str, Severity), "sev0"])),
    st.builds(status, st.integers(1, 5000), st.sampled_from([*map(str, Status)])),
), max_size=6, unique_by=lambda fact: fact.at), st.randoms())  # fmt: skip
def test_what_is_due_does_not_depend_on_the_order_and_comes_after_what_was_said(
    facts: list[Fact], chance: Any
) -> None:
    shuffled = [*facts]
    chance.shuffle(shuffled)
    due = folded(*facts).next_update
    assert folded(*shuffled).next_update == due
    told = [fact.at for fact in facts if fact.kind == FactKind.UPDATE_POSTED]
    assert due is None or due > max([DECLARED_AT, *told])


def test_a_call_says_who_was_called_and_who_answered() -> None:
    incident = after(
        started(),
        ("call", FactKind.CALLED, ANA, {"reason": "why &amp; how", "groups": ["S1"], "comms": False}),
        ("call", FactKind.CALL_PLACED, ANA, {"of": "call", "users": [BENOIT, ALICE], "missing": [ALICE]}),
        ("yes", FactKind.CALL_ANSWERED, BENOIT, {"of": "call", "answer": "no"}),
        ("no", FactKind.CALL_ANSWERED, BENOIT, {"of": "call", "answer": "yes"}),
    )
    at = SAID_AT.replace(second=1)
    answers = {BENOIT: Coming.YES}
    assert calls_of(incident) == [
        Call("call", ANA, at, "why &amp; how", (BENOIT, ALICE), ("S1",), (ALICE,), answers)
    ]


def test_actions_and_decisions_say_what_became_of_them() -> None:
    incident = after(
        started(),
        ("two", FactKind.ACTION_ADDED, ANA, {"text": "second", "when": "planned", "owner": ""}),
        ("two", FactKind.ACTION_CHANGED, ANA, {"of": "two", "when": "now"}),
        ("own", FactKind.ACTION_CHANGED, ALICE, {"of": "two", "owner": BENOIT}),
        ("d1", FactKind.DECIDED, ANA, {"text": "we wait"}),
        ("d2", FactKind.DECIDED, ANA, {"text": "we fail over"}),
        ("not", FactKind.DECISION_REJECTED, ALICE, {"of": "d1"}),
    )
    assert actions_of(incident) == [Action("two", "second", ANA, SAID_AT.replace(second=1), When.NOW, BENOIT)]
    assert decisions_of(incident) == [Decision("d2", "we fail over", ANA, SAID_AT.replace(second=5), "")]
    assert incident.decisions["d1"]["rejected_by"] == ALICE


def test_what_changes_a_part_that_is_not_there_yet_makes_none() -> None:
    """A newer command may arrive before the one that it is about."""
    facts: list[Any] = [
        ("act", FactKind.ACTION_CHANGED, ANA, {"of": "a", "when": "now"}),
        ("ans", FactKind.CALL_ANSWERED, ANA, {"of": "c", "answer": "yes"}),
        ("rej", FactKind.DECISION_REJECTED, ANA, {"of": "d"}),
    ]
    incident = after(started(), *facts)
    assert (actions_of(incident), calls_of(incident), decisions_of(incident)) == ([], [], [])
