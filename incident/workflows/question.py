"""Asking a person what was meant, or what is missing; only they read it."""

from __future__ import annotations

from contextlib import suppress

from incident.commands.form import CompleteForm
from incident.commands.question import AskFor, AskWhatWasMeant
from incident.commands.registry import spec_named
from incident.engine.workflow import Attempt, Step, StepResult, Workflow, nothing_follows
from incident.messages import change as messages
from incident.messages import form as form_messages
from incident.model.interaction import form_context
from incident.runtime.failures import PermanentError
from incident.workflows.job import Job
from incident.workflows.replies import reply


def ask(job: Job, attempt: Attempt) -> StepResult:
    """Asks, in place of the acknowledgement, whether a text is a new incident or an update."""
    command: AskWhatWasMeant = job.command
    message = messages.question(job.services.say, command.text, job.run_id)
    reply(job, attempt, message, job.tag("incident_question", job.run_id))
    return StepResult()


def show_menu(job: Job, attempt: Attempt) -> StepResult:
    """Shows the menu of a command of which the verb alone was typed."""
    command: AskFor = job.command
    spec, say = spec_named(command.command), job.services.say
    if spec.menu is not None:
        message = messages.menu(spec.menu(say.locale))
    elif spec.form is not None:
        message = messages.opener(say, spec, spec.form(say.locale))
    else:
        raise AssertionError(f"{command.command} has neither menu nor form")
    reply(job, attempt, message, job.tag("incident_question", job.run_id))
    return StepResult()


def complete_form(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - showing it twice is once
    """Shows in a form that is open which incident it is about. One that was closed meanwhile is let be."""
    command: CompleteForm = job.command
    spec, say = spec_named(command.command), job.services.say
    if spec.form is not None and job.incident is not None:
        view = form_messages.view(
            spec.form(say.locale),
            form_context(job.interaction.channel, job.response_url),
            messages.about(say, job.incident),
        )
        with suppress(PermanentError):
            job.services.slack.update_view(command.view, view)
    return StepResult()


QUESTION: Workflow[Job] = Workflow("question", (Step("question", ask),), follows=nothing_follows)
MENU: Workflow[Job] = Workflow("menu", (Step("menu", show_menu),), follows=nothing_follows)
"""They post no notices: the person who typed sees that no answer comes."""

FORM: Workflow[Job] = Workflow("form", (Step("form", complete_form),), follows=nothing_follows)
"""A form that is not completed can be filled in all the same."""
