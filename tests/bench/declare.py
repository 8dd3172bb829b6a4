"""A whole declaration against services that take their time: from `/incident …` to everything being there."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from incident.sandbox import verification
from incident.sandbox.faults import Call, Moment
from incident.sandbox.world import World
from incident.workflows.declare import DECLARE
from tests.bench.delays import DELAYS
from tests.bench.figures import table

ROUNDS = 6
OPENER = "U0ALICE"
PLACE = "C0GENERAL"

CALLS = {
    "channel": ["slack.conversations.create"],
    "meet": ["meet.spaces.create"],
    "document": ["drive.files.copy"],
    "opener": ["slack.users.info"],
    "people": ["slack.usergroups.users.list", "slack.conversations.invite"],
    "topic": ["slack.conversations.setTopic"],
    "purpose": ["slack.conversations.setPurpose"],
    "announcement": ["slack.chat.postMessage"],
    "receipt": ["slack.response_url"],
    "briefing": ["slack.chat.postMessage"],
    "pin": ["slack.pins.add"],
    "call_bookmark": ["slack.bookmarks.add"],
    "report_bookmark": ["slack.bookmarks.add"],
    "report": ["docs.documents.batchUpdate"],
    "preparation": ["sheets.spreadsheets.get"],
    "tracking": ["sheets.spreadsheets.batchUpdate"],
}
"""The calls of each step, in order. Where two steps make the same call, the step above makes it first."""


@dataclass(slots=True)
class Watch:
    """When calls came in and when the service had acted, in seconds from the command."""

    began: float = field(default_factory=time.monotonic)
    arrived: dict[int, float] = field(default_factory=dict)
    acted: list[tuple[Call, float, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, call: Call, moment: Moment) -> None:
        now = time.monotonic() - self.began
        with self.lock:
            if moment == "arrived":
                self.arrived[call.number] = now
            else:
                self.acted.append((call, self.arrived[call.number], now))

    def taken(self) -> dict[str, list[float]]:
        """Seconds the services took, by call, in order of arrival."""
        taken: dict[str, list[float]] = {}
        for call, arrived, acted in sorted(self.acted, key=lambda one: one[1]):
            taken.setdefault(call.name, []).append(acted - arrived)
        return taken

    def there(self, name: str, number: int = 0) -> float:
        """When the service had acted on a call, the first or a later one of this name."""
        return [acted for call, _, acted in sorted(self.acted, key=lambda one: one[1]) if call.name == name][
            number
        ]


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration, in seconds from the command.

    Attributes:
        wall: until nothing was left to do.
        chain: the longest chain of calls that need one another, had they followed at once.
        total: all calls, one after the other.
        channel, announcement, briefing: when they were there.
        calls: how many of each service.
    """

    wall: float
    chain: float
    total: float
    channel: float
    announcement: float
    briefing: float
    calls: Mapping[str, int]


def run() -> str:
    """Declares one incident after the other in one world; the first meets instances that just started."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), delays=DELAYS) as world:
        declared = [_declare(world, f"database {turn} is down") for turn in range(ROUNDS)]
    first, *warm = declared
    rows = [["first on new instances", *_row([first])], [f"median of {len(warm)} after it", *_row(warm)]]
    heads = ["declaration", "wall s", "longest chain s", "/ chain", "/ sum", "channel s", "announced s",
             "briefed s", "calls"]  # fmt: skip
    calls = "; ".join(
        f"{which}: {', '.join(f'{service} {number}' for service, number in sorted(one.calls.items()))}"
        for which, one in (("first", first), ("later", warm[-1]))
    )
    note = f"Aims: 1.10 x the longest chain, 20 calls. Calls of the {calls} (and one publish)."
    return table("Declare to ready", heads, rows, note)


def _declare(world: World, title: str) -> Declared:
    watch = Watch()
    known = verification.everything(world.slack.workspace, world.google)
    world.fault_injector.reset()
    world.fault_injector.watch(watch)
    watch.began = time.monotonic()
    world.slack.type(OPENER, PLACE, f"/incident {title}")
    world.wait_until_settled(60)
    wall = time.monotonic() - watch.began
    result = verification.inspect(
        world.slack.workspace, world.google, title=title, opener=OPENER, known=known
    )
    if not result.ok:
        raise RuntimeError(result.text())
    taken = watch.taken()
    (publish,) = taken.pop("pubsub.publish")
    return Declared(
        wall=wall,
        chain=publish + _longest_chain(taken),
        total=publish + sum(map(sum, taken.values())),
        channel=watch.there("slack.conversations.create"),
        announcement=watch.there("slack.chat.postMessage"),
        briefing=watch.there("slack.chat.postMessage", 1),
        calls=Counter(name.partition(".")[0] for name, calls in taken.items() for _ in calls),
    )


def _longest_chain(taken: Mapping[str, Sequence[float]]) -> float:
    """Seconds that the workflow takes if every step starts at the moment it can.

    Raises:
        RuntimeError: if `CALLS` does not say whose a call is.
    """
    left = {name: list(times) for name, times in taken.items()}
    ends: dict[str, float] = {}
    for step in DECLARE.steps:
        starts = max((ends[name] for name in (*step.needs, *step.after)), default=0.0)
        own = [left[name].pop(0) for name in CALLS.get(step.name, []) if left.get(name)]
        ends[step.name] = starts + sum(own)
    if unknown := [name for name, times in left.items() if times]:
        raise RuntimeError(f"no step is known to make these calls: {', '.join(unknown)}")
    return max(ends.values())


def _row(declared: Sequence[Declared]) -> list[str]:
    return [
        f"{median(one.wall for one in declared):.2f}",
        f"{median(one.chain for one in declared):.2f}",
        f"{median(one.wall / one.chain for one in declared):.2f}",
        f"{median(one.wall / one.total for one in declared):.2f}",
        f"{median(one.channel for one in declared):.2f}",
        f"{median(one.announcement for one in declared):.2f}",
        f"{median(one.briefing for one in declared):.2f}",
        f"{median(sum(one.calls.values()) for one in declared):.0f}",
    ]
