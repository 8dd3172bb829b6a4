"""What both stores decide alike about a run. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from incident.engine.later import DELAY, SWEEP
from incident.engine.run import Progress, RunState, StepRecord
from incident.model.facts import Fact, FactKind
from incident.model.fold import fold, needs_replay, replay
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
        case RunState.FAILED:
            return progress.due or None
        case RunState.DONE if is_asked_again:
            return 0.0
        case _:
            return None


def new_generation(plan: Iterable[str], steps: Mapping[str, StepRecord]) -> Dropped:
    """What is taken off the record so that every step of `plan` is done anew.

    A step that was started without a result may have got through, and one that was retried may have left
    something that its sweep (`sweep.{name}`) has not removed so far: those stay known as started, so that
    they look for it. Delays (`delay.{name}`) begin anew. Steps outside the plan, such as notices, keep their
    results.
    """
    dropped, results = set(), set()
    for name in plan:
        if DELAY + name in steps:
            dropped.add(DELAY + name)
        sweep = SWEEP + name
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


def fold_all(
    incident: Incident | None, new: Sequence[Fact], stated: Callable[[], Iterable[Fact]]
) -> Incident:
    """The snapshot with the facts that are `new`.

    Args:
        incident: the snapshot without them; None where they are the first, of which the first declares it.
        new: facts that are not in the snapshot.
        stated: reads all facts of the incident that are stored. Called only where facts are taken back, as
            the snapshot is made of all of them then; with or without those that are new.

    Raises:
        PermanentError: the facts are about an incident that does not exist.
    """
    is_there = incident is not None or (bool(new) and new[0].kind == FactKind.DECLARED)
    snapshot = _snapshot(incident, new, stated) if is_there else None
    if snapshot is None:
        raise PermanentError("store", "no such incident")
    return snapshot


def _snapshot(
    incident: Incident | None, new: Sequence[Fact], stated: Callable[[], Iterable[Fact]]
) -> Incident | None:
    if not (new and needs_replay(incident, new)):
        for fact in new:
            incident = fold(incident, fact)
        return incident
    snapshot = replay({fact.id: fact for fact in (*stated(), *new)}.values())
    if snapshot is None or incident is None:
        return snapshot
    return replace(snapshot, unknown={**incident.unknown, **snapshot.unknown})  # a newer version's is kept


def is_outdated(surfaces: Mapping[str, Mapping[str, Any]], incident: Incident | None) -> bool:
    """Whether one of these surfaces shows less than is known: it was made of an older snapshot.

    Args:
        surfaces: what they show, by name. One that does not say its `version` is outdated.
        incident: the snapshot; None where it is not known, and with it none is.
    """
    newest = incident.version if incident else math.inf
    return any(shown.get("version", 0) < newest for shown in surfaces.values())


def services_of(waits: Iterable[str]) -> list[str]:
    """The services that runs wait for, each once, sorted; they are stored joined by commas."""
    return sorted({service for one in waits for service in one.split(",") if service})
