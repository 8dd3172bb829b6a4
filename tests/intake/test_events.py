"""Which events reach the worker, and how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident.model.interaction import Kind
from tests.intake.door import Door, opened
from tests.intake.test_requests import ALICE, SRE

BOT, APP = "U0BOT", "A0BOT"
MESSAGE = {
    "type": "message",
    "user": ALICE,
    "text": "new",
    "ts": "17.1",
    "edited": {"user": ALICE, "ts": "18.1"},
}
REACTION = {
    "type": "reaction_added",
    "user": ALICE,
    "reaction": "memo",
    "item": {"type": "message", "channel": SRE, "ts": "17.1"},
    "item_user": BOT,
    "event_ts": "18.1",
}
CHANGED = {"type": "message", "subtype": "message_changed", "channel": SRE, "message": MESSAGE}
DELETED = {"type": "message", "subtype": "message_deleted", "channel": SRE, "deleted_ts": "17.1"}
JOINED = {"type": "member_joined_channel", "user": ALICE, "channel": SRE, "inviter": BOT}


def callback(event: object, **changed: Any) -> dict[str, Any]:
    authorization = {"enterprise_id": None, "team_id": "T0MAPLE", "user_id": BOT, "is_bot": True}
    return {
        "type": "event_callback",
        "team_id": "T0MAPLE",
        "api_app_id": APP,
        "event_id": "Ev1",
        "authorizations": [authorization],
        "event": event,
        **changed,
    }


USEFUL: list[tuple[dict[str, Any], str, str]] = [
    (REACTION, ALICE, SRE),
    ({**REACTION, "type": "reaction_removed"}, ALICE, SRE),
    (CHANGED, ALICE, SRE),
    ({**CHANGED, "message": {**MESSAGE, "edited": None}}, "", SRE),
    (DELETED, "", SRE),
    ({**REACTION, "reaction": "memo::skin-tone-3"}, ALICE, SRE),
    ({**CHANGED, "message": {**MESSAGE, "bot_id": "B1", "app_id": "A0OTHER"}}, ALICE, SRE),
    ({**CHANGED, "previous_message": {**MESSAGE, "text": "a password"}}, ALICE, SRE),
    ({**CHANGED, "previous_message": {**MESSAGE, "edited": {"ts": "17.5"}}}, ALICE, SRE),
    ({**CHANGED, "message": {**MESSAGE, "subtype": "tombstone"}, "previous_message": MESSAGE}, ALICE, SRE),
    ({**DELETED, "previous_message": {"bot_id": "B1", "text": "the briefing"}}, "", SRE),
    (JOINED, ALICE, SRE),
    ({**JOINED, "type": "member_left_channel"}, ALICE, SRE),
    *(
        ({"type": f"{sort}_{change}", "user": ALICE, "channel": SRE}, ALICE, SRE)
        for sort in ("channel", "group")
        for change in ("archive", "unarchive", "deleted")
    ),
    ({"type": "channel_rename", "channel": {"id": SRE, "name": "x", "created": 1}}, "", SRE),
    ({"type": "group_rename", "channel": {"id": SRE, "name": "x", "created": 1}}, "", SRE),
    ({"type": "app_home_opened", "user": ALICE, "channel": "D1", "tab": "home"}, ALICE, "D1"),
]


@pytest.mark.parametrize(("event", "user", "channel"), USEFUL)
def test_useful_events(door: Door, event: dict[str, Any], user: str, channel: str) -> None:
    for _ in range(2):
        answer = door.event(callback(event))
        assert (answer.status_code, answer.data) == (200, b"")
    first, second = door.published()
    assert (first.kind, first.user, first.channel, first.team) == (Kind.EVENT, user, channel, "T0MAPLE")
    assert first.payload == {
        "event": {name: one for name, one in event.items() if name != "previous_message"}
    }
    assert first.id == second.id


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "user": ALICE, "channel": SRE, "text": "hello"},
        {"type": "message", "subtype": "channel_join", "user": ALICE, "channel": SRE},
        {"type": "message", "subtype": "channel_topic", "user": ALICE, "channel": SRE},
        {"type": "message", "subtype": "bot_message", "channel": SRE},
        {**CHANGED, "previous_message": MESSAGE},
        {**CHANGED, "message": {**MESSAGE, "attachments": [{"from_url": "u"}]}, "previous_message": MESSAGE},
        {**CHANGED, "message": {**MESSAGE, "reply_count": 2}, "previous_message": MESSAGE},
        {**REACTION, "reaction": "tada"},
        {**REACTION, "reaction": "memo2"},
        {**REACTION, "reaction": None},
        {**REACTION, "item": {"type": "file", "file": "F1"}},
        {"type": "app_mention", "user": ALICE, "channel": SRE},
        {"type": "channel_created", "channel": {"id": SRE}},
        {"type": "channel_history_changed", "channel": SRE},
        {"type": "team_join", "user": {"id": ALICE}},
        {"type": "tokens_revoked"},
        {"type": "message_changed", "user": ALICE, "channel": SRE},
        {"type": ["message"]},
        {},
        None,
        "reaction_added",
    ],
)
def test_events_of_no_use(door: Door, event: object) -> None:
    answer = door.event(callback(event))
    assert (answer.status_code, answer.data) == (200, b"")
    assert door.published() == []


@pytest.mark.parametrize(
    "previous", [{**MESSAGE, "user": BOT}, {"app_id": APP, "text": "the briefing"}], ids=["user", "app"]
)
def test_the_bots_own_message_that_somebody_deleted_is_told(door: Door, previous: dict[str, Any]) -> None:
    """Slack does not say who: it may have been a person, and a briefing is posted anew."""
    assert door.event(callback({**DELETED, "previous_message": previous})).status_code == 200
    (told,) = door.published()
    assert "previous_message" not in told.payload["event"]


@pytest.mark.parametrize(
    "event",
    [
        {**REACTION, "user": BOT},
        {**JOINED, "user": BOT},
        {"type": "channel_archive", "channel": SRE, "user": BOT},
        {**CHANGED, "message": {**MESSAGE, "user": BOT, "bot_id": "B1"}},
        {**CHANGED, "message": {**MESSAGE, "app_id": APP}},
        {**CHANGED, "message": {**MESSAGE, "edited": {"user": BOT}}},
    ],
)
def test_what_the_bot_did_itself_is_not_told_to_it(door: Door, event: dict[str, Any]) -> None:
    answer = door.event(callback(event))
    assert (answer.status_code, answer.data) == (200, b"")
    assert door.published() == []


@pytest.mark.parametrize(
    "authorizations",
    [
        None,
        [],
        "U0ALICE",
        ["U0ALICE"],
        [{}],
        [{"user_id": 7}],
        [{"user_id": BOT, "is_bot": True}],
        [{"user_id": ALICE, "is_bot": False}],
    ],
)
def test_what_a_person_did_is_told(door: Door, authorizations: object) -> None:
    """Also by a person who installed the app, in whose name Slack may send the event, too."""
    door.event(callback(REACTION, authorizations=authorizations))
    door.event(callback(DELETED, authorizations=authorizations))
    assert len(door.published()) == 2


@pytest.mark.parametrize(
    ("event_ts", "is_said"),
    [
        ("now", True),
        ("18.1", False),
        ("9e9", False),
        ("9" * 400, False),
        ("nan", False),
        ("x", False),
        (5, False),
    ],
)
def test_an_event_happened_when_slack_says(door: Door, event_ts: object, is_said: bool) -> None:
    """Slack delivers in any order, and again minutes later: what was removed last is removed."""
    at = datetime.now(UTC) - timedelta(minutes=7, microseconds=30)
    door.event(callback({**REACTION, "event_ts": f"{at.timestamp():.6f}" if event_ts == "now" else event_ts}))
    (published,) = door.published()
    expected = at if is_said else datetime.now(UTC)
    assert abs(published.received_at - expected) < timedelta(seconds=0.00001 if is_said else 10)


@pytest.mark.parametrize("setting", ["pushpin", ":pushpin:"])
def test_the_reaction_that_counts_is_a_setting(setting: str) -> None:
    with opened(INCIDENT_TIMELINE_EMOJI=setting) as door:
        for reaction in ("memo", "pushpin", "pushpin::skin-tone-2", "pushpins"):
            assert door.event(callback({**REACTION, "reaction": reaction})).status_code == 200
        names = [one.payload["event"]["reaction"] for one in door.published()]
    assert names == ["pushpin", "pushpin::skin-tone-2"]


def test_halves_of_characters_do_not_travel(door: Door) -> None:
    door.event(callback({**CHANGED, "message": {**MESSAGE, "text": "a \ud83d b"}}))
    (published,) = door.published()
    assert published.payload["event"]["message"]["text"] == "a ? b"


@pytest.mark.parametrize("depth", [100, 300, 900, 950, 970, 980, 990, 1000, 5000])
def test_an_event_however_deep_is_no_crash(door: Door, depth: int) -> None:
    event = b'{"type": "reaction_added", "user": "U1", "x": ' + b"[" * depth + b"]" * depth + b"}"
    body = b'{"type": "event_callback", "event_id": "Ev1", "event": ' + event + b"}"
    assert door.post(body, content_type="application/json").status_code in {200, 400, 503}
