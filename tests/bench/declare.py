"""A whole declaration against services that take their time: from `/incident …` to everything being there."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from incident.sandbox import verification
from incident.sandbox.world import World
from incident.workflows.declare import DECLARE
from tests.bench.delays import DELAYS
from tests.bench.figures import table
from tests.bench.watch import Watch

ROUNDS = 6
OPENER = "U0ALICE"
PLACE = "C0GENERAL"

CALLS = {
    "channel": ["slack.conversations.create"],
    "meet": ["meet.spaces.create"],
    "document": ["drive.files.copy"],
    "opener": ["slack.conversations.invite"],
    "on_call": ["slack.usergroups.users.list", "slack.conversations.invite"],
    "topic": ["slack.conversations.setTopic"],
    "purpose": ["slack.conversations.setPurpose"],
    "board": ["slack.chat.postMessage"],
    "receipt": ["slack.response_url"],
    "briefing": ["slack.chat.postMessage"],
    "pin": ["slack.pins.add"],
    "links": ["slack.chat.update"],
    "call_bookmark": ["slack.bookmarks.add"],
    "report_bookmark": ["slack.bookmarks.add"],
    "report": ["docs.documents.batchUpdate"],
    "row": ["sheets.spreadsheets.batchUpdate"],
}
"""The calls of each step, in order. Where two steps make the same call, the step above makes it first."""

BESIDE = ("slack.users.info", "sheets.spreadsheets.get", "sheets.spreadsheets.values.get")
"""Calls that are made beside the steps, while Drive copies the template."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration, in seconds from the command.

    Attributes:
        wall: until everything was there.
        chain: the longest chain of calls that need one another, had they followed at once.
        total: all calls, one after the other.
        channel, announcement, briefing: when they were there.
        briefing_chain: the longest chain of calls that the briefing needs: channel, call, the message.
        calls: how many of each service.
    """

    wall: float
    chain: float
    total: float
    channel: float
    announcement: float
    briefing: float
    briefing_chain: float
    calls: Mapping[str, int]


def run() -> str:
    """Declares one incident after the other in one world; the first meets instances that just started."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), delays=DELAYS) as world:
        declared = [_declare(world, f"database {turn} is down") for turn in range(ROUNDS)]
    first, *warm = declared
    rows = [["first on new instances", *_row([first])], [f"median of {len(warm)} after it", *_row(warm)]]
    heads = ["declaration", "wall s", "longest chain s", "/ chain", "/ sum", "channel s", "announced s",
             "briefed s", "/ its chain", "calls"]  # fmt: skip
    calls = "; ".join(
        f"{which}: {', '.join(f'{service} {number}' for service, number in sorted(one.calls.items()))}"
        for which, one in (("first", first), ("later", warm[-1]))
    )
    note = (
        "Aims: 1.10 x the longest chain and the briefing's own, 20 calls."
        f" Calls of the {calls} (and two publishes)."
    )
    return table("Declare to ready", heads, rows, note)


def _declare(world: World, title: str) -> Declared:
    known = verification.everything(world.slack.workspace, world.google)
    watch = Watch.of(world)
    world.slack.type(OPENER, PLACE, f"/incident {title}")
    world.wait_until_settled(60)
    result = verification.inspect(
        world.slack.workspace, world.google, title=title, opener=OPENER, known=known
    )
    if not result.ok:
        raise RuntimeError(result.text())
    watch.forget_from(max(began for call, began, _ in watch.acted if call.name == "pubsub.publish"))
    taken = watch.taken()
    publish, *_ = taken.pop("pubsub.publish")
    ends = _chains(taken)
    return Declared(
        wall=watch.last(),
        chain=publish + max(ends.values()),
        total=publish + sum(map(sum, taken.values())),
        channel=watch.there("slack.conversations.create"),
        announcement=watch.there("slack.chat.postMessage"),
        briefing=watch.there("slack.chat.postMessage", 1),
        briefing_chain=publish + ends["briefing"],
        calls=Counter(name.partition(".")[0] for name, calls in taken.items() for _ in calls),
    )


def _chains(taken: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """When each step ends if every step starts at the moment it can, in seconds.

    Raises:
        RuntimeError: if `CALLS` does not say whose a call is.
    """
    left = {name: list(times) for name, times in taken.items() if name not in BESIDE}
    ends: dict[str, float] = {}
    for step in DECLARE.steps:
        starts = max((ends[name] for name in (*step.needs, *step.after)), default=0.0)
        own = [left[name].pop(0) for name in CALLS.get(step.name, []) if left.get(name)]
        ends[step.name] = starts + sum(own)
    if unknown := [name for name, times in left.items() if times]:
        raise RuntimeError(f"no step is known to make these calls: {', '.join(unknown)}")
    return ends


def _row(declared: Sequence[Declared]) -> list[str]:
    return [
        f"{median(one.wall for one in declared):.2f}",
        f"{median(one.chain for one in declared):.2f}",
        f"{median(one.wall / one.chain for one in declared):.2f}",
        f"{median(one.wall / one.total for one in declared):.2f}",
        f"{median(one.channel for one in declared):.2f}",
        f"{median(one.announcement for one in declared):.2f}",
        f"{median(one.briefing for one in declared):.2f}",
        f"{median(one.briefing / one.briefing_chain for one in declared):.2f}",
        f"{median(sum(one.calls.values()) for one in declared):.0f}",
    ]
