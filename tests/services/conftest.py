"""The fakes of Google Workspace and Slack behind a real socket, and our services on the real clients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from incident.runtime.secrets import FixedSecret
from incident.sandbox.faults import FaultInjector
from incident.sandbox.google import FakeGoogle, Workspace
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from incident.services.google import Google
from incident.services.slack import Slack

BOT_TOKEN = "xoxb-of-the-tests"


class Clock:
    """Seconds since the epoch, as a test says."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class GoogleStage:
    """A fake Workspace of one test.

    Attributes:
        google: our way to it.
        fake: what stands there, and what people do.
        ids: of what it was seeded with.
        fault_injector: breaks and counts the calls.
        clock: the fake's.
    """

    google: Google
    fake: FakeGoogle
    ids: Workspace
    fault_injector: FaultInjector
    clock: Clock

    def calls(self) -> list[str]:
        """The calls since the last time this was asked."""
        names = [call.name for call in self.fault_injector.calls]
        self.fault_injector.calls.clear()
        return names


@dataclass
class SlackStage:
    """A fake Slack of one test; the attributes are those of `GoogleStage`."""

    slack: Slack
    fake: FakeSlack
    fault_injector: FaultInjector
    clock: Clock

    def calls(self) -> list[str]:
        """The calls since the last time this was asked."""
        names = [call.name for call in self.fault_injector.calls]
        self.fault_injector.calls.clear()
        return names


class Front:
    """One socket for all tests of a module; each test puts a fake of its own behind it."""

    def __init__(self) -> None:
        self.app: Any = None
        self.server = Server(self)
        self.google = Google(f"{self.server.url}/")

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    front = Front()
    yield front
    front.server.close()


@pytest.fixture
def workspace(front: Front) -> GoogleStage:
    """Google Workspace, seeded."""
    clock, fault_injector = Clock(), FaultInjector()
    front.app = fake = FakeGoogle(fault_injector, clock=clock)
    fake.url = front.server.url
    return GoogleStage(front.google, fake, fake.seed("America/Toronto"), fault_injector, clock)


@pytest.fixture
def team(front: Front) -> SlackStage:
    """Slack, seeded."""
    clock, fault_injector = Clock(), FaultInjector()
    front.app = fake = FakeSlack(fault_injector, bot_token=BOT_TOKEN, signing_secret="unused", clock=clock)
    fake.url = front.server.url
    return SlackStage(Slack(FixedSecret(BOT_TOKEN), f"{front.server.url}/api/"), fake, fault_injector, clock)
