"""Carries runs out: independent steps at the same time, every start and result on record.

One coordinator, the thread that called `Engine.run`, does all the writing; steps run in a pool. A write takes
along whatever has happened by then, so steps that end together cost one write, and the start of a step rides
on the write of the results that freed it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Generic

from incident.engine.run import Claim, Progress, Run, RunState, RunStore, StepRecord
from incident.engine.workflow import Attempt, Done, Result, RunSnapshot, Step, Work, Workflow
from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError

LEASE_SECONDS = 30.0
"""A worker that is killed holds up its run for no longer than this."""

HEARTBEAT_SECONDS = 8.0
"""A lease is renewed at least this often; three renewals may fail before it ends."""

MARGIN_SECONDS = 4.0
"""What a call may overrun its time-out by before its lease ends."""

DELIVERY_SECONDS = 50.0
"""One delivery begins no remote call after this. The function's own time-out must be longer (terraform/)."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """What became of one try at a step, for the audit log.

    Attributes:
        run: the run as it was claimed.
        step: the step's name.
        outcome: `done`, `found` (an earlier try had got through), `absent` (it had not), or what failed:
            `transient` or `permanent`.
        seconds: how long it took.
        error: the failure, or None.
        unexpected: an exception that no service's failure explains: a fault of the bot's own.
    """

    run: Run
    step: str
    outcome: str
    seconds: float
    error: StepError | None = None
    unexpected: Exception | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery ended.

    Attributes:
        state: DONE, WAITING (deliver again) or FAILED (somebody has to change something first).
        delivery: which claim of the run this was, from 1.
        failures: by step name.
        results: of all steps that are done.
        subject: id of the incident that the run works on; empty for none.
    """

    state: RunState
    delivery: int
    failures: Mapping[str, StepError]
    results: Mapping[str, Result]
    subject: str


class Engine:
    """Runs workflows against a store. One for each instance of a function; safe for threads."""

    def __init__(self, store: RunStore, pool: Executor, report: Callable[[StepReport], None]) -> None:
        """Steps run in `pool`; `report` is called, in the coordinator's thread, for each try at a step."""
        self._store = store
        self._pool = pool
        self._report = report

    def run(
        self,
        workflow: Workflow[Work],
        work: Work,
        *,
        run_id: str,
        subject: str = "",
        creates: Mapping[str, Any] | None = None,
        origin: Mapping[str, Any] | None = None,
        last: bool = False,
    ) -> Outcome:
        """Takes the run as far as it goes in one delivery.

        Args:
            workflow: what to do.
            work: handed to every step.
            run_id: derived from the message, so that a second delivery is the same run.
            subject: id of the incident that the results change; empty for none.
            creates: the subject, where this run brings it into the world.
            origin: what the run came of; kept with it.
            last: whether this is the last delivery.

        Raises:
            RunLeasedError: somebody else is at it.
            RunDoneError: it was done before.
            LeaseLostError: somebody else took it over in the middle.
        """
        lease = _Lease()
        claim = Claim(
            run_id=run_id,
            workflow=workflow.name,
            subject=subject,
            starts=[step.name for step in workflow.steps if not step.needs and not step.after],
            lease=LEASE_SECONDS,
            creates=creates,
            origin=origin or {},
        )
        run = self._store.claim(claim)
        delivery = _Delivery(
            store=self._store,
            pool=self._pool,
            report=self._report,
            workflow=workflow,
            work=work,
            run=run,
            lease=lease,
            last=last,
            started=set(claim.starts) if run.delivery == 1 else set(),
        )
        return delivery.carry_out()


class _Lease:
    """How long this delivery may go on, on the worker's own monotonic clock."""

    def __init__(self) -> None:
        now = time.monotonic()
        self._last_call = now + DELIVERY_SECONDS
        self.renewed(now)

    def renewed(self, asked_at: float) -> None:
        self._heartbeat = asked_at + HEARTBEAT_SECONDS
        self._ends = asked_at + LEASE_SECONDS - MARGIN_SECONDS

    def not_renewed(self) -> None:
        """There is another heartbeat to try before it ends."""
        self._heartbeat += HEARTBEAT_SECONDS

    def give_up(self) -> None:
        self._ends = time.monotonic()

    def heartbeat_in(self) -> float:
        return max(0.0, self._heartbeat - time.monotonic())

    def remaining(self) -> float:
        return min(self._ends, self._last_call) - time.monotonic()

    def is_lost(self) -> bool:
        return self._ends < time.monotonic()


@dataclass(slots=True)
class _Try:
    """A step that is running now: looking for what an earlier try left, or doing it.

    Attributes:
        record: of that earlier try; None where none can have left anything.
    """

    step: Step[Any]
    looks: bool
    record: StepRecord | None
    began: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class _Delivery(Generic[Work]):
    """One delivery of one run: everything that changes while it is carried out."""

    store: RunStore
    pool: Executor
    report: Callable[[StepReport], None]
    workflow: Workflow[Work]
    work: Work
    run: Run
    lease: _Lease
    last: bool
    started: set[str]
    """Steps whose start the claim has put on record."""
    absent: set[str] = field(default_factory=set)
    """Steps that were looked for: an earlier delivery has surely not done them."""
    results: dict[str, Result] = field(init=False)
    failures: dict[str, StepError] = field(default_factory=dict)
    running: dict[Future[Done | None], _Try] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.results = {name: step.result for name, step in self.run.steps.items() if step.result is not None}

    def carry_out(self) -> Outcome:
        try:
            self._advance({}, {})
            while self.running:
                patience = self.lease.heartbeat_in()
                finished, _ = wait(self.running, timeout=patience, return_when=FIRST_COMPLETED)
                if finished:
                    self._settle(finished)
                if self.running and self.lease.heartbeat_in() <= 0:
                    self._renew()
        finally:
            # After the answer an instance has no CPU: a step left running could wake up much later,
            # beside the worker that took over.
            self.lease.give_up()
            wait(self.running)
        return Outcome(
            self._state(), self.run.delivery, dict(self.failures), dict(self.results), self.run.subject
        )

    def _settle(self, finished: Iterable[Future[Done | None]]) -> None:
        """Takes in what has ended, all of it in one write, and starts what that freed."""
        reverted: dict[str, StepRecord | None] = {}
        done: dict[str, Done] = {}
        for future in finished:
            tried = self.running.pop(future)
            name = tried.step.name
            outcome = self._take(future, tried)
            failure = self.failures.get(name)
            if outcome is not None:
                done[name] = outcome
            elif failure is None:
                self.absent.add(name)
            elif failure.refused and not tried.looks:
                reverted[name] = tried.record
        self._advance(done, reverted)

    def _take(self, future: Future[Done | None], tried: _Try) -> Done | None:
        error, unexpected = None, None
        try:
            done = future.result()
        except StepError as failure:
            error = failure
        except deadline.DeadlineExceededError:
            error = TransientError("deadline", "no time left in this delivery", refused=True)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the other steps go on, and it is reported
            error, unexpected = TransientError("bot", type(failure).__name__), failure
        if error is not None:
            self.failures[tried.step.name] = error
            outcome = "permanent" if isinstance(error, PermanentError) else "transient"
            done = None
        elif done is None:
            outcome = "absent"
        else:
            outcome = "found" if tried.looks else "done"
        seconds = time.monotonic() - tried.began
        self.report(StepReport(self.run, tried.step.name, outcome, seconds, error, unexpected))
        return done

    def _advance(self, done: Mapping[str, Done], reverted: Mapping[str, StepRecord | None]) -> None:
        """Writes what is done and what starts now, then starts it."""
        self.results |= {name: one.result for name, one in done.items()}
        freed = self._freed()
        progress = Progress(
            results={name: one.result for name, one in done.items()},
            changes={name: value for one in done.values() for name, value in one.changes.items()},
            starts=tuple(step.name for step in freed if not self._looks(step) | self._on_record(step)),
            reverted=dict(reverted),
            state=RunState.RUNNING if freed or self.running else self._state(),
        )
        if progress != Progress():
            self._write(progress)
        for step in freed:
            self._start(step)

    def _earlier(self, step: Step[Work]) -> StepRecord | None:
        """The record of a try that may have done this step in an earlier delivery."""
        return None if step.name in self.absent else self.run.steps.get(step.name)

    def _looks(self, step: Step[Work]) -> bool:
        """Whether this step is looked for before it is done, which starts nothing."""
        return step.finds is not None and self._earlier(step) is not None

    def _on_record(self, step: Step[Work]) -> bool:
        """Whether the claim has put the start of this step on record."""
        return step.name in self.started

    def _freed(self) -> list[Step[Work]]:
        """The steps that can start now: of the table or, once that is at its end, what follows from it."""
        freed = self._startable(self.workflow.steps)
        if freed or self._table_is_running():
            return freed
        return self._startable(self._following())

    def _table_is_running(self) -> bool:
        table = {step.name for step in self.workflow.steps}
        return any(tried.step.name in table for tried in self.running.values())

    def _startable(self, steps: Iterable[Step[Work]]) -> list[Step[Work]]:
        under_way = {tried.step.name for tried in self.running.values()}
        given_up = set(self.failures)
        startable = []
        for step in steps:
            if step.name in self.results or step.name in given_up or step.name in under_way:
                continue
            if given_up & set(step.needs):
                given_up.add(step.name)
            elif all(name in self.results for name in step.needs) and all(
                name in self.results or name in given_up for name in step.after
            ):
                startable.append(step)
        return startable

    def _following(self) -> Sequence[Step[Work]]:
        situation = RunSnapshot(
            results=dict(self.results),
            failures=dict(self.failures),
            started=frozenset(self.run.steps),
            last=self.last,
        )
        return self.workflow.follows(self.work, situation)

    def _start(self, step: Step[Work]) -> None:
        record, looks = self._earlier(step), self._looks(step)
        attempt = Attempt(
            results=dict(self.results),
            again=record is not None,
            age=record.age if record else 0.0,
            delivery=self.run.delivery,
        )
        action: Callable[[Work, Attempt], Done | None] = step.finds if looks and step.finds else step.does
        self.running[self.pool.submit(self._bounded, action, attempt)] = _Try(step, looks, record)

    def _bounded(self, action: Callable[[Work, Attempt], Done | None], attempt: Attempt) -> Done | None:
        with deadline.bounded_by(self.lease.remaining):
            return action(self.work, attempt)

    def _write(self, progress: Progress) -> None:
        asked_at = time.monotonic()
        self.run = self.store.record(self.run, progress)
        self.lease.renewed(asked_at)

    def _renew(self) -> None:
        """Renews the lease; where the store does not answer there may be time to ask again."""
        try:
            self._write(Progress())
        except TransientError:
            if self.lease.is_lost():
                raise
            self.lease.not_renewed()

    def _state(self) -> RunState:
        if all(step.name in self.results for step in (*self.workflow.steps, *self._following())):
            return RunState.DONE
        if self._is_told() and all(isinstance(failure, PermanentError) for failure in self.failures.values()):
            return RunState.FAILED
        return RunState.WAITING

    def _is_told(self) -> bool:
        """Whether what was to be said of a failure has been said: what nobody knows of has to come again."""
        following = self._following()
        return not following or any(step.name in self.results for step in following)
