"""The methods of messages: posting, editing, deleting; and bookmarks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from incident.sandbox.slack import blocks as block_kit
from incident.sandbox.slack import events, mrkdwn, render
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.call import Call
from incident.sandbox.slack.conversations import check_addressee, direct_channel
from incident.sandbox.slack.workspace import SLACKBOT, Bookmark, Channel, JsonObject, Message, Workspace

_DELETED = "This message was deleted."
_MOST_BOOKMARKS = 100
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_EMOJI = re.compile(r":?[a-z0-9_+'-]+:?")


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, checked: `text` in mrkdwn and `blocks` with their ids."""

    text: str
    blocks: tuple[JsonObject, ...]


def content(text: str, blocks: Sequence[Any] | None) -> Content:
    """Checks what a message is to say.

    Raises:
        SlackError: `no_text`, `invalid_blocks`, or `invalid_arguments` for text that is not mrkdwn.
    """
    if not text.strip() and not blocks:
        raise SlackError("no_text")
    if wrong := list(mrkdwn.problems(text)):
        raise SlackError("invalid_arguments", *(f"[ERROR] text: {problem}" for problem in wrong))
    if not blocks:
        return Content(text, ())
    if wrong := block_kit.problems(blocks, "message"):
        raise SlackError("invalid_blocks", *wrong)
    return Content(text, block_kit.with_ids(blocks))


def post_message(call: Call) -> JsonObject:
    """`chat.postMessage`: to a channel by id or name, or to a person."""
    _refuse_disguise(call)
    channel = _destination(call)
    said = content(call.get("text", ""), call.get("blocks", None))
    thread = call.get("thread_ts", None)
    _check_thread(call, channel, thread)
    broadcast = call.get("reply_broadcast", default=False)
    if broadcast and thread is None:
        raise SlackError("invalid_arguments", "[ERROR] reply_broadcast: is of use in a thread only")
    message = call.workspace.put(
        Message(
            channel.id,
            call.workspace.new_ts(),
            call.bot.id,
            said.text,
            said.blocks,
            metadata=_metadata(call),
            thread_ts=thread,
            subtype="bot_message" if call.get("username", "") else "",
            broadcast=broadcast,
            username=call.get("username", ""),
        )
    )
    call.workspace.happened(lambda: events.message_posted(call.workspace, message))
    shown = render.message(call.workspace, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def _refuse_disguise(call: Call) -> None:
    """A name or an icon of one's own needs a scope of its own."""
    if {"username", "icon_emoji", "icon_url"} & call.arguments.keys():
        call.require(["chat:write.customize"])


def _destination(call: Call) -> Channel:
    """The channel by id, by name with or without `#`, or the direct message with a user."""
    wanted: str = call["channel"]
    workspace = call.workspace
    named = workspace.channel_named(wanted.removeprefix("#"))
    if wanted in workspace.users and wanted != call.bot.id:
        check_addressee(workspace.users[wanted])
        return direct_channel(workspace, wanted)
    found = workspace.channels.get(wanted) or named
    if found is None or (found.kind != "public" and call.bot.id not in found.members):
        raise SlackError("channel_not_found")
    if found.archived:
        raise SlackError("is_archived")
    if call.bot.id not in found.members and "chat:write.public" not in call.granted:
        raise SlackError("not_in_channel")
    return found


def _check_thread(call: Call, channel: Channel, thread: str | None) -> None:
    """Slack would post a reply to nothing, or to a reply; here that is refused."""
    if thread is None:
        return
    parent = call.workspace.messages.get(thread)
    if parent is None or parent.channel != channel.id or parent.ephemeral_to or parent.is_reply:
        raise SlackError("thread_not_found")
    if parent.subtype:
        raise SlackError("cannot_reply_to_message")


def _metadata(call: Call) -> JsonObject | None:
    metadata = call.get("metadata", None)
    if metadata is not None and (wrong := block_kit.metadata_problems(metadata)):
        raise SlackError("invalid_metadata_format", *wrong)
    return metadata


def post_ephemeral(call: Call) -> JsonObject:
    """`chat.postEphemeral`: to one member of a channel that the bot is in too.

    In a thread that has no reply yet Slack would show it to nobody; here that is refused.

    Source: https://docs.slack.dev/reference/methods/chat.postEphemeral
    """
    _refuse_disguise(call)
    channel = call.channel(member=True, active=True)
    if call["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    said = content(call.get("text", ""), call.get("blocks", None))
    thread = call.get("thread_ts", None)
    _check_thread(call, channel, thread)
    if thread is not None and not call.workspace.replies(thread):
        raise SlackError("thread_not_found")
    ts, user = call.workspace.new_ts(), call["user"]
    message = Message(
        channel.id, ts, call.bot.id, said.text, said.blocks, thread_ts=thread, ephemeral_to=user
    )
    return {"message_ts": call.workspace.put(message).ts}


def update(call: Call) -> JsonObject:
    """`chat.update`: of the bot's own message; blocks and metadata that are not sent stay as they are."""
    message = _own(call, "cant_update_message")
    blocks = call.get("blocks", list(message.blocks) if "text" in call.arguments else None)
    said = content(call.get("text", ""), blocks)
    metadata = _metadata(call) if call.get("metadata", {}) else None
    broadcast = call.get("reply_broadcast", default=message.broadcast)
    if broadcast and not message.is_reply:
        raise SlackError("cant_broadcast_message")
    changed = call.workspace.put(
        replace(
            message,
            text=said.text,
            blocks=said.blocks,
            metadata=metadata if "metadata" in call.arguments else message.metadata,
            edited=call.workspace.new_ts(),
            broadcast=broadcast,
        )
    )
    call.workspace.happened(lambda: events.message_changed(call.workspace, changed, message))
    shown = render.message(call.workspace, changed, metadata=True)
    return {"channel": changed.channel, "ts": changed.ts, "text": changed.text, "message": shown}


def delete(call: Call) -> JsonObject:
    """`chat.delete`: of the bot's own message.

    Source: https://docs.slack.dev/reference/methods/chat.delete (only messages posted by that bot, and no
    accommodation for those that bear another name).
    """
    message = _own(call, "cant_delete_message")
    if message.subtype == "bot_message":
        raise SlackError("cant_delete_message")
    remove(call.workspace, message)
    return {"channel": message.channel, "ts": message.ts}


def remove(workspace: Workspace, message: Message) -> None:
    """Deletes a message, and its pin with it; one that was replied to leaves a tombstone for its thread.

    The tombstone goes with the last of the replies.
    """
    if message.ephemeral_to:
        workspace.drop(message)
        return
    channel = workspace.channels[message.channel]
    if message.ts in channel.pins:
        workspace.put(replace(channel, pins=tuple(ts for ts in channel.pins if ts != message.ts)))
    if workspace.replies(message.ts):
        _bury(workspace, message)
        return
    workspace.happened(lambda: events.message_deleted(workspace, message))
    workspace.drop(message)
    grave = workspace.messages.get(message.thread_ts or "")
    if grave is not None and grave.subtype == "tombstone" and not workspace.replies(grave.ts):
        remove(workspace, grave)


def _bury(workspace: Workspace, message: Message) -> None:
    """Leaves a tombstone in place of a message; to the bot that is a change, not a deletion.

    Sources: https://github.com/42wim/matterbridge/issues/600, https://github.com/slack-edge/slack-edge/pull/10
    """
    ts = message.ts
    grave = workspace.put(Message(message.channel, ts, SLACKBOT, _DELETED, thread_ts=ts, subtype="tombstone"))
    workspace.happened(lambda: events.message_changed(workspace, grave, message))


def _own(call: Call, otherwise: str) -> Message:
    message = call.message(call.channel(active=True), call["ts"])
    if message.user != call.bot.id or message.subtype.startswith("channel_"):
        raise SlackError(otherwise)
    return message


def permalink(call: Call) -> JsonObject:
    """`chat.getPermalink`."""
    channel = call.channel()
    message = call.message(channel, call["message_ts"])
    return {"channel": channel.id, "permalink": render.permalink(call.url, message)}


def add_bookmark(call: Call) -> JsonObject:
    """`bookmarks.add`: of a link; Slack has no other type that an app may add."""
    channel = call.channel("channel_id", member=True, active=True)
    if call["type"] != "link":
        raise SlackError("invalid_arguments", "[ERROR] type: must be link")
    if "link" not in call.arguments:
        raise SlackError("invalid_link")
    _check_bookmark(call)
    present = [b for b in call.workspace.bookmarks.values() if b.channel == channel.id]
    if len(present) >= _MOST_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    made = Bookmark(
        call.workspace.new_id("Bk"),
        channel.id,
        call["title"],
        call["link"],
        call.get("emoji", ""),
        int(call.workspace.clock()),
    )
    return {"bookmark": render.bookmark(call.workspace.put(made))}


def remove_bookmark(call: Call) -> JsonObject:
    """`bookmarks.remove`."""
    channel = call.channel("channel_id", member=True, active=True)
    found = call.workspace.bookmarks.get(call["bookmark_id"])
    if found is None or found.channel != channel.id:
        raise SlackError("not_found")
    call.workspace.drop(found)
    return {}


def bookmarks(call: Call) -> JsonObject:
    """`bookmarks.list`, in order of their making."""
    channel = call.channel("channel_id", member=True)
    found = [b for b in call.workspace.bookmarks.values() if b.channel == channel.id]
    return {"bookmarks": [render.bookmark(b) for b in found]}


def _check_bookmark(call: Call) -> None:
    if not call.get("title", "x").strip():
        raise SlackError("invalid_arguments", "[ERROR] title: must not be empty")
    if not _URL.fullmatch(call.get("link", "https://x")):
        raise SlackError("invalid_link")
    if not _EMOJI.fullmatch(call.get("emoji", ":x:")):
        raise SlackError("invalid_emoji")
