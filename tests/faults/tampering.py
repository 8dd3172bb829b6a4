"""What a test does to a worker from inside: its clock, its store, its end at a given point."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, NoReturn, Protocol, TypeVar

from incident.runtime.failures import PermanentError, TransientError
from incident.worker.function import THREADS
from tests.faults.virtual_time import Timeline

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tampering:
    """What is to be done to the worker of one delivery; nothing by default.

    Attributes:
        threads: how many steps run at the same time. With one, calls come in a fixed order, and the result of
            a step is stored before the next begins.
        skew: seconds that the worker's clock is ahead of everybody else's.
        killed_with_step: the worker dies when this many steps have been carried out, the last one's
            result in hand and not stored; 0 for never.
        store_call: the call to the store that goes wrong, from 1; 0 for none.
        store_acts: whether the store has done its work before that shows.
        store_fault: what it is: `kill`, `transient` or `permanent`.
        store_times: how many calls from that one on go wrong.
    """

    threads: int = THREADS
    skew: float = 0.0
    killed_with_step: int = 0
    store_call: int = 0
    store_acts: bool = False
    store_fault: str = "kill"
    store_times: int = 1

    def at_store_call(self, number: int) -> Tampering:
        """The same, with this call to the store."""
        return replace(self, store_call=number)


@dataclass(slots=True)
class Counted:
    """What a worker did.

    Attributes:
        store_calls: how often it called its store.
        steps: how many steps it carried out.
    """

    store_calls: int = 0
    steps: int = 0


class Life(Protocol):
    """Of the worker of one delivery: it can end or stand still at any moment. Safe for threads."""

    def die(self) -> NoReturn:
        """Kills the worker, and ends the thread of it that called."""

    def check(self) -> None:
        """Returns while the worker lives, and not before it is thawed; ends a thread of one that is dead."""


class Steps(ThreadPoolExecutor):
    """The pool that steps run in; the worker can die with the result of one in hand."""

    def __init__(self, tampering: Tampering, counted: Counted, timeline: Timeline, life: Life) -> None:
        """As many threads as the tampering says."""
        super().__init__(tampering.threads)
        self._tampering = tampering
        self._counted = counted
        self._timeline = timeline
        self._life = life
        self._lock = threading.Lock()
        self._free = tampering.threads
        self._queued: list[Future[Any]] = []

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """See `Executor.submit`."""
        queued = threading.Event()

        def carry_out() -> T:
            queued.wait()
            if self._tampering.threads == 1:
                self._timeline.wait_until_idle()
            try:
                self._life.check()
                return fn(*args, **kwargs)
            finally:
                self._ended()

        future = super().submit(carry_out)
        with self._lock:
            if self._free:
                self._free -= 1
                self._timeline.started(future)
            else:
                self._queued.append(future)
        queued.set()
        return future

    def _ended(self) -> None:
        with self._lock:
            self._counted.steps += 1
            last = self._counted.steps == self._tampering.killed_with_step
            if self._queued:
                self._timeline.started(self._queued.pop(0))
            else:
                self._free += 1
        if last:
            self._life.die()


class FaultyStore:
    """A store that fails, or is the last thing the worker sees, at a given call; whichever methods it has."""

    def __init__(self, store: Any, tampering: Tampering, counted: Counted, life: Life) -> None:
        """Everything else is left to `store`."""
        self._store = store
        self._tampering = tampering
        self._counted = counted
        self._life = life
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name.startswith("_") or not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._call(lambda: found(*args, **kwargs))

        return call

    def _call(self, act: Callable[[], T]) -> T:
        self._life.check()
        with self._lock:
            self._counted.store_calls += 1
            number = self._counted.store_calls
        first = self._tampering.store_call
        wrong = bool(first) and first <= number < first + self._tampering.store_times
        if wrong and not self._tampering.store_acts:
            self._fail()
        result = act()
        if wrong:
            self._fail()
        self._life.check()
        return result

    def _fail(self) -> None:
        match self._tampering.store_fault:
            case "kill":
                self._life.die()
            case "transient":
                raise TransientError("store", "unavailable")
            case "permanent":
                raise PermanentError("store", "permission_denied")
