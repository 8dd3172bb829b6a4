"""The workflows as people set them off, each with what must be true at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from incident.commands import ANSWER_DECLARE, ANSWER_UPDATE, SEVERITY
from incident.commands import TITLE as TITLE_INPUT
from incident.messages.locales import words_for
from incident.model.incident import Severity
from incident.model.interaction import Interaction
from incident.sandbox.faults import Fault
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.workspace import Message
from tests.faults.harness import OPENER, TITLE, Harness
from tests.faults.invariants import Allowed, event_type, incident_channel, wrong_with_incident
from tests.faults.stores import undone

_EARLIER = "an earlier one"
_UPDATE = "we are failing over & =1+1"
_SAY = words_for("en")


def _nothing(harness: Harness, calls: Sequence[str]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Scenario:
    """One workflow.

    Attributes:
        name: for the names of tests.
        begin: what somebody does; the message that this publishes.
        wrong: what is wrong at the end, given what may be there more than once.
        prepare: brings the harness to where it begins, from the first day.
        hinder: what goes wrong in any case, given the calls of the untroubled workflow.
        like: the scenario without the hindrance: only calls that it does not have are of interest.
    """

    name: str
    begin: Callable[[Harness], Interaction]
    wrong: Callable[[Harness, Allowed], list[str]]
    prepare: Callable[[Harness], None] = lambda _harness: None
    hinder: Callable[[Harness, Sequence[str]], None] = _nothing
    like: str = ""

    @property
    def unanswered(self) -> bool:
        """Whether part of it is that calls get through and no answer comes."""
        return self.hinder is _unanswered


def _declare(harness: Harness) -> Interaction:
    return harness.say(f"/incident {TITLE}")


def _declare_by_form(harness: Harness) -> Interaction:
    return harness.submit({TITLE_INPUT: TITLE, SEVERITY: next(iter(Severity)).value})


def _earlier(harness: Harness) -> None:
    """An incident is there already."""
    harness.settle(harness.say(f"/incident {_EARLIER}"))
    harness.remember()


def _asked(harness: Harness) -> None:
    """Somebody has been asked in its channel what they meant."""
    _earlier(harness)
    harness.settle(harness.say(f"/incident {TITLE}", _channel(harness)))
    harness.remember()


def _asked_in_person(harness: Harness) -> None:
    """They have been asked in person, as where they typed was no place to answer any more."""
    _earlier(harness)
    _too_late(harness, ())
    harness.settle(harness.say(f"/incident {TITLE}", _channel(harness)))
    harness.remember()


def _update(harness: Harness) -> Interaction:
    return harness.say(f"/incident update {_UPDATE}", _channel(harness))


def _ask(harness: Harness) -> Interaction:
    return harness.say(f"/incident {TITLE}", _channel(harness))


def _answer(action: str) -> Callable[[Harness], Interaction]:
    def press(harness: Harness) -> Interaction:
        (question,) = _questions(harness)
        return harness.press(question.channel, question.ts, action)

    return press


def _wrong_with_update(harness: Harness, allowed: Allowed) -> list[str]:
    updates = [m for m in _messages(harness) if event_type(m) == "incident_update"]
    thanks = [m for m in harness.slack.workspace.messages.values() if m.text == _SAY.update_posted]
    wrong = [] if len(updates) == 1 else [f"{len(updates)} updates"]
    if not 1 <= len(thanks) <= allowed.receipts:
        wrong.append(f"thanked {len(thanks)} times")
    return wrong + [f"not done: {left}" for left in [undone(harness.store)] if left]


def _wrong_with_question(harness: Harness, allowed: Allowed) -> list[str]:
    wrong = (
        [] if 1 <= len(_questions(harness)) <= allowed.receipts else [f"{len(_questions(harness))} questions"]
    )
    return wrong + [f"not done: {left}" for left in [undone(harness.store)] if left]


def _questions(harness: Harness) -> list[Message]:
    return [
        m
        for m in harness.slack.workspace.messages.values()
        if any(element.get("action_id") == ANSWER_UPDATE for _, element in elements(m.blocks))
    ]


def _messages(harness: Harness) -> list[Message]:
    return harness.slack.workspace.history(_channel(harness), viewer=OPENER)


def _channel(harness: Harness) -> str:
    """Of the incident that was there first."""
    return incident_channel(harness, _EARLIER).id


def _unanswered(harness: Harness, calls: Sequence[str]) -> None:
    """Every call gets through once, and no answer comes."""
    for name, count in Counter(call.rpartition(" ")[0] for call in calls).items():
        harness.fault_injector.break_(name, Fault(status=500, acts=True), times=count)


def _late(harness: Harness, calls: Sequence[str]) -> None:  # noqa: ARG001
    """Google Docs and Drive do not answer for a while."""
    harness.fault_injector.break_("docs.documents.batchUpdate", Fault(status=503), times=3)
    harness.fault_injector.break_("drive.files.copy", Fault(status=503), times=2)


def _too_late(harness: Harness, calls: Sequence[str]) -> None:  # noqa: ARG001
    """Where the opener typed is no place to answer any more."""
    harness.fault_injector.break_("slack.response_url", Fault(status=404))


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("declare", _declare, wrong_with_incident),
        Scenario("declare_by_form", _declare_by_form, wrong_with_incident),
        Scenario("declare_unanswered", _declare, wrong_with_incident, hinder=_unanswered, like="declare"),
        Scenario("declare_late", _declare, wrong_with_incident, hinder=_late, like="declare"),
        Scenario("declare_in_person", _declare, wrong_with_incident, hinder=_too_late, like="declare"),
        Scenario("update", _update, _wrong_with_update, _earlier),
        Scenario("update_unanswered", _update, _wrong_with_update, _earlier, _unanswered, "update"),
        Scenario("ask", _ask, _wrong_with_question, _earlier),
        Scenario("ask_in_person", _ask, _wrong_with_question, _earlier, _too_late, "ask"),
        Scenario("answer_in_person", _answer(ANSWER_UPDATE), _wrong_with_update, _asked_in_person),
        Scenario("answer_update", _answer(ANSWER_UPDATE), _wrong_with_update, _asked),
        Scenario("answer_declare", _answer(ANSWER_DECLARE), wrong_with_incident, _asked),
    )
}
