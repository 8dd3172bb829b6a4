"""The board in #incident-sre: edited in place, with what can be pressed; updates in its thread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from incident.sandbox.faults import Fault
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.workspace import User
from tests.worker.bot import BENOIT, SRE, Bot, words_of
from tests.worker.scene import DANA, ZOE, Scene, labels

DOWN = Fault(status=503)


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


def test_it_says_how_it_stands_and_what_to_press(scene: Scene) -> None:
    scene.say("sev 2")
    scene.say("ic", BENOIT)
    scene.say("monitoring we rolled back")
    board = scene.board()
    words = words_of(board)
    for expected in (
        "SEV2 · database is down",
        "Monitoring",
        "IC <@U0BENOIT>",
        "since <!date^",
        "Next update",
    ):
        assert expected in words, expected
    assert "we rolled back" in words
    assert labels(board) == ["Join channel", "Join the call", "Follow"]
    urls = [e.get("url", "") for _, e in elements(board.blocks)]
    assert scene.channel in urls[0]
    assert urls[1] == scene.now.meet_url
    assert "<@U0BENOIT>" in board.text
    assert "Monitoring" in board.text


def test_one_message_however_much_happens(scene: Scene) -> None:
    for text in ("sev 1", "update one", "ol @chidi", "update two", "identified", "note three"):
        scene.say(text)
    top = [m for m in scene.bot.messages(SRE) if m.thread_ts in {None, m.ts}]
    assert len(top) == 1
    assert len(scene.thread()) == 2


def test_the_thread_has_no_buttons(scene: Scene) -> None:
    scene.say("update one")
    (reply,) = [
        m
        for m in scene.bot.slack.workspace.messages.values()
        if m.thread_ts == scene.board().ts and m.ts != m.thread_ts
    ]
    assert "change.undo" not in str(reply.blocks), "Undo belongs to the incident's channel"


def test_an_update_that_is_undone_is_undone_in_the_thread_too(scene: Scene) -> None:
    scene.say("update we rolled back")
    scene.press(scene.line(), "change.undo")
    assert "we rolled back" not in words_of(scene.board())
    assert all("we rolled back" not in reply or "Undone" in reply for reply in scene.thread())


def test_follow_is_told_once_and_is_idempotent(scene: Scene) -> None:
    scene.press(scene.board(), "incident.follow", DANA)
    scene.press(scene.board(), "incident.follow", DANA)
    assert scene.now.following == (DANA,)
    scene.say("update one")
    assert len(scene.direct(DANA)) == 1
    assert DANA not in scene.members(), "no channel to join"


def test_following_is_told_to_nobody_else(scene: Scene) -> None:
    before = scene.said()
    scene.press(scene.board(), "incident.follow", DANA)
    assert scene.said() == before + 1
    assert scene.lines() == []


def test_a_follower_who_cannot_be_reached_holds_up_nobody(scene: Scene) -> None:
    for who in (DANA, ZOE):
        scene.press(scene.board(), "incident.follow", who)
    scene.bot.slack.workspace.put(_deactivated(scene))
    scene.say("update one")
    assert len(scene.direct(ZOE)) == 1
    assert len(scene.lines()) == 1


def _deactivated(scene: Scene) -> User:
    return replace(scene.bot.slack.workspace.users[DANA], deleted=True)


def test_before_the_call_is_there_it_can_be_joined_nowhere_and_then_it_can(bot: Bot) -> None:
    bot.fault_injector.break_("meet.*", DOWN)
    scene = Scene.begin(bot)
    assert labels(scene.board()) == ["Join channel", "Follow"]
    assert "The call is coming. Meanwhile, start a huddle here." in words_of(scene.briefing())
    bot.fault_injector.mend()
    for _ in range(3):
        bot.minute()
    assert labels(scene.board()) == ["Join channel", "Join the call", "Follow"]


def test_an_update_while_the_board_is_not_there_is_shown_by_it_later(bot: Bot) -> None:
    bot.fault_injector.break_("slack.chat.*", DOWN)
    bot.slack.event_delivery = "queued"
    declared = bot.type("database is down")
    bot.carry_out(declared)
    incident = bot.incident()
    said = bot.type("update nobody can pay", incident.channel_id)
    bot.carry_out(said)
    bot.fault_injector.mend()
    for _ in range(4):
        bot.minute()
    scene = Scene(bot, incident.id, incident.channel_id)
    assert "nobody can pay" in words_of(scene.board())
    assert len(scene.lines()) == 1


def test_the_briefing_comes_before_the_report_and_says_what_is_coming(bot: Bot) -> None:
    bot.fault_injector.break_("drive.*", DOWN)
    scene = Scene.begin(bot)
    words = words_of(scene.briefing())
    assert "The report is coming. Notes typed now are kept, and will be in it." in words
    assert "Join the call" in labels(scene.briefing())
    bot.fault_injector.mend()
    for _ in range(3):
        bot.minute()
    assert "Open the report" in labels(scene.briefing())
    assert "The report is coming" not in words_of(scene.briefing())


def test_the_briefing_has_the_title_as_header_and_every_button(scene: Scene) -> None:
    scene.say("sev 2")
    briefing = scene.briefing()
    assert briefing.blocks[0]["type"] == "header"
    assert briefing.blocks[0]["text"]["text"] == "🚨 SEV2 · database is down"
    assert labels(briefing) == [
        "Join the call",
        "Open the report",
        "Update",
        "Hand over",
        "Bring people in",
        "Severity",
        "Resolve",
    ]
    assert "To press: Update, Hand over, Bring people in, Severity, Resolve." in briefing.text
    assert "Incident commander: <@U0ALICE>" in briefing.text
    for step in ("☐ Give operations", "☐ Tell communications", "☐ Call in who can help"):
        assert step in words_of(briefing)


def test_the_first_steps_tick_themselves_and_go_once_all_are_done(scene: Scene) -> None:
    scene.say("ol @benoit")
    assert "☑ Operations" in words_of(scene.briefing())
    scene.say("comms @dana")
    assert "☑ Communications told" in words_of(scene.briefing())
    scene.say("page @chidi help")
    words = words_of(scene.briefing())
    assert "☑" not in words
    assert "☐" not in words
