"""A subscription that is pulled: who has been given which message, and until when."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import grpc
from google.protobuf import empty_pb2
from google.pubsub_v1.types import (
    AcknowledgeRequest,
    ModifyAckDeadlineRequest,
    PubsubMessage,
    PullRequest,
    PullResponse,
    ReceivedMessage,
    Subscription,
)

from incident.sandbox.pubsub.refusal import Refusal

_LONGEST_DEADLINE = 600
"""Seconds; https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/modifyAckDeadline"""


class Kept(Protocol):
    """A message as the stand-in keeps it."""

    @property
    def id(self) -> str:
        """Pub/Sub's."""

    @property
    def data(self) -> bytes:
        """What was published."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Likewise."""

    @property
    def publish_time(self) -> str:
        """RFC 3339."""

    @property
    def ordering_key(self) -> str:
        """Empty for none."""


KeptT = TypeVar("KeptT", bound=Kept)


@dataclass(frozen=True, slots=True)
class _Lease(Generic[KeptT]):
    message: KeptT
    ends: float


class PullSubscription(Generic[KeptT]):
    """Gives out messages of a list that others add to, until they are acknowledged. Safe for threads.

    Attributes:
        name: its full name.
        topic: its topic's.
        ack_deadline: seconds for which nobody else is given a message that somebody has.
    """

    def __init__(
        self,
        name: str,
        topic: str,
        messages: list[KeptT],
        *,
        lock: threading.Condition,
        changed: Callable[[], None],
        ack_deadline: int = 60,
    ) -> None:
        """`messages` is read and changed while `lock` is held; `changed` is called in it after a change."""
        self.name = name
        self.topic = topic
        self.ack_deadline = ack_deadline
        self._messages = messages
        self._lock = lock
        self._changed = changed
        self._leases: dict[str, _Lease[KeptT]] = {}
        self._numbers = itertools.count(1)

    def look(self) -> Subscription:
        """The subscription as `GetSubscription` shows it."""
        return Subscription(
            name=self.name,
            topic=self.topic,
            ack_deadline_seconds=self.ack_deadline,
            state=Subscription.State.ACTIVE,
        )

    def pull(self, request: PullRequest) -> PullResponse:
        """Messages that nobody has, none where there are none: Pub/Sub may answer so before any arrive."""
        self._check(request.subscription)
        if request.max_messages < 1:
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "max_messages must be positive.")
        now = time.monotonic()
        with self._lock:
            taken = {id(lease.message) for lease in self._leases.values() if lease.ends > now}
            free = [message for message in self._messages if id(message) not in taken]
            given = {f"ack-{next(self._numbers)}": message for message in free[: request.max_messages]}
            ends = now + self.ack_deadline
            self._leases |= {ack_id: _Lease(message, ends) for ack_id, message in given.items()}
        return PullResponse(received_messages=[_received(*one) for one in given.items()])

    def acknowledge(self, request: AcknowledgeRequest) -> empty_pb2.Empty:
        """Takes messages off. One whose time is over stays, and nobody is told: "may succeed".

        https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/acknowledge
        """
        self._check(request.subscription, request.ack_ids)
        now = time.monotonic()
        with self._lock:
            ended = [self._leases.pop(ack_id) for ack_id in request.ack_ids if ack_id in self._leases]
            gone = {id(lease.message) for lease in ended if lease.ends > now}
            self._messages[:] = [message for message in self._messages if id(message) not in gone]
            self._changed()
        return empty_pb2.Empty()

    def modify_ack_deadline(self, request: ModifyAckDeadlineRequest) -> empty_pb2.Empty:
        """From now on, messages are held for so many seconds; 0 gives them back."""
        self._check(request.subscription, request.ack_ids)
        if not 0 <= request.ack_deadline_seconds <= _LONGEST_DEADLINE:
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "ack_deadline_seconds must be between 0 and 600.")
        ends = time.monotonic() + request.ack_deadline_seconds
        with self._lock:
            known = [ack_id for ack_id in request.ack_ids if ack_id in self._leases]
            self._leases |= {ack_id: _Lease(self._leases[ack_id].message, ends) for ack_id in known}
        return empty_pb2.Empty()

    def _check(self, subscription: str, ack_ids: Sequence[str] = ("any",)) -> None:
        if subscription != self.name:
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={subscription})")
        if not ack_ids:
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "No ack ids specified.")


def _received(ack_id: str, message: Kept) -> ReceivedMessage:
    published = PubsubMessage(
        message_id=message.id,
        data=message.data,
        attributes=dict(message.attributes),
        publish_time=message.publish_time,
        ordering_key=message.ordering_key,
    )
    return ReceivedMessage(ack_id=ack_id, message=published)
