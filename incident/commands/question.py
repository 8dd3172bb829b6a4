"""Asking a person what was meant, which incident, or who, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from incident.commands.spec import Press, Scope, Spec

ANSWER_DECLARE = "question.declare"
ANSWER_UPDATE = "question.update"
"""action_ids of the two buttons; their value is the id of the run that asked."""
ANSWER_INCIDENT = "question.incident"
"""action_id of the menu of incidents; its block is `BLOCK_PREFIX` and the id of the run that asked."""
ANSWER_PERSON = "question.person"
"""action_id of the menu of people; likewise."""
BLOCK_PREFIX = "question:"


@dataclass(frozen=True, slots=True)
class AskWhatWasMeant:
    """Ask whether `text`, as Slack sent it, is a new incident or an update of this one."""

    text: str


@dataclass(frozen=True, slots=True)
class AskWhichIncident:
    """Ask whether `text`, which is nothing but a verb, is a new incident or meant for one that is open.

    Attributes:
        text: as Slack sent it.
        command: what it came of, where it was no text: a shortcut's; as `registry.to_dict` has it.
    """

    text: str = ""
    command: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskFor:
    """Ask in a menu for what was not typed.

    Attributes:
        command: the name of the command that has the menu.
        channel: of the incident that it is about, where that is not the channel it is asked in.
    """

    command: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer: `question` is the id of the run that asked."""

    question: str
    declares: bool


@dataclass(frozen=True, slots=True)
class AnswerIncident:
    """Which incident was meant, by its channel; `question` is the id of the run that asked."""

    question: str
    channel: str


@dataclass(frozen=True, slots=True)
class AnswerPerson:
    """Who was meant, by Slack user id; `question` is the id of the run that asked."""

    question: str
    user: str


def _asked(press: Press) -> str:
    """The id of the run that asked; empty where the block is none of ours."""
    asked = press.block.removeprefix(BLOCK_PREFIX)
    return asked if asked != press.block and press.value else ""


def _incident(press: Press) -> AnswerIncident | None:
    return AnswerIncident(_asked(press), press.value) if _asked(press) else None


def _person(press: Press) -> AnswerPerson | None:
    return AnswerPerson(_asked(press), press.value) if _asked(press) else None


QUESTION = Spec(AskWhatWasMeant, workflow="question", scope=Scope.ANYWHERE)
WHICH = Spec(AskWhichIncident, workflow="which", scope=Scope.ANYWHERE)
MENU = Spec(AskFor, workflow="menu", scope=Scope.ANYWHERE)
ANSWER = Spec(
    Answer,
    workflow="",
    buttons={
        ANSWER_DECLARE: lambda press: Answer(press.value, declares=True) if press.value else None,
        ANSWER_UPDATE: lambda press: Answer(press.value, declares=False) if press.value else None,
    },
)
INCIDENT = Spec(AnswerIncident, workflow="", buttons={ANSWER_INCIDENT: _incident})
PERSON = Spec(AnswerPerson, workflow="", buttons={ANSWER_PERSON: _person})
