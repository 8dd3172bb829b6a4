"""The grammar of `/incident`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.commands import (
    ANSWER_DECLARE,
    ANSWER_UPDATE,
    FORM,
    KNOWN,
    SEVERITY,
    TITLE,
    Answer,
    AskWhatWasMeant,
    Command,
    Declare,
    Ignore,
    OpenForm,
    RecordUpdate,
    ShowHelp,
    parse,
    parse_form,
    parse_text,
)
from incident.messages.words import Locale
from incident.model.incident import Severity
from incident.model.interaction import Interaction, Kind
from incident.model.slack_text import one_line
from tests.unit.hostile import NASTY, anything


def interaction(kind: Kind, payload: dict[str, Any]) -> Interaction:
    return Interaction("id", kind, datetime(2026, 11, 23, tzinfo=UTC), "U1", "T1", "C1", payload)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("database is down", Declare("database is down")),
        ("status page is down", Declare("status page is down")),
        ("update server is down", Declare("update server is down")),
        ("update", Declare("update")),
        ("help me the site is down", Declare("help me the site is down")),
        ("helpdesk is down", Declare("helpdesk is down")),
        ("resolve", Declare("resolve")),
        ("close", Declare("close")),
        ("  two\n lines\there ", Declare("two lines here")),
        (NASTY, Declare(NASTY)),
        ("help", ShowHelp()),
        (" HELP ", ShowHelp()),
        ("", OpenForm()),
        (" \n\t ", OpenForm()),
        ("\u202e\u2066", OpenForm()),
        ("\x00", OpenForm()),
    ],
)
def test_in_an_ordinary_channel_every_text_declares(text: str, command: Command) -> None:
    assert parse_text(text, in_incident=False) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("update the database is back", RecordUpdate("the database is back")),
        ("Update  the database\nis back", RecordUpdate("the database\nis back")),
        ("update\nfirst\nsecond", RecordUpdate("first\nsecond")),
        ("update\u00a0c’est réparé", RecordUpdate("c’est réparé")),
        ("update", AskWhatWasMeant("update")),
        ("updates are late", AskWhatWasMeant("updates are late")),
        ("another thing broke", AskWhatWasMeant("another thing broke")),
        ("help me", AskWhatWasMeant("help me")),
        ("help", ShowHelp()),
        ("", OpenForm()),
    ],
)
def test_in_an_incidents_channel_known_commands_are_commands_and_other_text_asks(
    text: str, command: Command
) -> None:
    assert parse_text(text, in_incident=True) == command


@given(anything, st.booleans())
def test_no_text_is_lost(text: str, in_incident: bool) -> None:
    match parse_text(text, in_incident=in_incident):
        case Declare(title):
            assert not in_incident
            assert title == one_line(text)
        case AskWhatWasMeant(kept):
            assert in_incident
            assert kept == text.strip()
        case RecordUpdate(said):
            assert text.strip().endswith(said)
        case OpenForm():
            assert one_line(text) == ""
        case ShowHelp():
            assert text.strip().lower() == "help"
        case other:
            pytest.fail(f"{other}")


@given(st.text(min_size=1), st.sampled_from([known.word for known in KNOWN]))
def test_a_known_word_with_something_after_it_declares_in_an_ordinary_channel(rest: str, word: str) -> None:
    typed = f"{word} {rest}"
    if one_line(rest) and rest.strip():
        assert parse_text(typed, in_incident=False) == Declare(one_line(typed))


@pytest.mark.parametrize(
    ("values", "command"),
    [
        ({TITLE: "down"}, Declare("down")),
        ({TITLE: " two\nlines ", SEVERITY: "sev2"}, Declare("two lines", Severity.SEV2)),
        ({TITLE: "down", SEVERITY: ""}, Declare("down")),
        ({TITLE: "down", SEVERITY: "sev9"}, Declare("down")),
        ({TITLE: " \n "}, OpenForm()),
        ({TITLE: None}, OpenForm()),
        ({}, OpenForm()),
    ],
)
def test_a_form(values: dict[str, Any], command: Command) -> None:
    assert parse_form(values) == command
    sent = interaction(Kind.FORM, {"callback_id": FORM, "values": values})
    assert parse(sent, in_incident=True) == command


@pytest.mark.parametrize(
    ("kind", "payload", "command"),
    [
        (Kind.COMMAND, {"text": "down"}, Declare("down")),
        (Kind.BUTTON, {"action_id": ANSWER_DECLARE, "value": "run"}, Answer("run", declares=True)),
        (Kind.BUTTON, {"action_id": ANSWER_UPDATE, "value": "run"}, Answer("run", declares=False)),
    ],
)
def test_what_an_interaction_means(kind: Kind, payload: dict[str, Any], command: Command) -> None:
    assert parse(interaction(kind, payload), in_incident=False) == command


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.BUTTON, {"action_id": ANSWER_UPDATE, "value": ""}),
        (Kind.BUTTON, {"action_id": "explode", "value": "run"}),
        (Kind.FORM, {"callback_id": "other", "values": {TITLE: "down"}}),
        (Kind.EVENT, {"event": {"type": "message"}}),
        (Kind.TICK, {}),
    ],
)
def test_what_nobody_knows_is_ignored(kind: Kind, payload: dict[str, Any]) -> None:
    assert isinstance(parse(interaction(kind, payload), in_incident=True), Ignore)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(list(Kind)),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("text", "action_id", "value", "values"), json)
        | {"callback_id": st.one_of(st.just(FORM), json)},
    ),
    st.booleans(),
)
def test_a_payload_of_any_shape_is_understood_or_ignored(
    kind: Kind, payload: dict[str, Any], in_incident: bool
) -> None:
    parse(interaction(kind, payload), in_incident=in_incident)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_command_brings_its_help(locale: Locale) -> None:
    assert all(known.help[locale] for known in KNOWN)
    assert all(locale in known.usage for known in KNOWN)
    assert len({known.word for known in KNOWN}) == len(KNOWN)
