"""Declaring an incident: the seven things the process asks for, and no more than one of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from incident.engine.workflow import Attempt, Done, Step, Workflow
from incident.messages import incident as messages
from incident.messages.incident import Links
from incident.model.incident import Incident, Role, Thing
from incident.model.naming import channel_name, document_title, with_suffix
from incident.runtime.failures import NotYetKnownError, PermanentError
from incident.services import slack as slack_service
from incident.services.drive import Document
from incident.services.sheets import Linked
from incident.services.slack import Channel, Mark, Posted
from incident.surfaces.columns import Column, row
from incident.workflows.notices import tells
from incident.workflows.replies import reply
from incident.workflows.services import CLOCK_SKEW_SECONDS, Services

SEARCH_LAG_SECONDS = 90.0
"""Drive's search may not show a new file for about a minute, Slack's lists a new channel for a moment."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration to carry out.

    Attributes:
        run_id: of the run that carries it out.
        incident: as it is declared: who, when, what, which roles.
        team: Slack workspace id.
        response_url: where the opener typed; empty where there is no such place.
        tools: what to do it with.
    """

    run_id: str
    incident: Incident
    team: str
    response_url: str
    tools: Services

    @property
    def person(self) -> str:
        """Whoever declared it."""
        return self.incident.declared_by

    def mark(self, kind: str) -> Mark:
        """How a message of this incident is known again."""
        return Mark(kind, self.incident.id)

    def since(self) -> float:
        """No message of this incident is older, in seconds since the epoch, by Slack's clock too."""
        return self.incident.declared_at.timestamp() - CLOCK_SKEW_SECONDS


def create_channel(work: Declaration, attempt: Attempt) -> Done:
    """The channel, by the first name that neither the store nor Slack has given to another."""
    slack, base = work.tools.slack, channel_name(work.incident.date, work.incident.title)
    for first in count(1):
        names = (with_suffix(base, number) for number in count(first))
        name = work.tools.store.reserve_channel_name(work.incident.id, names)
        created = slack.create_channel(name)
        if created is None and attempt.again:
            created = slack.channel_created_by_bot(name, work.since())
            if created is None and attempt.age < SEARCH_LAG_SECONDS:
                raise NotYetKnownError(slack_service.SERVICE, "name_taken, by whom is not known yet")
        if created is not None:
            return Done(
                {"id": created.id, "name": created.name},
                changes={"channel_id": created.id, "channel_name": created.name},
            )
    raise AssertionError("there is always another name")


def start_call(work: Declaration, attempt: Attempt) -> Done:  # noqa: ARG001 - a stray empty call is invisible
    """The call that stays open."""
    call = work.tools.meet.start()
    return Done(
        {"space": call.space, "url": call.url}, changes={"meet_space": call.space, "meet_url": call.url}
    )


def copy_template(work: Declaration, attempt: Attempt) -> Done:  # noqa: ARG001 - `find_copy` looks first
    """The report, a copy of the template."""
    title = document_title(work.incident.date, work.incident.title)
    return _document(work.tools.drive.copy_template(title, work.incident.id))


def find_copy(work: Declaration, attempt: Attempt) -> Done | None:
    """The copy an earlier try may have made."""
    found = work.tools.drive.find_copy(work.incident.id)
    if found is not None:
        return _document(found)
    if attempt.age < SEARCH_LAG_SECONDS:
        raise NotYetKnownError("drive", "a copy may be there and not be found yet")
    return None


def _document(document: Document) -> Done:
    return Done(
        {"id": document.id, "url": document.url},
        changes={"document_id": document.id, "document_url": document.url},
    )


def name_opener(work: Declaration, attempt: Attempt) -> Done:  # noqa: ARG001 - reading does no harm
    """What the opener is called, for the report and the spreadsheet, which know no Slack ids."""
    try:
        return Done({"name": work.tools.slack.display_name(work.incident.declared_by)})
    except PermanentError:  # somebody who cannot be looked up can still declare an incident
        return Done({"name": work.incident.declared_by})


def prepare_papers(work: Declaration, attempt: Attempt) -> Done:  # noqa: ARG001 - reading does no harm
    """What report and row would otherwise wait for, once for an instance: while Drive copies the template."""
    work.tools.docs.prepare()
    work.tools.sheets.prepare()
    return Done()


def bring_in_people(work: Declaration, attempt: Attempt) -> Done:
    """Invites the opener and whoever is on call."""
    slack = work.tools.slack
    on_call = [user for group in work.tools.oncall_groups for user in slack.group_members(group)]
    slack.invite(_channel(attempt).id, list(dict.fromkeys([work.incident.declared_by, *on_call])))
    return Done()


def set_topic(work: Declaration, attempt: Attempt) -> Done:
    """The topic; every change leaves a line in the channel."""
    work.tools.slack.set_topic(_channel(attempt).id, messages.topic(work.tools.say, work.incident))
    return Done()


def find_topic(work: Declaration, attempt: Attempt) -> Done | None:
    """Whether an earlier try has set the topic."""
    topic, _ = work.tools.slack.topic_and_purpose(_channel(attempt).id)
    return Done() if topic == messages.topic(work.tools.say, work.incident) else None


def set_purpose(work: Declaration, attempt: Attempt) -> Done:
    """The purpose; every change leaves a line in the channel."""
    work.tools.slack.set_purpose(_channel(attempt).id, messages.purpose(work.tools.say, work.incident))
    return Done()


def find_purpose(work: Declaration, attempt: Attempt) -> Done | None:
    """Whether an earlier try has set the purpose."""
    _, purpose = work.tools.slack.topic_and_purpose(_channel(attempt).id)
    return Done() if purpose == messages.purpose(work.tools.say, work.incident) else None


def announce(work: Declaration, attempt: Attempt) -> Done:
    """The message in #incident-sre."""
    message = messages.announcement(work.tools.say, work.incident, _channel(attempt).id)
    mark = work.mark("incident_announcement")
    return _posted(work.tools.slack.post(work.tools.announcement_channel, message, mark))


def find_announcement(work: Declaration, attempt: Attempt) -> Done | None:  # noqa: ARG001 - the mark says enough
    """The announcement an earlier try may have posted."""
    mark = work.mark("incident_announcement")
    found = work.tools.slack.find(work.tools.announcement_channel, mark, work.since())
    return _posted(found) if found else None


def brief(work: Declaration, attempt: Attempt) -> Done:
    """The briefing, with what links there are: it does not wait for a service that is down."""
    links = _links(attempt)
    message = messages.briefing(work.tools.say, work.incident, links)
    posted = work.tools.slack.post(_channel(attempt).id, message, work.mark("incident_briefing"))
    return _posted(posted, complete=bool(links.call and links.report))


def find_briefing(work: Declaration, attempt: Attempt) -> Done | None:
    """The briefing an earlier try may have posted; whether it had all links is not known."""
    mark = work.mark("incident_briefing")
    found = work.tools.slack.find(_channel(attempt).id, mark, work.since())
    return _posted(found, complete=False) if found else None


def complete_briefing(work: Declaration, attempt: Attempt) -> Done:
    """Puts the links into a briefing that had to go without."""
    briefing = attempt.results["briefing"]
    if not briefing["complete"]:
        message = messages.briefing(work.tools.say, work.incident, _links(attempt))
        posted = Posted(briefing["channel"], briefing["ts"])
        work.tools.slack.edit(posted, message, work.mark("incident_briefing"))
    return Done()


def pin_briefing(work: Declaration, attempt: Attempt) -> Done:
    """Pins the briefing."""
    briefing = attempt.results["briefing"]
    work.tools.slack.pin(Posted(briefing["channel"], briefing["ts"]))
    return Done()


def bookmark_call(work: Declaration, attempt: Attempt) -> Done:
    """The call in the channel's bar."""
    return _bookmark(
        work, attempt, work.tools.say.call_bookmark, _links(attempt).call, ":telephone_receiver:"
    )


def bookmark_report(work: Declaration, attempt: Attempt) -> Done:
    """The report in the channel's bar."""
    return _bookmark(work, attempt, work.tools.say.report_bookmark, _links(attempt).report, ":memo:")


def finds_bookmark(link: Callable[[Links], str]) -> Callable[[Declaration, Attempt], Done | None]:
    """Looks for the bookmark of a link."""

    def find(work: Declaration, attempt: Attempt) -> Done | None:
        there = work.tools.slack.has_bookmark(_channel(attempt).id, link(_links(attempt)))
        return Done() if there else None

    return find


def _bookmark(work: Declaration, attempt: Attempt, title: str, link: str, emoji: str) -> Done:
    work.tools.slack.add_bookmark(_channel(attempt).id, title, link, emoji)
    return Done()


def fill_report(work: Declaration, attempt: Attempt) -> Done:
    """Fills the placeholders of the report."""
    work.tools.docs.fill(attempt.results["document"]["id"], _placeholders(work, attempt), work.incident.id)
    return Done()


def find_filled(work: Declaration, attempt: Attempt) -> Done | None:
    """Whether an earlier try has filled the report."""
    values = _placeholders(work, attempt)
    telltales = (values["channel"], values["meet"])
    filled = work.tools.docs.is_filled(attempt.results["document"]["id"], values, telltales)
    return Done() if filled else None


def _placeholders(work: Declaration, attempt: Attempt) -> dict[str, str]:
    say, incident, name = work.tools.say, work.incident, attempt.results["opener"]["name"]
    return {
        "title": incident.title,
        "date": incident.date.isoformat(),
        "commander": name,
        "operations_lead": name,
        "channel": f"#{_channel(attempt).name}",
        "meet": _links(attempt).call,
        "severity": say.severities[incident.severity] if incident.severity else say.severity_unknown,
        "status": say.statuses[incident.status],
    }


def track(work: Declaration, attempt: Attempt) -> Done:
    """The row in the tracking spreadsheet."""
    say, incident, name = work.tools.say, work.incident, attempt.results["opener"]["name"]
    channel = _channel(attempt)
    work.tools.sheets.append(
        row(
            {
                Column.ID: incident.id,
                Column.DATE: incident.date,
                Column.TITLE: Linked(incident.title, _links(attempt).report),
                Column.CHANNEL: Linked(f"#{channel.name}", work.tools.channel_url(work.team, channel.id)),
                Column.STATUS: say.statuses[incident.status],
                Column.SEVERITY: (
                    say.severities[incident.severity] if incident.severity else say.severity_unknown
                ),
                Column.COMMANDER: name,
                Column.OPERATIONS_LEAD: name,
                Column.DECLARED_AT: incident.declared_at.astimezone(work.tools.timezone),
                Column.RESOLVED_AT: None,
            }
        )
    )
    return Done()


def find_row(work: Declaration, attempt: Attempt) -> Done | None:  # noqa: ARG001 - the id says enough
    """Whether an earlier try has added the row."""
    return Done() if work.tools.sheets.has_row(work.incident.id) else None


def give_receipt(work: Declaration, attempt: Attempt) -> Done:
    """Tells the opener, in place of the acknowledgement; where that place is gone, in person."""
    message = messages.ready(work.tools.say, _channel(attempt).id)
    mark = work.mark("incident_receipt")
    reply(work.tools, work.response_url, message, attempt, person=work.person, mark=mark, since=work.since())
    return Done()


def _channel(attempt: Attempt) -> Channel:
    return Channel(attempt.results["channel"]["id"], attempt.results["channel"]["name"])


def _links(attempt: Attempt) -> Links:
    """The links there are by now."""
    call, report = (attempt.results.get(step, {}).get("url", "") for step in ("meet", "document"))
    return Links(call=call, report=report)


def _posted(posted: Posted, **more: bool) -> Done:
    return Done({"channel": posted.channel, "ts": posted.ts, **more})


DECLARE: Workflow[Declaration] = Workflow(
    "declare",
    (
        Step("channel", create_channel),
        Step("meet", start_call),
        Step("document", copy_template, finds=find_copy),
        Step("opener", name_opener),
        Step("preparation", prepare_papers),
        Step("people", bring_in_people, needs=("channel",)),
        Step("topic", set_topic, needs=("channel",), finds=find_topic),
        Step("purpose", set_purpose, needs=("channel",), finds=find_purpose),
        Step("announcement", announce, needs=("channel",), finds=find_announcement),
        Step("receipt", give_receipt, needs=("channel",)),
        Step("briefing", brief, needs=("channel",), after=("meet", "document"), finds=find_briefing),
        Step("pin", pin_briefing, needs=("briefing",)),
        Step("links", complete_briefing, needs=("briefing", "meet", "document")),
        Step(
            "call_bookmark",
            bookmark_call,
            needs=("channel", "meet"),
            finds=finds_bookmark(lambda links: links.call),
        ),
        Step(
            "report_bookmark",
            bookmark_report,
            needs=("channel", "document"),
            finds=finds_bookmark(lambda links: links.report),
        ),
        Step("report", fill_report, needs=("opener", "channel", "meet", "document"), finds=find_filled),
        Step("tracking", track, needs=("opener", "preparation", "channel", "document"), finds=find_row),
    ),
    follows=tells(
        {
            "channel": Thing.CHANNEL,
            "meet": Thing.CALL,
            "document": Thing.REPORT,
            "opener": Thing.REPORT,
            "report": Thing.REPORT,
            "people": Thing.INVITATIONS,
            "topic": Thing.TOPIC,
            "purpose": Thing.TOPIC,
            "announcement": Thing.ANNOUNCEMENT,
            "briefing": Thing.BRIEFING,
            "pin": Thing.BRIEFING,
            "links": Thing.BRIEFING,
            "call_bookmark": Thing.BOOKMARKS,
            "report_bookmark": Thing.BOOKMARKS,
            "preparation": Thing.TRACKING,
            "tracking": Thing.TRACKING,
        }
    ),
)


def roles_at_start(opener: str) -> dict[Role, str]:
    """Whoever declares an incident commands it and leads its operations, until they hand a role on."""
    return dict.fromkeys((Role.INCIDENT_COMMANDER, Role.OPERATIONS_LEAD), opener)
