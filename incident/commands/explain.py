"""Saying why a severity was lowered, after it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.spec import Field, Form, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.slack_text import escape, one_line

FORM = "explain"
"""callback_id of the form; `WHY` is the id of its input, and what it is about comes back with it."""
WHY = "why"
OF = "of"
"""Among a form's values: the value of the button that opened it."""

TEXT = {
    "en": Text((), "", "", done="Thank you: it stands with the severity now.", label="Say why"),
    "fr": Text((), "", "", done="Merci : c’est noté avec la gravité.", label="Dire pourquoi"),
}
FORM_TEXT = {
    "en": ("Why is it less bad?", "Save", "Cancel", "In half a sentence", "Please write half a sentence."),
    "fr": (
        "Pourquoi moins grave?",
        "Enregistrer",
        "Annuler",
        "En une demi-phrase",
        "Merci d’écrire une demi-phrase.",
    ),
}


@dataclass(frozen=True, slots=True)
class ExplainSeverity:
    """Say why a severity was lowered; `of` is the id of the run that did, `reason` as Slack escapes it."""

    of: str
    reason: str


def form(locale: str) -> Form:
    """One line of words."""
    title, submit, close, label, blank = FORM_TEXT[locale]
    return Form(FORM, title, submit, close, [Field(WHY, label)], blank)


def parse_form(values: Mapping[str, Any]) -> ExplainSeverity | None:
    """None where it is blank."""
    of, why = values.get(OF), values.get(WHY)
    if not isinstance(of, str) or not of or not isinstance(why, str) or not one_line(why):
        return None
    return ExplainSeverity(of, escape(one_line(why)))


def states(command: ExplainSeverity, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    """The fact: why."""
    return FactKind.SEVERITY_EXPLAINED, {"of": command.of, "reason": command.reason}


COMMAND = Spec(
    ExplainSeverity, workflow="quiet", text=TEXT, states=states, form=form, forms={FORM: parse_form}
)
