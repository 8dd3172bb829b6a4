"""Roles: the new holder is invited, the channel reads it, and a private note says what comes first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from incident.commands.refusal import Reason
from incident.engine.workflow import Attempt, RunSnapshot, Step, StepResult, Workflow
from incident.messages import asking
from incident.messages.person import role_note
from incident.model.facts import UNDO_TIME, FactKind
from incident.model.incident import Role
from incident.services.slack import MessageTag
from incident.surfaces.line import PREFIX
from incident.workflows import identify
from incident.workflows.change import (
    CLOSE_UNDO,
    DELIVERABLES,
    LINE_STEP,
    THANKS_STEP,
    delete_stray_lines,
    find_line,
    post_line,
    thank,
)
from incident.workflows.identify import IDENTIFY
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import reply, tell, told
from incident.workflows.strays import sweep_of

NOTE = "incident_role_note"
"""Event type of the metadata of such notes; their key is the role."""


def given(job: Job, results: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Who has which role by this run and had it not before, by role."""
    change = identify.stated(job, Attempt(results))
    if change is None:
        return {}
    match change.kind:
        case FactKind.ROLE_TAKEN:
            user = str(change.data["user"])
            return {} if user == change.data.get("previous") else {str(change.data["role"]): user}
        case FactKind.COMMAND_ACCEPTED:
            return {str(Role.INCIDENT_COMMANDER): job.person} if _has_command(job) else {}
        case FactKind.ROLES_GIVEN:
            return dict(change.data.get("roles", {}))
    return {}


def _has_command(job: Job) -> bool:
    """Whether the person who accepted has command: another may have taken it after they said so."""
    return job.about().commander == job.person


def tell_overtaken(job: Job, attempt: Attempt) -> StepResult:
    """A line in the channel, where somebody who was not asked had command until now."""
    is_told = not job.stated.get("data", {}).get("overtakes") or not _has_command(job)
    return StepResult() if is_told else post_line(job, attempt)


def thank_for_accepting(job: Job, attempt: Attempt) -> StepResult:
    """Tells the person that they have command, or that it is settled otherwise."""
    if _has_command(job):
        return thank(job, attempt)
    message = asking.refusal(job.say, Reason.OFFER_CLOSED, "")
    reply(job, attempt, message, job.tag("incident_refusal", job.run_id))
    return StepResult()


def invite(job: Job, attempt: Attempt) -> StepResult:
    """Invites those who have a role now, and who is asked to take command.

    Also who took one for themselves: one can type in a public channel without being in it.
    """
    change = identify.stated(job, attempt)
    offered = str(change.data.get("offered", "")) if change else ""
    people = {user for user in (*given(job, attempt.results).values(), offered) if user}
    if people:
        job.services.slack.invite(job.about().channel_id, sorted(people))
    return StepResult()


def with_notes(
    follows: Callable[[Job, RunSnapshot], Sequence[Step[Job]]],
) -> Callable[[Job, RunSnapshot], Sequence[Step[Job]]]:
    """Besides what `follows`, a note for each new holder of a role."""

    def both(job: Job, snapshot: RunSnapshot) -> Sequence[Step[Job]]:
        ready = identify.STEP in snapshot.results
        roles = given(job, snapshot.results) if ready else {}
        notes = [
            Step(
                f"note.{role}",
                partial(_tell, role=role, user=user),
                find_existing=partial(_told, role=role, user=user),
                sweep=sweep_of(f"note.{role}", user, partial(_tag, role=role)),
                tells=False,
            )
            for role, user in roles.items()
            if user
        ]
        return [*follows(job, snapshot), *notes]

    return both


def _tell(job: Job, attempt: Attempt, *, role: str, user: str) -> StepResult:
    """The note, once for each role, person and incident."""
    incident = attempt.incident or job.about()
    try:
        job.services.store.reserve(job.run_id, [f"{NOTE}/{incident.id}/{role}/{user}"])
    except ValueError:  # they had it with an earlier run
        return StepResult()
    message = role_note(job.services.words_in_person(user), incident, role)
    return tell(job, user, message, _tag(job, role))


def _told(job: Job, attempt: Attempt, *, role: str, user: str) -> StepResult | None:  # noqa: ARG001
    """The note that an earlier try may have sent."""
    return told(job, user, _tag(job, role))


def _tag(job: Job, role: str) -> MessageTag:
    return job.tag(NOTE, role)


def close_undo(job: Job, attempt: Attempt) -> StepResult:
    """Has the offer's line looked at once more, ten minutes after it was accepted: its Undo goes."""
    incident = attempt.incident or job.about()
    name = f"{PREFIX}{job.command.offer}"
    record = job.services.store.surfaces(incident.id).get(name)
    return StepResult(surfaces={name: {**record, "version": 0, "digest": ""}}) if record else StepResult()


ROLE: Workflow[Job] = Workflow(
    "role",
    (IDENTIFY, LINE_STEP, Step("invite", invite, needs=(identify.STEP,)), THANKS_STEP, CLOSE_UNDO),
    follows=with_notes(progress_notices(DELIVERABLES)),
)
ACCEPT: Workflow[Job] = Workflow(
    "accept",
    (
        IDENTIFY,
        Step("invite", invite, needs=(identify.STEP,)),
        Step(
            "line", tell_overtaken, needs=(identify.STEP,), find_existing=find_line, sweep=delete_stray_lines
        ),
        Step("thanks", thank_for_accepting, needs=("line",)),
        Step("close_undo", close_undo, needs=(identify.STEP,), delay=UNDO_TIME.total_seconds()),
    ),
    follows=with_notes(progress_notices(DELIVERABLES)),
)
"""The line is the offer's, which the reflecting run edits."""
