"""Of several threads that want the same thing at the same time, one asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from incident.runtime import clock, deadline

K = TypeVar("K")
V = TypeVar("V")

_LONGEST_PAUSE = 0.25


class SingleFlight(Generic[K, V]):
    """Remembers what was asked for, by key, for some time. Safe for threads.

    Where the one who asks fails, the next asks anew.
    """

    def __init__(self, kept_seconds: float) -> None:
        """What is known is asked for again after `kept_seconds`."""
        self._kept_seconds = kept_seconds
        self._known: dict[K, tuple[V, float]] = {}
        self._asking: set[K] = set()
        self._lock = threading.Lock()

    def get(self, key: K, ask: Callable[[], V], patience: float) -> V:
        """What `ask` gave for this key, by now or before.

        Args:
            key: what is asked for.
            ask: asks for it; what it raises is raised.
            patience: seconds to wait for another thread that asks for the same.

        Raises:
            DeadlineExceededError: another thread asks for longer than that, or than there is time for.
        """
        ends = clock.monotonic() + deadline.timeout(patience)
        pause = 0.01
        while True:
            with self._lock:
                known = self._known.get(key)
                if known is not None and known[1] > clock.monotonic():
                    return known[0]
                if key not in self._asking:
                    self._asking.add(key)
                    break
            if clock.monotonic() + pause > ends:
                raise deadline.DeadlineExceededError("another thread still asks for it")
            clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        try:
            value = ask()
            with self._lock:
                self._known[key] = (value, clock.monotonic() + self._kept_seconds)
            return value
        finally:
            with self._lock:
                self._asking.discard(key)

    def peek(self, key: K) -> V | None:
        """What is known for this key; None where nothing is. Asks for nothing and waits for nobody."""
        with self._lock:
            known = self._known.get(key)
        return known[0] if known is not None and known[1] > clock.monotonic() else None

    def forget(self, key: K, value: V) -> None:
        """Has it asked for again, unless another value has become known since."""
        with self._lock:
            known = self._known.get(key)
            if known is not None and known[0] == value:
                del self._known[key]
