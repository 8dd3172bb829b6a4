"""Which events are for the worker, and who did what where. Pure; needs nothing but the request itself.

https://docs.slack.dev/apis/events-api, https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from incident.intake.fields import objects, text, within

_CHANNEL_CHANGES = ("archive", "unarchive", "rename", "deleted")
_REACTIONS = frozenset({"reaction_added", "reaction_removed"})
_TYPES = frozenset(
    {
        "member_joined_channel",
        "member_left_channel",
        "app_home_opened",
        *(f"{sort}_{change}" for sort in ("channel", "group") for change in _CHANNEL_CHANGES),
    }
)
_CONTENT = ("subtype", "text", "blocks", "files")
"""Of a message, what a person can change of it. Slack adds attachments by itself when it unfurls a link."""

_LATEST = timedelta(days=1)
"""Slack delivers an event that was delayed within hours; a time that is further off is none of its own.

https://docs.slack.dev/apis/events-api#delayed_events
"""


def is_for_worker(body: Mapping[str, Any], emoji: str) -> bool:
    """Whether the bot has any use for an `event_callback`.

    What the bot itself caused is not for the worker, as far as the request says so: the bot's user did it, or
    the message that was changed is its own. New messages, which are most of what Slack tells, are of no use.

    Args:
        body: the request.
        emoji: the name of the reaction that counts.
    """
    event = within(body, "event")
    kind = text(event, "type")
    if kind in _REACTIONS:
        reacts = text(event, "reaction").partition("::")[0] == emoji  # whatever its skin tone
        is_of_use = reacts and text(within(event, "item"), "type") == "message"
    elif kind == "message":
        is_of_use = _is_other_message(event)
    else:
        is_of_use = kind in _TYPES
    return is_of_use and not _is_by_bot(event, body)


def event_user(event: Mapping[str, Any]) -> str:
    """The id of the person who did it; empty where Slack does not say."""
    named = text(event, "user") or text(event, "actor_id")  # group_archive, group_unarchive
    return named or text(within(within(event, "message"), "edited"), "user")


def event_channel(event: Mapping[str, Any]) -> str:
    """The id of the channel it happened in; empty where it happened in none."""
    return (
        text(event, "channel")
        or text(within(event, "channel"), "id")  # channel_rename, group_rename
        or text(within(event, "item"), "channel")  # reactions
    )


def event_time(event: Mapping[str, Any], received_at: datetime) -> datetime:
    """When it happened, by Slack: requests come in any order, and again, and a second holds several.

    Args:
        event: what happened.
        received_at: when the request came; the time where the event has none.
    """
    try:
        at = datetime.fromtimestamp(float(text(event, "event_ts")), UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
    return at if abs(at - received_at) < _LATEST else received_at


def published(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event, without what a message said before: what people take out of one does not travel."""
    return {name: value for name, value in event.items() if name != "previous_message"}


def _is_other_message(event: Mapping[str, Any]) -> bool:
    """Whether a message was deleted, or its author has changed what it says."""
    match text(event, "subtype"):
        case "message_deleted":
            return True
        case "message_changed":
            now, before = within(event, "message"), within(event, "previous_message")
            if not before or text(within(now, "edited"), "ts") != text(within(before, "edited"), "ts"):
                return True
            return any(now.get(name) != before.get(name) for name in _CONTENT)
    return False


def _is_by_bot(event: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether the bot itself did it, or the message is its own; other bots count as people do."""
    # An authorization with `is_bot` false is a person who installed the app.
    ours = {text(one, "user_id") for one in objects(body, "authorizations") if one.get("is_bot") is not False}
    messages = [within(event, name) for name in ("message", "previous_message")]
    if text(event, "subtype") == "message_deleted" or text(messages[0], "subtype") == "tombstone":
        messages = messages[:1]  # a message of the bot's own may be deleted by people, too
    users = {event_user(event), *(text(message, "user") for message in messages)}
    apps = {text(event, "app_id"), *(text(message, "app_id") for message in messages)}
    return bool(users & ours - {""}) or bool(apps & {text(body, "api_app_id")} - {""})
