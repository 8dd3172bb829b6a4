"""What happens to channels as a whole, and what the bot can still do then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk import WebClient

from incident.sandbox.slack import FakeSlack, NotPossibleError
from tests.contract.sandbox_slack.support import ALICE, BOT, DIRECT, PRIVATE, SRE, ZOE, Bot, error

CHANGES = ("archive", "unarchive", "rename", "deleted")


@pytest.fixture
def queued(slack: FakeSlack) -> Iterator[FakeSlack]:
    kinds = {f"{kind}_{change}" for kind in ("channel", "group") for change in CHANGES}
    slack.subscribed = frozenset({*kinds, "pin_removed"})
    slack.event_delivery = "queued"
    yield slack
    slack.stop_events()


@pytest.fixture
def invited(queued: FakeSlack) -> str:
    """A private channel that the bot is in."""
    queued.workspace.put(replace(queued.workspace.channels[PRIVATE], members=(ALICE, BOT)))
    return PRIVATE


def delivered(slack: FakeSlack, bot: Bot) -> list[dict[str, Any]]:
    bot.received.clear()
    slack.deliver_events()
    events = [sent["event"] for sent in bot.received]
    assert all(float(event.pop("event_ts")) > 0 for event in events)
    return events


def test_the_bot_archives(queued: FakeSlack, bot: Bot, client: WebClient, channel: str) -> None:
    ts = client.chat_postMessage(channel=channel, text="x")["ts"]
    client.conversations_invite(channel=channel, users=ALICE)
    client.conversations_archive(channel=channel)
    assert delivered(queued, bot) == [{"type": "channel_archive", "channel": channel, "user": BOT}]
    assert queued.workspace.history(channel)[-1].subtype == "channel_archive"
    shown = client.conversations_info(channel=channel, include_num_members=True)["channel"]
    assert (shown["is_archived"], shown["is_member"], shown["num_members"]) == (True, False, 0)
    for call, word in (
        (lambda: client.conversations_archive(channel=channel), "already_archived"),
        (lambda: client.conversations_unarchive(channel=channel), "not_in_channel"),
        (lambda: client.conversations_join(channel=channel), "is_archived"),
        (lambda: client.conversations_invite(channel=channel, users=ZOE), "is_archived"),
        (lambda: client.conversations_setTopic(channel=channel, topic="x"), "is_archived"),
        (lambda: client.conversations_rename(channel=channel, name="x"), "is_archived"),
        (lambda: client.conversations_history(channel=channel), "not_in_channel"),
        (lambda: client.chat_postMessage(channel=channel, text="x"), "is_archived"),
        (lambda: client.chat_update(channel=channel, ts=ts, text="x"), "is_archived"),
        (lambda: client.pins_add(channel=channel, timestamp=ts), "is_archived"),
    ):
        assert error(call) == word
    assert error(lambda: client.conversations_archive(channel="C0GENERAL")) == "cant_archive_general"
    assert error(lambda: client.conversations_archive(channel="C0PLATFORM")) == "not_in_channel"
    assert error(lambda: client.conversations_unarchive(channel=SRE)) == "not_archived"


def test_people_can_only_read_what_is_archived(slack: FakeSlack, client: WebClient, channel: str) -> None:
    client.conversations_invite(channel=channel, users=[ALICE, ZOE])
    ts = str(slack.type(ALICE, channel, "x").ts)
    slack.archive(ALICE, channel)
    for act in (
        lambda: slack.type(ALICE, channel, "y"),
        lambda: slack.type(ALICE, channel, "/incident status"),
        lambda: slack.edit(ALICE, channel, ts, "y"),
        lambda: slack.delete(ALICE, channel, ts),
        lambda: slack.react(ALICE, channel, ts, "memo"),
        lambda: slack.join(ZOE, channel),
        lambda: slack.leave(ALICE, channel),
        lambda: slack.invite(ALICE, channel, ZOE),
        lambda: slack.archive(ALICE, channel),
        lambda: slack.rename(ALICE, channel, "y"),
        lambda: slack.set_topic(ALICE, channel, "y"),
    ):
        with pytest.raises(NotPossibleError):
            act()


def test_a_person_unarchives_and_the_bot_comes_back(
    queued: FakeSlack, bot: Bot, client: WebClient, channel: str
) -> None:
    client.conversations_invite(channel=channel, users=ALICE)
    queued.archive(ALICE, channel)
    queued.unarchive(ZOE, channel)
    assert delivered(queued, bot) == [
        {"type": "channel_archive", "channel": channel, "user": ALICE},
        {"type": "channel_unarchive", "channel": channel, "user": ZOE},
    ]
    assert queued.workspace.channels[channel].members == (ZOE,)
    assert error(lambda: client.chat_postMessage(channel=channel, text="x")) == "not_in_channel"
    queued.scopes -= {"channels:join"}
    assert error(lambda: client.conversations_join(channel=channel)) == "missing_scope"
    queued.scopes |= {"channels:join"}
    client.conversations_join(channel=channel)
    client.chat_postMessage(channel=channel, text="back")
    with pytest.raises(NotPossibleError):
        queued.unarchive(ZOE, channel)


def test_a_private_channel(queued: FakeSlack, bot: Bot, client: WebClient, invited: str) -> None:
    queued.rename(ALICE, invited, "secret matters")
    queued.archive(ALICE, invited)
    queued.unarchive(ALICE, invited)
    renamed, archived, unarchived = delivered(queued, bot)
    assert (renamed["type"], renamed["channel"]["name"]) == ("group_rename", "secret-matters")
    assert archived == {"type": "group_archive", "channel": invited, "actor_id": ALICE}
    assert unarchived["type"] == "group_unarchive"
    assert error(lambda: client.conversations_join(channel=invited)) == (
        "method_not_supported_for_channel_type"
    )
    queued.scopes -= {"groups:read"}
    queued.archive(ALICE, invited)
    assert delivered(queued, bot) == []


def test_who_hears_of_channels_the_bot_is_not_in(queued: FakeSlack, bot: Bot) -> None:
    queued.rename(ALICE, "C0PLATFORM", "platforms")
    queued.rename(ALICE, PRIVATE, "hidden")
    assert [event["channel"]["id"] for event in delivered(queued, bot)] == ["C0PLATFORM"]
    queued.scopes -= {"channels:read"}
    queued.rename(ALICE, "C0PLATFORM", "platform")
    assert delivered(queued, bot) == []


def test_a_person_renames(queued: FakeSlack, bot: Bot, client: WebClient, channel: str) -> None:
    client.conversations_invite(channel=channel, users=ALICE)
    created = client.conversations_info(channel=channel)["channel"]["created"]
    queued.rename(ALICE, channel, " Incident Été ")
    (event,) = delivered(queued, bot)
    assert event == {
        "type": "channel_rename",
        "channel": {
            "id": channel,
            "is_channel": True,
            "is_mpim": False,
            "name": "incident-été",
            "name_normalized": "incident-été",
            "created": created,
        },
    }
    line = client.conversations_history(channel=channel, limit=1)["messages"][0]
    assert (line["subtype"], line["name"], line["user"]) == ("channel_name", "incident-été", ALICE)
    assert line["old_name"] == "incident-2026-11-23-database"
    for name in ("", "x" * 81, "what?", "random", "here", "--"):
        with pytest.raises(NotPossibleError):
            queued.rename(ALICE, channel, name)
    for user in (ZOE, "U0HUGO"):
        with pytest.raises(NotPossibleError):
            queued.rename(user, channel, "mine")
    assert delivered(queued, bot) == []


def test_a_person_sets_the_topic(slack: FakeSlack, client: WebClient) -> None:
    slack.set_topic(ZOE, SRE, "all <well> & good")
    assert client.conversations_info(channel=SRE)["channel"]["topic"]["value"] == (
        "all &lt;well&gt; &amp; good"
    )
    line = client.conversations_history(channel=SRE)["messages"][0]
    assert (line["subtype"], line["user"], line["topic"]) == (
        "channel_topic",
        ZOE,
        "all &lt;well&gt; &amp; good",
    )
    with pytest.raises(NotPossibleError):
        slack.set_topic(ZOE, SRE, "x" * 251)
    with pytest.raises(NotPossibleError):
        slack.set_topic(ALICE, DIRECT, "x")


def test_where_nobody_can_archive(slack: FakeSlack) -> None:
    for user, channel in (
        (ALICE, "C0GENERAL"),
        (ALICE, DIRECT),
        (ZOE, "C0PLATFORM"),
        ("U0HUGO", "C0RANDOM"),
    ):
        with pytest.raises(NotPossibleError):
            slack.archive(user, channel)


def test_a_person_unpins(queued: FakeSlack, bot: Bot, client: WebClient) -> None:
    first, second = (client.chat_postMessage(channel=SRE, text=str(n))["ts"] for n in range(2))
    for ts in (first, second):
        client.pins_add(channel=SRE, timestamp=ts)
    items = client.pins_list(channel=SRE)["items"]
    assert [item["message"]["ts"] for item in items] == [second, first]
    assert items[0]["message"]["permalink"].endswith(f"/archives/{SRE}/p{second.replace('.', '')}")
    queued.unpin(ZOE, SRE, first)
    (event,) = delivered(queued, bot)
    assert (event["type"], event["user"], event["channel_id"]) == ("pin_removed", ZOE, SRE)
    assert (event["item"]["message"]["ts"], event["item_user"], event["has_pins"]) == (first, BOT, True)
    assert event["item"]["channel"] == SRE
    assert [item["message"]["ts"] for item in client.pins_list(channel=SRE)["items"]] == [second]
    with pytest.raises(NotPossibleError):
        queued.unpin(ZOE, SRE, first)
    assert error(lambda: client.pins_remove(channel=SRE, timestamp=first)) == "no_pin"
    queued.scopes -= {"pins:read"}
    queued.unpin(ZOE, SRE, second)
    assert delivered(queued, bot) == []
    assert error(lambda: client.pins_list(channel=SRE)) == "missing_scope"


def test_an_admin_deletes_a_message_of_the_bots(queued: FakeSlack, bot: Bot, client: WebClient) -> None:
    queued.subscribed = frozenset({"message.channels"})
    ts = client.chat_postMessage(channel=SRE, text="x")["ts"]
    client.pins_add(channel=SRE, timestamp=ts)
    delivered(queued, bot)
    with pytest.raises(NotPossibleError):
        queued.delete(ZOE, SRE, ts)
    queued.delete(ALICE, SRE, ts)
    (event,) = delivered(queued, bot)
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", ts)
    assert event["previous_message"]["bot_id"] == "B0INCIDENT"
    assert client.pins_list(channel=SRE)["items"] == []
    assert error(lambda: client.chat_update(channel=SRE, ts=ts, text="y")) == "message_not_found"
    whispered = client.chat_postEphemeral(channel=SRE, user=ALICE, text="x")["message_ts"]
    with pytest.raises(NotPossibleError):
        queued.delete(ALICE, SRE, whispered)


def test_an_admin_deletes_a_channel(queued: FakeSlack, bot: Bot, client: WebClient, channel: str) -> None:
    client.conversations_invite(channel=channel, users=ZOE)
    client.bookmarks_add(channel_id=channel, title="x", type="link", link="https://x.org")
    with pytest.raises(NotPossibleError):
        queued.delete_channel(ZOE, channel)
    with pytest.raises(NotPossibleError):
        queued.delete_channel(ALICE, "C0GENERAL")
    queued.delete_channel(ALICE, channel)
    assert delivered(queued, bot) == [{"type": "channel_deleted", "channel": channel, "actor_id": ALICE}]
    assert error(lambda: client.chat_postMessage(channel=channel, text="x")) == "channel_not_found"
    assert all(message.channel != channel for message in queued.workspace.messages.values())
    assert queued.workspace.bookmarks == {}


def test_a_private_channel_is_deleted(queued: FakeSlack, bot: Bot, invited: str) -> None:
    queued.delete_channel(ALICE, invited)
    assert [event["type"] for event in delivered(queued, bot)] == ["group_deleted"]
