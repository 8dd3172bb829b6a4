"""How fast a push subscription delivers: slow start, and the push back-off of the whole subscription.

Both are Pub/Sub's own and cannot be configured. They are apart from the retry policy, which delays one
message: these two delay every message of the subscription, so what is refused costs the others.

Source: https://cloud.google.com/pubsub/docs/push ("Delivery rate" and "Push backoff").
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_GAIN = 1 / 8
"""How much one answer moves the moving average of failures: the last eight answers or so count."""

_NEGLIGIBLE = 1 / 16
"""The share of failures up to which nothing is held back: six successes outweigh one failure."""


@dataclass(frozen=True, slots=True)
class PushLimits:
    """The bounds within which Pub/Sub adapts; the defaults are the real service's.

    Attributes:
        first_window: pushes that may be outstanding at first: "a small single-digit window size".
        largest_window: pushes that may ever be outstanding. From 3 000 a region on, the real window grows no
            longer exponentially but linearly; here it stops growing.
        shortest_backoff: seconds between pushes when a push back-off begins.
        longest_backoff: seconds between pushes when every push fails; 0 for no push back-off at all.
    """

    first_window: int = 3
    largest_window: int = 3000
    shortest_backoff: float = 0.1
    longest_backoff: float = 60.0


REAL_LIMITS = PushLimits()


class PushFlow:
    """The push window and the push back-off of one subscription. Not safe for threads: hold a lock.

    All times are seconds of one monotonic clock, which the caller reads.

    Attributes:
        limits: replaceable at any time.
    """

    def __init__(self, limits: PushLimits) -> None:
        """Starts with the first window and without back-off."""
        self.limits = limits
        self._window = float(limits.first_window)
        self._failures = 0.0
        self._opens = 0.0

    @property
    def window(self) -> int:
        """How many pushes may be outstanding now, at least 1."""
        return int(self._window)

    @property
    def backoff(self) -> float:
        """Seconds from one push to the next, for the whole subscription; 0 while there is no push back-off.

        Google publishes the bounds and two examples: with one refusal in five it is about 0.5 s, with nothing
        but refusals 30 to 60 s. Going through the bounds geometrically by the share of failures meets both.
        """
        limits = self.limits
        if self._failures <= _NEGLIGIBLE or not limits.longest_backoff:
            return 0.0
        return limits.shortest_backoff * math.pow(
            limits.longest_backoff / limits.shortest_backoff, self._failures
        )

    def wait(self, now: float, outstanding: int) -> float | None:
        """Seconds until another push may start, at most 0 if at once; None until one of those is answered."""
        if outstanding >= self.window:
            return None
        return self._opens - now

    def started(self, now: float) -> None:
        """Takes note that a push starts."""
        self._opens = now + self.backoff

    def answered(self, now: float, *, acknowledged: bool) -> None:
        """Adapts to an answer; none before the deadline is a refusal.

        Every success lets one more push be outstanding, so that the window doubles with each round trip, and
        every failure halves it.
        """
        self._failures += _GAIN * ((not acknowledged) - self._failures)
        if acknowledged:
            self._window = min(self._window + 1, self.limits.largest_window)
            self._opens = min(self._opens, now + self.backoff)
        else:
            self._window = max(self._window / 2, 1.0)
            self._opens = max(self._opens, now + self.backoff)
