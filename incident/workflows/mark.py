"""Marking a message for the timeline: the person is told, nobody else needs to be."""

from __future__ import annotations

from incident.commands.mark import MarkMessage
from incident.commands.registry import spec_of
from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.messages.rich import plain
from incident.model.facts import Fact, FactKind
from incident.runtime.failures import PermanentError
from incident.services.slack import Posted
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import reply


def link(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - asking twice is once
    """The link to the message, where Slack did not give it."""
    command: MarkMessage = job.command
    if command.link:
        return StepResult()
    try:
        permalink = job.services.slack.permalink(Posted(command.channel, command.ts))
    except PermanentError:  # deleted meanwhile, or in a channel that the bot is not in
        return StepResult()
    data = {"of": job.run_id, "link": permalink}
    at = job.interaction.received_at
    fact = Fact(f"{job.run_id}.{FactKind.MESSAGE_LINKED}", FactKind.MESSAGE_LINKED, at, "", data)
    return StepResult({"link": permalink}, facts=(fact,))


def thank(job: Job, attempt: Attempt) -> StepResult:
    """Tells the person that it is in the timeline."""
    done = spec_of(job.command).text[job.say.locale].done
    reply(job, attempt, plain(done), job.tag("incident_marked", job.run_id))
    return StepResult()


MARK: Workflow[Job] = Workflow(
    "mark", (Step("link", link), Step("thanks", thank)), follows=progress_notices({})
)
