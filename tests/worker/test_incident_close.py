"""Closing: the question, the copy of the channel, the archiving days later, and the ways back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from incident.commands.close import CLOSE, WORDS
from incident.commands.events import SUBSCRIBED
from incident.commands.refusal import WORDS as REFUSALS
from incident.commands.refusal import Reason
from incident.commands.reopen import REOPEN
from incident.commands.resolve import COMMAND as RESOLVE
from incident.model.facts import FactKind
from incident.sandbox.faults import Fault
from incident.sandbox.google.state import DOCUMENT, DriveFile
from incident.services.slack_history import SlackHistory
from tests.worker.bot import ALICE, BENOIT, Bot, running, words_of
from tests.worker.scene import CHIDI, THE_BOT, Scene, buttons

WEEK = 7 * 24 * 60.0
SAID = re.compile(r"^ *(↳ )?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  ", re.MULTILINE)
"""The start of each message of a copy."""


def begin(bot: Bot) -> Scene:
    """An incident; Slack tells the bot of all that it asks for."""
    bot.slack.subscribed = frozenset(SUBSCRIBED)
    return Scene.begin(bot)


def ask_and_close(scene: Scene, user: str = ALICE) -> None:
    """A person types the verb, and says yes."""
    scene.say("close", user)
    scene.press(scene.whispers(user)[-1], CLOSE, user)


def closed(bot: Bot) -> Scene:
    """An incident that was closed just now, the copy and all."""
    scene = begin(bot)
    scene.say("resolve rolled back")
    ask_and_close(scene)
    return scene


def files(bot: Bot) -> list[DriveFile]:
    """The copies of channels that are not in the trash."""
    found = [file for file in bot.google.files() if file.mime_type == DOCUMENT]
    return [file for file in found if "channel_of" in file.app_properties and not file.trashed]


def copy_of(bot: Bot) -> str:
    """The text of the only copy."""
    (file,) = files(bot)
    return bot.google.document_text(file.id)


def is_archived(scene: Scene) -> bool:
    """Whether Slack has archived the channel."""
    return scene.bot.slack.workspace.channels[scene.channel].archived


def texts_of(scene: Scene) -> list[str]:
    """The texts of what everybody can read in the channel, oldest first."""
    return [m.text for m in scene.bot.slack.workspace.history(scene.channel)]


def finish(scene: Scene, minutes: int = 30) -> None:
    """Minutes go by, each with its tick, until the copy is there."""
    for _ in range(minutes):
        if scene.now.export_url:
            return
        scene.bot.minute()
    raise AssertionError("the channel is not copied")


# The question.


def test_it_asks_and_says_what_will_happen(bot: Bot) -> None:
    scene = begin(bot)
    scene.say("resolve rolled back")
    lines = scene.lines()
    scene.say("close", CHIDI)
    question = scene.whispers(CHIDI)[-1]
    assert "copied into a document" in question.text
    assert "7 days later" in question.text
    assert buttons(question) == [CLOSE]
    assert scene.now.closed_at is None
    assert scene.lines() == lines
    assert files(bot) == []


def test_in_french(bot: Bot) -> None:
    scene = begin(bot)
    scene.say("fermer", BENOIT)
    assert "Fermer cet incident?" in scene.whispers(BENOIT)[-1].text


def test_what_is_not_resolved_can_be_resolved_first_or_closed_all_the_same(bot: Bot) -> None:
    scene = begin(bot)
    scene.say("close")
    question = scene.whispers()[-1]
    assert "not resolved yet" in question.text
    assert buttons(question) == [RESOLVE.opener, CLOSE]
    view = scene.open(question, RESOLVE.opener)
    scene.submit(view, {"fix": "rolled back"})
    assert not scene.now.is_open
    ask_and_close(scene)
    assert scene.now.closed_at


def test_what_is_not_resolved_can_be_closed(bot: Bot) -> None:
    scene = begin(bot)
    ask_and_close(scene)
    assert scene.now.closed_at
    assert scene.now.is_open
    scene.say("reopen")
    assert scene.now.closed_at is None


def test_a_second_press_does_nothing_twice(bot: Bot) -> None:
    scene = begin(bot)
    scene.say("resolve rolled back")
    scene.say("close")
    scene.say("close", CHIDI)
    first, second = scene.whispers()[-1], scene.whispers(CHIDI)[-1]
    scene.press(first, CLOSE)
    lines = scene.lines()
    scene.press(second, CLOSE, CHIDI)
    assert scene.lines() == lines
    assert len(scene.facts(FactKind.CLOSED)) == 1
    assert len(files(bot)) == 1
    assert scene.whispers(CHIDI)[-1].text == REFUSALS["en"][Reason.CLOSED]


def test_presses_at_the_same_time_are_one_closing(bot: Bot) -> None:
    scene = begin(bot)
    scene.say("close")
    question = scene.whispers()[-1]
    for _ in range(2):
        assert bot.slack.press(ALICE, scene.channel, question.ts, CLOSE).status == 200
    first, second = bot.published()
    assert first.id != second.id
    scene.carry_out(first, second)
    assert len(scene.facts(FactKind.CLOSED)) == 1
    assert len(files(bot)) == 1


def test_a_question_of_before_a_reopening_counts_for_nothing(bot: Bot) -> None:
    scene = begin(bot)
    scene.say("close", CHIDI)
    old = scene.whispers(CHIDI)[-1]
    ask_and_close(scene)
    scene.say("reopen")
    scene.press(old, CLOSE, CHIDI)
    assert scene.now.closed_at is None
    assert scene.whispers(CHIDI)[-1].text == REFUSALS["en"][Reason.QUESTION_OLD]


# The copy.


def test_the_line_says_who_when_where_and_how_to_go_on(bot: Bot) -> None:
    scene = closed(bot)
    assert scene.whispers()[-1].text == WORDS["en"]["done"], "in place of the question"
    line = scene.line()
    assert line.text.startswith(f"<@{ALICE}> closed this incident.")
    assert scene.now.export_url in str(line.blocks)
    assert "will be archived" in words_of(line)
    assert WORDS["en"]["differs"] not in words_of(line)
    assert "/incident reopen" in words_of(line)


def test_the_copy_stands_beside_the_report_and_is_named_like_it(bot: Bot) -> None:
    scene = closed(bot)
    (file,) = files(bot)
    report = next(one for one in bot.google.files() if one.id == scene.now.document_id)
    assert file.parent == report.parent
    assert file.name == f"{report.name} – channel"
    assert scene.now.export_id == file.id


def talk(scene: Scene, count: int) -> None:
    """So many messages; every tenth has two replies, every fifteenth a file."""
    for number in range(count):
        said = scene.write(f"message {number} <b> & {'é' * 3}")
        if number % 10 == 0:
            for reply in range(2):
                scene.write(f"reply {reply} to {number}", CHIDI, thread=said.ts)
        if number % 15 == 0:
            scene.bot.slack.upload(ALICE, scene.channel, [f"graph {number}.png"], "see")
    scene.events()


def test_a_long_channel_is_copied_whole_in_order(bot: Bot) -> None:
    scene = begin(bot)
    talk(scene, 355)
    before = len(texts_of(scene))
    assert before >= 450
    ask_and_close(scene)
    finish(scene)
    copy = copy_of(bot)
    found = [int(one) for one in re.findall(r": message (\d+) <b> & ééé\n", copy)]
    assert found == list(range(355))
    assert f"Messages: {len(SAID.findall(copy))}, as many as Slack counts." in copy
    assert len(SAID.findall(copy)) >= before
    assert re.search(r"message 20 .*\n    ↳ [^\n]*: reply 0 to 20\n    ↳ [^\n]*: reply 1 to 20\n", copy)
    assert copy.count("File: graph ") == 24
    assert "U0ALICE" not in copy
    assert not bot.notices()


def test_files_lead_to_slack(bot: Bot) -> None:
    scene = begin(bot)
    ts = bot.slack.upload(ALICE, scene.channel, ["graph.png"], "see")
    ask_and_close(scene)
    (file,) = files(bot)
    link = bot.slack.workspace.messages[ts].files[0]["permalink"]
    runs = [run for paragraph in bot.google.document(file.id).paragraphs for run in paragraph.runs]
    assert ("graph.png", link) in [(run.text, run.link) for run in runs]


def test_what_was_deleted_is_not_in_the_copy(bot: Bot) -> None:
    scene = begin(bot)
    doomed, parent = scene.write("the password is x"), scene.write("a thread")
    scene.write("kept reply", CHIDI, thread=parent.ts)
    bot.slack.delete(ALICE, scene.channel, doomed.ts)
    bot.slack.delete(ALICE, scene.channel, parent.ts)
    ask_and_close(scene)
    copy = copy_of(bot)
    assert "password" not in copy
    assert "a thread" not in copy
    assert "kept reply" in copy
    assert "as many as Slack counts" in copy


def test_what_is_deleted_while_it_is_copied_is_taken_out(bot: Bot) -> None:
    scene = begin(bot)
    doomed = scene.write("the password is x")

    def delete(call: object, when: str) -> None:
        wrote = str(getattr(call, "name", "")) == "docs.documents.batchUpdate" and when == "acted"
        if wrote and doomed.ts in bot.slack.workspace.messages and "password" in copy_of(bot):
            bot.slack.delete(ALICE, scene.channel, doomed.ts)

    bot.fault_injector.watch(delete)
    ask_and_close(scene)
    copy = copy_of(bot)
    assert "password" not in copy
    assert f"Messages: {len(SAID.findall(copy))}, as many as Slack counts." in copy


@pytest.mark.parametrize(
    "method", ["slack.conversations.history", "slack.conversations.replies", "docs.documents.batchUpdate"]
)
@pytest.mark.parametrize("acts", [False, True])
def test_a_service_that_fails_in_the_middle_leaves_one_copy(bot: Bot, method: str, acts: bool) -> None:
    scene = begin(bot)
    talk(scene, 30)
    bot.fault_injector.break_(method, Fault(status=500, acts=acts), times=3, after=1)
    ask_and_close(scene)
    finish(scene)
    copy = copy_of(bot)
    assert [int(one) for one in re.findall(r": message (\d+) ", copy)] == list(range(30))
    assert f"Messages: {len(SAID.findall(copy))}, as many as Slack counts." in copy


def test_a_lost_answer_to_making_the_document_leaves_one(bot: Bot) -> None:
    scene = begin(bot)
    bot.fault_injector.break_("drive.files.create", Fault(status=500, acts=True), times=1)
    bot.google.search_lag_seconds = 60.0
    ask_and_close(scene)
    finish(scene)
    for _ in range(10):
        bot.minute()
    (file,) = files(bot)
    assert scene.now.export_id == file.id


def test_slack_asking_to_wait_is_waiting_and_nobody_is_told(bot: Bot) -> None:
    scene = begin(bot)
    talk(scene, 30)
    busy = Fault(status=429, error="ratelimited", retry_after=40)
    bot.fault_injector.break_("slack.conversations.replies", busy, times=4)
    ask_and_close(scene)
    assert not scene.now.export_url
    finish(scene)
    assert not bot.notices()


# The archiving.


def test_the_channel_is_archived_after_the_days_and_not_before(bot: Bot) -> None:
    scene = closed(bot)
    scene.wait(WEEK - 5)
    assert not is_archived(scene)
    scene.wait(10)
    assert is_archived(scene)
    assert scene.now.is_archived
    assert [fact.by for fact in scene.facts(FactKind.CHANNEL_ARCHIVED)] == [""]
    assert not bot.unfinished()


def test_what_is_said_after_the_closing_is_copied_before_the_archiving(bot: Bot) -> None:
    scene = begin(bot)
    old = scene.write("an old thread")
    ask_and_close(scene)
    scene.wait(60)
    scene.write("one more thing", CHIDI)
    scene.write("a late reply", CHIDI, thread=old.ts)
    scene.wait(WEEK)
    assert is_archived(scene)
    copy = copy_of(bot)
    assert copy.count("one more thing") == 1
    assert copy.count("a late reply") == 1
    assert copy.index("closed this incident") > copy.index("an old thread")


def test_at_once_where_that_is_set(tmp_path: Path) -> None:
    with running(tmp_path, INCIDENT_ARCHIVE_AFTER_DAYS="0") as bot:
        scene = closed(bot)
        finish(scene)
        assert is_archived(scene)
        assert scene.now.export_url


def test_reopened_before_that_it_stays(bot: Bot) -> None:
    scene = closed(bot)
    scene.wait(60)
    scene.say("reopen errors are back")
    assert scene.now.closed_at is None
    scene.wait(WEEK)
    assert not is_archived(scene)
    assert not scene.facts(FactKind.CHANNEL_ARCHIVED)


@pytest.mark.parametrize("days", ["0", "7"])
def test_a_reopening_that_is_taken_back_just_before_the_archiving_holds_it_up_only(
    tmp_path: Path, days: str
) -> None:
    with running(tmp_path, INCIDENT_ARCHIVE_AFTER_DAYS=days) as bot:
        scene = begin(bot)
        scene.say("resolve rolled back")
        bot.fault_injector.break_(
            "slack.conversations.history", Fault(429, retry_after=30, error="ratelimited")
        )
        ask_and_close(scene)
        scene.wait(float(days) * 24 * 60 - 3 if days != "0" else 1)
        scene.say("reopen")
        bot.fault_injector.mend()
        for _ in range(6):
            bot.minute()
        assert not is_archived(scene)
        scene.say("undo")
        for _ in range(12):
            bot.minute()
        assert scene.now.closed_at
        assert is_archived(scene)
        assert not bot.notices()


def test_closed_again_right_after_a_reopening_nothing_waits(tmp_path: Path) -> None:
    with running(tmp_path, INCIDENT_ARCHIVE_AFTER_DAYS="0") as bot:
        scene = begin(bot)
        bot.fault_injector.break_(
            "slack.conversations.history", Fault(429, retry_after=30, error="ratelimited")
        )
        ask_and_close(scene)
        scene.say("reopen")
        bot.fault_injector.mend()
        ask_and_close(scene)
        for _ in range(3):
            bot.minute()
        assert is_archived(scene)


def test_the_report_and_the_line_say_where_the_copy_is(bot: Bot) -> None:
    scene = closed(bot)
    first = scene.now.export_url
    assert f"Closed the incident: {first}" in scene.report()
    scene.say("reopen")
    ask_and_close(scene)
    finish(scene)
    second = scene.now.export_url
    scene.wait(2)
    assert first != second
    assert f"Closed the incident: {first}" in scene.report()
    assert f"Closed the incident: {second}" in scene.report()


def test_a_copy_that_may_lack_something_is_said_in_the_channel_too(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    recount = SlackHistory.recount
    monkeypatch.setattr(SlackHistory, "recount", lambda *given: recount(*given) + 1)
    scene = closed(bot)
    assert "Slack counts" in copy_of(bot)
    assert WORDS["en"]["differs"] in words_of(scene.line())


def test_closed_again_it_is_archived_by_the_second_closing(bot: Bot) -> None:
    scene = closed(bot)
    scene.wait(2 * 24 * 60)
    scene.say("reopen")
    scene.wait(2 * 24 * 60)
    ask_and_close(scene)
    assert len(files(bot)) == 2
    scene.wait(4 * 24 * 60)
    assert not is_archived(scene)
    scene.wait(4 * 24 * 60)
    assert is_archived(scene)


# The ways back.


def test_a_person_unarchives_and_the_incident_is_open_again(bot: Bot) -> None:
    scene = closed(bot)
    scene.wait(WEEK + 5)
    bot.slack.unarchive(CHIDI, scene.channel)
    scene.events()
    now = scene.now
    assert (now.is_archived, now.closed_at, now.is_open) == (False, None, True)
    assert [fact.by for fact in scene.facts(FactKind.REOPENED)] == [CHIDI]
    assert scene.lines()[-1].startswith(f"↩ <@{CHIDI}> unarchived the channel: the incident is open again.")
    assert THE_BOT in scene.members()
    scene.say("update looking again", CHIDI)
    assert "looking again" in scene.lines()[-1]


def test_reopening_what_was_archived_meanwhile_says_how(bot: Bot) -> None:
    scene = begin(bot)
    scene.say("resolve rolled back")
    resolved = scene.line()
    ask_and_close(scene)
    assert bot.slack.press(CHIDI, scene.channel, resolved.ts, REOPEN).status == 200
    (press,) = bot.published()
    bot.slack.archive(ALICE, scene.channel)
    scene.events()
    scene.carry_out(press)
    assert scene.now.closed_at
    assert REFUSALS["en"][Reason.ARCHIVED] in [m.text for m in scene.direct(CHIDI) + scene.whispers(CHIDI)]


def test_a_person_archives_and_unarchives_an_open_incident(bot: Bot) -> None:
    scene = begin(bot)
    bot.slack.archive(ALICE, scene.channel)
    scene.events()
    assert scene.now.is_archived
    bot.slack.unarchive(CHIDI, scene.channel)
    scene.events()
    assert not scene.now.is_archived
    assert scene.facts(FactKind.REOPENED) == []
    assert scene.lines()[-1].startswith(f"<@{CHIDI}> unarchived the channel.")
    assert not bot.unfinished()
    assert not bot.notices()


@pytest.mark.parametrize("is_known", [True, False])
def test_surfaces_elsewhere_go_on_while_it_is_archived(bot: Bot, is_known: bool) -> None:
    scene = begin(bot)
    said = bot.slack.type(ALICE, scene.channel, "/incident severity 1")
    assert said.status == 200
    (change,) = bot.published()
    bot.slack.archive(ALICE, scene.channel)
    if is_known:
        scene.events()
    scene.carry_out(change)
    assert "SEV1" in words_of(scene.board())
    assert "SEV1" not in words_of(scene.briefing())
    scene.events()
    bot.undo_time()
    assert not bot.unfinished()
    bot.slack.unarchive(CHIDI, scene.channel)
    scene.events()
    assert "SEV1" in words_of(scene.briefing())
    assert not bot.unfinished()


def test_a_private_channel_has_to_let_the_bot_in(bot: Bot) -> None:
    scene = begin(bot)
    bot.slack.archive(ALICE, scene.channel)
    scene.events()
    bot.fault_injector.break_("slack.conversations.join", Fault(status=200, error="channel_not_found"))
    bot.slack.unarchive(CHIDI, scene.channel)
    scene.events()
    assert "let me in with /invite" in scene.direct(CHIDI)[-1].text
    assert not scene.now.is_archived
