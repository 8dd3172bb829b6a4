"""The workflows as people set them off, each with what must be true at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from incident.commands import ANSWER_DECLARE, ANSWER_UPDATE, SEVERITY, TITLE as TITLE_INPUT
from incident.interaction import Interaction
from incident.messages.locales import words_for
from tests.faults.rig import OPENER, TITLE, Rig
from tests.faults.stores import undone
from tests.faults.truth import incident_channel, said, wrong_with_incident

_UPDATE = "we are <!channel> failing over & =1+1"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One workflow.

    Attributes:
        name: for the names of tests.
        prepare: brings the rig to where it begins, from the first day.
        begin: what somebody does; the message that this publishes.
        wrong: what is wrong at the end, given how often a person may have been told and how many calls
            may have been started.
    """

    name: str
    prepare: Callable[[Rig], None]
    begin: Callable[[Rig], Interaction]
    wrong: Callable[[Rig, int, int], list[str]]
