"""The status card and the list: what the store alone knows, for one person."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from incident.commands.card import ShowStatus
from incident.engine.workflow import Attempt, Step, StepResult, Workflow, nothing_follows
from incident.messages.card import Known, card
from incident.messages.person import listing
from incident.model.facts import STORY, Fact, FactKind
from incident.model.incident import Deliverable, Incident
from incident.model.marks import Mark, marks_of
from incident.runtime.failures import PermanentError
from incident.surfaces.line import PREFIX
from incident.surfaces.row import ROW
from incident.surfaces.services import Services
from incident.workflows.job import Job
from incident.workflows.reflect import SURFACES
from incident.workflows.replies import reply

GREETING = "incident_greeting"
MOST_OPEN = 100
"""Incidents that are looked at for a list."""


def show_card(job: Job, attempt: Attempt) -> StepResult:
    """The card, to the person who asks; to a person who has just come, once."""
    command: ShowStatus = job.command
    known = known_of(job.services, attempt.incident or job.about())
    if not command.joined:
        message = card(job.say, known)
        reply(job, attempt, message, job.tag("incident_card", job.run_id))
        return StepResult()
    say = job.services.words_in_person(job.person)
    if job.services.people.is_bot(job.person):
        return StepResult()
    try:
        job.services.store.reserve(job.run_id, [f"{GREETING}/{known.incident.id}/{job.person}"])
    except ValueError:  # they came before
        return StepResult()
    message = card(say, known, is_welcome=True)
    with suppress(PermanentError):  # they have left again
        job.services.slack.whisper(known.incident.channel_id, job.person, message)
    return StepResult()


def known_of(services: Services, incident: Incident) -> Known:
    """What the store knows of an incident."""
    surfaces = services.store.surfaces(incident.id)
    facts = services.store.facts(incident.id)
    story = _story(incident, facts)
    links = {
        fact.id: services.message_url(incident.channel_id, surfaces[f"{PREFIX}{fact.run}"]["ts"])
        for fact in story
        if isinstance(fact, Fact) and f"{PREFIX}{fact.run}" in surfaces
    }
    shown = {one.deliverable: int(surfaces.get(one.name, {}).get("version", 0)) for one in SURFACES}
    by_hand = surfaces.get(ROW.name, {}).get("by_hand", ())
    return Known(incident, story, links, shown, _late(services, incident), by_hand)


def _story(incident: Incident, facts: Sequence[Fact]) -> list[Fact | Mark]:
    """What happened and was not taken back, and the messages that are marked, each once; oldest first."""
    told: list[Fact | Mark] = [
        fact
        for fact in facts
        if fact.kind in STORY and fact.kind != FactKind.MESSAGE_MARKED and fact.id not in incident.undone
    ]
    told += [mark for mark in marks_of(incident) if mark.is_marked and mark.is_read]
    return sorted(told, key=lambda one: (one.happened_at, one.id if isinstance(one, Fact) else one.key))


def _late(services: Services, incident: Incident) -> dict[Deliverable, str]:
    """What is not there yet, with the services that its run waits for."""
    waits = ", ".join(services.store.waited_for(incident.id))
    there = {
        Deliverable.CALL: incident.meet_url,
        Deliverable.REPORT: incident.document_url,
    }
    return {deliverable: waits for deliverable, url in there.items() if not url}


def show_list(job: Job, attempt: Attempt) -> StepResult:
    """The open incidents, those first in which the person has a part."""
    found = job.services.store.open_incidents(MOST_OPEN)
    reply(
        job,
        attempt,
        listing(job.say, mine_first(found, job.person)),
        job.tag("incident_list", job.run_id),
    )
    return StepResult()


def mine_first(incidents: list[Incident], person: str) -> list[Incident]:
    """Those first that a person declared or has a role in; else as they are."""
    return sorted(incidents, key=lambda one: person not in {one.declared_by, *one.roles.values()})


CARD: Workflow[Job] = Workflow("card", (Step("card", show_card),), follows=nothing_follows)
LISTING: Workflow[Job] = Workflow("listing", (Step("list", show_list),), follows=nothing_follows)
"""They post no notices: the person who asked sees that no answer comes."""
