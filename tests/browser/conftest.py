from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from incident.sandbox.page.server import Page
from incident.sandbox.processes import free_port
from incident.sandbox.serve import Server
from incident.sandbox.world import World
from tests.browser.bot import Bot
from tests.browser.chromium import MISSING, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Sandbox:
    """A sandbox with its page at `url`, and with a bot of the tests' own."""

    world: World
    bot: Bot
    url: str


@contextmanager
def served(folder: Path) -> Iterator[Sandbox]:
    """A sandbox in this folder, for as long as the block runs."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as closing:
        world = closing.enter_context(World(folder, processes=False, page_url=url))
        bot = Bot(world)
        closing.callback(Server(bot, world.ports["slack"]).close)
        page = Page(world)
        closing.callback(page.close)
        closing.callback(Server(page, port).close)
        yield Sandbox(world, bot, url)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with served(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for a module's tests that change nothing in it."""
    with served(tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if MISSING:
        pytest.skip(f"the page is tested in a browser, and this machine has no {MISSING}")
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium: Browser, sandbox: Sandbox) -> Iterator[Browser]:
    """The page, open; the test fails if the browser had anything to complain of."""
    chromium.resize(1280, 800)
    chromium.open(sandbox.url)
    yield chromium
    complaints = chromium.complaints()
    chromium.open("about:blank")
    assert complaints == []
