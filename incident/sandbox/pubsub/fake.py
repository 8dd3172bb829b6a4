"""Pub/Sub on a laptop: one topic, and the push subscription that delivers it to the worker.

What is true of the real service and matters to a subscriber is true here: a message is delivered at
least once, several are delivered at the same time and in no promised order, what is not acknowledged
comes again after a growing pause and slows down the others, and what is refused too often ends as a dead
letter.
"""

from __future__ import annotations

import base64
import heapq
import http.client
import itertools
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from incident.sandbox.faults import FaultInjector
from incident.sandbox.pubsub.api import PubSubApi
from incident.sandbox.pubsub.pull import PullSubscription
from incident.sandbox.pubsub.push_flow import REAL_LIMITS, PushFlow, PushLimits

ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})
"""The answers that acknowledge a push; Pub/Sub takes every other, 3xx too, as a refusal.

Source: https://cloud.google.com/pubsub/docs/push#receive_push
"""

DEAD_LETTERS = "incident-dead-letters"
"""The subscription of the dead letters, as terraform/pubsub.tf calls it."""

_DEAD_LETTER = "CloudPubSubDeadLetterSource"


@dataclass(frozen=True, slots=True)
class Message:
    """A published message.

    Attributes:
        id: given by the stand-in, unique for all time.
        data: what was published, at most 10 MB.
        attributes: at most 100; keys up to 256 bytes, values up to 1024.
        publish_time: RFC 3339, in UTC, to the millisecond.
        ordering_key: passed on; the subscription does not order by it.
    """

    id: str
    data: bytes
    attributes: Mapping[str, str]
    publish_time: str
    ordering_key: str = ""

    def to_json(self) -> dict[str, Any]:
        """The message as plain JSON."""
        return asdict(self) | {"data": base64.b64encode(self.data).decode()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Message:
        """The message that `to_json` made this of."""
        return cls(**{**value, "data": base64.b64decode(value["data"])})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One push, and what came of it.

    Attributes:
        message_id: the message pushed.
        attempt: 1 for its first delivery.
        status: the HTTP status answered; 0 for none before the deadline, or no connection.
        seconds: from the start of the push to its answer.
    """

    message_id: str
    attempt: int
    status: int
    seconds: float

    @property
    def acknowledged(self) -> bool:
        """Whether the message is done with."""
        return self.status in ACKNOWLEDGED


@dataclass(order=True, slots=True)
class _Waiting:
    """A message that is to be pushed at `due` (monotonic seconds); `number` tells its copies apart."""

    due: float
    number: int
    message: Message = field(compare=False)
    attempt: int = field(compare=False)


class FakePubSub:
    """The topic, served as Google's clients expect it, and its push subscription.

    Attributes:
        host: `127.0.0.1:PORT` of gRPC and of REST, for `PUBSUB_EMULATOR_HOST`.
        api: the services offered.
        topic: the topic's full name.
        subscription: the push subscription's full name.
        pulled: the subscription of the dead letters, which people pull.
        flow: how many pushes may be outstanding, and how far apart they are, by how the last were answered.
        duplicate: how likely (0 to 1) a message is delivered twice, both at the same moment. The copies
            are then refused, repeated and acknowledged each on its own.
        deliveries: every push so far, in order of their answers.
        dead_letters: what was refused `max_delivery_attempts` times, with the attributes Pub/Sub adds.
        version: grows whenever a snapshot would differ.
    """

    def __init__(
        self,
        fault_injector: FaultInjector,
        *,
        topic: str,
        push_url: str,
        max_delivery_attempts: int = 10,
        minimum_backoff: float = 0.5,
        maximum_backoff: float = 10.0,
        ack_deadline: float = 60.0,
        limits: PushLimits = REAL_LIMITS,
    ) -> None:
        """Serves at once.

        Args:
            fault_injector: asked before every call.
            topic: `projects/P/topics/T`.
            push_url: where messages are delivered, over http.
            max_delivery_attempts: after so many refusals a message is a dead letter.
            minimum_backoff: of the retry policy, seconds before the first repetition of a message.
            maximum_backoff: of the retry policy, seconds that a message's pauses grow to at most.
            ack_deadline: seconds an answer to a push may take.
            limits: of slow start and push back-off, which the whole subscription feels; by default the real
                service's. Tests that are about something else make them wide.

        Raises:
            ValueError: if `topic` is not a topic's full name.
        """
        _, project, _, name = topic.split("/")
        self.topic = topic
        self.subscription = f"projects/{project}/subscriptions/{name}-push"
        self.push_url = push_url
        self.max_delivery_attempts = max_delivery_attempts
        self.minimum_backoff = minimum_backoff
        self.maximum_backoff = maximum_backoff
        self.ack_deadline = ack_deadline
        self.duplicate = 0.0
        self.flow = PushFlow(limits)
        self.deliveries: list[Delivery] = []
        self.dead_letters: list[Message] = []
        self.version = 0
        self._paused = False
        self._closed = False
        self._waiting: list[_Waiting] = []
        self._in_flight: dict[int, _Waiting] = {}
        self._pushes: dict[threading.Thread, http.client.HTTPConnection] = {}
        self._numbers = itertools.count()
        self._ids = itertools.count(time.time_ns() // 1_000)  # unique across restarts, numeric like Google's
        self._changed = threading.Condition()
        self.pulled = PullSubscription(
            f"projects/{project}/subscriptions/{DEAD_LETTERS}",
            f"{topic}-dead-letters",
            self.dead_letters,
            lock=self._changed,
            changed=self._touch,
        )
        self._pusher = threading.Thread(target=self._push_when_due, name="pubsub-push", daemon=True)
        self._pusher.start()
        self.api = PubSubApi(self, fault_injector)
        self.host = self.api.serve()

    @property
    def paused(self) -> bool:
        """Whether deliveries are held back; pushes under way are not."""
        return self._paused

    @paused.setter
    def paused(self, value: bool) -> None:
        with self._changed:
            self._paused = value
            self._changed.notify_all()

    def publish(self, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> str:
        """Takes a valid message in and delivers it.

        Returns:
            The message's id.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = Message(str(next(self._ids)), data, dict(attributes), now, ordering_key)
        copies = 2 if random.random() < self.duplicate else 1  # noqa: S311
        self._enqueue((message, 1) for _ in range(copies))
        return message.id

    def replay(self, message: Message) -> str:
        """Publishes a dead letter again, as a new message, and takes it off the dead letters.

        Returns:
            The new message's id.

        Raises:
            ValueError: if the message is no dead letter.
        """
        with self._changed:
            self.dead_letters.remove(message)
        own = {key: value for key, value in message.attributes.items() if not key.startswith(_DEAD_LETTER)}
        return self.publish(message.data, own, message.ordering_key)

    def settled(self) -> bool:
        """Whether nothing is waiting or under way."""
        with self._changed:
            return not self._waiting and not self._in_flight

    def wait_until_settled(self, timeout: float) -> bool:
        """Waits until everything published was acknowledged or is a dead letter.

        Returns:
            False if that took longer than `timeout` seconds.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._in_flight, timeout)

    def snapshot(self) -> dict[str, Any]:
        """What is undelivered and what is dead, as plain JSON. Also true after `close`."""
        with self._changed:
            undelivered = sorted([*self._in_flight.values(), *self._waiting])
            return {
                "undelivered": [{"message": w.message.to_json(), "attempt": w.attempt} for w in undelivered],
                "dead_letters": [message.to_json() for message in self.dead_letters],
            }

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Goes on where the stand-in that made the snapshot stopped; what was in flight is pushed again."""
        with self._changed:
            self.dead_letters.extend(Message.from_json(letter) for letter in snapshot["dead_letters"])
        self._enqueue((Message.from_json(w["message"]), w["attempt"]) for w in snapshot["undelivered"])

    def close(self) -> None:
        """Stops serving and delivering, and breaks off what is under way. The snapshot keeps it."""
        self.api.close()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            pushes = dict(self._pushes)
        for connection in pushes.values():
            with suppress(OSError, AttributeError):  # not connected yet, or not any more
                connection.sock.shutdown(socket.SHUT_RDWR)
        for thread in (self._pusher, *pushes):
            thread.join(timeout=5)

    def _enqueue(self, messages: Iterable[tuple[Message, int]]) -> None:
        now = time.monotonic()
        with self._changed:
            for message, attempt in messages:
                heapq.heappush(self._waiting, _Waiting(now, next(self._numbers), message, attempt))
            self._touch()

    def _touch(self) -> None:
        self.version += 1
        self._changed.notify_all()

    def _push_when_due(self) -> None:
        with self._changed:
            while not self._closed:
                pause = self._pause()
                if pause is None or pause > 0:
                    self._changed.wait(pause)
                    continue
                waiting = heapq.heappop(self._waiting)
                self.flow.started(time.monotonic())
                self._in_flight[waiting.number] = waiting
                self._start(self._push, waiting)

    def _pause(self) -> float | None:
        """Seconds until the next push may start; None until something changes."""
        now = time.monotonic()
        allowed = self.flow.wait(now, len(self._in_flight))
        if self._paused or not self._waiting or allowed is None:
            return None
        return max(allowed, self._waiting[0].due - now)

    def _start(self, push: Callable[[_Waiting, http.client.HTTPConnection], None], waiting: _Waiting) -> None:
        connection = http.client.HTTPConnection(urlsplit(self.push_url).netloc, timeout=self.ack_deadline)
        thread = threading.Thread(target=push, args=(waiting, connection), daemon=True)
        self._pushes[thread] = connection
        thread.start()

    def _push(self, waiting: _Waiting, connection: http.client.HTTPConnection) -> None:
        started = time.monotonic()
        status = self._post(waiting, connection)
        delivery = Delivery(waiting.message.id, waiting.attempt, status, time.monotonic() - started)
        with self._changed:
            del self._pushes[threading.current_thread()]
            if self._closed:  # stays in flight: the next sandbox delivers it again
                return
            del self._in_flight[waiting.number]
            self.deliveries.append(delivery)
            self.flow.answered(time.monotonic(), acknowledged=delivery.acknowledged)
            if not delivery.acknowledged:
                self._refused(waiting)
            self._touch()

    def _post(self, waiting: _Waiting, connection: http.client.HTTPConnection) -> int:
        target = urlsplit(self.push_url)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "From": "noreply@google.com",
            "User-Agent": "CloudPubSub-Google",
        }
        try:
            connection.request("POST", path, json.dumps(self._envelope(waiting)), headers)
            with connection.getresponse() as answer:
                return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def _envelope(self, waiting: _Waiting) -> dict[str, Any]:
        """The wrapped push body, in which ids and times stand in both spellings.

        Source: https://cloud.google.com/pubsub/docs/push#receive_push
        """
        message = waiting.message
        body: dict[str, Any] = {
            "messageId": message.id,
            "message_id": message.id,
            "publishTime": message.publish_time,
            "publish_time": message.publish_time,
        }
        if message.data:
            body["data"] = base64.b64encode(message.data).decode()
        if message.attributes:
            body["attributes"] = dict(message.attributes)
        if message.ordering_key:
            body["orderingKey"] = message.ordering_key
        return {"message": body, "subscription": self.subscription, "deliveryAttempt": waiting.attempt}

    def _refused(self, waiting: _Waiting) -> None:
        if waiting.attempt >= self.max_delivery_attempts:
            self._bury(waiting)
            return
        grown = self.minimum_backoff * 2 ** (waiting.attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311
        pause = max(self.minimum_backoff, min(self.maximum_backoff, grown))
        again = replace(waiting, due=time.monotonic() + pause, attempt=waiting.attempt + 1)
        heapq.heappush(self._waiting, again)

    def _bury(self, waiting: _Waiting) -> None:
        """Makes a dead letter of a message, once also where two copies of it were delivered.

        Source of the attributes: https://cloud.google.com/pubsub/docs/handling-failures
        """
        message = waiting.message
        if any(letter.id == message.id for letter in self.dead_letters):
            return
        _, project, _, name = self.subscription.split("/")
        added = {
            f"{_DEAD_LETTER}DeliveryCount": str(waiting.attempt),
            f"{_DEAD_LETTER}Subscription": name,
            f"{_DEAD_LETTER}SubscriptionProject": project,
            f"{_DEAD_LETTER}TopicPublishTime": message.publish_time,
        }
        self.dead_letters.append(replace(message, attributes={**message.attributes, **added}))
