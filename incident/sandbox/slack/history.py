"""The methods that read messages: a channel's history and a thread's replies."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from incident.sandbox.slack import render
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.call import Call
from incident.sandbox.slack.workspace import JsonObject, Message

_DEFAULT_PAGE = 100


def history(call: Call) -> JsonObject:
    """`conversations.history`: newest first; of replies in threads only those broadcast to the channel.

    Of more than a page holds, those closest to `latest` come first; where `oldest` is given alone, those
    closest to `oldest`: that is how a single message is fetched, with `inclusive` and a `limit` of 1.

    Sources: https://docs.slack.dev/reference/methods/conversations.history,
    https://docs.slack.dev/messaging/retrieving-messages,
    https://github.com/slackapi/python-slack-events-api/issues/87
    """
    channel = call.channel(member=True)
    found = [m for m in call.workspace.history(channel.id) if m.broadcast or not m.is_reply]
    chosen = _within(call, found)
    forward = "oldest" in call.arguments and "latest" not in call.arguments
    page, following = _page(call, chosen if forward else chosen[::-1], forward=forward)
    return {
        "messages": _shown(call, page[::-1] if forward else page),
        "pin_count": len(channel.pins),
        **_more(following),
    }


def replies(call: Call) -> JsonObject:
    """`conversations.replies`: the message, whenever it is from, then the replies asked for, oldest first.

    Every page begins with the message that the thread hangs on, as slackdump has found.

    Sources: https://docs.slack.dev/reference/methods/conversations.replies,
    https://github.com/rusq/slackdump/blob/master/thread.go
    """
    channel = call.channel(member=True)
    parent = call.workspace.messages.get(call["ts"])
    if parent is None or parent.channel != channel.id or parent.ephemeral_to:
        raise SlackError("thread_not_found")
    chosen = _within(call, call.workspace.replies(parent.ts))
    page, following = _page(call, chosen, forward=True, room=1)
    return {"messages": _shown(call, [parent, *page]), **_more(following)}


def _within(call: Call, found: Sequence[Message]) -> list[Message]:
    """Those between `oldest` and `latest`."""
    low, high = _micros(call.get("oldest", "0")), _micros(call.get("latest", "9" * 10))
    if call.get("inclusive", default=False):
        return [message for message in found if low <= _micros(message.ts) <= high]
    return [message for message in found if low < _micros(message.ts) < high]


def _page(
    call: Call, chosen: Sequence[Message], *, forward: bool, room: int = 0
) -> tuple[Sequence[Message], str]:
    """The part that `limit` and `cursor` ask for, and the cursor of the next.

    A cursor is a moment: what is posted or deleted between two pages neither repeats nor hides a message.

    Args:
        call: with the arguments.
        chosen: in the order of the pages.
        forward: whether that is oldest first.
        room: how many of the page's messages are taken already.

    Raises:
        SlackError: `invalid_cursor`.
    """
    if start := call.get("cursor", ""):
        at = _moment(start)
        chosen = [m for m in chosen if (_micros(m.ts) >= at if forward else _micros(m.ts) <= at)]
    size = max(1, call.get("limit", _DEFAULT_PAGE) - room)
    following = _cursor(chosen[size].ts) if size < len(chosen) else ""
    return chosen[:size], following


def _more(following: str) -> JsonObject:
    return {"has_more": bool(following), "response_metadata": {"next_cursor": following}}


def _shown(call: Call, page: Sequence[Message]) -> list[JsonObject]:
    metadata = call.get("include_all_metadata", default=False)
    return [render.message(call.workspace, message, metadata=metadata) for message in page]


def _micros(moment: str) -> int:
    """Microseconds, exactly; a float would lose the last digits."""
    seconds, _, fraction = moment.partition(".")
    return int(seconds) * 1_000_000 + int(fraction[:6].ljust(6, "0"))


def _cursor(ts: str) -> str:
    return base64.b64encode(f"next_ts:{_micros(ts)}".encode()).decode()


def _moment(cursor: str) -> int:
    try:
        found = re.fullmatch(r"next_ts:(\d+)", base64.b64decode(cursor, validate=True).decode())
    except (binascii.Error, ValueError):
        found = None
    if found is None:
        raise SlackError("invalid_cursor")
    return int(found[1])
