"""What is thrown at the bot: each target takes any bytes, and fails only if the bot does.

Hypothesis (`test_fuzz.py`) and, where it is installed, atheris (`atheris_run.py`) run the same targets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from slack_sdk.signature import Clock

from incident.commands.action import AddAction
from incident.commands.decision import Decide
from incident.commands.declare import Declare
from incident.commands.did import RecordDone
from incident.commands.note import Note
from incident.commands.page import CallIn
from incident.commands.progress import SetStatus
from incident.commands.question import AskFor, AskWhatWasMeant, AskWhichIncident
from incident.commands.registry import (
    Ignore,
    OpenForm,
    UnknownCommandError,
    from_dict,
    parse,
    parse_text,
    spec_named,
    spec_of,
    to_dict,
)
from incident.commands.rename import Rename
from incident.commands.severity import SetSeverity
from incident.commands.spec import Change, Said
from incident.commands.update import PostUpdate
from incident.intake.requests import Check, MalformedRequestError, NothingToDo, Request, read
from incident.intake.resend import Resend, is_resend, read_resend, resend_value
from incident.intake.signature import Verifier
from incident.messages import asking as asking_messages
from incident.messages import incident as incident_messages
from incident.messages import intake as intake_messages
from incident.messages import line as line_messages
from incident.messages.incident import TOPIC_LIMIT
from incident.messages.intake import RESEND
from incident.messages.line import Standing
from incident.messages.locales import words_for
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.incident import Incident, Role, Update
from incident.model.interaction import Interaction, Kind, UnreadableMessageError
from incident.model.naming import channel_name, document_title, incident_id, with_suffix
from incident.model.slack_text import as_typed, escape, escape_within, one_line
from incident.runtime.secrets import FixedSecret
from incident.sandbox.slack import blocks as block_kit
from incident.sandbox.slack import mrkdwn
from incident.sandbox.slack.bot_link import signature
from incident.worker.push import read_push

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_531_420_618
_CHANNEL = re.compile(r"[a-z0-9_-]{1,79}[a-z0-9_]")
_LANGUAGES = tuple(map(words_for, ("en", "fr")))
_AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
_INCIDENT = Incident(
    id="2026-11-23-4k7wm2zt",
    title="database is down",
    date=_AT.date(),
    declared_at=_AT,
    declared_by="U012ABCDEF",
    roles=dict.fromkeys(Role, "U012ABCDEF"),
    channel_id="C012AB",
)


class _StoppedClock(Clock):
    def now(self) -> float:
        return NOW


def signatures(data: bytes) -> None:
    """Time stamp, signature and body, each on a line: only what is signed, and in time, gets in."""
    timestamp, signed, body = [*data.split(b"\n", 2), b"", b""][:3]
    stamp, claimed = timestamp.decode("latin-1"), signed.decode("latin-1")
    accepted = Verifier(FixedSecret(SECRET), _StoppedClock()).is_from_slack(body, stamp, claimed)
    if accepted:
        assert claimed == signature(SECRET, stamp, body)
        assert abs(int(stamp) - NOW) <= 300


def requests(data: bytes) -> None:
    """A body whose first byte says what it calls itself: normalised, or refused as malformed."""
    content_type = "application/json" if data[:1] == b"j" else "application/x-www-form-urlencoded"
    try:
        found = read(data[1:], content_type, datetime(2026, 11, 23, tzinfo=UTC), "memo")
    except MalformedRequestError:
        return
    match found:
        case Request(interaction):
            travelled = Interaction.from_message(interaction.to_message())
            assert travelled.id == interaction.id
            _send_again(travelled)
            for in_incident in (True, False):
                with suppress(UnknownCommandError):
                    _answer(parse(travelled, in_incident=in_incident))
            if interaction.kind is Kind.COMMAND:
                assert travelled == interaction
        case other:
            assert isinstance(other, Check | NothingToDo)


def pushes(data: bytes) -> None:
    """What calls itself a push, and what calls itself the message in one."""
    for reads in (read_push, Interaction.from_message):
        with suppress(UnreadableMessageError):
            reads(data)


def grammar(data: bytes) -> None:
    """What is typed after `/incident`."""
    text = _text(data)
    for in_incident in (True, False):
        command = parse_text(text, in_incident=in_incident)
        assert not isinstance(command, Ignore)
        assert isinstance(command, OpenForm) == (one_line(as_typed(text)) == "")
        _answer(command)


def names(data: bytes) -> None:
    """Names made of anything."""
    title, day = _text(data), date(2026, 11, 23)
    name = channel_name(day, title)
    for number in (1, 2, 99, 12345):
        assert _CHANNEL.fullmatch(with_suffix(name, number))
    assert len(document_title(day, title)) <= 250
    assert incident_id(day, one_line(title)).startswith("2026-11-23-")


def escapes(data: bytes) -> None:
    """What was typed comes back, and nothing of it is Slack's own."""
    text = _text(data)
    assert as_typed(escape(text)) == text
    assert list(mrkdwn.problems(escape(text))) == []
    assert len(one_line(as_typed(text)).splitlines()) <= 1
    for limit in (1, 7, 250):
        within = escape_within(text, limit)
        assert len(within) <= limit
        assert list(mrkdwn.problems(within)) == []


def messages(data: bytes) -> None:
    """Every message that quotes a person."""
    text = _text(data)
    if not one_line(as_typed(text)):  # nobody can have typed that: it opens the form
        text = "x"
    _answer(Declare(one_line(as_typed(text))))
    for command in _with_words(text):
        _answer(command)
    _answer(AskWhatWasMeant(text))


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (signatures, requests, pushes, grammar, names, escapes, messages)
}


def _text(data: bytes) -> str:
    """Any text, halves of characters included; bytes that are none become characters all the same."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def _send_again(interaction: Interaction) -> None:
    """What the button for sending again carries comes back as it was, and only to the same person."""
    if is_resend(interaction):
        resend = read_resend(interaction)
        assert resend is None or resend.interaction.user == interaction.user
    for in_doubt in (True, False):
        if value := resend_value(interaction, in_doubt=in_doubt):
            assert len(value) <= 2000
            assert not {*"&<>"} & {*value}
            pressed = {"action_id": RESEND, "value": value, "response_url": "u"}
            press = replace(interaction, kind=Kind.BUTTON, payload=pressed)
            payload = {**interaction.payload, "response_url": "u"}
            assert read_resend(press) == Resend(replace(interaction, payload=payload), in_doubt)
            assert read_resend(replace(press, user=press.user + "x")) is None


def _answer(command: Any) -> None:
    """What the bot would say to it, in both languages; and it is the same after a store."""
    if not isinstance(command, Ignore | OpenForm):
        assert from_dict(json.loads(json.dumps(to_dict(command)))) == command
    for say in _LANGUAGES:
        match command:
            case Declare(title, severity):
                _declared(say, title, severity)
            case AskWhatWasMeant(text):
                _check(asking_messages.question(say, text, "command-x"))
            case AskWhichIncident(text):
                _check(asking_messages.which_incident(say, text, [_INCIDENT], "command-x"))
            case AskFor(name):
                _asked_for(say, name)
            case Ignore() | OpenForm():
                pass
            case _ if spec_of(command).line is not None:
                _changed(say, command)


def _with_words(text: str) -> list[Any]:
    """Every command that leaves a person's words in the channel."""
    return [
        PostUpdate(text),
        SetStatus("monitoring", text),
        SetSeverity("sev2", text),
        Note(text, "14:05"),
        RecordDone(text),
        Decide(text),
        AddAction(text),
        CallIn(["U012ABCDEF"], text),
        Rename(one_line(as_typed(text)) or "x"),
    ]


def _asked_for(say: Words, name: str) -> None:
    spec = spec_named(name)
    if spec.menu is not None:
        _check(asking_messages.menu(spec.menu(say.locale)))
    else:
        assert spec.form is not None
        _check(asking_messages.opener(say, spec, spec.form(say.locale), "C012AB"))


def _changed(say: Words, command: Any) -> None:
    """The line of a change, as it stands and as it was taken back."""
    spec = spec_of(command)
    assert spec.states is not None
    assert spec.line is not None
    kind, data = spec.states(command, Said("U012ABCDEF", _AT, UTC, _INCIDENT))
    json.dumps(data)
    change = Change(command, data, f"command-x.{kind}", "U012ABCDEF", _AT, _INCIDENT)
    said = spec.line(change, say.locale)
    for standing in (Standing("U012ABCDEF", "x.y"), Standing("U012ABCDEF", undone_by="U012ABCDEG")):
        _check(line_messages.line(say, said, standing))


def _declared(say: Words, title: str, severity: str) -> None:
    assert one_line(title) == title
    now = datetime(2026, 11, 23, tzinfo=UTC)
    incident = Incident(
        id="2026-11-23-4k7wm2zt",
        title=title,
        date=date(2026, 11, 23),
        declared_at=now,
        declared_by="U012ABCDEF",
        severity=severity,
        roles=dict.fromkeys(Role, "U012ABCDEF"),
        channel_id="C012AB",
        meet_url="https://meet.example/abc",
        document_url="https://docs.example/abc",
        last_update=Update(title, "U012ABCDEF", now),
    )
    _check(incident_messages.briefing(say, incident))
    _check(incident_messages.announcement(say, incident, "https://slack.example/c"))
    _check(intake_messages.not_recorded(say, title[:2900]))
    _check(intake_messages.not_known_if_recorded(say, title[:2900], "x" * 2000))
    for words in (incident_messages.topic(say, incident), incident_messages.purpose(say, incident)):
        assert len(words) <= TOPIC_LIMIT
        assert list(mrkdwn.problems(words)) == []


def _check(message: Message) -> None:
    assert block_kit.problems([block.to_dict() for block in message.blocks], "message") == []
    assert list(mrkdwn.problems(message.text)) == []
