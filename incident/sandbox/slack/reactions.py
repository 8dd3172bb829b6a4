"""Reactions: an emoji that a person gives a message, or takes off it.

Sources: https://docs.slack.dev/reference/methods/reactions.add (names with a skin tone, what is refused),
https://docs.slack.dev/reference/methods/reactions.get
"""

from __future__ import annotations

import re
from dataclasses import replace

from incident.sandbox.slack import events, render
from incident.sandbox.slack.call import Call
from incident.sandbox.slack.interactions import NotPossibleError
from incident.sandbox.slack.workspace import JsonObject, Message, Workspace

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def get(call: Call) -> JsonObject:
    """`reactions.get`: of a message in a channel that the bot is in."""
    channel = call.channel(member=True)
    message = call.message(channel, call["timestamp"])
    shown = {**render.message(call.workspace, message), "permalink": render.permalink(call.url, message)}
    return {"type": "message", "channel": channel.id, "message": shown}


def add(workspace: Workspace, message: Message, user: str, name: str) -> Message:
    """Gives the message a reaction; the workspace's lock is held.

    Args:
        workspace: where.
        message: which; not an ephemeral one.
        user: the id of who reacts.
        name: of the emoji, without colons, such as `memo` or `memo::skin-tone-3`.

    Raises:
        NotPossibleError: there is no such emoji, or they gave it already.
    """
    if not _NAME.fullmatch(name):
        raise NotPossibleError(f"there is no emoji {name!r}")
    if f"{name}:{user}" in message.reactions:
        raise NotPossibleError(f"{user} gave {name} already")
    changed = workspace.put(replace(message, reactions=(*message.reactions, f"{name}:{user}")))
    workspace.happened(lambda: events.reaction(workspace, "reaction_added", changed, user, name))
    return changed


def remove(workspace: Workspace, message: Message, user: str, name: str) -> Message:
    """Takes a reaction of the user's off the message; the workspace's lock is held.

    Raises:
        NotPossibleError: they did not give it.
    """
    given = f"{name}:{user}"
    if given not in message.reactions:
        raise NotPossibleError(f"{user} did not give {name}")
    left = tuple(reaction for reaction in message.reactions if reaction != given)
    changed = workspace.put(replace(message, reactions=left))
    workspace.happened(lambda: events.reaction(workspace, "reaction_removed", changed, user, name))
    return changed
