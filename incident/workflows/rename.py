"""Renaming: channel and report are called by the newest title, whatever the order of the commands."""

from __future__ import annotations

from itertools import count

from incident.engine.workflow import Attempt, Step, StepResult, Workflow
from incident.model.facts import Fact, FactKind
from incident.model.incident import Deliverable, Incident
from incident.model.naming import channel_name, document_title, with_suffix
from incident.runtime.failures import PermanentError
from incident.services.slack_errors import ARCHIVED
from incident.workflows.change import CLOSE_UNDO, DELIVERABLES, LINE_STEP, THANKS_STEP
from incident.workflows.identify import IDENTIFY
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices


def rename_channel(job: Job, attempt: Attempt) -> StepResult:
    """The channel, by the first name that nothing else has; its old one stays reserved.

    One that is archived keeps its name, as Slack changes nothing there.
    """
    incident = _newest(job, attempt)
    while True:
        if incident.is_archived:
            return StepResult()
        try:
            name = _give_name(job, incident)
        except PermanentError as error:
            if error.reason != ARCHIVED:
                raise
            return StepResult()
        shown, incident = incident, _newest(job, attempt)
        if incident.title == shown.title:  # else it was renamed again meanwhile
            break
    fact = Fact(
        f"{job.run_id}.{FactKind.CHANNEL_RENAMED}",
        FactKind.CHANNEL_RENAMED,
        job.interaction.received_at,
        "",
        {"channel_name": name},
    )
    return StepResult({"channel_name": name}, facts=(fact,))


def _give_name(job: Job, incident: Incident) -> str:
    """Gives the channel a name of its title that is free; which."""
    base = channel_name(incident.date, incident.title)
    for first in count(1):
        names = (with_suffix(base, number) for number in count(first))
        name = job.services.store.reserve(incident.id, names)
        if job.services.slack.rename_channel(incident.channel_id, name):
            return name
    raise AssertionError("there is always another name")


def rename_report(job: Job, attempt: Attempt) -> StepResult:
    """The report, unless people have given it a name of their own; one to come is made by its new name."""
    incident, named = _newest(job, attempt), ""
    if incident.document_id and job.services.drive.name(incident.document_id) not in _own_names(
        job, incident
    ):
        return StepResult()
    while incident.document_id and incident.title != named:
        named = incident.title
        job.services.drive.rename(incident.document_id, document_title(incident.date, named))
        incident = _newest(job, attempt)
    return StepResult()


def _own_names(job: Job, incident: Incident) -> set[str]:
    """Every name that the bot may have given the report."""
    titles = (fact.data.get("title") for fact in job.services.store.facts(incident.id))
    return {document_title(incident.date, str(title)) for title in titles if title}


def put_channel_right(job: Job, attempt: Attempt) -> None:
    """Gives the channel its name once more: an older one that Slack was asked for may have come late."""
    incident = _newest(job, attempt)
    if not incident.is_archived:
        job.services.slack.rename_channel(incident.channel_id, incident.channel_name)


def put_report_right(job: Job, attempt: Attempt) -> None:
    """Gives the report its name once more, for the same reason."""
    rename_report(job, attempt)


def _newest(job: Job, attempt: Attempt) -> Incident:
    """The incident as it is now: another may have renamed it since this was said."""
    return job.services.store.incident(job.about().id) or attempt.incident or job.about()


RENAMING = {"channel_name": Deliverable.CHANNEL_NAME, "report_name": Deliverable.CHANNEL_NAME}

RENAME: Workflow[Job] = Workflow(
    "rename",
    (
        IDENTIFY,
        LINE_STEP,
        Step("channel_name", rename_channel, sweep=put_channel_right),
        Step("report_name", rename_report, sweep=put_report_right),
        THANKS_STEP,
        CLOSE_UNDO,
    ),
    follows=progress_notices({**DELIVERABLES, **RENAMING}),
)
