"""What the bot needs of Slack, through the real client."""

from __future__ import annotations

from dataclasses import replace

import pytest

from incident.messages.rich import Message
from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.sandbox.faults import Fault
from incident.sandbox.slack.workspace import Bookmark, Channel
from incident.services import slack as slack_service
from incident.services.slack import MessageTag, Posted
from tests.services.conftest import SlackStage

SRE = "C0SRE"
TEXT = Message("Something is broken", [])
TAG = MessageTag("incident_briefing", "i1")


def post(team: SlackStage, tag: MessageTag = TAG, channel: str = SRE) -> Posted:
    team.clock.now += 1
    return team.slack.post(channel, TEXT, tag)


def since(team: SlackStage) -> float:
    return team.clock.now - 600


# Messages


def test_only_messages_with_the_whole_tag_are_found_oldest_first(team: SlackStage) -> None:
    start = team.clock.now
    first = post(team)
    for other in (
        MessageTag("incident_announcement", "i1"),
        MessageTag("incident_briefing", "i2"),
        MessageTag("incident_briefing", "i1", "key"),
    ):
        post(team, other)
    second = post(team)
    assert team.slack.find_all(SRE, TAG, start) == [first, second]
    assert team.slack.find(SRE, TAG, start) == first
    assert team.slack.find(SRE, MessageTag("incident_briefing", "i1", "another"), start) is None
    assert team.slack.find_all(SRE, TAG, float(first.ts) + 0.5) == [second]


def test_a_message_is_found_behind_pages_of_others(team: SlackStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_service, "_PAGE", 2)
    start = team.clock.now
    first = post(team)
    for number in range(6):
        post(team, MessageTag("incident_update", "i1", str(number)))
    second = post(team)
    team.calls()
    assert team.slack.find_all(SRE, TAG, start) == [first, second]
    assert team.calls() == ["slack.conversations.history"] * 4


def test_a_message_is_deleted_once(team: SlackStage) -> None:
    kept, stray = post(team), post(team)
    team.slack.delete(stray)
    team.slack.delete(stray)
    assert team.slack.find_all(SRE, TAG, since(team)) == [kept]
    [alien] = [m for m in team.fake.workspace.messages.values() if m.text.startswith("Morning")]
    with pytest.raises(PermanentError, match="cant_delete_message"):
        team.slack.delete(Posted(alien.channel, alien.ts))


# Channels


def crowd(team: SlackStage, size: int) -> None:
    """Channels before the one that announcements go to."""
    workspace = team.fake.workspace
    announcements = workspace.channels.pop(SRE)
    for number in range(size):
        workspace.put(Channel(f"C1{number:05d}", f"team-{number}", "public", "U0ALICE", 1))
    workspace.put(announcements)


def test_the_id_of_a_name_that_was_posted_to_is_remembered(team: SlackStage) -> None:
    posted = post(team, channel="incident-sre")
    team.calls()
    assert team.slack.find("incident-sre", TAG, since(team)) == posted
    assert team.calls() == ["slack.conversations.history"]


def test_a_name_is_looked_for_where_the_bot_is_first(team: SlackStage) -> None:
    crowd(team, 100)
    team.calls()
    assert team.slack.channel_id("incident-sre") == SRE
    assert team.calls() == ["slack.users.conversations"]


def test_a_name_is_found_in_a_workspace_of_any_size(
    team: SlackStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_service, "_LIST_PAGE", 10)
    crowd(team, 300)
    channels = team.fake.workspace.channels
    team.fake.workspace.put(replace(channels[SRE], members=("U0ALICE",)))
    team.calls()
    assert team.slack.channel_id("incident-sre") == SRE
    assert len(team.calls()) > 30
    with pytest.raises(PermanentError, match="channel_not_found"):
        team.slack.channel_id("no-such-channel")


def test_listing_channels_ends_at_the_deadline(team: SlackStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_service, "_LIST_PAGE", 1)
    crowd(team, 100)
    left = iter([9.0] * 8)
    with deadline.bounded_by(lambda: next(left, 0.0)), pytest.raises(deadline.DeadlineExceededError):
        team.slack.channel_id("no-such-channel")
    assert 0 < len(team.calls()) < 10


def test_the_bots_channel_is_found_under_a_new_name(team: SlackStage) -> None:
    start = team.clock.now
    created = team.slack.create_channel("incident-db")
    assert created is not None
    channel = team.fake.workspace.channels[created.id]
    team.fake.workspace.put(replace(channel, name="the-great-outage", previous_names=("incident-db",)))
    found = team.slack.channel_created_by_bot("incident-db", start)
    assert found == slack_service.Channel(created.id, "the-great-outage")
    assert team.slack.channel_created_by_bot("incident-db", start + 1) is None, "an older one is another's"
    assert team.slack.channel_created_by_bot("incident-d", start) is None


def test_a_channel_of_the_name_that_a_person_created_is_not_the_bots(team: SlackStage) -> None:
    members = ("U0ALICE", team.fake.workspace.bot.id)
    created = int(team.clock.now)
    theirs = Channel("C0THEIRS", "incident-db", "public", "U0ALICE", created, members)
    team.fake.workspace.put(theirs)
    assert team.slack.create_channel("incident-db") is None
    assert team.slack.channel_created_by_bot("incident-db", created) is None
    ours = Channel("C0OURS", "renamed", "public", members[1], created, members)
    team.fake.workspace.put(replace(ours, previous_names=("incident-db",)))
    found = team.slack.channel_created_by_bot("incident-db", created)
    assert found == slack_service.Channel("C0OURS", "renamed")


# Bookmarks


def test_of_bookmarks_with_one_link_the_oldest_stays(team: SlackStage) -> None:
    for number, link in enumerate(["https://a", "https://b", "https://a", "https://a"]):
        team.clock.now += number
        team.slack.add_bookmark(SRE, f"Call {number}", link, ":telephone_receiver:")
    assert team.slack.remove_duplicate_bookmarks(SRE, "https://a") == 2
    left = [bookmark.title for bookmark in team.fake.workspace.bookmarks.values()]
    assert left == ["Call 0", "Call 1"]
    team.calls()
    assert team.slack.remove_duplicate_bookmarks(SRE, "https://a") == 0
    assert team.slack.remove_duplicate_bookmarks(SRE, "https://none") == 0
    assert team.calls() == ["slack.bookmarks.list"] * 2


def test_a_bookmark_that_a_person_removes_meanwhile_is_no_failure(team: SlackStage) -> None:
    for number in range(2):
        team.fake.workspace.put(Bookmark(f"Bk{number}", SRE, "Call", "https://a", "", number))
    team.fault_injector.break_("slack.bookmarks.remove", Fault(200, "not_found"), times=1)
    assert team.slack.remove_duplicate_bookmarks(SRE, "https://a") == 1


# Errors


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("internal_error", TransientError),
        ("fatal_error", TransientError),
        ("service_unavailable", TransientError),
        ("request_timeout", TransientError),
        ("team_added_to_org", TransientError),
        ("org_login_required", TransientError),
        ("ratelimited", TransientError),
        ("accesslimited", PermanentError),
        ("access_denied", PermanentError),
        ("account_inactive", PermanentError),
        ("ekm_access_denied", PermanentError),
        ("is_archived", PermanentError),
    ],
)
def test_errors_that_pass_are_told_from_those_that_do_not(
    team: SlackStage, error: str, kind: type[StepError]
) -> None:
    team.fault_injector.break_("slack.chat.postMessage", Fault(200, error))
    with pytest.raises(kind) as failure:
        post(team)
    assert failure.value.reason == error
