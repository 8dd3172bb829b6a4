"""A run of a workflow as the store keeps it, and what the engine asks of a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from incident.engine.workflow import Result
from incident.model.facts import Fact
from incident.model.incident import Incident


class RunState(StrEnum):
    """Where a run stands between two deliveries.

    RUNNING: a worker is at it, for as long as its lease lasts. WAITING: it goes on when it is due. FAILED: a
    person has to change something first; what is delayed goes on without. DONE: nothing is left to do.
    """

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
        is_retried: whether it was done although an earlier try might have got through, too.
    """

    age: float = 0.0
    result: Result | None = None
    is_retried: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed run.

    Attributes:
        id: the same for every delivery of the same message.
        workflow: name of the workflow it was begun with.
        command: the command it was begun with; plain JSON types.
        origin: the message it came of; plain JSON types.
        subject: id of the incident it works on; empty for none.
        delivery: how many times it was claimed, this time included.
        waits: how many times it was put off.
        steps: what was on record before this claim, by step name; empty for a new run.
        plan: the names of all steps that any worker that had it knew of.
        generation: how often a run that is asked for again and again was asked for; 0 for every other.
        incident: the subject's snapshot as of this run's last claim or write of facts, or newer; None for
            none.
        version: what the store compares before a write; opaque.
    """

    id: str
    workflow: str
    command: Mapping[str, Any]
    origin: Mapping[str, Any]
    subject: str
    delivery: int
    steps: Mapping[str, StepRecord]
    plan: frozenset[str] = frozenset()
    waits: int = 0
    generation: int = 0
    incident: Incident | None = None
    version: Any = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The wish to work on a run.

    The attributes from `workflow` on count for a run that does not exist yet. One that does is carried on by
    what is stored with it.

    Attributes:
        run_id, workflow, command, origin, subject: as in `Run`.
        claimant: tells this claim from every other, so that one whose answer was lost can be made again.
        starts: the steps that start when the run does not exist yet.
        plan: the names of the workflow's steps.
        lease: seconds for which no other worker may claim it.
        facts: what the run states, stored in the same write that creates it. The first of an incident that
            does not exist creates it.
    """

    run_id: str
    lease: float
    claimant: str
    workflow: str = ""
    command: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""
    starts: Sequence[str] = ()
    plan: frozenset[str] = frozenset()
    facts: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What one write to a run says. An empty one renews the lease.

    Attributes:
        results: of the steps that are done, by name.
        retried: those of them that an earlier try might have done, too.
        starts: steps that start now; the age of one that was started before begins anew.
        reverted: steps that started and surely did nothing: their records are taken back.
        facts: what is new about the subject.
        surfaces: what the subject's surfaces show now, by name; plain JSON types.
        state: RUNNING keeps the lease; every other gives it up.
        due: seconds until a run that is WAITING goes on; one that has FAILED, too, unless zero.
        waits_for: the services that a run that is WAITING waits for, sorted, joined by commas.
        is_put_off: whether this counts as one more wait (`Run.waits`).
    """

    results: Mapping[str, Result] = field(default_factory=dict)
    retried: Sequence[str] = ()
    starts: Sequence[str] = ()
    reverted: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    surfaces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    state: RunState = RunState.RUNNING
    due: float = 0.0
    waits_for: str = ""
    is_put_off: bool = False


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that is to be carried on.

    Attributes:
        id: its id.
        waits_for: the services it waited for, as in `Progress`.
    """

    id: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it is kept, without claiming it; see `Run`."""

    id: str
    workflow: str
    command: Mapping[str, Any]
    origin: Mapping[str, Any]
    subject: str
    state: str
    steps: Mapping[str, Result]


class RunLeasedError(Exception):
    """Another worker holds this run.

    Attributes:
        seconds: until its lease ends, unless it is renewed.
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


class NoSuchRunError(Exception):
    """A run that was to be carried on is not there: it was done and has expired since."""


class LeaseLostError(Exception):
    """Another worker has claimed the run since; this one must stop working on it."""


class RunStore(Protocol):
    """Where runs are kept. Leases and ages are by the store's own clock: those of workers do not matter."""

    def claim(self, claim: Claim) -> Run:
        """Creates the run, or takes it over if no other worker holds it.

        Raises:
            RunLeasedError: while another worker holds it.
            RunDoneError: if it is done and was not asked for again.
            NoSuchRunError: if there is no such run and the claim names no workflow to begin it with.
        """

    def record(self, run: Run, progress: Progress) -> Run:
        """Writes all of `progress` or nothing, and renews the lease; the run with its new version.

        A run that ends DONE while it was asked for again is not done: the run that is returned has a higher
        `generation` than the one that was given, and may be claimed anew.

        Raises:
            LeaseLostError: if another worker has claimed the run since this version.
        """

    def due(self, limit: int) -> list[DueRun]:
        """The runs that are due by now, the longest due first: those that wait, and those of dead workers."""

    def run(self, run_id: str) -> StoredRun | None:
        """A run as it is kept, or None."""
