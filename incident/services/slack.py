"""Slack, in the bot's own words, through the real client."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.metadata import Metadata
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from incident.messages.rich import Message
from incident.runtime import deadline
from incident.runtime.failures import PermanentError
from incident.runtime.secrets import Secret
from incident.runtime.settings import is_same_site
from incident.services import slack_errors
from incident.services.profiles import Entry, Profile
from incident.services.retry import retried
from incident.services.slack_calls import CALL_SECONDS
from incident.services.slack_errors import classified, translated
from incident.services.slack_history import SlackHistory
from incident.services.slack_messages import SlackMessages

SERVICE = slack_errors.SERVICE
USERS_PER_INVITE = 100
"""https://docs.slack.dev/reference/methods/conversations.invite"""

_IN_ALREADY = frozenset({"already_in_channel", "cant_invite_self"})
_ABOUT_PEOPLE = _IN_ALREADY | {
    "user_not_found",
    "user_disabled",
    "cant_invite",
    "user_is_restricted",
    "user_is_ultra_restricted",
    "ura_max_channels",
    "no_user",
}
"""Why `conversations.invite` refuses people, where it refuses nothing else."""
_PAGE = 200
_LIST_PAGE = 999
"""Slack recommends 200 at most for messages; lists of channels and people take up to 1000."""


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


class Slack(SlackMessages, SlackHistory):
    """One workspace, as one bot. Safe for threads."""

    def __init__(self, token: Secret, api_url: str) -> None:
        """`api_url` ends with a slash."""
        super().__init__(token, api_url)
        self._channel_ids: dict[str, str] = {}
        self._bot = ""

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
        bot = self._own_id()
        arguments = {"types": "public_channel", "exclude_archived": True, "limit": _LIST_PAGE}
        for found in self._pages("users.conversations", arguments, "channels"):
            named_so = name == found["name"] or name in found.get("previous_names", ())
            if named_so and found.get("creator") == bot and found.get("created", 0) >= since:
                return Channel(found["id"], found["name"])
        return None

    def invite(self, channel: str, users: Sequence[str]) -> list[str]:
        """Invites people; those who are in already are no failure.

        Returns:
            Those who cannot be invited, such as people whose account was deactivated.

        https://docs.slack.dev/reference/methods/conversations.invite
        """
        refused: list[str] = []
        for start in range(0, len(users), USERS_PER_INVITE):
            refused += self._invite(channel, users[start : start + USERS_PER_INVITE])
        return refused

    def _invite(self, channel: str, users: Sequence[str]) -> list[str]:
        """Invites so many as one call takes. Where Slack refuses them all, each is invited alone."""
        arguments = {"channel": channel, "users": ",".join(users), "force": True}
        try:
            answer = self._call("conversations.invite", arguments, repeatable=True)
        except PermanentError as error:
            if error.reason not in _ABOUT_PEOPLE:
                raise
            if len(users) > 1:
                return [one for user in users for one in self._invite(channel, [user])]
            return [] if error.reason in _IN_ALREADY else list(users)
        return [one["user"] for one in answer.get("errors") or () if one.get("error") not in _IN_ALREADY]

    def group_members(self, group: str) -> list[str]:
        """The user ids of a user group."""
        return list(self._call("usergroups.users.list", {"usergroup": group}, repeatable=True)["users"])

    def rename_channel(self, channel: str, name: str) -> bool:
        """Gives a channel another name; False if another channel has that. It may be called so already.

        https://docs.slack.dev/reference/methods/conversations.rename
        """
        try:
            self._call("conversations.rename", {"channel": channel, "name": name})
        except PermanentError as error:
            if error.reason == "name_taken":  # perhaps by itself
                return self.channel_name(channel) == name
            raise
        return True

    def channel_name(self, channel: str) -> str:
        """What a channel is called now, without `#`."""
        found = self._call("conversations.info", {"channel": channel}, repeatable=True)["channel"]
        return str(found["name"])

    def permalink(self, posted: Posted) -> str:
        """The link to a message.

        https://docs.slack.dev/reference/methods/chat.getPermalink
        """
        arguments = {"channel": posted.channel, "message_ts": posted.ts}
        return str(self._call("chat.getPermalink", arguments, repeatable=True)["permalink"])

    def topic_and_purpose(self, channel: str) -> tuple[str, str]:
        """What stands there now, escaped."""
        found = self._call("conversations.info", {"channel": channel}, repeatable=True)["channel"]
        return found["topic"]["value"], found["purpose"]["value"]

    def topic_by(self, channel: str) -> tuple[str, bool]:
        """The topic as it is, escaped, and whether a person has set it.

        https://docs.slack.dev/reference/objects/conversation-object
        """
        found = self._call("conversations.info", {"channel": channel}, repeatable=True)["channel"]["topic"]
        creator = found.get("creator", "")
        return str(found["value"]), creator not in {"", self._own_id()}

    def _own_id(self) -> str:
        """The Slack user id of the bot; asked for once."""
        self._bot = self._bot or str(self._call("auth.test", {}, repeatable=True)["user_id"])
        return self._bot

    def set_topic(self, channel: str, topic: str) -> None:
        """Sets the topic; each time, a line in the channel says so."""
        self._call("conversations.setTopic", {"channel": channel, "topic": topic})

    def set_purpose(self, channel: str, purpose: str) -> None:
        """Sets the purpose; each time, a line in the channel says so."""
        self._call("conversations.setPurpose", {"channel": channel, "purpose": purpose})

    def post(
        self, channel: str, message: Message, tag: MessageTag, *, thread: str = "", is_broadcast: bool = False
    ) -> Posted:
        """Posts a message.

        Args:
            channel: id or name of a channel, or the id of a person to tell.
            message: what to say.
            tag: how it is known again.
            thread: `ts` of the message that it replies to; empty for none.
            is_broadcast: whether the channel reads the reply, too.

        https://docs.slack.dev/reference/methods/chat.postMessage
        """
        data = self._call(
            "chat.postMessage",
            {
                "channel": channel,
                "text": message.text,
                "blocks": message.blocks,
                "metadata": tag.metadata(),
                "unfurl_links": False,
                "unfurl_media": False,
                **({"thread_ts": thread} if thread else {}),
                **({"reply_broadcast": True} if is_broadcast else {}),
            },
        )
        if not _is_id(channel):
            self._channel_ids[channel] = data["channel"]
        return Posted(data["channel"], data["ts"])

    def edit(self, posted: Posted, message: Message, tag: MessageTag) -> None:
        """Replaces what a message says.

        Never made twice here: the first may be acted on late, after a newer edit, and who makes it again has
        to look after that (`Step.sweep`).
        """
        self._call(
            "chat.update",
            {
                "channel": posted.channel,
                "ts": posted.ts,
                "text": message.text,
                "blocks": message.blocks,
                "metadata": tag.metadata(),
            },
        )

    def delete(self, posted: Posted) -> None:
        """Deletes a message of the bot's; gone already is fine."""
        try:
            self._call("chat.delete", {"channel": posted.channel, "ts": posted.ts}, repeatable=True)
        except PermanentError as error:
            if error.reason != "message_not_found":
                raise

    def whisper(self, channel: str, user: str, message: Message) -> None:
        """Tells one member of a channel something there that nobody else sees; it cannot be found again.

        https://docs.slack.dev/reference/methods/chat.postEphemeral
        """
        said = {"text": message.text, "blocks": message.blocks}
        self._call("chat.postEphemeral", {"channel": channel, "user": user, **said})

    def find(self, channel: str, tag: MessageTag, since: float, *, thread: str = "") -> Posted | None:
        """The oldest of `find_all`, or None."""
        return next(iter(self.find_all(channel, tag, since, thread=thread)), None)

    def find_all(self, channel: str, tag: MessageTag, since: float, *, thread: str = "") -> list[Posted]:
        """The messages that bear this tag and were posted after `since`, oldest first.

        Args:
            channel: id or name of a channel, or id of a person.
            tag: kind, incident and key have to be the same.
            since: seconds since the epoch.
            thread: `ts` of the message whose replies they are; empty for those that are no replies, as
                the history of a channel has no others.
        """
        channel_id = self.channel_id(channel)
        arguments: dict[str, Any] = {
            "channel": channel_id,
            "oldest": f"{since:.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        method = "conversations.history"
        if thread:
            method, arguments = "conversations.replies", {**arguments, "ts": thread}
        found = [
            Posted(channel_id, message["ts"])
            for message in self._pages(method, arguments, "messages")
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

    def profile(self, user: str) -> Profile:
        """Who a person is."""
        found = self._call("users.info", {"user": user, "include_locale": True}, repeatable=True)
        return Profile.of(found["user"])

    def people(self) -> list[Entry]:
        """Everybody in the workspace, also bots and those whose account is deactivated."""
        return [Entry.of_user(user) for user in self._pages("users.list", {"limit": _LIST_PAGE}, "members")]

    def groups(self) -> list[Entry]:
        """The user groups that are not disabled."""
        return [
            Entry.of_group(group)
            for group in self._call("usergroups.list", {}, repeatable=True)["usergroups"]
        ]

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


def _is_id(channel: str, kinds: str = "CGDUW") -> bool:
    """Whether this is the id of a conversation or person; the name of a channel is in lower case."""
    return channel[:1] in tuple(kinds) and channel.isalnum() and channel.isupper()
