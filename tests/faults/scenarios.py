"""The workflows as people set them off, each with what must be true at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from incident.commands import severity, update
from incident.commands.declare import SEVERITY
from incident.commands.declare import TITLE as TITLE_INPUT
from incident.commands.question import ANSWER_DECLARE, ANSWER_UPDATE
from incident.model.incident import Deliverable, Severity
from incident.model.interaction import Interaction
from incident.sandbox.faults import Fault
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.workspace import Message
from incident.workflows.change import LINE
from incident.workflows.reflect import SURFACES
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import (
    Allowed,
    event_type,
    incident_channel,
    wrong_with_incident,
    wrong_with_notices,
    wrong_with_surfaces,
)
from tests.faults.stores import undone

_EARLIER = "an earlier one"
_UPDATE = "we are failing over & =1+1"


def _nothing(harness: Harness, calls: Sequence[str]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Scenario:
    """One workflow.

    Attributes:
        name: for the names of tests.
        begin: what somebody does; the message that this publishes.
        ends: what is wrong at the end, given what may be there more than once; notices are not looked at.
        follows: what people are told is late, where it is; of anything else nothing is said.
        prepare: brings the harness to where it begins, from the first day.
        hinder: what goes wrong in any case, given the calls of the untroubled workflow.
        like: the scenario without the hindrance: only calls that it does not have are of interest.
    """

    name: str
    begin: Callable[[Harness], Interaction]
    ends: Callable[[Harness, Allowed], list[str]]
    follows: frozenset[Deliverable]
    prepare: Callable[[Harness], None] = lambda _harness: None
    hinder: Callable[[Harness, Sequence[str]], None] = _nothing
    like: str = ""

    def wrong(self, harness: Harness, allowed: Allowed) -> list[str]:
        """What is wrong at the end, each thing once."""
        return list(dict.fromkeys((*self.ends(harness, allowed), *wrong_with_notices(harness, self.follows))))

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


def _same(harness: Harness) -> None:
    """An incident of the very same name was declared earlier in the day."""
    harness.settle(_declare(harness))
    harness.remember()


def _updated(harness: Harness) -> None:
    """The same person has said the very same thing before, in the incident that is there already."""
    _earlier(harness)
    harness.settle(_update(harness))
    harness.remember()


def _asked(harness: Harness) -> None:
    """Somebody has been asked in its channel what they meant."""
    _earlier(harness)
    harness.settle(harness.say(f"/incident {TITLE}", _channel(harness)))
    _remember_all_but_the_question(harness)


def _asked_in_person(harness: Harness) -> None:
    """They have been asked in person, as where they typed was no place to answer any more."""
    _earlier(harness)
    _too_late(harness, ())
    harness.settle(harness.say(f"/incident {TITLE}", _channel(harness)))
    _remember_all_but_the_question(harness)


def _remember_all_but_the_question(harness: Harness) -> None:
    """What is answered turns into the answer's thanks."""
    harness.remember()
    harness.known -= {question.ts for question in _questions(harness)}


def _update(harness: Harness) -> Interaction:
    return harness.say(f"/incident update {_UPDATE}", _channel(harness))


def _update_again(harness: Harness) -> Interaction:
    harness.later(60.0)  # briefing and board say when
    return _update(harness)


def _ask(harness: Harness) -> Interaction:
    return harness.say(f"/incident {TITLE}", _channel(harness))


def _answer(action: str) -> Callable[[Harness], Interaction]:
    def press(harness: Harness) -> Interaction:
        (question,) = _questions(harness)
        return harness.press(question.channel, question.ts, action)

    return press


def _wrong_with_change(done: str, shown: str) -> Callable[[Harness, Allowed], list[str]]:
    """One line in the channel, thanks to the person, and every surface shows it.

    Args:
        done: what the person reads.
        shown: what briefing and board show of it.
    """

    def wrong_with_change(harness: Harness, allowed: Allowed) -> list[str]:
        said = [m for m in harness.slack.workspace.messages.values() if m.ts not in harness.known]
        lines = [m for m in said if m.channel == _channel(harness) and event_type(m) == LINE]
        thanks = [m for m in said if m.text == done]
        wrong = [] if len(lines) == 1 else [f"{len(lines)} lines"]
        if not allowed.thanks <= len(thanks) <= allowed.receipts:
            wrong.append(f"thanked {len(thanks)} times")
        wrong += wrong_with_surfaces(harness, incident_channel(harness, _EARLIER), shown)
        return wrong + [f"not done: {left}" for left in [undone(harness.store)] if left]

    return wrong_with_change


_wrong_with_update = _wrong_with_change(update.TEXT["en"].done, _UPDATE)
_wrong_with_answer = _wrong_with_change(update.TEXT["en"].done, TITLE)
_wrong_with_severity = _wrong_with_change(severity.TEXT["en"].done, severity.LABELS["en"][Severity.SEV2])


def _set_severity(harness: Harness) -> Interaction:
    return harness.say("/incident severity 2 it spreads", _channel(harness))


def _ask_for_severity(harness: Harness) -> Interaction:
    return harness.say("/incident severity", _channel(harness))


def _asked_for_severity(harness: Harness) -> None:
    """Somebody typed the verb alone and has the menu before them."""
    _earlier(harness)
    harness.settle(_ask_for_severity(harness))
    harness.remember()
    harness.known -= {menu.ts for menu in _messages_with(harness, severity.CHOICE)}


def _choose_severity(harness: Harness) -> Interaction:
    (menu,) = _messages_with(harness, severity.CHOICE)
    return harness.press(menu.channel, menu.ts, severity.CHOICE, Severity.SEV2)


def _wrong_with_menu(harness: Harness, allowed: Allowed) -> list[str]:
    menus = _messages_with(harness, severity.CHOICE)
    wrong = [] if 1 <= len(menus) <= allowed.receipts else [f"{len(menus)} menus"]
    return wrong + [f"not done: {left}" for left in [undone(harness.store)] if left]


def _asked_for_update(harness: Harness) -> None:
    """Somebody typed the verb alone and has the button before them that opens the form."""
    _earlier(harness)
    harness.settle(harness.say("/incident update", _channel(harness)))
    harness.remember()


def _open_form(harness: Harness) -> Interaction:
    (asked,) = _messages_with(harness, update.COMMAND.opener)
    return harness.press(asked.channel, asked.ts, update.COMMAND.opener)


def _wrong_with_form(harness: Harness, allowed: Allowed) -> list[str]:  # noqa: ARG001 - showing it twice is once
    (view,) = harness.slack.workspace.views.values()
    wrong = [] if _EARLIER in str(view.content) else ["the form does not say what it is about"]
    return wrong + [f"not done: {left}" for left in [undone(harness.store)] if left]


def _wrong_with_question(harness: Harness, allowed: Allowed) -> list[str]:
    wrong = (
        [] if 1 <= len(_questions(harness)) <= allowed.receipts else [f"{len(_questions(harness))} questions"]
    )
    return wrong + [f"not done: {left}" for left in [undone(harness.store)] if left]


def _questions(harness: Harness) -> list[Message]:
    return _messages_with(harness, ANSWER_UPDATE)


def _messages_with(harness: Harness, action_id: str) -> list[Message]:
    return [
        m
        for m in harness.slack.workspace.messages.values()
        if any(element.get("action_id") == action_id for _, element in elements(m.blocks))
    ]


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


_DECLARED = frozenset(Deliverable) - {Deliverable.LINE}
_UPDATED = frozenset({surface.deliverable for surface in SURFACES}) | {Deliverable.LINE}
_NOTHING: frozenset[Deliverable] = frozenset()

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("declare", _declare, wrong_with_incident, _DECLARED),
        Scenario("declare_by_form", _declare_by_form, wrong_with_incident, _DECLARED),
        Scenario("declare_again", _declare, wrong_with_incident, _DECLARED, _same),
        Scenario(
            "declare_unanswered", _declare, wrong_with_incident, _DECLARED, hinder=_unanswered, like="declare"
        ),
        Scenario("declare_late", _declare, wrong_with_incident, _DECLARED, hinder=_late, like="declare"),
        Scenario(
            "declare_in_person", _declare, wrong_with_incident, _DECLARED, hinder=_too_late, like="declare"
        ),
        Scenario("update", _update, _wrong_with_update, _UPDATED, _earlier),
        Scenario("update_again", _update_again, _wrong_with_update, _UPDATED, _updated),
        Scenario("update_unanswered", _update, _wrong_with_update, _UPDATED, _earlier, _unanswered, "update"),
        Scenario("severity", _set_severity, _wrong_with_severity, _UPDATED, _earlier),
        Scenario(
            "severity_unanswered",
            _set_severity,
            _wrong_with_severity,
            _UPDATED,
            _earlier,
            _unanswered,
            "severity",
        ),
        Scenario("menu", _ask_for_severity, _wrong_with_menu, _NOTHING, _earlier),
        Scenario("choose", _choose_severity, _wrong_with_severity, _UPDATED, _asked_for_severity),
        Scenario("form", _open_form, _wrong_with_form, _NOTHING, _asked_for_update),
        Scenario("ask", _ask, _wrong_with_question, _NOTHING, _earlier),
        Scenario("ask_in_person", _ask, _wrong_with_question, _NOTHING, _earlier, _too_late, "ask"),
        Scenario("answer_in_person", _answer(ANSWER_UPDATE), _wrong_with_answer, _UPDATED, _asked_in_person),
        Scenario("answer_update", _answer(ANSWER_UPDATE), _wrong_with_answer, _UPDATED, _asked),
        Scenario("answer_declare", _answer(ANSWER_DECLARE), wrong_with_incident, _DECLARED, _asked),
    )
}
