"""What messages look like to the bot: what people write, share and change, and how history is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk import WebClient

from incident.sandbox.slack import FakeSlack, NotPossibleError
from tests.contract.sandbox_slack.support import ALICE, BOT, PRIVATE, SRE, ZOE, Bot, error


@pytest.fixture
def queued(slack: FakeSlack) -> Iterator[FakeSlack]:
    slack.subscribed = frozenset({"message.channels", "message.groups", "reaction_added"})
    slack.event_delivery = "queued"
    yield slack
    slack.stop_events()


def delivered(slack: FakeSlack, bot: Bot) -> list[dict[str, Any]]:
    bot.received.clear()
    slack.deliver_events()
    return [sent["event"] for sent in bot.received]


def newest(client: WebClient, channel: str = SRE) -> dict[str, Any]:
    message: dict[str, Any] = client.conversations_history(channel=channel, limit=1)["messages"][0]
    return message


def test_words_are_rich_text_as_well(slack: FakeSlack, client: WebClient) -> None:
    typed = "ask @zoe, @on-call in #platform :wave: `x<y` https://x.org/a?b=1&c\n- one\n- two\n"
    typed += "```if a < b:\n  go\n```"
    slack.type(ALICE, SRE, typed)
    message = newest(client)
    assert "<@U0ZOE>, <!subteam^S0ONCALL> in <#C0PLATFORM>" in message["text"]
    (block,) = message["blocks"]
    assert block["type"] == "rich_text"
    words, listed, code = block["elements"]
    assert words["elements"] == [
        {"type": "text", "text": "ask "},
        {"type": "user", "user_id": ZOE},
        {"type": "text", "text": ", "},
        {"type": "usergroup", "usergroup_id": "S0ONCALL"},
        {"type": "text", "text": " in "},
        {"type": "channel", "channel_id": "C0PLATFORM"},
        {"type": "text", "text": " "},
        {"type": "emoji", "name": "wave"},
        {"type": "text", "text": " "},
        {"type": "text", "text": "x<y", "style": {"code": True}},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://x.org/a?b=1&c"},
    ]
    assert listed["type"] == "rich_text_list"
    assert [item["elements"][0]["text"] for item in listed["elements"]] == ["one", "two"]
    assert code["elements"] == [{"type": "text", "text": "if a < b:\n  go"}]


def test_dates_and_everybody_in_rich_text(slack: FakeSlack, client: WebClient) -> None:
    slack.type(ALICE, SRE, "look, @here")
    assert newest(client)["blocks"][0]["elements"][0]["elements"][1] == {"type": "broadcast", "range": "here"}
    slack.webhook(SRE, "<!date^1795478400^{date} at {time}|then>: <https://x.org|down>")
    assert "blocks" not in newest(client), "what an integration sends stays as it is"


def test_a_message_with_files(queued: FakeSlack, bot: Bot, client: WebClient) -> None:
    ts = queued.upload(ZOE, SRE, ["graph 1.png", "core.bin"], "see")
    (event,) = delivered(queued, bot)
    assert (event["subtype"], event["text"], event["ts"]) == ("file_share", "see", ts)
    message = newest(client)
    assert "subtype" not in message
    first, second = message["files"]
    assert (first["name"], first["mimetype"], second["mimetype"]) == (
        "graph 1.png",
        "image/png",
        "application/octet-stream",
    )
    assert first["permalink"].endswith("/graph%201.png")
    assert first["id"] in first["url_private"]
    with pytest.raises(NotPossibleError):
        queued.upload(ZOE, SRE, [])


def test_a_forwarded_message(slack: FakeSlack, client: WebClient) -> None:
    said = next(m for m in slack.workspace.messages.values() if m.channel == "C0PLATFORM")
    slack.forward(ALICE, "C0PLATFORM", said.ts, SRE, "from platform")
    message = newest(client)
    (shared,) = message["attachments"]
    assert message["text"] == "from platform"
    assert (shared["is_share"], shared["author_id"], shared["text"]) == (True, said.user, said.text)
    assert shared["from_url"] == f"{slack.url}/archives/C0PLATFORM/p{said.ts.replace('.', '')}"
    with pytest.raises(NotPossibleError):
        slack.forward(ZOE, PRIVATE, said.ts, SRE)


def test_a_message_that_is_nobodys(queued: FakeSlack, bot: Bot, client: WebClient) -> None:
    ts = queued.webhook(SRE, "disk full", "Graphs")
    queued.react(ALICE, SRE, ts, "memo")
    posted, reacted = delivered(queued, bot)
    assert (posted["subtype"], posted["username"], posted["bot_id"]) == ("bot_message", "Graphs", "B0WEBHOOK")
    assert "user" not in posted
    assert "item_user" not in reacted
    queued.type(ALICE, SRE, "on it", thread_ts=ts)
    assert client.conversations_replies(channel=SRE, ts=ts)["messages"][1]["thread_ts"] == ts


def test_a_preview_changes_a_message_that_nobody_edited(queued: FakeSlack, bot: Bot) -> None:
    ts = str(queued.type(ALICE, SRE, "https://x.org").ts)
    delivered(queued, bot)
    queued.unfurl(ts, "X & Y", "the page")
    (event,) = delivered(queued, bot)
    assert event["subtype"] == "message_changed"
    assert event["message"]["text"] == event["previous_message"]["text"]
    assert event["message"]["attachments"][0]["title"] == "X &amp; Y"
    assert "edited" not in event["message"]


def test_an_edited_and_a_deleted_message(queued: FakeSlack, bot: Bot) -> None:
    queued.workspace.put(replace(queued.workspace.channels[PRIVATE], members=(ALICE, BOT)))
    ts = str(queued.type(ALICE, PRIVATE, "one").ts)
    delivered(queued, bot)
    queued.edit(ALICE, PRIVATE, ts, "two")
    queued.delete(ALICE, PRIVATE, ts)
    changed, deleted = delivered(queued, bot)
    assert (changed["channel"], changed["channel_type"], changed["hidden"]) == (PRIVATE, "group", True)
    assert changed["message"]["edited"]["user"] == ALICE
    assert changed["message"]["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "two"}]
    assert "edited" not in changed["previous_message"]
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "two")
    assert deleted["event_ts"] == deleted["ts"] > ts


def test_a_deleted_parent_becomes_a_tombstone(queued: FakeSlack, bot: Bot) -> None:
    parent = str(queued.type(ZOE, SRE, "restarted").ts)
    reply = str(queued.type(ALICE, SRE, "again?", thread_ts=parent).ts)
    delivered(queued, bot)
    queued.delete(ZOE, SRE, parent)
    (buried,) = delivered(queued, bot)
    assert (buried["subtype"], buried["message"]["subtype"]) == ("message_changed", "tombstone")
    assert (buried["message"]["ts"], buried["previous_message"]["text"]) == (parent, "restarted")
    assert (buried["message"]["user"], buried["message"]["reply_count"]) == ("USLACKBOT", 1)
    queued.delete(ALICE, SRE, reply)
    assert [event["deleted_ts"] for event in delivered(queued, bot)] == [reply, parent]


def test_lines_of_slacks_own_are_messages(queued: FakeSlack, bot: Bot, client: WebClient) -> None:
    queued.leave(ZOE, SRE)
    client.conversations_setTopic(channel=SRE, topic="all is well")
    left, topic = delivered(queued, bot)
    assert (left["subtype"], left["user"]) == ("channel_leave", ZOE)
    assert (topic["subtype"], topic["topic"], topic["user"]) == ("channel_topic", "all is well", BOT)


def test_a_reply_by_its_own_moment(slack: FakeSlack, client: WebClient) -> None:
    parent = str(slack.type(ZOE, SRE, "parent").ts)
    sent = [str(slack.type(ZOE, SRE, str(n), thread_ts=parent).ts) for n in range(3)]
    found = client.conversations_replies(
        channel=SRE, ts=parent, oldest=sent[1], latest=sent[1], inclusive=True, limit=1
    )["messages"]
    assert [message["ts"] for message in found] == [parent, sent[1]]
    assert [m["ts"] for m in client.conversations_replies(channel=SRE, ts=sent[1])["messages"]] == [sent[1]]


def test_one_message_of_the_history(slack: FakeSlack, client: WebClient) -> None:
    sent = [str(slack.type(ZOE, SRE, str(n)).ts) for n in range(5)]

    def texts(**more: object) -> list[str]:
        answer = client.conversations_history(channel=SRE, **more)  # type: ignore[arg-type]
        return [message["text"] for message in answer["messages"]]

    assert texts(latest=sent[2], inclusive=True, limit=1) == ["2"]
    assert texts(oldest=sent[2], inclusive=True, limit=1) == ["2"], "those closest to oldest"
    assert texts(oldest=sent[0], limit=2) == ["2", "1"]
    assert texts(oldest=sent[0], latest=sent[4], limit=2) == ["3", "2"]
    pages = client.conversations_history(channel=SRE, oldest=sent[0], limit=2)
    assert [[m["text"] for m in page["messages"]] for page in pages] == [["2", "1"], ["4", "3"]]


def test_pages_neither_repeat_nor_lose_what_is_posted_meanwhile(slack: FakeSlack, client: WebClient) -> None:
    for n in range(4):
        slack.type(ZOE, SRE, str(n))
    first = client.conversations_history(channel=SRE, limit=2)
    assert first["has_more"]
    slack.type(ZOE, SRE, "late")
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_history(channel=SRE, limit=2, cursor=cursor)
    assert [m["text"] for m in [*first["messages"], *second["messages"]]] == ["3", "2", "1", "0"]
    assert not second["has_more"]
    assert error(lambda: client.conversations_history(channel=SRE, cursor="bmV4dDoy")) == "invalid_cursor"


def test_replies_are_not_in_the_history_unless_sent_there(slack: FakeSlack, client: WebClient) -> None:
    parent = str(slack.type(ZOE, SRE, "parent").ts)
    slack.type(ALICE, SRE, "inside", thread_ts=parent)
    slack.type(ALICE, SRE, "outside", thread_ts=parent, broadcast=True)
    shown, first = client.conversations_history(channel=SRE)["messages"]
    assert (shown["text"], shown["subtype"]) == ("outside", "thread_broadcast")
    assert (first["reply_count"], first["reply_users_count"], first["latest_reply"]) == (2, 1, shown["ts"])
