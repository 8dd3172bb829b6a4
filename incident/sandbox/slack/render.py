"""Records as Slack's API shows them."""

from __future__ import annotations

from incident.sandbox.slack import rich_text
from incident.sandbox.slack.call import APP_ID
from incident.sandbox.slack.workspace import (
    SLACKBOT,
    Bookmark,
    Channel,
    JsonObject,
    Message,
    User,
    UserGroup,
    View,
    Workspace,
)


def user(workspace: Workspace, shown: User, *, locale: bool = False) -> JsonObject:
    """A user object, without the e-mail address (that needs a scope of its own).

    Of a deactivated account Slack says neither time zone nor locale nor whether it was a guest's.

    Source: https://docs.slack.dev/reference/objects/user-object
    """
    active: JsonObject = {
        "tz": shown.tz,
        "is_admin": shown.admin,
        "is_restricted": shown.restricted,
        "is_ultra_restricted": shown.ultra_restricted,
        **({"locale": shown.locale} if locale else {}),
    }
    return {
        "id": shown.id,
        "team_id": shown.team or workspace.team.id,
        "name": shown.name,
        "deleted": shown.deleted,
        "real_name": shown.real_name,
        # Slack does not call Slackbot a bot: https://github.com/slackapi/bolt-js/issues/794
        "is_bot": bool(shown.bot_id) and shown.id != SLACKBOT,
        "is_app_user": False,
        **({} if shown.deleted else active),
        **({"is_stranger": True} if shown.team else {}),
        "profile": {
            "real_name": shown.real_name,
            "display_name": shown.display_name,
            "title": shown.title,
            **({"bot_id": shown.bot_id, "api_app_id": APP_ID} if shown.bot_id else {}),
        },
    }


def group(workspace: Workspace, shown: UserGroup, *, users: bool, count: bool) -> JsonObject:
    """A user group object, with its users' ids or their number if asked for."""
    return {
        "id": shown.id,
        "team_id": workspace.team.id,
        "is_usergroup": True,
        "handle": shown.handle,
        "name": shown.name,
        "date_delete": 0,
        **({"users": list(shown.users)} if users else {}),
        **({"user_count": len(shown.users)} if count else {}),
    }


def channel(workspace: Workspace, shown: Channel, *, members: bool = False) -> JsonObject:
    """A conversation object, with `num_members` if asked for."""
    common: JsonObject = {
        "id": shown.id,
        "created": shown.created,
        "is_im": shown.kind == "direct",
        "is_archived": shown.archived,
        "is_private": shown.kind != "public",
        "context_team_id": workspace.team.id,
        **({"num_members": len(shown.members)} if members else {}),
    }
    if shown.kind == "direct":
        other = next((m for m in shown.members if m != workspace.bot.id), workspace.bot.id)
        return {**common, "user": other, "is_open": True}
    return {
        **common,
        "name": shown.name,
        "name_normalized": shown.name,
        "is_channel": shown.kind == "public",
        "is_group": shown.kind == "private",
        "is_general": shown.name == "general",
        "is_member": workspace.bot.id in shown.members,
        "creator": shown.creator,
        "topic": {"value": shown.topic, "creator": shown.topic_by},
        "purpose": {"value": shown.purpose},
        "previous_names": list(shown.previous_names),
    }


def message(workspace: Workspace, shown: Message, *, metadata: bool = False) -> JsonObject:
    """A message object; `metadata` is left out unless asked for, as Slack does.

    What people write bears `blocks` of rich text beside its `text`; what came through an incoming webhook has
    no `user`.

    Sources: https://docs.slack.dev/reference/events/message (attachments, files, reactions, `edited`),
    https://docs.slack.dev/reference/events/message/bot_message (`bot_id`, `username`, no `user`).
    """
    author = workspace.users.get(shown.user)
    ours = author is not None and author.id == workspace.bot.id
    by_person = author is not None and not author.bot_id
    written = by_person and not shown.subtype and not shown.blocks and shown.text
    editor = shown.edited and {"user": shown.user or shown.bot_id, "ts": shown.edited}
    optional: JsonObject = {
        "user": shown.user,
        "subtype": "thread_broadcast" if shown.broadcast else shown.subtype,
        "hidden": shown.subtype == "tombstone",
        **_thread(workspace, shown),
        "bot_id": shown.bot_id or (author.bot_id if author else ""),
        "username": shown.username,
        "app_id": APP_ID if ours else "",
        "blocks": [rich_text.block(shown.text, shown.ts)] if written else list(shown.blocks),
        "files": list(shown.files),
        "attachments": list(shown.attachments),
        "edited": editor,
        "inviter": shown.inviter,
        "metadata": shown.metadata if metadata else None,
        "pinned_to": [shown.channel] if shown.ts in workspace.channels[shown.channel].pins else [],
        "reactions": reactions(shown),
        **(shown.details or {}),
    }
    return {
        "type": "message",
        "text": shown.text,
        "ts": shown.ts,
        "team": (author.team if author else "") or workspace.team.id,
        **{key: value for key, value in optional.items() if value},
    }


def reactions(shown: Message) -> list[JsonObject]:
    """A message's reactions: each emoji with who gave it; a skin tone makes another emoji of it.

    Source: https://docs.slack.dev/reference/methods/reactions.get
    """
    grouped: dict[str, list[str]] = {}
    for reaction in shown.reactions:
        name, _, user = reaction.rpartition(":")
        grouped.setdefault(name, []).append(user)
    return [{"name": name, "users": users, "count": len(users)} for name, users in grouped.items()]


def _thread(workspace: Workspace, shown: Message) -> JsonObject:
    """What a reply says of its thread, and the message that a thread hangs on.

    Source: https://docs.slack.dev/messaging/retrieving-messages (a parent has its own `ts` as `thread_ts`)
    """
    parent = workspace.messages.get(shown.thread_ts or "")
    if parent is not None and parent.ts != shown.ts:
        return {"thread_ts": parent.ts, "parent_user_id": parent.user}
    replies = [] if shown.ephemeral_to else workspace.replies(shown.ts)
    if not replies:
        return {"thread_ts": shown.thread_ts}
    people = list(dict.fromkeys(reply.user or reply.bot_id for reply in replies))
    return {
        "thread_ts": shown.ts,
        "reply_count": len(replies),
        "reply_users": people,
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
    }


def pin(workspace: Workspace, shown: Message, *, url: str = "") -> JsonObject:
    """A pinned message as an item; here only the bot pins, and at once.

    Args:
        workspace: where.
        shown: the message.
        url: the stand-in's root, for the permalink; there is none without.
    """
    link = {"permalink": permalink(url, shown)} if url else {}
    return {
        "type": "message",
        "channel": shown.channel,
        "message": {**message(workspace, shown), **link},
        "created": int(float(shown.ts)),
        "created_by": workspace.bot.id,
    }


def permalink(url: str, shown: Message) -> str:
    """The link to a message, under the stand-in's root."""
    return f"{url.rstrip('/')}/archives/{shown.channel}/p{shown.ts.replace('.', '')}"


def bookmark(shown: Bookmark) -> JsonObject:
    """A bookmark object."""
    return {
        "id": shown.id,
        "channel_id": shown.channel,
        "title": shown.title,
        "link": shown.link,
        "emoji": shown.emoji or None,
        "type": "link",
        "date_created": shown.created,
        "date_updated": 0,
    }


def view(workspace: Workspace, shown: View, values: JsonObject | None = None) -> JsonObject:
    """A view object, with what was entered in `state`."""
    # A person of another workspace sees it as their own: only `app_installed_team_id` is always the app's.
    team = workspace.users[shown.user].team or workspace.team.id
    optional = {"submit": None, "close": None, "private_metadata": "", "callback_id": "", "external_id": ""}
    flags = {"clear_on_close": False, "notify_on_close": False, "submit_disabled": False}
    return {
        **optional,
        **flags,
        **shown.content,
        "id": shown.id,
        "team_id": team,
        "app_id": APP_ID,
        "app_installed_team_id": workspace.team.id,
        "bot_id": workspace.bot.bot_id,
        "hash": shown.hash,
        "root_view_id": shown.id,
        "previous_view_id": None,
        "state": {"values": values or {}},
    }
