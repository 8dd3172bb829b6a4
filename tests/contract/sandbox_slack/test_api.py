"""The Web API of the Slack stand-in, through the real `slack_sdk` over real sockets."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import HeaderBlock, SectionBlock
from slack_sdk.models.metadata import Metadata
from slack_sdk.webhook import WebhookClient

from incident.sandbox.faults import Fault, FaultInjector
from incident.sandbox.slack import METHODS, FakeSlack, scopes_of
from tests.contract.sandbox_slack.support import (
    ALICE,
    BOT,
    DIRECT,
    PRIVATE,
    SRE,
    ZOE,
    Bot,
    Clock,
    actions,
    button,
    error,
    refusal,
)


def test_everything_a_declared_incident_needs(slack: FakeSlack, client: WebClient, channel: str) -> None:
    client.conversations_invite(channel=channel, users=[ALICE, ZOE])
    client.conversations_setTopic(channel=channel, topic="Database is down")
    client.conversations_setPurpose(channel=channel, purpose="Bring it back")
    posted = client.chat_postMessage(
        channel=channel,
        text="Incident",
        blocks=[
            HeaderBlock(text="Incident"),
            SectionBlock(text=f"<@{ALICE}> commands &amp; <https://x.org|report>"),
        ],
        metadata=Metadata("incident_briefing", {"incident": "1"}),
        unfurl_links=False,
    )
    client.pins_add(channel=channel, timestamp=posted["ts"])
    client.bookmarks_add(
        channel_id=channel, title="Call", type="link", link="https://meet.example/abc", emoji=":phone:"
    )

    info = client.conversations_info(channel=channel)["channel"]
    assert (info["creator"], info["topic"]["value"], info["is_member"]) == (BOT, "Database is down", True)
    assert client.conversations_members(channel=channel)["members"] == [BOT, ALICE, ZOE]
    messages = client.conversations_history(channel=channel, include_all_metadata=True)["messages"]
    assert [m.get("subtype") for m in messages] == [
        None, "channel_purpose", "channel_topic", "channel_join", "channel_join", "channel_join",
    ]  # fmt: skip
    assert messages[0]["metadata"] == {"event_type": "incident_briefing", "event_payload": {"incident": "1"}}
    assert messages[0]["pinned_to"] == [channel]
    assert [b["title"] for b in client.bookmarks_list(channel_id=channel)["bookmarks"]] == ["Call"]
    assert slack.workspace.channels[channel].pins == (posted["ts"],)
    assert "metadata" not in client.conversations_history(channel=channel)["messages"][0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Database", "invalid_name_specials"),
        ("panne-d'accès", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("incident-sre", "name_taken"),
    ],
)
def test_channel_names(refusing: WebClient, name: str, expected: str) -> None:
    assert error(lambda: refusing.conversations_create(name=name)) == expected


def test_the_name_of_an_archived_channel_stays_taken(client: WebClient, channel: str) -> None:
    name = client.conversations_info(channel=channel)["channel"]["name"]
    client.conversations_archive(channel=channel)
    assert error(lambda: client.conversations_create(name=name)) == "name_taken"
    assert error(lambda: client.chat_postMessage(channel=channel, text="x")) == "is_archived"
    assert error(lambda: client.conversations_invite(channel=channel, users=ALICE)) == "is_archived"


def test_inviting(client: WebClient, channel: str) -> None:
    client.conversations_invite(channel=channel, users=ALICE)
    answers = {
        users: refusal(lambda users=users: client.conversations_invite(channel=channel, users=users))  # type: ignore[misc] # bound now
        for users in (ALICE, BOT, "U0NOBODY", ",", f"{ALICE},{ZOE}")
    }
    assert [a["error"] for a in answers.values()] == [
        "already_in_channel", "cant_invite_self", "user_not_found", "no_user", "already_in_channel",
    ]  # fmt: skip
    assert answers[ALICE]["errors"] == [{"user": ALICE, "ok": False, "error": "already_in_channel"}]
    assert ZOE not in client.conversations_members(channel=channel)["members"]
    client.conversations_invite(channel=channel, users=[ALICE, "U0NOBODY", ZOE], force=True)
    assert client.conversations_members(channel=channel)["members"] == [BOT, ALICE, ZOE]
    many = ",".join(f"U{n:09}" for n in range(101))
    assert error(lambda: client.conversations_invite(channel=channel, users=many)) == "too_many_users"


def test_errors_of_ordinary_calls(client: WebClient, channel: str) -> None:
    ts = client.chat_postMessage(channel="#incident-sre", text="x")["ts"]
    client.pins_add(channel=SRE, timestamp=ts)
    said = [
        error(lambda: client.conversations_setTopic(channel=channel, topic="x" * 251)),
        error(lambda: client.pins_add(channel=SRE, timestamp=ts)),
        error(lambda: client.pins_add(channel=channel, timestamp=ts)),
        error(lambda: client.chat_postMessage(channel="C0GENERAL", text="x")),
        error(lambda: client.chat_postMessage(channel=PRIVATE, text="x")),
        error(lambda: client.chat_postMessage(channel=channel, text=" ")),
        error(lambda: client.chat_postMessage(channel=channel, text="x" * 40_001)),
        error(lambda: client.chat_postEphemeral(channel=channel, user=ZOE, text="x")),
        error(lambda: client.bookmarks_add(channel_id=channel, title="x", type="link", link="javascript:1")),
        error(lambda: client.chat_postMessage(channel=channel, text="x", metadata={"event_type": "x"})),
    ]
    assert said == [
        "too_long", "already_pinned", "message_not_found", "not_in_channel", "channel_not_found",
        "no_text", "msg_too_long", "user_not_in_channel", "invalid_link", "invalid_metadata_format",
    ]  # fmt: skip


def test_arguments_are_checked(client: WebClient) -> None:
    assert error(lambda: client.api_call("conversations.invent")) == "unknown_method"
    wrong = refusal(lambda: client.api_call("pins.add", params={"channel": SRE, "colour": "red"}))
    assert wrong["error"] == "invalid_arguments"
    assert wrong["response_metadata"]["messages"] == [
        "[ERROR] no such argument: colour",
        "[ERROR] missing required field: timestamp",
    ]
    assert error(lambda: client.pins_add(channel=SRE, timestamp="1.5")) == "invalid_arguments"
    assert error(lambda: client.conversations_history(channel=SRE, limit=0)) == "invalid_arguments"
    assert error(lambda: client.api_call("users.info", json={"user": ALICE})) == "invalid_arguments"


def test_tokens_and_scopes(slack: FakeSlack, client: WebClient) -> None:
    stranger = WebClient("xoxb-other", base_url=client.base_url)
    assert error(stranger.auth_test) == "invalid_auth"
    slack.scopes = scopes_of(["chat.postMessage"])
    client.chat_postMessage(channel=SRE, text="x")
    answer = refusal(lambda: client.conversations_create(name="x"))
    assert answer == {
        "ok": False,
        "error": "missing_scope",
        "needed": "channels:manage",
        "provided": "chat:write",
    }
    slack.scopes = frozenset({"channels:manage"})
    assert refusal(lambda: client.conversations_create(name="x", is_private=True))["needed"] == "groups:write"


def test_every_method_can_be_called_with_the_scopes_of_the_table() -> None:
    assert scopes_of(METHODS) >= {"channels:manage", "chat:write", "pins:write", "usergroups:read"}
    assert all(not spec.by_kind or not spec.scopes for spec in METHODS.values())


def test_history_is_paged_from_the_newest(client: WebClient) -> None:
    sent = [client.chat_postMessage(channel=SRE, text=str(n))["ts"] for n in range(5)]
    assert sent == sorted(set(sent))
    pages = [page["messages"] for page in client.conversations_history(channel=SRE, limit=2)]
    assert [m["text"] for page in pages for m in page] == ["4", "3", "2", "1", "0"]
    within = client.conversations_history(channel=SRE, oldest=sent[1], latest=sent[3])["messages"]
    assert [m["text"] for m in within] == ["2"]
    within = client.conversations_history(channel=SRE, oldest=sent[1], latest=sent[3], inclusive=True)[
        "messages"
    ]
    assert [m["text"] for m in within] == ["3", "2", "1"]


def test_editing_keeps_what_is_not_sent(client: WebClient) -> None:
    blocks = actions(button())
    ts = client.chat_postMessage(
        channel=SRE, text="x", blocks=blocks, metadata={"event_type": "t", "event_payload": {}}
    )["ts"]
    edited = client.chat_update(channel=SRE, ts=ts, text="y")["message"]
    assert (edited["ts"], edited["text"], len(edited["blocks"])) == (ts, "y", 1)
    assert edited["edited"]["user"] == BOT
    assert edited["metadata"]["event_type"] == "t"
    assert (
        error(lambda: client.chat_update(channel=SRE, ts="1700000000.000001", text="y"))
        == "message_not_found"
    )


def texts(client: WebClient, channel: str = SRE) -> list[str]:
    return [message["text"] for message in client.conversations_history(channel=channel)["messages"]]


def test_deleting(slack: FakeSlack, client: WebClient) -> None:
    first, second, third = (client.chat_postMessage(channel=SRE, text=f"n{n}")["ts"] for n in range(3))
    client.pins_add(channel=SRE, timestamp=second)
    answer = client.chat_delete(channel=SRE, ts=second)
    assert (answer["channel"], answer["ts"]) == (SRE, second)
    assert texts(client) == ["n2", "n0"]
    assert client.conversations_history(channel=SRE)["pin_count"] == 0
    for call in (
        lambda: client.chat_delete(channel=SRE, ts=second),
        lambda: client.chat_update(channel=SRE, ts=second, text="x"),
        lambda: client.pins_add(channel=SRE, timestamp=second),
        lambda: client.chat_getPermalink(channel=SRE, message_ts=second),
    ):
        assert error(call) == "message_not_found"
    assert error(lambda: client.conversations_replies(channel=SRE, ts=second)) == "thread_not_found"
    later = client.chat_postMessage(channel=SRE, text="later")["ts"]
    assert later > third > second > first, "the ts of a deleted message is not given again"
    slack.restore(slack.snapshot())
    assert texts(client) == ["later", "n2", "n0"]


def test_a_bot_deletes_only_what_it_posted_itself(slack: FakeSlack, client: WebClient, channel: str) -> None:
    typed = slack.type(ALICE, SRE, "mine").ts
    joined = client.conversations_history(channel=channel)["messages"][0]["ts"]
    whispered = client.chat_postEphemeral(channel=SRE, user=ALICE, text="x")["message_ts"]
    slack.scopes |= {"chat:write.customize"}
    disguised = client.chat_postMessage(channel=SRE, text="x", username="Pager")["ts"]
    assert error(lambda: client.chat_delete(channel=SRE, ts=str(typed))) == "cant_delete_message"
    assert error(lambda: client.chat_delete(channel=channel, ts=joined)) == "cant_delete_message"
    assert error(lambda: client.chat_delete(channel=SRE, ts=disguised)) == "cant_delete_message"
    assert error(lambda: client.chat_delete(channel=SRE, ts=whispered)) == "message_not_found"
    assert error(lambda: client.chat_delete(channel=PRIVATE, ts=whispered)) == "channel_not_found"
    own = client.chat_postMessage(channel=channel, text="x")["ts"]
    assert error(lambda: client.chat_delete(channel=SRE, ts=own)) == "message_not_found"
    slack.scopes = slack.scopes - {"chat:write"}
    assert refusal(lambda: client.chat_delete(channel=channel, ts=own))["needed"] == "chat:write"


def test_what_was_replied_to_leaves_a_tombstone(slack: FakeSlack, client: WebClient) -> None:
    parent = client.chat_postMessage(
        channel=SRE, text="parent", metadata={"event_type": "t", "event_payload": {}}
    )["ts"]
    reply = str(slack.type(ALICE, SRE, "reply", thread_ts=parent).ts)
    client.chat_delete(channel=SRE, ts=parent)
    (left,) = client.conversations_history(channel=SRE, include_all_metadata=True)["messages"]
    assert (left["ts"], left["subtype"], left["user"]) == (parent, "tombstone", "USLACKBOT")
    assert left["text"] == "This message was deleted."
    assert "metadata" not in left
    thread = client.conversations_replies(channel=SRE, ts=parent)["messages"]
    assert [message["ts"] for message in thread] == [parent, reply]
    assert error(lambda: client.chat_delete(channel=SRE, ts=parent)) == "cant_delete_message"
    assert error(lambda: client.chat_update(channel=SRE, ts=parent, text="x")) == "cant_update_message"


def test_rate_limits(slack: FakeSlack, client: WebClient, clock: Clock) -> None:
    slack.enforce_rate_limits = True
    for n in range(20):
        client.conversations_create(name=f"incident-{n}")
    with pytest.raises(SlackApiError) as caught:
        client.conversations_create(name="incident-20")
    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    clock.offset = int(response.headers["Retry-After"])
    client.conversations_create(name="incident-20")
    for _ in range(5):
        client.chat_postMessage(channel=SRE, text="x")
    assert error(lambda: client.chat_postMessage(channel="#incident-sre", text="x")) == "ratelimited"
    client.chat_postMessage(channel=DIRECT, text="x")


def test_faults(fault_injector: FaultInjector, slack: FakeSlack, client: WebClient) -> None:
    def names() -> set[str]:
        return {c["name"] for c in slack.snapshot()["channels"]}

    fault_injector.break_("slack.conversations.create", Fault(status=200, error="fatal_error"), times=1)
    assert error(lambda: client.conversations_create(name="one")) == "fatal_error"
    fault_injector.break_("slack.conversations.create", Fault(status=429, retry_after=7), times=1)
    with pytest.raises(SlackApiError) as caught:
        client.conversations_create(name="one")
    assert caught.value.response.headers["Retry-After"] == "7"
    fault_injector.break_("slack.conversations.create", Fault(status=503), times=1)
    with pytest.raises(SlackApiError):
        client.conversations_create(name="one")
    assert "one" not in names()
    fault_injector.break_("slack.conversations.create", Fault(status=0, acts=True), times=1)
    with pytest.raises((OSError, http.client.HTTPException)):
        client.conversations_create(name="one")
    assert "one" in names()
    assert [c.name for c in fault_injector.calls] == ["slack.conversations.create"] * 4


def test_a_snapshot_brings_everything_back(slack: FakeSlack, client: WebClient, bot: Bot) -> None:
    client.chat_postMessage(channel=SRE, text="x", blocks=actions(button()))
    slack.type(ALICE, SRE, "/incident")
    version, before = slack.version, json.loads(json.dumps(slack.snapshot()))
    client.conversations_create(name="later")
    assert slack.workspace.wait(version, 0) > version
    slack.restore(before)
    after = json.loads(json.dumps(slack.snapshot()))
    assert after.pop("last_micros") >= before.pop("last_micros")
    assert after == {**before, "version": slack.version}
    assert WebhookClient(bot.received[0]["response_url"]).send(text="x").status_code == 200
    slack.seed()
    assert slack.workspace.history(SRE, ALICE) == []


def test_nothing_else_is_served(slack: FakeSlack) -> None:
    target = urlsplit(slack.url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=2)
    connection.request("GET", "/archives/C0SRE")
    assert connection.getresponse().status == 404
    connection.close()
