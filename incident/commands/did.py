"""`/incident did [14:05] …`: for what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands import story
from incident.commands.line import Line
from incident.commands.spec import Change, Form, Said, Spec, Text
from incident.model.facts import FactKind

FORM = "did"
"""callback_id of the form."""

TEXT = {
    "en": Text(
        verbs=("did",),
        usage="[14:05] what you did",
        help="records what was done, for the story and the review",
        line="✔ {person}:",
        done="It is recorded.",
        label="Done",
    ),
    "fr": Text(
        verbs=("fait",),
        usage="[14:05] ce que vous avez fait",
        help="consigne ce qui a été fait, pour l’histoire et le bilan",
        line="✔ {person} :",
        done="C’est consigné.",
        label="Fait",
    ),
}
TIMED = {"en": "✔ {person}, {when}:", "fr": "✔ {person}, {when} :"}
FORM_TEXT = {
    "en": story.FormText(
        "Done",
        "What did you do?",
        "Begin with a time, such as 14:05, if it was earlier.",
        "Record",
        "Cancel",
        "Please write a few words.",
    ),
    "fr": story.FormText(
        "Fait",
        "Qu’avez-vous fait?",
        "Commencez par l’heure, comme 14:05, si c’était plus tôt.",
        "Consigner",
        "Annuler",
        "Merci d’écrire quelques mots.",
    ),
}


@dataclass(frozen=True, slots=True)
class RecordDone:
    """Record what was done.

    Attributes:
        text: as Slack sent it.
        clock: the time of day it was at, such as `14:05`; empty for now.
    """

    text: str
    clock: str = ""


def states(command: RecordDone, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: the words, and when it was."""
    return FactKind.DID, story.data(command.text, command.clock, said)


def line(change: Change[RecordDone], locale: str) -> Line:
    """One small line."""
    return story.line(change, TEXT[locale].line, TIMED[locale], change.command.text)


def form(locale: str) -> Form:
    """The words."""
    return story.form(FORM, FORM_TEXT[locale])


COMMAND = Spec(
    RecordDone,
    workflow="change",
    text=TEXT,
    parse=story.parsed(RecordDone),
    states=states,
    line=line,
    form=form,
    forms={FORM: story.parsed_form(RecordDone)},
    example="restarted the workers",
)
