"""Everything a fault can be tried on: the stand-ins, the Slack function, workers, and time.

Time is the test's own. Within a delivery every pause puts it forward; between two deliveries it is put
forward by what Pub/Sub would wait. The stand-ins, the workers and the store live in it, so leases, time-outs
and lags have the lengths they have in production.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from flask import Flask, request

from incident.engine.run import RunState
from incident.intake.function import Intake
from incident.intake.signature import Verifier
from incident.messages.locales import words_for
from incident.model.interaction import Interaction, Kind
from incident.runtime.audit import AuditLog
from incident.runtime.secrets import secret
from incident.runtime.settings import WorkerSettings
from incident.sandbox import verification
from incident.sandbox.faults import Call, Fault, FaultInjector, Moment
from incident.sandbox.google import FakeGoogle
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from incident.sandbox.slack.seed import COMMS, ON_CALL
from incident.sandbox.verification import CHANNEL
from incident.store.contract import IncidentStore
from incident.store.open import open_store
from incident.surfaces.services import Services
from incident.worker import function
from tests.faults.acting import OPENER, PLACE, Acting
from tests.faults.deliveries import Delivered, Deliveries, Delivery, be_silent, current
from tests.faults.hooks import installed
from tests.faults.pushes import DELIVERIES, backoffs, envelope
from tests.faults.stores import SqliteFile, Store, undone
from tests.faults.tampering import Tampering
from tests.faults.virtual_time import SharedClock
from tests.faults.wire import wired
from tests.faults.workers import Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

T = TypeVar("T")

__all__ = ["OPENER", "PLACE", "TITLE", "Harness", "Saved"]

TITLE = "database is <down> & =1+1"

_TOKEN = "xoxb-faults"
_SIGNING_SECRET = "signed"
_LATE_EVENTS = ("incident.command.waiting", "incident.command.failed", "incident.store.failed")
"""What the audit log says where something may have been late for long enough to be told."""

MOST_MINUTES = 40
"""Of the test's time: Undo is there for ten, and what is late is tried again for as long."""


@dataclass(frozen=True, slots=True)
class Saved:
    """All there is at some moment."""

    slack: Mapping[str, Any]
    google: Mapping[str, Any]
    store: Any
    known: frozenset[str]
    ahead: float


class _Door:
    """A WSGI application that can be exchanged, and that knows how many requests are inside."""

    app: Any

    def __init__(self) -> None:
        self._inside = 0
        self._changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._changed:
            self._inside += 1
        try:
            answer: Iterable[bytes] = self.app(environ, start_response)
            return answer
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def wait_until_empty(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._inside == 0, 10)


class Harness(Acting):
    """Made once for a process of tests; `reset` before each.

    Attributes:
        fault_injector: slows, breaks and watches every call.
        slack: Slack's stand-in.
        google: Google Workspace's.
        workspace: the ids in it that the bot is configured with.
        deliveries: makes workers in this process.
        workers: makes worker processes, for what only a process can show.
        store: the bot's own store.
        settings: of the worker, besides those that all tests have.
        late: whether a delivery took so long that something was late, or left something undone and was not
            killed.
        known: the ids of what was there before the incident that a test is about.
    """

    slack: FakeSlack
    google: FakeGoogle
    known: frozenset[str]

    def __init__(self, folder: Path, store: Store) -> None:
        """Starts everything; `folder` is for files."""
        super().__init__()
        with ExitStack() as closing:
            self.clock = SharedClock(folder / "clock")
            self.fault_injector = FaultInjector(clock=self.now, sleep=be_silent)
            self.store = store
            self.store.clock = self.ahead
            self.settings: dict[str, str] = {}
            self.deliveries = Deliveries(self.clock)
            self._doors = _Door(), _Door(), _Door()
            self._urls = []
            for door in self._doors:
                server = Server(door)
                closing.callback(server.close)
                self._urls.append(server.url)
            google = FakeGoogle(self.fault_injector)
            self.workspace = google.seed()
            self._google_at_first = google.snapshot()
            self._doors[2].app = self._intake()
            self.reset()
            self._folder = folder
            self._closing = closing.pop_all()

    def close(self) -> None:
        """Ends everything."""
        self._closing.close()

    @contextmanager
    def in_place(self) -> Iterator[Self]:
        """Inside the block this process's workers live in the harness's time and speak to its stand-ins."""
        doors = {int(url.rpartition(":")[2]): door for url, door in zip(self._urls, self._doors, strict=True)}
        with installed(self.clock), wired(doors), self.store.installed():
            yield self
        self.clock.ahead = 0.0

    @cached_property
    def workers(self) -> Workers:
        """Started when they are first wanted."""
        assert isinstance(self.store, SqliteFile)
        workers = Workers(self._folder / "clock", self.store.path, f"{self._urls[1]}/")
        self._closing.callback(workers.close)
        return workers

    def ahead(self) -> float:
        """Seconds that the time runs ahead of the real one, in the delivery at hand if there is one."""
        delivery = current()
        return delivery.timeline.ahead if delivery else self.clock.ahead

    def now(self) -> float:
        """Seconds since the epoch, as the services tell them."""
        return time.time() + self.ahead()

    def reset(self) -> None:
        """As on the first day: nothing said, nothing broken, and the time is now."""
        self._begin()

    def _begin(self, google: Mapping[str, Any] | None = None, store: Any = None) -> None:
        self.fault_injector.reset()
        self.fault_injector.delays = {}
        self.clock.ahead = 0.0
        self.slack = FakeSlack(
            self.fault_injector, bot_token=_TOKEN, signing_secret=_SIGNING_SECRET, clock=self.now
        )
        self.slack.url, self.slack.bot_url = self._urls[0], self._urls[2] + "/"
        self.google = FakeGoogle(self.fault_injector, clock=self.now)
        self.google.url = self._urls[1]
        self.google.restore(dict(google or self._google_at_first))
        self._doors[0].app, self._doors[1].app = self.slack, self.google
        self._topic.messages.clear()
        self.deliveries.sent.clear()
        self.deliveries.audit.clear()
        self.store.load(store) if store else self.store.reset()
        self.known = frozenset()
        self.settings = {}
        self._services: Services | None = None
        self.late = False

    def save(self) -> Saved:
        """What there is now, to be gone on from."""
        return Saved(
            self.slack.snapshot(), self.google.snapshot(), self.store.save(), self.known, self.clock.ahead
        )

    def load(self, saved: Saved) -> None:
        """Goes on from there; nothing is broken."""
        self._begin(saved.google, saved.store)
        self.clock.ahead = saved.ahead
        self.slack.restore(dict(saved.slack))
        self.known = saved.known

    def remember(self) -> None:
        """Everything that is there now is known."""
        there = verification.everything(self.slack.workspace, self.google)
        self.known = there | {space.name for space in self.google.spaces()}

    def environment(self) -> dict[str, str]:
        """The worker's settings."""
        return {
            "SLACK_BOT_TOKEN": _TOKEN,
            "SLACK_SIGNING_SECRET": _SIGNING_SECRET,
            "SLACK_API_URL": f"{self._urls[0]}/api/",
            "GOOGLE_API_URL": f"{self._urls[1]}/",
            "INCIDENT_TEMPLATE_ID": self.workspace.template_id,
            "INCIDENT_FOLDER_ID": self.workspace.folder_id,
            "INCIDENT_SPREADSHEET_ID": self.workspace.spreadsheet_id,
            "INCIDENT_SHEET": self.workspace.sheet,
            "INCIDENT_CHANNEL": CHANNEL,
            "INCIDENT_ONCALL_GROUPS": ON_CALL.id,
            "INCIDENT_COMMS_GROUP": COMMS.id,
            **self.store.environment(),
            **self.settings,
        }

    @property
    def tab(self) -> tuple[str, str]:
        """The tracking spreadsheet and its tab."""
        return self.workspace.spreadsheet_id, self.workspace.sheet

    def open_store(self) -> IncidentStore:
        """The bot's store, as a worker opens it."""
        return open_store(WorkerSettings.load(self.environment()))

    def services(self) -> Services:
        """What a worker works with, to see what it would show."""
        if self._services is None:
            settings = WorkerSettings.load(self.environment())
            self._services = function.make_worker(settings, _Silent("test"))._services
        return self._services

    # What Pub/Sub does.

    def deliver(
        self, message: Interaction, attempt: int = 1, tampering: Tampering | None = None
    ) -> Delivered:
        """One delivery."""
        pushed = envelope(message, attempt)
        return self._taken_in(self.deliveries.deliver(pushed, self.environment(), tampering))

    def push(self, pushed: Mapping[str, Any]) -> Delivered:
        """One delivery of an envelope that Pub/Sub's stand-in made."""
        return self._taken_in(self.deliveries.deliver(pushed, self.environment()))

    def deliver_to_process(
        self, message: Interaction, tampering: Tampering | None = None, *, patience: int = 0
    ) -> Delivered:
        """The first delivery, to a worker process; see `Workers.deliver`."""
        pushed = envelope(message, 1)
        delivered = self.workers.deliver(pushed, self.environment(), tampering, patience=patience)
        if not delivered.status:
            time.sleep(0.05)  # what it had sent may still be on its way
        return self._taken_in(delivered)

    def _taken_in(self, delivered: Delivered) -> Delivered:
        self.late = self.late or delivered.is_slow
        if not delivered.status:
            self.calm()
        else:
            lines = "".join(self.deliveries.audit)
            self.late = self.late or any(event in lines for event in _LATE_EVENTS)
        return delivered

    def deliver_at_once(self, messages: Sequence[Interaction], attempt: int = 1) -> list[Delivered]:
        """A delivery of each to a worker of its own at the same instant."""
        barrier = threading.Barrier(len(messages))

        def deliver(message: Interaction) -> Delivered:
            barrier.wait()
            return self.deliver(message, attempt)

        with ThreadPoolExecutor(len(messages)) as pool:
            return list(pool.map(deliver, messages))

    def settle(
        self,
        message: Interaction,
        first: Tampering | None = None,
        *,
        every: Tampering | None = None,
        copies: int = 1,
    ) -> int:
        """Delivers until it is acknowledged, as Pub/Sub would, and then all that comes of it.

        Args:
            message: what to deliver.
            first: done to the worker of the first delivery.
            every: done to the workers of all others.
            copies: how many are delivered at the same time; each is acknowledged on its own.

        Returns:
            How many deliveries it took.
        """
        attempts = self._acknowledge(message, first, every, copies)
        self.run_on(every)
        return attempts

    def _acknowledge(
        self, message: Interaction, first: Tampering | None, every: Tampering | None, copies: int = 1
    ) -> int:
        for attempt, backoff in zip(range(1, DELIVERIES + 1), backoffs(), strict=False):
            if copies == 1:
                tampering = first if attempt == 1 and first else every
                delivered = [self.deliver(message, attempt, tampering)]
            else:
                delivered = self.deliver_at_once([message] * copies, attempt)
            copies -= sum(one.acknowledged for one in delivered)
            if not copies:
                return attempt
            self.later(backoff)
        raise AssertionError(f"not done after {DELIVERIES} deliveries")

    def run_on(self, every: Tampering | None = None, *, minutes: int = MOST_MINUTES) -> None:
        """Delivers what the bot has sent itself, and ticks, until nothing is left to do but by people.

        A minute in which nothing is due goes by without its tick, which would do nothing.

        Args:
            every: done to all workers.
            minutes: the most that this may take, in the test's time.

        Raises:
            AssertionError: if something is left to do then.
        """
        ends = self.clock.ahead + 60.0 * minutes
        while True:
            self.deliver_own(every)
            if not self.under_way():
                return
            if self.clock.ahead > ends:
                raise AssertionError(f"not done after {minutes} minutes: {self.under_way()}")
            if (idle := math.ceil((self.store.next_due() or 0.0) / 60.0) - 1) > 0:
                self.later(60.0 * idle)
            self.minute(every)

    def deliver_own(self, every: Tampering | None = None) -> None:
        """Delivers what the bot has sent itself, until it sends nothing more."""
        while self.deliveries.sent:
            self._acknowledge(self.deliveries.sent.pop(0), every, every)

    def minute(self, every: Tampering | None = None) -> None:
        """A minute goes by, and the tick comes."""
        self.later(60.0)
        tick = Interaction("tick", Kind.TICK, datetime(2026, 1, 1, tzinfo=UTC), "", "", "", {})
        self._acknowledge(tick, every, every)

    def under_way(self) -> dict[str, str]:
        """The runs that the bot goes on with by itself, with their states."""
        states = undone(self.store).items()
        return {run: state for run, state in states if state in {RunState.RUNNING, RunState.WAITING}}

    def later(self, seconds: float) -> None:
        """Time goes by, for everybody."""
        self.clock.ahead += seconds
        self.store.later(seconds)

    def calm(self) -> None:
        """Waits until what a killed worker had sent has been dealt with."""
        for door in self._doors:
            door.wait_until_empty()

    # What goes wrong.

    def at(self, name: str, number: int, moment: Moment, act: Callable[[], T]) -> Future[T]:
        """Has `act` done in the midst of the `number`th call of this name; what it returns, once it has."""
        done: Future[T] = Future()

        def watch(call: Call, at: Moment) -> None:
            if at == moment and call.name == name and self._number(call) == number:
                done.set_result(act())

        self.fault_injector.watch(watch)
        return done

    def freeze_at(self, name: str, number: int) -> Future[Delivery]:
        """Freezes the worker when the service has acted on a call; its delivery, once it has."""

        def freeze() -> Delivery:
            delivery = current()
            assert delivery
            delivery.freeze()
            return delivery

        return self.at(name, number, "acted", freeze)

    def kill_at(self, name: str, number: int, moment: Moment) -> None:
        """Kills the worker at a call: `arrived`, and the service never acts; `acted`, and it has."""
        if moment == "arrived":
            self.fault_injector.break_(name, Fault(status=0), times=1, after=number - 1)

        def kill() -> None:
            if delivery := current():
                delivery.kill()
            else:
                self.workers.signal(signal.SIGKILL)

        self.at(name, number, moment, kill)

    def freeze_process_at(self, name: str, number: int) -> Future[frozenset[int]]:
        """Freezes the worker process when the service has acted on a call; its id, once it has."""

        def freeze() -> frozenset[int]:
            with self.store.quiet():
                return self.workers.signal(signal.SIGSTOP)

        return self.at(name, number, "acted", freeze)

    def calls(self) -> list[str]:
        """The names of all calls, those of one name numbered: `slack.chat.postMessage 2`; sorted."""
        return sorted(f"{call.name} {self._number(call)}" for call in self.fault_injector.calls)

    def _number(self, call: Call) -> int:
        return sum(other.name == call.name for other in self.fault_injector.calls[: call.number])

    def _intake(self) -> Flask:
        app = Flask("intake")
        intake = Intake(
            verifier=Verifier(secret(_SIGNING_SECRET)),
            publisher=self._topic,
            bot_token=secret(_TOKEN),
            slack_api_url=f"{self._urls[0]}/api/",
            say=words_for("en"),
            timeline_emoji="memo",
            audit=_Silent("test"),
        )
        app.add_url_rule("/", view_func=lambda: intake.handle(request), methods=["POST"])
        return app


class _Silent(AuditLog):
    def bind(self, *, traceparent: str = "", **fields: Any) -> Self:  # noqa: ARG002
        return self

    def _write(self, severity: str, event: str, message: str, fields: Mapping[str, Any]) -> None:
        pass
