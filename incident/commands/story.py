"""What the commands share by which people tell what happens: a small line each, past times allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from incident.commands import past
from incident.commands.line import Line, Moment, Part
from incident.commands.spec import Arguments, Change, Field, Form, Said
from incident.model.slack_text import escape, one_line

T = TypeVar("T")

WORDS = "words"
"""The id of a form's only input."""


@dataclass(frozen=True, slots=True)
class FormText:
    """The words of such a form in one language; title and buttons at most 24 characters."""

    title: str
    question: str
    hint: str
    submit: str
    close: str
    blank: str


def parsed(make: Callable[[str, str], T]) -> Callable[[Arguments], T | None]:
    """How such a command is read: `[14:05] words`; None without words.

    Args:
        make: the command, of the words as Slack sent them and the time of day or empty.
    """

    def parse(arguments: Arguments) -> T | None:
        clock, words = past.split(arguments.text)
        return make(words, clock) if words else None

    return parse


def parsed_form(make: Callable[[str, str], T]) -> Callable[[Mapping[str, Any]], T | None]:
    """How its form is read; None where it is blank. Slack does not escape what forms hold."""

    def parse(values: Mapping[str, Any]) -> T | None:
        entered = values.get(WORDS)
        if not isinstance(entered, str) or not one_line(entered):
            return None
        clock, words = past.split(escape(entered))
        return make(words, clock)

    return parse


def data(text: str, clock: str, said: Said) -> dict[str, Any]:
    """The data of its fact: the words and, where it was earlier, when."""
    if not clock:
        return {"text": text}
    return {"text": text, "happened_at": past.moment(clock, said.at, said.timezone).isoformat()}


def line(change: Change[Any], text: str, timed: str, words: str) -> Line:
    """Its line.

    Args:
        change: the change that it is.
        text: the sentence before the words.
        timed: the same where a past time was given, as `{when}`.
        words: as Slack sent them.
    """
    happened_at = change.data.get("happened_at")
    if not happened_at:
        return Line(text, quote=words, is_inline=True)
    when = Moment(change.at.fromisoformat(happened_at), is_clock=True)
    parts: dict[str, Part] = {"when": when}
    return Line(timed, parts, quote=words, is_inline=True)


def form(callback_id: str, text: FormText) -> Form:
    """One input of words."""
    words = Field(WORDS, text.question, text.hint, is_long=True)
    return Form(callback_id, text.title, text.submit, text.close, [words], text.blank)
