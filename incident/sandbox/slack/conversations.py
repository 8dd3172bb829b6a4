"""The methods of conversations: making them, who is in them, what they are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from incident.sandbox.slack import channel_changes, mrkdwn, render
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.call import Call
from incident.sandbox.slack.workspace import Channel, JsonObject, Kind, User, Workspace

_MOST_INVITED = 100
_DEACTIVATED = "user_disabled"
_TYPES: dict[str, Kind] = {"public_channel": "public", "private_channel": "private", "im": "direct"}


def direct_channel(workspace: Workspace, user: str) -> Channel:
    """The conversation between the user and the bot, made if there is none."""
    pair = {user, workspace.bot.id}
    for channel in workspace.channels.values():
        if channel.kind == "direct" and set(channel.members) == pair:
            return channel
    created = int(workspace.clock())
    members = (user, workspace.bot.id)
    return workspace.put(Channel(workspace.new_id("D"), "", "direct", user, created, members))


def check_addressee(user: User) -> None:
    """Refuses those whom a bot cannot write to in private.

    Raises:
        SlackError: `user_disabled`, `cannot_dm_bot`.
    """
    if user.deleted:
        raise SlackError(_DEACTIVATED)
    if user.bot_id:
        raise SlackError("cannot_dm_bot")


def create(call: Call) -> JsonObject:
    """`conversations.create`: the caller becomes its only member."""
    kind: Kind = "private" if call.get("is_private", default=False) else "public"
    call.require_kind(kind)
    name = _new_name(call)
    workspace, bot = call.workspace, call.bot.id
    identifier, created = workspace.new_id("C"), int(workspace.clock())
    channel = channel_changes.enter(
        workspace, workspace.put(Channel(identifier, name, kind, bot, created)), bot
    )
    return {"channel": render.channel(workspace, channel)}


def rename(call: Call) -> JsonObject:
    """`conversations.rename`."""
    channel = call.channel(member=True, active=True)
    if channel.creator != call.bot.id:
        raise SlackError("not_authorized")
    changed = channel_changes.rename(call.workspace, channel, call.bot.id, _new_name(call))
    return {"channel": render.channel(call.workspace, changed)}


def _new_name(call: Call) -> str:
    name: str = call["name"]
    channel_changes.check_name(call.workspace, name)
    if not re.fullmatch("[a-z0-9_-]+", name):
        raise SlackError("invalid_name_specials")
    return name


def invite(call: Call) -> JsonObject:
    """`conversations.invite`: everybody or, with `force`, those who can be; else nobody.

    With one exception: people whose account is deactivated keep nobody else out, though the answer is the
    error all the same.

    Source: https://docs.slack.dev/reference/methods/conversations.invite ("Partially failed calls")
    """
    channel = call.channel(member=True, active=True)
    users = tuple(dict.fromkeys(call["users"]))
    if not users:
        raise SlackError("no_user")
    if len(users) > _MOST_INVITED:
        raise SlackError("too_many_users")
    refused = [{"user": u, "ok": False, "error": e} for u in users if (e := _refusal(call, channel, u))]
    wrong = {entry["user"] for entry in refused}
    welcome = [user for user in users if user not in wrong]
    force: bool = call.get("force", default=False)
    if force or all(entry["error"] == _DEACTIVATED for entry in refused):
        for user in welcome:
            channel = channel_changes.enter(call.workspace, channel, user, inviter=call.bot.id)
    if refused and not (welcome and force):
        # Slack is not clear about some of them being members already; refusing the whole is the stricter.
        raise SlackError(str(refused[0]["error"]), errors=refused)
    return {
        "channel": render.channel(call.workspace, channel),
        **({"errors": refused} if refused else {}),
    }


def _refusal(call: Call, channel: Channel, user: str) -> str:
    """Slack's word for why the user cannot be invited; empty if they can.

    Slack does invite other bots; nothing here needs that, so refusing them is the stricter.
    """
    if user == call.bot.id:
        return "cant_invite_self"
    found = call.workspace.users.get(user)
    if found is None:
        return "user_not_found"
    if found.deleted:
        return _DEACTIVATED
    if found.bot_id:
        return "cant_invite"
    if user in channel.members:
        return "already_in_channel"
    if found.team:
        return "user_team_not_in_channel"
    return "ura_max_channels" if found.ultra_restricted else ""


def join(call: Call) -> JsonObject:
    """`conversations.join`: of a public channel; being in already is no error.

    Source: https://docs.slack.dev/reference/methods/conversations.join (`is_archived`,
    `method_not_supported_for_channel_type`)
    """
    channel = call.channel(active=True)
    if call.bot.id in channel.members:
        return {
            "channel": render.channel(call.workspace, channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    return {
        "channel": render.channel(call.workspace, channel_changes.enter(call.workspace, channel, call.bot.id))
    }


def set_topic(call: Call) -> JsonObject:
    """`conversations.setTopic`."""
    return _describe(call, "topic")


def set_purpose(call: Call) -> JsonObject:
    """`conversations.setPurpose`."""
    return _describe(call, "purpose")


def _describe(call: Call, what: Literal["topic", "purpose"]) -> JsonObject:
    channel = call.channel(member=True, active=True)
    words: str = call[what]
    if wrong := list(mrkdwn.problems(words)):
        raise SlackError("invalid_arguments", *(f"[ERROR] {what}: {problem}" for problem in wrong))
    changed = channel_changes.describe(call.workspace, channel, call.bot.id, what, words)
    return {"channel": render.channel(call.workspace, changed)}


def archive(call: Call) -> JsonObject:
    """`conversations.archive`: the bot is no member of the channel afterwards, as nobody is.

    Source: https://docs.slack.dev/reference/methods/conversations.archive
    """
    channel = call.channel()
    if channel.archived:
        raise SlackError("already_archived")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    if call.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    channel_changes.archive(call.workspace, channel, call.bot.id)
    return {}


def unarchive(call: Call) -> JsonObject:
    """`conversations.unarchive`: no bot can, as it has been put out of the channel.

    Sources: https://docs.slack.dev/reference/methods/conversations.unarchive ("Bot tokens cannot currently be
    used"), https://github.com/slack-go/slack/issues/1066 (the answer is `not_in_channel`)
    """
    channel = call.channel()
    if not channel.archived:
        raise SlackError("not_archived")
    raise SlackError("not_in_channel")


def info(call: Call) -> JsonObject:
    """`conversations.info`."""
    members = call.get("include_num_members", default=False)
    return {"channel": render.channel(call.workspace, call.channel(), members=members)}


def open_direct(call: Call) -> JsonObject:
    """`conversations.open`: the conversation between the bot and one person."""
    users: Sequence[str] = call["users"]
    call.require_kind("direct")
    if len(users) != 1:
        raise SlackError("users_list_not_supplied" if not users else "too_many_users")
    found = call.workspace.users.get(users[0])
    if found is None:
        raise SlackError("user_not_found")
    check_addressee(found)
    return {"channel": {"id": direct_channel(call.workspace, users[0]).id}}


def listing(call: Call) -> JsonObject:
    """`conversations.list`: what the bot can see."""
    found = _of_types(call)
    shown = [c for c in found if c.kind == "public" or call.bot.id in c.members]
    return _listed(call, shown)


def of_user(call: Call) -> JsonObject:
    """`users.conversations`: what a user, by default the bot, is a member of."""
    user = call.get("user", call.bot.id)
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    both = {user, call.bot.id}
    shown = [
        c for c in _of_types(call) if user in c.members and (c.kind == "public" or both <= set(c.members))
    ]
    return _listed(call, shown)


def _of_types(call: Call) -> list[Channel]:
    names: Sequence[str] = call.get("types", ("public_channel",))
    if unknown := set(names) - _TYPES.keys() - {"mpim"}:
        raise SlackError("invalid_types", *(f"[ERROR] no such type: {name}" for name in unknown))
    kinds = {_TYPES[name] for name in names if name in _TYPES}
    for kind in kinds:
        call.require_kind(kind)
    archived = not call.get("exclude_archived", default=False)
    return [c for c in call.workspace.channels.values() if c.kind in kinds and (archived or not c.archived)]


def _listed(call: Call, channels: Sequence[Channel]) -> JsonObject:
    page, response_metadata = call.page(channels)
    return {
        "channels": [render.channel(call.workspace, c, members=True) for c in page],
        "response_metadata": response_metadata,
    }


def members(call: Call) -> JsonObject:
    """`conversations.members`: ids."""
    page, response_metadata = call.page(call.channel().members)
    return {"members": list(page), "response_metadata": response_metadata}
