"""Whatever happens at any remote call of any workflow, in the end there is exactly one of everything."""

from __future__ import annotations

import pytest

from tests.faults.discovery import ALONE, Stage, hindrances
from tests.faults.fault_kinds import FAULT_KINDS, FaultKind
from tests.faults.invariants import Allowed
from tests.faults.scenarios import SCENARIOS

WORST = [
    trouble for trouble in FAULT_KINDS if trouble.name in {"killed_before", "killed_after", "500_though_done"}
]


@pytest.mark.calls("declare", "update", "ask")
@pytest.mark.parametrize("trouble", FAULT_KINDS, ids=lambda trouble: trouble.name)
def test_trouble_at_any_call(call_of: tuple[str, str], trouble: FaultKind, stage: Stage) -> None:
    settles(stage, call_of, trouble)


@pytest.mark.calls("declare_by_form", "answer_update", "answer_in_person", "answer_declare")
@pytest.mark.parametrize("trouble", WORST, ids=lambda trouble: trouble.name)
def test_trouble_at_any_call_however_it_began(
    call_of: tuple[str, str], trouble: FaultKind, stage: Stage
) -> None:
    settles(stage, call_of, trouble)


@pytest.mark.calls(
    "declare_unanswered", "declare_late", "declare_in_person", "ask_in_person", "update_unanswered"
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
    every = ALONE if scenario.like else None  # as the calls were found
    harness.settle(message, trouble.worker or every, every=every)
    assert call in harness.calls(), "the trouble never came"
    allowed = Allowed(
        receipts=1 + scenario.unanswered + trouble.leaves_open(method, "slack.response_url"),
        calls=1 + scenario.unanswered + trouble.leaves_open(method, "meet.spaces.create"),
    )
    assert scenario.wrong(harness, allowed) == []
