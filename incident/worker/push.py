"""The envelope in which Pub/Sub pushes a message.

https://cloud.google.com/pubsub/docs/push#receive_push
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from incident.model.interaction import UnreadableMessageError


@dataclass(frozen=True, slots=True)
class Push:
    """What Pub/Sub pushes.

    Attributes:
        data: the message, which `Interaction` reads.
        message_id: Pub/Sub's; may be empty.
        traceparent: the trace it belongs to; may be empty.
        attempt: which delivery it is, from 1; 0 where Pub/Sub does not say.
    """

    data: bytes
    message_id: str
    traceparent: str
    attempt: int


def read_push(body: bytes) -> Push:
    """Reads a push envelope.

    Raises:
        UnreadableMessageError: if it is none.
    """
    try:
        envelope = json.loads(body)
        message = envelope["message"]
        data = base64.b64decode(message.get("data", ""), validate=True)
        attributes = message.get("attributes") or {}
        message_id = str(message.get("messageId", ""))
        traceparent = str(attributes.get("traceparent", ""))
        attempt = int(envelope.get("deliveryAttempt") or 0)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise UnreadableMessageError(f"not a push envelope: {type(error).__name__}") from None
    return Push(data, message_id, traceparent, attempt)
