"""Resolving and reopening, through the front door: the channel, the surfaces and the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from incident.commands import findings, resolve
from incident.commands.reopen import REOPEN
from incident.model.incident import Finding
from incident.sandbox.slack.entries import Entry
from incident.sandbox.slack.workspace import Message
from tests.worker.bot import ALICE, BENOIT, EVERYWHERE, SRE, Bot
from tests.worker.scene import CHIDI, DANA, Scene, buttons, labels

AFTERWARDS = ["Add what we know", "Reopen", "Undo"]


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


def replies(scene: Scene) -> list[Message]:
    """What stands in the board's thread, oldest first."""
    board = scene.board()
    found = [m for m in scene.bot.slack.workspace.messages.values() if m.thread_ts == board.ts]
    return sorted((m for m in found if m.ts != board.ts), key=lambda m: m.ts)


def add(scene: Scene, values: Mapping[str, Entry], user: str = ALICE) -> None:
    """A person adds what they know, from the line."""
    scene.submit(scene.open(scene.line(), findings.COMMAND.opener, user), values, user)


def seconds(scene: Scene, **before: float) -> str:
    """A time before now, as the picker has it."""
    return str(int((datetime.fromtimestamp(scene.bot.time.seconds(), UTC) - timedelta(**before)).timestamp()))


def test_words_end_it_everywhere_at_once(scene: Scene) -> None:
    scene.wait(42)
    scene.say("resolve rolled back & <waited>", BENOIT)
    (line,) = scene.lines()
    assert line.startswith(
        "✅ Resolved by <@U0BENOIT>, 42 min after it was declared: rolled back &amp; &lt;waited&gt;"
    )
    assert "The call stays open." in line
    assert labels(scene.line()) == AFTERWARDS
    incident = scene.now
    assert incident.status == "resolved"
    assert incident.resolved_at == incident.mitigated_at
    assert incident.resolved_at
    assert incident.found(Finding.FIX) == "rolled back &amp; &lt;waited&gt;"
    shown = scene.surfaces()
    assert set(shown.showing("Resolved")) == set(EVERYWHERE)
    for words in (shown.briefing, shown.board):
        assert "rolled back & <waited>" in words
        assert "42 min after it was declared" in words
    assert labels(scene.briefing()) == ["Join the call", "Open the report", "Add what we know", "Reopen"]
    assert scene.bot.slack.workspace.channels[scene.channel].topic == "✅ Resolved · database is down"
    assert shown.row[9], "the row says when"
    assert "✅ database is down" in shown.board


def test_the_promise_of_the_next_update_ends(scene: Scene) -> None:
    scene.say("update we look")
    assert scene.now.next_update
    scene.say("resolve it is over")
    assert scene.now.next_update is None
    words = scene.surfaces().briefing
    assert "Next update" not in words
    assert "we look" not in words, "what fixed it is what is to be read"
    scene.say("update errors stay away")
    assert "Next update" not in scene.lines()[-1]
    assert "errors stay away" in scene.surfaces().briefing
    assert scene.now.status == "resolved"


@pytest.mark.parametrize("severity", ["1", "2", "3", "4", ""])
def test_the_board_reads_of_the_end_and_the_channel_of_a_bad_one(scene: Scene, severity: str) -> None:
    if severity:
        scene.say(f"sev {severity}")
    scene.say("resolve rolled back")
    (reply,) = replies(scene)
    assert reply.broadcast == (severity in {"1", "2"})
    assert "Resolved by" in reply.text
    assert labels(reply) == [], "nothing can be pressed there"
    scene.say("reopen it is back")
    again = replies(scene)[-1]
    assert again.broadcast == reply.broadcast, "who read that it is over reads that it is not"
    assert "it is back" in again.text
    scene.bot.minute()
    assert len([m for m in scene.bot.slack.workspace.history(SRE) if m.broadcast]) == 2 * reply.broadcast


def test_who_follows_is_told_in_person_in_their_language(scene: Scene) -> None:
    scene.press(scene.board(), "incident.follow", DANA)
    scene.press(scene.board(), "incident.follow", BENOIT)
    scene.wait(5)
    scene.say("resolve false alarm")
    (told,) = scene.direct(DANA, "incident_followed")
    assert "Resolved (false alarm) by <@U0ALICE>" in told.text
    assert "5 min after it was declared" in told.text
    (french,) = scene.direct(BENOIT, "incident_followed")
    assert "Résolu (fausse alerte) par <@U0ALICE>" in french.text
    scene.say("reopen it was something")
    reopened = scene.direct(DANA, "incident_followed")[-1]
    assert "Reopened by <@U0ALICE>" in reopened.text
    assert "it was something" in reopened.text
    assert "Next update by" in reopened.text


def test_the_form_takes_all_that_is_known(scene: Scene) -> None:
    scene.wait(30)
    values: dict[str, Entry] = {
        findings.FIX: "put the old certificate back",
        findings.IMPACT: "nobody could <pay>",
        findings.BEGAN: seconds(scene, hours=2),
        findings.LEARNT: "person",
    }
    scene.fill_in(resolve.COMMAND.opener, values, CHIDI)
    (line,) = scene.lines()
    assert "2 h after it began" in line
    assert "What people noticed: nobody could &lt;pay&gt;" in line
    assert "A person told us" in line
    incident = scene.now
    assert incident.found_at(Finding.BEGAN_AT)
    assert incident.found(Finding.LEARNT) == "person"
    assert incident.findings[Finding.IMPACT]["by"] == CHIDI


def test_resolving_alone_offers_the_form(scene: Scene) -> None:
    scene.say("résoudre")
    asked = scene.whispers()[-1]
    assert buttons(asked) == [resolve.COMMAND.opener]
    scene.submit(scene.open(asked, resolve.COMMAND.opener), {findings.FIX: "it went by itself"})
    assert scene.now.status == "resolved"


def test_a_time_that_is_to_come_is_said_in_the_form_which_stays_open(scene: Scene) -> None:
    view = scene.open(scene.briefing(), resolve.COMMAND.opener)
    to_come = seconds(scene, hours=-3)
    reply = scene.bot.slack.submit(ALICE, view, {findings.FIX: "x", findings.BEGAN: to_come})
    assert "still to come" in str(reply.errors)
    assert scene.bot.published() == []
    scene.submit(view, {findings.FIX: "x", findings.BEGAN: seconds(scene, minutes=3)})
    assert scene.now.found(Finding.BEGAN_AT)


def test_an_end_needs_only_what_fixed_it(scene: Scene) -> None:
    view = scene.open(scene.briefing(), resolve.COMMAND.opener)
    assert scene.bot.slack.submit(ALICE, view, {findings.IMPACT: "x"}).errors
    scene.submit(view, {findings.FIX: "y"})
    assert scene.now.status == "resolved"


def test_what_is_added_later_shows_in_the_line_and_the_surfaces(scene: Scene) -> None:
    scene.say("resolve rolled back")
    before = len(scene.lines())
    add(scene, {findings.IMPACT: "few people", findings.BEGAN: seconds(scene, hours=3)}, BENOIT)
    assert len(scene.lines()) == before
    assert "few people" in scene.lines()[-1]
    assert "3 h after it began" in scene.lines()[-1]
    assert "3 h after it began" in scene.surfaces().briefing
    assert scene.whispers(BENOIT)[-1].text in {one.done for one in findings.TEXT.values()}
    add(scene, {findings.OUTCOME: ["false_alarm"]})
    assert scene.lines()[-1].startswith("✅ A false alarm, says")
    assert set(scene.surfaces().showing("Resolved (false alarm)")) == set(EVERYWHERE)
    assert scene.now.found(Finding.IMPACT) == "few people", "blank is unchanged"


def test_the_form_shows_what_is_known_already(scene: Scene) -> None:
    scene.say("resolve rolled back")
    add(scene, {findings.IMPACT: "few people"})
    view = scene.open(scene.briefing(), findings.COMMAND.opener)
    shown = str(scene.bot.slack.workspace.views[view].content)
    assert "What people noticed: " in shown
    assert "few people" in shown
    assert "rolled back" in shown


def test_a_blank_form_adds_nothing(scene: Scene) -> None:
    scene.say("resolve rolled back")
    view = scene.open(scene.line(), findings.COMMAND.opener)
    assert "at least one" in str(scene.bot.slack.submit(ALICE, view, {}).errors)


@pytest.mark.parametrize(
    ("text", "thanks", "status"),
    [
        (
            "resolve false alarm: the probe was wrong",
            "Thank you, <@U0ALICE>: it was nothing",
            "Resolved (false alarm)",
        ),
        ("resolve exercise", "Thank you, everybody", "Resolved (exercise)"),
    ],
)
def test_good_ends_are_thanked_for(scene: Scene, text: str, thanks: str, status: str) -> None:
    scene.say(text, BENOIT)
    (line,) = scene.lines()
    assert thanks in line
    assert "No review needed." in line
    assert set(scene.surfaces().showing(status)) == set(EVERYWHERE)


def test_what_cannot_wait_is_named_as_long_as_it_cannot(scene: Scene) -> None:
    scene.say("action rotate the <key>")
    action = scene.line()
    scene.press(action, "action.now")
    scene.press(scene.line(), "action.owner", value=BENOIT)
    scene.say("resolve rolled back")
    assert "Still to do *now*: rotate the &lt;key&gt; (<@U0BENOIT>)." in scene.lines()[-1]
    scene.press(scene.line(0), "action.planned")
    assert "Still to do" not in scene.lines()[-1]


def test_reopening_by_word_and_by_button(scene: Scene) -> None:
    scene.say("resolve rolled back")
    scene.say("reopen errors are back", BENOIT)
    assert scene.lines()[-1].startswith("↩ <@U0BENOIT> reopened the incident: errors are back")
    assert "Next update by" in scene.lines()[-1]
    assert labels(scene.line()) == ["Undo"]
    assert labels(scene.line(0)) == ["Undo"], "an end that stands no more cannot be reopened"
    incident = scene.now
    assert incident.status == "investigating"
    assert incident.resolved_at is None
    assert incident.next_update
    shown = scene.surfaces()
    assert set(shown.showing("Investigating")) == set(EVERYWHERE)
    assert shown.row[9] == ""
    assert "Resolve" in labels(scene.briefing())
    scene.say("resolve for good")
    scene.press(scene.briefing(), REOPEN, CHIDI)
    assert scene.lines()[-1].startswith("↩ <@U0CHIDI> reopened the incident.")
    assert len(scene.facts("reopened")) == 2


def test_what_is_open_is_not_reopened_and_that_is_said_kindly(scene: Scene) -> None:
    scene.say("reopen")
    assert "nothing to reopen" in scene.whispers()[-1].text
    assert scene.lines() == []
    assert scene.facts("reopened") == []


def test_another_status_reopens_it(scene: Scene) -> None:
    scene.say("resolve rolled back")
    scene.say("monitoring")
    assert "reopened the incident: it is now *Monitoring*" in scene.lines()[-1]
    assert scene.now.is_open
    scene.say("resolve rolled back again")
    scene.say("identified it is the disk")
    assert "This reopens the incident." in scene.lines()[-1]
    assert scene.now.status == "identified"


def test_a_second_end_has_the_newest_words_and_the_first_time(scene: Scene) -> None:
    scene.say("resolve rolled back")
    ended_at = scene.now.resolved_at
    scene.wait(30)
    scene.say("resolve restarted the workers", BENOIT)
    assert scene.now.resolved_at == ended_at
    assert "restarted the workers" in scene.surfaces().board
    assert "less than a minute" in scene.lines()[-1]
    assert labels(scene.line(0)) == []
    assert labels(scene.line()) == AFTERWARDS


def test_undo_takes_back_the_end_and_the_reopening(scene: Scene) -> None:
    scene.say("monitoring")
    scene.say("resolve by mistake")
    scene.say("undo")
    assert scene.now.status == "monitoring"
    assert "Undone by <@U0ALICE>" in scene.lines()[-1]
    assert labels(scene.line()) == []
    assert "Undone by" in replies(scene)[-1].text
    assert "Resolve" in labels(scene.briefing())
    scene.say("resolve really")
    scene.say("reopen by mistake")
    scene.say("undo")
    assert scene.now.status == "resolved"
    assert labels(scene.line(2)) == AFTERWARDS, "the end stands again"


def test_commands_go_on_working_after_the_end(scene: Scene) -> None:
    scene.say("resolve rolled back")
    scene.say("sev 2")
    scene.say("ol @chidi")
    scene.say("note the cache was cold")
    assert "updates every" not in scene.lines()[1]
    incident = scene.now
    assert (incident.severity, incident.operations_lead, incident.status) == ("sev2", CHIDI, "resolved")
    assert "2 · database is down" in scene.surfaces().board


def test_the_list_has_open_ones_only_and_the_card_says_how_it_ended(scene: Scene) -> None:
    scene.say("resolve rolled back")
    scene.say("list")
    assert "No incident is open" in scene.whispers()[-1].text
    scene.say("status")
    card = scene.whispers()[-1]
    assert "after it was declared" in card.text
    assert "✅ Resolved · rolled back" in card.text
    assert "rolled back" in str(card.blocks)


def test_a_second_delivery_is_once(scene: Scene) -> None:
    said = scene.say("resolve rolled back")
    for attempt in (2, 3):
        scene.bot.deliver(said, attempt)
    scene.carry_out(*scene.bot.published())
    assert len(scene.lines()) == len(replies(scene)) == len(scene.facts("resolved")) == 1


def test_words_that_are_hostile_break_nothing(scene: Scene) -> None:
    words = "<!channel> <@U0ZOE> *x* ```\n=1+1 {person} %s " + "é" * 2000
    scene.say(f"resolve {words}")
    (line,) = scene.lines()
    assert "<!channel>" not in line
    assert len(line) < 4000
    assert scene.now.status == "resolved"
