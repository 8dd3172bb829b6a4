"""Incidents are declared, in every way there is, and texts are asked about that may be one."""

from __future__ import annotations

from incident.commands import update
from incident.commands.declare import SEVERITY
from incident.commands.declare import TITLE as TITLE_INPUT
from incident.commands.question import ANSWER_DECLARE, ANSWER_UPDATE
from incident.messages.english import ENGLISH
from incident.model.incident import Severity
from incident.model.interaction import Interaction
from incident.sandbox.slack.mrkdwn import escape
from incident.surfaces.line import LINE, REPLY
from tests.faults.acting import ALICE, PLACE
from tests.faults.ends import IN_CHANNEL, ON_BOARD, Ends
from tests.faults.given import (
    asked,
    chooses,
    earlier,
    presses,
    types,
)
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import wrong_with_incident
from tests.faults.scenario import DECLARED, NOTHING, Depth, Scenario, late, too_late, unanswered


def declare(harness: Harness) -> Interaction:
    """Somebody types what went wrong."""
    return harness.say(f"/incident {TITLE}")


def _declare_by_form(harness: Harness) -> Interaction:
    return harness.submit({TITLE_INPUT: TITLE, SEVERITY: next(iter(Severity)).value})


def _declare_by_shortcut(harness: Harness) -> Interaction:
    return harness.fill_in(harness.open_shortcut("declare.anywhere"), {TITLE_INPUT: TITLE})


def _said(harness: Harness) -> None:
    """Somebody has said in an ordinary channel what goes wrong."""
    harness.slack.type(ALICE, PLACE, f"{TITLE}\nsince noon")
    harness.remember()


def _same(harness: Harness) -> None:
    """An incident of the very same name was declared earlier in the day."""
    harness.settle(declare(harness))
    harness.remember()


def asked_in_person(harness: Harness) -> None:
    """They have been asked in person, as where they typed was no place to answer any more."""
    earlier(harness)
    too_late(harness, ())
    harness.settle(types(TITLE)(harness))
    harness.remember()
    harness.fault_injector.mend()


_asked = asked(types(TITLE), ANSWER_UPDATE)

_UPDATED = {(LINE, IN_CHANNEL): 1, (REPLY, ON_BOARD): 1}
_ANSWERED = Ends(_UPDATED, (escape(TITLE),), update.TEXT["en"].done, is_thanks=True, shown=TITLE)


SCENARIOS = (
    Scenario("declare", declare, wrong_with_incident, DECLARED, depth=Depth.FULL),
    Scenario("declare_by_form", _declare_by_form, wrong_with_incident, DECLARED, depth=Depth.WORST),
    Scenario("declare_by_shortcut", _declare_by_shortcut, wrong_with_incident, DECLARED),
    Scenario(
        "declare_from_message",
        chooses("declare.message", lambda _: PLACE),
        wrong_with_incident,
        DECLARED,
        _said,
        depth=Depth.WORST,
    ),
    Scenario("declare_again", declare, wrong_with_incident, DECLARED, _same, depth=Depth.WORST),
    Scenario(
        "declare_unanswered",
        declare,
        wrong_with_incident,
        DECLARED,
        hinder=unanswered,
        like="declare",
        depth=Depth.WORST,
    ),
    Scenario(
        "declare_late",
        declare,
        wrong_with_incident,
        DECLARED,
        hinder=late,
        like="declare",
        depth=Depth.WORST,
    ),
    Scenario(
        "declare_in_person",
        declare,
        wrong_with_incident,
        DECLARED,
        hinder=too_late,
        like="declare",
        depth=Depth.WORST,
    ),
    Scenario("ask", types(TITLE), Ends({}, told=ENGLISH.question), NOTHING, earlier, depth=Depth.FULL),
    Scenario(
        "ask_in_person",
        types(TITLE),
        Ends({}, told=ENGLISH.question),
        NOTHING,
        earlier,
        too_late,
        "ask",
        depth=Depth.WORST,
    ),
    Scenario(
        "answer_in_person",
        presses(ANSWER_UPDATE),
        _ANSWERED,
        prepare=asked_in_person,
        depth=Depth.WORST,
    ),
    Scenario("answer_update", presses(ANSWER_UPDATE), _ANSWERED, prepare=_asked, depth=Depth.WORST),
    Scenario(
        "answer_declare",
        presses(ANSWER_DECLARE),
        wrong_with_incident,
        DECLARED,
        _asked,
        depth=Depth.WORST,
    ),
)
