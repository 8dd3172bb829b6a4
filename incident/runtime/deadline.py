"""How long the work at hand may still take, for whoever waits on a socket.

The engine sets it around every step, from the lease that the step runs under; the services bound every
remote call by it, so that no call outlives the lease and meets the worker that took over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_remaining: ContextVar[Callable[[], float] | None] = ContextVar("remaining", default=None)


class DeadlineExceededError(TimeoutError):
    """There is no time left to begin another remote call."""


@contextmanager
def bounded_by(remaining: Callable[[], float]) -> Iterator[None]:
    """Work inside the block may take `remaining()` seconds more, asked anew whenever it matters."""
    token = _remaining.set(remaining)
    try:
        yield
    finally:
        _remaining.reset(token)


def remaining(limit: float) -> float:
    """Seconds left, at most `limit`; `limit` where nothing set a deadline. May be negative."""
    source = _remaining.get()
    return limit if source is None else min(limit, source())


def timeout(limit: float, least: float = 0.5) -> float:
    """The timeout, in seconds, of a call that should take no more than `limit`.

    Raises:
        DeadlineExceededError: if fewer than `least` seconds are left.
    """
    left = remaining(limit)
    if left < least:
        raise DeadlineExceededError("no time left for another call in this delivery")
    return left
