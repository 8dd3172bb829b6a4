"""Calling people in: those who can be are invited, and the message in the channel shows who is coming."""

from __future__ import annotations

from incident.commands.page import CallIn
from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.model.facts import Fact, FactKind
from incident.model.mentions import is_group
from incident.workflows import identify
from incident.workflows.change import DELIVERABLES, THANKS_STEP, delete_stray_lines, find_line, post_line
from incident.workflows.identify import IDENTIFY
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices


def invite(job: Job, attempt: Attempt) -> StepResult:
    """Invites everybody who was called, and states who they are and who cannot be invited."""
    change = identify.stated(job, attempt)
    if change is None or not isinstance(change.command, CallIn):
        return StepResult()
    slack, users = job.services.slack, list[str]()
    for one in change.command.people:
        users += slack.group_members(one) if is_group(one) else [one]
    users = list(dict.fromkeys(users))
    missing = slack.invite(job.about().channel_id, users)
    comms = job.services.comms_group
    is_told = change.command.comms or (bool(comms) and comms in change.command.people)
    data = {"of": job.run_id, "users": users, "missing": missing, "comms": is_told}
    placed = Fact(
        f"{job.run_id}.{FactKind.CALL_PLACED}",
        FactKind.CALL_PLACED,
        job.interaction.received_at,
        job.person,
        data,
    )
    return StepResult({"users": users, "missing": missing}, facts=(placed,))


PAGE: Workflow[Job] = Workflow(
    "page",
    (
        IDENTIFY,
        Step("invite", invite, needs=(identify.STEP,)),
        # said with who could not be invited; Slack being slow to say so does not hold it up for long
        Step(
            "line",
            post_line,
            needs=(identify.STEP,),
            after=("invite",),
            find_existing=find_line,
            sweep=delete_stray_lines,
        ),
        THANKS_STEP,
    ),
    follows=progress_notices(DELIVERABLES),
)
