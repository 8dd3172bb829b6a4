"""What every command does that changes an incident.

The fact is stated with the run, the channel reads one line, the person an answer. The surfaces follow by
themselves (`reflect`).
"""

from __future__ import annotations

from contextlib import suppress

from incident.commands.registry import spec_of
from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.messages import change as messages
from incident.messages.rich import plain
from incident.model.incident import Deliverable
from incident.runtime.failures import PermanentError
from incident.services.slack import Posted
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices

LINE = "incident_line"
"""Event type of the metadata of such lines; their key is the run's id."""


def post_line(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - `find_line` looks first
    """The line in the channel."""
    spec = spec_of(job.command)
    if spec.line is None or job.incident is None:
        raise AssertionError("a change has a line and an incident")
    line = spec.line(job.command, job.services.say.locale)
    message = messages.line(job.services.say, line, job.person)
    return _posted(job.services.slack.post(job.incident.channel_id, message, job.tag(LINE, job.run_id)))


def find_line(job: Job, attempt: Attempt) -> StepResult | None:  # noqa: ARG001 - the tag says enough
    """The line an earlier try may have posted."""
    channel = job.incident.channel_id if job.incident else ""
    posted = job.services.slack.find(channel, job.tag(LINE, job.run_id), job.since())
    return _posted(posted) if posted else None


def delete_stray_lines(job: Job, attempt: Attempt) -> None:
    """Deletes the lines that were posted late, besides the recorded one."""
    kept = attempt.results["line"]
    for posted in job.services.slack.find_all(kept["channel"], job.tag(LINE, job.run_id), job.since()):
        if posted.ts != kept["ts"]:
            job.services.slack.delete(posted)


def thank(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - it replaces what stood there
    """Tells the person that it is done; where that place is gone, the line itself has to do."""
    if job.response_url:
        done = spec_of(job.command).text[job.services.say.locale].done
        with suppress(PermanentError):
            job.services.slack.respond(job.response_url, plain(done))
    return StepResult()


def _posted(posted: Posted) -> StepResult:
    return StepResult({"channel": posted.channel, "ts": posted.ts})


DELIVERABLES = {"line": Deliverable.LINE}

CHANGE: Workflow[Job] = Workflow(
    "change",
    (
        Step("line", post_line, find_existing=find_line, sweep=delete_stray_lines),
        Step("thanks", thank, needs=("line",)),
    ),
    follows=progress_notices(DELIVERABLES),
)
