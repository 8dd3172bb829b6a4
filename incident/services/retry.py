"""Short retries inside one remote call; what needs longer is left to the next delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import stamina

from incident import deadline
from incident.failures import NotYetKnownError, TransientError

ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 3.0
"""A service that wants to be left alone for longer gets the message handed back to Pub/Sub instead."""

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
        if wait > min(LONGEST_WAIT_SECONDS, deadline.remaining(LONGEST_WAIT_SECONDS)):
            return False
        return wait or True

    for attempt in stamina.retry_context(
        on=backoff, attempts=ATTEMPTS, timeout=None, wait_initial=0.2, wait_max=1.0, wait_jitter=0.2
    ):
        with attempt:
            return call()
    raise AssertionError("stamina either returns or raises")
