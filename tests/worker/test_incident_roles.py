"""Roles: command is offered and accepted, the others change at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from incident.commands.commander import ACCEPT, TAKE
from incident.commands.handover import COMMAND as HANDOVER
from incident.commands.undo import UNDO
from incident.model.incident import Incident, Role
from incident.sandbox.faults import Call, Moment
from tests.worker.bot import ALICE, BENOIT, Bot, words_of
from tests.worker.scene import ANA, ANA_LOPEZ, CHIDI, DANA, INGRID, THE_BOT, ZOE, Scene, buttons, labels

NOTE = "incident_role_note"


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


def test_command_is_offered_and_the_old_commander_has_it_until_it_is_accepted(scene: Scene) -> None:
    scene.say("ic @chidi")
    (line,) = scene.lines()
    assert line.startswith("<@U0ALICE> asks <@U0CHIDI> to take command.")
    assert "<@U0ALICE> has it" in line, "it says who has it until then"
    assert labels(scene.line()) == ["I have command", "Undo"]
    assert scene.now.commander == ALICE
    assert scene.now.offer
    assert scene.now.offer.to == CHIDI
    assert CHIDI in scene.members(), "who is asked is in the channel"
    assert scene.direct(CHIDI, NOTE) == [], "the role is not theirs yet"
    assert "IC <@U0ALICE>" in scene.surfaces().topic


def test_accepting_makes_it_so_everywhere_in_the_same_line(scene: Scene) -> None:
    scene.say("ic @chidi")
    scene.press(scene.line(), ACCEPT, CHIDI)
    assert scene.now.commander == CHIDI
    assert scene.now.offer is None
    (line,) = scene.lines()
    assert line.startswith("<@U0CHIDI> has command.")
    assert "<@U0ALICE> handed it over" in line
    assert ACCEPT not in buttons(scene.line())
    shown = scene.surfaces()
    assert "IC <@U0CHIDI>" in shown.topic
    assert "<@U0CHIDI>" in shown.briefing
    assert "IC <@U0CHIDI>" in shown.board
    assert "Chidi" in " ".join(shown.row)
    assert "Chidi" in shown.report
    (note,) = scene.direct(CHIDI, NOTE)
    assert "You have incident command of" in note.text
    assert "Tired or stuck?" in note.text


@pytest.mark.parametrize("who", [ALICE, ZOE])
def test_nobody_elses_press_counts(scene: Scene, who: str) -> None:
    scene.say("ic @chidi")
    before = scene.now
    scene.press(scene.line(), ACCEPT, who)
    assert scene.now == before, "not even a fact"
    assert "This is for <@U0CHIDI> to answer" in scene.whispers(who)[-1].text
    assert len(scene.lines()) == 1


def test_a_second_press_changes_and_says_nothing_more(scene: Scene) -> None:
    scene.say("ic @chidi")
    offer = scene.line()
    scene.press(offer, ACCEPT, CHIDI)
    version = scene.now.version
    with pytest.raises(Exception):  # noqa: B017, PT011 - there is no such button any more
        scene.press(scene.line(), ACCEPT, CHIDI)
    assert scene.now.version == version


def test_of_two_who_take_command_at_once_the_one_who_said_so_last_has_it(scene: Scene) -> None:
    scene.say("ic @chidi")
    pressed = scene.bot.press(scene.line(), ACCEPT, user=CHIDI)  # on its way while Zoé takes command
    scene.say("ic", ZOE)
    scene.carry_out(pressed)
    assert scene.now.commander == ZOE
    assert "settled otherwise" in scene.whispers(CHIDI)[-1].text
    (_, taken) = scene.lines()
    assert "<@U0ZOE> has command now" in taken
    assert ACCEPT not in buttons(scene.line(0))
    assert scene.direct(CHIDI, NOTE) == []


def test_who_was_not_asked_is_told_that_an_older_offer_was_accepted(scene: Scene) -> None:
    scene.say("ic @chidi")
    offer = scene.line()
    taken = scene.bot.type("ic", scene.channel, ZOE)
    accepted = scene.bot.press(offer, ACCEPT, user=CHIDI)  # said after, on a phone that shows the offer still
    scene.carry_out(taken)
    scene.carry_out(accepted)
    assert scene.now.commander == CHIDI
    assert "<@U0CHIDI> has command now; it was <@U0ZOE>" in scene.lines()[-1]
    assert len(scene.lines()) == 3


def test_a_later_offer_takes_the_place_of_the_earlier(scene: Scene) -> None:
    scene.say("ic @chidi")
    scene.say("ic @zoe")
    assert ACCEPT not in buttons(scene.line(0))
    assert ACCEPT in buttons(scene.line(1))
    scene.press(scene.line(1), ACCEPT, ZOE)
    assert scene.now.commander == ZOE


def test_undo_withdraws_an_offer(scene: Scene) -> None:
    scene.say("ic @chidi")
    scene.press(scene.line(), UNDO)
    assert scene.now.offer is None
    assert scene.now.commander == ALICE
    assert buttons(scene.line()) == []
    assert "Undone by <@U0ALICE>" in scene.words()


def test_undo_of_the_acceptance_gives_command_back_and_the_offer_stands_again(scene: Scene) -> None:
    scene.say("ic @chidi")
    scene.press(scene.line(), ACCEPT, CHIDI)
    scene.press(scene.line(), UNDO, CHIDI)
    assert scene.now.commander == ALICE
    assert "IC <@U0ALICE>" in scene.surfaces().topic
    assert len(scene.lines()) == 1


def test_taking_it_oneself_is_at_once_and_told_to_the_old_commander(scene: Scene) -> None:
    scene.say("ic", BENOIT)
    assert scene.now.commander == BENOIT
    (line,) = scene.lines()
    assert line == "<@U0BENOIT> has command now; it was <@U0ALICE>."
    assert BENOIT in scene.members()
    assert len(scene.direct(BENOIT, NOTE)) == 1


def test_an_offer_to_oneself_takes_it(scene: Scene) -> None:
    scene.say("ic @benoit", BENOIT)
    assert scene.now.commander == BENOIT
    assert scene.now.offer is None


def test_whoever_has_command_and_takes_it_again_changes_nothing_for_others(scene: Scene) -> None:
    scene.say("ic")
    assert scene.now.commander == ALICE
    assert scene.direct(ALICE, NOTE) == []


@pytest.mark.parametrize("verb", ["ic", "resp", "RESP", "ic "])
def test_both_languages_verbs_are_understood(scene: Scene, verb: str) -> None:
    scene.say(verb, BENOIT)
    assert scene.now.commander == BENOIT


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("ol", Role.OPERATIONS_LEAD),
        ("ops", Role.OPERATIONS_LEAD),
        ("comms", Role.COMMUNICATIONS_LEAD),
        ("scribe", Role.SCRIBE),
        ("notes", Role.SCRIBE),
    ],
)
def test_the_other_roles_change_at_once(scene: Scene, words: str, role: Role) -> None:
    scene.say(f"{words} @dana", CHIDI)
    assert scene.now.holder(role) == DANA
    assert DANA in scene.members()
    assert len(scene.lines()) == 1
    assert "<@U0DANA>" in scene.lines()[0]
    assert "<@U0DANA>" in scene.surfaces().briefing
    assert len(scene.direct(DANA, NOTE)) == 1
    assert "setTopic" not in str(scene.bot.fault_injector.calls[-1].name)
    scene.say(words, ZOE)
    assert scene.now.holder(role) == ZOE


@pytest.mark.parametrize(("verb", "role"), [("comms", Role.COMMUNICATIONS_LEAD), ("scribe", Role.SCRIBE)])
@pytest.mark.parametrize("nobody", ["nobody", "personne"])
def test_nobody(scene: Scene, verb: str, role: Role, nobody: str) -> None:
    scene.say(f"{verb} @dana")
    scene.say(f"{verb} {nobody}")
    assert scene.now.holder(role) == ""
    assert "<@U0DANA>" not in scene.surfaces().briefing
    assert len(scene.lines()) == 2


def test_a_note_comes_once_for_each_role_person_and_incident(scene: Scene) -> None:
    scene.say("ol @chidi")
    scene.say("ol @zoe")
    scene.say("ol @chidi")
    assert len(scene.direct(CHIDI, NOTE)) == 1
    assert len(scene.direct(ZOE, NOTE)) == 1
    scene.say("scribe @chidi")
    assert len(scene.direct(CHIDI, NOTE)) == 2
    other = Scene.begin(scene.bot, "payments time out")
    other.say("ol @chidi")
    assert len(scene.direct(CHIDI, NOTE)) == 3


def test_the_note_is_in_the_holders_own_language(scene: Scene) -> None:
    scene.say("ol @benoit")
    (note,) = scene.direct(BENOIT, NOTE)
    assert "les opérations" in note.text
    assert "D’abord" in note.text
    scene.say("ol @chidi", BENOIT)
    assert "First stop the harm" in scene.direct(CHIDI, NOTE)[0].text


def test_a_form_hands_over_several_roles_with_one_line(scene: Scene) -> None:
    values = {Role.OPERATIONS_LEAD: BENOIT, Role.INCIDENT_COMMANDER: CHIDI, Role.SCRIBE: ZOE}
    scene.fill_in(HANDOVER.opener, {str(role): user for role, user in values.items()})
    incident = scene.now
    assert incident.operations_lead == BENOIT
    assert incident.holder(Role.SCRIBE) == ZOE
    assert incident.commander == ALICE, "command is offered"
    assert incident.offer
    assert incident.offer.to == CHIDI
    assert len(scene.lines()) == 1
    assert ACCEPT in buttons(scene.line())
    assert {BENOIT, CHIDI, ZOE} <= scene.members()
    scene.press(scene.line(), ACCEPT, CHIDI)
    assert scene.now.commander == CHIDI
    assert len(scene.lines()) == 1
    assert "<@U0CHIDI> has command" in words_of(scene.line()) + scene.lines()[0]


def test_a_blank_hand_over_stays_open_and_says_why(scene: Scene) -> None:
    view = scene.open(scene.briefing(), HANDOVER.opener)
    reply = scene.bot.slack.submit(ALICE, view, {})
    assert "choose at least one person" in str(reply.errors)
    assert scene.bot.published() == []


def test_a_name_as_typed_characters_is_resolved(scene: Scene) -> None:
    scene.say("ol @chidi", literal=True)
    assert scene.now.operations_lead == CHIDI


def test_a_name_that_several_have_is_asked_never_guessed(scene: Scene) -> None:
    scene.say("ol @an", literal=True)
    assert scene.now.operations_lead == ALICE
    assert scene.lines() == []
    asked = scene.whispers()[-1]
    assert "Who is @an?" in asked.text
    scene.press(asked, "question.person", value=ANA_LOPEZ)
    assert scene.now.operations_lead == ANA_LOPEZ
    assert len(scene.lines()) == 1


def test_a_name_that_is_exactly_one_persons_is_theirs(scene: Scene) -> None:
    scene.say("ol @ana", literal=True)
    assert scene.now.operations_lead == ANA


@pytest.mark.parametrize("who", [THE_BOT, INGRID])
def test_a_bot_or_a_deactivated_account_takes_no_role(scene: Scene, who: str) -> None:
    before = scene.now
    for verb in ("ic", "ol"):
        name = scene.bot.slack.workspace.users[who].name
        message = scene.bot.type(f"{verb} @chidi", scene.channel)
        forged = {**message.payload, "text": f"{verb} <@{who}|{name}>"}
        scene.carry_out(replace(message, payload=forged))
    assert scene.now == before
    assert scene.lines() == []
    assert "cannot take part" in scene.whispers()[-1].text


def test_if_the_commander_leaves_the_channel_is_asked_once(scene: Scene) -> None:
    scene.say("ol @chidi")
    scene.join(ZOE)
    scene.leave(ALICE)
    asked = [line for line in scene.lines() if "has left the channel" in line]
    assert len(asked) == 1
    assert ALICE not in scene.members(), "nobody is re-added"
    scene.join(ALICE)
    scene.leave(ALICE)
    assert len([line for line in scene.lines() if "has left the channel" in line]) == 1
    scene.press(scene.line(), TAKE, ZOE)
    assert scene.now.commander == ZOE
    assert TAKE not in buttons(scene.line(1))


def test_if_somebody_else_leaves_nothing_is_asked(scene: Scene) -> None:
    scene.say("ol @chidi")
    scene.leave(CHIDI)
    assert len(scene.lines()) == 1
    assert CHIDI not in scene.members()


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("ol @chidi", lambda incident: incident.operations_lead == CHIDI),
        ("page @chidi look", lambda incident: any(one.get("users") for one in incident.calls.values())),
        ("rename payments fail", lambda incident: incident.channel_name.endswith("payments-fail")),
    ],
)
def test_what_is_stated_late_is_asked_to_be_shown_once_it_is_stated(
    scene: Scene, text: str, shows: Callable[[Incident], bool]
) -> None:
    """Else every surface would wait for the next tick."""
    asked: list[bool] = []

    def watch(call: Call, moment: Moment) -> None:
        if call.name == "pubsub.publish" and moment == "arrived":
            asked.append(shows(scene.now))

    scene.bot.fault_injector.watch(watch)
    scene.say(text)
    assert asked[-1]
