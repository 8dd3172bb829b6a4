"""What travels between the two functions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.model.interaction import Interaction, Kind, UnreadableMessageError
from tests.unit.hostile import anything

whole = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
times = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))]))
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
        {"version": "the words of a private incident"},
        {"kind": "gesture"},
        {"kind": []},
        {"id": 7},
        {"received_at": "yesterday"},
        {"received_at": 0},
        {"received_at": "2026-11-23T00:00:00"},
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


def test_fields_of_a_later_worker_are_passed_over() -> None:
    assert Interaction.from_message(json.dumps(message(mood="calm")).encode()).id == "i"
