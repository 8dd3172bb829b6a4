"""Asking a person what was meant, or what is missing; only they read it."""

from __future__ import annotations

from contextlib import suppress

from incident.commands.form import CompleteForm
from incident.commands.question import AskFor, AskWhatWasMeant, AskWhichIncident
from incident.commands.refusal import Refuse
from incident.commands.registry import spec_named
from incident.engine.workflow import Attempt, Step, StepResult, Workflow, nothing_follows
from incident.messages import asking as messages
from incident.messages import form as form_messages
from incident.messages.locales import words_for
from incident.model.locale import LOCALES
from incident.runtime.failures import PermanentError
from incident.workflows.card import MOST_OPEN, mine_first
from incident.workflows.job import Job
from incident.workflows.replies import reply


def ask(job: Job, attempt: Attempt) -> StepResult:
    """Asks, in place of the acknowledgement, whether a text is a new incident or an update."""
    command: AskWhatWasMeant = job.command
    message = messages.question(job.say, command.text, job.run_id)
    reply(job, attempt, message, job.tag("incident_question", job.run_id))
    return StepResult()


def ask_which(job: Job, attempt: Attempt) -> StepResult:
    """Asks whether a verb is a new incident, or which one that is open it is meant for."""
    command: AskWhichIncident = job.command
    found = mine_first(job.services.store.open_incidents(MOST_OPEN), job.person)
    found = [one for one in found if one.channel_id]
    message = messages.which_incident(job.say, command.text, found, job.run_id)
    reply(job, attempt, message, job.tag("incident_question", job.run_id))
    return StepResult()


def refuse(job: Job, attempt: Attempt) -> StepResult:
    """Says why what the person did counts for nothing."""
    command: Refuse = job.command
    message = messages.refusal(job.say, command.reason, command.who)
    reply(job, attempt, message, job.tag("incident_refusal", job.run_id))
    return StepResult()


def show_menu(job: Job, attempt: Attempt) -> StepResult:
    """Shows the menu of a command of which the verb alone was typed."""
    command: AskFor = job.command
    spec, say = spec_named(command.command), job.say
    if spec.menu is not None and not command.channel:
        message = messages.menu(spec.menu(say.locale))
    elif spec.form is not None:
        message = messages.opener(say, spec, spec.form(say.locale), command.channel)
    else:
        raise AssertionError(f"{command.command} has neither menu nor form")
    reply(job, attempt, message, job.tag("incident_question", job.run_id))
    return StepResult()


def complete_form(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - showing it twice is once
    """Shows in a form that is open which incident it is about. One that was closed meanwhile is let be."""
    command: CompleteForm = job.command
    spec = spec_named(command.command)
    say = words_for(command.locale) if command.locale in LOCALES else job.say
    if spec.form is not None and job.incident is not None:
        view = form_messages.view(
            spec.form(say.locale),
            command.context,
            messages.about(say, job.incident),
        )
        with suppress(PermanentError):
            job.services.slack.update_view(command.view, view)
    return StepResult()


QUESTION: Workflow[Job] = Workflow("question", (Step("question", ask),), follows=nothing_follows)
WHICH: Workflow[Job] = Workflow("which", (Step("which", ask_which),), follows=nothing_follows)
REFUSAL: Workflow[Job] = Workflow("refusal", (Step("refusal", refuse),), follows=nothing_follows)
MENU: Workflow[Job] = Workflow("menu", (Step("menu", show_menu),), follows=nothing_follows)
"""They post no notices: the person who typed sees that no answer comes."""

FORM: Workflow[Job] = Workflow("form", (Step("form", complete_form),), follows=nothing_follows)
"""A form that is not completed can be filled in all the same."""
