"""Slack's rate limits: a call too many is refused until the oldest one is old enough."""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from collections.abc import Callable

from incident.sandbox.slack.call import Rate


class RateLimits:
    """Counts calls, method by method. Safe for threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def take(self, method: str, rate: Rate, channel: str = "") -> int:
        """Counts a call if there is room for it.

        Args:
            method: its name.
            rate: what the method allows.
            channel: which channel it is about, for rates that count each apart.

        Returns:
            0, or the seconds to wait (`Retry-After`).
        """
        now = self._clock()
        with self._lock:
            calls = self._calls[method, channel if rate.per_channel else ""]
            while calls and calls[0] <= now - rate.seconds:
                calls.popleft()
            if len(calls) >= rate.calls:
                return max(1, math.ceil(calls[0] + rate.seconds - now))
            calls.append(now)
            return 0
