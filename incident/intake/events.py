"""Which events are for the worker, and who did what where. Pure; needs nothing but the request itself.

https://docs.slack.dev/apis/events-api, https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incident.intake.fields import objects, text, within

_CHANNEL_CHANGES = ("archive", "unarchive", "rename", "deleted")
_TYPES = frozenset(
    {
        "reaction_added",
        "reaction_removed",
        "member_joined_channel",
        "member_left_channel",
        "app_home_opened",
        *(f"{sort}_{change}" for sort in ("channel", "group") for change in _CHANNEL_CHANGES),
    }
)
_MESSAGE_SUBTYPES = frozenset({"message_changed", "message_deleted"})


def is_for_worker(body: Mapping[str, Any]) -> bool:
    """Whether the bot has any use for an `event_callback`.

    What the bot itself caused is not for the worker, as far as the request says so: the bot's user did it, or
    the message that was changed is a bot's.
    """
    event = within(body, "event")
    known, name = (_MESSAGE_SUBTYPES, "subtype") if text(event, "type") == "message" else (_TYPES, "type")
    return text(event, name) in known and not _is_by_bot(event, body)


def event_user(event: Mapping[str, Any]) -> str:
    """The id of the person who did it; empty where Slack does not say."""
    return text(event, "user") or text(within(within(event, "message"), "edited"), "user")


def event_channel(event: Mapping[str, Any]) -> str:
    """The id of the channel it happened in; empty where it happened in none."""
    return (
        text(event, "channel")
        or text(within(event, "channel"), "id")  # channel_rename, group_rename
        or text(within(event, "item"), "channel")  # reactions
    )


def without_skin_tone(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event, its reaction named without a skin tone: `thumbsup` for `thumbsup::skin-tone-3`."""
    if "reaction" not in event:
        return dict(event)
    return {**event, "reaction": text(event, "reaction").partition("::")[0]}


def _is_by_bot(event: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    if text(event, "bot_id") or text(within(event, "message"), "bot_id"):
        return True
    # An authorization with `is_bot` false is a person who installed the app.
    ours = {text(one, "user_id") for one in objects(body, "authorizations") if one.get("is_bot") is not False}
    return event_user(event) in ours - {""}
