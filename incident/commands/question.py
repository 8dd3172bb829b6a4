"""Asking what a text typed in an incident's channel was meant to be, and the answer."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Spec

ANSWER_DECLARE = "question.declare"
ANSWER_UPDATE = "question.update"
"""action_ids of the two buttons; their value is the id of the run that asked."""


@dataclass(frozen=True, slots=True)
class AskWhatWasMeant:
    """Ask whether `text`, as Slack sent it, is a new incident or an update of this one."""

    text: str


@dataclass(frozen=True, slots=True)
class AskFor:
    """Ask in a menu for what was not typed; `command` is the name of the command that has the menu."""

    command: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer: `question` is the id of the run that asked."""

    question: str
    declares: bool


QUESTION = Spec(AskWhatWasMeant, workflow="question")
MENU = Spec(AskFor, workflow="menu")
ANSWER = Spec(
    Answer,
    workflow="",
    buttons={
        ANSWER_DECLARE: lambda value: Answer(value, declares=True) if value else None,
        ANSWER_UPDATE: lambda value: Answer(value, declares=False) if value else None,
    },
)
