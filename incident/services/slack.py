"""Slack, in the bot's own words, through the real client."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.metadata import Metadata
from slack_sdk.webhook import WebhookClient

from incident.messages.rich import Message
from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.runtime.secrets import Secret, SecretUnavailableError
from incident.runtime.settings import is_same_site
from incident.services.retry import retried

SERVICE = "slack"
CALL_SECONDS = 8
USERS_PER_INVITE = 100
"""https://docs.slack.dev/reference/methods/conversations.invite"""

_TRANSIENT = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "timeout"})
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_STALE_TOKEN = frozenset({"invalid_auth", "token_revoked", "token_expired", "not_authed"})
_WORD = re.compile(r"[a-z][a-z0-9_]*")  # as Slack calls its errors
_PAGE = 200
_LIST_PAGE = 999
"""Slack recommends 200 at most for messages; lists of channels take up to 1000."""
_PAGES = 20


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
class Mark:
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


class Slack:
    """One workspace, as one bot. Safe for threads."""

    def __init__(self, token: Secret, api_url: str) -> None:
        """`api_url` ends with a slash."""
        self._token = token
        self._api_url = api_url

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
        """The channel of this name, if the bot created it after `since`, in seconds since the epoch.

        The creator of a channel is a member of it, so the bot's own conversations are enough to search.
        """
        bot = self._call("auth.test", {}, repeatable=True)["user_id"]
        arguments = {"types": "public_channel", "exclude_archived": True, "limit": _LIST_PAGE}
        for found in self._pages("users.conversations", arguments, "channels"):
            if found["name"] == name:
                ours = found.get("creator") == bot and found.get("created", 0) >= since
                return Channel(found["id"], name) if ours else None
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

    def post(self, channel: str, message: Message, mark: Mark) -> Posted:
        """Posts a message; `channel` is the id or name of a channel, or the id of a person to tell."""
        data = self._call(
            "chat.postMessage",
            {
                "channel": channel,
                "text": message.text,
                "blocks": message.blocks,
                "metadata": mark.metadata(),
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        return Posted(data["channel"], data["ts"])

    def edit(self, posted: Posted, message: Message, mark: Mark) -> None:
        """Replaces what a message says."""
        self._call(
            "chat.update",
            {
                "channel": posted.channel,
                "ts": posted.ts,
                "text": message.text,
                "blocks": message.blocks,
                "metadata": mark.metadata(),
            },
            repeatable=True,
        )

    def find(self, channel: str, mark: Mark, since: float) -> Posted | None:
        """The message that bears this mark, if it was posted after `since`, in seconds since the epoch."""
        channel_id = self.channel_id(channel)
        arguments = {
            "channel": channel_id,
            "oldest": f"{since:.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        for message in self._pages("conversations.history", arguments, "messages"):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == mark.kind and metadata.get("event_payload") == mark.payload():
                return Posted(channel_id, message["ts"])
        return None

    def channel_id(self, channel: str) -> str:
        """The id of a channel given by id or name, or of the bot's conversation with a person.

        Raises:
            PermanentError: if there is none of this name that the bot can see.
        """
        if channel[:1] in {"U", "W"} and channel.isalnum() and channel.isupper():
            opened = self._call("conversations.open", {"users": channel}, repeatable=True)
            return str(opened["channel"]["id"])
        if channel[:1] in {"C", "G", "D"} and channel.isalnum() and channel.isupper():
            return channel
        arguments = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": _LIST_PAGE}
        for found in self._pages("conversations.list", arguments, "channels"):
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

    def display_name(self, user: str) -> str:
        """What a person is called."""
        profile = self._call("users.info", {"user": user}, repeatable=True)["user"]
        names = profile.get("profile", {})
        return names.get("display_name") or names.get("real_name") or profile.get("real_name") or user

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
                raise _classified(response.status_code, response.body[:80], dict(response.headers))

        retried(lambda: _translated(send), repeatable=True)

    def _pages(self, method: str, arguments: dict[str, Any], field: str) -> Iterator[Any]:
        cursor = ""
        for _ in range(_PAGES):
            data = self._call(
                method, {**arguments, "cursor": cursor} if cursor else arguments, repeatable=True
            )
            yield from data[field]
            cursor = (data.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise PermanentError(SERVICE, f"{method} has more than {_PAGES} pages")

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
            return retried(lambda: _translated(send), repeatable=repeatable)
        except PermanentError as error:
            if error.reason in _STALE_TOKEN and self._token.refresh(tried):  # it may just have been rotated
                return retried(lambda: _translated(send), repeatable=repeatable)
            raise


def _function(method: str) -> str:
    """The client's function of a method: `conversations_setTopic` of `conversations.setTopic`."""
    return method.replace(".", "_")


def _translated(send: Any) -> Any:
    """Does `send`, and says in the bot's own terms what went wrong."""
    try:
        return send()
    except SlackApiError as error:
        response = error.response
        raise _classified(
            response.status_code, str(response.get("error", "")), dict(response.headers or {})
        ) from None
    except SecretUnavailableError as error:
        raise TransientError(SERVICE, f"token: {error}", refused=True) from None
    except deadline.DeadlineExceededError:
        raise
    except URLError as error:
        if isinstance(error, HTTPError):
            raise _classified(error.code, f"http {error.code}", dict(error.headers)) from None
        reason = error.reason if isinstance(error.reason, Exception) else error
        never_sent = isinstance(reason, ConnectionRefusedError) or type(reason).__name__ == "gaierror"
        raise TransientError(SERVICE, type(reason).__name__, refused=never_sent) from None
    except (OSError, http.client.HTTPException, SlackClientError, UnicodeDecodeError) as error:
        raise TransientError(SERVICE, type(error).__name__) from None


def _classified(status: int, error: str, headers: dict[str, str]) -> StepError:
    if status == http.client.TOO_MANY_REQUESTS or error in _RATE_LIMITED:
        after = headers.get("Retry-After") or headers.get("retry-after") or "1"
        seconds = float(after) if after.isdigit() else 1.0
        return TransientError(SERVICE, "ratelimited", refused=True, retry_after=seconds)
    if error in _TRANSIENT:
        return TransientError(SERVICE, error)
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.REQUEST_TIMEOUT:
        return TransientError(SERVICE, f"http {status}")
    if _WORD.fullmatch(error):
        return PermanentError(SERVICE, error)
    if status == http.client.OK:  # cut off, or somebody else's: Slack may have done it
        return TransientError(SERVICE, "an answer that is none")
    return PermanentError(SERVICE, f"http {status}")
