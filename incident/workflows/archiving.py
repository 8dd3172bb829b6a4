"""A person unarchived the channel: the bot comes back, and what was closed is open again."""

from __future__ import annotations

from incident.commands.archiving import COULD_NOT_JOIN
from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.messages.rich import Message, channel, line, paragraphs
from incident.model.facts import Fact, FactKind
from incident.model.incident import Deliverable
from incident.workflows.change import delete_stray_lines, find_line, post_line
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import tell, told

KEPT_OUT = "incident_kept_out"
"""Event type of the metadata of what a person is told whose channel the bot cannot come back into."""


def join(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - joining twice is once
    """Comes back, where that is possible."""
    is_in = job.services.slack.join(job.about().channel_id)
    return StepResult() if is_in else StepResult({"kept_out": True})


def reopen(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - what is stated twice is once
    """States that the incident is open again, where it was closed."""
    if not job.stated["data"].get("reopens"):
        return StepResult()
    kind = FactKind.REOPENED
    return StepResult(
        facts=(Fact(f"{job.run_id}.{kind}", kind, job.interaction.received_at, job.person, {}),)
    )


def say_line(job: Job, attempt: Attempt) -> StepResult:
    """The line in the channel, if the bot is in it."""
    return StepResult() if attempt.results["join"].get("kept_out") else post_line(job, attempt)


def tell_kept_out(job: Job, attempt: Attempt) -> StepResult:
    """Tells the person how to let the bot in."""
    if not attempt.results["join"].get("kept_out") or not job.person:
        return StepResult()
    say, incident = job.services.words_in_person(job.person), job.about()
    text = COULD_NOT_JOIN[say.locale]
    shown = line(text, channel=channel(incident.channel_id))
    message = Message(text.format(channel=f"<#{incident.channel_id}>"), [paragraphs(shown)])
    return tell(job, job.person, message, job.tag(KEPT_OUT, job.run_id))


def told_kept_out(job: Job, attempt: Attempt) -> StepResult | None:  # noqa: ARG001 - the tag says enough
    """What an earlier try has told them."""
    return told(job, job.person, job.tag(KEPT_OUT, job.run_id))


DELIVERABLES = {"join": Deliverable.LINE, "line": Deliverable.LINE}

UNARCHIVED: Workflow[Job] = Workflow(
    "unarchived",
    (
        Step("join", join),
        Step("reopen", reopen),
        Step(
            "line",
            say_line,
            needs=("join", "reopen"),
            find_existing=find_line,
            sweep=delete_stray_lines,
        ),
        Step("kept_out", tell_kept_out, needs=("join",), find_existing=told_kept_out),
    ),
    follows=progress_notices(DELIVERABLES),
)
