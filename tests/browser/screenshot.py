"""The README's picture: `python -m tests.browser.screenshot docs/sandbox.png`, from a sandbox of its own."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from incident.sandbox.page.server import Page
from incident.sandbox.processes import free_port
from incident.sandbox.serve import Server
from incident.sandbox.world import World
from tests.browser.chromium import MISSING, Browser

PATIENCE = 60.0
_DECLARED = ".message.ephemeral a.mention"
_COLLEAGUE = "U0BENOIT"


def take(picture: Path, words: str, *, dark: bool) -> None:
    """Declares an incident in the browser, goes to its channel, and takes the picture when all is there.

    Args:
        picture: where to put the PNG.
        words: what went wrong.
        dark: whether in dark colours.
    """
    with ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory())
        port = free_port()
        world = closing.enter_context(World(Path(folder), page_url=f"http://127.0.0.1:{port}", events=True))
        page = Page(world)
        closing.callback(page.close)
        closing.callback(Server(page, port).close)
        browser = Browser()
        closing.callback(browser.close)
        browser.resize(1440, 1060, dark=dark)
        browser.open(f"http://127.0.0.1:{port}")
        browser.type("#draft", f"/incident {words}\n")
        browser.sees(_DECLARED, within=PATIENCE)
        world.wait_until_settled(PATIENCE)
        browser.click(_DECLARED)
        browser.sees(".message.pinned")
        _tell_the_story(world, browser)
        browser.screenshot(picture)


def _tell_the_story(world: World, browser: Browser) -> None:
    """Has a colleague work on it for a moment, and shows what the report makes of that."""
    channel = browser.run("return location.hash.slice(1)")
    world.slack.type(_COLLEAGUE, channel, "/incident sev 2")
    world.wait_until_settled(PATIENCE)
    said = world.slack.type(_COLLEAGUE, channel, "The pool is full: 200 of 200 connections")
    world.slack.react(_COLLEAGUE, channel, str(said.ts), "memo")
    world.slack.type(_COLLEAGUE, channel, "/incident update Pool raised to 400, errors are falling")
    world.wait_until_settled(PATIENCE)
    browser.sees("#panel .paper", "errors are falling", within=PATIENCE)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--words", default="database is down")
    parser.add_argument("--dark", action="store_true")
    arguments = parser.parse_args()
    if MISSING:
        sys.exit(f"A picture needs a browser: there is no {MISSING}.")
    take(arguments.picture, arguments.words, dark=arguments.dark)


if __name__ == "__main__":
    main()
