"""Slack, in the bot's own words, through the real client."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.models.metadata import Metadata
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from incident.messages.rich import Message
from incident.runtime import deadline
from incident.runtime.failures import PermanentError
from incident.runtime.secrets import Secret
from incident.runtime.settings import is_same_site
from incident.services import slack_errors
from incident.services.retry import retried
from incident.services.slack_errors import classified, translated

SERVICE = slack_errors.SERVICE
CALL_SECONDS = 8
USERS_PER_INVITE = 100
"""https://docs.slack.dev/reference/methods/conversations.invite"""

_STALE_TOKEN = frozenset({"invalid_auth", "token_revoked", "token_expired", "not_authed"})
_PAGE = 200
_LIST_PAGE = 999
"""Slack recommends 200 at most for messages; lists of channels take up to 1000."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: its id and its name without `#`."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that stands in a channel: the channel's id and the message's `ts`."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class MessageTag:
    """How the bot knows a message of its own again; invisible to people.

    https://docs.slack.dev/messaging/message-metadata

    Attributes:
        kind: such as `incident_briefing`.
        incident: id of the incident.
        key: tells messages of one kind in one incident apart; empty where there is one alone.
    """

    kind: str
    incident: str
    key: str = ""

    def metadata(self) -> Metadata:
        """For `chat.postMessage`."""
        return Metadata(event_type=self.kind, event_payload=self.payload())

    def payload(self) -> dict[str, str]:
        """The payload of the metadata."""
        return {"incident": self.incident} | ({"key": self.key} if self.key else {})

    def is_on(self, message: Mapping[str, Any]) -> bool:
        """Whether a message of Slack's history bears exactly this tag."""
        metadata = message.get("metadata") or {}
        return metadata.get("event_type") == self.kind and metadata.get("event_payload") == self.payload()


class Slack:
    """One workspace, as one bot. Safe for threads."""

    def __init__(self, token: Secret, api_url: str) -> None:
        """`api_url` ends with a slash."""
        self._token = token
        self._api_url = api_url
        self._channel_ids: dict[str, str] = {}

    def create_channel(self, name: str) -> Channel | None:
        """Creates a public channel; None if the name is taken."""
        try:
            data = self._call("conversations.create", {"name": name})
        except PermanentError as error:
            if error.reason == "name_taken":
                return None
            raise
        return Channel(data["channel"]["id"], data["channel"]["name"])

    def channel_created_by_bot(self, name: str, since: float) -> Channel | None:
        """The channel that the bot created by this name after `since`, in seconds since the epoch.

        It is found under whatever name people have given it since: its creator, the time of its creation and
        its previous names stay. The creator of a channel is a member of it, so the bot's own conversations
        are enough to search. A channel that was created a moment ago may not be listed yet.

        https://docs.slack.dev/reference/objects/conversation-object
        """
        bot = self._call("auth.test", {}, repeatable=True)["user_id"]
        arguments = {"types": "public_channel", "exclude_archived": True, "limit": _LIST_PAGE}
        for found in self._pages("users.conversations", arguments, "channels"):
            named_so = name == found["name"] or name in found.get("previous_names", ())
            if named_so and found.get("creator") == bot and found.get("created", 0) >= since:
                return Channel(found["id"], found["name"])
        return None

    def invite(self, channel: str, users: Sequence[str]) -> None:
        """Invites people; those who are in already, or are no more, are no failure."""
        for start in range(0, len(users), USERS_PER_INVITE):
            some = ",".join(users[start : start + USERS_PER_INVITE])
            try:
                self._call(
                    "conversations.invite",
                    {"channel": channel, "users": some, "force": True},
                    repeatable=True,
                )
            except PermanentError as error:
                if error.reason not in {"already_in_channel", "cant_invite_self"}:
                    raise

    def group_members(self, group: str) -> list[str]:
        """The user ids of a user group."""
        return list(self._call("usergroups.users.list", {"usergroup": group}, repeatable=True)["users"])

    def topic_and_purpose(self, channel: str) -> tuple[str, str]:
        """What stands there now, escaped."""
        found = self._call("conversations.info", {"channel": channel}, repeatable=True)["channel"]
        return found["topic"]["value"], found["purpose"]["value"]

    def set_topic(self, channel: str, topic: str) -> None:
        """Sets the topic; each time, a line in the channel says so."""
        self._call("conversations.setTopic", {"channel": channel, "topic": topic})

    def set_purpose(self, channel: str, purpose: str) -> None:
        """Sets the purpose; each time, a line in the channel says so."""
        self._call("conversations.setPurpose", {"channel": channel, "purpose": purpose})

    def post(self, channel: str, message: Message, tag: MessageTag) -> Posted:
        """Posts a message; `channel` is the id or name of a channel, or the id of a person to tell."""
        data = self._call(
            "chat.postMessage",
            {
                "channel": channel,
                "text": message.text,
                "blocks": message.blocks,
                "metadata": tag.metadata(),
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        if not _is_id(channel):
            self._channel_ids[channel] = data["channel"]
        return Posted(data["channel"], data["ts"])

    def edit(self, posted: Posted, message: Message, tag: MessageTag) -> None:
        """Replaces what a message says."""
        self._call(
            "chat.update",
            {
                "channel": posted.channel,
                "ts": posted.ts,
                "text": message.text,
                "blocks": message.blocks,
                "metadata": tag.metadata(),
            },
            repeatable=True,
        )

    def delete(self, posted: Posted) -> None:
        """Deletes a message of the bot's; gone already is fine."""
        try:
            self._call("chat.delete", {"channel": posted.channel, "ts": posted.ts}, repeatable=True)
        except PermanentError as error:
            if error.reason != "message_not_found":
                raise

    def find(self, channel: str, tag: MessageTag, since: float) -> Posted | None:
        """The oldest of `find_all`, or None."""
        return next(iter(self.find_all(channel, tag, since)), None)

    def find_all(self, channel: str, tag: MessageTag, since: float) -> list[Posted]:
        """The messages that bear this tag and were posted after `since`, oldest first.

        Args:
            channel: id or name of a channel, or id of a person.
            tag: kind, incident and key have to be the same.
            since: seconds since the epoch.
        """
        channel_id = self.channel_id(channel)
        arguments = {
            "channel": channel_id,
            "oldest": f"{since:.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        found = [
            Posted(channel_id, message["ts"])
            for message in self._pages("conversations.history", arguments, "messages")
            if tag.is_on(message)
        ]
        return sorted(found, key=lambda posted: posted.ts)

    def channel_id(self, channel: str) -> str:
        """The id of a channel given by id or name, or of the bot's conversation with a person.

        The id of a name that was posted to is remembered. Otherwise the channels that the bot is in are
        listed, then all there are: Slack has no other way from a name to an id, and lists all channels of a
        large workspace so slowly (twenty pages a minute) that only one the bot is not in is looked for there.

        Raises:
            PermanentError: if there is none of this name that the bot can see.
        """
        if _is_id(channel, "UW"):
            opened = self._call("conversations.open", {"users": channel}, repeatable=True)
            return str(opened["channel"]["id"])
        if _is_id(channel):
            return channel
        if remembered := self._channel_ids.get(channel):
            return remembered
        arguments = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": _LIST_PAGE}
        for method in ("users.conversations", "conversations.list"):
            for found in self._pages(method, arguments, "channels"):
                if found["name"] == channel:
                    return str(found["id"])
        raise PermanentError(SERVICE, "channel_not_found")

    def pin(self, posted: Posted) -> None:
        """Pins a message; pinned already is fine."""
        try:
            self._call("pins.add", {"channel": posted.channel, "timestamp": posted.ts}, repeatable=True)
        except PermanentError as error:
            if error.reason != "already_pinned":
                raise

    def has_bookmark(self, channel: str, link: str) -> bool:
        """Whether a bookmark of the channel leads to `link`."""
        bookmarks = self._call("bookmarks.list", {"channel_id": channel}, repeatable=True)["bookmarks"]
        return any(bookmark.get("link") == link for bookmark in bookmarks)

    def add_bookmark(self, channel: str, title: str, link: str, emoji: str) -> None:
        """Adds a link to the channel's bar; `emoji` is such as `:telephone_receiver:`."""
        self._call(
            "bookmarks.add",
            {"channel_id": channel, "title": title, "type": "link", "link": link, "emoji": emoji},
        )

    def remove_duplicate_bookmarks(self, channel: str, link: str) -> int:
        """Removes all bookmarks of a channel that lead to `link` but the oldest.

        Returns:
            How many there were to remove.

        https://docs.slack.dev/reference/methods/bookmarks.remove
        """
        bookmarks = self._call("bookmarks.list", {"channel_id": channel}, repeatable=True)["bookmarks"]
        same = [bookmark for bookmark in bookmarks if bookmark.get("link") == link]
        duplicates = sorted(same, key=lambda bookmark: bookmark.get("date_created", 0))[1:]
        for bookmark in duplicates:
            arguments = {"channel_id": channel, "bookmark_id": bookmark["id"]}
            try:
                self._call("bookmarks.remove", arguments, repeatable=True)
            except PermanentError as error:
                if error.reason != "not_found":
                    raise
        return len(duplicates)

    def display_name(self, user: str) -> str:
        """What a person is called."""
        profile = self._call("users.info", {"user": user}, repeatable=True)["user"]
        names = profile.get("profile", {})
        return names.get("display_name") or names.get("real_name") or profile.get("real_name") or user

    def update_view(self, view_id: str, view: View) -> None:
        """Shows another content in a form that is open; what was typed stays in inputs whose ids stay.

        https://docs.slack.dev/reference/methods/views.update

        Raises:
            PermanentError: if it was closed meanwhile.
        """
        self._call("views.update", {"view_id": view_id, "view": view}, repeatable=True)

    def respond(self, response_url: str, message: Message, *, replaces: bool = True) -> None:
        """Tells a person, only them, where they typed or pressed.

        Five times in thirty minutes. https://docs.slack.dev/interactivity/handling-user-interaction

        Args:
            response_url: as Slack gave it.
            message: what to say.
            replaces: whether in place of the message whose button was pressed. What was typed has no such
                message, so there it changes nothing.

        Raises:
            PermanentError: if that place is gone, or is none of Slack's.
        """
        if not is_same_site(response_url, self._api_url):  # hooks.slack.com for slack.com
            raise PermanentError(SERVICE, "no place of Slack's to answer to")

        def send() -> None:
            seconds = int(deadline.timeout(CALL_SECONDS, least=1))
            client = WebhookClient(response_url, timeout=seconds, retry_handlers=[])
            response = client.send_dict(message.to_response(replace_original=replaces))
            if response.status_code != http.client.OK:
                raise classified(response.status_code, response.body[:80], dict(response.headers))

        retried(lambda: translated(send), repeatable=True)

    def _pages(self, method: str, arguments: dict[str, Any], field: str) -> Iterator[Any]:
        """The items of all pages. The deadline of the step bounds how many there can be.

        https://docs.slack.dev/apis/web-api/pagination
        """
        cursor = ""
        while True:
            page = {**arguments, "cursor": cursor} if cursor else arguments
            data = self._call(method, page, repeatable=True)
            yield from data[field]
            cursor = (data.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _call(self, method: str, arguments: dict[str, Any], *, repeatable: bool = False) -> Any:
        """One method of the Web API, by the client's own function of that name."""
        tried: tuple[str, ...] = ()

        def send() -> Any:
            nonlocal tried
            tried = self._token.values()
            client = WebClient(
                tried[0],
                base_url=self._api_url,
                timeout=int(deadline.timeout(CALL_SECONDS, least=1)),
                retry_handlers=[],  # `retried` knows which calls may be made twice
            )
            return getattr(client, _function(method))(**arguments).data

        try:
            return retried(lambda: translated(send), repeatable=repeatable)
        except PermanentError as error:
            if error.reason in _STALE_TOKEN and self._token.refresh(tried):  # it may just have been rotated
                return retried(lambda: translated(send), repeatable=repeatable)
            raise


def _is_id(channel: str, kinds: str = "CGDUW") -> bool:
    """Whether this is the id of a conversation or person; the name of a channel is in lower case."""
    return channel[:1] in tuple(kinds) and channel.isalnum() and channel.isupper()


def _function(method: str) -> str:
    """The client's function of a method: `conversations_setTopic` of `conversations.setTopic`."""
    return method.replace(".", "_")
