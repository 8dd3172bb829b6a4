"""What a run does later: steps that are delayed, and sweeps. Until then it waits, and nothing is late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from incident.engine.run import StepRecord
from incident.engine.workflow import Attempt, Result, Step, StepResult, Work
from incident.runtime import clock

SWEEP = "sweep."
"""Begins the name under which the sweep of a step is on record, as a step of its own."""

DELAY = "delay."
"""Begins the name under which it is on record, as a start, when a delayed step became possible."""


def first_starts(steps: Iterable[Step[Any]]) -> tuple[str, ...]:
    """What the claim that begins a workflow puts on record as started."""
    first = (step for step in steps if not step.needs and not step.after)
    return tuple(DELAY + step.name if step.delay else step.name for step in first)


@dataclass(slots=True)
class Delays:
    """The delays that have begun, and when: by the monotonic clock, never earlier than by the store's.

    The store's clock decides between deliveries, as the age of what is on record; this one within them.
    """

    _since: dict[str, float] = field(default_factory=dict)

    def begin(self, names: Iterable[str], age: float = 0.0) -> None:
        """These records were made so many seconds ago; those of other steps than delays are passed over."""
        since = clock.monotonic() - age
        self._since |= {name: since for name in names if name.startswith(DELAY)}

    def has_begun(self, step: Step[Any]) -> bool:
        """Whether it is on record since when a step is possible."""
        return DELAY + step.name in self._since

    def left(self, step: Step[Any]) -> float:
        """Seconds until a step that is possible may start; not above zero: it may."""
        if not step.delay:
            return 0.0
        now = clock.monotonic()
        return self._since.get(DELAY + step.name, now) + step.delay - now


def sweeps_left(
    steps: Iterable[Step[Work]], records: Mapping[str, StepRecord], results: Mapping[str, Result]
) -> list[tuple[Step[Work], float]]:
    """The sweeps that are still to be made after these steps, with the seconds until then.

    Args:
        steps: any, swept or not.
        records: what earlier tries may have done, by step name.
        results: of all steps and sweeps that are done, by name.
    """
    left = []
    for step in steps:
        record, name = records.get(step.name), SWEEP + step.name
        if step.sweep and record and record.is_retried and name not in results:
            left.append((_sweep_step(name, step.sweep), step.sweep_after - record.age))
    return left


def _sweep_step(name: str, sweep: Callable[[Work, Attempt], None]) -> Step[Work]:
    def run(work: Work, attempt: Attempt) -> StepResult:
        sweep(work, attempt)
        return StepResult()

    return Step(name, run)
