"""Closing an incident: its channel is copied beside the report and, days later, archived.

What was said in between is copied before that. Reopening the incident meanwhile stops it: nothing is
archived but for the very closing that the run is of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from incident.commands.close import Close
from incident.engine.workflow import (
    LATE_SECONDS,
    Attempt,
    Result,
    RunSnapshot,
    Step,
    StepResult,
    Workflow,
    nothing_follows,
)
from incident.messages import closing as messages
from incident.model.facts import UNDO_TIME, Fact, FactKind
from incident.model.incident import Deliverable
from incident.model.naming import DOCUMENT_TITLE_LIMIT, clip, document_title
from incident.runtime import clock
from incident.runtime.failures import StepError, TransientError
from incident.services.slack_history import Window
from incident.workflows import identify
from incident.workflows.change import LINE_STEP, THANKS_STEP
from incident.workflows.declare import SEARCH_LAG_SECONDS
from incident.workflows.export import WORDS, Copying, write_end
from incident.workflows.identify import IDENTIFY
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import reply

DAY_SECONDS = 86_400.0
_FIRST, _SINCE = "copy", "since"
"""The names of copying the channel, and of copying what was said in it since, before it is archived."""
_DUE, _ARCHIVE = "due", "archive"

_PACING = frozenset({"ratelimited", "rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED"})
"""Reasons of a step that goes on in a minute: copying may take several deliveries, and is not late then."""


DELIVERABLES = {
    identify.STEP: Deliverable.LINE,
    "line": Deliverable.LINE,
    "document": Deliverable.COPY,
    f"{_FIRST}.done": Deliverable.COPY,
    _ARCHIVE: Deliverable.ARCHIVING,
}
"""What people miss; besides these, of each page that is not copied: the copy."""


def ask(job: Job, attempt: Attempt) -> StepResult:
    """Asks whether the incident is to be closed."""
    incident = attempt.incident or job.about()
    question = messages.question(job.say, incident, job.services.archive_after_days)
    reply(job, attempt, question, job.tag("incident_question", job.run_id))
    return StepResult()


def create_copy(job: Job, attempt: Attempt) -> StepResult:
    """The document, empty, beside the report."""
    made = job.services.drive.create_document(_title(job, attempt), job.run_id)
    return StepResult({"document_id": made.id, "document_url": made.url})


def find_copy(job: Job, attempt: Attempt) -> StepResult | None:  # noqa: ARG001 - it is known by the run
    """The document an earlier try may have made, if search shows it: nothing waits for that."""
    found = job.services.drive.find_documents(job.run_id)
    return StepResult({"document_id": found[0].id, "document_url": found[0].url}) if found else None


def trash_stray_copies(job: Job, attempt: Attempt) -> None:
    """Puts the documents of this closing in the trash but the recorded one and any that people wrote in."""
    kept = attempt.results["document"]["document_id"]
    for found in job.services.drive.find_documents(job.run_id):
        if found.id != kept and not found.touched_by_person:
            job.services.drive.trash(found.id)


def state_copied(job: Job, attempt: Attempt) -> StepResult:
    """Everything is copied: the line in the channel links to it from now on."""
    copying = _first(job, attempt.results)
    write_end(job, attempt, copying=copying)
    document, (count, slack) = attempt.results["document"], copying.counts(attempt.results)
    place = {"export_id": document["document_id"], "export_url": document["document_url"]}
    data = {**place, "messages": count, "counted": slack}
    fact = Fact(f"{job.run_id}.{FactKind.EXPORTED}", FactKind.EXPORTED, clock.now(), "", data)
    return StepResult({"count": count, "slack": slack}, facts=(fact,))


def state_copied_since(job: Job, attempt: Attempt) -> StepResult:
    """What was said since is copied, too."""
    copying = _since(job, attempt.results)
    count, slack = copying.counts(attempt.results)
    if count or slack:
        write_end(job, attempt, copying=copying)
    return StepResult({"count": count, "slack": slack})


def decide(job: Job, attempt: Attempt) -> StepResult:
    """The days are over: whether the channel is to be archived still, and until when it is to be copied.

    Raises:
        TransientError: it was reopened just now, which may be taken back.
    """
    return StepResult({"archives": _stands(job, attempt), "until": f"{clock.now().timestamp():.6f}"})


def archive(job: Job, attempt: Attempt) -> StepResult:
    """Archives the channel, unless the incident was reopened in the last moment; raises as `decide` does."""
    if not _stands(job, attempt):
        return StepResult()
    job.services.slack.archive(job.about().channel_id)
    kind = FactKind.CHANNEL_ARCHIVED
    return StepResult(facts=(Fact(f"{job.run_id}.{kind}", kind, clock.now()),))


def _stands(job: Job, attempt: Attempt) -> bool:
    """Whether the incident is closed by this run still, and its channel is not archived yet.

    What the run knows may be older than what a person has said just now, so the store is asked.

    Raises:
        TransientError: it was reopened so little ago that this can be taken back.
    """
    incident = job.services.store.incident(job.about().id) or attempt.incident or job.about()
    reopened_at = incident.reopened_at if incident.closed_at is None else None
    if reopened_at and clock.now() - reopened_at <= UNDO_TIME and not incident.is_archived:
        raise TransientError("deadline", "reopened just now", refused=True)
    closed_by = incident.stamps.get("closed_at", "").partition(" ")[2]
    is_ours = closed_by == f"{job.run_id}.{FactKind.CLOSED}"
    return is_ours and incident.closed_at is not None and not incident.is_archived


def _title(job: Job, attempt: Attempt) -> str:
    """Named like the report; a later copy says of which day it is."""
    incident = attempt.incident or job.about()
    suffix = job.services.public_text(lambda say: WORDS[say.locale]["suffix"])
    if incident.export_id:
        day = job.interaction.received_at.astimezone(job.services.timezone).date()
        suffix = f"{suffix} {day.isoformat()}"
    room = DOCUMENT_TITLE_LIMIT - len(suffix) - 3
    return f"{clip(document_title(incident.date, incident.title), room)} – {suffix}"


def _first(job: Job, results: Mapping[str, Result]) -> Copying:
    until = f"{_closed_at(job).timestamp():.6f}"
    return Copying(_FIRST, Window("0", until), results["document"]["document_id"], has_head=True)


def _since(job: Job, results: Mapping[str, Result]) -> Copying:
    window = Window(_first(job, results).window.latest, str(results[_DUE]["until"]))
    return Copying(_SINCE, window, results["document"]["document_id"])


def _closed_at(job: Job) -> datetime:
    return job.interaction.received_at


def _next(job: Job, results: Mapping[str, Result]) -> Iterator[Step[Job]]:
    """The steps that come next; those of the copy one after the other, as Slack's limits are for all."""
    if "document" not in results:
        return
    first = _first(job, results)
    if first.done() not in results:
        yield first.next_step(results) or Step(first.done(), state_copied, tells=False)
    elif results.get(_DUE, {}).get("archives"):
        since = _since(job, results)
        if since.done() not in results:
            yield since.next_step(results) or Step(since.done(), state_copied_since, tells=False)
        elif _ARCHIVE not in results:
            yield Step(_ARCHIVE, archive, tells=False)


def follows(job: Job, snapshot: RunSnapshot) -> Sequence[Step[Job]]:
    """The copy's next step, and what is to be said of how the run fares."""
    steps = list(_next(job, snapshot.results))
    is_archived = {step.name for step in steps} & {_ARCHIVE}
    missed = {name: one for name, one in DELIVERABLES.items() if name != _ARCHIVE or is_archived}
    for name in (*(step.name for step in steps), *snapshot.failures):
        if name.startswith((f"{_FIRST}.", f"{_SINCE}.")):
            missed[name] = Deliverable.COPY
    failures = {
        name: error
        for name, error in snapshot.failures.items()
        if name not in snapshot.soon and not _is_pacing(error)
    }
    notices = progress_notices(missed)(job, RunSnapshot(snapshot.results, failures, snapshot.started))
    to_say = {notice.name for notice in notices} - {*snapshot.results, *snapshot.failures}
    if to_say:  # before the channel is archived
        steps = [step for step in steps if step.name != _ARCHIVE]
    return [*steps, *notices]


def _is_pacing(error: StepError) -> bool:
    """Whether a step is only to go on later."""
    return isinstance(error, TransientError) and (error.service == "deadline" or error.reason in _PACING)


def _delay(job: Job) -> float:
    command: Close = job.command
    return command.days * DAY_SECONDS


CLOSING: Workflow[Job] = Workflow("closing", (Step("question", ask),), follows=nothing_follows)
CLOSE: Workflow[Job] = Workflow(
    "close",
    (
        IDENTIFY,
        LINE_STEP,
        THANKS_STEP,
        Step(
            "document",
            create_copy,
            needs=("line",),
            find_existing=find_copy,
            sweep=trash_stray_copies,
            sweep_after=LATE_SECONDS + SEARCH_LAG_SECONDS,
        ),
        Step(_DUE, decide, needs=("line",), delay_of=_delay),
    ),
    follows=follows,
)
