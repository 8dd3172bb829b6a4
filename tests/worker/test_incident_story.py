"""Note, did, decision and action: one small line each, in the story, past times allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.commands import action, decision, did, note, story
from incident.sandbox.faults import Fault
from tests.worker.bot import ALICE, BENOIT, Bot
from tests.worker.scene import CHIDI, ZOE, Scene, buttons, labels

TOLD = "incident_decision"


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


@pytest.mark.parametrize(
    ("verbs", "sign", "kind"),
    [
        (("note", "NOTE"), "📝 <@U0ALICE>:", "noted"),
        (("did", "fait"), "✔ <@U0ALICE>:", "did"),
        (("decision", "décision", "decision"), "⚖ <@U0ALICE> decided:", "decided"),
        (("action", "tâche", "tache"), "☐ <@U0ALICE>:", "action_added"),
    ],
)
def test_one_line_and_one_fact(scene: Scene, verbs: tuple[str, ...], sign: str, kind: str) -> None:
    for number, verb in enumerate(verbs, 1):
        scene.say(f"{verb} we  <failed> over & *back*")
        assert len(scene.lines()) == number
        assert scene.lines()[-1].startswith(f"{sign} we  &lt;failed&gt; over &amp; *back*")
        assert len(scene.facts(kind)) == number
    assert "Undo" in labels(scene.line())
    assert scene.thread() == []
    assert scene.direct(ALICE, TOLD) == [], "one's own decision is told to nobody"


@pytest.mark.parametrize("verb", ["note", "did", "fait", "decision", "décision"])
def test_a_past_time(scene: Scene, verb: str) -> None:
    at = scene.bot.time.now() - timedelta(hours=2)
    scene.say(f"{verb} {at:%H:%M} the deploy went out")
    (fact,) = scene.facts()[-1:]
    assert fact.data["text"] == "the deploy went out"
    assert fact.happened_at == at.replace(second=0, microsecond=0)
    assert f"<!date^{int(fact.happened_at.timestamp())}^" in scene.lines()[0]
    scene.say("status")
    card = scene.whispers()[-1]
    assert "the deploy went out" in card.text


def test_a_time_of_tomorrow_was_yesterday(scene: Scene) -> None:
    later = scene.bot.time.now() + timedelta(hours=2)
    scene.say(f"note {later:%H:%M} the deploy went out")
    (fact,) = scene.facts("noted")
    assert fact.happened_at < fact.at
    assert fact.at - fact.happened_at < timedelta(hours=24)


@pytest.mark.parametrize(
    ("spec", "sign"),
    [(note, "📝"), (did, "✔"), (decision, "⚖"), (action, "☐")],
    ids=lambda one: str(one)[-9:],
)
def test_the_verb_alone_opens_a_form(scene: Scene, spec: object, sign: str) -> None:
    command = spec.COMMAND  # type: ignore[attr-defined]
    verb = command.text["en"].verbs[0]
    scene.say(verb)
    assert scene.lines() == [], "nothing is stated without words"
    view = scene.open(scene.whispers()[-1], command.opener)
    assert scene.bot.slack.submit(ALICE, view, {story.WORDS: " "}).errors
    scene.submit(view, {story.WORDS: "words & <more>"})
    assert scene.lines()[0].startswith(sign)
    assert "words &amp; &lt;more&gt;" in scene.lines()[0]


@pytest.mark.parametrize("spec", [note, did, decision, action], ids=lambda one: one.__name__[-9:])
def test_from_the_briefings_overflow_menu(scene: Scene, spec: object) -> None:
    command = spec.COMMAND  # type: ignore[attr-defined]
    view = scene.open(scene.briefing(), "briefing.more", BENOIT, value=command.opener)
    scene.submit(view, {story.WORDS: "by the menu"}, BENOIT)
    assert "<@U0BENOIT>" in scene.lines()[0]
    assert "by the menu" in scene.lines()[0]


def test_an_action_is_planned_until_now_is_pressed(scene: Scene) -> None:
    scene.say("action rotate the key")
    assert "*Planned* · nobody owns it yet" in scene.words()
    assert "Now: it can be exploited from the internet, or people are harmed meanwhile" in scene.words()
    assert "Planned: it needs inside access, or wants a sustainable fix" in scene.words()
    scene.press(scene.line(), action.NOW, BENOIT)
    assert "*Now* · nobody owns it yet" in scene.words()
    scene.press(scene.line(), action.OWNER, BENOIT, value=CHIDI)
    assert "*Now* · <@U0CHIDI>" in scene.words()
    assert len(scene.lines()) == 1
    (one,) = scene.now.actions.values()
    assert (one["when"], one["owner"]) == ("now", CHIDI)
    scene.press(scene.line(), action.PLANNED, ZOE)
    assert "*Planned* · <@U0CHIDI>" in scene.words()
    assert action.NOW in buttons(scene.line())


def test_a_bot_owns_no_action(scene: Scene) -> None:
    scene.say("action rotate the key")
    before = scene.now
    scene.press(scene.line(), action.OWNER, value="U0INCIDENT")
    assert scene.now == before
    assert "cannot take part" in scene.whispers()[-1].text


def test_the_commander_is_told_of_anothers_decision_and_has_one_button(scene: Scene) -> None:
    scene.say("decision fail over to Montréal", BENOIT)
    assert scene.lines()[0].startswith("⚖ <@U0BENOIT> decided: fail over to Montréal")
    (told,) = scene.direct(ALICE, TOLD)
    assert "<@U0BENOIT> decided" in told.text
    assert labels(told) == ["Not so"]
    scene.press(told, decision.REJECT)
    assert "Not so, says <@U0ALICE>" in scene.lines()[0]
    assert len(scene.lines()) == 1
    (one,) = scene.now.decisions.values()
    assert one["rejected_by"] == ALICE
    scene.say("status", ZOE)
    card = str(scene.whispers(ZOE)[-1].blocks)
    assert "'Decided'" not in card, "what was rejected is no decision"
    assert "fail over to Montréal (Not so)" in card


def test_who_has_command_no_more_rejects_nothing(scene: Scene) -> None:
    scene.say("decision fail over", BENOIT)
    (told,) = scene.direct(ALICE, TOLD)
    scene.say("ic", CHIDI)
    scene.press(told, decision.REJECT)
    (one,) = scene.now.decisions.values()
    assert "rejected_by" not in one
    assert "for the incident commander, <@U0CHIDI>, to say" in (
        scene.whispers(ALICE)[-1].text + scene.direct(ALICE)[-1].text
    )


def test_notes_stand_in_no_thread_and_edit_no_briefing(scene: Scene) -> None:
    before = scene.surfaces().briefing
    scene.say("note 14:05 the deploy went out")
    assert scene.surfaces().briefing == before
    assert scene.thread() == []


def test_a_note_while_the_report_is_not_there_is_kept(bot: Bot) -> None:
    bot.fault_injector.break_("drive.*", Fault(status=503))
    scene = Scene.begin(bot)
    assert "Notes typed now are kept, and will be in it" in scene.surfaces_without_report()
    scene.say("note we saw it at noon")
    assert len(scene.facts("noted")) == 1
    assert len(scene.lines()) == 1
