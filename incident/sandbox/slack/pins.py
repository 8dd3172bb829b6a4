"""The methods of pins: what stands at the top of a channel."""

from __future__ import annotations

from dataclasses import replace

from incident.sandbox.slack import channel_changes, render
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.call import Call
from incident.sandbox.slack.workspace import JsonObject

_MOST_PINS = 100


def add(call: Call) -> JsonObject:
    """`pins.add`."""
    channel = call.channel(member=True, active=True)
    message = call.message(channel, call["timestamp"])
    if message.ts in channel.pins:
        raise SlackError("already_pinned")
    if message.subtype.startswith("channel_"):
        raise SlackError("not_pinnable")
    if len(channel.pins) >= _MOST_PINS:
        raise SlackError("too_many_pins")
    call.workspace.put(replace(channel, pins=(*channel.pins, message.ts)))
    return {}


def remove(call: Call) -> JsonObject:
    """`pins.remove`.

    Source: https://docs.slack.dev/reference/methods/pins.remove
    """
    channel = call.channel(member=True, active=True)
    message = call.message(channel, call["timestamp"])
    if message.ts not in channel.pins:
        raise SlackError("no_pin")
    channel_changes.unpin(call.workspace, channel, call.bot.id, message)
    return {}


def listing(call: Call) -> JsonObject:
    """`pins.list`: newest pin first.

    Source: https://docs.slack.dev/reference/methods/pins.list
    """
    channel = call.channel(member=True)
    pinned = [call.workspace.messages[ts] for ts in reversed(channel.pins)]
    return {"items": [render.pin(call.workspace, message, url=call.url) for message in pinned]}
