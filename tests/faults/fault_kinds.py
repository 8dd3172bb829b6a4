"""What can happen to a remote call."""

from __future__ import annotations

from dataclasses import dataclass

from incident.sandbox.faults import Fault, Moment
from tests.faults.harness import Harness
from tests.faults.tampering import Tampering

_SILENCE = 20.0
"""Seconds; longer than any client waits."""

_LATE = 40.0
"""Seconds; the first deliveries that look come within this time."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of it.

    Attributes:
        name: for the names of tests.
        fault: what the service shows; None where it is the worker that dies.
        times: how many calls running it happens to.
        dies: the moment of the call at which the worker is killed; None where it lives.
        worker: how the worker of the first delivery is made.
    """

    name: str
    fault: Fault | None = None
    times: int = 1
    dies: Moment | None = None
    worker: Tampering | None = None

    def leaves_open(self, method: str, concerned: str) -> bool:
        """Whether a service may have acted on a call to `concerned`, of which nobody knows any more.

        Args:
            method: the call that the trouble happens to.
            concerned: the call in question. A worker that dies among several calls takes with it what it was
                about to store of all of them.
        """
        if self.dies and self.worker is None:
            return True
        acted = self.dies == "acted" or bool(self.fault and (self.fault.acts or self.fault.acts_late))
        return method == concerned and acted

    def happens_to(self, harness: Harness, name: str, number: int) -> None:
        """Makes it happen to the `number`th call of this name."""
        if self.dies:
            harness.kill_at(name, number, self.dies)
        if self.fault:
            harness.fault_injector.break_(name, self.fault, times=self.times, after=number - 1)


_ALONE = Tampering(threads=1)
"""One call at a time, so that a worker that dies leaves no other half known."""

FAULT_KINDS = (
    FaultKind("killed_before", dies="arrived", worker=_ALONE),
    FaultKind("killed_after", dies="acted", worker=_ALONE),
    FaultKind("killed_among_others", dies="acted"),
    FaultKind("429_for_a_second", Fault(status=429, retry_after=1)),
    FaultKind("429_for_ten_minutes", Fault(status=429, retry_after=600)),
    FaultKind("500", Fault(status=500)),
    FaultKind("500_though_done", Fault(status=500, acts=True)),
    FaultKind("503_five_times", Fault(status=503), times=5),
    FaultKind("reset", Fault(status=0)),
    FaultKind("reset_though_done", Fault(status=0, acts=True)),
    FaultKind("closed", Fault(status=0, orderly=True)),
    FaultKind("closed_though_done", Fault(status=0, acts=True, orderly=True)),
    FaultKind("silent", Fault(hang=_SILENCE)),
    FaultKind("silent_though_done", Fault(hang=_SILENCE, acts=True)),
)

ACTS_LATE = FaultKind("acts_late", Fault(status=0, acts_late=_LATE))
"""The service does what it was asked, after the client has given up and a later delivery has looked."""
