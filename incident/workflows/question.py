"""Asking what a text typed in an incident's channel was meant to be."""

from __future__ import annotations

from dataclasses import dataclass

from incident.engine.workflow import Attempt, Done, Step, Workflow
from incident.messages import incident as messages
from incident.services.slack import Mark
from incident.workflows.replies import reply
from incident.workflows.services import CLOCK_SKEW_SECONDS, Services


@dataclass(frozen=True, slots=True)
class Question:
    """A question to ask.

    Attributes:
        id: the run's, which comes back with the answer.
        person: Slack user id of whoever typed it.
        text: what they typed.
        typed_at: seconds since the epoch.
        response_url: where they typed it.
        tools: what to do it with.
    """

    id: str
    person: str
    text: str
    typed_at: float
    response_url: str
    tools: Services


def ask(work: Question, attempt: Attempt) -> Done:
    """Asks, only the person, in place of the acknowledgement."""
    message = messages.question(work.tools.say, work.text, work.id)
    mark, since = Mark("incident_question", "", work.id), work.typed_at - CLOCK_SKEW_SECONDS
    reply(work.tools, work.response_url, message, attempt, person=work.person, mark=mark, since=since)
    return Done()


QUESTION: Workflow[Question] = Workflow("question", (Step("question", ask),))
