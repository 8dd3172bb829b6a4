"""The events an app subscribed to, on their way to the bot.

Source: https://docs.slack.dev/apis/events-api (three seconds to answer; three retries, at once, after one
minute and after five).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from incident.sandbox.slack import payloads
from incident.sandbox.slack.bot_link import Answer
from incident.sandbox.slack.events import is_for_everybody, place, scope, subscription
from incident.sandbox.slack.workspace import JsonObject, Workspace

Delivery: TypeAlias = Literal["off", "queued", "sent"]
"""Whether events are dropped, kept until they are asked for, or sent by a thread as they happen."""

SUBSCRIBED = frozenset({"member_joined_channel", "member_left_channel"})
RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Seconds."""

_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "http_error"}


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An `event_callback` that is due at a moment of the monotonic clock, after so many failures."""

    payload: JsonObject
    due: float = 0.0
    failures: int = 0
    reason: str = ""


class EventQueue:
    """Takes the events of a workspace and delivers those the bot subscribed to, in order. Safe for threads.

    Attributes:
        subscribed: such as `member_joined_channel` or `message.channels`.
        retry_delays: seconds before each repetition of a delivery that failed, where a thread delivers.
    """

    def __init__(
        self,
        workspace: Workspace,
        send: Callable[[JsonObject, Mapping[str, str]], Answer],
        scopes: Callable[[], frozenset[str]],
    ) -> None:
        """Listens to the workspace, and delivers nothing yet.

        Args:
            workspace: whose events.
            send: posts a payload with these headers besides the usual ones.
            scopes: gives what the bot's token may do.
        """
        self.subscribed = SUBSCRIBED
        self.retry_delays: Sequence[float] = RETRY_DELAYS
        self._workspace, self._send, self._scopes = workspace, send, scopes
        self._mode: Delivery = "off"
        self._waiting: list[_Waiting] = []
        self._in_flight = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        workspace.listeners.append(self._note)

    @property
    def delivery(self) -> Delivery:
        """Whether events are dropped, kept or sent; turning it forgets none that are kept, but `off` does."""
        return self._mode

    @delivery.setter
    def delivery(self, mode: Delivery) -> None:
        with self._changed:
            self._mode = mode
            if mode == "off":
                self._waiting.clear()
            if mode == "sent" and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="slack-events", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    @property
    def pending(self) -> list[JsonObject]:
        """The payloads not yet delivered, oldest first."""
        with self._changed:
            return [waiting.payload for waiting in self._waiting]

    def deliver(self) -> list[Answer]:
        """Posts what is kept, oldest first, and what happens because of it; returns the answers.

        Nothing is tried again.
        """
        answers = []
        while (waiting := self._take(now=None)) is not None:
            answers.append(self._post(waiting))
        return answers

    def clear(self) -> None:
        """Forgets what is not delivered yet."""
        with self._changed:
            self._waiting.clear()

    def settled(self) -> bool:
        """Whether nothing is to be sent now; what failed and waits for its repetition does not count."""
        now = time.monotonic()
        with self._changed:
            return self._mode != "sent" or not (
                self._in_flight or any(waiting.due <= now for waiting in self._waiting)
            )

    def close(self) -> None:
        """Ends the thread, if there is one; what is not delivered by then is lost."""
        with self._changed:
            thread = self._thread
        self.delivery = "off"
        if thread is not None:
            thread.join()

    def _note(self, make: Callable[[], JsonObject]) -> None:
        if self._mode == "off":
            return
        event = make()
        if subscription(event) not in self.subscribed or not self._may_see(event):
            return
        payload = payloads.event_callback(self._workspace, event)
        with self._changed:
            self._waiting.append(_Waiting(payload))
            self._changed.notify_all()

    def _may_see(self, event: JsonObject) -> bool:
        channel = self._workspace.channels[place(event)]
        told = is_for_everybody(event) or self._workspace.bot.id in channel.members
        return told and scope(event, channel.kind) in self._scopes()

    def _take(self, now: float | None) -> _Waiting | None:
        """The oldest that is due; the oldest of all where `now` is None."""
        with self._changed:
            for waiting in self._waiting:
                if now is None or waiting.due <= now:
                    self._waiting.remove(waiting)
                    self._in_flight += 1
                    return waiting
            return None

    def _post(self, waiting: _Waiting) -> Answer:
        headers = (
            {"X-Slack-Retry-Num": str(waiting.failures), "X-Slack-Retry-Reason": waiting.reason}
            if waiting.failures
            else {}
        )
        try:
            return self._send(waiting.payload, headers)
        finally:
            with self._changed:
                self._in_flight -= 1

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._mode != "sent":
                    self._thread = None
                    return
            waiting = self._take(time.monotonic())
            if waiting is None:
                self._pause()
                continue
            answer = self._post(waiting)
            if answer.failure and waiting.failures < len(self.retry_delays):
                self._again(waiting, _REASONS[answer.failure])

    def _again(self, waiting: _Waiting, reason: str) -> None:
        due = time.monotonic() + self.retry_delays[waiting.failures]
        with self._changed:
            if self._mode == "sent":
                again = replace(waiting, due=due, failures=waiting.failures + 1, reason=reason)
                self._waiting.append(again)

    def _pause(self) -> None:
        """Waits until something may be due."""
        with self._changed:
            next_due = min((waiting.due for waiting in self._waiting), default=None)
            if self._mode == "sent":
                self._changed.wait(None if next_due is None else max(0.0, next_due - time.monotonic()))
