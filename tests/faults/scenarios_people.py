"""People take roles and hand them over, are called in, come and leave."""

from __future__ import annotations

from incident.commands import commander, follow, handover, page
from incident.commands.refusal import WORDS as REFUSALS
from incident.commands.refusal import Reason
from incident.model.incident import Role
from incident.model.interaction import Interaction
from incident.model.parts import Coming
from incident.surfaces.line import LINE
from incident.workflows.role import NOTE
from tests.faults import given
from tests.faults.acting import ALICE, CHIDI, DANA, EMIL, ZOE
from tests.faults.ends import IN_CHANNEL, Ends
from tests.faults.given import EARLIER, channel, earlier, fills_in, presses, types
from tests.faults.harness import Harness
from tests.faults.scenario import NOTHING, Depth, Scenario

_LINE_AND_NOTE = {(LINE, IN_CHANNEL): 1, (NOTE, CHIDI): 1}
_YES, _NO = page.ANSWERS[Coming.YES], page.ANSWERS[Coming.NO]


def _joins(harness: Harness) -> Interaction:
    return harness.happens(lambda: harness.slack.join(ZOE, channel(harness)))


def _leaves(harness: Harness) -> Interaction:
    return harness.happens(lambda: harness.slack.leave(ALICE, channel(harness)))


SCENARIOS = (
    Scenario(
        "role",
        types("ol @chidi"),
        Ends(_LINE_AND_NOTE, (f"<@{CHIDI}> leads operations now",), briefed=CHIDI, joined=[CHIDI]),
        prepare=earlier,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario(
        "role_again",  # who had it before has had the note
        types("ol @chidi"),
        Ends(says=(f"<@{CHIDI}> leads operations now",), briefed=CHIDI),
        prepare=given.after(types("ol @chidi"), types("ol @dana")),
    ),
    Scenario(
        "role_comms",
        types("comms @dana"),
        Ends({(LINE, IN_CHANNEL): 1, (NOTE, DANA): 1}, (f"<@{DANA}>",), joined=[DANA]),
        prepare=earlier,
    ),
    Scenario(
        "role_scribe",
        types("scribe", CHIDI),
        Ends(_LINE_AND_NOTE, (f"<@{CHIDI}>",), joined=[CHIDI]),
        prepare=earlier,
    ),
    Scenario(
        "take_command",
        types("ic", CHIDI),
        Ends(
            _LINE_AND_NOTE, (f"<@{CHIDI}> has command now; it was <@{ALICE}>",), shown=CHIDI, joined=[CHIDI]
        ),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "offer",
        types("ic @chidi"),
        Ends(says=(f"asks <@{CHIDI}> to take command",), shown=ALICE, joined=[CHIDI]),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "accept",
        presses(commander.ACCEPT, CHIDI),
        Ends(
            {(NOTE, CHIDI): 1},
            (f"<@{CHIDI}> has command. <@{ALICE}> handed it over",),
            told=commander.TEXT["en"].done,
            is_thanks=True,
            reader=CHIDI,
            shown=CHIDI,
        ),
        prepare=given.offered,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario(
        "accept_of_another",
        presses(commander.ACCEPT, DANA),
        Ends(
            {},
            ("I have command",),
            told=REFUSALS["en"][Reason.NOT_ASKED].format(who=f"<@{CHIDI}>"),
            reader=DANA,
            shown=ALICE,
        ),
        NOTHING,
        given.offered,
        depth=Depth.WORST,
    ),
    Scenario(
        "handover",
        fills_in(
            handover.COMMAND.opener,
            {Role.OPERATIONS_LEAD: CHIDI, Role.SCRIBE: DANA, Role.INCIDENT_COMMANDER: EMIL},
        ),
        Ends(
            {**_LINE_AND_NOTE, (NOTE, DANA): 1},
            (f"asks <@{EMIL}> to take command", f"operations to <@{CHIDI}>"),
            briefed=CHIDI,
            joined=[CHIDI, DANA, EMIL],
        ),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "vacancy",
        _leaves,
        Ends(says=(f"<@{ALICE}> has left the channel",)),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "vacancy_filled",
        presses(commander.TAKE, CHIDI),
        Ends(_LINE_AND_NOTE, (f"<@{CHIDI}> has command.", "has command now"), shown=CHIDI, joined=[CHIDI]),
        prepare=given.left,
    ),
    Scenario(
        "greeting",
        _joins,
        Ends({}, told=EARLIER, reader=ZOE, joined=[ZOE]),
        NOTHING,
        given.an_hour_later,
        depth=Depth.WORST,
    ),
    Scenario(
        "page",
        types("page @comms @zoe the disk is <full>"),
        Ends(
            says=("Could not be invited: <@U0HUGO>, <@U0INGRID>", "the disk is &lt;full&gt;"),
            briefed="Help called",
            joined=[DANA, ZOE],
        ),
        prepare=earlier,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario(
        "page_form",
        fills_in(page.COMMAND.opener, {page.PEOPLE: [EMIL], page.WHY: "help", page.TELL: [page.COMMS]}),
        Ends(says=(f"<@{EMIL}>: help",), briefed="Communications told", joined=[DANA, EMIL]),
        prepare=earlier,
    ),
    Scenario(
        "coming",
        presses(_YES, ZOE),
        Ends({}, (f"Coming: <@{ZOE}>",)),
        prepare=given.called,
        depth=Depth.WORST,
    ),
    Scenario("not_coming", presses(_NO, ZOE), Ends({}, (f"Cannot: <@{ZOE}>",)), prepare=given.called),
    Scenario(
        "follow",
        presses(follow.FOLLOW, DANA),
        Ends({}, told=follow.TEXT["en"].done, is_thanks=True, reader=DANA),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "unfollow",
        presses(follow.UNFOLLOW, DANA),
        Ends({}, told=follow.UNFOLLOW_TEXT["en"].done, is_thanks=True, reader=DANA),
        prepare=given.after(types("update so far"), then=given.followed),
    ),
)
