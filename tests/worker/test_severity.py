"""One change through the front door, and what follows of it."""

from __future__ import annotations

from tests.worker.bot import EVERYWHERE, Bot


def test_a_severity_is_stated_said_and_shown_everywhere(bot: Bot) -> None:
    incident = bot.declare()
    assert bot.surfaces(incident).showing("Severity not set") == EVERYWHERE
    assert bot.carry_out(bot.type("severity 2", incident.channel_id)) == [200]
    assert bot.incident().severity == "sev2"
    assert bot.surfaces(incident).showing("SEV2, major") == EVERYWHERE
    (line,) = bot.messages(incident.channel_id, "incident_line")
    assert line.text == "<@U0ALICE> put this at SEV2, major"
    assert bot.unfinished() == {}
    assert bot.notices() == []
