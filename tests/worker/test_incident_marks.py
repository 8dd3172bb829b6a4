"""Messages that people put into the timeline: signed events in, what the store knows of them out."""

from __future__ import annotations

import random

import pytest

from incident.commands.events import SUBSCRIBED
from incident.commands.mark import CALLBACK, TEXT
from incident.commands.question import ANSWER_INCIDENT
from incident.model.interaction import Interaction
from incident.model.marks import File, Mark, marks_of
from incident.sandbox.faults import Fault
from incident.sandbox.slack.workspace import Message
from tests.worker.bot import ALICE, BENOIT, GENERAL, Bot, words_of
from tests.worker.scene import CHIDI, DANA, THE_BOT, ZOE, Scene

MEMO = "memo"
READS = "slack.conversations.replies"


@pytest.fixture
def scene(bot: Bot) -> Scene:
    scene = Scene.begin(bot)
    bot.slack.subscribed = frozenset(SUBSCRIBED)
    return scene


def react(scene: Scene, message: Message, user: str = ALICE, name: str = MEMO) -> None:
    scene.bot.slack.join(user, message.channel)
    scene.bot.slack.react(user, message.channel, message.ts, name)
    scene.events()


def unreact(scene: Scene, message: Message, user: str = ALICE, name: str = MEMO) -> None:
    scene.bot.slack.unreact(user, message.channel, message.ts, name)
    scene.events()


def write(scene: Scene, text: str, user: str, channel: str = "", thread: str | None = None) -> Message:
    """A person writes; that they came into the channel is dealt with."""
    message = scene.write(text, user, channel, thread)
    scene.events()
    return message


def marks(scene: Scene) -> list[Mark]:
    return marks_of(scene.now)


def mark(scene: Scene) -> Mark:
    (one,) = marks(scene)
    return one


def happened(scene: Scene) -> list[Interaction]:
    """What Slack's events are for the worker, not delivered yet."""
    assert all(reply.status == 200 for reply in scene.bot.slack.deliver_events())
    return scene.bot.published()


def calls(scene: Scene, name: str) -> int:
    return sum(call.name == name for call in scene.bot.fault_injector.calls)


def test_a_reaction_puts_a_message_into_the_timeline_and_says_nothing(scene: Scene) -> None:
    message = write(scene, "the *disk* is <full> & slow, @zoe @on-call see #general", CHIDI)
    said, briefing = scene.said(), scene.briefing()
    react(scene, message, BENOIT)
    found = mark(scene)
    assert found.text == "the *disk* is <full> & slow, @Zoé Tremblay @on-call see #general"
    assert (found.author, found.author_name, found.is_marked, found.is_read) == (CHIDI, "Chidi", True, True)
    assert abs(found.happened_at.timestamp() - float(message.ts)) < 0.001
    assert found.link == f"{scene.bot.slack.url}/archives/{scene.channel}/p{message.ts.replace('.', '')}"
    (fact,) = scene.facts("message_marked")
    assert (fact.by, fact.data["emoji"]) == (BENOIT, MEMO)
    assert scene.said() == said, "quietly"
    assert scene.briefing().ts == briefing.ts
    assert not scene.whispers(BENOIT)
    assert not scene.bot.unfinished()


def test_another_reaction_does_not(scene: Scene) -> None:
    react(scene, write(scene, "fine", CHIDI), name="tada")
    assert marks(scene) == []


def test_a_reply_in_a_thread(scene: Scene) -> None:
    parent = write(scene, "any idea?", ZOE)
    reply = write(scene, "the cache is cold", CHIDI, thread=parent.ts)
    write(scene, "thanks", ZOE, thread=parent.ts)
    react(scene, reply)
    found = mark(scene)
    assert (found.text, found.thread_ts) == ("the cache is cold", parent.ts)
    assert found.link.endswith(f"/p{reply.ts.replace('.', '')}?thread_ts={parent.ts}&cid={scene.channel}")


def test_an_alert_of_an_integration(scene: Scene) -> None:
    attachments = [
        {"fallback": "down", "title": "db-1 <is> down", "fields": [{"title": "State", "value": "bad"}]}
    ]
    ts = scene.bot.slack.webhook(scene.channel, "", "Grafana", attachments=attachments)
    react(scene, scene.bot.slack.workspace.messages[ts])
    found = mark(scene)
    assert "down" in found.text
    assert "State: bad" in found.text
    assert (found.author, found.author_name) == ("", "Grafana")


def test_files_are_named_and_linked(scene: Scene) -> None:
    scene.bot.slack.join(CHIDI, scene.channel)
    ts = scene.bot.slack.upload(CHIDI, scene.channel, ["graph 1.png", "=core.bin"], "see")
    react(scene, scene.bot.slack.workspace.messages[ts])
    first, second = mark(scene).files
    assert (first.name, second.name) == ("graph 1.png", "=core.bin")
    assert first.url.startswith(scene.bot.slack.url)


def test_a_forwarded_message(scene: Scene) -> None:
    said = write(scene, "payments time out", ZOE, GENERAL)
    scene.bot.slack.join(CHIDI, scene.channel)
    ts = scene.bot.slack.forward(CHIDI, GENERAL, said.ts, scene.channel, "from general")
    react(scene, scene.bot.slack.workspace.messages[ts])
    found = mark(scene)
    assert found.text.startswith("from general\n")
    assert found.text.endswith(": payments time out")
    assert found.author == CHIDI


def test_a_long_one_with_code_and_lists(scene: Scene) -> None:
    text = "why:\n• one\n• two\n```\nif a < b:\n    go\n```\n" + "x" * 4000
    react(scene, write(scene, text, CHIDI))
    found = mark(scene)
    assert found.text == text[:2999] + "…"


def test_the_bots_own_line_and_its_edits(scene: Scene) -> None:
    scene.say("severity 2")
    react(scene, scene.line(), ZOE)
    found = mark(scene)
    assert found.author == ""
    assert found.author_name
    assert "SEV2" in found.text
    assert f"<@{ALICE}>" not in found.text
    scene.bot.undo_time()
    assert happened(scene) == [], "its own edits are no news to the bot"


def test_two_people_on_one_message(scene: Scene) -> None:
    message = write(scene, "look", CHIDI)
    react(scene, message, ALICE)
    scene.bot.fault_injector.calls.clear()
    react(scene, message, BENOIT, f"{MEMO}::skin-tone-2")
    assert calls(scene, READS) == 0, "it is known what it says"
    unreact(scene, message, ALICE)
    assert mark(scene).is_marked
    unreact(scene, message, BENOIT, f"{MEMO}::skin-tone-2")
    found = mark(scene)
    assert (found.is_marked, found.unmarked_by, found.text) == (False, BENOIT, "look")
    react(scene, message, ALICE)
    assert mark(scene).is_marked


def test_what_was_taken_off_stays_off_in_whatever_order_it_comes(scene: Scene) -> None:
    message = write(scene, "look", CHIDI)
    scene.bot.slack.react(CHIDI, scene.channel, message.ts, MEMO)
    scene.bot.slack.unreact(CHIDI, scene.channel, message.ts, MEMO)
    added, removed = happened(scene)
    scene.carry_out(removed)
    assert marks(scene) == []
    scene.carry_out(added)
    assert not mark(scene).is_marked


def test_an_edit_follows_and_a_preview_does_not(scene: Scene) -> None:
    message = write(scene, "see https://x.example", CHIDI)
    react(scene, message)
    scene.bot.slack.unfurl(message.ts, "X", "the page")
    assert happened(scene) == []
    scene.bot.slack.edit(CHIDI, scene.channel, message.ts, "see below, @zoe")
    scene.events()
    found = mark(scene)
    assert (found.text, found.is_edited) == ("see below, @Zoé Tremblay", True)


def test_the_newest_edit_wins_in_whatever_order_they_come(scene: Scene) -> None:
    message = write(scene, "one", CHIDI)
    react(scene, message)
    for text in ("two", "three", "one"):
        scene.bot.slack.edit(CHIDI, scene.channel, message.ts, text)
    first, second, third = happened(scene)
    scene.carry_out(third, first, second, first)
    assert mark(scene).text == "one"


def test_an_edit_that_overtakes_the_mark_is_not_missed(scene: Scene) -> None:
    message = write(scene, "one", CHIDI)
    scene.bot.slack.react(CHIDI, scene.channel, message.ts, MEMO)
    scene.bot.slack.edit(CHIDI, scene.channel, message.ts, "two")
    marked, edited = happened(scene)
    scene.carry_out(edited, marked)
    found = mark(scene)
    assert (found.text, found.is_edited) == ("two", True)


@pytest.mark.parametrize("has_replies", [False, True])
def test_a_deleted_message_keeps_its_words(scene: Scene, has_replies: bool) -> None:
    message = write(scene, "my fault", CHIDI)
    if has_replies:
        write(scene, "no", ZOE, thread=message.ts)
    react(scene, message)
    scene.bot.slack.delete(CHIDI, scene.channel, message.ts)
    scene.events()
    found = mark(scene)
    assert (found.text, found.is_deleted, found.is_marked) == ("my fault", True, True)
    scene.say("status", ZOE)
    assert "💬 my fault (deleted since)" in words_of(scene.whispers(ZOE)[-1])


@pytest.mark.parametrize("has_replies", [False, True])
def test_one_that_is_deleted_before_it_could_be_read(scene: Scene, has_replies: bool) -> None:
    message = write(scene, "my fault", CHIDI)
    if has_replies:
        write(scene, "no", ZOE, thread=message.ts)
    scene.bot.slack.react(CHIDI, scene.channel, message.ts, MEMO)
    scene.bot.slack.delete(CHIDI, scene.channel, message.ts)
    marked, deleted = happened(scene)
    scene.carry_out(deleted, marked)
    found = mark(scene)
    assert (found.is_deleted, found.is_read) == (True, False)
    assert not scene.bot.unfinished()


def test_what_people_change_elsewhere_or_unmarked_is_ignored_without_a_word(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere, here = write(scene, "hello", CHIDI, GENERAL), write(scene, "hello", CHIDI)
    scene.bot.slack.invite(CHIDI, GENERAL, THE_BOT)
    scene.events()
    version = scene.now.version
    capsys.readouterr()
    scene.bot.slack.react(CHIDI, GENERAL, elsewhere.ts, MEMO)
    for message in (elsewhere, here):
        scene.bot.slack.edit(CHIDI, message.channel, message.ts, "hello!")
        scene.bot.slack.delete(CHIDI, message.channel, message.ts)
    events = happened(scene)
    assert len(events) == 5
    capsys.readouterr()
    scene.carry_out(*events)
    assert scene.now.version == version
    assert "incident.command" not in capsys.readouterr().out
    assert not scene.bot.unfinished()


def test_ordinary_messages_are_not_published(scene: Scene) -> None:
    write(scene, "hello", CHIDI)
    scene.say("note all is well")
    assert happened(scene) == []


def test_slack_is_slow_to_let_it_be_read(scene: Scene) -> None:
    scene.bot.fault_injector.break_(READS, Fault(status=429, retry_after=30), times=4)
    react(scene, write(scene, "look", CHIDI))
    assert not mark(scene).is_read
    for _ in range(6):
        scene.bot.minute()
    assert mark(scene).text == "look"
    assert not scene.bot.notices()


def test_undo_takes_a_mark_back(scene: Scene) -> None:
    react(scene, write(scene, "look", CHIDI), BENOIT)
    scene.say("undo", BENOIT)
    assert [one.is_marked for one in marks(scene)] in ([], [False])
    scene.say("status", ZOE)
    assert "look" not in words_of(scene.whispers(ZOE)[-1])


def test_the_menu_and_a_reaction_are_one_entry(scene: Scene) -> None:
    message = write(scene, "look at @zoe", CHIDI)
    react(scene, message)
    scene.shortcut(message, CALLBACK, BENOIT)
    assert scene.whispers(BENOIT)[-1].text == TEXT["en"].done
    unreact(scene, message)
    found = mark(scene)
    assert (found.is_marked, found.text) == (True, "look at @Zoé Tremblay")
    scene.say("status", ZOE)
    assert words_of(scene.whispers(ZOE)[-1]).count("look at") == 1


def test_a_message_of_a_channel_that_the_bot_is_not_in(scene: Scene) -> None:
    """What the menu brought is what is known of it; names are asked for all the same."""
    scene.bot.slack.join(CHIDI, GENERAL)
    ts = scene.bot.slack.upload(CHIDI, GENERAL, ["graph.png"], "ask @zoe in #incident-sre")
    message = scene.bot.slack.workspace.messages[ts]
    scene.shortcut(message, CALLBACK, BENOIT)
    scene.press(scene.whispers(BENOIT)[-1], ANSWER_INCIDENT, BENOIT, value=scene.channel)
    found = mark(scene)
    assert found.text == "ask @Zoé Tremblay in #incident-sre"
    assert (found.author_name, found.channel) == ("Chidi", GENERAL)
    assert [type(one) for one in found.files] == [File]
    assert found.files[0].url
    assert found.link.endswith(f"archives/{GENERAL}/p{ts.replace('.', '')}")


def test_a_hundred_reactions_in_ten_seconds_in_any_order_and_twice(scene: Scene) -> None:
    messages = [write(scene, f"message {number} for @zoe", ZOE) for number in range(40)]
    people = (ZOE, CHIDI, DANA)
    for user in people:
        scene.bot.slack.join(user, scene.channel)
    happened(scene)
    given = [(message, user) for message in messages for user in people][:100]
    scene.bot.slack.enforce_rate_limits = True
    for message, user in given:
        scene.bot.slack.react(user, scene.channel, message.ts, MEMO)
    events = happened(scene)
    assert len(events) == 100
    events += events
    random.Random(9).shuffle(events)
    scene.bot.fault_injector.calls.clear()
    scene.carry_out(*events)
    for _ in range(5):
        scene.bot.minute()
    found = marks(scene)
    assert [one.text for one in found] == [f"message {n} for @Zoé Tremblay" for n in range(len(found))]
    assert len(found) == 34
    assert all(one.is_marked for one in found)
    assert len(scene.facts("message_marked")) == 100
    assert calls(scene, READS) < 50, "one each, and those that Slack put off"
    assert not scene.bot.unfinished()
