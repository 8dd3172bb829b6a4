"""What the tests of the engine share: a clock of their own, steps that are watched, a store that fails."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from incident.engine.delivery import Outcome, StepReport
from incident.engine.engine import Engine, begin, claim_of
from incident.engine.run import Claim, DueRun, Progress, Run, StoredRun
from incident.engine.workflow import Attempt, RunSnapshot, Step, StepResult, Workflow, nothing_follows
from incident.runtime import clock
from incident.runtime.failures import TransientError
from incident.store.sqlite import SqliteStore

T = TypeVar("T")
Moment = Literal["before", "after"]
STORE_DOWN = TransientError("store", "unavailable")


class Clock:
    """A clock that a pause puts forward at once."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.time = 1000.0
        self.pauses: list[float] = []
        patch.setattr(clock, "monotonic", lambda: self.time)
        patch.setattr(clock, "now", lambda: datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.time))
        patch.setattr(clock, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.pauses.append(seconds)
        assert len(self.pauses) < 5000, "it spins"
        self.time += seconds


class Inline(Executor):
    """Runs at once, in the coordinator's thread, so that steps which start together end together."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - handed on to who asks the future
            future.set_exception(error)
        return future


@dataclass
class WatchedStore:
    """A store in a file that knows what is durable, and fails when told to.

    Attributes:
        claims, records: what was asked, in order.
        times: when, by the monotonic clock.
        started, done: steps whose start and result are durable, whatever the caller was told.
        fails_at: numbers of the calls that fail, from 1.
        moment: whether they fail before they have written anything, or after they have written everything.
        refuses: the step whose result it fails to take, however often; empty for none.
        failure: what it raises.
    """

    path: Path
    fails_at: set[int] = field(default_factory=set)
    moment: Moment = "before"
    refuses: str = ""
    failure: Exception = STORE_DOWN
    claims: list[Claim] = field(default_factory=list)
    records: list[Progress] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    started: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.store = SqliteStore(self.path)

    def claim(self, claim: Claim) -> Run:
        self.claims.append(claim)
        self._called()
        run = self.store.claim(claim)
        self.started |= set(claim.starts) if run.delivery == 1 else set()
        self._wrote()
        return run

    def record(self, run: Run, progress: Progress) -> Run:
        self.records.append(progress)
        self._called()
        if self.refuses in progress.results:
            raise self.failure
        recorded = self.store.record(run, progress)
        self.started |= set(progress.starts)
        self.done |= set(progress.results)
        self._wrote()
        return recorded

    def due(self, limit: int) -> list[DueRun]:
        return self.store.due(limit)

    def run(self, run_id: str) -> StoredRun | None:
        return self.store.run(run_id)

    def later(self, seconds: float) -> None:
        """Has everything in the store have happened so much earlier."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(
                "UPDATE runs SET lease_ends = lease_ends - ?, due = due - ?", (seconds, seconds)
            )
            connection.execute("UPDATE steps SET started = started - ?", (seconds,))

    @property
    def calls(self) -> int:
        return len(self.claims) + len(self.records)

    def _called(self) -> None:
        self.times.append(clock.monotonic())
        if self.calls in self.fails_at and self.moment == "before":
            raise self.failure

    def _wrote(self) -> None:
        if self.calls in self.fails_at and self.moment == "after":
            raise self.failure


@dataclass
class Log:
    """What the steps did: safe for threads.

    Attributes:
        tries: name and circumstances of every try, in the order of their beginnings.
        looks: likewise of every look for what an earlier try may have left.
        sweeps: likewise of every sweep.
        times: when each try began, by the monotonic clock.
        now: how many are at it at this moment.
    """

    tries: list[tuple[str, Attempt]] = field(default_factory=list)
    looks: list[tuple[str, Attempt]] = field(default_factory=list)
    sweeps: list[tuple[str, Attempt]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def step(
        self,
        name: str,
        *outcomes: Any,
        needs: Sequence[str] = (),
        after: Sequence[str] = (),
        finds: Sequence[Any] | None = None,
        sweeps: Sequence[Any] | None = None,
        delay: float = 0.0,
    ) -> Step[Any]:
        """A step whose nth try has the nth outcome, and every later one the last.

        Args:
            name: the step's.
            outcomes: an exception to raise, a `StepResult`, or a function of the attempt that gives or
                raises one.
            needs: as in `Step`.
            after: as in `Step`.
            finds: the outcomes of its looks; None where it has no look.
            sweeps: the outcomes of its sweeps; None where it has none.
            delay: as in `Step`.
        """

        def run(_: object, attempt: Attempt) -> StepResult:
            self.times.append(clock.monotonic())
            done = self._at_it(self.tries, name, outcomes or (StepResult({"by": name}),), attempt)
            assert done is not None
            return done

        def find(_: object, attempt: Attempt) -> StepResult | None:
            return self._at_it(self.looks, name, finds or (), attempt)

        def sweep(_: object, attempt: Attempt) -> None:
            self._at_it(self.sweeps, name, sweeps or (), attempt)

        return Step(
            name,
            run,
            needs=tuple(needs),
            after=tuple(after),
            find_existing=None if finds is None else find,
            sweep=None if sweeps is None else sweep,
            delay=delay,
        )

    def _at_it(
        self, kept: list[tuple[str, Attempt]], name: str, outcomes: Sequence[Any], attempt: Attempt
    ) -> StepResult | None:
        with self._lock:
            kept.append((name, attempt))
            number = sum(one == name for one, _ in kept)
            self.now += 1
        try:
            outcome = outcomes[min(number, len(outcomes)) - 1]
            if callable(outcome):
                outcome = outcome(attempt)
            if isinstance(outcome, Exception):
                raise outcome
            assert outcome is None or isinstance(outcome, StepResult)
            return outcome
        finally:
            with self._lock:
                self.now -= 1

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.tries]

    def last(self, name: str) -> Attempt:
        return [attempt for tried, attempt in self.tries if tried == name][-1]


def workflow(
    *steps: Step[Any], follows: Callable[[Any, RunSnapshot], Sequence[Step[Any]]] | None = None
) -> Any:
    """A workflow of these steps, which tells people nothing unless `follows` does."""
    return Workflow("test", steps, follows or nothing_follows)


@dataclass
class Deliveries:
    """Delivers one run again and again, as Pub/Sub and the tick would."""

    store: WatchedStore
    pool: Executor
    reports: list[StepReport] = field(default_factory=list)
    is_stopping: Callable[[], bool] = lambda: False

    def deliver(self, table: Workflow[Any], *, run_id: str = "run", **more: Any) -> Outcome:
        """One delivery."""
        more = {"command": {}, "origin": {}, **more}
        return self._carry_out(begin(table, run_id, **more), table)

    def resume(self, table: Workflow[Any], *, run_id: str = "run") -> Outcome:
        """One delivery of a run that there is."""
        return self._carry_out(claim_of(run_id), table)

    def _carry_out(self, claim: Claim, table: Workflow[Any]) -> Outcome:
        engine = Engine(self.store, self.pool, self.reports.append, self.is_stopping)
        return engine.carry_out(engine.claim(claim), table, None)

    def outcomes(self) -> list[tuple[str, str]]:
        """What became of each try, as reported."""
        return [(report.step, report.outcome) for report in self.reports]
