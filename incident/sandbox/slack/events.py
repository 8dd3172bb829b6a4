"""What happens in channels, as the Events API tells of it: the inner `event` of an `event_callback`.

Sources: https://docs.slack.dev/reference/events/member_joined_channel, member_left_channel, reaction_added,
reaction_removed, channel_archive, channel_unarchive, channel_rename and the like of `group`, message,
message/message_changed and message/message_deleted, all beside the first.
"""

from __future__ import annotations

from collections.abc import Mapping

from incident.sandbox.slack import render
from incident.sandbox.slack.workspace import Channel, JsonObject, Kind, Message, Workspace

_CHANNEL_TYPES = {"public": "channel", "private": "group", "direct": "im"}
_SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
_HISTORY: Mapping[Kind, str] = {
    "public": "channels:history",
    "private": "groups:history",
    "direct": "im:history",
}
_READ: Mapping[Kind, str] = {"public": "channels:read", "private": "groups:read"}
_SCOPES = {
    "message": _HISTORY,
    "reaction": dict.fromkeys(_HISTORY, "reactions:read"),
    "pin": dict.fromkeys(_HISTORY, "pins:read"),
}
"""By the first word of an event's type, if it is not to be seen with the right to read about channels."""
_FOR_EVERYBODY = frozenset({"channel_archive", "channel_unarchive", "channel_rename", "channel_deleted"})


def member_joined(
    workspace: Workspace, channel: Channel, user: str, ts: str, inviter: str | None
) -> JsonObject:
    """`member_joined_channel`; `inviter` is there only where somebody was invited."""
    return _membership(workspace, "member_joined_channel", channel, user, ts) | (
        {"inviter": inviter} if inviter else {}
    )


def member_left(workspace: Workspace, channel: Channel, user: str, ts: str) -> JsonObject:
    """`member_left_channel`."""
    return _membership(workspace, "member_left_channel", channel, user, ts)


def _membership(workspace: Workspace, kind: str, channel: Channel, user: str, ts: str) -> JsonObject:
    return {
        "type": kind,
        "user": user,
        "channel": channel.id,
        "channel_type": channel.id[0],  # one letter; `C` for private channels, too, since March 2021
        "team": workspace.users[user].team or workspace.team.id,
        "event_ts": ts,
    }


def reaction(workspace: Workspace, kind: str, message: Message, user: str, name: str) -> JsonObject:
    """`reaction_added` or `reaction_removed`.

    There is no `item_user` where the message is nobody's. The newest pages of Slack show a `channel_type`
    within `item`; older ones and Slack's own types do not, so it is not sent.

    Sources: https://docs.slack.dev/reference/events/reaction_added,
    https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/ReactionAddedEvent
    """
    return {
        "type": kind,
        "user": user,
        "reaction": name,
        **({"item_user": message.user} if message.user else {}),
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": workspace.new_ts(),
    }


def archived(workspace: Workspace, channel: Channel, user: str) -> JsonObject:
    """`channel_archive` or `group_archive`."""
    return _whole(workspace, channel, "archive", user)


def unarchived(workspace: Workspace, channel: Channel, user: str) -> JsonObject:
    """`channel_unarchive` or `group_unarchive`."""
    return _whole(workspace, channel, "unarchive", user)


def renamed(workspace: Workspace, channel: Channel) -> JsonObject:
    """`channel_rename` or `group_rename`, which do not say who did it."""
    shown: JsonObject = {
        "id": channel.id,
        "is_channel": channel.kind == "public",
        "is_mpim": False,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
    }
    kind = f"{_CHANNEL_TYPES[channel.kind]}_rename"
    return {"type": kind, "channel": shown, "event_ts": workspace.new_ts()}


def destroyed(workspace: Workspace, channel: Channel, user: str) -> JsonObject:
    """`channel_deleted` or `group_deleted`."""
    kind = f"{_CHANNEL_TYPES[channel.kind]}_deleted"
    return {"type": kind, "channel": channel.id, "actor_id": user, "event_ts": workspace.new_ts()}


def unpinned(workspace: Workspace, channel: Channel, user: str, item: JsonObject) -> JsonObject:
    """`pin_removed`, whose channel is `channel_id`.

    Sources: https://docs.slack.dev/reference/events/pin_removed,
    https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/PinRemovedEvent
    """
    return {
        "type": "pin_removed",
        "user": user,
        "channel_id": channel.id,
        "item": item,
        "item_user": item["message"].get("user", ""),
        "pin_count": str(len(channel.pins)),
        "pinned_info": {
            "channel": channel.id,
            "pinned_by": item["created_by"],
            "pinned_ts": item["created"],
        },
        "has_pins": bool(channel.pins),
        "event_ts": workspace.new_ts(),
    }


def _whole(workspace: Workspace, channel: Channel, change: str, user: str) -> JsonObject:
    """Of a private channel Slack's pages do not say who did it, and Slack's types call it `actor_id`.

    Sources: https://docs.slack.dev/reference/events/group_archive,
    https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/GroupUnarchiveEvent
    """
    private = channel.kind == "private"
    return {
        "type": f"{_CHANNEL_TYPES[channel.kind]}_{change}",
        "channel": channel.id,
        "actor_id" if private else "user": user,
        "event_ts": workspace.new_ts(),
    }


def message_posted(workspace: Workspace, message: Message) -> JsonObject:
    """`message`; one with files has the subtype `file_share` here, and none when it is read later.

    Source: https://docs.slack.dev/reference/events/message/file_share
    """
    shared = {"subtype": "file_share"} if message.files and not message.subtype else {}
    return {**render.message(workspace, message), **shared, **_place(workspace, message, message.ts)}


def message_changed(workspace: Workspace, message: Message, before: Message) -> JsonObject:
    """`message` with the subtype `message_changed`."""
    ts = workspace.new_ts()
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": ts,
        "message": render.message(workspace, message),
        "previous_message": render.message(workspace, before),
        **_place(workspace, message, ts),
    }


def message_deleted(workspace: Workspace, before: Message) -> JsonObject:
    """`message` with the subtype `message_deleted`; Slack does not say who deleted it."""
    ts = workspace.new_ts()
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "ts": ts,
        "deleted_ts": before.ts,
        "previous_message": render.message(workspace, before),
        **_place(workspace, before, ts),
    }


def _place(workspace: Workspace, message: Message, ts: str) -> JsonObject:
    channel = workspace.channels[message.channel]
    return {"channel": channel.id, "channel_type": _CHANNEL_TYPES[channel.kind], "event_ts": ts}


def subscription(event: JsonObject) -> str:
    """What an app subscribes to in order to be sent the event, such as `message.channels`."""
    return _SUBSCRIPTIONS[event["channel_type"]] if event["type"] == "message" else str(event["type"])


def place(event: JsonObject) -> str:
    """The id of the channel in which it happened."""
    found = event.get("channel") or event["item"]["channel"]
    return str(found["id"] if isinstance(found, dict) else found)


def is_for_everybody(event: JsonObject) -> bool:
    """Whether it is sent to all of the workspace, not to the members of the channel alone.

    Source: https://docs.slack.dev/reference/events/channel_unarchive, and the pages of the others
    """
    return event["type"] in _FOR_EVERYBODY


def scope(event: JsonObject, kind: Kind) -> str:
    """The scope without which Slack does not send such an event of this kind of channel; empty for none."""
    return _SCOPES.get(event["type"].partition("_")[0], _READ).get(kind, "")
