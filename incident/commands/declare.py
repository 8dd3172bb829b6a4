"""`/incident {what went wrong}`: starts an incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.severity import LABELS, MEANINGS
from incident.commands.spec import Field, Form, Scope, Spec
from incident.model.incident import Severity
from incident.model.slack_text import as_typed, one_line

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
    """

    title: str
    severity: str = ""


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
    levels = [(str(level), f"{label}: {MEANINGS[locale][level]}") for level, label in LABELS[locale].items()]
    return Form(
        callback_id=FORM,
        title=text["title"],
        submit=text["submit"],
        close=text["close"],
        fields=[
            Field(TITLE, text["question"], text["hint"]),
            Field(SEVERITY, text["severity"], text["severity_hint"], options=levels, is_optional=True),
        ],
        blank=text["blank"],
    )


COMMAND = Spec(
    Declare,
    workflow="declare",
    scope=Scope.ANYWHERE,
    parse=parse,
    form=form,
    forms={FORM: parse_form},
    example="database is down",
)
