"""Nobody of another workspace and no bot changes anything, and nothing is changed for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from incident.model.interaction import Interaction
from incident.sandbox.slack.interactions import NotPossibleError
from tests.worker.bot import ALICE, BENOIT, Bot
from tests.worker.scene import CHIDI, HUGO, INGRID, SAM, THE_BOT, ZOE, Scene

TOLD = "Only people of this workspace can change an incident."


@pytest.fixture
def scene(bot: Bot) -> Scene:
    scene = Scene.begin(bot)
    bot.slack.share(scene.channel, SAM)
    scene.events()
    return scene


@pytest.mark.parametrize(
    "text",
    [
        "ic",
        "ol",
        "ol @chidi",
        "update we are fine",
        "monitoring",
        "sev 4",
        "page @chidi",
        "note x",
        "did x",
        "decision x",
        "action x",
        "rename x",
        "undo",
    ],
)
def test_nothing_that_is_typed_from_another_workspace_changes_anything(scene: Scene, text: str) -> None:
    before, said = scene.now, len(scene.bot.said(scene.channel))
    scene.say(text, SAM)
    assert scene.now == before
    assert scene.lines() == []
    assert CHIDI not in scene.members()
    assert TOLD in scene.whispers(SAM)[-1].text
    assert len([m for m in scene.bot.messages(scene.channel) if m.ephemeral_to is None]) <= said


@pytest.mark.parametrize("action", ["change.undo", "form.SetSeverity"])
def test_nor_what_is_pressed(scene: Scene, action: str) -> None:
    scene.say("sev 1")
    before = scene.now
    if action == "change.undo":
        scene.press(scene.line(), action, SAM)
    else:
        scene.fill_in(action, {"level": "sev4"}, SAM)
    assert scene.now == before
    assert TOLD in scene.whispers(SAM)[-1].text


def test_they_may_read_how_it_stands(scene: Scene) -> None:
    scene.say("status", SAM)
    assert "database is down" in scene.whispers(SAM)[-1].text


def test_an_offer_to_them_is_refused(scene: Scene) -> None:
    before = scene.now
    scene.carry_out(meaning(scene, f"ic <@{SAM}|sam>"))
    scene.carry_out(meaning(scene, f"ol <@{SAM}|sam>"))
    scene.carry_out(meaning(scene, f"page <@{SAM}|sam> help"))
    assert scene.now == before
    assert scene.lines() == []
    assert "cannot take part" in scene.whispers(ALICE)[-1].text
    assert scene.direct(SAM) == []


@pytest.mark.parametrize("who", [THE_BOT, "USLACKBOT"])
@pytest.mark.parametrize("verb", ["ic", "ol", "comms", "scribe", "page"])
def test_a_bot_as_a_target(scene: Scene, verb: str, who: str) -> None:
    before = scene.now
    scene.carry_out(meaning(scene, f"{verb} <@{who}|bot>"))
    assert scene.now == before
    assert scene.lines() == []
    assert "cannot take part" in scene.whispers(ALICE)[-1].text


@pytest.mark.parametrize("verb", ["ic", "ol", "comms", "scribe"])
def test_a_deactivated_account_as_a_target(scene: Scene, verb: str) -> None:
    before = scene.now
    scene.carry_out(meaning(scene, f"{verb} <@{INGRID}|ingrid>"))
    assert scene.now == before
    assert "cannot take part" in scene.whispers(ALICE)[-1].text


def test_somebody_who_is_not_there_at_all(scene: Scene) -> None:
    before = scene.now
    scene.carry_out(meaning(scene, "ol <@U0NOBODY|nobody>"))
    assert scene.now == before
    assert "cannot take part" in scene.whispers(ALICE)[-1].text


def test_a_guest_who_cannot_be_invited_is_told_of(scene: Scene) -> None:
    scene.carry_out(meaning(scene, f"page <@{HUGO}|hugo> look"))
    assert f"Could not be invited: <@{HUGO}>" in scene.lines()[0]


def test_one_who_was_not_asked_presses(scene: Scene) -> None:
    scene.say("ic @chidi")
    version = scene.now.version
    for who in (ZOE, BENOIT, SAM):
        scene.press(scene.line(), "command.accept", who)
    assert scene.now.version == version
    assert scene.now.commander == ALICE


def test_a_bots_coming_and_going_means_nothing(scene: Scene) -> None:
    said = scene.said()
    scene.wait(6)
    with pytest.raises(NotPossibleError):
        scene.bot.slack.leave(THE_BOT, scene.channel)
    assert scene.said() == said


def test_a_stranger_who_joins_later_is_greeted_like_anybody(bot: Bot) -> None:
    scene = Scene.begin(bot)
    scene.wait(6)
    bot.slack.share(scene.channel, SAM)
    scene.events()
    assert len(scene.whispers(SAM)) <= 1


def meaning(scene: Scene, text: str) -> Interaction:
    """What Slack would send if Alice typed this, mentions written by hand."""
    typed = scene.bot.type("status", scene.channel)
    payload: dict[str, Any] = {**typed.payload, "text": text}
    return replace(typed, payload=payload)
