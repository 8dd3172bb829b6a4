"""How much the bot says: at most twelve messages for a typical incident, from its first to its last."""

from __future__ import annotations

from pathlib import Path

from tests.worker.bot import BENOIT, Bot, running
from tests.worker.scene import CHIDI, THE_BOT, Scene

MOST = 12
MOST_ABOVE = 3
"""Lines of Slack's own above the briefing."""


def test_a_typical_incident_is_quiet(bot: Bot) -> None:
    scene = Scene.begin(bot)
    scene.say("ol @benoit")
    scene.say("ic @chidi")
    scene.press(scene.line(), "command.accept", CHIDI)
    scene.say("sev 2 nobody can pay", CHIDI)
    scene.say("page @dana @zoe look at the database", BENOIT)
    for press, who in (("call.yes", "U0DANA"), ("call.no", "U0ZOE")):
        scene.press(scene.line(), press, who)
    for words in ("update one", "update two", "identified three", "monitoring four"):
        scene.say(words, BENOIT)
    scene.say("note the cache was cold", BENOIT)
    scene.say("note 14:05 the deploy went out", CHIDI)
    scene.say("resolve rolled back the deploy", CHIDI)
    view = scene.open(scene.line(), "form.AddFindings", BENOIT)
    scene.submit(view, {"impact": "nobody could pay"}, BENOIT)
    for _ in range(15):
        bot.minute()
    history = sorted(bot.slack.workspace.history(scene.channel), key=lambda message: message.ts)
    everybody = [message for message in history if message.ephemeral_to is None]
    own = [m for m in everybody if m.user == THE_BOT and not m.subtype]
    assert len(own) <= MOST, [message.text for message in own]
    assert bot.notices() == []
    above = [m for m in everybody if m.ts < scene.briefing().ts]
    assert len(above) <= MOST_ABOVE, [f"{m.subtype} {m.text}" for m in above]
    assert all(message.subtype for message in above)


def test_one_line_a_change_and_none_for_what_only_edits(bot: Bot) -> None:
    scene = Scene.begin(bot)
    scene.say("action rotate the key")
    scene.press(scene.line(), "action.now")
    scene.press(scene.line(), "action.owner", value=BENOIT)
    scene.say("decision fail over", BENOIT)
    scene.press(scene.direct("U0ALICE", "incident_decision")[0], "decision.reject")
    scene.press(scene.board(), "incident.follow", BENOIT)
    scene.say("status")
    scene.say("undo", BENOIT)
    assert len(scene.lines()) == 2


def test_the_channel_exists_with_three_lines_of_slacks_own_at_most(bot: Bot) -> None:
    scene = Scene.begin(bot)
    for text in ("sev 1", "sev 3 better", "update one", "ol @chidi", "monitoring", "note x"):
        scene.say(text)
    topics = [m for m in bot.slack.workspace.history(scene.channel) if "topic" in m.subtype]
    assert len(topics) == 1, "each change of it leaves a line, so it says what changes seldom"
    scene.say("resolve it is over")
    scene.say("update all quiet")
    topics = [m for m in bot.slack.workspace.history(scene.channel) if "topic" in m.subtype]
    assert len(topics) == 2, "and one says that it is over"


def test_the_briefing_stands_high_also_with_people_on_call(tmp_path: Path) -> None:
    with running(tmp_path, INCIDENT_ONCALL_GROUPS="S0ONCALL") as bot:
        bot.fault_injector.delays = {"meet.spaces.create": (0.6, 0.6), "slack.*": (0.1, 0.3)}
        scene = Scene.begin(bot)
        above = [m for m in bot.slack.workspace.history(scene.channel) if m.ts < scene.briefing().ts]
        assert len(above) <= MOST_ABOVE, [f"{m.subtype} {m.text}" for m in above]
