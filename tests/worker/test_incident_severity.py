"""Severity: raising asks nothing, lowering asks for half a sentence, and the line says what changes."""

from __future__ import annotations

import pytest

from incident.commands.explain import COMMAND as EXPLAIN
from incident.commands.explain import WHY as REASON
from incident.commands.severity import CHOICE, COMMAND, LEVEL, WHY
from tests.worker.bot import ALICE, BENOIT, EVERYWHERE, Bot
from tests.worker.scene import ZOE, Scene, buttons, labels


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


@pytest.mark.parametrize("text", ["severity 2", "sev 2", "SEV 2", "gravité 2", "gravite sev2", "sev 2."])
def test_typed(scene: Scene, text: str) -> None:
    scene.say(text)
    assert scene.now.severity == "sev2"
    assert scene.lines() == ["<@U0ALICE> put this at *SEV2, major*: updates every 30 minutes from now."]
    assert scene.surfaces().showing("SEV2, major") == EVERYWHERE
    assert "🚨 SEV2 · database is down" in scene.surfaces().briefing
    assert labels(scene.line()) == ["Undo"]


def test_raising_asks_nothing(scene: Scene) -> None:
    scene.say("sev 3")
    scene.say("sev 1 it spreads to Québec", BENOIT)
    assert "every 15 minutes" in scene.lines()[1]
    assert "it spreads to Québec" in scene.lines()[1]
    assert labels(scene.line()) == ["Undo"]


def test_lowering_asks_for_half_a_sentence_and_then_asks_no_more(scene: Scene) -> None:
    scene.say("sev 1")
    scene.say("sev 3", BENOIT)
    assert "It was SEV1, critical. In half a sentence, why is it less bad?" in scene.lines()[1]
    assert labels(scene.line()) == ["Say why", "Undo"]
    assert scene.now.severity == "sev3", "it is lowered all the same"
    view = scene.open(scene.line(), EXPLAIN.opener, BENOIT)
    scene.submit(view, {REASON: "only *reports* & <exports>"}, BENOIT)
    assert "only *reports* & <exports>" in scene.words()
    assert "why is it less bad" not in scene.words()
    assert labels(scene.line()) == ["Undo"]
    assert len(scene.lines()) == 2


def test_lowering_with_a_reason_asks_nothing(scene: Scene) -> None:
    scene.say("sev 1")
    scene.say("sev 4 it was the test system")
    assert labels(scene.line()) == ["Undo"]
    assert "it was the test system" in scene.lines()[1]


def test_alone_it_shows_the_levels_and_one_is_chosen(scene: Scene) -> None:
    scene.say("severity")
    asked = scene.whispers()[-1]
    assert "Not sure? Take the worse; it can be lowered." in asked.text
    assert "hardly anybody notices" in str(asked.blocks)
    scene.press(asked, CHOICE, value="sev2")
    assert scene.now.severity == "sev2"
    assert len(scene.lines()) == 1


def test_by_the_briefings_form(scene: Scene) -> None:
    view = scene.open(scene.briefing(), COMMAND.opener, ZOE)
    content = str(scene.bot.slack.workspace.views[view].content)
    assert "people cannot use it" in content
    assert "Not sure? Take the worse" in content
    scene.submit(view, {LEVEL: "sev1", WHY: "nobody can pay"}, ZOE)
    assert scene.now.severity == "sev1"
    (line,) = scene.lines()
    assert line.startswith("<@U0ZOE> put this at")
    assert "nobody can pay" in line


@pytest.mark.parametrize("text", ["sev 5", "sev bad", "gravité très", "sev 22"])
def test_what_is_no_level_asks_and_changes_nothing(scene: Scene, text: str) -> None:
    before = scene.now
    scene.say(text)
    assert scene.now == before
    assert scene.lines() == []
    assert scene.whispers(ALICE)


def test_the_older_of_two_that_ends_last_does_not_win(scene: Scene) -> None:
    older = scene.bot.type("sev 1", scene.channel)
    newer = scene.bot.type("sev 2", scene.channel, BENOIT)
    scene.carry_out(newer)
    scene.carry_out(older)
    assert scene.now.severity == "sev2"
    assert scene.surfaces().showing("SEV2, major") == EVERYWHERE
    assert len(scene.lines()) == 2
    assert buttons(scene.line()) == ["change.undo"]


def test_the_same_severity_again_changes_no_topic(scene: Scene) -> None:
    calls = scene.bot.fault_injector.calls
    topics = sum(call.name == "slack.conversations.setTopic" for call in calls)
    scene.say("sev 2")
    scene.say("sev 2")
    assert sum(call.name == "slack.conversations.setTopic" for call in calls) == topics
