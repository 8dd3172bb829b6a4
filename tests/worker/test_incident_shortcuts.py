"""The menus of messages, also in threads, and the workspace's own: every verb has a way without typing."""

from __future__ import annotations

import pytest

from incident.commands.question import ANSWER_INCIDENT
from incident.commands.registry import shortcuts
from incident.commands.undo import UNDO
from incident.model.marks import marks_of
from incident.sandbox.faults import Fault
from incident.sandbox.slack.interactions import NotPossibleError
from tests.worker.bot import ALICE, BENOIT, GENERAL, Bot, words_of
from tests.worker.scene import CHIDI, ZOE, Scene

START, ANYWHERE, MARK, ACTION = "declare.message", "declare.anywhere", "timeline.add", "action.message"


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


def test_the_app_has_these_and_slack_takes_their_names() -> None:
    assert {one.callback_id for one in shortcuts()} == {START, ANYWHERE, MARK, ACTION}
    for one in shortcuts():
        assert all(len(name) <= 24 for name in one.names.values())


def test_start_an_incident_from_an_alert(bot: Bot) -> None:
    bot.slack.event_delivery = "queued"
    alert = bot.slack.type(CHIDI, GENERAL, "db-1 is *not* answering & <slow>\nsecond line").ts
    assert alert
    reply = bot.slack.message_shortcut(ALICE, GENERAL, alert, START)
    assert reply.status == 200
    bot.carry_out(*bot.published())
    incident = bot.incident("db-1 is *not* answering & <slow>")
    assert incident.commander == ALICE
    assert alert.replace(".", "") in incident.source["permalink"]
    link = incident.source["permalink"]
    shown = bot.surfaces(incident)
    (briefing,) = bot.messages(incident.channel_id, "incident_briefing")
    assert link in str(briefing.blocks)
    assert link in shown.report
    told = [m for m in bot.slack.workspace.messages.values() if m.ephemeral_to == ALICE]
    assert "is ready" in told[-1].text


def test_start_an_incident_anywhere_opens_the_form(bot: Bot) -> None:
    reply = bot.slack.global_shortcut(ALICE, ANYWHERE)
    assert reply.status == 200
    assert reply.view
    bot.slack.submit(ALICE, reply.view, {"title": "payments time out", "severity": "sev2"})
    bot.carry_out(*bot.published())
    incident = bot.incident("payments time out")
    assert incident.severity == "sev2"
    assert incident.commander == ALICE


def test_a_message_without_words_declares_all_the_same(bot: Bot) -> None:
    bot.slack.event_delivery = "queued"
    ts = bot.slack.type(CHIDI, GENERAL, "  ").ts
    assert ts
    bot.slack.message_shortcut(ALICE, GENERAL, ts, START)
    bot.carry_out(*bot.published())
    assert len(bot.incidents()) == 1


def test_add_to_timeline_from_a_thread(scene: Scene) -> None:
    parent = scene.write("any idea?", ZOE)
    reply = scene.write("I see *errors* & <timeouts>", CHIDI, thread=parent.ts)
    said = scene.said()
    scene.shortcut(reply, MARK, BENOIT)
    assert "au journal" in scene.whispers(BENOIT)[-1].text or "timeline" in scene.whispers(BENOIT)[-1].text
    assert scene.lines() == []
    assert scene.said() == said + 1, "the answer alone"
    (fact,) = scene.facts("message_marked")
    (mark,) = marks_of(scene.now)
    assert (mark.author, mark.text) == (CHIDI, "I see *errors* & <timeouts>")
    assert abs(fact.happened_at.timestamp() - float(reply.ts)) < 1
    scene.say("status")
    card = scene.whispers()[-1]
    assert "errors" in words_of(card)
    assert reply.ts.replace(".", "") in str(card.blocks), "with its link"


def test_a_message_is_in_the_timeline_once_however_often_it_is_added(scene: Scene) -> None:
    message = scene.write("look at this", CHIDI)
    scene.shortcut(message, MARK)
    scene.shortcut(message, MARK, BENOIT)
    scene.say("status", ZOE)
    assert words_of(scene.whispers(ZOE)[-1]).count("look at this") == 1


def test_make_it_an_action_from_a_thread(scene: Scene) -> None:
    parent = scene.write("any idea?", ZOE)
    reply = scene.write("we should rotate the key", CHIDI, thread=parent.ts)
    scene.shortcut(reply, ACTION, BENOIT)
    (line,) = scene.lines()
    assert line.startswith("☐ <@U0BENOIT>: we should rotate the key")
    assert scene.line().thread_ts is None, "where everybody sees it"
    scene.press(scene.line(), UNDO, BENOIT)
    assert not scene.now.actions


@pytest.mark.parametrize("callback", [MARK, ACTION])
def test_outside_an_incident_it_asks_which(scene: Scene, callback: str) -> None:
    message = scene.write("somebody said something", CHIDI, GENERAL)
    scene.shortcut(message, callback, BENOIT)
    asked = scene.whispers(BENOIT)[-1]
    assert scene.lines() == []
    scene.press(asked, ANSWER_INCIDENT, BENOIT, value=scene.channel)
    kind = "message_marked" if callback == MARK else "action_added"
    (fact,) = scene.facts(kind)
    said = marks_of(scene.now)[0].text if callback == MARK else fact.data["text"]
    assert "somebody said something" in said


def test_commands_cannot_be_typed_in_threads_but_shortcuts_work_there(scene: Scene) -> None:
    parent = scene.write("any idea?", ZOE)
    reply = scene.bot.slack.type(ZOE, scene.channel, "/incident status", parent.ts)
    assert "not supported in threads" in reply.shown


def test_a_form_that_slack_refuses_is_told(scene: Scene) -> None:
    scene.bot.fault_injector.break_("slack.views.open", Fault(status=200, error="expired_trigger_id"))
    scene.bot.slack.press(ALICE, scene.channel, scene.briefing().ts, "form.PostUpdate")
    assert "/incident update" in scene.whispers()[-1].text


def test_the_bots_own_line_can_be_marked(scene: Scene) -> None:
    scene.say("note the cache was cold")
    scene.shortcut(scene.line(), MARK, ZOE)
    (mark,) = marks_of(scene.now)
    assert mark.author == ""
    assert "the cache was cold" in mark.text


def test_an_ephemeral_message_has_no_menu(scene: Scene) -> None:
    scene.say("status")
    with pytest.raises(NotPossibleError):
        scene.shortcut(scene.whispers()[-1], MARK)
