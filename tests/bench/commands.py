"""Each command by itself: its calls, and how soon its line and every surface show it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from statistics import median

from incident.commands import action, commander
from incident.sandbox.slack.workspace import Message
from incident.sandbox.world import World
from incident.store.contract import IncidentStore
from incident.store.sqlite import SqliteStore
from tests.bench.delays import DELAYS
from tests.bench.figures import table
from tests.bench.watch import Watch

ROUNDS = 2
ALICE, BENOIT, PLACE, BOARD = "U0ALICE", "U0BENOIT", "C0GENERAL", "C0SRE"
SETTLED_SECONDS = 60.0
LINE = "slack.chat.postMessage"
ANSWER = "slack.response_url"
PUBLISH = "pubsub.publish"

SURFACES = ("docs.", "sheets.", "slack.chat.update", "slack.conversations.setTopic")
"""What the calls begin with that bring surfaces to what is newest."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command.

    Attributes:
        name: what is typed, or pressed.
        does: has somebody do it.
        before: calls that have to be made before its fact can be stated, or its surface be right.
        before_line: those that its line or answer waits for, besides.
        answer: the call that is its line or its answer.
    """

    name: str
    does: Callable[[World, str], object]
    before: Sequence[str] = ()
    before_line: Sequence[str] = ()
    answer: str = LINE


@dataclass(frozen=True, slots=True)
class Done:
    """What a command took, in seconds from when it was given; `nan` where it has no line, or no surface."""

    line: float
    line_chain: float
    wall: float
    chain: float
    calls: Mapping[str, int]


def _typed(text: str, user: str = ALICE) -> Case:
    return Case(f"`{text}`", lambda world, channel: world.slack.type(user, channel, f"/incident {text}"))


def _last(world: World, channel: str, action_id: str) -> Message:
    """The newest message with this button."""
    there = [m for m in world.slack.workspace.messages.values() if m.channel == channel]
    return max((m for m in there if action_id in str(m.blocks)), key=lambda message: message.ts)


def _pressed(
    name: str, action_id: str, user: str, *, value: str | None = None, where: str = "", answer: str = ANSWER
) -> Case:
    def press(world: World, channel: str) -> object:
        place = where or channel
        if where == "direct":
            place = next(
                c.id
                for c in world.slack.workspace.channels.values()
                if c.kind == "direct" and user in c.members
            )
        message = _last(world, place, action_id)
        return world.slack.press(user, message.channel, message.ts, action_id, value)

    return Case(name, press, answer=answer)


INVITE, INFO = "slack.conversations.invite", "slack.users.info"
CASES: Sequence[Case] = (
    Case(
        "`ol @benoit`",
        lambda world, channel: world.slack.type(ALICE, channel, "/incident ol @benoit"),
        before=(INFO,),
    ),
    Case(
        "`ic @benoit` (offer)",
        lambda world, channel: world.slack.type(ALICE, channel, "/incident ic @benoit"),
    ),
    _pressed("**I have command**", commander.ACCEPT, BENOIT),
    _typed("ic"),
    _typed("comms"),
    _typed("update we roll back"),
    _typed("monitoring"),
    _typed("monitoring errors fall"),
    _typed("severity 2"),
    Case(
        "`page @on-call @zoe look`",
        lambda world, channel: world.slack.type(ALICE, channel, "/incident page @on-call @zoe look"),
        before=(INFO,),
        before_line=("slack.usergroups.users.list", INVITE),
    ),
    _pressed("**I’m coming**", "call.yes", BENOIT, answer="slack.chat.update"),
    _typed("note the cache was cold"),
    _typed("did restart it"),
    _typed("decision fail over", ALICE),
    _typed("action rotate the key"),
    _pressed("**Now**", action.NOW, ALICE, answer="slack.chat.update"),
    Case(
        "`undo`",
        lambda world, channel: world.slack.type(ALICE, channel, "/incident undo"),
        answer=ANSWER,
    ),
    Case(
        "`rename payments fail`",
        lambda world, channel: world.slack.type(ALICE, channel, "/incident rename payments fail"),
        before=("slack.conversations.rename",),
    ),
    Case(
        "`status`",
        lambda world, channel: world.slack.type(ALICE, channel, "/incident status"),
        answer=ANSWER,
    ),
    _pressed("**Follow**", "incident.follow", BENOIT, where=BOARD),
    _typed("resolve rolled back"),
    _typed("reopen it is back"),
)
"""In an order in which each has something to do."""


def run() -> str:
    """Gives each command once in each of a few incidents, each in a world of its own."""
    rounds = [_round() for _ in range(ROUNDS)]
    rows = []
    for number, case in enumerate(CASES):
        done = [one[number] for one in rounds]
        rows.append(
            [
                case.name,
                f"{median(sum(one.calls.values()) for one in done):.0f}",
                *_times([(one.line, one.line_chain) for one in done]),
                *_times([(one.wall, one.chain) for one in done]),
            ]
        )
    heads = ["command", "calls", "line s", "its chain s", "/ chain", "all shown s", "chain s", "/ chain"]
    note = (
        f"Medians of {ROUNDS}. Calls are those of Slack and Google, apart from publishes. The line or, where"
        " there is none, the answer or the edit that shows it. Aims: 1.10 of the chain, and under 3 s."
    )
    return table("Each command", heads, rows, note)


def _round() -> list[Done]:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), delays=DELAYS) as world:
        world.slack.type(ALICE, PLACE, "/incident database is down")
        world.wait_until_settled(SETTLED_SECONDS)
        channels = world.slack.workspace.channels.values()
        channel = next(channel.id for channel in channels if channel.name.startswith("incident-20"))
        return [_done(world, channel, case) for case in CASES]


def _done(world: World, channel: str, case: Case) -> Done:
    watch = Watch.of(world)
    case.does(world, channel)
    world.wait_until_settled(SETTLED_SECONDS)
    _check(world, channel, case)
    taken = watch.taken()
    publishes = taken.pop(PUBLISH, [0.0])
    before = sum(max(taken.get(name, [0.0])) for name in case.before)
    more = sum(max(taken.get(name, [0.0])) for name in case.before_line)
    answers = taken.get(case.answer)
    nan = float("nan")
    shown = _surface_chains(taken)
    asked = publishes[1] if len(publishes) > 1 else 0.0
    return Done(
        line=watch.there(case.answer) if answers else nan,
        line_chain=publishes[0] + _ask(case, asked) + before + more + answers[0] if answers else nan,
        wall=_surfaces_last(watch) if shown else nan,
        chain=publishes[0] + before + asked + max(shown) if shown else nan,
        calls=Counter({name: len(calls) for name, calls in taken.items()}),
    )


def _ask(case: Case, asked: float) -> float:
    """What is shown by an edit waits for the reflecting run."""
    return asked if case.answer == "slack.chat.update" else 0.0


def _surface_chains(taken: Mapping[str, Sequence[float]]) -> list[float]:
    """Seconds that each surface takes: of Slack's each is one call; report and row are read, then written."""
    slack = [max(calls) for name, calls in taken.items() if name in SURFACES]
    google = [
        sum(max(calls) for name, calls in taken.items() if name.startswith(service))
        for service in ("docs.", "sheets.")
    ]
    return [seconds for seconds in (*slack, *google) if seconds]


def _surfaces_last(watch: Watch) -> float:
    """When the last surface showed it."""
    return max(acted for call, _, acted in watch.acted if call.name.startswith(SURFACES))


def _check(world: World, channel: str, case: Case) -> None:
    """Makes sure that every surface shows the newest version.

    Raises:
        RuntimeError: if one does not.
    """
    store: IncidentStore = SqliteStore(world.store)
    incident = store.incident_in_channel(channel)
    if incident is None:
        raise RuntimeError("the incident is not there")
    behind = [
        name
        for name, record in store.surfaces(incident.id).items()
        if not name.startswith("line.") and record.get("version", 0) < incident.version
    ]
    if behind:
        raise RuntimeError(f"{case.name}: {', '.join(behind)} lag")


def _times(times: Sequence[tuple[float, float]]) -> list[str]:
    known = [(wall, chain) for wall, chain in times if not isnan(wall)]
    if not known:
        return ["–", "–", "–"]
    walls, chains = (median(column) for column in zip(*known, strict=True))
    return [f"{walls:.2f}", f"{chains:.2f}", f"{median(wall / chain for wall, chain in known):.2f}"]
