"""What a workflow is: a table of steps that need one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Work = TypeVar("Work")
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
        does: carries it out. What it raises decides what happens next (see `incident.failures`).
        needs: steps that must be done before it.
        after: steps that must be done, or given up for this delivery, before it.
        finds: looks for what an earlier try may have left; None says that there surely is nothing.
            Called only where a step had started before, and then before `does`. A step without it either
            does no harm twice or looks for itself.
    """

    name: str
    does: Callable[[Work, Attempt], Done]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    finds: Callable[[Work, Attempt], Done | None] | None = None


@dataclass(frozen=True, slots=True)
class Workflow(Generic[Work]):
    """A named table of steps.

    Raises:
        ValueError: if a step needs one that does not stand above it, or a name stands twice.
    """

    name: str
    steps: tuple[Step[Work], ...]

    def __post_init__(self) -> None:
        above: set[str] = set()
        for step in self.steps:
            if step.name in above:
                raise ValueError(f"{self.name}: two steps are called {step.name}")
            if missing := {*step.needs, *step.after} - above:
                raise ValueError(f"{self.name}.{step.name} needs {missing}, which do not stand above it")
            above.add(step.name)
