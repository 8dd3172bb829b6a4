"""What happens in Slack by itself and means a command: people come, go, react, change what they wrote. Pure.

https://docs.slack.dev/reference/events/member_joined_channel,
https://docs.slack.dev/reference/events/member_left_channel
"""

from __future__ import annotations

from typing import Any

from incident.commands.archiving import NoteArchived, NoteUnarchived
from incident.commands.card import ShowStatus
from incident.commands.channel_name import FollowName
from incident.commands.mark import of_change, of_reaction
from incident.commands.vacancy import AskWhoLeads

SUBSCRIBED = (
    "channel_archive",
    "channel_unarchive",
    "group_archive",
    "group_unarchive",
    "channel_rename",
    "group_rename",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "reaction_added",
    "reaction_removed",
)
"""The types of event that the app asks Slack for."""


def parse(event: object) -> Any:
    """The command that an event means; None where it means none."""
    if not isinstance(event, dict):
        return None
    match event.get("type"):
        case "reaction_added" | "reaction_removed":
            return of_reaction(event)
        case "message":
            return of_change(event)
        case "channel_archive" | "group_archive":  # of a private channel Slack does not say who did it
            return NoteArchived()
        case "channel_unarchive" | "group_unarchive":
            return NoteUnarchived()
        case "channel_rename" | "group_rename":
            return FollowName()
    user = event.get("user")
    if not isinstance(user, str) or not user:
        return None
    match event.get("type"):
        case "member_joined_channel":
            return ShowStatus(joined=True)
        case "member_left_channel":
            return AskWhoLeads(user)
    return None
