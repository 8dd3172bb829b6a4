"""Declaring an incident: the seven things the process asks for, and no more than one of each."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from incident.engine.workflow import LATE_SECONDS, Attempt, Step, StepResult, Workflow
from incident.messages import incident as messages
from incident.messages.incident import TOPIC_LIMIT
from incident.model.facts import Fact, FactKind
from incident.model.incident import Deliverable, Incident
from incident.model.naming import channel_name, document_title, with_suffix
from incident.runtime.failures import NotYetKnownError, PermanentError
from incident.services import slack as slack_service
from incident.services.slack import Posted
from incident.surfaces.messages import BOARD, BRIEFING
from incident.surfaces.report import REPORT
from incident.surfaces.row import ROW
from incident.surfaces.services import since, tag
from incident.surfaces.topic import TOPIC
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import reply
from incident.workflows.surface_steps import creates, updates

LISTING_LAG_SECONDS = 90.0
"""Slack's list of channels may not show a new one for a moment."""

SEARCH_LAG_SECONDS = 90.0
"""Drive's search may not show a new file for about a minute."""


def create_channel(job: Job, attempt: Attempt) -> StepResult:
    """The channel, by the first name that neither the store nor Slack has given to another."""
    slack, incident = job.services.slack, _incident(attempt)
    base = channel_name(incident.date, incident.title)
    for first in count(1):
        names = (with_suffix(base, number) for number in count(first))
        name = job.services.store.reserve(incident.id, names)
        created = slack.create_channel(name)
        if created is None and attempt.is_retry:
            created = slack.channel_created_by_bot(name, since(incident))
            if created is None and attempt.age < LISTING_LAG_SECONDS:
                raise NotYetKnownError(slack_service.SERVICE, "name_taken, by whom is not known yet")
        if created is not None:
            place = {"channel_id": created.id, "channel_name": created.name}
            return _stated(job, FactKind.CHANNEL_CREATED, place)
    raise AssertionError("there is always another name")


def find_channel(job: Job, attempt: Attempt) -> StepResult | None:
    """The channel an earlier try may have made, also where a person has renamed it since."""
    incident = _incident(attempt)
    base = channel_name(incident.date, incident.title)
    names = (with_suffix(base, number) for number in count(1))
    name = job.services.store.reserve(incident.id, names)
    created = job.services.slack.channel_created_by_bot(name, since(incident))
    if created is None:
        return None
    place = {"channel_id": created.id, "channel_name": created.name}
    return _stated(job, FactKind.CHANNEL_CREATED, place)


def start_call(job: Job, attempt: Attempt) -> StepResult:  # noqa: ARG001 - a stray empty call is invisible
    """The call that stays open."""
    call = job.services.meet.start()
    return _stated(job, FactKind.CALL_STARTED, {"meet_space": call.space, "meet_url": call.url})


def link_source(job: Job, attempt: Attempt) -> StepResult:
    """The link to the message that it was declared from, where Slack did not give it."""
    source = _incident(attempt).source
    if not source.get("ts") or source.get("permalink"):
        return StepResult()
    try:
        permalink = job.services.slack.permalink(Posted(source["channel"], source["ts"]))
    except PermanentError:  # deleted meanwhile, or in a channel that the bot is not in
        return StepResult()
    return _stated(job, FactKind.SOURCE_LINKED, {"permalink": permalink})


def copy_template(job: Job, attempt: Attempt) -> StepResult:
    """The report, a copy of the template."""
    incident = _incident(attempt)
    title = document_title(incident.date, incident.title)
    copy = job.services.drive.copy_template(title, incident.id)
    return _stated(job, FactKind.REPORT_CREATED, {"document_id": copy.id, "document_url": copy.url})


def find_copy(job: Job, attempt: Attempt) -> StepResult | None:
    """The copy an earlier try may have made, if search shows it: nothing waits for that."""
    copy = job.services.drive.find_copy(_incident(attempt).id)
    if copy is None:
        return None
    return _stated(job, FactKind.REPORT_CREATED, {"document_id": copy.id, "document_url": copy.url})


def trash_stray_copies(job: Job, attempt: Attempt) -> None:
    """Puts copies in the trash but the recorded one and any that a person has written in."""
    kept = attempt.results["document"]["document_id"]
    for copy in job.services.drive.find_copies(_incident(attempt).id):
        if copy.id != kept and not copy.touched_by_person:
            job.services.drive.trash(copy.id)


def invite_opener(job: Job, attempt: Attempt) -> StepResult:
    """The person who declared it."""
    incident = _incident(attempt)
    job.services.slack.invite(incident.channel_id, [incident.declared_by])
    return StepResult()


def invite_on_call(job: Job, attempt: Attempt) -> StepResult:
    """The people on call. A group that cannot be read keeps no other out, and is reported at the end."""
    refused: PermanentError | None = None
    for group in job.services.oncall_groups:
        try:
            people = [
                user
                for user in job.services.slack.group_members(group)
                if user != _incident(attempt).declared_by
            ]
            if people:
                job.services.slack.invite(_incident(attempt).channel_id, people)
        except PermanentError as error:
            refused = error
    if refused is not None:
        raise refused
    return StepResult()


def set_purpose(job: Job, attempt: Attempt) -> StepResult:
    """The purpose; every change leaves a line in the channel."""
    incident = _incident(attempt)
    job.services.slack.set_purpose(incident.channel_id, _purpose(job, incident))
    return StepResult()


def find_purpose(job: Job, attempt: Attempt) -> StepResult | None:
    """Whether an earlier try has set the purpose."""
    incident = _incident(attempt)
    _, purpose = job.services.slack.topic_and_purpose(incident.channel_id)
    return StepResult() if purpose == _purpose(job, incident) else None


def _purpose(job: Job, incident: Incident) -> str:
    return job.services.public_text(lambda say: messages.purpose(say, incident), TOPIC_LIMIT)


def pin_briefing(job: Job, attempt: Attempt) -> StepResult:
    """Pins the briefing."""
    briefing = attempt.results["briefing"]
    job.services.slack.pin(Posted(briefing["channel"], briefing["ts"]))
    return StepResult()


def bookmarks(
    name: str,
    link: Callable[[Incident], str],
    emoji: str,
    needs: tuple[str, ...],
    *,
    after: tuple[str, ...] = (),
) -> Step[Job]:
    """The step that puts a link into the channel's bar.

    Args:
        name: the step's.
        link: where it leads.
        emoji: such as `:memo:`.
        needs: steps that must be done before it.
        after: steps that must be done, or late, before it.
    """

    def run(job: Job, attempt: Attempt) -> StepResult:
        incident = _incident(attempt)
        title = job.services.public_text(lambda say: say.bookmarks[name])
        job.services.slack.add_bookmark(incident.channel_id, title, link(incident), emoji)
        return StepResult()

    def find(job: Job, attempt: Attempt) -> StepResult | None:
        incident = _incident(attempt)
        there = job.services.slack.has_bookmark(incident.channel_id, link(incident))
        return StepResult() if there else None

    def sweep(job: Job, attempt: Attempt) -> None:
        incident = _incident(attempt)
        job.services.slack.remove_duplicate_bookmarks(incident.channel_id, link(incident))

    return Step(name, run, needs=needs, after=after, find_existing=find, sweep=sweep)


def give_receipt(job: Job, attempt: Attempt) -> StepResult:
    """Tells the opener, in place of the acknowledgement; where that place is gone, in person."""
    incident = _incident(attempt)
    message = messages.ready(job.say, incident)
    reply(job, attempt, message, tag("incident_receipt", incident))
    return StepResult()


def _stated(job: Job, kind: FactKind, data: dict[str, str]) -> StepResult:
    """What a step has made is a fact about the incident, said with its declaration."""
    fact = Fact(f"{job.run_id}.{kind}", kind, job.interaction.received_at, "", data)
    return StepResult(data, facts=(fact,))


def _incident(attempt: Attempt) -> Incident:
    if attempt.incident is None:
        raise AssertionError("a declaration creates its incident with its run")
    return attempt.incident


DELIVERABLES = {
    "channel": Deliverable.CHANNEL,
    "meet": Deliverable.CALL,
    "document": Deliverable.REPORT,
    "report": Deliverable.REPORT,
    "opener": Deliverable.INVITATIONS,
    "on_call": Deliverable.ON_CALL,
    "topic": Deliverable.TOPIC,
    "purpose": Deliverable.TOPIC,
    "board": Deliverable.ANNOUNCEMENT,
    "briefing": Deliverable.BRIEFING,
    "pin": Deliverable.BRIEFING,
    "links": Deliverable.BRIEFING,
    "call_bookmark": Deliverable.BOOKMARKS,
    "report_bookmark": Deliverable.BOOKMARKS,
    "row": Deliverable.TRACKING,
}

DECLARE: Workflow[Job] = Workflow(
    "declare",
    (
        Step("channel", create_channel, find_existing=find_channel),
        Step("source", link_source),
        Step("meet", start_call),
        Step(
            "document",
            copy_template,
            find_existing=find_copy,
            sweep=trash_stray_copies,
            sweep_after=LATE_SECONDS + SEARCH_LAG_SECONDS,
        ),
        Step("opener", invite_opener, needs=("channel",)),
        creates(BOARD, needs=("channel",)),
        Step("receipt", give_receipt, needs=("channel",), after=("meet",)),
        creates(BRIEFING, needs=("channel",), after=("meet", "source")),
        # what leaves lines of Slack's own in the channel comes beneath the briefing
        Step("on_call", invite_on_call, needs=("channel",), after=("briefing",)),
        creates(TOPIC, needs=("channel",), after=("briefing",)),
        Step("purpose", set_purpose, needs=("channel",), after=("briefing",), find_existing=find_purpose),
        Step("pin", pin_briefing, needs=("briefing",)),
        # what is not known yet is filled in later; who follows a link is to see no raw placeholder
        creates(REPORT, needs=("document",)),
        updates(BRIEFING, name="links", needs=("briefing", "meet", "document"), after=("report",)),
        bookmarks("call_bookmark", lambda i: i.meet_url, ":telephone_receiver:", ("channel", "meet")),
        bookmarks(
            "report_bookmark",
            lambda i: i.document_url,
            ":memo:",
            ("channel", "document"),
            after=("report",),
        ),
        creates(ROW, needs=(), after=("channel", "document"), sweep_after=LATE_SECONDS),
    ),
    follows=progress_notices(DELIVERABLES),
)
