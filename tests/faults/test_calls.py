"""Whatever happens at any remote call of any workflow, in the end there is exactly one of everything."""

from __future__ import annotations

import pytest

from tests.faults.discovery import ALONE, Stage, hindrances
from tests.faults.fault_kinds import ACTS_LATE, FAULT_KINDS, FaultKind
from tests.faults.invariants import Allowed
from tests.faults.scenario import Depth
from tests.faults.scenarios import SCENARIOS, of_depth

WORST = [
    trouble for trouble in FAULT_KINDS if trouble.name in {"killed_before", "killed_after", "500_though_done"}
]


OWN = [trouble for trouble in WORST if trouble.dies]

IN_ORDER = ("slack.chat.update", "slack.users.info")
"""Calls that are made, or not, depending on which of the steps beside them ends first."""

TELLS = ("slack.response_url", "slack.chat.postMessage")
"""Calls that, where they are put off to a tick, find no place any more to thank the person who typed."""

WHISPERS = ("slack.response_url", "slack.chat.postEphemeral")
"""Calls that leave nothing which can be looked for."""

SETS_LINES = ("slack.conversations.setTopic", "slack.conversations.setPurpose")


@pytest.mark.calls(*of_depth(Depth.FULL))
@pytest.mark.parametrize("trouble", FAULT_KINDS, ids=lambda trouble: trouble.name)
def test_trouble_at_any_call(call_of: tuple[str, str], trouble: FaultKind, stage: Stage) -> None:
    settles(stage, call_of, trouble)


@pytest.mark.calls(*of_depth(Depth.FULL))
def test_any_call_is_acted_on_after_another_worker_has_looked(call_of: tuple[str, str], stage: Stage) -> None:
    settles(stage, call_of, ACTS_LATE)


@pytest.mark.first_calls(*of_depth(Depth.OWN_IN_FULL))
@pytest.mark.parametrize("trouble", [*FAULT_KINDS, ACTS_LATE], ids=lambda trouble: trouble.name)
def test_trouble_at_any_call_of_its_own(
    first_call_of: tuple[str, str], trouble: FaultKind, stage: Stage
) -> None:
    settles(stage, first_call_of, trouble)


@pytest.mark.calls(*of_depth(Depth.OWN_IN_FULL), *of_depth(Depth.WORST))
@pytest.mark.parametrize("trouble", WORST, ids=lambda trouble: trouble.name)
def test_the_worst_trouble_at_any_call(call_of: tuple[str, str], trouble: FaultKind, stage: Stage) -> None:
    """Of commands that begin in another way, and of what trouble brings: looking for what is there, saying
    what is late, telling people in person.
    """
    settles(stage, call_of, trouble)


@pytest.mark.first_calls(*of_depth(Depth.OWN))
@pytest.mark.parametrize("trouble", OWN, ids=lambda trouble: trouble.name)
def test_a_worker_dies_at_any_call_of_its_own(
    first_call_of: tuple[str, str], trouble: FaultKind, stage: Stage
) -> None:
    """The surfaces follow as they do in other scenarios."""
    settles(stage, first_call_of, trouble)


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
        receipts=1 + scenario.unanswered + any(trouble.leaves_open(method, one) for one in WHISPERS),
        calls=1 + scenario.unanswered + trouble.leaves_open(method, "meet.spaces.create"),
        lines=1 + (trouble is ACTS_LATE and method in SETS_LINES),
        thanks=0 if method in TELLS and trouble.name == "429_for_ten_minutes" else 1,
    )
    assert scenario.wrong(harness, allowed) == []
