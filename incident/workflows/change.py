"""What every command does that changes an incident.

The fact is stated with the run, or once it is known who is meant; the channel reads one line, the person an
answer. The surfaces follow by themselves (`reflect`), and so does the line.
"""

from __future__ import annotations

from contextlib import suppress

from incident.commands.registry import spec_of
from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.messages import asking
from incident.messages.rich import Message, plain
from incident.model.facts import UNDO_TIME, UNDOABLE
from incident.model.incident import Deliverable
from incident.runtime.failures import PermanentError
from incident.services.slack import Posted
from incident.services.slack_errors import ARCHIVED
from incident.surfaces import line as lines
from incident.surfaces.line import LINE, PREFIX, Recorded
from incident.workflows import identify
from incident.workflows.identify import IDENTIFY
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import reply
from incident.workflows.strays import delete_strays


def post_line(job: Job, attempt: Attempt) -> StepResult:
    """The line in the channel; nothing where it is not known who is meant."""
    recorded = _recorded(job, attempt)
    if recorded is None:
        return StepResult()
    incident = attempt.incident or job.about()
    if incident.is_archived:  # nobody can say anything there
        return StepResult()
    message = lines.content(job.services, incident, recorded)
    try:
        posted = job.services.slack.post(incident.channel_id, message, job.tag(LINE, job.run_id))
    except PermanentError as error:
        if error.reason != ARCHIVED:
            raise
        return StepResult()
    return _posted(job, attempt, recorded, message, posted)


def find_line(job: Job, attempt: Attempt) -> StepResult | None:
    """The line an earlier try may have posted; it is not known what it shows."""
    recorded = _recorded(job, attempt)
    incident = attempt.incident or job.about()
    if incident.is_archived:  # nor read anything
        return None
    posted = job.services.slack.find(incident.channel_id, job.tag(LINE, job.run_id), job.since())
    return _posted(job, attempt, recorded, None, posted) if posted and recorded else None


def delete_stray_lines(job: Job, attempt: Attempt) -> None:
    """Deletes the lines that were posted late, besides the recorded one."""
    delete_strays(job, job.about().channel_id, job.tag(LINE, job.run_id), attempt.results["line"])


def close_undo(job: Job, attempt: Attempt) -> StepResult:
    """Has the line looked at once more, ten minutes later: its Undo goes."""
    place = attempt.results.get("line", {})
    recorded = _recorded(job, attempt)
    if not place or recorded is None or recorded.kind not in UNDOABLE:
        return StepResult()
    record = {**place, "version": 0, "digest": "", "said": recorded.to_dict()}
    return StepResult(surfaces={PREFIX + job.run_id: record})


def thank(job: Job, attempt: Attempt) -> StepResult:
    """Tells the person that it is done, or asks what was not known.

    Who sees the line in the channel needs no more; where the place they typed in is gone, it has to do.
    """
    if message := answer_instead(job, attempt):
        reply(job, attempt, message, job.tag("incident_question", job.run_id))
        return StepResult()
    done = _done(job, attempt)
    sees_line = "ts" in attempt.results.get("line", {}) and job.interaction.channel == job.about().channel_id
    if job.response_url and done and (job.is_replaceable or not sees_line):
        with suppress(PermanentError):
            job.services.slack.respond(job.response_url, plain(done), replaces=job.is_replaceable)
    return StepResult()


def _done(job: Job, attempt: Attempt) -> str:
    """What the person reads when it is done; empty for nothing."""
    spec, locale = spec_of(job.command), job.say.locale
    change = identify.stated(job, attempt)
    if spec.thanks is not None and change is not None:
        return spec.thanks(change.data, locale)
    return spec.text[locale].done if spec.text else ""


def answer_instead(job: Job, attempt: Attempt) -> Message | None:
    """What the person is told where nothing could be stated; None where it was."""
    if name := identify.unknown(attempt):
        return asking.whom(job.say, name, job.run_id)
    if refused := identify.refusal(attempt):
        return asking.refusal(job.say, *refused)
    return None


def _recorded(job: Job, attempt: Attempt) -> Recorded | None:
    """The change as it is to be on record with its line."""
    change = identify.stated(job, attempt)
    if change is None:
        return None
    at = job.interaction.received_at
    return Recorded(change.command, change.kind, change.data, change.fact, job.person, at)


def _posted(
    job: Job, attempt: Attempt, recorded: Recorded, message: Message | None, posted: Posted
) -> StepResult:
    place = {"channel": posted.channel, "ts": posted.ts}
    if message is None:
        record = {**place, "version": 0, "digest": "", "said": recorded.to_dict()}
    else:
        record = lines.shown(recorded, attempt.incident or job.about(), message, posted)
    return StepResult(place, surfaces={PREFIX + job.run_id: record})


DELIVERABLES = {
    identify.STEP: Deliverable.LINE,
    "line": Deliverable.LINE,
    "invite": Deliverable.PEOPLE,
}

LINE_STEP: Step[Job] = Step(
    "line", post_line, needs=(identify.STEP,), find_existing=find_line, sweep=delete_stray_lines
)
THANKS_STEP: Step[Job] = Step("thanks", thank, needs=("line",))
CLOSE_UNDO: Step[Job] = Step("close_undo", close_undo, needs=("line",), delay=UNDO_TIME.total_seconds())

CHANGE: Workflow[Job] = Workflow(
    "change",
    (IDENTIFY, LINE_STEP, THANKS_STEP, CLOSE_UNDO),
    follows=progress_notices(DELIVERABLES),
)
QUIET: Workflow[Job] = Workflow(
    "quiet",
    (IDENTIFY, Step("thanks", thank, needs=(identify.STEP,))),
    follows=progress_notices({identify.STEP: Deliverable.LINE}),
)
"""For a change that another's line shows, or nobody else reads of."""
