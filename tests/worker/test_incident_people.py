"""Bringing people in: who can be is invited, who cannot is named, and the message shows who is coming."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from incident.commands.page import ANSWERS, COMMAND, PEOPLE, TELL, WHY
from incident.model.parts import Coming
from incident.sandbox.faults import Fault
from tests.worker.bot import ALICE, BENOIT, Bot, running
from tests.worker.scene import CHIDI, DANA, HUGO, INGRID, ZOE, Scene, labels

YES, NO = ANSWERS[Coming.YES], ANSWERS[Coming.NO]


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


@pytest.fixture
def with_comms(tmp_path: Path) -> Iterator[Scene]:
    """An incident of an organisation that has a group for communications."""
    with running(tmp_path, INCIDENT_COMMS_GROUP="S0COMMS") as bot:
        yield Scene.begin(bot)


def test_a_person_and_a_group_with_a_reason(scene: Scene) -> None:
    scene.say("page @on-call @chidi the *disk* is full")
    (line,) = scene.lines()
    assert line.startswith("<@U0ALICE> calls in <!subteam^S0ONCALL>, <@U0CHIDI>: the *disk* is full")
    assert "Slack does not ring" in line
    assert {BENOIT, CHIDI} <= scene.members()
    assert labels(scene.line()) == ["I’m coming", "I can’t"]
    assert scene.facts("called")[0].data["reason"] == "the *disk* is full"
    assert "☑ Help called" in scene.surfaces().briefing


def test_who_cannot_be_invited_is_named(scene: Scene) -> None:
    scene.say("page @comms-team", literal=True)  # nobody is called so: asked, not guessed
    assert scene.lines() == []
    scene.say("appeler <!subteam^S0COMMS|@comms> vite")
    scene.say("page @comms now")
    line = scene.lines()[-1]
    assert DANA in scene.members()
    assert f"Could not be invited: <@{HUGO}>, <@{INGRID}>" in line
    assert f"No answer yet: <@{DANA}>" in line


def test_answers_show_in_the_message_and_nowhere_else(scene: Scene) -> None:
    scene.say("page @on-call @chidi the disk is full")
    said = scene.bot.said(scene.channel)
    scene.press(scene.line(), YES, BENOIT)
    scene.press(scene.line(), NO, CHIDI)
    line = scene.lines()[0]
    assert f"Coming: <@{BENOIT}>" in line
    assert f"Cannot: <@{CHIDI}>" in line
    assert "No answer yet: <@U0ALICE>" in line
    scene.press(scene.line(), YES, CHIDI)
    assert f"Coming: <@{BENOIT}>, <@{CHIDI}>" in scene.lines()[0]
    assert "Cannot" not in scene.lines()[0]
    assert len(scene.bot.said(scene.channel)) == len(said)


def test_who_was_not_called_is_thanked_and_not_counted(scene: Scene) -> None:
    scene.say("page @chidi the disk is full")
    version = scene.now.version
    scene.press(scene.line(), YES, ZOE)
    assert "You were not called this time" in scene.whispers(ZOE)[-1].text
    assert ZOE not in str(scene.now.calls)
    assert scene.now.version == version


def test_a_message_without_an_answer_asks_again_in_no_way(scene: Scene) -> None:
    scene.say("page @chidi")
    before = scene.said()
    scene.wait(20)
    assert scene.said() == before


def test_nobody_named_opens_the_form(scene: Scene) -> None:
    scene.say("page")
    asked = scene.whispers()[-1]
    view = scene.open(asked, COMMAND.opener)
    scene.submit(view, {PEOPLE: [CHIDI, ZOE], WHY: "we need & want you"})
    (line,) = scene.lines()
    assert "<@U0CHIDI>, <@U0ZOE>: we need &amp; want you" in line
    assert {CHIDI, ZOE} <= scene.members()


def test_from_the_briefing_with_communications(with_comms: Scene) -> None:
    scene = with_comms
    scene.fill_in(COMMAND.opener, {PEOPLE: [CHIDI], WHY: "help", TELL: ["comms"]})
    assert {CHIDI, DANA} <= scene.members()
    assert "☑ Communications told" in scene.surfaces().briefing


@pytest.mark.parametrize("text", ["page comms people ask", "appeler comms people ask"])
def test_page_comms_reaches_the_group_that_speaks_for_us(with_comms: Scene, text: str) -> None:
    with_comms.say(text)
    (line,) = with_comms.lines()
    assert line.startswith("<@U0ALICE> calls in <!subteam^S0COMMS>: people ask")
    assert DANA in with_comms.members()
    assert "☑ Communications told" in with_comms.surfaces().briefing


def test_page_comms_without_a_group_or_a_lead_asks_who(scene: Scene) -> None:
    scene.say("page comms people ask")
    assert scene.lines() == []
    asked = scene.whispers()[-1]
    assert "comms" in asked.text
    scene.press(asked, "question.person", value=DANA)
    assert DANA in scene.members()
    assert "<@U0DANA>" in scene.lines()[0]


def test_slack_that_cannot_invite_holds_up_no_line_and_is_told(scene: Scene) -> None:
    scene.bot.fault_injector.break_("slack.conversations.invite", Fault(status=503))
    scene.say("page @chidi the disk is full")
    assert len(scene.lines()) == 1
    assert CHIDI not in scene.members()
    scene.bot.fault_injector.mend()
    for _ in range(3):
        scene.bot.minute()
    assert CHIDI in scene.members()
    assert len(scene.lines()) == 1
    assert "No answer yet: <@U0CHIDI>" in scene.lines()[0]


def test_a_deactivated_person_sinks_no_call(scene: Scene) -> None:
    message = scene.bot.type("page @chidi hurry", scene.channel)
    text = f"page <@{INGRID}|ingrid> <@{CHIDI}|chidi> hurry"
    scene.carry_out(replace(message, payload={**message.payload, "text": text}))
    assert CHIDI in scene.members()
    assert f"Could not be invited: <@{INGRID}>" in scene.lines()[0]


def test_somebody_in_already_is_called_all_the_same(scene: Scene) -> None:
    scene.join(CHIDI)
    scene.say("page @chidi look")
    assert f"No answer yet: <@{CHIDI}>" in scene.lines()[0]
    scene.press(scene.line(), YES, CHIDI)
    assert f"Coming: <@{CHIDI}>" in scene.lines()[0]
    assert scene.whispers(ALICE)[-1].text.startswith("<#"), "the receipt: no more was told"
