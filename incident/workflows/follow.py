"""Following what people change by hand: saying so, and having a surface looked at."""

from __future__ import annotations

from incident.commands.look import LookAgain
from incident.engine.workflow import Attempt, Step, StepResult, Workflow, nothing_follows
from incident.model.facts import Fact, FactKind
from incident.model.incident import Deliverable
from incident.workflows.change import delete_stray_lines, find_line, post_line
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.surface_steps import LOOK


def ask_to_look(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - asking twice is once
    """Puts on record that the surface is to be looked at, which has the store ask for a reflection."""
    command: LookAgain = job.command
    return StepResult(surfaces={LOOK + command.surface: {"version": 0, "asked": job.run_id}})


LOOKING: Workflow[Job] = Workflow("look", (Step("look", ask_to_look),), follows=nothing_follows)


def adopt_name(job: Job, attempt: Attempt) -> StepResult:
    """The name is read anew, as events come late and in any order; the bot's own is known already."""
    incident = job.services.store.incident(job.about().id) or attempt.incident or job.about()
    name = job.services.slack.channel_name(incident.channel_id)
    if name == incident.channel_name:
        return StepResult()
    kind, at = FactKind.CHANNEL_RENAMED, job.interaction.received_at
    return StepResult(facts=(Fact(f"{job.run_id}.{kind}", kind, at, "", {"channel_name": name}),))


NAME: Workflow[Job] = Workflow("channel_name", (Step("name", adopt_name),), follows=nothing_follows)

NOTICE: Workflow[Job] = Workflow(
    "notice",
    (Step("line", post_line, find_existing=find_line, sweep=delete_stray_lines),),
    follows=progress_notices({"line": Deliverable.LINE}),
)
"""A line in the channel about what somebody has done, which changes nothing."""
