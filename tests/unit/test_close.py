"""Closing, where it needs nothing but words: the line, the button's value, and the lines of the copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incident.commands import archiving, close
from incident.commands.archiving import NoteArchived, NoteUnarchived
from incident.commands.close import AskToClose, Close
from incident.commands.events import parse
from incident.commands.refusal import Reason
from incident.commands.reopen import COMMAND as REOPEN
from incident.commands.reopen import Reopen
from incident.commands.spec import Press, Said
from incident.model import transcript
from incident.model.facts import Fact, FactKind
from incident.model.fold import fold
from incident.model.incident import Incident
from incident.services.slack_history import Window
from tests.unit.incidents import ANA, RUN, SAID_AT, TIMEZONE, change_of, started


def closed() -> Incident:
    """An incident that was closed just now."""
    incident = started()
    return fold(incident, Fact(f"{RUN}.closed", FactKind.CLOSED, SAID_AT, ANA, {}))


def test_the_button_says_which_closing_it_is_of() -> None:
    incident = started()
    press = Press(close.value_of(incident, 7), ANA)
    assert close.COMMAND.buttons[close.CLOSE](press) == Close(close.closing_of(incident), "C012AB", 7)
    assert close.closing_of(closed()) != close.closing_of(incident)


@pytest.mark.parametrize("value", ["", "close-x", "close-x C1", "close-x C1 soon", "close-x C1 -1"])
def test_a_value_that_is_none_of_ours_closes_nothing(value: str) -> None:
    assert close.COMMAND.buttons[close.CLOSE](Press(value, ANA)) is None


def test_what_is_closed_or_archived_is_not_closed_again() -> None:
    incident = closed()
    said = Said(ANA, SAID_AT, TIMEZONE, incident)
    assert close.check_question(AskToClose(), said).reason == Reason.CLOSED  # type: ignore[union-attr]
    archived = replace(said, incident=replace(incident, is_archived=True))
    assert close.check_question(AskToClose(), archived).reason == Reason.ARCHIVED  # type: ignore[union-attr]
    check = REOPEN.check
    assert check
    assert check(Reopen(), archived).reason == Reason.ARCHIVED
    assert check(Reopen(), said) is None


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_line_links_to_the_copy_once_it_is_there(locale: str) -> None:
    change = change_of(Close("close-x", "C012AB", 7))
    words = close.WORDS[locale]
    assert words["copying"] in close.line(change, locale).more
    place = {"export_id": "1", "export_url": "https://docs.example/1"}
    exported = Fact("x.exported", FactKind.EXPORTED, SAID_AT + timedelta(seconds=9), "", place)
    there = close.line(replace(change, incident=fold(change.incident, exported)), locale)
    assert words["copy"] in there.more
    assert there.parts["copy"].url == "https://docs.example/1"  # type: ignore[union-attr]


def test_an_older_copy_is_not_taken_for_this_closings() -> None:
    place = {"export_id": "1", "export_url": "https://docs.example/1"}
    before = fold(started(), Fact("x.exported", FactKind.EXPORTED, SAID_AT - timedelta(days=1), "", place))
    change = change_of(Close("close-x", "C012AB", 7), before)
    assert close.WORDS["en"]["copying"] in close.line(change, "en").more


@pytest.mark.parametrize(
    ("event", "command"),
    [
        ({"type": "channel_archive", "user": "U1"}, NoteArchived()),
        ({"type": "group_archive"}, NoteArchived()),
        ({"type": "channel_unarchive", "user": "U1"}, NoteUnarchived()),
        ({"type": "group_unarchive"}, NoteUnarchived()),
    ],
)
def test_events(event: dict[str, str], command: object) -> None:
    assert parse(event) == command


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_where_slack_does_not_say_who_unarchived_nobody_is_named(locale: str) -> None:
    change = replace(change_of(NoteUnarchived()), by="")
    assert "{person}" not in archiving.line(change, locale).text


def test_a_message_in_the_copy() -> None:
    at = datetime(2026, 7, 1, 16, 5, 9, tzinfo=UTC).astimezone(ZoneInfo("America/Montreal"))
    said = transcript.Said(at, "Zoé", "first\nsecond", [("graph.png", "https://x/1"), ("log", "")])
    assert list(transcript.lines(said, "File: ")) == [
        ("2026-07-01 12:05:09 EDT  Zoé: first\n    second", ""),
        ("\n    File: ", ""),
        ("graph.png", "https://x/1"),
        ("\n    File: ", ""),
        ("log", ""),
    ]
    reply = transcript.Said(at, "Zoé", "first\nsecond", is_reply=True)
    assert list(transcript.lines(reply, "File: ")) == [
        ("    ↳ 2026-07-01 12:05:09 EDT  Zoé: first\n        second", "")
    ]


def test_a_window_begins_after_its_oldest_and_ends_with_its_latest() -> None:
    window = Window("10.000001", "20.000000")
    assert [window.has(ts) for ts in ("10.000001", "10.000002", "20.000000", "20.000001", "9.999999")] == [
        False,
        True,
        True,
        False,
        False,
    ]
