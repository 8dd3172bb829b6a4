"""Whatever happens at any remote call of any workflow, in the end there is exactly one of everything."""

from __future__ import annotations

import pytest

from tests.faults.discovery import Stage, hindrances
from tests.faults.scenarios import SCENARIOS
from tests.faults.troubles import TROUBLES, Trouble
from tests.faults.truth import Allowed

WHOLE = ("declare", "declare_by_form", "update", "ask", "answer_update", "answer_declare")
HINDERED = ("declare_unanswered", "declare_late", "update_unanswered")
CLIENT_TROUBLES = [t for t in TROUBLES if t.name in {"killed_before", "killed_after", "500", "500_though_done"}]


def settles(stage: Stage, call_of: tuple[str, str], trouble: Trouble) -> None:
    name, call = call_of
    scenario, rig = SCENARIOS[name], stage.rig
    stage.set(scenario)
    method, _, number = call.rpartition(" ")
    message = scenario.begin(rig)
    rig.switchboard.calls.clear()
    trouble.happens_to(rig, method, int(number))
    scenario.hinder(rig, hindrances(scenario))
    rig.settle(message, trouble.worker)
    allowed = Allowed(
        receipts=1 + (trouble.ambiguous and method == "slack.response_url"),
        calls=1 + (trouble.ambiguous and method == "meet.spaces.create"),
    )
    assert scenario.wrong(rig, allowed) == []
    assert not rig.switchboard.broken(), "the trouble never came"


@pytest.mark.scenarios(*WHOLE)
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_trouble_at_any_call(call_of: tuple[str, str], trouble: Trouble, stage: Stage) -> None:
    settles(stage, call_of, trouble)
