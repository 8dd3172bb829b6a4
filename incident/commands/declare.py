"""`/incident {what went wrong}`: starts an incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from incident.commands.severity import options
from incident.commands.spec import Chosen, Entry, Field, Form, Scope, Shortcut, Spec
from incident.model.incident import Severity
from incident.model.slack_text import as_typed, first_line, one_line

FORM = "declare"
"""callback_id of the form that asks what went wrong; `TITLE` and `SEVERITY` are the ids of its inputs."""
TITLE = "title"
SEVERITY = "severity"


@dataclass(frozen=True, slots=True)
class Declare:
    """Something is wrong: start an incident.

    Attributes:
        title: what went wrong, on one line, unescaped.
        severity: a `Severity`; empty until it is assessed.
        source: the message that it is declared from: `channel`, `ts`, `thread_ts`, `permalink`, and its
            `text` as Slack sent it; empty where it was typed.
    """

    title: str
    severity: str = ""
    source: Mapping[str, str] = field(default_factory=dict)


def parse(text: str) -> Declare | None:
    """The declaration that a text is, as Slack sent it; None where it is blank."""
    title = one_line(as_typed(text))
    return Declare(title) if title else None


def parse_form(values: Mapping[str, Any]) -> Declare | None:
    """The declaration that a submitted form is; None where its title is blank."""
    title, severity = (values.get(name) for name in (TITLE, SEVERITY))
    known = severity if isinstance(severity, str) and severity in set(Severity) else ""
    line = one_line(title) if isinstance(title, str) else ""
    return Declare(line, known) if line else None


def of_message(chosen: Chosen) -> Declare | None:
    """The declaration of a message: its first line is the title, or the names of its files."""
    title = one_line(as_typed(first_line(chosen.text))) or one_line(", ".join(chosen.files))
    source = {
        "channel": chosen.channel,
        "ts": chosen.ts,
        "thread_ts": chosen.thread_ts,
        "permalink": chosen.permalink,
        "text": chosen.text,
    }
    return Declare(title or UNTITLED, source={name: value for name, value in source.items() if value})


UNTITLED = "…"
"""The title of an incident that was declared from a message without any words."""

FORM_TEXT = {
    "en": {
        "title": "Declare an incident",
        "submit": "Declare",
        "close": "Cancel",
        "question": "What went wrong?",
        "hint": "A few words are enough. It’s fine to be wrong.",
        "severity": "How bad is it?",
        "severity_hint": "If you know; it can be assessed later",
        "blank": "Please write a few words about what went wrong.",
    },
    "fr": {
        "title": "Ouvrir un incident",
        "submit": "Ouvrir",
        "close": "Annuler",
        "question": "Qu’est-ce qui ne va pas?",
        "hint": "Quelques mots suffisent. Vous avez le droit de vous tromper.",
        "severity": "Est-ce grave?",
        "severity_hint": "Si vous le savez; cela pourra être évalué plus tard",
        "blank": "Merci d’écrire quelques mots sur ce qui ne va pas.",
    },
}


def form(locale: str) -> Form:
    """What went wrong and, for those who know, how bad it is."""
    text = FORM_TEXT[locale]
    return Form(
        callback_id=FORM,
        title=text["title"],
        submit=text["submit"],
        close=text["close"],
        fields=[
            Field(TITLE, text["question"], text["hint"]),
            Field(
                SEVERITY,
                text["severity"],
                text["severity_hint"],
                options=options(locale),
                is_optional=True,
                entry=Entry.CHOICE,
            ),
        ],
        blank=text["blank"],
    )


EXAMPLES = {"en": "database is down", "fr": "la base de données ne répond plus"}
"""What a person may type to declare an incident, by locale."""

NAMES = {"en": "Start an incident", "fr": "Ouvrir un incident"}
DESCRIPTIONS = {
    "en": "Opens a channel, a call and a report for what went wrong.",
    "fr": "Ouvre un canal, un appel et un rapport pour ce qui ne va pas.",
}

COMMAND = Spec(
    Declare,
    workflow="declare",
    scope=Scope.ANYWHERE,
    parse=lambda arguments: parse(arguments.text),
    form=form,
    forms={FORM: parse_form},
    shortcuts=(
        Shortcut("declare.message", NAMES, DESCRIPTIONS, of_message),
        Shortcut("declare.anywhere", NAMES, DESCRIPTIONS),
    ),
    example=EXAMPLES["en"],
)
