"""How long a delivery may go on with its run."""

from __future__ import annotations

from incident.runtime import clock

LEASE_SECONDS = 18.0
"""A worker that is killed holds up its run for no longer than this."""

HEARTBEAT_SECONDS = 3.0
"""A lease is renewed at least this often, so a call has 13 s at the least."""

MARGIN_SECONDS = 2.0
"""What a call may overrun its time-out by before its lease ends."""

DELIVERY_SECONDS = 50.0
"""One delivery begins no remote call after this. The function's own time-out must be longer (terraform/)."""


class Lease:
    """A lease as its holder sees it, on the worker's monotonic clock; to be made before the claim is sent."""

    def __init__(self) -> None:
        """Begins with the claim."""
        self._asked_at = clock.monotonic()
        self._last_call = self._asked_at + DELIVERY_SECONDS
        self.renewed()

    def ask(self) -> None:
        """A renewal is about to be sent: what the store will grant counts from here."""
        self._asked_at = clock.monotonic()

    def renewed(self) -> None:
        """The store has renewed it."""
        self._heartbeat = self._asked_at + HEARTBEAT_SECONDS
        self._ends = self._asked_at + LEASE_SECONDS - MARGIN_SECONDS

    def give_up(self) -> None:
        """No further call may begin."""
        self._ends = clock.monotonic()

    def heartbeat_in(self) -> float:
        """Seconds until it is to be renewed."""
        return max(0.0, self._heartbeat - clock.monotonic())

    def remaining(self) -> float:
        """Seconds that a call may take which begins now; negative once it is over."""
        return min(self._ends, self._last_call) - clock.monotonic()

    def held_for(self) -> float:
        """Seconds for which no other worker can have taken over, whether calls may still begin or not."""
        return self._ends - clock.monotonic()

    def is_lost(self) -> bool:
        """Whether another worker may have taken over by now."""
        return self._ends < clock.monotonic()

    def is_over(self) -> bool:
        """Whether this delivery has lasted as long as one may."""
        return self._last_call <= clock.monotonic()
