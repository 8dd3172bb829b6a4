"""What the answer to a question means: a command, of which the question's run knew the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from incident.commands import declare
from incident.commands.declare import Declare
from incident.commands.question import Answer, AnswerIncident, AnswerPerson, AskFor
from incident.commands.registry import from_dict, parse_text, spec_of
from incident.commands.update import PostUpdate
from incident.model.incident import Incident
from incident.model.interaction import Interaction
from incident.store.contract import IncidentStore
from incident.workflows.identify import STEP as IDENTIFY


@dataclass(frozen=True, slots=True)
class Meant:
    """What an answer means.

    Attributes:
        command: what is to be carried out.
        incident: what it is about; None for none.
        run_id: of the run that does; the same whichever button is pressed how often.
    """

    command: Any
    incident: Incident | None
    run_id: str


def answered(store: IncidentStore, answer: Answer | AnswerIncident | AnswerPerson, user: str) -> Meant | str:
    """What an answer means, or why it means nothing any more, for the log.

    Args:
        store: where the question is.
        answer: what was pressed or chosen.
        user: Slack user id of the person who did it.

    Raises:
        UnknownCommandError: a newer version asked.
        StepError: the store does not answer.
    """
    match answer:
        case Answer():
            return _what(store, answer)
        case AnswerIncident():
            return _which(store, answer, user)
        case AnswerPerson():
            return _whom(store, answer)


def _run_id(question: str) -> str:
    return f"{question}-answer"


def _what(store: IncidentStore, answer: Answer) -> Meant | str:
    """A text that declares, or is an update of the incident whose channel it was typed in."""
    asked = store.run(answer.question)
    if asked is None or "text" not in asked.command:
        return "there is no such question any more"
    text = str(asked.command["text"])
    if answer.declares:
        return Meant(declare.parse(text) or Declare(text), None, _run_id(answer.question))
    incident = store.incident_in_channel(Interaction.from_dict(asked.origin).channel)
    if incident is None:
        return "the incident is not there"
    return Meant(PostUpdate(text), incident, _run_id(answer.question))


def _which(store: IncidentStore, answer: AnswerIncident, user: str) -> Meant | str:
    """What was typed, or chosen in a menu, is meant for the incident that was picked."""
    asked, incident = store.run(answer.question), store.incident_in_channel(answer.channel)
    if asked is None or incident is None:
        return "the question or the incident is not there any more"
    text = str(asked.command.get("text") or "")
    stored = asked.command.get("command")
    if text:
        command = parse_text(text, in_incident=True, user=user)
    elif isinstance(stored, dict) and stored:
        command = from_dict(stored)
    else:
        return "there is nothing to do"
    if isinstance(command, AskFor):
        command = replace(command, channel=incident.channel_id)
    return Meant(command, incident, _run_id(answer.question))


def _whom(store: IncidentStore, answer: AnswerPerson) -> Meant | str:
    """The command that named a person is begun anew with the one who was picked."""
    asked = store.run(answer.question)
    name = str(asked.steps.get(IDENTIFY, {}).get("unknown", "")) if asked else ""
    incident = store.incident(asked.subject) if asked else None
    if asked is None or not name or incident is None:
        return "there is no such question any more"
    command = from_dict(asked.command)
    command = spec_of(command).named(command, {name: answer.user})
    return Meant(command, incident, _run_id(answer.question))
