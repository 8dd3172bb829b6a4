"""Reading one message of Slack's, and what people, groups and channels are called."""

from __future__ import annotations

import pytest

from incident.runtime.failures import PermanentError
from incident.sandbox.faults import Fault
from incident.services.people import People
from tests.services.conftest import SlackStage

ALICE, SRE, PLATFORM = "U0ALICE", "C0SRE", "C0PLATFORM"


def said(team: SlackStage, text: str, thread: str | None = None) -> str:
    team.fake.join(ALICE, SRE)
    return str(team.fake.type(ALICE, SRE, text, thread).ts)


def test_a_message_a_reply_and_the_start_of_a_thread(team: SlackStage) -> None:
    start = said(team, "start")
    reply = said(team, "reply", start)
    said(team, "another", start)
    for ts, text in ((start, "start"), (reply, "reply")):
        found = team.slack.message(SRE, ts)
        assert found
        assert (found["ts"], found["text"]) == (ts, text)
    assert team.calls().count("slack.conversations.replies") == 2, "one call each"


@pytest.mark.parametrize("has_replies", [False, True])
def test_a_message_that_was_deleted(team: SlackStage, has_replies: bool) -> None:
    ts = said(team, "gone")
    if has_replies:
        said(team, "reply", ts)
    team.fake.delete(ALICE, SRE, ts)
    assert team.slack.message(SRE, ts) is None


def test_one_of_a_channel_that_the_bot_is_not_in(team: SlackStage) -> None:
    message = next(m for m in team.fake.workspace.messages.values() if m.channel == PLATFORM)
    with pytest.raises(PermanentError, match="not_in_channel"):
        team.slack.message(PLATFORM, message.ts)


def test_names_are_asked_for_once(team: SlackStage) -> None:
    people = People(team.slack)
    for _ in range(2):
        assert people.group_name("S0ONCALL") == "on-call"
        assert people.channel_name(SRE) == "incident-sre"
        assert people.known_name(ALICE) == "Alice Nguyen"
    assert sorted(team.calls()) == [
        "slack.conversations.info",
        "slack.usergroups.list",
        "slack.users.info",
    ]


def test_what_the_bot_may_not_know_has_no_name(team: SlackStage) -> None:
    people = People(team.slack)
    assert (people.group_name("S0NONE"), people.channel_name("C0NONE")) == ("", "")
    assert people.known_name("U0NOBODY") == ""
    team.fault_injector.break_("slack.conversations.info", Fault(status=200, error="channel_not_found"))
    assert people.channel_name(SRE) == ""
