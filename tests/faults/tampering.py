"""What a test does to a worker from inside: its clock, its patience, its store, its end at a given point."""

from __future__ import annotations

import mmap
import os
import signal
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from incident.engine.run import Claim, Progress, Run
from incident.engine.workflow import Result
from incident.model.incident import Incident
from incident.runtime.failures import PermanentError, TransientError
from incident.services import google as google_service
from incident.services import slack as slack_service
from incident.store.contract import IncidentStore
from incident.worker.function import THREADS, Worker

T = TypeVar("T")

_RECORD_SECONDS = 0.3

SLEEP_SCALE = 0.05
"""A pause inside a worker takes this share of its time."""


@dataclass(frozen=True, slots=True)
class Tampering:
    """What is to be done to one worker process; nothing by default.

    Attributes:
        threads: how many steps run at the same time. With one, calls come in a fixed order, and the result of
            a step is stored before the next begins.
        patience: seconds that a remote call may take at most; 0 for what the bot itself allows.
        skew: seconds that the worker's clock is ahead of everybody else's.
        killed_with_step: the process ends when this many steps have been carried out, the last one's
            result in hand and not stored; 0 for never.
        store_call: the call to the store that goes wrong, from 1; 0 for none.
        store_acts: whether the store has done its work before that shows.
        store_fault: what it is: `kill`, `transient` or `permanent`.
        store_times: how many calls from that one on go wrong.
    """

    threads: int = THREADS
    patience: float = 0.0
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
        records: how many of its calls to the store have recorded something.
        slept: the most seconds that any of its threads meant to pause, all its pauses together.
    """

    store_calls: int = 0
    steps: int = 0
    records: int = 0
    slept: float = 0.0


class Tampered:
    """One worker process, tampered with. Made once for a process: it changes modules.

    Attributes:
        worker: the worker.
        counted: what it has done so far.
    """

    def __init__(self, tampering: Tampering, worker: Worker, store: IncidentStore, clock: Path) -> None:
        """Takes effect at once; `clock` is the file of the `SharedClock` that the worker lives by."""
        self.counted = Counted()
        self.worker = worker
        worker._tools = replace(worker._tools, store=FaultyStore(store, tampering, self.counted))
        worker._pool = _Steps(tampering, self.counted)
        _follow(SharedClock(clock), tampering.skew, self.counted)
        if tampering.patience:
            _hurry(tampering.patience)


class SharedClock:
    """Seconds by which the time of a test runs ahead of the real one, in a file that processes share."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        try:
            os.ftruncate(descriptor, 8)
            self._memory = mmap.mmap(descriptor, 8)
        finally:
            os.close(descriptor)

    @property
    def ahead(self) -> float:
        """Seconds."""
        (seconds,) = struct.unpack("d", self._memory[:])
        return float(seconds)

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self._memory[:] = struct.pack("d", seconds)

    def now(self) -> float:
        """Seconds since the epoch, as the services tell them."""
        return time.time() + self.ahead


def _follow(clock: SharedClock, skew: float, counted: Counted) -> None:
    """Has this process live in the test's time: a worker that was frozen finds its lease over."""
    real_time, real_monotonic, real_sleep = time.time, time.monotonic, time.sleep
    time.time = lambda: real_time() + clock.ahead + skew
    time.monotonic = lambda: real_monotonic() + clock.ahead
    slept: Counter[int] = Counter()

    def sleep(seconds: Any) -> None:
        slept[threading.get_ident()] += seconds
        counted.slept = max(slept.values())
        real_sleep(seconds * SLEEP_SCALE)

    time.sleep = sleep


def _hurry(patience: float) -> None:
    """Shortens the time-outs of all services; Slack's are otherwise whole seconds."""

    def hurried(client: Callable[..., Any]) -> Callable[..., Any]:
        def make(*args: Any, timeout: float, **more: Any) -> Any:
            return client(*args, timeout=min(timeout, patience), **more)

        return make

    for name in ("WebClient", "WebhookClient"):
        vars(slack_service)[name] = hurried(vars(slack_service)[name])
    vars(google_service)["CALL_SECONDS"] = patience


def _end() -> None:
    """Ends this process as a crash would."""
    os.kill(os.getpid(), signal.SIGKILL)


class _Steps(ThreadPoolExecutor):
    """The pool that steps run in; ends the process with the result of one in hand."""

    def __init__(self, tampering: Tampering, counted: Counted) -> None:
        super().__init__(tampering.threads)
        self._tampering = tampering
        self._counted = counted
        self._lock = threading.Lock()
        self._records = 0

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        def carry_out() -> T:
            if self._tampering.threads == 1:
                self._wait_until_recorded()
            done = False
            try:
                result = fn(*args, **kwargs)
                done = True
                return result
            finally:
                with self._lock:
                    # of a step that failed there may be nothing to record, so nothing waits for it
                    self._records = self._counted.records if done else -1
                    self._counted.steps += 1
                    if self._counted.steps == self._tampering.killed_with_step:
                        _end()

        return super().submit(carry_out)

    def _wait_until_recorded(self) -> None:
        ends = time.monotonic() + _RECORD_SECONDS
        while self._counted.steps and self._counted.records == self._records and time.monotonic() < ends:
            time.sleep(0.02)


class FaultyStore:
    """An `IncidentStore` that fails, or is the last thing the process sees, at a given call."""

    def __init__(self, store: IncidentStore, tampering: Tampering, counted: Counted) -> None:
        """Everything else is left to `store`."""
        self._store = store
        self._tampering = tampering
        self._counted = counted
        self._lock = threading.Lock()

    def claim(self, claim: Claim) -> Run:
        """See `RunStore.claim`."""
        return self._call(lambda: self._store.claim(claim))

    def record(self, run: Run, progress: Progress) -> Run:
        """See `RunStore.record`."""
        recorded = self._call(lambda: self._store.record(run, progress))
        self._counted.records += 1
        return recorded

    def origin(self, run_id: str) -> Mapping[str, Any] | None:
        """See `RunStore.origin`."""
        return self._call(lambda: self._store.origin(run_id))

    def result(self, run_id: str, step: str) -> Result | None:
        """See `RunStore.result`."""
        return self._call(lambda: self._store.result(run_id, step))

    def incident(self, incident_id: str) -> Incident | None:
        """See `IncidentStore.incident`."""
        return self._call(lambda: self._store.incident(incident_id))

    def incident_in_channel(self, channel_id: str) -> Incident | None:
        """See `IncidentStore.incident_in_channel`."""
        return self._call(lambda: self._store.incident_in_channel(channel_id))

    def reserve_channel_name(self, incident_id: str, names: Iterable[str]) -> str:
        """See `IncidentStore.reserve_channel_name`."""
        return self._call(lambda: self._store.reserve_channel_name(incident_id, names))

    def _call(self, act: Callable[[], T]) -> T:
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
        return result

    def _fail(self) -> None:
        match self._tampering.store_fault:
            case "kill":
                _end()
            case "transient":
                raise TransientError("store", "unavailable")
            case "permanent":
                raise PermanentError("store", "permission_denied")
