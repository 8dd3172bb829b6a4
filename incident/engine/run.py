"""A run of a workflow as the store keeps it, and what the engine asks of a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from incident.engine.workflow import Result


class RunState(StrEnum):
    """Where a run stands between two deliveries."""

    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What is on record of a step that was started.

    Attributes:
        age: seconds from its last start to this claim, by the store's clock.
        result: None until it is done.
        started: the store's own note of that start; opaque.
    """

    age: float = 0.0
    result: Result | None = None
    started: Any = None


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed run.

    Attributes:
        id: the same for every delivery of the same message.
        workflow: name of its workflow.
        subject: id of the incident it works on; empty for none.
        delivery: how many times it was claimed, this time included.
        steps: what was on record before this claim, by step name; empty for a new run.
        version: what the store compares before a write; opaque.
    """

    id: str
    workflow: str
    subject: str
    delivery: int
    steps: Mapping[str, StepRecord]
    version: Any


@dataclass(frozen=True, slots=True)
class Claim:
    """The wish to work on a run.

    Attributes:
        run_id, workflow, subject: as in `Run`.
        starts: the steps that start when the run does not exist yet.
        lease: seconds for which nobody else may claim it.
        creates: the subject, stored with the run if both are new; None if there is nothing to create.
        origin: what the run came of, stored with it, so that it can be asked for again; plain JSON types.
    """

    run_id: str
    workflow: str
    subject: str
    starts: Sequence[str]
    lease: float
    creates: Mapping[str, Any] | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """What one write to a run says. An empty one renews the lease.

    Attributes:
        results: of the steps that are done, by name.
        starts: steps that start now; the age of one that was started before begins anew.
        reverted: steps that started and surely did nothing: the record of each is again what it was before,
            None where there was none.
        changes: to the subject, by field name.
        state: RUNNING keeps the lease; every other gives it up.
    """

    results: Mapping[str, Result] = field(default_factory=dict)
    starts: Sequence[str] = ()
    reverted: Mapping[str, StepRecord | None] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    state: RunState = RunState.RUNNING


class RunLeasedError(Exception):
    """Somebody else is working on this run.

    Attributes:
        seconds: until their lease ends, unless they renew it.
    """

    def __init__(self, seconds: float) -> None:
        """Keeps the seconds."""
        super().__init__(f"leased for {seconds:.0f} s more")
        self.seconds = seconds


class RunDoneError(Exception):
    """There is nothing left to do for this run.

    Attributes:
        delivery: which delivery did the last of it.
    """

    def __init__(self, delivery: int) -> None:
        """Keeps the number."""
        super().__init__("done")
        self.delivery = delivery


class OtherWorkflowError(RunDoneError):
    """The run is another workflow's, and begun: one question has one answer, one command one meaning."""


class LeaseLostError(Exception):
    """Somebody else has claimed the run since; whoever reads this must stop working on it."""


class RunStore(Protocol):
    """Where runs are kept. Every time is the store's own, so the clocks of workers do not matter."""

    def claim(self, claim: Claim) -> Run:
        """Creates the run, or takes it over if nobody holds it.

        Raises:
            RunLeasedError: while somebody else holds it.
            RunDoneError: if it is done.
            OtherWorkflowError: if another workflow has begun it.
        """

    def record(self, run: Run, progress: Progress) -> Run:
        """Writes all of `progress` or nothing, and renews the lease; the run with its new version.

        Raises:
            LeaseLostError: if somebody else has claimed the run since this version.
        """

    def origin(self, run_id: str) -> Mapping[str, Any] | None:
        """What a run came of, or None if there is no such run."""

    def result(self, run_id: str, step: str) -> Result | None:
        """What a step of a run has left, or None if it is not done."""
