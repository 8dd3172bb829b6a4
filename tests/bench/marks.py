"""A hundred messages that are put into the timeline in ten seconds, and what that costs."""

from __future__ import annotations

import random
import time
from collections import Counter

from incident.commands.events import SUBSCRIBED
from incident.sandbox.world import World
from incident.store.sqlite import SqliteStore
from tests.bench.change import OPENER, SETTLED_SECONDS, incident_in_a_world
from tests.bench.figures import table
from tests.bench.watch import Watch

MARKS = 100
MARKING_SECONDS = 10.0
AUTHOR = "U0BENOIT"
PATIENCE_SECONDS = 300.0
"""Slack lets about fifty messages be read in a minute, as its stand-in does here."""

COUNTED = {
    "Docs, read": "docs.documents.get",
    "Docs, write": "docs.documents.batchUpdate",
    "Slack, a message read": "slack.conversations.replies",
}


def run() -> str:
    """Marks a hundred messages of one incident, in no order."""
    with incident_in_a_world() as (world, channel):
        return _table(world, channel)


def _table(world: World, channel: str) -> str:
    world.slack.subscribed, world.slack.event_delivery = frozenset(SUBSCRIBED), "sent"
    world.slack.enforce_rate_limits = True
    for user in (OPENER, AUTHOR):
        world.slack.join(user, channel)
    written = [world.slack.type(AUTHOR, channel, f"step {number:03}") for number in range(MARKS)]
    messages = [
        m for m in world.slack.workspace.messages.values() if m.channel == channel and m.user == AUTHOR
    ]
    messages = [message for message in messages if message.text.startswith("step ")]
    assert len(written) == len(messages) == MARKS
    world.wait_until_settled(SETTLED_SECONDS)
    watch = Watch.of(world)
    for number, message in enumerate(random.Random(1).sample(messages, MARKS)):
        time.sleep(max(0.0, number * MARKING_SECONDS / MARKS - (time.monotonic() - watch.began)))
        world.slack.react(OPENER, channel, message.ts, "memo")
    marked = time.monotonic() - watch.began
    until = time.monotonic() + PATIENCE_SECONDS
    while not _all_there(world, channel):
        if time.monotonic() > until:
            raise RuntimeError("the report does not tell each once and in order")
        time.sleep(0.5)
    world.wait_until_settled(SETTLED_SECONDS)
    calls = Counter({name: len(taken) for name, taken in watch.taken().items()})
    rows = [[what, str(calls[name])] for what, name in COUNTED.items()]
    note = (
        f"{MARKS} messages marked in {marked:.1f} s, in no order; {watch.last() - marked:.1f} s after"
        f" the last all stand in the report, in order. All calls:"
        f" {', '.join(f'{name} {number}' for name, number in sorted(calls.items()))}."
    )
    return table("A hundred marked messages", ["calls", "number"], rows, note)


def _all_there(world: World, channel: str) -> bool:
    """Whether each stands in the report once, in order."""
    incident = SqliteStore(world.store).incident_in_channel(channel)
    text = world.google.document_text(incident.document_id) if incident else ""
    steps = [f"step {number:03}" for number in range(MARKS)]
    places = [text.find(step) for step in steps]
    return -1 not in places and places == sorted(places) and all(text.count(step) == 1 for step in steps)
