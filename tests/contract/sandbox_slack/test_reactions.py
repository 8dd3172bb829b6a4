"""Reactions: what people give messages, and what the bot is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from incident.sandbox.slack import FakeSlack, NotPossibleError
from tests.contract.sandbox_slack.support import ALICE, BOT, PRIVATE, SRE, ZOE, Bot, error


@pytest.fixture
def queued(slack: FakeSlack) -> Iterator[FakeSlack]:
    slack.subscribed = frozenset({"reaction_added", "reaction_removed"})
    slack.event_delivery = "queued"
    yield slack
    slack.stop_events()


def delivered(slack: FakeSlack, bot: Bot) -> list[dict[str, Any]]:
    bot.received.clear()
    slack.deliver_events()
    return [sent["event"] for sent in bot.received]


def test_given_and_taken_off(queued: FakeSlack, bot: Bot, client: WebClient) -> None:
    parent = str(queued.type(ZOE, SRE, "restarted").ts)
    reply = str(queued.type(ZOE, SRE, "twice", thread_ts=parent).ts)
    queued.react(ALICE, SRE, reply, "memo")
    queued.react(ZOE, SRE, reply, "memo::skin-tone-3")
    queued.unreact(ALICE, SRE, reply, "memo")
    added, toned, removed = delivered(queued, bot)
    event_ts = added.pop("event_ts")
    assert event_ts > reply
    assert added == {
        "type": "reaction_added",
        "user": ALICE,
        "reaction": "memo",
        "item_user": ZOE,
        "item": {"type": "message", "channel": SRE, "ts": reply},
    }
    assert (toned["reaction"], removed["type"], removed["user"]) == (
        "memo::skin-tone-3",
        "reaction_removed",
        ALICE,
    )
    message = client.conversations_replies(channel=SRE, ts=parent)["messages"][1]
    assert message["reactions"] == [{"name": "memo::skin-tone-3", "users": [ZOE], "count": 1}]


def test_reading_them(slack: FakeSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=SRE, text="x")["ts"]
    for user, name in ((ZOE, "memo"), (ZOE, "+1"), (ALICE, "memo")):
        slack.react(user, SRE, ts, name)
    answer = client.reactions_get(channel=SRE, timestamp=ts)
    assert answer["type"] == "message"
    assert answer["message"]["reactions"] == [
        {"name": "memo", "users": [ZOE, ALICE], "count": 2},
        {"name": "+1", "users": [ZOE], "count": 1},
    ]
    assert error(lambda: client.reactions_get(channel=SRE, timestamp="1405894322.002768")) == (
        "message_not_found"
    )
    slack.scopes -= {"reactions:read"}
    assert error(lambda: client.reactions_get(channel=SRE, timestamp=ts)) == "missing_scope"


def test_of_a_message_of_the_bots(queued: FakeSlack, bot: Bot, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=SRE, text="x")["ts"]
    queued.react(ALICE, SRE, ts, "memo")
    (event,) = delivered(queued, bot)
    assert event["item_user"] == BOT


def test_what_the_bot_is_not_told(queued: FakeSlack, bot: Bot) -> None:
    elsewhere = str(queued.type(ALICE, PRIVATE, "secret").ts)
    queued.react(ALICE, PRIVATE, elsewhere, "memo")
    here = str(queued.type(ALICE, SRE, "x").ts)
    queued.scopes -= {"reactions:read"}
    queued.react(ALICE, SRE, here, "memo")
    assert delivered(queued, bot) == []


def test_where_nobody_can_react(slack: FakeSlack, client: WebClient) -> None:
    ts = str(slack.type(ALICE, SRE, "x").ts)
    whispered = client.chat_postEphemeral(channel=SRE, user=ALICE, text="x")["message_ts"]
    slack.react(ALICE, SRE, ts, "memo")
    for user, channel, of, name in (
        (ALICE, SRE, ts, "memo"),  # given already
        (ALICE, SRE, whispered, "memo"),
        (ALICE, SRE, ts, "no such emoji"),
        (ALICE, SRE, ts, "memo::skin-tone-9"),
        (ZOE, "C0PLATFORM", ts, "memo"),
    ):
        with pytest.raises(NotPossibleError):
            slack.react(user, channel, of, name)
    with pytest.raises(NotPossibleError):
        slack.unreact(ZOE, SRE, ts, "memo")
