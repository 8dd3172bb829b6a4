"""What travels between the two functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.model.interaction import Interaction, Kind, UnreadableMessageError, reflect, resume
from tests.unit.hostile import anything

whole = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
zones = st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))])
times = st.datetimes(timezones=zones).filter(lambda time: 1970 < time.year < 9998)
payloads = st.dictionaries(
    whole, st.one_of(whole, st.dictionaries(whole, whole | st.booleans(), max_size=2)), max_size=4
)
interactions = st.builds(
    Interaction,
    id=whole,
    kind=st.sampled_from(Kind),
    received_at=times,
    user=whole,
    team=whole,
    channel=whole,
    payload=payloads,
)


def message(**changed: Any) -> dict[str, Any]:
    written = Interaction("i", Kind.COMMAND, datetime(2026, 11, 23, tzinfo=UTC), "U1", "T1", "C1", {})
    return {**json.loads(written.to_message()), **changed}


@given(interactions)
def test_a_message_reads_as_it_was_written(interaction: Interaction) -> None:
    assert Interaction.from_message(interaction.to_message()) == interaction


def test_the_format_is_the_contract() -> None:
    written = Interaction(
        id="command-1",
        kind=Kind.COMMAND,
        received_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
        user="U1",
        team="T1",
        channel="C1",
        payload={"text": "é"},
    )
    assert json.loads(written.to_message()) == {
        "version": 1,
        "id": "command-1",
        "kind": "command",
        "received_at": "2026-11-23T03:04:05+00:00",
        "actor": {"user": "U1", "team": "T1"},
        "channel": "C1",
        "payload": {"text": "é"},
    }


@given(anything)
def test_halves_of_characters_do_no_harm(text: str) -> None:
    written = Interaction(
        "i", Kind.EVENT, datetime(2026, 11, 23, tzinfo=UTC), "U1", "T1", "C1", {"event": {"text": text}}
    )
    read = Interaction.from_message(written.to_message())
    expected = "".join("?" if "\ud800" <= c <= "\udfff" else c for c in text)
    assert read.payload == {"event": {"text": expected}}


@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableMessageError):
        Interaction.from_message(data)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"version": 0},
        {"version": True},
        {"version": 1.0},
        {"version": "1"},
        {"version": None},
        {"version": "the words of a private incident"},
        {"kind": "gesture"},
        {"kind": []},
        {"id": 7},
        {"received_at": "yesterday"},
        {"received_at": 0},
        {"received_at": "2026-11-23T00:00:00"},
        {"received_at": "0001-01-01T00:00:00+00:00"},
        {"received_at": "0001-01-01T00:00:00+23:59"},
        {"received_at": "1969-12-31T23:59:59+00:00"},
        {"received_at": "9999-12-31T23:59:59+00:00"},
        {"received_at": "9999-12-31T23:59:59-23:59"},
        {"received_at": "10000-01-01T00:00:00+00:00"},
        {"id": "half \ud83d"},
        {"channel": "\udc00"},
        {"actor": {"user": "\ud83d", "team": "T1"}},
        {"payload": {"text": "half \ud83d"}},
        {"payload": {"values": {"\ud83d": ["x"]}}},
        {"actor": {"user": "U1"}},
        {"actor": "U1"},
        {"actor": None},
        {"channel": None},
        {"payload": []},
        {"payload": "the words of a private incident"},
    ],
)
def test_a_message_that_no_worker_knows_is_refused_without_being_quoted(changed: dict[str, Any]) -> None:
    with pytest.raises(UnreadableMessageError) as refused:
        Interaction.from_message(json.dumps(message(**changed)).encode())
    reason = str(refused.value)
    assert reason
    assert "\n" not in reason
    assert "private" not in reason
    assert "yesterday" not in reason


@pytest.mark.parametrize("name", ["version", "id", "kind", "received_at", "actor", "channel", "payload"])
def test_a_missing_field_is_named(name: str) -> None:
    incomplete = {key: value for key, value in message().items() if key != name}
    with pytest.raises(UnreadableMessageError, match=name):
        Interaction.from_message(json.dumps(incomplete).encode())


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"1", b'"x"', b"\xff", b"[" * 200_000, b'{"version": ' + b"9" * 5000 + b"}"],
)
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableMessageError):
        Interaction.from_message(data)


def test_half_a_character_in_the_bytes_themselves_is_refused() -> None:
    data = json.dumps(message(id="\ud83d"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    with pytest.raises(UnreadableMessageError):
        Interaction.from_message(data)


def test_a_whole_emoji_is_read_however_it_is_written() -> None:
    for ascii_only in (True, False):
        data = json.dumps(message(payload={"text": "🔥"}), ensure_ascii=ascii_only).encode()
        assert Interaction.from_message(data).payload == {"text": "🔥"}


def test_the_tick_is_read() -> None:
    tick = {
        "version": 1,
        "kind": "tick",
        "id": "tick",
        "received_at": "2000-01-01T00:00:00+00:00",
        "actor": {"user": "", "team": ""},
        "channel": "",
        "payload": {},
    }
    read = Interaction.from_message(json.dumps(tick).encode())
    assert (read.kind, read.id) == (Kind.TICK, "tick")


NOW = datetime(2026, 11, 23, 3, 4, 5, 600_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "kind", "payload"),
    [(resume, Kind.RESUME, {"run": "x", "wakes": ""}), (reflect, Kind.REFLECT, {"incident": "x"})],
)
def test_the_bots_own_messages_are_one_a_second(
    make: Callable[[str, datetime], Interaction], kind: Kind, payload: dict[str, str]
) -> None:
    made = make("x", NOW)
    assert (made.kind, made.payload, made.received_at) == (kind, payload, NOW)
    assert (made.user, made.team, made.channel) == ("", "", "")
    assert Interaction.from_message(made.to_message()) == made
    assert make("x", NOW.replace(microsecond=0)).id == made.id
    assert make("x", NOW.astimezone(timezone(timedelta(hours=5)))).id == made.id
    others = {make("x", NOW + timedelta(seconds=1)).id, make("y", NOW).id, resume("x", NOW).id}
    assert len({made.id, *others}) == (3 if kind is Kind.RESUME else 4)


def test_fields_of_a_later_worker_are_passed_over() -> None:
    assert Interaction.from_message(json.dumps(message(mood="calm")).encode()).id == "i"
