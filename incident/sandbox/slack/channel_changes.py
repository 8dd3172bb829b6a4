"""What happens to a channel, whoever does it: its record, the line in it that says so, the event.

The workspace's lock is held by who calls.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from incident.sandbox.slack import events, render
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.workspace import Channel, Message, Workspace

_LONGEST_NAME = 80
_RESERVED = frozenset({"here", "channel", "everyone", "group"})


def system_message(
    workspace: Workspace,
    channel: Channel,
    user: str,
    subtype: str,
    text: str,
    *,
    inviter: str | None = None,
    **details: object,
) -> Message:
    """Adds what Slack itself writes into a channel when something happens to it; the lock is held.

    Args:
        workspace: where.
        channel: which.
        user: the id of who made it happen.
        subtype: such as `channel_topic`.
        text: mrkdwn.
        inviter: the id of who brought them in, of `channel_join`.
        details: what the line says besides, such as `topic`.
    """
    line = Message(
        channel.id,
        workspace.new_ts(),
        user,
        text,
        subtype=subtype,
        inviter=inviter,
        details=details or None,
    )
    workspace.put(line)
    workspace.happened(lambda: events.message_posted(workspace, line))
    return line


def enter(workspace: Workspace, channel: Channel, user: str, inviter: str | None = None) -> Channel:
    """Makes the user a member, with the line that says so; returns the channel as it is then.

    Args:
        workspace: where.
        channel: public or private.
        user: the id of who comes in.
        inviter: the id of who brings them in; None if they come by themselves.
    """
    changed = workspace.put(replace(channel, members=(*channel.members, user)))
    text = f"<@{user}> has joined the channel"
    line = system_message(workspace, changed, user, "channel_join", text, inviter=inviter)
    workspace.happened(lambda: events.member_joined(workspace, changed, user, line.ts, inviter))
    return changed


def leave(workspace: Workspace, channel: Channel, user: str) -> Channel:
    """Takes the member out, with the line that says so; returns the channel as it is then."""
    changed = workspace.put(replace(channel, members=tuple(m for m in channel.members if m != user)))
    line = system_message(workspace, changed, user, "channel_leave", f"<@{user}> has left the channel")
    workspace.happened(lambda: events.member_left(workspace, changed, user, line.ts))
    return changed


def archive(workspace: Workspace, channel: Channel, user: str) -> Channel:
    """Archives the channel; returns it as it is then.

    It puts everybody out of a public channel, bots too; of a private one the members stay who can look at it.

    Sources: https://docs.slack.dev/reference/events/channel_archive,
    https://docs.slack.dev/reference/events/group_archive (sent to the members),
    https://github.com/elastic/connectors/issues/1972 (bots cannot read the channel any more),
    https://github.com/open-cli-collective/slack-chat-api/issues/26 (they are no members)
    """
    subtype = "group_archive" if channel.kind == "private" else "channel_archive"
    system_message(workspace, channel, user, subtype, f"<@{user}> archived the channel")
    workspace.happened(lambda: events.archived(workspace, channel, user))
    members = channel.members if channel.kind == "private" else ()
    return workspace.put(replace(channel, archived=True, members=members))


def unarchive(workspace: Workspace, channel: Channel, user: str) -> Channel:
    """Opens an archived channel again; who does it is in it then, and of a public one nobody else.

    Sources: https://docs.slack.dev/reference/methods/conversations.unarchive (the user is added),
    https://docs.slack.dev/reference/events/channel_unarchive (sent to all of the workspace),
    https://docs.slack.dev/reference/events/group_unarchive (sent to the members)
    """
    members = tuple(dict.fromkeys((*channel.members, user)))
    changed = workspace.put(replace(channel, archived=False, members=members))
    subtype = "group_unarchive" if channel.kind == "private" else "channel_unarchive"
    system_message(workspace, changed, user, subtype, f"<@{user}> un-archived the channel")
    workspace.happened(lambda: events.unarchived(workspace, changed, user))
    return changed


def check_name(workspace: Workspace, name: str) -> None:
    """Refuses what no channel can be called. People may use letters of every language, an app may not.

    Raises:
        SlackError: `name_taken`, or `invalid_name_...` for what is wrong.

    Source: https://docs.slack.dev/reference/methods/conversations.rename
    """
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > _LONGEST_NAME:
        raise SlackError("invalid_name_maxlength")
    if not re.fullmatch(r"[\w-]+", name) or name != name.lower():
        raise SlackError("invalid_name_specials")
    if not re.search(r"[^\W_]", name):
        raise SlackError("invalid_name_punctuation")
    if name in _RESERVED:
        raise SlackError("invalid_name")
    if workspace.channel_named(name):
        raise SlackError("name_taken")


def rename(workspace: Workspace, channel: Channel, user: str, name: str) -> Channel:
    """Gives the channel a name that is fine; returns it as it is then.

    Sources: https://docs.slack.dev/reference/events/message/channel_name,
    https://docs.slack.dev/reference/events/channel_rename
    """
    before = channel.name
    changed = workspace.put(replace(channel, name=name, previous_names=(*channel.previous_names, before)))
    subtype = "group_name" if channel.kind == "private" else "channel_name"
    text = f'<@{user}> has renamed the channel from "{before}" to "{name}"'
    system_message(workspace, changed, user, subtype, text, old_name=before, name=name)
    workspace.happened(lambda: events.renamed(workspace, changed))
    return changed


def describe(
    workspace: Workspace, channel: Channel, user: str, what: Literal["topic", "purpose"], words: str
) -> Channel:
    """Sets or clears the topic or the purpose; returns the channel as it is then. No event but the line's.

    Source: https://docs.slack.dev/reference/events/message/channel_topic
    """
    if what == "topic":
        changed = replace(channel, topic=words, topic_by=user)
    else:
        changed = replace(channel, purpose=words)
    workspace.put(changed)
    place = "group" if channel.kind == "private" else "channel"
    text = f"set the channel {what}: {words}" if words else f"cleared the channel {what}"
    system_message(workspace, changed, user, f"{place}_{what}", text, **{what: words})
    return changed


def unpin(workspace: Workspace, channel: Channel, user: str, message: Message) -> Channel:
    """Takes a pinned message off the channel's pins; returns the channel as it is then.

    Source: https://docs.slack.dev/reference/events/pin_removed
    """
    item = render.pin(workspace, message)
    changed = workspace.put(replace(channel, pins=tuple(ts for ts in channel.pins if ts != message.ts)))
    workspace.happened(lambda: events.unpinned(workspace, changed, user, item))
    return changed


def destroy(workspace: Workspace, channel: Channel, user: str) -> None:
    """Deletes the channel and all that is in it.

    Sources: https://docs.slack.dev/reference/events/channel_deleted (sent to all of the workspace),
    https://docs.slack.dev/reference/events/group_deleted
    """
    workspace.happened(lambda: events.destroyed(workspace, channel, user))
    for message in [m for m in workspace.messages.values() if m.channel == channel.id]:
        workspace.drop(message)
    for bookmark in [b for b in workspace.bookmarks.values() if b.channel == channel.id]:
        workspace.drop(bookmark)
    for url in [u for u in workspace.response_urls.values() if u.channel == channel.id]:
        workspace.drop(url)
    workspace.drop(channel)
