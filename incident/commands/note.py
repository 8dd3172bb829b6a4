"""`/incident note [14:05] …`: for what was said or seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands import story
from incident.commands.line import Line
from incident.commands.spec import Change, Form, Said, Spec, Text
from incident.model.facts import FactKind

FORM = "note"
"""callback_id of the form."""

TEXT = {
    "en": Text(
        verbs=("note",),
        usage="[14:05] what happened",
        help="keeps it in the story, now or at an earlier time of today",
        line="📝 {person}:",
        done="It is noted.",
        label="Note",
    ),
    "fr": Text(
        verbs=("note",),
        usage="[14:05] ce qui s’est passé",
        help="le garde dans l’histoire, à maintenant ou à une heure passée",
        line="📝 {person} :",
        done="C’est noté.",
        label="Note",
    ),
}
TIMED = {"en": "📝 {person}, {when}:", "fr": "📝 {person}, {when} :"}
FORM_TEXT = {
    "en": story.FormText(
        "Note",
        "What happened?",
        "Begin with a time, such as 14:05, if it was earlier.",
        "Keep",
        "Cancel",
        "Please write a few words.",
    ),
    "fr": story.FormText(
        "Note",
        "Que s’est-il passé?",
        "Commencez par l’heure, comme 14:05, si c’était plus tôt.",
        "Garder",
        "Annuler",
        "Merci d’écrire quelques mots.",
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """Keep something in the story of the incident.

    Attributes:
        text: as Slack sent it.
        clock: the time of day it was at, such as `14:05`; empty for now.
    """

    text: str
    clock: str = ""


def states(command: Note, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: the words, and when it was."""
    return FactKind.NOTED, story.data(command.text, command.clock, said)


def line(change: Change[Note], locale: str) -> Line:
    """One small line."""
    return story.line(change, TEXT[locale].line, TIMED[locale], change.command.text)


def form(locale: str) -> Form:
    """The words."""
    return story.form(FORM, FORM_TEXT[locale])


COMMAND = Spec(
    Note,
    workflow="change",
    text=TEXT,
    is_first=True,
    parse=story.parsed(Note),
    states=states,
    line=line,
    form=form,
    forms={FORM: story.parsed_form(Note)},
    example="14:05 the deploy went out",
)
