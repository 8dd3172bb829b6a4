"""Reading what people write in Slack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incident.runtime.failures import PermanentError
from incident.services.slack_calls import SlackCalls

_GONE = frozenset({"thread_not_found", "message_not_found"})
_TOMBSTONE = "tombstone"
"""What is left of a message that was deleted and has replies."""


class SlackMessages(SlackCalls):
    """Reads messages of channels that the bot is in."""

    def message(self, channel: str, ts: str) -> Mapping[str, Any] | None:
        """A message as it is now, be it in a thread; None where it was deleted.

        The history of a channel has no replies. `conversations.replies` takes the `ts` of any message, be it
        without replies or a reply itself, and may be called fifty times a minute.

        https://docs.slack.dev/reference/methods/conversations.replies

        Args:
            channel: id of its channel.
            ts: its own.
        """
        found, thread = self._one_of_thread(channel, ts, ts)
        if found is None and thread not in {"", ts}:  # it is a reply, and only the start of its thread came
            found, _ = self._one_of_thread(channel, thread, ts)
        return None if found is None or found.get("subtype") == _TOMBSTONE else found

    def _one_of_thread(self, channel: str, thread: str, ts: str) -> tuple[Mapping[str, Any] | None, str]:
        """The message and, where it is not among what came, the thread that this belongs to."""
        arguments = {
            "channel": channel,
            "ts": thread,
            "oldest": ts,
            "latest": ts,
            "inclusive": True,
            "limit": 10,
        }
        try:
            messages = self._call("conversations.replies", arguments, repeatable=True)["messages"]
        except PermanentError as error:
            if error.reason not in _GONE:
                raise
            return None, ""
        found = next((one for one in messages if one.get("ts") == ts), None)
        return found, "" if found else next((str(one.get("thread_ts") or "") for one in messages), "")
