"""The Web API methods there are: what each accepts, the scopes it needs, how often it may be called.

Source: Slack's method reference, for a granular bot token. Slack's tiers are per minute: tier 1 one, tier 2
twenty, tier 3 fifty, tier 4 a hundred and more; posting is one message a second in each channel, with
short bursts let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from incident.sandbox.slack import chat, conversations, directory, history, modals, pins, reactions
from incident.sandbox.slack.arguments import (
    Argument,
    array,
    count,
    flag,
    ids,
    mapping,
    moment,
    text,
    timestamp,
)
from incident.sandbox.slack.call import Method, Rate
from incident.sandbox.slack.workspace import Kind

TIER_2, TIER_3, TIER_4 = Rate(20), Rate(50), Rate(100)
POSTING = Rate(5, seconds=5.0, per_channel=True)
SPECIAL = Rate(600)
"""`auth.test` and `chat.getPermalink`: hundreds a minute."""

_TEXT, _FLAG = Argument(text), Argument(flag)
_ID = _NAME = Argument(text, required=True)
_TS = Argument(timestamp, required=True)
_VIEW = Argument(mapping, required=True)
_DESCRIPTION = Argument(text, required=True, longest=250, too_long="too_long")
_PAGE = {"cursor": _TEXT, "limit": Argument(count)}
_TEAM = {"team_id": _TEXT}
_SPAN = {"inclusive": _FLAG, "latest": Argument(moment), "oldest": Argument(moment)}
_LIST = {**_PAGE, **_TEAM, "exclude_archived": _FLAG, "types": Argument(ids)}
_CONTENT = {
    "text": Argument(text, longest=40_000, too_long="msg_too_long"),
    "blocks": Argument(array),
    "link_names": _FLAG,
    "parse": _TEXT,
}
_LOOK = {"username": _TEXT, "icon_emoji": _TEXT, "icon_url": _TEXT}

_READ: Mapping[Kind, tuple[str, ...]] = {
    "public": ("channels:read",),
    "private": ("groups:read",),
    "direct": ("im:read",),
}
_HISTORY: Mapping[Kind, tuple[str, ...]] = {
    "public": ("channels:history",),
    "private": ("groups:history",),
    "direct": ("im:history",),
}
_MANAGE: Mapping[Kind, tuple[str, ...]] = {"public": ("channels:manage",), "private": ("groups:write",)}
_TOPIC: Mapping[Kind, tuple[str, ...]] = {
    "public": ("channels:manage", "channels:write.topic"),
    "private": ("groups:write", "groups:write.topic"),
    "direct": ("im:write", "im:write.topic"),
}
_INVITE: Mapping[Kind, tuple[str, ...]] = {
    "public": ("channels:manage", "channels:write.invites"),
    "private": ("groups:write", "groups:write.invites"),
}

METHODS: Mapping[str, Method] = {
    "auth.test": Method(directory.auth_test, SPECIAL),
    "bookmarks.add": Method(
        chat.add_bookmark,
        TIER_2,
        {"channel_id": _ID, "title": _NAME, "type": _NAME, "link": _TEXT, "emoji": _TEXT},
        scopes=("bookmarks:write",),
    ),
    "bookmarks.remove": Method(
        chat.remove_bookmark, TIER_2, {"channel_id": _ID, "bookmark_id": _ID}, scopes=("bookmarks:write",)
    ),
    "bookmarks.list": Method(
        chat.bookmarks, TIER_3, {"channel_id": _ID}, scopes=("bookmarks:read",), writes=False
    ),
    "chat.delete": Method(chat.delete, TIER_3, {"channel": _ID, "ts": _TS}, scopes=("chat:write",)),
    "chat.getPermalink": Method(chat.permalink, SPECIAL, {"channel": _ID, "message_ts": _TS}, writes=False),
    "chat.postEphemeral": Method(
        chat.post_ephemeral,
        TIER_4,
        {"channel": _ID, "user": _ID, **_CONTENT, **_LOOK, "thread_ts": Argument(timestamp)},
        scopes=("chat:write",),
    ),
    "chat.postMessage": Method(
        chat.post_message,
        POSTING,
        {
            "channel": _ID,
            **_CONTENT,
            **_LOOK,
            "metadata": Argument(mapping),
            "mrkdwn": _FLAG,
            "reply_broadcast": _FLAG,
            "thread_ts": Argument(timestamp),
            "unfurl_links": _FLAG,
            "unfurl_media": _FLAG,
        },
        scopes=("chat:write",),
    ),
    "chat.update": Method(
        chat.update,
        TIER_3,
        {"channel": _ID, "ts": _TS, **_CONTENT, "metadata": Argument(mapping), "reply_broadcast": _FLAG},
        scopes=("chat:write",),
    ),
    "conversations.archive": Method(conversations.archive, TIER_2, {"channel": _ID}, by_kind=_MANAGE),
    "conversations.create": Method(
        conversations.create, TIER_2, {"name": _NAME, "is_private": _FLAG, **_TEAM}, by_kind=_MANAGE
    ),
    "conversations.history": Method(
        history.history,
        TIER_3,
        {
            "channel": _ID,
            **_PAGE,
            **_SPAN,
            "include_all_metadata": _FLAG,
        },
        by_kind=_HISTORY,
        writes=False,
    ),
    "conversations.info": Method(
        conversations.info,
        TIER_3,
        {"channel": _ID, "include_locale": _FLAG, "include_num_members": _FLAG},
        by_kind=_READ,
        writes=False,
    ),
    "conversations.invite": Method(
        conversations.invite,
        TIER_3,
        {"channel": _ID, "users": Argument(ids, required=True), "force": _FLAG},
        by_kind=_INVITE,
    ),
    "conversations.join": Method(
        conversations.join, TIER_3, {"channel": _ID}, by_kind={"public": ("channels:join",)}
    ),
    "conversations.list": Method(conversations.listing, TIER_2, _LIST, by_kind=_READ, writes=False),
    "conversations.members": Method(
        conversations.members, TIER_4, {"channel": _ID, **_PAGE}, by_kind=_READ, writes=False
    ),
    "conversations.open": Method(
        conversations.open_direct,
        TIER_3,
        {"users": Argument(ids, required=True)},
        by_kind={"direct": ("im:write",)},
    ),
    "conversations.rename": Method(
        conversations.rename, TIER_2, {"channel": _ID, "name": _NAME}, by_kind=_MANAGE
    ),
    "conversations.replies": Method(
        history.replies,
        TIER_3,
        {"channel": _ID, "ts": _TS, **_PAGE, **_SPAN, "include_all_metadata": _FLAG},
        by_kind=_HISTORY,
        writes=False,
    ),
    "conversations.unarchive": Method(conversations.unarchive, TIER_2, {"channel": _ID}, by_kind=_MANAGE),
    "conversations.setPurpose": Method(
        conversations.set_purpose, TIER_2, {"channel": _ID, "purpose": _DESCRIPTION}, by_kind=_TOPIC
    ),
    "conversations.setTopic": Method(
        conversations.set_topic, TIER_2, {"channel": _ID, "topic": _DESCRIPTION}, by_kind=_TOPIC
    ),
    "pins.add": Method(pins.add, TIER_2, {"channel": _ID, "timestamp": _TS}, scopes=("pins:write",)),
    "pins.list": Method(pins.listing, TIER_2, {"channel": _ID}, scopes=("pins:read",), writes=False),
    "pins.remove": Method(pins.remove, TIER_2, {"channel": _ID, "timestamp": _TS}, scopes=("pins:write",)),
    "reactions.get": Method(
        reactions.get,
        TIER_3,
        {"channel": _ID, "timestamp": _TS, "full": _FLAG},
        scopes=("reactions:read",),
        writes=False,
    ),
    "usergroups.list": Method(
        directory.groups,
        TIER_2,
        {"include_count": _FLAG, "include_disabled": _FLAG, "include_users": _FLAG, **_TEAM},
        scopes=("usergroups:read",),
        writes=False,
    ),
    "usergroups.users.list": Method(
        directory.group_users,
        TIER_2,
        {"usergroup": _ID, "include_disabled": _FLAG, **_TEAM},
        scopes=("usergroups:read",),
        writes=False,
    ),
    "users.conversations": Method(
        conversations.of_user, TIER_3, {**_LIST, "user": _TEXT}, by_kind=_READ, writes=False
    ),
    "users.info": Method(
        directory.user,
        TIER_4,
        {"user": _ID, "include_locale": _FLAG},
        scopes=("users:read",),
        writes=False,
    ),
    "users.list": Method(
        directory.users,
        TIER_2,
        {**_PAGE, **_TEAM, "include_locale": _FLAG},
        scopes=("users:read",),
        writes=False,
    ),
    "views.open": Method(modals.open_view, TIER_4, {"trigger_id": _ID, "view": _VIEW}),
    "views.update": Method(
        modals.update,
        TIER_4,
        {
            "view": _VIEW,
            "view_id": _TEXT,
            "external_id": _TEXT,
            "hash": _TEXT,
        },
    ),
}


def scopes_of(methods: Iterable[str]) -> frozenset[str]:
    """The scopes an app must ask for to use these methods fully.

    Raises:
        KeyError: if there is no such method.
    """
    return frozenset(scope for name in methods for scope in METHODS[name].asks)
