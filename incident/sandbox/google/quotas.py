"""The services' quotas per minute and user.

Sources: the pages "Usage limits" of the Docs, Sheets, Meet and Drive APIs.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

from .discovery import Method
from .errors import ApiError

_SECONDS = 60.0
_WRITES = {"docs": 60, "sheets": 60}
_METHODS = {"meet.spaces.create": 10}
_CALLS = {"drive": 12_000}


class Quotas:
    """Counts calls over the minute that has just gone by."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Counts by a clock in seconds."""
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def count(self, method: Method) -> None:
        """Counts one call.

        Raises:
            ApiError: 429, if it is one too many; it is then not counted.
        """
        name, limit = method.service, _CALLS.get(method.service)
        if method.id in _METHODS:
            name, limit = method.id, _METHODS[method.id]
        elif method.http_method != "GET" and method.service in _WRITES:
            name, limit = f"{method.service} writes", _WRITES[method.service]
        if limit is None:
            return
        calls, now = self._calls[name], self._clock()
        while calls and calls[0] <= now - _SECONDS:
            calls.popleft()
        if len(calls) >= limit:
            raise ApiError(
                429, f"Quota exceeded for quota metric '{name}' and limit '{limit} per minute per user'."
            )
        calls.append(now)
