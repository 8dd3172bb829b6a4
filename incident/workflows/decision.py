"""Decisions: the incident commander is told of those that somebody else took."""

from __future__ import annotations

from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.messages.person import decided
from incident.workflows.change import CLOSE_UNDO, DELIVERABLES, LINE_STEP, THANKS_STEP
from incident.workflows.identify import IDENTIFY
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import tell, told
from incident.workflows.strays import delete_strays

TOLD = "incident_decision"
"""Event type of the metadata of such messages; their key is the run's id."""


def tell_commander(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - `find_told` looks first
    """Tells the incident commander in person, with the button against it."""
    incident = job.about()
    if not incident.commander or incident.commander == job.person:
        return StepResult()
    say = job.services.words_in_person(incident.commander)
    message = decided(say, incident, job.person, job.command.text, job.run_id)
    return tell(job, incident.commander, message, job.tag(TOLD, job.run_id))


def find_told(job: Job, attempt: Attempt) -> StepResult | None:  # noqa: ARG001 - the tag says enough
    """What an earlier try may have told them."""
    commander = job.about().commander
    if not commander or commander == job.person:
        return None
    return told(job, commander, job.tag(TOLD, job.run_id))


def delete_stray(job: Job, attempt: Attempt) -> None:
    """Deletes what was told late, besides the recorded message."""
    kept = attempt.results["commander"]
    if kept:
        delete_strays(job, kept["channel"], job.tag(TOLD, job.run_id), kept)


DECISION: Workflow[Job] = Workflow(
    "decision",
    (
        IDENTIFY,
        LINE_STEP,
        Step("commander", tell_commander, find_existing=find_told, sweep=delete_stray),
        THANKS_STEP,
        CLOSE_UNDO,
    ),
    follows=progress_notices(DELIVERABLES),
)
