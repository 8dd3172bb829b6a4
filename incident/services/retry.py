"""Short retries inside one remote call; what needs longer is left to the next delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import stamina

from incident.runtime import deadline
from incident.runtime.failures import NotYetKnownError, TransientError

ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 3.0
"""A service that wants to be left alone for longer gets the message handed back to Pub/Sub instead."""

_LONGEST_BACKOFF_SECONDS = 1.0
_LEAST_SECONDS = 1.0
"""A call is not made where there is less time for it."""

T = TypeVar("T")


def retried(call: Callable[[], T], *, repeatable: bool) -> T:
    """The result of `call`, made again where that cannot do a thing twice.

    Args:
        call: one remote call; raises `StepError`s.
        repeatable: whether making it twice comes to the same. If not, it is made again only where the
            service surely did nothing.
    """

    def backoff(error: Exception) -> bool | float:
        if not isinstance(error, TransientError) or isinstance(error, NotYetKnownError):
            return False
        if not (repeatable or error.refused):
            return False
        wait = error.retry_after or 0.0
        # What went wrong says more than that there was no time left to try it again.
        room = deadline.remaining(LONGEST_WAIT_SECONDS + _LEAST_SECONDS) - _LEAST_SECONDS
        if wait > LONGEST_WAIT_SECONDS or max(wait, _LONGEST_BACKOFF_SECONDS) > room:
            return False
        return wait or True

    for attempt in stamina.retry_context(
        on=backoff,
        attempts=ATTEMPTS,
        timeout=None,
        wait_initial=0.2,
        wait_max=_LONGEST_BACKOFF_SECONDS,
        wait_jitter=0.2,
    ):
        with attempt:
            return call()
    raise AssertionError("stamina either returns or raises")
