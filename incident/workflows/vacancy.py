"""Asking the channel who has command, when its incident commander has left it."""

from __future__ import annotations

from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.model.incident import Deliverable, Role
from incident.workflows.change import delete_stray_lines, find_line, post_line
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices

ASKED = "incident_vacancy"
"""Begins the name that is reserved for each time that a person who had command has left."""


def ask(job: Job, attempt: Attempt) -> StepResult:
    """Asks, once for each time that somebody took command, however often they come and go."""
    incident = attempt.incident or job.about()
    taken = incident.stamps.get(f"roles/{Role.INCIDENT_COMMANDER}", "")
    try:
        job.services.store.reserve(job.run_id, [f"{ASKED}/{incident.id}/{taken}"])
    except ValueError:
        return StepResult()
    return post_line(job, attempt)


VACANCY: Workflow[Job] = Workflow(
    "vacancy",
    (Step("line", ask, find_existing=find_line, sweep=delete_stray_lines),),
    follows=progress_notices({"line": Deliverable.LINE}),
)
