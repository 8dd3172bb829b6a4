"""Docs is down and fifty incidents wait for it: what a new one pays for that, and how they heal."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median

from incident.sandbox import verification
from incident.sandbox.faults import Call, Fault, Moment
from incident.sandbox.google.state import DOCUMENT
from incident.sandbox.unfinished import unfinished_runs
from incident.sandbox.verification import Verification
from incident.sandbox.world import TICK_SECONDS, World
from tests.bench.delays import DELAYS
from tests.bench.figures import table

WAITING = 50
ROUNDS = 3
OPENER = "U0ALICE"
PLACE = "C0GENERAL"
DOWN = "docs.*"
REPORT = "Report"
"""The line of the verification that Docs being down leaves open."""

PATIENCE_SECONDS = 60.0
"""What is not there after so long, with Docs down, is not there."""

HEALING_SECONDS = 10 * TICK_SECONDS


class Calls:
    """Waits for the next call that a service has acted on, so that nothing is looked at in vain."""

    def __init__(self, world: World) -> None:
        """Watches from now on."""
        self._acted: SimpleQueue[Call] = SimpleQueue()
        world.fault_injector.watch(self._watch)

    def _watch(self, call: Call, moment: Moment) -> None:
        if moment == "acted":
            self._acted.put(call)

    def wait(self, seconds: float) -> None:
        """Returns once a call was acted on, or after so many seconds."""
        try:
            self._acted.get(timeout=seconds)
            while True:
                self._acted.get_nowait()
        except Empty:
            pass


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration while Docs is down, in seconds from the command.

    Attributes:
        channel: until the channel was there with the opener in it.
        briefing: until the pinned message, with call and report linked, and their bookmarks were there.
        wall: until everything was there but what stands in the report.
    """

    channel: float
    briefing: float
    wall: float


def run() -> str:
    """Declares with none waiting, has fifty wait, declares again, and has Docs come back."""
    with (
        tempfile.TemporaryDirectory() as folder,
        World(Path(folder), delays=DELAYS, realistic_pubsub=True) as world,
    ):
        calls = Calls(world)
        _declare(world, calls, "instances that just started")
        world.wait_until_settled(PATIENCE_SECONDS)
        world.fault_injector.break_(DOWN, Fault(status=503))
        none = [_declare(world, calls, f"none waits {turn}") for turn in range(ROUNDS)]
        for number in range(WAITING - ROUNDS):
            world.slack.type(OPENER, PLACE, f"/incident database {number} is down")
        _wait(calls, lambda: _waiting(world) == WAITING and world.pubsub.settled(), HEALING_SECONDS)
        fifty = [_declare(world, calls, f"fifty wait {turn}", at_tick=True) for turn in range(ROUNDS)]
        down = _waiting(world)
        world.fault_injector.mend(DOWN)
        began = time.monotonic()
        half, every = (
            _wait(calls, partial(_is_open_for, world, left), HEALING_SECONDS) - began
            for left in (down // 2, 0)
        )
        world.wait_until_settled(HEALING_SECONDS)
        refused = [delivery for delivery in world.pubsub.deliveries if not delivery.acknowledged]
        pushes, dead = len(world.pubsub.deliveries), len(world.pubsub.dead_letters)
    rows = [["none waits", *_row(none, none)], [f"{WAITING} wait", *_row(fifty, none)]]
    heads = ["declaration", "channel s", "briefed s", "all but the report s", "x none"]
    note = (
        f"Docs comes back: of {down} reports half are filled after {half:.0f} s, all after {every:.0f} s"
        f" (a tick every {TICK_SECONDS:.0f} s). Of {pushes} pushes"
        f" {len(refused)} were refused; dead letters: {dead}."
    )
    return table("Fifty waiting: a declaration while Docs is down", heads, rows, note)


def _declare(world: World, calls: Calls, title: str, *, at_tick: bool = False) -> Declared:
    """Declares one incident; with `at_tick` just when the tick has sent some of those that wait.

    Raises:
        TimeoutError: if it is not there in time.
    """
    known = verification.everything(world.slack.workspace, world.google)

    def verified() -> Verification:
        return verification.inspect(
            world.slack.workspace, world.google, title=title, opener=OPENER, known=known
        )

    def there(*steps: str) -> Callable[[], bool]:
        return lambda: all(line.ok for line in verified().lines if line.step in steps)

    if at_tick:
        world.tick()
    began = time.monotonic()
    world.slack.type(OPENER, PLACE, f"/incident {title}")
    everything_else = [line.step for line in verified().lines if line.step != REPORT]
    channel, briefing, wall = (
        _wait(calls, there(*steps), PATIENCE_SECONDS) - began
        for steps in (["Channel"], ["Links shared"], everything_else)
    )
    return Declared(channel, briefing, wall)


def _wait(calls: Calls, is_there: Callable[[], bool], seconds: float) -> float:
    """When something was there first, on the monotonic clock, looking after each call.

    Raises:
        TimeoutError: if it was not within so many seconds.
    """
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        now = time.monotonic()
        if is_there():
            return now
        calls.wait(1.0)
    raise TimeoutError(f"not there after {seconds:.0f} s")


def _waiting(world: World) -> int:
    """How many reports wait, each for a run that the store has as due within the next tick or two."""
    return min(unfinished_runs(world.store, 2 * TICK_SECONDS), _open_reports(world))


def _open_reports(world: World) -> int:
    """How many reports still show the template's placeholders."""
    return sum(
        "{{" in world.google.document_text(file.id)
        for file in world.google.files()
        if file.mime_type == DOCUMENT and "incident" in file.app_properties
    )


def _is_open_for(world: World, left: int) -> bool:
    return _open_reports(world) <= left


def _row(declared: Sequence[Declared], none: Sequence[Declared]) -> list[str]:
    wall = median(one.wall for one in declared)
    return [
        f"{median(one.channel for one in declared):.2f}",
        f"{median(one.briefing for one in declared):.2f}",
        f"{wall:.2f}",
        f"{wall / median(one.wall for one in none):.2f}",
    ]
