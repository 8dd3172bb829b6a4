"""The status card, the greeting, the list, and which incident was meant."""

from __future__ import annotations

import pytest

from incident.commands.card import SHOW
from incident.commands.question import ANSWER_DECLARE, ANSWER_INCIDENT
from incident.sandbox.faults import Fault
from tests.worker.bot import ALICE, BENOIT, GENERAL, Bot, words_of
from tests.worker.scene import ANA, CHIDI, ZOE, Scene

DOWN = Fault(status=503)


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


def everything(scene: Scene) -> None:
    scene.say("sev 2 nobody can pay")
    scene.say("ol @benoit")
    scene.say("update we roll back")
    scene.say("decision fail over to Montréal")
    scene.say("action rotate the key")
    scene.press(scene.line(), "action.now")
    scene.say("note the deploy went out")


@pytest.mark.parametrize("text", ["status", "état", "etat", "STATUS"])
def test_it_says_how_it_stands_to_the_asker_alone(scene: Scene, text: str) -> None:
    everything(scene)
    before, version = scene.said(), scene.now.version
    scene.say(text, ZOE)
    card = scene.whispers(ZOE)[-1]
    words = words_of(card)
    for expected in (
        "SEV2 · database is down",
        "<@U0ALICE>",
        "<@U0BENOIT>",
        "SEV2, major",
        "Investigating",
        "we roll back",
        "Next update",
        "fail over to Montréal",
        "rotate the key",
        "the deploy went out",
        "agree",
        scene.id,
    ):
        assert expected in words, expected
    assert "we roll back" in card.text
    assert len(card.text) < 4000
    assert scene.said() == before + 1, "one ephemeral message and nothing else"
    assert scene.now.version == version
    assert scene.whispers(ALICE)[-1].ts < card.ts


def test_the_story_has_times_and_links(scene: Scene) -> None:
    scene.say("note the deploy went out")
    scene.say("status")
    blocks = str(scene.whispers()[-1].blocks)
    assert f"archives/{scene.channel}/p{scene.line().ts.replace('.', '')}" in blocks
    assert "'type': 'date'" in blocks


def test_it_answers_while_google_and_slacks_messages_are_down(scene: Scene) -> None:
    everything(scene)
    for service in ("docs.*", "drive.*", "sheets.*", "meet.*", "calendar.*"):
        scene.bot.fault_injector.break_(service, DOWN)
    scene.bot.fault_injector.break_("slack.chat.*", DOWN)
    scene.bot.fault_injector.break_("slack.conversations.*", DOWN)
    scene.bot.fault_injector.break_("slack.users.*", DOWN)
    scene.say("status", ZOE)
    assert "we roll back" in scene.whispers(ZOE)[-1].text


def test_it_says_what_is_late_and_which_version_each_surface_shows(bot: Bot) -> None:
    for service in ("docs.*", "drive.*", "sheets.*"):
        bot.fault_injector.break_(service, DOWN)
    scene = Scene.begin(bot)
    scene.say("sev 2")
    scene.say("status")
    words = words_of(scene.whispers()[-1])
    assert "Late: The incident report (" in words
    assert "(Google Drive" in words
    assert "report 0" in words
    assert "the newest is" in words


def test_by_the_briefings_menu(scene: Scene) -> None:
    scene.press(scene.briefing(), "briefing.more", ZOE, value=SHOW)
    assert "database is down" in scene.whispers(ZOE)[-1].text


# Whoever comes later.


def test_who_joins_in_the_first_minutes_is_left_in_peace(scene: Scene) -> None:
    scene.join(ZOE)
    assert scene.whispers(ZOE) == []


def test_who_joins_later_is_greeted_once_to_them_alone(scene: Scene) -> None:
    scene.say("update we roll back")
    scene.wait(6)
    before = len(scene.bot.said(scene.channel))
    scene.join(ZOE)
    (greeting,) = scene.whispers(ZOE)
    assert "Welcome. This is where it stands; only you see this." in words_of(greeting)
    assert "we roll back" in words_of(greeting)
    scene.leave(ZOE)
    scene.join(ZOE)
    assert len(scene.whispers(ZOE)) == 1
    everybody = [m for m in scene.bot.messages(scene.channel) if m.ephemeral_to is None]
    assert len(everybody) <= before


def test_the_bot_greets_no_bot(scene: Scene) -> None:
    scene.wait(6)
    scene.bot.slack.leave  # noqa: B018 - people alone come and go
    assert scene.whispers("U0INCIDENT") == []


# Elsewhere.


def test_the_list_shows_open_incidents_mine_first(scene: Scene) -> None:
    other = Scene.begin(scene.bot, "payments & <time> out", BENOIT)
    scene.say("list", channel=GENERAL)
    mine = scene.whispers()[-1].text
    assert mine.index("database is down") < mine.index("payments &amp; &lt;time&gt; out")
    other.say("liste", BENOIT)
    theirs = scene.whispers(BENOIT)[-1].text
    assert theirs.index("payments") < theirs.index("database")


def test_nothing_open(bot: Bot) -> None:
    reply = bot.slack.type(ALICE, GENERAL, "/incident list")
    assert reply.status == 200
    bot.carry_out(*bot.published())
    told = [m for m in bot.slack.workspace.messages.values() if m.ephemeral_to == ALICE]
    assert "No incident is open" in told[-1].text


@pytest.mark.parametrize("verb", ["status", "update", "sev", "ic", "undo", "rename", "page", "monitoring"])
def test_a_verb_alone_outside_asks_and_declares_nothing(scene: Scene, verb: str) -> None:
    Scene.begin(scene.bot, "payments time out", BENOIT)
    before = scene.now
    scene.say(verb, channel=GENERAL)
    asked = scene.whispers()[-1]
    assert f"Is “{verb}” a new incident" in asked.text
    assert len(scene.bot.incidents()) == 2
    assert scene.now == before


def test_the_incident_that_was_picked_is_meant(scene: Scene) -> None:
    other = Scene.begin(scene.bot, "payments time out", BENOIT)
    scene.say("status", ANA, channel=GENERAL)
    scene.press(scene.whispers(ANA)[-1], ANSWER_INCIDENT, ANA, value=other.channel)
    assert "payments time out" in scene.whispers(ANA)[-1].text


def test_taking_a_role_from_elsewhere_brings_one_into_the_channel(scene: Scene) -> None:
    scene.say("ic", ANA, channel=GENERAL)
    scene.press(scene.whispers(ANA)[-1], ANSWER_INCIDENT, ANA, value=scene.channel)
    assert scene.now.commander == ANA
    assert ANA in scene.members()


def test_a_form_from_elsewhere_is_about_the_incident_that_was_picked(scene: Scene) -> None:
    scene.say("update", CHIDI, channel=GENERAL)
    scene.press(scene.whispers(CHIDI)[-1], ANSWER_INCIDENT, CHIDI, value=scene.channel)
    view = scene.open(scene.whispers(CHIDI)[-1], "form.PostUpdate", CHIDI)
    assert "database is down" in str(scene.bot.slack.workspace.views[view].content)
    scene.submit(view, {"words": "from afar"}, CHIDI)
    assert "from afar" in scene.lines()[0]


def test_or_it_was_a_new_incident(scene: Scene) -> None:
    scene.say("monitoring", ANA, channel=GENERAL)
    scene.press(scene.whispers(ANA)[-1], ANSWER_DECLARE, ANA)
    assert scene.bot.incident("monitoring").commander == ANA


@pytest.mark.parametrize("text", ["status of the database is bad", "update server is down", "page is white"])
def test_a_verb_and_more_outside_declares(scene: Scene, text: str) -> None:
    scene.say(text, channel=GENERAL)
    assert scene.bot.incident(text)


def test_an_unknown_first_word_in_the_channel_asks(scene: Scene) -> None:
    before = scene.now
    scene.say("the disk is full")
    assert "Is this a new incident, or an update on this one?" in scene.whispers()[-1].text
    assert scene.now == before
    scene.press(scene.whispers()[-1], "question.update")
    assert scene.now.last_update
    assert scene.now.last_update.text == "the disk is full"


# Retry.


@pytest.mark.parametrize("verb", ["retry", "réessayer"])
def test_retry_typed_carries_on_what_failed(bot: Bot, verb: str) -> None:
    bot.fault_injector.break_("drive.files.copy", Fault(status=404))
    scene = Scene.begin(bot)
    assert not scene.now.document_id
    bot.fault_injector.mend()
    scene.say(verb, BENOIT)
    assert scene.now.document_id
    assert "database is down" in scene.surfaces().report


def test_retry_with_nothing_to_retry_says_so(scene: Scene) -> None:
    scene.say("retry")
    assert "Nothing waits for a retry" in scene.whispers()[-1].text
