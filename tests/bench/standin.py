"""Pub/Sub's stand-in for the Slack function to publish to, with nobody who reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from incident.sandbox.faults import FaultInjector
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.world import PROJECT, TOPIC


@contextmanager
def pubsub() -> Iterator[str]:
    """Serves it; its `host:port`."""
    stand_in = FakePubSub(
        FaultInjector(), topic=f"projects/{PROJECT}/topics/{TOPIC}", push_url="http://127.0.0.1:9/"
    )
    stand_in.paused = True
    try:
        yield stand_in.host
    finally:
        stand_in.close()
