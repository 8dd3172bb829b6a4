"""Everything a fault can be tried on: the stand-ins, the Slack function, worker processes, and time.

Time is the test's own. Between two deliveries the clocks of the stand-ins, of the workers and of the store
are put forward by what Pub/Sub would wait, so leases and lags have the lengths they have in production.
"""

from __future__ import annotations

import base64
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from flask import Flask, request

from incident.intake.function import Intake
from incident.intake.publisher import Publisher
from incident.intake.signature import Verifier
from incident.messages.locales import words_for
from incident.model.interaction import Interaction
from incident.runtime.audit import AuditLog
from incident.runtime.secrets import secret
from incident.sandbox import verification
from incident.sandbox.faults import Call, Fault, FaultInjector, Moment
from incident.sandbox.google import FakeGoogle
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from incident.sandbox.slack.seed import ON_CALL
from incident.sandbox.verification import CHANNEL
from tests.faults.stores import Store
from tests.faults.tampering import SharedClock, Tampering
from tests.faults.workers import Delivered, Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

T = TypeVar("T")

OPENER = "U0ALICE"
PLACE = "C0GENERAL"
TITLE = "database is <down> & =1+1"

_TOKEN = "xoxb-faults"
_SIGNING_SECRET = "signed"
_SHORTEST_BACKOFF = 5.0
_LONGEST_BACKOFF = 60.0
"""Seconds; as terraform/pubsub.tf says."""
_DELIVERIES = 100
"""Likewise."""


@dataclass(frozen=True, slots=True)
class Saved:
    """All there is at some moment."""

    slack: Mapping[str, Any]
    google: Mapping[str, Any]
    store: Any
    known: frozenset[str]


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


class _Captured(Publisher):
    """A topic that keeps what is published."""

    def __init__(self) -> None:
        self.messages: list[Interaction] = []

    def publish(self, interaction: Interaction, traceparent: str) -> None:  # noqa: ARG002
        self.messages.append(interaction)


class Harness:
    """Made once for a process of tests; `reset` before each.

    Attributes:
        fault_injector: slows, breaks and watches every call.
        slack: Slack's stand-in.
        google: Google Workspace's.
        workspace: the ids in it that the bot is configured with.
        workers: makes worker processes.
        store: the bot's own store.
        settings: of the worker, besides those that all tests have.
        known: the ids of what was there before the incident that a test is about.
    """

    slack: FakeSlack
    google: FakeGoogle
    known: frozenset[str]

    def __init__(self, folder: Path, store: Store) -> None:
        """Starts everything; `folder` is for files."""
        with ExitStack() as closing:
            self.fault_injector = FaultInjector()
            self.store = store
            self.settings: dict[str, str] = {}
            self._doors = _Door(), _Door(), _Door()
            self._urls = []
            for door in self._doors:
                server = Server(door)
                closing.callback(server.close)
                self._urls.append(server.url)
            self.clock = SharedClock(folder / "clock")
            google = FakeGoogle(self.fault_injector)
            self.workspace = google.seed()
            self._google_at_first = google.snapshot()
            self._topic = _Captured()
            self._doors[2].app = self._intake()
            self.reset()
            self.workers = Workers(self.environment(), folder)
            closing.callback(self.workers.close)
            self._closing = closing.pop_all()

    def close(self) -> None:
        """Ends everything."""
        self._closing.close()

    def reset(self) -> None:
        """As on the first day: nothing said, nothing broken, and the time is now."""
        self.fault_injector.reset()
        self.fault_injector.delays = {}
        self.clock.ahead = 0.0
        self.slack = FakeSlack(
            self.fault_injector, bot_token=_TOKEN, signing_secret=_SIGNING_SECRET, clock=self.clock.now
        )
        self.slack.url, self.slack.bot_url = self._urls[0], self._urls[2] + "/"
        self.google = FakeGoogle(self.fault_injector, clock=self.clock.now)
        self.google.url = self._urls[1]
        self.google.restore(self._google_at_first)
        self._doors[0].app, self._doors[1].app = self.slack, self.google
        self._topic.messages.clear()
        self.store.reset()
        self.known = frozenset()
        self.settings = {}

    def save(self) -> Saved:
        """What there is now, to be gone on from."""
        return Saved(self.slack.snapshot(), self.google.snapshot(), self.store.save(), self.known)

    def load(self, saved: Saved) -> None:
        """Goes on from there; nothing is broken."""
        self.reset()
        self.slack.restore(dict(saved.slack))
        self.google.restore(dict(saved.google))
        self.store.load(saved.store)
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
            **self.store.environment(),
            **self.settings,
        }

    # What people do.

    def say(self, text: str, channel: str = PLACE) -> Interaction:
        """Somebody types a line; the message that the Slack function published."""
        assert self.slack.type(OPENER, channel, text).status == 200
        return self._published()

    def press(self, channel: str, ts: str, action_id: str) -> Interaction:
        """Somebody presses a button; likewise."""
        assert self.slack.press(OPENER, channel, ts, action_id).status == 200
        return self._published()

    def submit(self, values: Mapping[str, Any]) -> Interaction:
        """Somebody types `/incident` alone and fills in the form; likewise."""
        view = self.slack.type(OPENER, PLACE, "/incident").view
        assert view
        assert self.slack.submit(OPENER, view, values).status == 200
        return self._published()

    def _published(self) -> Interaction:
        return self._topic.messages.pop()

    # What Pub/Sub does.

    def deliver(
        self, message: Interaction, attempt: int = 1, tampering: Tampering | None = None
    ) -> Delivered:
        """One delivery."""
        delivered = self.workers.deliver(envelope(message, attempt), self.environment(), tampering)
        if not delivered.status:
            self.calm()
        return delivered

    def deliver_at_once(self, messages: Sequence[Interaction], attempt: int = 1) -> list[Delivered]:
        """A delivery of each to a worker of its own at the same instant."""
        envelopes = [envelope(message, attempt) for message in messages]
        delivered = self.workers.deliver_at_once(envelopes, self.environment())
        if not all(one.status for one in delivered):
            self.calm()
        return delivered

    def settle(
        self,
        message: Interaction,
        first: Tampering | None = None,
        *,
        every: Tampering | None = None,
        copies: int = 1,
    ) -> int:
        """Delivers until it is acknowledged, as Pub/Sub would.

        Args:
            message: what to deliver.
            first: done to the worker of the first delivery.
            every: done to the workers of all others.
            copies: how many are delivered at the same time; each is acknowledged on its own.

        Returns:
            How many deliveries it took.
        """
        for attempt, backoff in zip(range(1, _DELIVERIES + 1), backoffs(), strict=False):
            if copies == 1:
                tampering = first if attempt == 1 and first else every
                delivered = [self.deliver(message, attempt, tampering)]
            else:
                delivered = self.deliver_at_once([message] * copies, attempt)
            copies -= sum(one.acknowledged for one in delivered)
            if not copies:
                return attempt
            self.later(backoff)
        raise AssertionError(f"not done after {_DELIVERIES} deliveries")

    def later(self, seconds: float) -> None:
        """Time goes by, for everybody."""
        self.clock.ahead += seconds
        self.store.later(seconds)

    def calm(self) -> None:
        """Waits until what a killed worker had sent has been dealt with."""
        for _ in range(2):
            time.sleep(0.01)
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

    def freeze_at(self, name: str, number: int) -> Future[frozenset[int]]:
        """Freezes the worker when the service has acted on a call; the ids of the processes, once it has."""

        def freeze() -> frozenset[int]:
            with self.store.quiet():
                return self.workers.signal(signal.SIGSTOP)

        return self.at(name, number, "acted", freeze)

    def kill_at(self, name: str, number: int, moment: Moment) -> None:
        """Kills the worker at a call: `arrived`, and the service never acts; `acted`, and it has."""
        if moment == "arrived":
            self.fault_injector.break_(name, Fault(status=0), times=1, after=number - 1)
        self.at(name, number, moment, lambda: self.workers.signal(signal.SIGKILL))

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
            audit=_Silent("test"),
        )
        app.add_url_rule("/", view_func=lambda: intake.handle(request), methods=["POST"])
        return app


class _Silent(AuditLog):
    def bind(self, *, traceparent: str = "", **fields: Any) -> Self:  # noqa: ARG002
        return self

    def _write(self, severity: str, event: str, message: str, fields: Mapping[str, Any]) -> None:
        pass


def envelope(message: Interaction, attempt: int) -> dict[str, Any]:
    """What Pub/Sub pushes."""
    return {
        "message": {
            "data": base64.b64encode(message.to_message()).decode(),
            "messageId": "1",
            "attributes": {"kind": message.kind, "id": message.id},
        },
        "subscription": "projects/test/subscriptions/test",
        "deliveryAttempt": attempt,
    }


def backoffs() -> Iterator[float]:
    """Seconds between deliveries."""
    backoff = _SHORTEST_BACKOFF
    while True:
        yield backoff
        backoff = min(backoff * 2, _LONGEST_BACKOFF)
