"""What must be true once everything has settled, read off the stand-ins and the store, not off any call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from incident.sandbox import receipt
from incident.sandbox.receipt import CHANNEL
from incident.sandbox.slack.seed import ON_CALL
from incident.sandbox.slack.workspace import Channel, Message
from tests.faults.rig import OPENER, TITLE, Rig
from tests.faults.stores import undone

NOTICE = "incident_notice"
"""The event type of messages that say what is late, what cannot be done, and what is there after all."""


def wrong_with_incident(rig: Rig, *, receipts: int = 1, calls: int = 1) -> list[str]:
    """What is missing, doubled or half done of the one incident there is.

    Args:
        rig: where to look.
        receipts: how often the opener may have been told; never not at all.
        calls: how many calls may have been started; only one may be known to anybody.
    """
    return list(_wrong(rig, receipts, calls))


def _wrong(rig: Rig, receipts: int, calls: int) -> Iterator[str]:
    found = receipt.inspect(rig.slack.workspace, rig.google, title=TITLE, opener=OPENER)
    for line in found.lines:
        if line.step == "Opener's receipt":
            if not 1 <= len(line.found) <= receipts:
                yield f"the opener was told {len(line.found)} times"
        elif not line.ok:
            yield f"{line.step}: {len(line.found)}, {'; '.join(line.problems) or line.found}"
    channels = [c for c in rig.slack.workspace.channels.values() if c.creator == rig.slack.workspace.bot.id]
    for channel in channels:
        if channel.kind != "direct":
            yield from _wrong_in_channel(rig, channel)
    announced = said(rig, channel_named(rig, CHANNEL).id)
    if len(announced) != 1:
        yield f"{len(announced)} messages in #{CHANNEL}"
    if not 1 <= len(rig.google.spaces()) <= calls:
        yield f"{len(rig.google.spaces())} calls were started"
    copies = [f for f in rig.google.files() if f.parent == rig.workspace.folder_id and not f.trashed]
    if len(copies) != 1:
        yield f"{len(copies)} files in the folder"
    if left := undone(rig.store):
        yield f"not done: {left}"


def _wrong_in_channel(rig: Rig, channel: Channel) -> Iterator[str]:
    messages = rig.slack.workspace.history(channel.id)
    lines = Counter((m.subtype, m.user) for m in messages if m.subtype)
    for event in ("channel_topic", "channel_purpose"):
        count = sum(number for (subtype, _), number in lines.items() if subtype == event)
        if count != 1:
            yield f"{event} {count} times"
    for person in (OPENER, *ON_CALL.users):
        if person not in channel.members:
            yield f"{person} is not in #{channel.name}"
        if lines["channel_join", person] > 1:
            yield f"{person} joined {lines['channel_join', person]} times"
    if len(briefings := said(rig, channel.id)) != 1:
        yield f"{len(briefings)} messages of the bot's own in #{channel.name}"
    if len(set(channel.pins)) != len(channel.pins) or len(channel.pins) != 1:
        yield f"pinned: {channel.pins}"
    bookmarks = [b for b in rig.slack.workspace.bookmarks.values() if b.channel == channel.id]
    if len(bookmarks) != 2:
        yield f"{len(bookmarks)} bookmarks"


def said(rig: Rig, channel_id: str) -> list[Message]:
    """What the bot has posted in a channel for everybody, but for notices; oldest first."""
    bot = rig.slack.workspace.bot.id
    return [
        m
        for m in rig.slack.workspace.history(channel_id)
        if m.user == bot and not m.subtype and event_type(m) != NOTICE
    ]


def notices(rig: Rig) -> list[Message]:
    """All notices, wherever they are, oldest first."""
    found = [m for m in rig.slack.workspace.messages.values() if event_type(m) == NOTICE]
    return sorted(found, key=lambda message: message.ts)


def event_type(message: Message) -> str:
    """Of its metadata; empty if it bears none."""
    return str(message.metadata["event_type"]) if message.metadata else ""


def channel_named(rig: Rig, name: str) -> Channel:
    """The channel of this name."""
    channel = rig.slack.workspace.channel_named(name)
    assert channel
    return channel


def incident_channel(rig: Rig) -> Channel:
    """The one channel that the bot has made."""
    bot = rig.slack.workspace.bot.id
    channels = [c for c in rig.slack.workspace.channels.values() if c.creator == bot and c.kind != "direct"]
    assert len(channels) == 1, channels
    return channels[0]
