"""What both stores decide alike about a run. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incident.engine.run import Progress, RunState, StepRecord
from incident.model.facts import Fact, FactKind, fold
from incident.model.incident import Incident
from incident.runtime.failures import PermanentError

ORPHANED_SECONDS = 40.0
"""A run whose lease ended so long ago has lost its worker: it is due."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a new generation takes off a run's record.

    Attributes:
        steps: whose records are dropped.
        results: the steps of which the result alone is dropped: that they were started stays on record.
    """

    steps: frozenset[str]
    results: frozenset[str]


def is_over(state: str, generation: int, completed: int) -> bool:
    """Whether nothing is left to do for a run: it is done, and was not asked for again since."""
    return state == RunState.DONE and completed >= generation


def state_now(state: str, generation: int, completed: int) -> str:
    """The state of a run as a reader is told it: one that is done and asked for again is waiting."""
    asked_again = state == RunState.DONE and not is_over(state, generation, completed)
    return RunState.WAITING if asked_again else state


def due_in(progress: Progress, lease: float, *, is_asked_again: bool) -> float | None:
    """Seconds from a write until the tick is to find its run; None for never.

    Args:
        progress: what is written.
        lease: seconds for which a run that is RUNNING is held from this write on.
        is_asked_again: whether the run was asked for since the generation that it was claimed for.
    """
    match progress.state:
        case RunState.RUNNING:
            return lease + ORPHANED_SECONDS
        case RunState.WAITING:
            return progress.due
        case RunState.DONE if is_asked_again:
            return 0.0
        case _:
            return None


def new_generation(plan: Iterable[str], steps: Mapping[str, StepRecord]) -> Dropped:
    """What is taken off the record so that every step of `plan` is done anew.

    A step that was started without a result may have got through, and one that was retried may have left
    something that its sweep (`sweep.{name}`) has not removed so far: those stay known as started, so that
    they look for it. Steps outside the plan, such as notices, keep their results.
    """
    dropped, results = set(), set()
    for name in plan:
        sweep = f"sweep.{name}"
        is_swept = sweep in steps and steps[sweep].result is not None
        if is_swept:
            dropped.add(sweep)
        record = steps.get(name)
        if record is None or record.result is None:
            continue
        if record.is_retried and not is_swept:
            results.add(name)
        else:
            dropped.add(name)
    return Dropped(frozenset(dropped), frozenset(results))


def fold_all(incident: Incident | None, facts: Iterable[Fact]) -> Incident:
    """The snapshot with `facts`, none of which is in it; the first of a new incident declares it.

    Raises:
        PermanentError: the facts are about an incident that does not exist.
    """
    for fact in facts:
        if incident is None and fact.kind != FactKind.DECLARED:
            break
        incident = fold(incident, fact)
    if incident is None:
        raise PermanentError("store", "no such incident")
    return incident
