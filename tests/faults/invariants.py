"""What must be true once everything has settled, read off the stand-ins and the store, not off any call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from incident.model.incident import Deliverable
from incident.sandbox import verification
from incident.sandbox.slack.mrkdwn import escape
from incident.sandbox.slack.seed import ON_CALL
from incident.sandbox.slack.workspace import Channel, Message
from incident.sandbox.verification import CHANNEL
from tests.faults.agreement import wrong_with_surfaces
from tests.faults.harness import OPENER, TITLE, Harness
from tests.faults.stores import undone

NOTICE = "incident_notice"
"""The event type of messages that say what is late, what cannot be done, and what is there after all."""

RECEIPT = "incident_receipt"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be there more than once, because nobody could have known.

    Attributes:
        receipts: how often a person may have been told by `response_url`: what was said there cannot be read
            back, so where the answer to exactly that call was lost, it is said again. Never not at all.
        calls: how many Meet spaces may have been made: a space that nobody was given is invisible, and Meet
            has no way to list them. Only one may be known to anybody.
        lines: how many lines of the channel may say that its topic or its purpose was set: a service that
            sets it late sets it once more, to what it is.
        thanks: 0 where the person who made a change may be told nothing: the only place to tell them where
            they typed does not answer for long, and the channel's own line has to do.
    """

    receipts: int = 1
    calls: int = 1
    lines: int = 1
    thanks: int = 1


def wrong_with_incident(harness: Harness, allowed: Allowed) -> list[str]:
    """What is missing, doubled or half done of the incident called `TITLE`; everything else is known."""
    return list(_wrong(harness, allowed))


def _wrong(harness: Harness, allowed: Allowed) -> Iterator[str]:
    found = verification.inspect(
        harness.slack.workspace, harness.google, title=TITLE, opener=OPENER, known=harness.known
    )
    told = _receipts(harness)
    for line in found.lines:
        if line.step == "Opener's receipt":
            if not 1 <= told <= allowed.receipts:
                yield f"the opener was told {told} times"
        elif not line.ok:
            yield f"{line.step}: {len(line.found)}, {'; '.join(line.problems) or line.found}"
    for channel in _made(harness):
        yield from _wrong_in_channel(harness, channel, allowed)
        yield from wrong_with_surfaces(harness, channel)
    announced = said(harness, channel_named(harness, CHANNEL).id)
    if len(announced) != 1:
        yield f"{len(announced)} messages in #{CHANNEL}"
    spaces = [space for space in harness.google.spaces() if space.name not in harness.known]
    if not 1 <= len(spaces) <= allowed.calls:
        yield f"{len(spaces)} calls were started"
    copies = [
        f
        for f in harness.google.files()
        if f.parent == harness.workspace.folder_id and not f.trashed and f.id not in harness.known
    ]
    if len(copies) != 1:
        yield f"{len(copies)} files in the folder"
    if left := undone(harness.store):
        yield f"not done: {left}"
    yield from wrong_with_notices(harness, frozenset(Deliverable))


def wrong_with_notices(harness: Harness, about: Collection[str]) -> Iterator[str]:
    """What is wrong with the messages that say what is late.

    There is none where nothing was late, none is about anything else, and for each run, thing and reader
    there is one at the most, which was edited as things went.

    Args:
        harness: what to look at.
        about: what a workflow may be late with, as `Deliverable` calls it.
    """
    found = [m for m in notices(harness) if m.ts not in harness.known]
    if found and not harness.late:
        yield f"{len(found)} notices, although nothing was late"
    keys = Counter(_notice_key(message) for message in found)
    yield from (f"{count} notices {key}" for key, count in keys.items() if count > 1)
    deliverables = {key.split(".")[-2] for key in keys}
    yield from (f"a notice about {one}" for one in deliverables if one not in about)


def _notice_key(message: Message) -> str:
    """What tells it apart: `run.deliverable.reader`."""
    assert message.metadata
    return str(message.metadata["event_payload"]["key"])


def _wrong_in_channel(harness: Harness, channel: Channel, allowed: Allowed) -> Iterator[str]:
    messages = harness.slack.workspace.history(channel.id)
    lines = Counter((m.subtype, m.user) for m in messages if m.subtype)
    for event in ("channel_topic", "channel_purpose"):
        count = sum(number for (subtype, _), number in lines.items() if subtype == event)
        if not 1 <= count <= allowed.lines:
            yield f"{event} {count} times"
    for person in (OPENER, *ON_CALL.users):
        if person not in channel.members:
            yield f"{person} is not in #{channel.name}"
        if lines["channel_join", person] > 1:
            yield f"{person} joined {lines['channel_join', person]} times"
    if len(briefings := said(harness, channel.id)) != 1:
        yield f"{len(briefings)} messages of the bot's own in #{channel.name}"
    if len(channel.pins) != 1:
        yield f"pinned: {channel.pins}"
    bookmarks = [b for b in harness.slack.workspace.bookmarks.values() if b.channel == channel.id]
    if len(bookmarks) != 2:
        yield f"{len(bookmarks)} bookmarks"


def _receipts(harness: Harness) -> int:
    """How often the opener was told that the channel is there: where they typed, or in person."""
    places = [f"<#{channel.id}>" for channel in _made(harness)]
    return sum(
        any(place in message.text for place in places)
        and (message.ephemeral_to == OPENER or event_type(message) == RECEIPT)
        for message in harness.slack.workspace.messages.values()
    )


def said(harness: Harness, channel_id: str) -> list[Message]:
    """What the bot has posted in a channel for everybody and is not known, but for notices; oldest first."""
    bot = harness.slack.workspace.bot.id
    return [
        m
        for m in harness.slack.workspace.history(channel_id)
        if m.user == bot and not m.subtype and event_type(m) != NOTICE and m.ts not in harness.known
    ]


def notices(harness: Harness) -> list[Message]:
    """All notices, wherever they are, oldest first."""
    found = [m for m in harness.slack.workspace.messages.values() if event_type(m) == NOTICE]
    return sorted(found, key=lambda message: message.ts)


def event_type(message: Message) -> str:
    """Of its metadata; empty if it bears none."""
    return str(message.metadata["event_type"]) if message.metadata else ""


def channel_named(harness: Harness, name: str) -> Channel:
    """The channel of this name."""
    channel = harness.slack.workspace.channel_named(name)
    assert channel
    return channel


def incident_channel(harness: Harness, title: str = TITLE) -> Channel:
    """The channel of the incident of this title."""
    shown = escape(title)
    (channel,) = (c for c in harness.slack.workspace.channels.values() if c.purpose.endswith(shown))
    return channel


def _made(harness: Harness) -> list[Channel]:
    bot = harness.slack.workspace.bot.id
    return [
        c
        for c in harness.slack.workspace.channels.values()
        if c.creator == bot and c.kind != "direct" and c.id not in harness.known
    ]
