"""What a scenario of the fault cases is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from incident.model.incident import Deliverable
from incident.model.interaction import Interaction
from incident.sandbox.faults import Fault
from incident.workflows.reflect import SURFACES
from tests.faults.harness import Harness
from tests.faults.invariants import Allowed, wrong_with_notices

DECLARED = frozenset(Deliverable) - {
    Deliverable.LINE,
    Deliverable.PEOPLE,
    Deliverable.CHANNEL_NAME,
    Deliverable.COPY,
    Deliverable.ARCHIVING,
}
"""What people are told is late of a declaration; of a change; of a question."""
CHANGED = frozenset({surface.deliverable for surface in SURFACES}) | {
    Deliverable.LINE,
    Deliverable.PEOPLE,
    Deliverable.CHANNEL_NAME,
}
NOTHING: frozenset[Deliverable] = frozenset()


class Depth(StrEnum):
    """How much is tried.

    FULL: every kind of fault at every call. OWN_IN_FULL: every kind at the calls of the first delivery, and
    the worst at those by which the surfaces follow, as in others. WORST: the worst kinds. OWN: a worker that
    dies at the calls of the first delivery; the rest is as in another scenario of the same workflow.
    """

    FULL = "full"
    OWN_IN_FULL = "own in full"
    WORST = "worst"
    OWN = "own"


def nothing(harness: Harness, calls: Sequence[str]) -> None:
    """Nothing goes wrong."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command as a person gives it, in one of its ways.

    Attributes:
        name: for the names of tests.
        begin: what somebody does; the message that this publishes.
        ends: what is wrong at the end, given what may be there more than once; notices are not looked at.
        follows: what people are told is late, where it is; of anything else nothing is said.
        prepare: brings the harness to where it begins, from the first day.
        hinder: what goes wrong in any case, given the calls of the untroubled workflow.
        like: the scenario without the hindrance: only calls that it does not have are of interest.
        depth: how much is tried.
    """

    name: str
    begin: Callable[[Harness], Interaction]
    ends: Callable[[Harness, Allowed], list[str]]
    follows: frozenset[Deliverable] = CHANGED
    prepare: Callable[[Harness], None] = lambda _harness: None
    hinder: Callable[[Harness, Sequence[str]], None] = nothing
    like: str = ""
    depth: Depth = Depth.OWN

    def wrong(self, harness: Harness, allowed: Allowed) -> list[str]:
        """What is wrong at the end, each thing once."""
        return list(dict.fromkeys((*self.ends(harness, allowed), *wrong_with_notices(harness, self.follows))))

    @property
    def unanswered(self) -> bool:
        """Whether part of it is that calls get through and no answer comes."""
        return self.hinder is unanswered


def unanswered(harness: Harness, calls: Sequence[str]) -> None:
    """Every call gets through once, and no answer comes."""
    for name, count in Counter(call.rpartition(" ")[0] for call in calls).items():
        harness.fault_injector.break_(name, Fault(status=500, acts=True), times=count)


def late(harness: Harness, calls: Sequence[str]) -> None:  # noqa: ARG001
    """Google Docs and Drive do not answer for a while."""
    harness.fault_injector.break_("docs.documents.batchUpdate", Fault(status=503), times=3)
    harness.fault_injector.break_("drive.files.copy", Fault(status=503), times=2)


def too_late(harness: Harness, calls: Sequence[str]) -> None:  # noqa: ARG001
    """Where the person typed is no place to answer any more."""
    harness.fault_injector.break_("slack.response_url", Fault(status=404))
