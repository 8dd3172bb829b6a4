"""Updates and the status: what is new, where it stands, and when the next one comes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from incident.commands.update import COMMAND, PROMISE, STATUS, WORDS
from incident.sandbox.faults import Fault
from tests.worker.bot import ALICE, BENOIT, EVERYWHERE, SRE, Bot
from tests.worker.scene import DANA, ZOE, Scene, labels

DOWN = Fault(status=503)


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


def test_words_are_one_line_and_everywhere_they_belong(scene: Scene) -> None:
    scene.say("update we rolled back, errors *fall* & <rise>", BENOIT)
    (line,) = scene.lines()
    assert line.startswith("*Update* from <@U0BENOIT>: we rolled back, errors *fall* &amp; &lt;rise&gt;")
    assert re.search(r"Next update by <!date\^\d+\^", line), "in the reader's own time"
    shown = scene.surfaces()
    for words in (shown.briefing, shown.board):
        assert "we rolled back, errors *fall* & <rise>" in words
    (reply,) = scene.thread()
    assert "we rolled back" in reply
    told = scene.now.last_update
    assert told
    assert told.by == BENOIT
    assert labels(scene.line()) == ["Undo"]


def test_no_reply_on_the_board_is_broadcast_and_none_stands_in_the_channel(scene: Scene) -> None:
    before = len(scene.bot.said(SRE))
    scene.say("update one")
    replies = [m for m in scene.bot.slack.workspace.messages.values() if m.thread_ts == scene.board().ts]
    assert not any(reply.broadcast for reply in replies)
    assert len(scene.bot.slack.workspace.history(SRE)) >= before
    assert len(scene.lines()) == 1


@pytest.mark.parametrize("text", ["maj on a tout annulé", "MAJ on a tout annulé"])
def test_the_french_verb(scene: Scene, text: str) -> None:
    scene.say(text)
    assert scene.now.last_update
    assert scene.now.last_update.text == "on a tout annulé"


@pytest.mark.parametrize(
    ("verbs", "status", "label"),
    [
        (("investigating", "analyse"), "investigating", "Investigating"),
        (("identified", "trouvé"), "identified", "Identified"),
        (("monitoring", "surveillance"), "monitoring", "Monitoring"),
    ],
)
def test_a_status_alone_and_with_words(scene: Scene, verbs: tuple[str, str], status: str, label: str) -> None:
    scene.say("update it began")
    for number, verb in enumerate(verbs):
        scene.say("identified" if status != "identified" else "monitoring")
        scene.say(verb)
        assert scene.now.status == status
        assert scene.now.last_update
        assert scene.now.last_update.text != verb
        assert label in scene.lines()[-1]
        assert set(scene.surfaces().showing(label)) == set(EVERYWHERE)
        replies = len(scene.thread())
        scene.say(f"{verb} words {number}")
        assert scene.now.last_update
        assert scene.now.last_update.text == f"words {number}"
        assert label in scene.lines()[-1]
        assert f"words {number}" in scene.lines()[-1]
        assert len(scene.thread()) == replies + 1, "words go to the board's thread, a status alone does not"


def test_the_form_has_words_status_and_promise(scene: Scene) -> None:
    scene.fill_in(COMMAND.opener, {WORDS: "we watch & <wait>", STATUS: "monitoring", PROMISE: "60"}, BENOIT)
    incident = scene.now
    assert incident.status == "monitoring"
    assert incident.promise == "60"
    assert incident.last_update
    assert incident.last_update.by == BENOIT
    assert incident.next_update == incident.last_update.at + timedelta(minutes=60)
    (line,) = scene.lines()
    assert "we watch &amp; &lt;wait&gt;" in line


def test_no_promise_is_no_promise(scene: Scene) -> None:
    scene.fill_in(COMMAND.opener, {WORDS: "nothing more tonight", PROMISE: "none"})
    assert scene.now.next_update is None
    assert "Next update by" not in scene.lines()[0]
    assert "none promised" in scene.surfaces().briefing


def test_the_default_is_by_severity_and_a_line_keeps_its_promise_as_it_was_given(scene: Scene) -> None:
    scene.say("severity 1")
    scene.say("update one")
    incident = scene.now
    assert incident.last_update
    assert incident.next_update == incident.last_update.at + timedelta(minutes=15)
    scene.say("update two")
    first, second = scene.lines()[1:]
    assert "Next update by" in first
    assert "Next update by" in second


def test_the_form_opens_without_the_store_and_works_once_it_is_back(scene: Scene) -> None:
    scene.bot.fault_injector.break_("slack.views.update", DOWN)
    reply = scene.bot.slack.press(ALICE, scene.channel, scene.briefing().ts, COMMAND.opener)
    assert reply.view, "the press alone opens it: nothing was delivered to the worker"
    late = scene.bot.published()
    scene.bot.slack.submit(ALICE, reply.view, {WORDS: "words"})
    scene.carry_out(*late, *scene.bot.published())
    assert len(scene.lines()) == 1


def test_a_blank_form_says_why(scene: Scene) -> None:
    view = scene.open(scene.briefing(), COMMAND.opener)
    assert "write what is new" in str(scene.bot.slack.submit(ALICE, view, {WORDS: "  "}).errors)


def test_who_sees_the_line_is_told_nothing_more(scene: Scene) -> None:
    before = len(scene.whispers())
    scene.say("update one")
    assert len(scene.whispers()) == before


def test_followers_read_it_in_person_once_and_may_stop(scene: Scene) -> None:
    scene.press(scene.board(), "incident.follow", DANA)
    scene.press(scene.board(), "incident.follow", BENOIT)
    assert "You get its updates" in scene.whispers(DANA)[-1].text
    said = scene.say("update one")
    (told,) = scene.direct(DANA)
    assert "one" in told.text
    assert labels(told) == ["Unfollow"]
    (french,) = scene.direct(BENOIT)
    assert labels(french) == ["Ne plus suivre"]
    scene.carry_out(said)
    assert len(scene.direct(DANA)) == 1, "a second delivery tells nobody again"
    scene.press(told, "incident.unfollow", DANA)
    scene.say("update two")
    assert len(scene.direct(DANA, "incident_followed")) == 1
    scene.say("identified")
    assert len(scene.direct(BENOIT, "incident_followed")) == 2, "a status alone is no update"
    assert scene.direct(ZOE) == []


def test_an_update_before_its_board_and_report_are_there_is_kept(bot: Bot) -> None:
    bot.fault_injector.break_("docs.*", DOWN)
    bot.fault_injector.break_("drive.*", DOWN)
    scene = Scene.begin(bot)
    scene.say("update nobody can pay")
    (line,) = scene.lines()
    assert "nobody can pay" in line
    bot.fault_injector.mend()
    for _ in range(4):
        bot.minute()
    assert scene.now.document_id
    assert "Investigating" in scene.surfaces().report


def test_a_second_delivery_is_once(scene: Scene) -> None:
    said = scene.say("update one")
    for attempt in (2, 3):
        scene.bot.deliver(said, attempt)
    scene.carry_out(*scene.bot.published())
    assert len(scene.lines()) == 1
    assert len(scene.thread()) == 1
    assert len(scene.facts("update_posted")) == 1


def test_words_that_are_hostile_break_nothing(scene: Scene) -> None:
    words = "<!channel> <@U0ZOE> *x* ```\n=1+1 {person} %s " + "é" * 2000
    scene.say(f"update {words}")
    (line,) = scene.lines()
    assert "<!channel>" not in line
    assert len(line) < 4000
    assert scene.now.last_update
