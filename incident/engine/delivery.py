"""One delivery of one run.

One coordinator, the thread that called `Delivery.carry_out`, does all the writing; steps run in a pool. A
write takes along whatever has happened by then, so steps that end together cost one write, and the start of a
step rides on the write of the results that freed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Generic

from incident.engine.lateness import Lateness
from incident.engine.later import DELAY, SWEEP, Delays, sweeps_left
from incident.engine.lease import Lease
from incident.engine.run import Progress, Run, RunState, RunStore, StepRecord
from incident.engine.workflow import Attempt, Result, RunSnapshot, Step, StepResult, Work, Workflow
from incident.runtime import clock, deadline
from incident.runtime.failures import PermanentError, StepError, TransientError

DUE_SECONDS = 5.0
"""A run that is put off is due after this, so that every tick, a minute apart, finds it due."""

_STORE_RETRY_SECONDS = (0.2, 0.4, 0.8, 1.0)
GIVE_BACK_SECONDS = 6.0
"""An instance that is about to end has 10 s; what its steps are at is waited for this long.

https://cloud.google.com/run/docs/container-contract#instance-shutdown
"""

_GLANCE_SECONDS = 1.0
"""How often a delivery looks whether its instance is about to end."""


def _now() -> float:
    return clock.monotonic()  # asked for when it is called: a test may have put the clock forward


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
        state: DONE, WAITING (it goes on when it is due) or FAILED (a person has to change something first;
            what is delayed goes on when it is due).
        run: as it was last written.
        failures: by step name.
        results: of all steps that are done.
        is_asked_again: whether the run is done and was asked for again meanwhile, so that it can be claimed.
        is_given_back: whether it ended early because the instance did.
    """

    state: RunState
    run: Run
    failures: Mapping[str, StepError]
    results: Mapping[str, Result]
    is_asked_again: bool = False
    is_given_back: bool = False


@dataclass(slots=True)
class _Try:
    """A step that is running now: looking for what an earlier try left, doing it, or sweeping up after it."""

    step: Step[Any]
    is_look: bool
    is_sweep: bool
    began: float = field(default_factory=_now)


@dataclass(slots=True)
class _Ended:
    """What the steps that have ended leave to be written."""

    done: dict[str, StepResult] = field(default_factory=dict)
    retried: list[str] = field(default_factory=list)
    reverted: list[str] = field(default_factory=list)

    def progress(self) -> Progress:
        """The write of all that, for a run that goes on."""
        return Progress(
            results={name: one.values for name, one in self.done.items()},
            retried=tuple(self.retried),
            reverted=tuple(self.reverted),
            facts=tuple(fact for one in self.done.values() for fact in one.facts),
            surfaces={name: shown for one in self.done.values() for name, shown in one.surfaces.items()},
        )


@dataclass(slots=True)
class Delivery(Generic[Work]):
    """Everything that changes while one delivery is carried out; see `Engine.carry_out`."""

    store: RunStore
    pool: Executor
    report: Callable[[StepReport], None]
    is_stopping: Callable[[], bool]
    workflow: Workflow[Work]
    work: Work
    run: Run
    lease: Lease
    patience: float
    started: frozenset[str]
    """Steps whose start the claim has put on record."""
    records: dict[str, StepRecord] = field(init=False)
    """What earlier tries, of this delivery too, may have done, and no look has found missing."""
    uncertain: set[str] = field(init=False)
    """Steps that an earlier try may have done, or may still do late."""
    on_record: set[str] = field(init=False)
    """Steps whose start is in the store."""
    results: dict[str, Result] = field(init=False)
    generation: int = field(init=False)
    failures: dict[str, StepError] = field(default_factory=dict)
    late: Lateness = field(init=False)
    delays: Delays = field(default_factory=Delays)
    tried: dict[str, float] = field(default_factory=dict)
    """When the last try of this delivery began that may have done a step, by name and the monotonic clock."""
    running: dict[Future[StepResult | None], _Try] = field(default_factory=dict)
    began: float = field(default_factory=_now)

    def __post_init__(self) -> None:
        self.records = dict(self.run.steps)
        self.generation = self.run.generation
        self.uncertain = {name for name, step in self.run.steps.items() if step.result is None}
        self.on_record = {*self.run.steps, *self.started}
        self.results = {name: step.result for name, step in self.run.steps.items() if step.result is not None}
        self.late = Lateness(self.began + self.patience)
        self.delays.begin(self.started)
        for name, record in self.run.steps.items():
            self.delays.begin([name], record.age)

    def carry_out(self) -> Outcome:
        """Goes on until there is nothing left to start or to wait for in this delivery."""
        try:
            self._advance(_Ended())
            while self.running or self._next_start() is not None:
                if self.is_stopping():
                    return self._give_back()
                self._advance(self._wait())
        finally:
            # After the answer an instance has no CPU: a step left running could wake up much later,
            # beside the worker that took over.
            self.lease.give_up()
            wait(self.running)
        state = self._state()
        is_asked_again = state is RunState.DONE and self.run.generation > self.generation
        return Outcome(
            state, self.run, dict(self.failures), dict(self.results), is_asked_again=is_asked_again
        )

    def _wait(self) -> _Ended:
        """Waits until something ends or is to be started, and takes in what has ended."""
        starts_at = self._next_start()
        until_start = max(0.0, starts_at - clock.monotonic()) if starts_at is not None else _GLANCE_SECONDS
        seconds = min(self.lease.heartbeat_in(), until_start, _GLANCE_SECONDS)
        if not self.running:
            clock.sleep(seconds)
            finished: Iterable[Future[StepResult | None]] = ()
        else:
            finished, _ = wait(self.running, timeout=seconds, return_when=FIRST_COMPLETED)
        ended = _Ended()
        for future in finished:
            self._take_in(future, ended)
        if self.lease.heartbeat_in() <= 0 and not ended.done:
            self._renew()
        return ended

    def _take_in(self, future: Future[StepResult | None], ended: _Ended) -> None:
        tried = self.running.pop(future)
        name = tried.step.name
        done, error = self._outcome(future, tried)
        if tried.is_sweep and isinstance(error, PermanentError):
            done = StepResult({"failed": error.reason})  # it is reported; people are in no need of it
        if done is not None:
            ended.done[name] = done
            if name in self.uncertain:
                ended.retried.append(name)
                self.records[name] = replace(self.records.get(name, StepRecord()), is_retried=True)
            self.late.forget(name)
        elif error is None:
            # It was looked for: an earlier try has not done it so far. Its age goes on from that try; the
            # last write of the delivery has it begin anew if another may get through (`_closing`).
            self.records.pop(name, None)
            self.late.retry_now(name)
        else:
            self.failures[name] = error
            self.late.failed(name, error)
            if not error.refused:
                self.uncertain.add(name)
                if not tried.is_look:
                    self.tried[name] = tried.began
            elif name not in self.uncertain and not tried.is_look:
                ended.reverted.append(name)
                self.on_record.discard(name)
                self.records.pop(name, None)

    def _outcome(
        self, future: Future[StepResult | None], tried: _Try
    ) -> tuple[StepResult | None, StepError | None]:
        done, error, unexpected = None, None, None
        try:
            done = future.result()
        except StepError as failure:
            error = failure
        except deadline.DeadlineExceededError:
            error = TransientError("deadline", "no time left in this delivery", refused=True)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the other steps go on, and it is reported
            error, unexpected = TransientError("bot", type(failure).__name__), failure
        if error is not None:
            outcome = "permanent" if isinstance(error, PermanentError) else "transient"
        elif done is None:
            outcome = "absent"
        else:
            outcome = "found" if tried.is_look else "done"
        seconds = clock.monotonic() - tried.began
        self.report(StepReport(self.run, tried.step.name, outcome, seconds, error, unexpected))
        return done, error

    def _advance(self, ended: _Ended) -> None:
        """Writes what is done and what starts now, then starts it."""
        self.results |= {name: one.values for name, one in ended.done.items()}
        self._drop_moot()
        freed = self._freed()
        starts = [s.name for s in freed if not self._is_look(s) and not self._is_on_record(s)]
        starts += [DELAY + step.name for step in self._delayed() if not self.delays.has_begun(step)]
        progress = replace(ended.progress(), starts=tuple(starts))
        if not freed and not self.running and self._next_start() is None:
            progress = self._closing(progress)
        if progress != Progress():
            self._write(progress)
        self.on_record.update(starts)
        self.delays.begin(starts)
        for step in freed:
            self._start(step)

    def _is_on_record(self, step: Step[Work]) -> bool:
        """Whether its start need not be written. Of what is swept each is: the sweep waits for the last."""
        return step.name in self.on_record and not (step.sweep and step.name in self.uncertain)

    def _drop_moot(self) -> None:
        """Forgets what could not be done and is not asked for any more, such as a notice of what is there.

        What was refused stays known: it may be why something else is asked for instead.
        """
        if not self.late:
            return
        wanted = {step.name for step in (*self.workflow.steps, *self._following())}
        wanted |= {step.name for step, _ in self._sweeps_left()}
        for name in set(self.late) - wanted:
            if not (self._is_under_way(name) or isinstance(self.failures.get(name), PermanentError)):
                self.late.forget(name)
                self.failures.pop(name, None)

    def _is_look(self, step: Step[Work]) -> bool:
        """Whether this step is looked for before it is done, which starts nothing."""
        return step.find_existing is not None and step.name in self.records

    def _freed(self) -> list[Step[Work]]:
        """The steps that can start now: of the table and beside it or, where it is stuck, what follows."""
        freed = self._startable(self.workflow.steps)
        if freed or self._table_is_running():
            return [*freed, *self._startable(step for step in self._following() if step.is_beside)]
        if self._is_held():
            return []
        freed = self._startable(self._following())
        retried = [name for name in self.late if self.late.is_put_off(name)]
        if freed or not all(name.startswith(SWEEP) for name in retried):
            return freed
        return self._startable(self._sweeps())

    def _table_is_running(self) -> bool:
        return any(tried.step.name in self.workflow.plan for tried in self.running.values())

    def _startable(self, steps: Iterable[Step[Work]]) -> list[Step[Work]]:
        return [step for step in self._possible(steps) if self.delays.left(step) <= 0]

    def _delayed(self) -> list[Step[Work]]:
        """The steps of the table that could start now but for their delay."""
        return [step for step in self._possible(self.workflow.steps) if self.delays.left(step) > 0]

    def _possible(self, steps: Iterable[Step[Work]]) -> list[Step[Work]]:
        """The steps whose needs are met, and which are neither running nor put off."""
        blocked = set(self.failures)
        possible = []
        for step in steps:
            if step.name in self.results or self._is_under_way(step.name):
                continue
            if blocked & set(step.needs):
                blocked.add(step.name)
            elif (
                self.late.is_due(step.name)
                and all(name in self.results for name in step.needs)
                and all(name in self.results or self._is_late(name) for name in step.after)
            ):
                possible.append(step)
        return possible

    def _is_under_way(self, name: str) -> bool:
        return any(tried.step.name == name for tried in self.running.values())

    def _is_late(self, name: str) -> bool:
        """Whether a step has failed for long enough, or needs one that has, to hold up no other."""
        if name in self.late:
            is_given_up = not (self.late.is_put_off(name) or self._is_under_way(name))
            return is_given_up or self.late.is_told(name)
        step = next(step for step in self.workflow.steps if step.name == name)
        return any(need not in self.results and self._is_late(need) for need in step.needs)

    def _is_held(self) -> bool:
        """Whether what has failed of the table is tried again so soon that there is nothing to tell yet."""
        late = [name for name in self.late if name in self.workflow.plan]
        return bool(late) and all(self.late.is_put_off(name) and not self.late.is_told(name) for name in late)

    def _next_start(self) -> float | None:
        """When a step that is put off is next tried, or told to be late; None if none is in this delivery."""
        return None if self.lease.is_over() else self.late.next_time(self._waiting())

    def _waiting(self) -> list[str]:
        """What is tried again in this delivery and may be by now: in the order of `_freed`."""
        waiting = [name for name in self.late if self.late.is_put_off(name)]
        if self._table_is_running() or self._is_held():
            return [name for name in waiting if name in self.workflow.plan]
        return [name for name in waiting if not name.startswith(SWEEP)] or waiting

    def _following(self) -> Sequence[Step[Work]]:
        soon = (name for name in self.late if self.late.is_put_off(name) and not self.late.is_told(name))
        started = frozenset(self.run.steps)
        snapshot = RunSnapshot(dict(self.results), dict(self.failures), started, frozenset(soon))
        return self.workflow.follows(self.work, snapshot)

    def _sweeps(self) -> list[Step[Work]]:
        """The sweeps that are due."""
        return [step for step, seconds in self._sweeps_left() if seconds <= 0]

    def _sweeps_left(self) -> list[tuple[Step[Work], float]]:
        """The sweeps that are still to be made, with the seconds until then."""
        return sweeps_left((*self.workflow.steps, *self._following()), self.records, self.results)

    def _start(self, step: Step[Work]) -> None:
        record, is_look = self.records.get(step.name), self._is_look(step)
        attempt = Attempt(
            results=dict(self.results),
            is_retry=step.name in self.uncertain,
            age=self._age(step.name),
            delivery=self.run.delivery,
            incident=self.run.incident,
        )
        action = step.find_existing if is_look and step.find_existing else step.run
        self.late.begun(step.name)
        self.failures.pop(step.name, None)
        self.running[self.pool.submit(self._bounded, action, attempt)] = _Try(
            step, is_look, is_sweep=step.name.startswith(SWEEP)
        )
        if not is_look and (record is None or step.sweep):
            self.records[step.name] = StepRecord()

    def _age(self, name: str) -> float:
        """Seconds since the earlier try that may have done this step began; 0.0 where there was none."""
        now = clock.monotonic()
        if name not in self.uncertain:
            return 0.0
        if name in self.tried:
            return now - self.tried[name]
        return self.run.steps[name].age + now - self.began

    def _bounded(
        self, action: Callable[[Work, Attempt], StepResult | None], attempt: Attempt
    ) -> StepResult | None:
        with deadline.bounded_by(self.lease.remaining):
            return action(self.work, attempt)

    def _write(self, progress: Progress) -> None:
        """Writes, and asks again while the lease holds: what the services have done is not thrown away."""
        for tries in count():
            self.lease.ask()
            try:
                self.run = self.store.record(self.run, progress)
            except TransientError:
                pause = _STORE_RETRY_SECONDS[min(tries, len(_STORE_RETRY_SECONDS) - 1)]
                if self.lease.held_for() <= pause:
                    raise
                clock.sleep(pause)
            else:
                self.lease.renewed()
                return

    def _renew(self) -> None:
        self._write(Progress())

    def _closing(self, progress: Progress) -> Progress:
        """The last write of a delivery says besides how things stand, and when they go on.

        Of a step whose last try may have got through, the age begins with that try, not with its first.
        """
        state = self._state()
        tried = (name for name in self.tried if name not in self.results)
        progress = replace(progress, starts=tuple(dict.fromkeys((*progress.starts, *tried))))
        if state is RunState.DONE:
            return replace(progress, state=state)
        later = [self.delays.left(step) for step in self._delayed()]
        if state is RunState.FAILED:
            return replace(progress, state=state, due=min(later, default=0.0))
        later += [seconds for _, seconds in self._sweeps_left()]
        if later and not self.failures and not self._planned_by_others():
            return replace(progress, state=state, due=max(1.0, min(later)))
        transient = [error for error in self.failures.values() if isinstance(error, TransientError)]
        return replace(
            progress,
            state=state,
            due=max([DUE_SECONDS, *(error.retry_after or 0.0 for error in transient)]),
            waits_for=",".join(sorted({error.service for error in transient})),
            is_put_off=True,
        )

    def _give_back(self) -> Outcome:
        """Ends early: what is running is waited for, and the run may be claimed at once."""
        ended = _Ended()
        finished, _ = wait(self.running, timeout=max(0.0, min(GIVE_BACK_SECONDS, self.lease.remaining())))
        for future in finished:
            self._take_in(future, ended)
        self.results |= {name: one.values for name, one in ended.done.items()}
        self._write(replace(ended.progress(), state=RunState.WAITING))
        return Outcome(
            RunState.WAITING, self.run, dict(self.failures), dict(self.results), is_given_back=True
        )

    def _state(self) -> RunState:
        following = self._following()
        if not self._planned_by_others() and all(
            step.name in self.results for step in (*self.workflow.steps, *following)
        ):
            return RunState.WAITING if self._sweeps_left() else RunState.DONE
        if (
            self.failures
            and self._is_told(following)
            and all(isinstance(failure, PermanentError) for failure in self.failures.values())
        ):
            return RunState.FAILED
        return RunState.WAITING

    def _planned_by_others(self) -> set[str]:
        """Steps of a newer version's table that this one does not know: that version finishes the run."""
        return {name for name in self.run.plan - self.workflow.plan if name not in self.results}

    def _is_told(self, following: Sequence[Step[Work]]) -> bool:
        """Whether people know of the failure: what nobody was told of has to come again."""
        return bool(following) and any(step.tells and step.name in self.results for step in following)
