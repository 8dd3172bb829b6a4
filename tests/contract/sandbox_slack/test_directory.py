"""Who there is, and who can be brought into a channel or written to."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from incident.sandbox.slack import FakeSlack, NotPossibleError, scopes_of, seed
from tests.contract.sandbox_slack.support import ALICE, BOT, SRE, ZOE, error, refusal

BENOIT, DANA, ANA = "U0BENOIT", "U0DANA", "U0ANA"
GUEST, LEFT, STRANGER = seed.GUEST.id, seed.LEFT.id, seed.STRANGER.id


def everybody(client: WebClient, **more: object) -> dict[str, dict[str, Any]]:
    pages = client.users_list(limit=4, **more)  # type: ignore[arg-type] # `more` are arguments of Slack's
    return {user["id"]: user for page in pages for user in page["members"]}


def test_everybody_has_a_language_of_their_own(client: WebClient) -> None:
    found = client.users_info(user=BENOIT, include_locale=True)["user"]
    assert (found["locale"], found["tz"]) == ("fr-CA", "America/Toronto")
    assert "locale" not in client.users_info(user=BENOIT)["user"]
    assert everybody(client, include_locale=True)[ALICE]["locale"] == "en-US"
    assert "locale" not in everybody(client)[ALICE]


def test_the_list_of_users_is_paged_and_has_bots_guests_and_the_deactivated(client: WebClient) -> None:
    users = everybody(client)
    assert len(client.users_list(limit=4)["members"]) == 4
    assert {name for name, user in users.items() if user["is_bot"]} == {BOT}, "Slackbot is none, to Slack"
    assert (users[LEFT]["deleted"], users[ALICE]["deleted"]) == (True, False)
    assert "tz" not in users[LEFT]
    assert users[GUEST]["is_restricted"]
    assert users[GUEST]["is_ultra_restricted"]
    assert STRANGER not in users
    stranger = client.users_info(user=STRANGER)["user"]
    assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T0BIRCH")


def test_the_list_of_users_needs_its_scope(slack: FakeSlack, client: WebClient) -> None:
    slack.scopes = scopes_of(["chat.postMessage"])
    assert refusal(client.users_list)["needed"] == "users:read"


def test_two_people_of_one_name(client: WebClient) -> None:
    anas = {user["name"] for user in everybody(client).values() if user["real_name"].startswith("Ana ")}
    assert anas == {"ana", "ana.lopez"}


def test_groups(client: WebClient) -> None:
    groups = client.usergroups_list(include_users=True)["usergroups"]
    assert {group["handle"]: group["users"] for group in groups} == {
        "on-call": list(seed.ON_CALL.users),
        "comms": [DANA, GUEST, LEFT],
    }
    assert client.usergroups_users_list(usergroup=seed.COMMS.id)["users"] == [DANA, GUEST, LEFT]


def test_who_cannot_be_invited(client: WebClient, channel: str) -> None:
    def invited(user: str) -> str:
        return error(lambda: client.conversations_invite(channel=channel, users=user))

    said = {user: invited(user) for user in (GUEST, LEFT, STRANGER, "USLACKBOT")}
    assert said == {
        GUEST: "ura_max_channels",
        LEFT: "user_disabled",
        STRANGER: "user_team_not_in_channel",
        "USLACKBOT": "cant_invite",
    }
    answer = client.conversations_invite(channel=channel, users=list(seed.COMMS.users), force=True)
    assert [(wrong["user"], wrong["error"]) for wrong in answer["errors"]] == [
        (GUEST, "ura_max_channels"),
        (LEFT, "user_disabled"),
    ]
    assert client.conversations_members(channel=channel)["members"] == [BOT, DANA]


def test_the_deactivated_keep_nobody_out_but_the_answer_is_an_error(client: WebClient, channel: str) -> None:
    assert error(lambda: client.conversations_invite(channel=channel, users=[LEFT, ZOE])) == "user_disabled"
    assert client.conversations_members(channel=channel)["members"] == [BOT, ZOE]
    refused = error(lambda: client.conversations_invite(channel=channel, users=[LEFT, GUEST, ALICE]))
    assert refused == "user_disabled"
    assert client.conversations_members(channel=channel)["members"] == [BOT, ZOE]


def test_whom_a_bot_cannot_write_to(client: WebClient) -> None:
    assert error(lambda: client.chat_postMessage(channel=LEFT, text="x")) == "user_disabled"
    assert error(lambda: client.conversations_open(users=LEFT)) == "user_disabled"
    assert error(lambda: client.conversations_open(users="USLACKBOT")) == "cannot_dm_bot"
    assert (
        error(lambda: client.chat_postEphemeral(channel=SRE, user=GUEST, text="x")) == "user_not_in_channel"
    )


def test_a_direct_message_and_what_is_in_it(slack: FakeSlack, client: WebClient) -> None:
    opened = client.conversations_open(users=ZOE)["channel"]["id"]
    posted = client.chat_postMessage(channel=ZOE, text="hello")
    assert posted["channel"] == opened
    client.chat_update(channel=opened, ts=posted["ts"], text="hello again")
    slack.type(ZOE, opened, "thanks")
    history = client.conversations_history(channel=opened)["messages"]
    assert [message["text"] for message in history] == ["thanks", "hello again"]
    slack.scopes = slack.scopes - {"im:history"}
    assert refusal(lambda: client.conversations_history(channel=opened))["needed"] == "im:history"


def test_guests_and_strangers_see_only_the_channels_they_are_in(slack: FakeSlack) -> None:
    for user in (GUEST, STRANGER):
        with pytest.raises(NotPossibleError):
            slack.join(user, SRE)
    with pytest.raises(NotPossibleError):
        slack.type(LEFT, "C0GENERAL", "hello")
    assert slack.type(GUEST, "C0RANDOM", "hello").ts
    slack.share(SRE, STRANGER)
    assert slack.type(STRANGER, SRE, "hello").ts
    with pytest.raises(NotPossibleError):
        slack.share(SRE, ALICE)


def test_names_that_nobody_picked_stay_characters(slack: FakeSlack, client: WebClient) -> None:
    slack.type(ALICE, SRE, "ask @ana.lopez or @ana in #platform & @comms")
    slack.type(ALICE, SRE, "ask @ana in #platform & @comms", literal=True)
    literal, picked = client.conversations_history(channel=SRE)["messages"]
    assert picked["text"] == ("ask <@U0ANALOPEZ> or <@U0ANA> in <#C0PLATFORM> &amp; <!subteam^S0COMMS>")
    assert literal["text"] == "ask @ana in #platform &amp; @comms"
