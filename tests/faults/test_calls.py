"""Whatever happens at any remote call of any workflow, in the end there is exactly one of everything."""

from __future__ import annotations

import pytest

from tests.faults.discovery import ALONE, Stage, hindrances
from tests.faults.fault_kinds import ACTS_LATE, FAULT_KINDS, FaultKind
from tests.faults.invariants import Allowed
from tests.faults.scenarios import SCENARIOS

WORST = [
    trouble for trouble in FAULT_KINDS if trouble.name in {"killed_before", "killed_after", "500_though_done"}
]


IN_ORDER = ("slack.chat.update", "slack.users.info")
"""Calls that are made, or not, depending on which of the steps beside them ends first."""

TELLS = ("slack.response_url", "slack.chat.postMessage")
"""Calls that, where they are put off to a tick, find no place any more to thank the person who typed."""

SETS_LINES = ("slack.conversations.setTopic", "slack.conversations.setPurpose")


@pytest.mark.calls("declare", "update", "severity", "ask", "menu", "form")
@pytest.mark.parametrize("trouble", FAULT_KINDS, ids=lambda trouble: trouble.name)
def test_trouble_at_any_call(call_of: tuple[str, str], trouble: FaultKind, stage: Stage) -> None:
    settles(stage, call_of, trouble)


@pytest.mark.calls("declare", "update", "severity", "ask", "menu")
def test_any_call_is_acted_on_after_another_worker_has_looked(call_of: tuple[str, str], stage: Stage) -> None:
    settles(stage, call_of, ACTS_LATE)


@pytest.mark.calls(
    "declare_by_form",
    "declare_again",
    "update_again",
    "answer_update",
    "answer_in_person",
    "answer_declare",
    "choose",
)
@pytest.mark.parametrize("trouble", WORST, ids=lambda trouble: trouble.name)
def test_trouble_at_any_call_however_it_began(
    call_of: tuple[str, str], trouble: FaultKind, stage: Stage
) -> None:
    settles(stage, call_of, trouble)


@pytest.mark.calls(
    "declare_unanswered",
    "declare_late",
    "declare_in_person",
    "ask_in_person",
    "update_unanswered",
    "severity_unanswered",
)
@pytest.mark.parametrize("trouble", WORST, ids=lambda trouble: trouble.name)
def test_trouble_at_any_call_that_trouble_brings(
    call_of: tuple[str, str], trouble: FaultKind, stage: Stage
) -> None:
    """Looking for what is there, saying what is late, telling the opener in person."""
    settles(stage, call_of, trouble)


def settles(stage: Stage, call_of: tuple[str, str], trouble: FaultKind) -> None:
    name, call = call_of
    scenario, harness = SCENARIOS[name], stage.harness
    stage.set(scenario)
    method, _, number = call.rpartition(" ")
    message = scenario.begin(harness)
    harness.fault_injector.calls.clear()
    trouble.happens_to(harness, method, int(number))
    scenario.hinder(harness, hindrances(scenario))
    is_ordered = scenario.like or method in IN_ORDER
    every = ALONE if is_ordered else None  # as the calls were found
    harness.settle(message, trouble.worker or every, every=every)
    assert call in harness.calls(), "the trouble never came"
    harness.fault_injector.act_late()
    allowed = Allowed(
        receipts=1 + scenario.unanswered + trouble.leaves_open(method, "slack.response_url"),
        calls=1 + scenario.unanswered + trouble.leaves_open(method, "meet.spaces.create"),
        lines=1 + (trouble is ACTS_LATE and method in SETS_LINES),
        thanks=0 if method in TELLS and trouble.name == "429_for_ten_minutes" else 1,
    )
    assert scenario.wrong(harness, allowed) == []
