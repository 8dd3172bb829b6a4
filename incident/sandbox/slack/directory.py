"""The methods that only look things up: who the bot is, people, groups."""

from __future__ import annotations

from incident.sandbox.slack import render
from incident.sandbox.slack.arguments import SlackError
from incident.sandbox.slack.call import Call
from incident.sandbox.slack.workspace import JsonObject, User


def auth_test(call: Call) -> JsonObject:
    """`auth.test`: whose token it is."""
    team, bot = call.workspace.team, call.bot
    return {
        "url": f"{call.url}/",
        "team": team.name,
        "user": bot.name,
        "team_id": team.id,
        "user_id": bot.id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": False,
    }


def user(call: Call) -> JsonObject:
    """`users.info`."""
    found = call.workspace.users.get(call["user"])
    if found is None:
        raise SlackError("user_not_found")
    return {"user": _user(call, found)}


def users(call: Call) -> JsonObject:
    """`users.list`: everybody, also bots and those whose account is deactivated; page by page.

    Source: https://docs.slack.dev/reference/methods/users.list
    """
    everybody = [found for found in call.workspace.users.values() if not found.team]
    page, response_metadata = call.page(everybody)
    return {
        "members": [_user(call, found) for found in page],
        "cache_ts": int(call.workspace.clock()),
        "response_metadata": response_metadata,
    }


def _user(call: Call, shown: User) -> JsonObject:
    return render.user(call.workspace, shown, locale=call.get("include_locale", default=False))


def groups(call: Call) -> JsonObject:
    """`usergroups.list`."""
    users_too = call.get("include_users", default=False)
    count = call.get("include_count", default=False)
    found = call.workspace.groups.values()
    return {"usergroups": [render.group(call.workspace, g, users=users_too, count=count) for g in found]}


def group_users(call: Call) -> JsonObject:
    """`usergroups.users.list`: ids."""
    found = call.workspace.groups.get(call["usergroup"])
    if found is None:
        raise SlackError("no_such_subteam")
    return {"users": list(found.users)}
