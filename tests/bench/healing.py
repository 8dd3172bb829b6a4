"""How long it takes until everything is there, after one fault at one call of a declaration.

In the faults suite's own time: workers, services and store live by a clock that pauses put forward, so the
figures are those of the bot's own waiting, and the machine's speed is next to nothing in them.
"""

from __future__ import annotations

from statistics import median

from tests.bench.figures import table
from tests.faults.discovery import ALONE, Stage, discovered, sqlite_harness
from tests.faults.fault_kinds import ACTS_LATE, FAULT_KINDS, FaultKind
from tests.faults.harness import Harness
from tests.faults.invariants import Allowed
from tests.faults.scenarios import SCENARIOS

ALLOWED = Allowed(receipts=9, calls=9, lines=9)
OUTAGES = {"429_for_a_second": 1.0, "429_for_ten_minutes": 600.0}
"""Seconds for which a service asked to be left alone: what comes after counts."""


def run() -> str:
    """Every kind of fault, at every call that the first delivery of a declaration makes."""
    calls = discovered()["declare"].first_calls
    with sqlite_harness() as harness, harness.in_place():
        stage = Stage(harness)
        rows = [_row(stage, kind, calls) for kind in (*FAULT_KINDS, ACTS_LATE)]
    heads = ["fault", "median s", "worst s", "worst at"]
    note = (
        "Seconds from the fault, or from the end of what the service asked for, until everything is there and"
        " may be used. What a service does late, after its client gave up, is removed 150 to 240 s later."
    )
    return table(f"Healing: {len(calls)} calls of a declaration", heads, rows, note)


def _row(stage: Stage, kind: FaultKind, calls: tuple[str, ...]) -> list[str]:
    taken = {call: _seconds(stage, kind, call) for call in calls}
    worst = max(taken, key=lambda call: taken[call])
    return [kind.name, f"{median(taken.values()):.1f}", f"{taken[worst]:.1f}", worst]


def _seconds(stage: Stage, kind: FaultKind, call: str) -> float:
    """Seconds until everything is there, less what the service asked to be left alone for.

    Raises:
        RuntimeError: if it never is.
    """
    scenario, harness = SCENARIOS["declare"], stage.harness
    stage.set(scenario)
    message = scenario.begin(harness)
    harness.fault_injector.calls.clear()
    method, _, number = call.rpartition(" ")
    kind.happens_to(harness, method, int(number))
    began = harness.clock.ahead
    delivered = harness.deliver(message, 1, kind.worker or ALONE)
    harness.deliver_own()
    if not delivered.acknowledged:
        harness.later(5.0)  # the first pause of Pub/Sub's
        harness.deliver(message, 2)
        harness.deliver_own()
    for _ in range(30):
        if _is_there(harness):
            return max(0.0, harness.clock.ahead - began - OUTAGES.get(kind.name, 0.0))
        harness.minute()
        harness.deliver_own()
    raise RuntimeError(f"{kind.name} at {call}: {scenario.wrong(harness, ALLOWED)}")


def _is_there(harness: Harness) -> bool:
    """Whether all is there that people use; what is still to be removed does not count."""
    wrong = SCENARIOS["declare"].ends(harness, ALLOWED)
    return not [one for one in wrong if not one.startswith(("not done", "Report: 2", "2 files"))]
