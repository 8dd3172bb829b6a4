"""`/incident update {what is new}`: tells everybody in the incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.spec import Field, Form, Line, Spec, Text
from incident.model.facts import FactKind
from incident.model.slack_text import escape, one_line

TEXT = {
    "en": Text(
        verbs=("update",),
        usage="what is new",
        help="tells everybody in this incident what is new",
        line="Update from {person}",
        done="Your update is in the channel.",
    ),
    "fr": Text(
        verbs=("maj", "màj"),
        usage="ce qu’il y a de nouveau",
        help="dit aux membres de l’incident ce qu’il y a de nouveau",
        line="Mise à jour de {person}",
        done="Votre mise à jour est dans le canal.",
    ),
}


FORM = "update"
"""callback_id of the form; `WORDS` is the id of its input."""
WORDS = "words"

FORM_TEXT = {
    "en": ("Post an update", "Post", "Cancel", "What is new?", "What you see, what you try, what you need."),
    "fr": ("Mise à jour", "Publier", "Annuler", "Quoi de neuf?", "Ce que vous voyez, essayez, demandez."),
}
BLANK = {"en": "Please write what is new.", "fr": "Merci d’écrire ce qu’il y a de nouveau."}


@dataclass(frozen=True, slots=True)
class PostUpdate:
    """Tell everybody in this incident what is new; `text` is as Slack sent it."""

    text: str


def parse(rest: str) -> PostUpdate | None:
    """None where nothing follows the verb."""
    return PostUpdate(rest) if rest.strip() else None


def states(command: PostUpdate) -> tuple[str, Mapping[str, Any]]:
    """The fact: what was said."""
    return FactKind.UPDATE_POSTED, {"text": command.text}


def form(locale: str) -> Form:
    """What is new."""
    title, submit, close, question, hint = FORM_TEXT[locale]
    return Form(FORM, title, submit, close, [Field(WORDS, question, hint, is_long=True)], BLANK[locale])


def parse_form(values: Mapping[str, Any]) -> PostUpdate | None:
    """The update that a submitted form is; None where it is blank. Slack does not escape what forms hold."""
    words = values.get(WORDS)
    return PostUpdate(escape(words)) if isinstance(words, str) and one_line(words) else None


COMMAND = Spec(
    PostUpdate,
    workflow="change",
    text=TEXT,
    parse=parse,
    states=states,
    line=lambda command, locale: Line(TEXT[locale].line, command.text),
    form=form,
    forms={FORM: parse_form},
    example="we are failing over",
)
