"""`incident sandbox`: the bot and its whole world on this machine, with or without a browser."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
import webbrowser
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

from incident.sandbox import verification
from incident.sandbox.page.server import Page
from incident.sandbox.processes import FunctionError, free_port
from incident.sandbox.serve import Server
from incident.sandbox.state import FolderInUseError
from incident.sandbox.world import World

FOLDER = Path(".sandbox")
ONCE_FOLDER = FOLDER / "once"
PORT = 8330

_OPENER = "U0ALICE"
_PLACE = "C0GENERAL"
_PATIENCE = 120.0
_STARTING = "Starting Slack, Google Workspace, Pub/Sub and the two functions ..."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.description = "Runs the bot, Slack, Google Workspace and Pub/Sub on this machine."
    parser.add_argument(
        "--once",
        metavar="TEXT",
        help="declare this incident in a new world, print the receipt and end; "
        "exit with 0 only if everything is there exactly once",
    )
    parser.add_argument("--fresh", action="store_true", help=f"start over; forgets what is in {FOLDER}")
    parser.add_argument(
        "--port", type=int, default=PORT, help="of the page; the next free one if it is taken"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print where the page is")


def run(arguments: argparse.Namespace) -> int:
    """Carries the command out.

    Returns:
        The exit code.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # a script's background process ignores the first
        signal.signal(number, _interrupt)
    try:
        if arguments.once is not None:
            return _once(arguments.once)
        return _stay(arguments)
    except FunctionError as error:
        _say(str(error).partition(":\n")[0])  # its output is on the screen already
        return 1
    except FolderInUseError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _once(text: str) -> int:
    """Declares one incident as a person would, and prints what came of it."""
    started = time.monotonic()
    _say(_STARTING)
    with World(ONCE_FOLDER, fresh=True, events=True, tell=_trouble) as world:
        _say(f"Ready after {time.monotonic() - started:.1f} s. Alice types: /incident {text}")
        world.fault_injector.watch(lambda call, moment: _say(f"  {call.name}") if moment == "acted" else None)
        typed = time.monotonic()
        reply = world.slack.type(_OPENER, _PLACE, f"/incident {text}")
        _say(f"Acknowledged after {reply.seconds * 1000:.0f} ms: {reply.shown}")
        settled = world.wait_until_settled(_PATIENCE)
        _say(f"{'Settled' if settled else 'Still not settled'} after {time.monotonic() - typed:.2f} s.\n")
        result = verification.inspect(world.slack.workspace, world.google, title=text, opener=_OPENER)
    print(result.text())  # noqa: T201 - the command's output
    if settled and result.ok:
        return 0
    _say(f"\nWhat the bot did is in {world.audit}.")
    return 1


def _stay(arguments: argparse.Namespace) -> int:
    """Serves the page until interrupted."""
    port = _port(arguments.port)
    url = f"http://127.0.0.1:{port}"
    _say(_STARTING)
    with ExitStack() as closing:
        world = World(FOLDER, fresh=arguments.fresh, page_url=url, events=True, tell=_trouble)
        closing.enter_context(world)
        page = Page(world)
        closing.callback(page.close)
        closing.callback(Server(page, port).close)
        with suppress(KeyboardInterrupt):
            _say(f"The sandbox is at {url} (Ctrl-C ends it; its state stays in {FOLDER}).")
            if not arguments.no_browser and _has_display():
                webbrowser.open(url)
            threading.Event().wait()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end is on its way
        _say("\nEnding ...")
    return 0


def _port(wanted: int) -> int:
    """The port wanted, or the next free one."""
    for port in range(wanted, wanted + 20):
        with suppress(OSError):
            Server(lambda _environ, _start: [], port).close()
            return port
    return free_port()


def _trouble(name: str, line: str) -> None:
    """Shows what the functions say besides their audit log, which the page shows."""
    if not line.startswith("{"):
        _say(f"[{name}] {line}")


def _has_display() -> bool:
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
