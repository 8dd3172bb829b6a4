"""The store fails, or is the last thing a worker sees, at any of its calls."""

from __future__ import annotations

import pytest

from tests.faults.buttons import buttons, retry
from tests.faults.discovery import Stage
from tests.faults.invariants import Allowed
from tests.faults.scenarios import SCENARIOS
from tests.faults.tampering import Tampering

FAULTS = {
    "killed_before": Tampering(threads=1, store_fault="kill"),
    "killed_after": Tampering(threads=1, store_fault="kill", store_acts=True),
    "unavailable": Tampering(threads=1, store_fault="transient"),
    "unavailable_though_done": Tampering(threads=1, store_fault="transient", store_acts=True),
    "unavailable_for_good": Tampering(threads=1, store_fault="transient", store_times=1000),
    "forbidden": Tampering(threads=1, store_fault="permanent"),
}


@pytest.mark.store_calls("declare", "update", "severity", "ask", "reaction", "reaction_taken_off")
@pytest.mark.parametrize("fault", FAULTS)
def test_the_store_fails_at_any_call(store_call_of: tuple[str, int], fault: str, stage: Stage) -> None:
    name, number = store_call_of
    _settles(stage, name, FAULTS[fault].at_store_call(number))


@pytest.mark.steps("declare", "update", "severity", "ask", "reaction")
@pytest.mark.parametrize("threads", [1, 12])
def test_the_worker_dies_with_the_result_of_any_step_in_hand(
    step_of: tuple[str, int], threads: int, stage: Stage
) -> None:
    """The answer has been read, and is not stored."""
    name, number = step_of
    _settles(stage, name, Tampering(threads=threads, killed_with_step=number))


def _settles(stage: Stage, name: str, tampering: Tampering) -> None:
    scenario = SCENARIOS[name]
    stage.set(scenario)
    stage.harness.settle(scenario.begin(stage.harness), tampering)
    if buttons(stage.harness):  # what the store will never do is no more than any other refusal
        retry(stage.harness)
    # A result that was not stored is as lost as one that never came.
    assert scenario.wrong(stage.harness, Allowed(receipts=2, calls=2)) == []
