"""Cloud Scheduler on a laptop: the job that terraform/pubsub.tf calls `incident-tick`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping

KIND = "tick"
ATTRIBUTES: Mapping[str, str] = {"kind": KIND, "id": "tick"}
DATA = json.dumps(
    {
        "version": 1,
        "id": "tick",
        "kind": KIND,
        "received_at": "2000-01-01T00:00:00+00:00",
        "actor": {"user": "", "team": ""},
        "channel": "",
        "payload": {},
    }
).encode()
"""A job's message is always the same; which tick it is, Pub/Sub's `messageId` and `publishTime` say."""


class Scheduler:
    """Publishes the tick at an interval, first after one interval, until closed.

    As the real service does, it publishes whether or not earlier ticks were acknowledged.
    """

    def __init__(self, publish: Callable[[bytes, Mapping[str, str]], str], seconds: float) -> None:
        """Starts at once.

        Args:
            publish: publishes a message's data and attributes, and returns its id; called in a thread.
            seconds: between two ticks; with 0 there are only those of `tick`.
        """
        self._publish = publish
        self._seconds = seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        if seconds:
            self._thread.start()

    def tick(self) -> str:
        """Publishes a tick now, as `gcloud scheduler jobs run` would.

        Returns:
            The message's id.
        """
        return self._publish(DATA, ATTRIBUTES)

    def close(self) -> None:
        """Publishes no more."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._closing.wait(self._seconds):
            self.tick()
