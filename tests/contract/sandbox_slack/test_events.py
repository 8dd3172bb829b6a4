"""What the bot is told of without having asked, and what people do that it is told of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from werkzeug.wrappers import Response

from incident.sandbox.slack import FakeSlack, NotPossibleError
from tests.contract.sandbox_slack.support import ALICE, BOT, DIRECT, PRIVATE, SRE, ZOE, Bot, actions, button

MESSAGES = frozenset({"message.channels", "message.groups", "message.im"})


@pytest.fixture
def queued(slack: FakeSlack) -> Iterator[FakeSlack]:
    slack.event_delivery = "queued"
    yield slack
    slack.stop_events()


def events(bot: Bot) -> list[dict[str, Any]]:
    return [sent["event"] for sent in bot.received]


def seen_within(bot: Bot, count: int, seconds: float = 5) -> list[dict[str, Any]]:
    ends = time.monotonic() + seconds
    while len(bot.received) < count and time.monotonic() < ends:
        time.sleep(0.01)
    return events(bot)


def test_nothing_is_sent_unless_asked_for(
    slack: FakeSlack, bot: Bot, client: WebClient, channel: str
) -> None:
    client.conversations_invite(channel=channel, users=ALICE)
    slack.leave(ALICE, channel)
    assert slack.deliver_events() == []
    assert bot.received == []


def test_who_comes_and_goes(queued: FakeSlack, bot: Bot, client: WebClient, channel: str) -> None:
    client.conversations_invite(channel=channel, users=ALICE)
    queued.join(ZOE, channel)
    queued.invite(ZOE, channel, "U0DANA")
    queued.leave(ALICE, channel)
    assert bot.received == [], "they are kept"
    assert [reply.status for reply in queued.deliver_events()] == [200] * 5
    assert queued.deliver_events() == []
    assert [(e["type"], e["user"], e.get("inviter")) for e in events(bot)] == [
        ("member_joined_channel", BOT, None),  # also sent when a channel is made
        ("member_joined_channel", ALICE, BOT),
        ("member_joined_channel", ZOE, None),
        ("member_joined_channel", "U0DANA", ZOE),
        ("member_left_channel", ALICE, None),
    ]
    envelope = bot.received[1]
    assert (envelope["type"], envelope["team_id"]) == ("event_callback", "T0MAPLE")
    assert len({sent["event_id"] for sent in bot.received}) == 5
    assert envelope["authorizations"][0]["user_id"] == BOT
    assert (envelope["event"]["channel"], envelope["event"]["channel_type"]) == (channel, "C")
    lines = client.conversations_history(channel=channel)["messages"]
    assert [(line["subtype"], line.get("inviter")) for line in lines[:2]] == [
        ("channel_leave", None),
        ("channel_join", ZOE),
    ]
    assert lines[0]["text"] == f"<@{ALICE}> has left the channel"
    assert ALICE not in client.conversations_members(channel=channel)["members"]


def test_only_of_channels_the_bot_is_in_and_may_read(queued: FakeSlack, bot: Bot) -> None:
    queued.join(ZOE, "C0PLATFORM")
    queued.leave(ZOE, "C0PLATFORM")
    queued.leave(ALICE, PRIVATE)
    queued.scopes = queued.scopes - {"channels:read"}
    queued.leave(ZOE, SRE)
    queued.deliver_events()
    assert bot.received == []


def test_events_of_what_never_was_are_forgotten(queued: FakeSlack) -> None:
    before = queued.snapshot()
    queued.leave(ZOE, SRE)
    assert [payload["event"]["user"] for payload in queued.event_queue.pending] == [ZOE]
    queued.restore(before)
    assert queued.deliver_events() == []


def test_where_nobody_can_leave_or_bring_anybody(slack: FakeSlack) -> None:
    for channel in ("C0GENERAL", DIRECT):
        with pytest.raises(NotPossibleError):
            slack.leave(ALICE, channel)
    for user, channel, other in (
        (ZOE, "C0PLATFORM", ALICE),
        (ALICE, "C0PLATFORM", "U0HUGO"),
        (ALICE, DIRECT, ZOE),
    ):
        with pytest.raises(NotPossibleError):
            slack.invite(user, channel, other)


def test_a_call_of_the_bots_does_not_wait_for_the_event_it_causes(
    slack: FakeSlack, bot: Bot, client: WebClient, channel: str
) -> None:
    def answer(sent: dict[str, Any]) -> Response:
        # Only possible once the call that caused the event has let go of the workspace.
        client.chat_postMessage(channel=channel, text=f"Welcome, <@{sent['event']['user']}>")
        return Response()

    bot.answer = answer
    slack.event_delivery = "sent"
    client.conversations_invite(channel=channel, users=ALICE)
    seen_within(bot, 1)
    slack.stop_events()
    assert client.conversations_history(channel=channel)["messages"][0]["text"] == f"Welcome, <@{ALICE}>"
    assert slack.event_queue.settled()


def test_what_the_bot_did_not_take_is_sent_again(slack: FakeSlack, bot: Bot) -> None:
    bot.answer = lambda _: Response(status=500 if len(bot.received) <= 2 else 200)
    slack.event_queue.retry_delays = (0, 0, 0)
    slack.event_delivery = "sent"
    slack.leave(ZOE, SRE)
    assert len(seen_within(bot, 3)) == 3
    slack.stop_events()
    assert len({sent["event_id"] for sent in bot.received}) == 1
    assert [headers.get("X-Slack-Retry-Num") for headers in bot.headers] == [None, "1", "2"]
    assert bot.headers[1]["X-Slack-Retry-Reason"] == "http_error"


def test_a_message_of_ones_own_can_be_edited(slack: FakeSlack, client: WebClient) -> None:
    ts = str(slack.type(ZOE, SRE, "restarted").ts)
    slack.edit(ZOE, SRE, ts, "restarted <twice>")
    (message,) = client.conversations_history(channel=SRE)["messages"]
    assert (message["text"], message["edited"]["user"]) == ("restarted &lt;twice&gt;", ZOE)
    with pytest.raises(NotPossibleError):
        slack.edit(ALICE, SRE, ts, "never happened")
    with pytest.raises(NotPossibleError):
        slack.delete("U0DANA", SRE, ts)


def test_a_message_of_ones_own_can_be_deleted(slack: FakeSlack, client: WebClient) -> None:
    parent = str(slack.type(ZOE, SRE, "restarted").ts)
    reply = str(slack.type(ALICE, SRE, "again?", thread_ts=parent).ts)
    slack.delete(ZOE, SRE, parent)
    (left,) = client.conversations_history(channel=SRE)["messages"]
    assert (left["subtype"], left["ts"]) == ("tombstone", parent)
    with pytest.raises(NotPossibleError):
        slack.delete(ZOE, SRE, parent)
    slack.delete(ALICE, SRE, reply)
    assert client.conversations_history(channel=SRE)["messages"] == [], "it goes with the last reply"


def test_changes_of_messages_are_events_for_who_subscribed(
    queued: FakeSlack, bot: Bot, client: WebClient
) -> None:
    ts = str(queued.type(ZOE, SRE, "one").ts)
    queued.edit(ZOE, SRE, ts, "two")
    assert queued.deliver_events() == []
    queued.subscribed |= MESSAGES
    queued.edit(ZOE, SRE, ts, "three")
    queued.delete(ZOE, SRE, ts)
    queued.type(ZOE, SRE, "four")
    own = client.chat_postMessage(channel=DIRECT, text="five", blocks=actions(button()))["ts"]
    client.chat_postEphemeral(channel=SRE, user=ALICE, text="seen by one")
    queued.deliver_events()
    changed, deleted, posted, mine = events(bot)
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "three")
    assert (changed["previous_message"]["text"], changed["channel"]) == ("two", SRE)
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert (posted["user"], posted["text"], posted["channel_type"]) == (ZOE, "four", "channel")
    assert (mine["ts"], mine["channel_type"], mine["bot_id"]) == (own, "im", "B0INCIDENT")


def test_an_event_for_a_bot_that_is_not_there(queued: FakeSlack) -> None:
    queued.bot_url = "http://127.0.0.1:1/"
    queued.leave(ZOE, SRE)
    (reply,) = queued.deliver_events()
    assert reply.status == 0
