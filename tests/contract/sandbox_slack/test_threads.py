"""Threads, and what a bot answers to what was pressed in one."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from incident.sandbox.slack import FakeSlack
from tests.contract.sandbox_slack.support import ALICE, SRE, ZOE, Bot, actions, button, error

TAG = {"event_type": "t", "event_payload": {}}


def test_replies_from_a_moment_on_with_their_metadata(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=SRE, text="parent", metadata=TAG)["ts"]
    sent = [
        client.chat_postMessage(channel=SRE, text=str(n), thread_ts=parent, metadata=TAG)["ts"]
        for n in range(4)
    ]

    def texts(**more: object) -> list[str]:
        answer = client.conversations_replies(channel=SRE, ts=parent, **more)  # type: ignore[arg-type]
        return [message["text"] for message in answer["messages"]]

    assert texts() == ["parent", "0", "1", "2", "3"]
    assert texts(oldest=sent[1]) == ["parent", "2", "3"]
    assert texts(oldest=sent[1], latest=sent[2], inclusive=True) == ["parent", "1", "2"]
    assert texts(limit=2) == ["parent", "0"]
    pages = client.conversations_replies(channel=SRE, ts=parent, limit=2, include_all_metadata=True)
    shown = [[m["text"] for m in page["messages"] if m["metadata"]["event_type"] == "t"] for page in pages]
    assert shown == [["parent", str(n)] for n in range(4)], "each page begins with the parent"


def test_a_parent_says_what_hangs_on_it(slack: FakeSlack, client: WebClient) -> None:
    parent = client.chat_postMessage(channel=SRE, text="parent")["ts"]
    assert "thread_ts" not in client.conversations_history(channel=SRE)["messages"][0]
    slack.type(ALICE, SRE, "one", thread_ts=parent)
    last = slack.type(ALICE, SRE, "two", thread_ts=parent).ts
    (message,) = client.conversations_history(channel=SRE)["messages"]
    assert (message["thread_ts"], message["reply_count"]) == (parent, 2)
    assert (message["reply_users"], message["latest_reply"]) == ([ALICE], last)


def test_a_reply_can_be_shown_in_the_channel_as_well(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=SRE, text="parent")["ts"]
    loud = client.chat_postMessage(channel=SRE, text="loud", thread_ts=parent, reply_broadcast=True)["ts"]
    quiet = client.chat_postMessage(channel=SRE, text="quiet", thread_ts=parent)["ts"]
    shown = client.conversations_history(channel=SRE)["messages"]
    assert [(m["text"], m.get("subtype")) for m in shown] == [("loud", "thread_broadcast"), ("parent", None)]
    client.chat_update(channel=SRE, ts=quiet, text="quiet", reply_broadcast=True)
    assert len(client.conversations_history(channel=SRE)["messages"]) == 3
    client.chat_delete(channel=SRE, ts=loud)
    assert len(client.conversations_history(channel=SRE)["messages"]) == 2
    said = [
        error(lambda: client.chat_postMessage(channel=SRE, text="x", reply_broadcast=True)),
        error(lambda: client.chat_update(channel=SRE, ts=parent, text="x", reply_broadcast=True)),
        error(lambda: client.chat_postMessage(channel=SRE, text="x", thread_ts=quiet)),
        error(
            lambda: client.chat_postEphemeral(channel=SRE, user=ZOE, text="x", thread_ts="1700000000.000001")
        ),
    ]
    assert said == ["invalid_arguments", "cant_broadcast_message", "thread_not_found", "thread_not_found"]


def test_a_whisper_in_a_thread_needs_one(slack: FakeSlack, client: WebClient) -> None:
    parent = client.chat_postMessage(channel=SRE, text="parent")["ts"]

    def whisper() -> None:
        client.chat_postEphemeral(channel=SRE, user=ZOE, text="x", thread_ts=parent)

    assert error(whisper) == "thread_not_found"
    slack.type(ALICE, SRE, "reply", thread_ts=parent)
    whisper()
    assert len(client.conversations_replies(channel=SRE, ts=parent)["messages"]) == 2


def test_pressing_in_a_thread(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    parent = client.chat_postMessage(channel=SRE, text="parent", blocks=actions(button("top")))["ts"]
    slack.press(ZOE, SRE, parent, "top")
    reply = client.chat_postMessage(channel=SRE, text="x", thread_ts=parent, blocks=actions(button()))["ts"]
    slack.press(ZOE, SRE, reply, "press_me")
    slack.press(ZOE, SRE, parent, "top")
    alone, answered, above = (sent["container"] for sent in bot.received)
    assert "thread_ts" not in alone
    assert (answered["message_ts"], answered["thread_ts"]) == (reply, parent)
    assert (above["message_ts"], above["thread_ts"]) == (parent, parent)
    webhook = WebhookClient(bot.received[1]["response_url"])
    assert (
        webhook.send_dict({"text": "loud", "response_type": "in_channel", "thread_ts": parent}).status_code
        == 200
    )
    assert webhook.send_dict({"text": "nowhere", "thread_ts": "1700000000.000001"}).status_code == 400
    thread = client.conversations_replies(channel=SRE, ts=parent)["messages"]
    assert [message["text"] for message in thread] == ["parent", "x", "loud"]
    webhook.send(text="pressed", replace_original=True)
    assert client.conversations_replies(channel=SRE, ts=parent)["messages"][1]["text"] == "pressed"
    assert WebhookClient(bot.received[2]["response_url"]).send(delete_original=True).status_code == 200
    assert client.conversations_history(channel=SRE)["messages"][0]["subtype"] == "tombstone"


def test_an_answer_to_a_press_is_for_one_or_for_all(slack: FakeSlack, bot: Bot, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=SRE, text="x", blocks=actions(button()))["ts"]
    client.pins_add(channel=SRE, timestamp=ts)
    slack.press(ZOE, SRE, ts, "press_me")
    webhook = WebhookClient(bot.received[0]["response_url"])
    webhook.send(text="for Zoé")
    webhook.send(text="for all", response_type="in_channel")
    assert [m["text"] for m in client.conversations_history(channel=SRE)["messages"]] == ["for all", "x"]
    assert [m.text for m in slack.workspace.history(SRE, ZOE)] == ["x", "for Zoé", "for all"]
    webhook.send(delete_original=True)
    assert [m["text"] for m in client.conversations_history(channel=SRE)["messages"]] == ["for all"]
    assert slack.workspace.channels[SRE].pins == ()
