"""What people ask the bot, what it asks them, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable

from incident.commands import card, question, retry, update
from incident.commands.refusal import WORDS as REFUSALS
from incident.commands.refusal import Reason
from incident.messages.english import ENGLISH
from incident.model.interaction import Interaction
from incident.surfaces.line import LINE
from incident.workflows.role import NOTE
from tests.faults import given
from tests.faults.acting import ANA, CHIDI, ZOE
from tests.faults.ends import IN_CHANNEL, Ends
from tests.faults.given import EARLIER, asked, earlier, picks_more, presses, types, types_elsewhere
from tests.faults.harness import Harness
from tests.faults.invariants import incident_channel
from tests.faults.scenario import NOTHING, Depth, Scenario

_CARD = Ends({}, told=EARLIER)
_MENU = Ends({}, told="How bad is it?")
_NOTHING_TO_RETRY = REFUSALS["en"][Reason.NOTHING_TO_RETRY]
_WHICH = "Is “severity” a new incident"


def _picks_incident(harness: Harness) -> Interaction:
    message = given.messages_with(harness, question.ANSWER_INCIDENT)[-1]
    where = given.channel(harness)
    return harness.press(message.channel, message.ts, question.ANSWER_INCIDENT, where)


def _open_form(harness: Harness) -> Interaction:
    message = given.messages_with(harness, update.COMMAND.opener)[-1]
    return harness.press(message.channel, message.ts, update.COMMAND.opener)


def _says_what_it_is_about(harness: Harness) -> Iterable[str]:
    views = list(harness.slack.workspace.views.values())
    if len(views) != 1 or EARLIER not in str(views[0].content):
        yield "the form does not say what it is about"


def _joined(harness: Harness) -> Iterable[str]:
    if ZOE not in incident_channel(harness, EARLIER).members:
        yield "nobody was invited"


SCENARIOS = (
    Scenario("menu", types("severity"), _MENU, NOTHING, earlier, depth=Depth.FULL),
    Scenario("opener", types("update"), Ends({}, told="What is new?"), NOTHING, earlier),
    Scenario(
        "form",
        _open_form,
        Ends({}, also=_says_what_it_is_about),
        NOTHING,
        earlier,
        depth=Depth.FULL,
    ),
    Scenario(
        "card",
        types("status", CHIDI),
        Ends({}, told=EARLIER, reader=CHIDI),
        NOTHING,
        earlier,
        depth=Depth.WORST,
    ),
    Scenario("card_picked", picks_more(card.SHOW), _CARD, NOTHING, earlier),
    Scenario("list", types("list"), Ends({}, told=EARLIER), NOTHING, earlier, depth=Depth.WORST),
    Scenario(
        "which", types_elsewhere("severity"), Ends({}, told=_WHICH), NOTHING, earlier, depth=Depth.WORST
    ),
    Scenario(
        "which_answer",
        _picks_incident,
        _CARD,
        NOTHING,
        asked(types_elsewhere("status"), question.ANSWER_INCIDENT),
        depth=Depth.WORST,
    ),
    Scenario(
        "which_form",
        _picks_incident,
        Ends({}, told="What is new?"),
        NOTHING,
        asked(types_elsewhere("update"), question.ANSWER_INCIDENT),
    ),
    Scenario(
        "whom",
        types("ol @an", literal=True),
        Ends({}, told="Who is @an?"),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "whom_nobody", types("ol @nobody.knows", literal=True), Ends({}, told="Who is"), prepare=earlier
    ),
    Scenario(
        "whom_answer",
        presses(question.ANSWER_PERSON, value=ANA),
        Ends(
            {(LINE, IN_CHANNEL): 1, (NOTE, ANA): 1},
            (f"<@{ANA}> leads operations now",),
            told="The operations lead is set.",
            is_thanks=True,
            joined=[ANA],
        ),
        prepare=asked(types("ol @nobody.knows", literal=True), question.ANSWER_PERSON),
        depth=Depth.WORST,
    ),
    Scenario(
        "typed_name",
        types("ol @chidi", literal=True),
        Ends({(LINE, IN_CHANNEL): 1, (NOTE, CHIDI): 1}, (f"<@{CHIDI}> leads",), joined=[CHIDI]),
        prepare=earlier,
    ),
    Scenario(
        "retry",
        types("retry"),
        Ends({}, told=ENGLISH.retrying, or_told=_NOTHING_TO_RETRY, joined=[ZOE], also=_joined),
        prepare=given.refused,
        depth=Depth.WORST,
    ),
    Scenario(
        "retry_button",
        presses(retry.RETRY),
        Ends({}, told=ENGLISH.retrying, or_told=_NOTHING_TO_RETRY, joined=[ZOE], also=_joined),
        prepare=given.refused,
        depth=Depth.WORST,
    ),
    Scenario(
        "retry_nothing",
        types("retry"),
        Ends({}, told=_NOTHING_TO_RETRY),
        NOTHING,
        earlier,
    ),
)
