"""Updates, the end and a reopening: the board's thread reads them, and everybody who follows the incident."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from incident.engine.workflow import Attempt, RunSnapshot, Step, StepResult, Workflow
from incident.messages.person import followed_end, followed_reopening, followed_update
from incident.messages.rich import Message
from incident.model.facts import FactKind
from incident.model.incident import Deliverable, Incident, Severity
from incident.services.slack import MessageTag
from incident.surfaces import line as lines
from incident.surfaces.line import Recorded
from incident.surfaces.messages import BOARD
from incident.workflows.change import CLOSE_UNDO, DELIVERABLES, LINE_STEP, THANKS_STEP
from incident.workflows.identify import IDENTIFY
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import tell, told
from incident.workflows.strays import delete_strays, sweep_of

FOLLOWED = "incident_followed"
"""Event type of the metadata of an update that is told in person; its key is the run's id."""


def reply_on_board(job: Job, attempt: Attempt) -> StepResult:
    """The update in the thread of the board; a board that is not there yet shows it when it is.

    The end of a bad incident, and that it is not over after all, the whole channel reads.
    """
    if job.stated.get("kind") not in _TOLD:
        return StepResult()
    incident = attempt.incident or job.about()
    board = job.services.store.surfaces(incident.id).get(BOARD.name)
    if not board:
        return StepResult()
    channel, thread = board["channel"], board["ts"]
    recorded = _recorded(job)
    tag = recorded.tag(incident.id)
    found = job.services.slack.find(channel, tag, job.since(), thread=thread) if attempt.is_retry else None
    message = lines.content(job.services, incident, recorded)
    is_broadcast = recorded.kind in _ENDINGS and incident.severity in _BAD
    posted = found or job.services.slack.post(channel, message, tag, thread=thread, is_broadcast=is_broadcast)
    record = lines.shown(recorded, incident, message, posted)
    if found:  # it shows what was so when it was posted
        record |= {"version": 0, "digest": ""}
    return StepResult(
        {"channel": posted.channel, "ts": posted.ts, "thread": thread}, surfaces={recorded.surface: record}
    )


def _recorded(job: Job) -> Recorded:
    """The update as it is to be on record with its reply."""
    kind = str(job.stated["kind"])
    fact, at = f"{job.run_id}.{kind}", job.interaction.received_at
    return Recorded(job.command, kind, job.stated["data"], fact, job.person, at, on_board=True)


def delete_stray_replies(job: Job, attempt: Attempt) -> None:
    """Deletes the replies that were posted late, besides the recorded one."""
    if kept := attempt.results["board_reply"]:
        delete_strays(job, kept["channel"], _recorded(job).tag(job.about().id), kept, kept["thread"])


def with_followers(
    follows: Callable[[Job, RunSnapshot], Sequence[Step[Job]]],
) -> Callable[[Job, RunSnapshot], Sequence[Step[Job]]]:
    """Besides what `follows`, the update in person for everybody who follows the incident."""

    def both(job: Job, snapshot: RunSnapshot) -> Sequence[Step[Job]]:
        followers = job.about().following if job.stated.get("kind") in _TOLD else ()
        steps = [
            Step(
                f"follower.{user}",
                partial(_tell, user=user),
                find_existing=partial(_told, user=user),
                sweep=sweep_of(f"follower.{user}", user, _tag),
                tells=False,
            )
            for user in followers
            if user != job.person
        ]
        return [*follows(job, snapshot), *steps]

    return both


def _tell(job: Job, attempt: Attempt, *, user: str) -> StepResult:
    message = _for_follower(job, attempt.incident or job.about(), user)
    return tell(job, user, message, _tag(job))


def _for_follower(job: Job, incident: Incident, user: str) -> Message:
    """What was said, in the words of the person who follows it."""
    say, data = job.services.words_in_person(user), job.stated["data"]
    match job.stated["kind"]:
        case FactKind.RESOLVED:
            return followed_end(say, incident, job.person, job.interaction.received_at, data)
        case FactKind.REOPENED:
            return followed_reopening(say, incident, job.person, str(data.get("reason", "")))
    return followed_update(say, incident, job.person, str(data.get("text", "")))


def _told(job: Job, attempt: Attempt, *, user: str) -> StepResult | None:  # noqa: ARG001
    return told(job, user, _tag(job))


def _tag(job: Job) -> MessageTag:
    return job.tag(FOLLOWED, job.run_id)


_ENDINGS = frozenset({FactKind.RESOLVED, FactKind.REOPENED})
_TOLD = _ENDINGS | {FactKind.UPDATE_POSTED}
"""The kinds that others read of; a status that is set without words is not among them."""
_BAD = frozenset({Severity.SEV1, Severity.SEV2})

ANNOUNCING = {"board_reply": Deliverable.ANNOUNCEMENT}

UPDATE: Workflow[Job] = Workflow(
    "update",
    (
        IDENTIFY,
        LINE_STEP,
        Step("board_reply", reply_on_board, sweep=delete_stray_replies),
        THANKS_STEP,
        CLOSE_UNDO,
    ),
    follows=with_followers(progress_notices({**DELIVERABLES, **ANNOUNCING})),
)
