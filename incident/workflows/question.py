"""Asking what a text typed in an incident's channel was meant to be."""

from __future__ import annotations

from dataclasses import dataclass

from incident.engine.workflow import Attempt, Done, Step, Workflow
from incident.messages import incident as messages
from incident.workflows.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Question:
    """A question to ask.

    Attributes:
        id: the run's, which comes back with the answer.
        text: what the person typed.
        response_url: where they typed it.
        tools: what to do it with.
    """

    id: str
    text: str
    response_url: str
    tools: Toolbox


def ask(work: Question, attempt: Attempt) -> Done:  # noqa: ARG001 - it replaces what stood there
    """Asks, only the person, in place of the acknowledgement."""
    work.tools.slack.respond(work.response_url, messages.question(work.tools.say, work.text, work.id))
    return Done()


QUESTION: Workflow[Question] = Workflow("question", (Step("question", ask),))
