"""Undo: for ten minutes, by whoever did it and by the incident commander; what was changed since stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from incident.commands.undo import UNDO
from incident.sandbox.slack.interactions import NotPossibleError
from tests.worker.bot import ALICE, BENOIT, EVERYWHERE, Bot
from tests.worker.scene import CHIDI, ZOE, Scene, buttons

GONE = "Undone by <@{}>."


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


UNDOABLE: dict[str, Callable[[Scene], object]] = {
    "ol @chidi": lambda scene: scene.now.operations_lead == ALICE,
    "comms @chidi": lambda scene: scene.now.holder("communications_lead") == "",
    "scribe @chidi": lambda scene: scene.now.holder("scribe") == "",
    "update we rolled back": lambda scene: scene.now.last_update is None,
    "identified": lambda scene: scene.now.status == "investigating",
    "monitoring we watch": lambda scene: scene.now.status == "investigating" and not scene.now.last_update,
    "sev 1": lambda scene: scene.now.severity is None,
    "note it was the cache": lambda _: True,
    "did restarted it": lambda _: True,
    "decision fail over": lambda scene: not scene.now.decisions,
    "action rotate the key": lambda scene: not scene.now.actions,
    "rename payments time out": lambda scene: scene.now.title == "database is down",
}


@pytest.mark.parametrize("text", UNDOABLE)
def test_each_kind_by_who_did_it(scene: Scene, text: str) -> None:
    before, report = scene.surfaces(), scene.report()
    scene.say(text, BENOIT)
    words = text.partition(" ")[2]
    scene.press(scene.line(), UNDO, BENOIT)
    assert UNDOABLE[text](scene)
    assert GONE.format(BENOIT) in scene.words()
    assert buttons(scene.line()) == []
    assert len(scene.lines()) == 1, "no second line"
    after = scene.surfaces()
    for name in ("topic", "briefing", "board"):
        assert getattr(after, name) == getattr(before, name)
    assert after.row == before.row
    assert scene.report() == report
    scene.say("status", ZOE)
    assert not words or words.lstrip("@") not in scene.whispers(ZOE)[-1].text, "it is no part of the story"


def test_typed_it_takes_back_ones_own_last_change(scene: Scene) -> None:
    scene.say("sev 1", BENOIT)
    scene.say("sev 2", CHIDI)
    scene.say("annuler", BENOIT)
    assert scene.now.severity == "sev2", "what was changed since stays"
    assert GONE.format(BENOIT) in scene.words(0)
    assert "C’est annulé. Ce qui a changé depuis reste tel quel." in scene.whispers(BENOIT)[-1].text
    scene.say("undo", CHIDI)
    assert scene.now.severity is None
    assert scene.surfaces().showing("Severity not set") == EVERYWHERE


def test_by_the_commander(scene: Scene) -> None:
    scene.say("sev 1", BENOIT)
    scene.press(scene.line(), UNDO, ALICE)
    assert scene.now.severity is None
    assert GONE.format(ALICE) in scene.words()


def test_by_a_stranger_to_it(scene: Scene) -> None:
    scene.say("sev 1", BENOIT)
    scene.press(scene.line(), UNDO, ZOE)
    assert scene.now.severity == "sev1"
    assert "There is nothing to undo" in scene.whispers(ZOE)[-1].text
    assert GONE.format(ZOE) not in scene.words()
    assert UNDO in buttons(scene.line())


def test_after_ten_minutes_the_line_has_no_undo_and_typing_counts_no_more(scene: Scene) -> None:
    scene.say("sev 1", BENOIT)
    late = scene.line()
    scene.wait(11)
    scene.wait(1)
    assert buttons(scene.line()) == []
    assert len(scene.lines()) == 1
    with pytest.raises(NotPossibleError):
        scene.press(late, UNDO, BENOIT)
    scene.say("undo", BENOIT)
    assert scene.now.severity == "sev1"
    assert "Il n’y a rien à annuler" in scene.whispers(BENOIT)[-1].text


def test_a_press_that_is_late_counts_no_more(scene: Scene) -> None:
    scene.say("sev 1", BENOIT)
    scene.bot.time.pass_(11 * 60)
    scene.press(scene.line(), UNDO, BENOIT)
    assert scene.now.severity == "sev1"


def test_a_press_within_time_that_arrives_late_counts(scene: Scene) -> None:
    scene.say("sev 1", BENOIT)
    pressed = scene.bot.press(scene.line(), UNDO, user=BENOIT)
    scene.bot.time.pass_(30 * 60)
    scene.carry_out(pressed)
    assert scene.now.severity is None


def test_twice_takes_back_two_changes_and_never_one_twice(scene: Scene) -> None:
    scene.say("sev 1")
    scene.say("sev 2")
    scene.say("undo")
    scene.say("undo")
    assert scene.now.severity is None
    scene.say("undo")
    assert "There is nothing to undo" in scene.whispers()[-1].text
    assert len(scene.facts("severity_set")) == 2


def test_a_second_press_on_its_way_changes_nothing_more(scene: Scene) -> None:
    scene.say("sev 1")
    scene.say("sev 2")
    one, two = (scene.bot.press(scene.line(), UNDO) for _ in range(2))
    scene.carry_out(one, two)
    assert scene.now.severity == "sev1"
    assert "There is nothing to undo" in scene.whispers()[-1].text


def test_the_call_for_help_cannot_be_taken_back(scene: Scene) -> None:
    scene.say("page @chidi look")
    assert UNDO not in buttons(scene.line())
    scene.say("undo")
    assert "There is nothing to undo" in scene.whispers()[-1].text
    assert scene.now.calls


def test_a_decision_that_is_undone_leaves_the_commander_no_button_that_counts(scene: Scene) -> None:
    scene.say("decision fail over", BENOIT)
    (told,) = scene.direct(ALICE, "incident_decision")
    scene.press(scene.line(), UNDO, BENOIT)
    scene.press(told, "decision.reject")
    assert not [one for one in scene.now.decisions.values() if "text" in one]


def test_undo_reopens_nothing_that_a_later_change_settled(scene: Scene) -> None:
    scene.say("ol @chidi", BENOIT)
    scene.say("ol @zoe", CHIDI)
    scene.press(scene.line(0), UNDO, BENOIT)
    assert scene.now.operations_lead == ZOE
    assert "<@U0ZOE>" in scene.surfaces().briefing


# Renaming.


def test_renaming_reaches_everything_and_the_links_stay(scene: Scene) -> None:
    before = scene.now
    scene.say("rename payments *time* out & <fail>", BENOIT)
    after = scene.now
    assert after.title == "payments *time* out & <fail>"
    assert after.channel_id == before.channel_id
    name = scene.bot.slack.workspace.channels[scene.channel].name
    assert "payments-time-out" in name
    assert after.channel_name == name
    assert (after.document_url, after.meet_url) == (before.document_url, before.meet_url)
    (report,) = [f for f in scene.bot.google.files() if f.id == after.document_id]
    assert "payments *time* out" in report.name
    shown = scene.surfaces()
    assert "payments *time* out & <fail>" in shown.briefing
    assert "payments *time* out & <fail>" in shown.board
    assert "payments *time* out &amp; &lt;fail&gt;" in shown.topic
    assert "payments *time* out & <fail>" in " ".join(shown.row)
    assert "payments *time* out & <fail>" in shown.report
    assert len(scene.lines()) == 1
    assert "“database is down”" in scene.lines()[0]


def test_renaming_to_a_name_that_is_taken(bot: Bot) -> None:
    Scene.begin(bot, "payments time out")
    scene = Scene.begin(bot, "database is down")
    scene.say("renommer payments time out")
    names = [channel.name for channel in bot.incidents()]
    assert len(set(names)) == 2
    assert names[1].endswith("payments-time-out-2")


def test_undo_of_a_renaming_brings_the_old_name_back(scene: Scene) -> None:
    before = scene.bot.slack.workspace.channels[scene.channel].name
    scene.say("rename payments time out")
    scene.press(scene.line(), UNDO)
    assert scene.now.title == "database is down"
    assert scene.bot.slack.workspace.channels[scene.channel].name == before
    assert scene.now.channel_name == before
    (report,) = [f for f in scene.bot.google.files() if f.id == scene.now.document_id]
    assert "database is down" in report.name


def test_undo_of_one_of_two_renamings(scene: Scene) -> None:
    scene.say("rename one", BENOIT)
    scene.say("rename two", CHIDI)
    scene.press(scene.line(0), UNDO, BENOIT)
    assert scene.now.title == "two"
    assert scene.bot.slack.workspace.channels[scene.channel].name.endswith("-two")
    scene.press(scene.line(1), UNDO, CHIDI)
    assert scene.now.title == "database is down"
    assert "database-is-down" in scene.bot.slack.workspace.channels[scene.channel].name
