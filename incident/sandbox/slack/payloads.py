"""What Slack sends a bot: slash commands, interactions, events.

Source: Slack's "Slash commands", the interaction payload reference and the Events API.
"""

from __future__ import annotations

from incident.sandbox.slack import render
from incident.sandbox.slack.call import APP_ID
from incident.sandbox.slack.workspace import Channel, JsonObject, Message, User, View, Workspace

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 -- deprecated by Slack, still sent
_CHANNEL_NAMES = {"private": "privategroup", "direct": "directmessage"}


def _channel_name(channel: Channel) -> str:
    return _CHANNEL_NAMES.get(channel.kind, channel.name)


def slash_command(
    workspace: Workspace, person: User, channel: Channel, command: str, text: str
) -> dict[str, str]:
    """The form of a slash command, but for its `trigger_id` and `response_url`."""
    team = _team(workspace, person)
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team["id"],
        "team_domain": team["domain"],
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
    }


def _team(workspace: Workspace, person: User) -> dict[str, str]:
    """The workspace a person acts from: in a channel shared with another, that may be the other one."""
    if person.team:
        return {"id": person.team, "domain": "another-workspace"}
    return {"id": workspace.team.id, "domain": workspace.team.domain}


def _interaction(workspace: Workspace, person: User, kind: str) -> JsonObject:
    team = _team(workspace, person)
    return {
        "type": kind,
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": team["id"],
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": team,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def block_action(
    workspace: Workspace,
    person: User,
    channel: Channel,
    message: Message,
    *,
    action: JsonObject,
    values: JsonObject,
) -> JsonObject:
    """`block_actions` for an element in a message; an ephemeral message itself is not sent along."""
    ephemeral = message.ephemeral_to is not None
    shown = render.message(workspace, message)
    return {
        **_interaction(workspace, person, "block_actions"),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
            **({"thread_ts": shown["thread_ts"]} if "thread_ts" in shown else {}),
        },
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        **({} if ephemeral else {"message": shown}),
        "state": {"values": values},
        "actions": [action],
    }


def message_shortcut(
    workspace: Workspace, person: User, channel: Channel, message: Message, callback_id: str
) -> JsonObject:
    """`message_action`: a shortcut from a message's menu, but for its `trigger_id` and `response_url`.

    Source: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    return {
        **_interaction(workspace, person, "message_action"),
        "action_ts": workspace.new_ts(),
        "callback_id": callback_id,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "message_ts": message.ts,
        "message": render.message(workspace, message),
    }


def global_shortcut(workspace: Workspace, person: User, callback_id: str) -> JsonObject:
    """`shortcut`, but for its `trigger_id`: it belongs to no channel and has no `response_url`.

    Source: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    return {
        **_interaction(workspace, person, "shortcut"),
        "action_ts": workspace.new_ts(),
        "callback_id": callback_id,
    }


def view_action(
    workspace: Workspace, person: User, view: View, *, action: JsonObject, values: JsonObject
) -> JsonObject:
    """`block_actions` for an element in a modal."""
    return {
        **_interaction(workspace, person, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "view": render.view(workspace, view, values),
        "actions": [action],
    }


def view_submission(workspace: Workspace, person: User, view: View, values: JsonObject) -> JsonObject:
    """`view_submission`."""
    return {
        **_interaction(workspace, person, "view_submission"),
        "view": render.view(workspace, view, values),
        "response_urls": [],
    }


def view_closed(workspace: Workspace, person: User, view: View) -> JsonObject:
    """`view_closed`."""
    return {
        **_interaction(workspace, person, "view_closed"),
        "view": render.view(workspace, view),
        "is_cleared": False,
    }


def event_callback(workspace: Workspace, event: JsonObject) -> JsonObject:
    """The envelope of an event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team.id,
        "api_app_id": APP_ID,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(float(event["event_ts"])),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team.id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event": event,
    }
