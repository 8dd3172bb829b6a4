"""Reading all that was said in a channel, page by page; archiving a channel, and coming back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incident.runtime import clock
from incident.runtime.failures import PermanentError
from incident.services.slack_calls import SlackCalls

Raw = Mapping[str, Any]
"""A message object of Slack's."""

PACE_SECONDS = 1.2
"""Between two threads that are read: fifty calls of a method are allowed in a minute, for all incidents.

https://docs.slack.dev/apis/web-api/rate-limits
"""

MESSAGES = 100
"""Messages of a page; Slack recommends no more than 200."""

THREADS = 10
"""Threads of a page at most, so that a page is read in one delivery of a run."""

_REPLIES = 200
_PRIVATE = frozenset({"channel_not_found", "method_not_supported_for_channel_type", "is_private"})
"""Why `conversations.join` refuses a channel that no bot comes into by itself."""
_NO_THREAD = frozenset({"thread_not_found", "message_not_found"})


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, by the `ts` of messages: after `oldest`, up to and including `latest`."""

    oldest: str
    latest: str

    def has(self, ts: str) -> bool:
        """Whether a message of this `ts` is within."""
        return _micros(self.oldest) < _micros(ts) <= _micros(self.latest)


@dataclass(frozen=True, slots=True)
class Thread:
    """A message of a channel and its replies, oldest first; without those that are outside of the window.

    Attributes:
        message: what the thread hangs on.
        replies: to it.
        is_within: whether the message itself is within the window.
    """

    message: Raw
    replies: Sequence[Raw] = ()
    is_within: bool = True

    @property
    def count(self) -> int:
        """The messages within the window."""
        return len(self.replies) + self.is_within


@dataclass(frozen=True, slots=True)
class Page:
    """Threads that stand one after the other in a channel, oldest first.

    Attributes:
        threads: those that say anything within the window.
        latest, first: the `ts` of the newest and the oldest message of the channel that was looked at; empty
            where there was none.
        has_older: whether there may be older ones.
    """

    threads: Sequence[Thread]
    latest: str = ""
    first: str = ""
    has_older: bool = False

    @property
    def count(self) -> int:
        """The messages within the window, replies included."""
        return sum(thread.count for thread in self.threads)


class SlackHistory(SlackCalls):
    """Reads channels that the bot is in."""

    def page_before(self, channel: str, before: str, window: Window) -> Page:
        """The newest messages of a channel before a moment, with their threads.

        Replies are in no history of a channel, but those that were sent to it, too: these stand in their
        threads alone. A reply may be within the window although what it replies to is older.

        Args:
            channel: its id.
            before: a `ts`, which is itself left out; empty for the end of the window.
            window: what is wanted.

        https://docs.slack.dev/reference/methods/conversations.history
        """
        arguments = {"channel": channel, "limit": MESSAGES, "latest": before or window.latest}
        data = self._call("conversations.history", {**arguments, "inclusive": not before}, repeatable=True)
        taken, has_more = self._room(data["messages"], window), bool(data.get("has_more"))
        has_older = has_more or len(taken) < len(data["messages"])
        return self._page(channel, taken, window, has_older=has_older)

    def page_between(self, channel: str, first: str, latest: str, window: Window) -> Page:
        """The messages of a channel from one `ts` to another, both included, with their threads."""
        return self._page(channel, self._between(channel, first, latest), window, has_older=False)

    def recount(self, channel: str, first: str, latest: str, window: Window) -> int:
        """How many messages that page has, by the channel and what it says of its threads.

        The replies themselves are asked for only where a thread has some outside of the window.
        """
        found = self._between(channel, first, latest)
        return sum(self._counted(channel, one, window) for one in found if not _is_reply(one))

    def _between(self, channel: str, first: str, latest: str) -> list[Raw]:
        """The messages from one `ts` to another, both included, newest first."""
        bounds = {"oldest": first, "latest": latest, "inclusive": True}
        arguments = {"channel": channel, "limit": MESSAGES, **bounds}
        return list(self._pages("conversations.history", arguments, "messages"))

    def archive(self, channel: str) -> None:
        """Archives a channel; archived already is fine. A public one has no members then, the bot included.

        https://docs.slack.dev/reference/methods/conversations.archive
        """
        try:
            self._call("conversations.archive", {"channel": channel}, repeatable=True)
        except PermanentError as error:
            if error.reason not in {"already_archived", "not_in_channel"} or not self._is(
                channel, "is_archived"
            ):
                raise

    def join(self, channel: str) -> bool:
        """Has the bot join a channel, and says whether it is in it: of a private one only if it was before.

        https://docs.slack.dev/reference/methods/conversations.join
        """
        try:
            self._call("conversations.join", {"channel": channel}, repeatable=True)
        except PermanentError as error:
            if error.reason not in _PRIVATE:
                raise
            return self._is(channel, "is_member")
        return True

    def _is(self, channel: str, what: str) -> bool:
        """Whether something is so of a channel; nothing is of one that the bot cannot see."""
        try:
            found = self._call("conversations.info", {"channel": channel}, repeatable=True)["channel"]
        except PermanentError as error:
            if error.reason != "channel_not_found":
                raise
            return False
        return bool(found.get(what))

    def _room(self, messages: Sequence[Raw], window: Window) -> list[Raw]:
        """As many of the first, which are the newest, as have no more threads than a page may."""
        taken: list[Raw] = []
        threads = 0
        for message in messages:
            threads += _has_replies_in(message, window)
            if threads > THREADS:
                break
            taken.append(message)
        return taken

    def _page(self, channel: str, taken: Sequence[Raw], window: Window, *, has_older: bool) -> Page:
        if not taken:
            return Page(())
        threads = [self._thread(channel, one, window) for one in reversed(taken) if not _is_reply(one)]
        within = [thread for thread in threads if thread.count]
        return Page(within, str(taken[0]["ts"]), str(taken[-1]["ts"]), has_older)

    def _thread(self, channel: str, message: Raw, window: Window) -> Thread:
        is_within = window.has(str(message["ts"]))
        if not _has_replies_in(message, window):
            return Thread(message, (), is_within)
        return Thread(message, tuple(self._replies(channel, message, window)), is_within)

    def _replies(self, channel: str, message: Raw, window: Window) -> Iterator[Raw]:
        """The replies to a message that are within the window; paced, as there may be many threads."""
        clock.sleep(PACE_SECONDS)
        arguments = {"channel": channel, "ts": message["ts"], "limit": _REPLIES}
        try:
            for one in self._pages("conversations.replies", arguments, "messages"):
                if _is_reply(one) and window.has(str(one["ts"])):
                    yield one
        except PermanentError as error:
            if error.reason not in _NO_THREAD:  # deleted meanwhile
                raise

    def _counted(self, channel: str, message: Raw, window: Window) -> int:
        own = int(window.has(str(message["ts"])))
        if not _has_replies_in(message, window):
            return own
        is_older = _micros(str(message["ts"])) <= _micros(window.oldest)
        if is_older or not window.has(str(message.get("latest_reply") or "")):
            return own + len(list(self._replies(channel, message, window)))
        return own + int(message.get("reply_count") or 0)


def _is_reply(message: Raw) -> bool:
    """Whether it stands in a thread of another; one that was sent to the channel, too, is in its history."""
    return message.get("thread_ts") not in {None, "", message.get("ts")}


def _has_replies_in(message: Raw, window: Window) -> bool:
    """Whether it may have replies within the window."""
    if _is_reply(message) or not message.get("reply_count"):
        return False
    newest = str(message.get("latest_reply") or window.latest)
    return _micros(newest) > _micros(window.oldest)


def _micros(ts: str) -> int:
    """Microseconds, exactly: a float would lose the last digits."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds or 0) * 1_000_000 + int((fraction + "000000")[:6])
