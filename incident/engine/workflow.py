"""What a workflow is: a table of steps that need one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar

from incident.model.facts import Fact
from incident.model.incident import Incident
from incident.runtime.failures import StepError

Work = TypeVar("Work", contravariant=True)  # noqa: PLC0105 - the suffix would say less
"""What a workflow works on: handed to every step as it is."""

Result = Mapping[str, Any]
"""What a step leaves for the steps that need it: plain JSON types, stored."""

LATE_SECONDS = 150.0
"""A service may act on a request that long after it was sent, although we have given it up since."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step is done.

    Attributes:
        values: what the steps that need it read.
        facts: what is new about the subject of the run; stored with the result.
        surfaces: what its surfaces show now, by name; likewise stored with the result.
    """

    values: Result = field(default_factory=dict)
    facts: Sequence[Fact] = ()
    surfaces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The circumstances of one try at a step.

    Attributes:
        results: of the steps that are done, by step name.
        is_retry: whether an earlier try may have got through, wholly or in part.
        age: seconds since that earlier try began, by the store's clock; 0.0 where there was none.
        delivery: which delivery of the message this is, from 1.
        incident: the subject's snapshot as the run knows it; None for none.
    """

    results: Mapping[str, Result]
    is_retry: bool = False
    age: float = 0.0
    delivery: int = 1
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Step(Generic[Work]):
    """One row of a workflow's table.

    Attributes:
        name: unique in its workflow; stored, so never rename one that runs may still hold.
        run: carries it out, with one call at most that must not be made twice, as its last. What it raises
            decides what happens next (see `incident.runtime.failures`).
        needs: steps that must be done before it.
        after: steps that must be done, or late, before it.
        find_existing: looks for what an earlier try may have left; None says that it is not there. Called
            only where a step had started before, and then before `run`. A step without it either does no
            harm twice or looks itself.
        sweep: removes what a try that was given up left behind when it acted late. Called once, when that can
            no longer happen, and only for a step that was tried again.
        sweep_after: seconds from the step's last start to its sweep.
        delay: seconds, by the store's clock, that must have gone by since it became possible (its needs were
            done; the run was claimed where it has none) before it starts. Until then the run waits, to the
            minute. For steps of the table alone.
        delay_of: says that delay of a run by what it works on, always the same of the same; None for `delay`.
        tells: of a step that follows, whether people know from it how the run fares.
        is_beside: of a step that follows, whether it may start while the table is at work: it must not depend
            on how the table fares.
    """

    name: str
    run: Callable[[Work, Attempt], StepResult]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    find_existing: Callable[[Work, Attempt], StepResult | None] | None = None
    sweep: Callable[[Work, Attempt], None] | None = None
    sweep_after: float = LATE_SECONDS
    delay: float = 0.0
    delay_of: Callable[[Work], float] | None = None
    tells: bool = True
    is_beside: bool = False


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """How a delivery stands when no step of the table can be started.

    Attributes:
        results: of the steps that are done, by name, in this delivery or before.
        failures: what could not be done so far in this delivery, by name.
        started: the steps that an earlier delivery had started.
        soon: those of the failures that are tried again so soon that there is nothing to tell yet.
    """

    results: Mapping[str, Result]
    failures: Mapping[str, StepError]
    started: frozenset[str]
    soon: frozenset[str] = frozenset()


def nothing_follows(work: object, snapshot: RunSnapshot) -> Sequence[Step[Any]]:  # noqa: ARG001 - takes what others do
    """For workflows that have nothing to say of how they fare."""
    return ()


@dataclass(frozen=True, slots=True)
class Workflow(Generic[Work]):
    """A named table of steps.

    Attributes:
        name: stored with its runs.
        steps: those that a step needs, or comes after, stand above it.
        follows: the steps that follow from how things stand, such as saying what is late. They are as durable
            as those of the table, and a run is done when they are, too. There is no default, so that no
            workflow is silent by oversight.

    Raises:
        ValueError: if a step needs one that does not stand above it, or a name stands twice.
    """

    name: str
    steps: tuple[Step[Work], ...]
    follows: Callable[[Work, RunSnapshot], Sequence[Step[Work]]]

    def __post_init__(self) -> None:
        above: set[str] = set()
        for step in self.steps:
            if step.name in above:
                raise ValueError(f"{self.name}: two steps are called {step.name}")
            if missing := {*step.needs, *step.after} - above:
                raise ValueError(f"{self.name}.{step.name} needs {missing}, which do not stand above it")
            above.add(step.name)

    @property
    def plan(self) -> frozenset[str]:
        """The names of its steps."""
        return frozenset(step.name for step in self.steps)

    def of(self, work: Work) -> Self:
        """The table with the delays that its steps have in a run which works on this."""
        if not any(step.delay_of for step in self.steps):
            return self
        steps = (replace(s, delay=s.delay_of(work), delay_of=None) if s.delay_of else s for s in self.steps)
        return replace(self, steps=tuple(steps))
