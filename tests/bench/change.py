"""An incident that changes: one change, and a hundred in ten seconds."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from incident.messages.locales import words_for
from incident.model.incident import Incident, Severity
from incident.sandbox.world import World
from incident.store.contract import IncidentStore, reflect_run
from incident.store.sqlite import SqliteStore
from incident.workflows.reflect import SURFACES
from tests.bench.delays import DELAYS
from tests.bench.figures import table
from tests.bench.watch import Watch

ROUNDS = 8
BURST = 100
BURST_SECONDS = 10.0
OPENER = "U0ALICE"
PLACE = "C0GENERAL"
SETTLED_SECONDS = 120.0

LINE = "slack.chat.postMessage"
ANSWER = "slack.response_url"
TALK = (LINE, ANSWER, "slack.users.info")
"""Calls that say or ask something about one change; all others bring surfaces to what is newest."""

WRITES = {
    "Docs": ("docs.documents.batchUpdate",),
    "Sheets": ("sheets.spreadsheets.batchUpdate", "sheets.spreadsheets.values.update"),
    "Slack": ("slack.chat.update", "slack.conversations.setTopic"),
}
"""The calls that write a surface, by service."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One change, in seconds from the command.

    Attributes:
        line: until its line was in the channel.
        line_chain: the calls that the line needs, had they followed at once.
        wall: until all surfaces showed it.
        chain: the longest chain of calls that a surface needs, had they followed at once.
        calls: how many of each.
    """

    line: float
    line_chain: float
    wall: float
    chain: float
    calls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Burst:
    """Many changes of one incident.

    Attributes:
        typed: seconds from the first command to the last.
        seconds: from the last command until all surfaces agreed.
        lines: seconds from the last command until the last line was in the channel.
        calls: how many of each.
    """

    typed: float
    seconds: float
    lines: float
    calls: Mapping[str, int]


def run() -> str:
    """Changes one incident again and again, then all at once."""
    with incident_in_a_world() as (world, channel):
        _change(world, channel, Severity.SEV1)  # the names of people and the tab's number are asked for once
        changed = [
            _change(world, channel, severity)
            for _, severity in zip(range(ROUNDS), _other_than(Severity.SEV1), strict=False)
        ]
    with incident_in_a_world() as (world, channel):
        burst = _burst(world, channel)
    return "\n".join([_change_table(changed), _burst_table(burst)])


@contextmanager
def incident_in_a_world() -> Iterator[tuple[World, str]]:
    """A world with an incident in it, and the incident's channel."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), delays=DELAYS) as world:
        watch = Watch.of(world)
        world.slack.type(OPENER, PLACE, "/incident database is down")
        world.wait_until_settled(SETTLED_SECONDS)
        watch.last()
        channels = world.slack.workspace.channels.values()
        yield world, next(channel.id for channel in channels if channel.name.startswith("incident-20"))


def _change(world: World, channel: str, severity: Severity) -> Changed:
    watch = Watch.of(world)
    world.slack.type(OPENER, channel, f"/incident severity {severity[-1]}")
    world.wait_until_settled(SETTLED_SECONDS)
    _check(world, channel)
    taken = watch.taken()
    publish, ask = taken.pop("pubsub.publish")
    # of Slack's surfaces each is one call; the report and the row are read, then written
    surfaces = [max(calls) for name, calls in taken.items() if name in WRITES["Slack"]]
    surfaces += [
        sum(sum(calls) for name, calls in taken.items() if name.startswith(service))
        for service in ("docs.", "sheets.")
    ]
    return Changed(
        line=watch.there(LINE),
        line_chain=publish + taken[LINE][0],
        wall=watch.last(*TALK),
        chain=publish + ask + max(surfaces),
        calls=Counter({name: len(calls) for name, calls in taken.items()}),
    )


def _burst(world: World, channel: str) -> Burst:
    """Every second change is a severity, so that every surface has something to show."""
    watch = Watch.of(world)

    def change(number: int) -> None:
        time.sleep(max(0.0, number * BURST_SECONDS / BURST - (time.monotonic() - watch.began)))
        what = f"update step {number}" if number % 2 else f"severity {number // 2 % 4 + 1}"
        world.slack.type(OPENER, channel, f"/incident {what}")

    with ThreadPoolExecutor(8) as people:
        for _ in people.map(change, range(BURST)):
            pass
    typed = time.monotonic() - watch.began
    world.wait_until_settled(SETTLED_SECONDS)
    _check(world, channel)
    taken = watch.taken()
    return Burst(
        typed=typed,
        seconds=watch.last(*TALK) - typed,
        lines=watch.there(LINE, -1) - typed,
        calls=Counter({name: len(calls) for name, calls in taken.items()}),
    )


def _check(world: World, channel: str) -> None:
    """Makes sure that all surfaces show the newest version.

    Raises:
        RuntimeError: if one does not.
    """
    store: IncidentStore = SqliteStore(world.store)
    incident = store.incident_in_channel(channel)
    if incident is None:
        raise RuntimeError("the incident is not there")
    shown = store.surfaces(incident.id)
    behind = [one.name for one in SURFACES if shown[one.name].get("version", 0) < incident.version]
    if behind or (run := store.run(reflect_run(incident.id))) is None or run.state != "done":
        raise RuntimeError(f"not reflected: {', '.join(behind)}")
    if missing := _not_shown(world, channel, incident):
        raise RuntimeError(f"{', '.join(missing)} do not show {incident.severity}")


def _not_shown(world: World, channel: str, incident: Incident) -> list[str]:
    """What does not show the severity in Slack and Google Workspace themselves; the topic never does."""
    severity = words_for("en").severity_of(incident)
    rows = world.google.sheet_rows(world.workspace.spreadsheet_id, world.workspace.sheet)
    row = next(row for row in rows if row[0].text == incident.id)
    pinned = world.slack.workspace.channels[channel].pins
    briefings = [message for message in world.slack.workspace.messages.values() if message.ts in pinned]
    texts = {
        "the report": world.google.document_text(incident.document_id),
        "the row": " ".join(cell.text for cell in row),
        "the briefing": json.dumps([message.blocks for message in briefings]),
    }
    return [where for where, text in texts.items() if severity not in text]


def _other_than(last: Severity) -> Iterator[Severity]:
    """Severities, none twice in a row."""
    while True:
        for severity in Severity:
            if severity is not last:
                yield severity
                last = severity


def _change_table(changed: Sequence[Changed]) -> str:
    rows = [
        ["its line in the channel", *_row([(one.line, one.line_chain) for one in changed])],
        ["all surfaces show it", *_row([(one.wall, one.chain) for one in changed])],
    ]
    calls = changed[-1].calls
    kinds = ", ".join(f"{name} {number}" for name, number in sorted(calls.items()))
    note = f"Remote calls of one change: {sum(calls.values())} ({kinds}), and two publishes."
    heads = ["a change of severity", "median s", "longest chain s", "/ chain"]
    return table("A change", heads, rows, note)


def _row(times: Sequence[tuple[float, float]]) -> list[str]:
    return [
        f"{median(wall for wall, _ in times):.2f}",
        f"{median(chain for _, chain in times):.2f}",
        f"{median(wall / chain for wall, chain in times):.2f}",
    ]


def _burst_table(burst: Burst) -> str:
    rows = [
        [service, f"{sum(burst.calls.get(name, 0) for name in names)}"] for service, names in WRITES.items()
    ]
    note = (
        f"{BURST} changes typed in {burst.typed:.1f} s; {burst.seconds:.1f} s after the last all surfaces"
        f" agree, after {burst.lines:.1f} s its line is in the channel. Besides the writes of surfaces:"
        f" {burst.calls.get(LINE, 0)} lines, {burst.calls.get(ANSWER, 0)} answers and"
        f" {burst.calls.get('pubsub.publish', 0)} publishes; all calls:"
        f" {', '.join(f'{name} {number}' for name, number in sorted(burst.calls.items()))}."
    )
    return table("A burst", ["writes of surfaces", "calls"], rows, note)
