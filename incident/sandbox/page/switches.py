"""The page's switches: how a service behaves, in words a person chooses from."""

from __future__ import annotations

from dataclasses import dataclass

from incident.sandbox.faults import Fault, FaultInjector

SERVICES = ("slack", "drive", "docs", "sheets", "meet", "pubsub")
"""What there is a switch for; the names are the fault injector's."""

_SLOW = (3.0, 5.0)
"""Seconds a call to a slow service takes, lowest and highest."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A position of a switch.

    Attributes:
        id: what the page calls it.
        title: what stands on the switch.
        says: what happens, in a sentence.
        fault: what happens to every call, or None.
        slow: whether calls take `_SLOW` seconds.
    """

    id: str
    title: str
    says: str
    fault: Fault | None = None
    slow: bool = False


MODES = {
    mode.id: mode
    for mode in (
        Mode("working", "Working", "Answers as it should."),
        Mode("slow", "Slow", "Every call takes three to five seconds.", slow=True),
        Mode("failing", "Failing", "Every call answers 503.", Fault(status=503)),
        Mode(
            "limited",
            "Limited",
            "Every call answers 429 and asks to wait five seconds.",
            Fault(status=429, retry_after=5),
        ),
    )
}
"""The positions of a switch, by id, in their order on the page."""


class Switches:
    """The position of every switch, carried over to the fault injector. Safe for threads.

    Attributes:
        positions: the id of a mode for each service.
    """

    def __init__(self, fault_injector: FaultInjector) -> None:
        """Starts with everything working; faults of others on the fault injector are left alone."""
        self._fault_injector = fault_injector
        self._delays = dict(fault_injector.delays)
        self.positions = dict.fromkeys(SERVICES, "working")

    def turn(self, service: str, mode: str) -> None:
        """Has a service behave so from its next call on.

        Raises:
            KeyError: if there is no such service or mode.
        """
        pattern = _pattern(service)
        fault = MODES[mode].fault
        self.positions = {**self.positions, service: mode}
        self._fault_injector.mend(pattern)
        if fault is not None:
            self._fault_injector.break_(pattern, fault)
        slow = {_pattern(name): _SLOW for name, position in self.positions.items() if MODES[position].slow}
        self._fault_injector.delays = {**slow, **self._delays}

    def mend(self) -> None:
        """Has every service work."""
        for service in SERVICES:
            self.turn(service, "working")


def _pattern(service: str) -> str:
    if service not in SERVICES:
        raise KeyError(service)
    return f"{service}.*"
