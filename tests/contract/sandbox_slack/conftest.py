"""A stand-in and a bot, each on a socket of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from incident.sandbox.faults import FaultInjector
from incident.sandbox.serve import Server
from incident.sandbox.slack import FakeSlack
from tests.contract.sandbox_slack.support import SECRET, TOKEN, Bot, Clock


@pytest.fixture
def fault_injector() -> FaultInjector:
    return FaultInjector()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def slack(fault_injector: FaultInjector, clock: Clock, bot: Bot) -> Iterator[FakeSlack]:
    stand_in = FakeSlack(fault_injector, bot_token=TOKEN, signing_secret=SECRET, clock=clock)
    servers = Server(stand_in), Server(bot)
    stand_in.url, stand_in.bot_url = servers[0].url, servers[1].url
    yield stand_in
    for server in servers:
        server.close()


@pytest.fixture
def client(slack: FakeSlack) -> WebClient:
    return WebClient(TOKEN, base_url=f"{slack.url}/api/", retry_handlers=[])


@pytest.fixture
def channel(client: WebClient) -> str:
    made: str = client.conversations_create(name="incident-2026-11-23-database")["channel"]["id"]
    return made


@pytest.fixture(autouse=True)
def _no_advice() -> Iterator[None]:
    """slack_sdk advises to send `text` with blocks; some tests are about what happens without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@pytest.fixture(scope="module")
def refusing() -> Iterator[WebClient]:
    """A client for calls that are refused; one stand-in serves all tests of a module."""
    stand_in = FakeSlack(FaultInjector(), bot_token=TOKEN, signing_secret=SECRET)
    server = Server(stand_in)
    yield WebClient(TOKEN, base_url=f"{server.url}/api/", retry_handlers=[])
    server.close()
    assert stand_in.version == FakeSlack(FaultInjector(), bot_token=TOKEN, signing_secret=SECRET).version
