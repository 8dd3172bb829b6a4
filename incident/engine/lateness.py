"""What has failed in a delivery, and when it is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from incident.runtime import clock
from incident.runtime.failures import StepError, TransientError

RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""Pauses between tries within a delivery; the last one again and again."""

LATE_AFTER_SECONDS = 3.0
"""What has failed for this long holds up no step that merely comes after it, and people are told."""


@dataclass(slots=True)
class _Late:
    """One step: since when it fails, how often it did, and when it is tried again in this delivery."""

    since: float
    tries: int = 0
    retry_at: float | None = None


@dataclass(slots=True)
class Lateness:
    """The steps that have failed in one delivery and are not done since; times are of the monotonic clock.

    Attributes:
        ends: no step is tried again in this delivery after this.
    """

    ends: float
    _late: dict[str, _Late] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self._late

    def __len__(self) -> int:
        return len(self._late)

    def __iter__(self) -> Iterator[str]:
        return iter(self._late)

    def failed(self, name: str, error: StepError) -> None:
        """A step has failed: it is put off to later in this delivery where that may help."""
        now = clock.monotonic()
        late = self._late.setdefault(name, _Late(now))
        late.tries += 1
        late.retry_at = None
        if isinstance(error, TransientError) and error.service != "deadline":
            pause = max(RETRY_SECONDS[min(late.tries, len(RETRY_SECONDS)) - 1], error.retry_after or 0.0)
            if now + pause < self.ends:
                late.retry_at = now + pause

    def begun(self, name: str) -> None:
        """A step is being tried again."""
        if name in self._late:
            self._late[name].retry_at = None

    def retry_now(self, name: str) -> None:
        """A step that was looked for can be done at once."""
        if name in self._late:
            self._late[name].retry_at = clock.monotonic()

    def forget(self, name: str) -> None:
        """A step is done, or not wanted any more."""
        self._late.pop(name, None)

    def is_put_off(self, name: str) -> bool:
        """Whether a step is tried again in this delivery."""
        return name in self._late and self._late[name].retry_at is not None

    def is_due(self, name: str) -> bool:
        """Whether a step may be started: it has not failed, or its pause is over."""
        if name not in self._late:
            return True
        retry_at = self._late[name].retry_at
        return retry_at is not None and retry_at <= clock.monotonic()

    def is_told(self, name: str) -> bool:
        """Whether a step has failed for so long that people are told, and nothing else waits for it."""
        return self._late[name].since + LATE_AFTER_SECONDS <= clock.monotonic()

    def next_time(self, names: Iterable[str]) -> float | None:
        """When the first of these steps is tried again, or told to be late; None if none is."""
        now = clock.monotonic()
        waiting = [self._late[name] for name in names if self.is_put_off(name)]
        told = [late.since + LATE_AFTER_SECONDS for late in waiting]
        times = [late.retry_at for late in waiting if late.retry_at is not None]
        return min([*times, *(time for time in told if time > now)], default=None)
