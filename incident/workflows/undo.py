"""Taking a change back: the line that it left says so by itself; the person is told whether it counts."""

from __future__ import annotations

from collections.abc import Callable

from incident.commands.refusal import Reason
from incident.commands.undo import TEXT
from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.messages import asking
from incident.messages.rich import plain
from incident.model.facts import FactKind
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.rename import (
    RENAMING,
    put_channel_right,
    put_report_right,
    rename_channel,
    rename_report,
)
from incident.workflows.replies import reply


def answer(job: Job, attempt: Attempt) -> StepResult:
    """Tells the person."""
    if taken_back(job, attempt):
        message = plain(TEXT[job.say.locale].done)
    else:
        message = asking.refusal(job.say, Reason.NOTHING_TO_UNDO, "")
    reply(job, attempt, message, job.tag("incident_undo", job.run_id))
    return StepResult()


def taken_back(job: Job, attempt: Attempt) -> str:
    """The id of the fact that this run takes back; empty where there is nothing that it may."""
    incident = attempt.incident or job.about()
    undo = f"{job.run_id}.{FactKind.UNDONE}"
    return next((target for target, by in incident.undone.items() if by == undo), "")


def _if_renamed(step: Callable[[Job, Attempt], StepResult]) -> Callable[[Job, Attempt], StepResult]:
    """A step of renaming, where it was a renaming that is taken back."""

    def run(job: Job, attempt: Attempt) -> StepResult:
        is_renaming = taken_back(job, attempt).endswith(f".{FactKind.RENAMED}")
        return step(job, attempt) if is_renaming else StepResult()

    return run


UNDO: Workflow[Job] = Workflow(
    "undo",
    (
        Step("answer", answer),
        Step("channel_name", _if_renamed(rename_channel), sweep=put_channel_right),
        Step("report_name", _if_renamed(rename_report), sweep=put_report_right),
    ),
    follows=progress_notices(RENAMING),
)
