"""Every method of Slack's Web API that the bot calls, the scopes it takes, and what for.

Also every event that Slack tells it of. The app's manifest, `incident doctor` and the README take theirs from
here; the tests hold it against what the sandbox sees being called. Pure.

Source: the pages of https://docs.slack.dev/reference/methods. Where a scope depends on the kind of
conversation, the kinds are those that the bot uses the method on: its own channels are public, the place of
announcements may be private, and a person can be told in private.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

METHODS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "auth.test": (),
        "bookmarks.add": ("bookmarks:write",),
        "bookmarks.list": ("bookmarks:read",),
        "bookmarks.remove": ("bookmarks:write",),
        "chat.delete": ("chat:write",),
        "chat.getPermalink": (),
        "chat.postEphemeral": ("chat:write",),
        "chat.postMessage": ("chat:write",),
        "chat.update": ("chat:write",),
        "conversations.archive": ("channels:manage",),
        "conversations.create": ("channels:manage",),
        "conversations.history": ("channels:history", "groups:history", "im:history"),
        "conversations.info": ("channels:read", "groups:read"),
        "conversations.invite": ("channels:manage",),
        "conversations.join": ("channels:join",),
        "conversations.list": ("channels:read", "groups:read"),
        "conversations.open": ("im:write",),
        "conversations.rename": ("channels:manage",),
        "conversations.replies": ("channels:history", "groups:history"),
        "conversations.setPurpose": ("channels:manage",),
        "conversations.setTopic": ("channels:manage",),
        "pins.add": ("pins:write",),
        "usergroups.list": ("usergroups:read",),
        "usergroups.users.list": ("usergroups:read",),
        "users.conversations": ("channels:read", "groups:read"),
        "users.info": ("users:read",),
        "users.list": ("users:read",),
        "views.open": (),
        "views.update": (),
    }
)
"""The scopes of a bot's token, by method."""

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "channel_archive": ("channels:read",),
        "channel_unarchive": ("channels:read",),
        "group_archive": ("groups:read",),
        "group_unarchive": ("groups:read",),
        "channel_rename": ("channels:read",),
        "group_rename": ("groups:read",),
        "member_joined_channel": ("channels:read", "groups:read"),
        "member_left_channel": ("channels:read", "groups:read"),
        "message.channels": ("channels:history",),
        "message.groups": ("groups:history",),
        "reaction_added": ("reactions:read",),
        "reaction_removed": ("reactions:read",),
    }
)
"""Likewise, by the event that Slack tells the bot of: https://docs.slack.dev/reference/events"""

PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        "bookmarks:read": "see whether a link is in the channel's bar before it is put there again",
        "bookmarks:write": "put the call and the report into the channel's bar",
        "channels:history": "read what people put into the timeline, copy the channel, and not post twice",
        "channels:join": "come back to the incident's channel when a person has unarchived it",
        "channels:manage": "create the incident's channel, invite, set its topic, rename and archive it",
        "channels:read": "find its own channels and the place of announcements",
        "chat:write": "post, edit and delete its messages",
        "commands": "be called with /incident, and from the menus of messages",
        "groups:history": "the same in private channels",
        "groups:read": "find a private channel that announcements go to",
        "im:history": "see whether a person was told before they are told again",
        "im:write": "tell a person in private when there is no other place",
        "pins:write": "pin the briefing",
        "reactions:read": "know which messages people put into the timeline by a reaction",
        "usergroups:read": "know who is on call, and which group a typed name means",
        "users:read": "know people's names and languages, and whom a typed name means",
    }
)
"""What the bot takes each scope for, to go on from "so that it can"; exactly the scopes that it needs."""
