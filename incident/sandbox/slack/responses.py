"""What a bot may answer to an interaction, at once or through its `response_url`.

Source: Slack's "Handling user interaction" (the payload; five uses within thirty minutes).
"""

from __future__ import annotations

from dataclasses import replace

from incident.sandbox.slack import events
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.chat import Content, content, remove
from incident.sandbox.slack.schema import boolean, listing, one_of, shape, string
from incident.sandbox.slack.workspace import JsonObject, Message, ResponseUrl, Workspace

MOST_USES = 5
LIFE = 30 * 60
"""Seconds."""

_PAYLOAD = shape(
    {},
    {
        "text": string(40_000, 0),
        # The blocks themselves are looked at once it is clear that they are to be shown.
        "blocks": listing(lambda _value, _path: iter(()), 50, 0),
        "response_type": one_of("ephemeral", "in_channel"),
        "replace_original": boolean,
        "delete_original": boolean,
        "thread_ts": string(17, 17),
        "unfurl_links": boolean,
        "unfurl_media": boolean,
    },
)


def issue(workspace: Workspace, user: str, channel: str, original: str | None) -> ResponseUrl:
    """A new response URL for an interaction of the user's with the original message, if there is one."""
    return workspace.put(ResponseUrl(workspace.new_id("R"), user, channel, workspace.clock(), original))


def use(workspace: Workspace, identifier: str, payload: object) -> Message | None:
    """Does what was posted to a response URL; the workspace's lock is held.

    A use counts only when the payload is good.

    Returns:
        The message that shows it now, None if it was deleted.

    Raises:
        SlackError: `used_url`, `expired_url`, or what is wrong with the payload.
    """
    url = workspace.response_urls.get(identifier)
    if url is None or workspace.clock() - url.issued > LIFE:
        raise SlackError("expired_url")
    if url.uses >= MOST_USES:
        raise SlackError("used_url")
    shown = _act(workspace, url, checked(payload))
    workspace.put(replace(url, uses=url.uses + 1))
    return shown


def show(workspace: Workspace, user: str, channel: str, payload: JsonObject) -> Message:
    """Shows the answer that came with the acknowledgement itself.

    Raises:
        SlackError: what is wrong with it.
    """
    payload = checked(payload)
    return _post(workspace, user, channel, payload, _content(payload))


def checked(payload: object) -> JsonObject:
    """The payload, if its shape is right.

    Raises:
        SlackError: `invalid_payload`.
    """
    if wrong := list(_PAYLOAD(payload, "")):
        raise SlackError("invalid_payload", *(f"[ERROR] {problem}" for problem in wrong))
    if not isinstance(payload, dict):
        raise TypeError(payload)
    return payload


def _act(workspace: Workspace, url: ResponseUrl, payload: JsonObject) -> Message | None:
    # A slash command has no message to replace; its answers are messages of their own.
    original = workspace.messages.get(url.original or "")
    if payload.get("delete_original") and original:
        remove(workspace, original)
        return None
    said = _content(payload)
    if payload.get("replace_original") and original:
        edited = None if original.ephemeral_to else workspace.new_ts()
        changed = workspace.put(replace(original, text=said.text, blocks=said.blocks, edited=edited))
        if not changed.ephemeral_to:
            workspace.happened(lambda: events.message_changed(workspace, changed, original))
        return changed
    return _post(workspace, url.user, url.channel, payload, said)


def _post(workspace: Workspace, user: str, channel: str, payload: JsonObject, said: Content) -> Message:
    seen_by = None if payload.get("response_type") == "in_channel" else user
    ts, bot, thread = workspace.new_ts(), workspace.bot.id, payload.get("thread_ts")
    if thread is not None and not _is_thread(workspace, channel, thread):
        raise SlackError("thread_not_found")
    message = workspace.put(
        Message(channel, ts, bot, said.text, said.blocks, thread_ts=thread, ephemeral_to=seen_by)
    )
    if seen_by is None:
        workspace.happened(lambda: events.message_posted(workspace, message))
    return message


def _is_thread(workspace: Workspace, channel: str, ts: str) -> bool:
    parent = workspace.messages.get(ts)
    return parent is not None and parent.channel == channel and parent.thread_ts in {None, ts}


def _content(payload: JsonObject) -> Content:
    return content(payload.get("text", ""), payload.get("blocks"))
