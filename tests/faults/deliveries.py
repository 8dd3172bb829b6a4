"""Deliveries to workers in this process, each of which can be killed and frozen at any of its calls.

A worker is made anew for each delivery; only the clients that googleapiclient builds are kept, as they are
slow to make and hold no state. It speaks to the fakes through the real clients (`wire`). To kill it is to let
nothing that it does have any effect: from that moment its store, its calls and its pauses raise
`WorkerKilled`. What a service is at in that moment it does, as after a real kill.
"""

from __future__ import annotations

import io
import math
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, NoReturn

from flask import Request
from werkzeug.test import EnvironBuilder

from incident.engine.lateness import LATE_AFTER_SECONDS
from incident.model.interaction import Interaction
from incident.runtime.audit import AuditLog
from incident.runtime.publisher import Publisher
from incident.runtime.settings import WorkerSettings
from incident.store.open import open_store
from incident.worker import function
from tests.faults.tampering import Counted, FaultyStore, Steps, Tampering
from tests.faults.virtual_time import SharedClock, Timeline

_ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})


class WorkerKilled(BaseException):
    """This worker is dead: whatever it was about to do is not done."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a delivery ended.

    Attributes:
        status: of HTTP; 0 if the worker ended without an answer.
        store_calls: how often it called its store.
        steps: how many steps it carried out.
        slept: the most seconds that any of its threads paused.
        seconds: how long it took, in the test's time.
    """

    status: int
    store_calls: int = 0
    steps: int = 0
    slept: float = 0.0
    seconds: float = 0.0

    @property
    def is_slow(self) -> bool:
        """Whether something may have failed in it for long enough to be told."""
        return self.seconds >= LATE_AFTER_SECONDS

    @property
    def acknowledged(self) -> bool:
        """Whether Pub/Sub would take it as done."""
        return self.status in _ACKNOWLEDGED


class Delivery:
    """One delivery under way. Safe for threads.

    Attributes:
        tampering: what is done to its worker.
        timeline: its time.
        counted: what its worker has done so far.
    """

    def __init__(self, tampering: Tampering, clock: SharedClock) -> None:
        """Alive, and not frozen."""
        self.tampering = tampering
        self.counted = Counted()
        self.timeline = Timeline(clock, self.check)
        self.is_waiting = False
        self._dead = False
        self._thawed = threading.Event()
        self._thawed.set()

    @property
    def is_dead(self) -> bool:
        """Whether its worker was killed."""
        return self._dead

    def kill(self) -> None:
        """Nothing that the worker does from now on has any effect."""
        self._dead = True
        self._thawed.set()
        self.timeline.wake()

    def die(self) -> NoReturn:
        """Kills the worker, in one of its own threads."""
        self.kill()
        raise WorkerKilled

    def freeze(self) -> None:
        """Has the worker stand still, whichever of its threads gets to a call of any kind."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Has it go on."""
        self._thawed.set()

    def wait_for_others(self) -> None:
        """Waits, in real time, until no other delivery can go on: each has a time of its own."""
        self.is_waiting = True
        ends = time.monotonic() + 5
        while time.monotonic() < ends and any(other.can_go_on for other in _UNDER_WAY - {self}):
            time.sleep(0.005)
        self.is_waiting = False

    @property
    def can_go_on(self) -> bool:
        """Whether it runs, and neither stands still nor waits for others."""
        return not self._dead and self._thawed.is_set() and not self.is_waiting

    def check(self) -> None:
        """Returns while the worker lives; while it is frozen, not before it is thawed."""
        self._thawed.wait()
        if self._dead:
            raise WorkerKilled

    @contextmanager
    def waiting(self, seconds: float | None) -> Iterator[Silence]:
        """While this lasts the calling thread waits for an answer, for so many seconds at most."""
        silence = Silence(self, math.inf if seconds is None else seconds)
        token = _silence.set(silence)
        try:
            yield silence
        finally:
            _silence.reset(token)


class Silence:
    """Of a service, towards a client that waits for its answer.

    Attributes:
        given_up: whether it was longer than the client waits.
    """

    def __init__(self, delivery: Delivery, patience: float) -> None:
        """The client waits for `patience` seconds."""
        self._delivery = delivery
        self._patience = patience
        self.given_up = False

    def lasts(self, seconds: float) -> None:
        """The client waits so long, or as long as it does."""
        if self.given_up:
            return
        self.given_up = seconds >= self._patience
        waited = min(seconds, self._patience)
        self._patience -= waited
        self._delivery.timeline.sleep(waited)


_silence: ContextVar[Silence | None] = ContextVar("silence", default=None)


def be_silent(seconds: float) -> None:
    """What a service does that does not answer, or not yet: whoever waits for it waits in their own time."""
    if silence := _silence.get():
        silence.lasts(seconds)
    else:
        time.sleep(seconds)


_UNDER_WAY: set[Delivery] = set()

_current: ContextVar[Delivery | None] = ContextVar("delivery", default=None)


def current() -> Delivery | None:
    """The delivery that the calling thread works for."""
    return _current.get()


class Deliveries:
    """Makes a worker for each delivery. Safe for threads.

    Attributes:
        audit: the workers' audit lines.
        sent: what the workers have published on their own topic, and was not delivered so far.
    """

    def __init__(self, clock: SharedClock) -> None:
        """Starts nothing yet."""
        self.audit: list[str] = []
        self.sent: list[Interaction] = []
        self._clock = clock

    def deliver(
        self, envelope: Mapping[str, Any], environment: Mapping[str, str], tampering: Tampering | None = None
    ) -> Delivered:
        """One push; returns when nothing of it runs any more."""
        delivery = Delivery(tampering or Tampering(), self._clock)
        _UNDER_WAY.add(delivery)
        try:
            return copy_context().run(self._deliver, delivery, envelope, environment)
        finally:
            _UNDER_WAY.discard(delivery)

    def _deliver(
        self, delivery: Delivery, envelope: Mapping[str, Any], environment: Mapping[str, str]
    ) -> Delivered:
        _current.set(delivery)
        counted, timeline = delivery.counted, delivery.timeline
        began, really_began = timeline.ahead, time.monotonic()
        pool = Steps(delivery.tampering, counted, timeline, delivery)
        try:
            worker = self._worker(WorkerSettings.load(dict(environment)), delivery, pool)
            push = Request(EnvironBuilder(method="POST", json=dict(envelope)).get_environ())
            status = worker.handle(push).status_code
        except WorkerKilled:
            status = 0
        finally:
            pool.shutdown()
        if delivery.is_dead:  # killed beside the answer
            status = 0
        seconds = timeline.ahead - began + time.monotonic() - really_began
        self._clock.ahead = max(self._clock.ahead, timeline.ahead)
        return Delivered(status, counted.store_calls, counted.steps, timeline.slept, seconds)

    def _worker(self, settings: WorkerSettings, delivery: Delivery, pool: Steps) -> function.Worker:
        with _MAKING:  # what `make_worker` calls is exchanged for as long as it runs
            vars(function).update(
                open_store=lambda wanted: FaultyStore(
                    open_store(wanted), delivery.tampering, delivery.counted, delivery
                ),
                ThreadPoolExecutor=lambda *_args, **_more: pool,
                Publisher=lambda *_args: _Topic(self.sent, delivery),
            )
            try:
                return function.make_worker(
                    settings, AuditLog(settings.project, _Lines(self.audit, delivery))
                )
            finally:
                vars(function).update(
                    open_store=open_store, ThreadPoolExecutor=ThreadPoolExecutor, Publisher=Publisher
                )


_MAKING = threading.Lock()


class _Topic(Publisher):
    """Keeps what a worker publishes while it lives."""

    def __init__(self, sent: list[Interaction], delivery: Delivery) -> None:
        self._sent = sent
        self._delivery = delivery

    def publish(self, interaction: Interaction, traceparent: str) -> None:  # noqa: ARG002
        self._delivery.check()
        self._sent.append(interaction)


class _Lines(io.StringIO):
    """Adds each line that is written to a list, for as long as the worker lives."""

    def __init__(self, lines: list[str], delivery: Delivery) -> None:
        super().__init__()
        self._lines = lines
        self._delivery = delivery

    def write(self, text: str, /) -> int:
        self._delivery.check()
        self._lines.append(text)
        return len(text)
