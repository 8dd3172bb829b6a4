"""What a workflow is: a table of steps that need one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from incident.runtime.failures import StepError

Work = TypeVar("Work", contravariant=True)  # noqa: PLC0105 - the suffix would say less
"""What a workflow works on: handed to every step as it is."""

Result = Mapping[str, Any]
"""What a step leaves for the steps that need it: plain JSON types, stored."""


@dataclass(frozen=True, slots=True)
class Done:
    """A step is done.

    Attributes:
        result: what the steps that need it read.
        changes: what is now different about the subject of the run, by field name; stored with the result.
    """

    result: Result = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The circumstances of one try at a step.

    Attributes:
        results: of the steps that are done, by step name.
        again: whether an earlier try may have got through, wholly or in part.
        age: seconds since that earlier try began, by the store's clock; 0.0 where there was none.
        delivery: which delivery of the message this is, from 1.
    """

    results: Mapping[str, Result]
    again: bool = False
    age: float = 0.0
    delivery: int = 1


@dataclass(frozen=True, slots=True)
class Step(Generic[Work]):
    """One row of a workflow's table.

    Attributes:
        name: unique in its workflow; stored, so never rename one that runs may still hold.
        does: carries it out, with one call at most that must not be made twice, as its last. What it raises
            decides what happens next (see `incident.runtime.failures`).
        needs: steps that must be done before it.
        after: steps that must be done, or given up for this delivery, before it.
        finds: looks for what an earlier try may have left; None says that there surely is nothing.
            Called only where a step had started before, and then before `does`. A step without it either
            does no harm twice or looks itself.
    """

    name: str
    does: Callable[[Work, Attempt], Done]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    finds: Callable[[Work, Attempt], Done | None] | None = None


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """How a delivery stands when no step of the table is left to start.

    Attributes:
        results: of the steps that are done, by name, in this delivery or before.
        failures: what could not be done in this delivery, by name.
        started: the steps that an earlier delivery had started.
        last: whether Pub/Sub will not deliver again.
    """

    results: Mapping[str, Result]
    failures: Mapping[str, StepError]
    started: frozenset[str]
    last: bool


def nothing_follows(work: object, situation: RunSnapshot) -> Sequence[Step[Any]]:  # noqa: ARG001 - takes what others do
    """For workflows that tell nobody how they fare."""
    return ()


@dataclass(frozen=True, slots=True)
class Workflow(Generic[Work]):
    """A named table of steps.

    Attributes:
        name: stored with its runs.
        steps: those that a step needs, or comes after, stand above it.
        follows: the steps that follow from how things stand, such as saying what is late. They are as durable
            as those of the table, and a run is done when they are, too.

    Raises:
        ValueError: if a step needs one that does not stand above it, or a name stands twice.
    """

    name: str
    steps: tuple[Step[Work], ...]
    follows: Callable[[Work, RunSnapshot], Sequence[Step[Work]]] = nothing_follows

    def __post_init__(self) -> None:
        above: set[str] = set()
        for step in self.steps:
            if step.name in above:
                raise ValueError(f"{self.name}: two steps are called {step.name}")
            if missing := {*step.needs, *step.after} - above:
                raise ValueError(f"{self.name}.{step.name} needs {missing}, which do not stand above it")
            above.add(step.name)
