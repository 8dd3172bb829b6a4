"""What the tests of the engine share: steps that say what became of them, a store that can fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from incident.engine.engine import Engine, Outcome, StepReport
from incident.engine.run import Claim, LeaseLostError, Progress, Run, RunLeasedError
from incident.engine.workflow import Attempt, Done, Result, Step, Workflow
from incident.runtime.failures import TransientError
from incident.store.sqlite import SqliteStore

T = TypeVar("T")
Moment = Literal["before", "after"]
STORE_DOWN = TransientError("store", "unavailable")


class Inline(Executor):
    """Runs at once, in the coordinator's thread, so that steps which start together end together."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - handed on to whoever asks the future
            future.set_exception(error)
        return future


@dataclass
class WatchedStore:
    """A store in a file that knows what is durable, and fails when told to.

    Attributes:
        claims, records: what was asked, in order.
        started, done: steps whose start and result are durable, whatever the caller was told.
        fails_at: number of the call that fails, from 1; None for none.
        moment: whether it fails before it has written anything, or after it has written everything.
        refuses: the step whose result it fails to take, however often; empty for none.
        failure: what it raises.
    """

    path: Path
    fails_at: int | None = None
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

    def result(self, run_id: str, step: str) -> Result | None:
        return self.store.result(run_id, step)

    def origin(self, run_id: str) -> Mapping[str, Any] | None:
        return self.store.origin(run_id)

    @property
    def calls(self) -> int:
        return len(self.claims) + len(self.records)

    def mend(self) -> None:
        self.fails_at = None

    def _called(self) -> None:
        self.times.append(time.monotonic())
        if self.calls == self.fails_at and self.moment == "before":
            raise self.failure

    def _wrote(self) -> None:
        if self.calls == self.fails_at and self.moment == "after":
            raise self.failure


@dataclass
class Log:
    """What the steps did: the work that every one of them is handed. Safe for threads.

    Attributes:
        tries: name and circumstances of every try, in the order of their beginnings.
        looks: likewise of every look for what an earlier try may have left.
        now: how many are at it at this moment.
    """

    tries: list[tuple[str, Attempt]] = field(default_factory=list)
    looks: list[tuple[str, Attempt]] = field(default_factory=list)
    now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def step(
        self,
        name: str,
        *outcomes: Any,
        needs: Sequence[str] = (),
        after: Sequence[str] = (),
        finds: Sequence[Any] | None = None,
    ) -> Step[Any]:
        """A step whose nth try has the nth outcome, and every later one the last.

        Args:
            name: the step's.
            outcomes: an exception to raise, a `Done`, or a function of the attempt that gives or raises one.
            needs: as in `Step`.
            after: as in `Step`.
            finds: the outcomes of its looks; None where it has no look.
        """

        def does(_: object, attempt: Attempt) -> Done:
            done = self._at_it(self.tries, name, outcomes or (Done({"by": name}),), attempt)
            assert done is not None
            return done

        def look(_: object, attempt: Attempt) -> Done | None:
            return self._at_it(self.looks, name, finds or (), attempt)

        return Step(name, does, needs=tuple(needs), after=tuple(after), finds=None if finds is None else look)

    def _at_it(
        self, kept: list[tuple[str, Attempt]], name: str, outcomes: Sequence[Any], attempt: Attempt
    ) -> Done | None:
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
            assert outcome is None or isinstance(outcome, Done)
            return outcome
        finally:
            with self._lock:
                self.now -= 1

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.tries]

    def last(self, name: str) -> Attempt:
        return [attempt for tried, attempt in self.tries if tried == name][-1]


@dataclass
class Deliveries:
    """Delivers one run again and again, as Pub/Sub would."""

    store: WatchedStore
    pool: Executor
    reports: list[StepReport] = field(default_factory=list)

    def deliver(self, workflow: Workflow[Any], **more: Any) -> Outcome:
        """One delivery."""
        engine = Engine(self.store, self.pool, self.reports.append)
        return engine.run(workflow, None, run_id="run", **more)

    def redeliver(self, workflow: Workflow[Any], **more: Any) -> Outcome:
        """Deliveries until one is not refused because an earlier one still holds the lease."""
        for _ in range(200):
            try:
                return self.deliver(workflow, **more)
            except (RunLeasedError, LeaseLostError):
                time.sleep(0.02)
        raise AssertionError("the lease never ends")
