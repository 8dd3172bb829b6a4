"""The incident report: its facts, where the template has a place for them, and its timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from incident.messages import report as messages
from incident.messages.report import WORDS, ReportWords
from incident.messages.words import Words
from incident.model.facts import Fact
from incident.model.incident import Deliverable, Finding, Incident, Role, Status
from incident.model.story import Told, held, said_by, told
from incident.services.docs import TIMELINE
from incident.services.docs_entries import Entry, Timeline
from incident.surfaces.line import PREFIX
from incident.surfaces.messages import BRIEFING
from incident.surfaces.services import Services
from incident.surfaces.surface import Place

UNKNOWN = "…"
"""What stands in the place of a value that is not there yet."""

VALUES, ENTRIES = "values", "entries"
"""The two parts of the content: the value of each placeholder, by name, and the entries, as plain JSON."""


class Report:
    """See `Surface`. What people write, also into what the bot wrote, is theirs."""

    name = "report"
    deliverable = Deliverable.REPORT
    is_made_whole = False

    def content(self, services: Services, incident: Incident) -> Mapping[str, Any]:
        """The values and the entries. The entries come of the facts themselves, not of the snapshot alone."""
        facts = services.store.facts(incident.id)
        return {
            VALUES: _values(services, incident, facts),
            ENTRIES: [asdict(entry) for entry in _entries(services, incident, facts)],
        }

    def create(self, services: Services, incident: Incident, content: Mapping[str, Any]) -> Place:
        """See `Surface`: fills the copy of the template, all of it or nothing; the entries come later."""
        services.docs.fill(incident.document_id, content[VALUES], incident.id)
        return {"document": incident.document_id, "values": dict(content[VALUES])}

    def find(self, services: Services, incident: Incident, content: Mapping[str, Any]) -> Place | None:
        """See `Surface`."""
        values = content[VALUES]
        telltales = [values[name] for name in ("channel", "meet") if values[name] != UNKNOWN]
        filled = services.docs.is_filled(incident.document_id, values, telltales)
        return {"document": incident.document_id} if filled else None

    def put(
        self,
        services: Services,
        incident: Incident,  # noqa: ARG002 - the place names the document
        place: Place,
        content: Mapping[str, Any],
        *,
        is_retry: bool,  # noqa: ARG002 - the document is read first
    ) -> Place:
        """See `Surface`. What a person deleted stays deleted, and what they typed stays."""
        timeline = Timeline([Entry(**one) for one in content[ENTRIES]], frozenset(place.get("known", ())))
        updated = services.docs.update(place["document"], content[VALUES], place.get("values"), timeline)
        return {**place, "values": dict(content[VALUES]), "known": sorted(updated.known)}

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:
        """See `Surface`: what an older try wrote late is set right."""
        self.put(services, incident, place, self.content(services, incident), is_retry=True)


def _values(services: Services, incident: Incident, facts: Sequence[Fact]) -> dict[str, str]:
    """The value of each placeholder of the template, by name."""
    return {
        "title": incident.title,
        "date": incident.date.isoformat(),
        "commander": _role(services, incident, facts, Role.INCIDENT_COMMANDER),
        "operations_lead": _role(services, incident, facts, Role.OPERATIONS_LEAD),
        "channel": f"#{incident.channel_name}" if incident.channel_name else UNKNOWN,
        "meet": incident.meet_url or UNKNOWN,
        "source": _source(services, incident),
        "severity": _severity(services, incident, facts),
        "status": services.public_text(lambda say: _status(say, incident)),
        "declared": _declared(services, incident),
        "began": _began(services, incident),
        "noticed": _noticed(services, incident),
        "mitigated": _moment(services, incident, facts, "mitigated_at"),
        "resolved": _moment(services, incident, facts, "resolved_at"),
        TIMELINE: services.public_text(
            lambda say: WORDS[say.locale].beginning.format(
                zone=services.timezone.key, emoji=services.timeline_emoji
            )
        ),
    }


def _in_words(services: Services, make: Callable[[ReportWords], str]) -> str:
    """A text in the report's own words, in all languages."""
    return services.public_text(lambda say: make(WORDS[say.locale]))


def _role(services: Services, incident: Incident, facts: Sequence[Fact], role: Role) -> str:
    """Who has a role, and who had it before."""
    values = held(incident, facts, "roles", role)
    if not values:
        return services.people.name(incident.holder(role))

    def called(user: str) -> str:
        return services.people.name(user) if user else "–"

    return _in_words(
        services, lambda words: messages.over_time(words, values, called, services.timezone)
    )


def _severity(services: Services, incident: Incident, facts: Sequence[Fact]) -> str:
    """How bad it is, and was before."""
    values = held(incident, facts, "severity")

    def render(say: Words) -> str:
        shown = messages.over_time(WORDS[say.locale], values, say.severity_named, services.timezone)
        return shown or say.severity_of(incident)

    return services.public_text(render)


def _status(say: Words, incident: Incident) -> str:
    """Where it stands; what kind of end it was, where that is an uncommon one."""
    outcome = WORDS[say.locale].outcomes.get(incident.found(Finding.OUTCOME), "")
    is_over = incident.status == Status.RESOLVED and outcome
    return f"{say.status_of(incident)} ({outcome})" if is_over else say.status_of(incident)


def _declared(services: Services, incident: Incident) -> str:
    person = services.people.name(incident.declared_by)
    return _known(services, incident.declared_at, lambda words: words.set_by.format(person=person))


def _began(services: Services, incident: Incident) -> str:
    """When harm began, as far as a person has said so."""
    began, by = _found(incident, Finding.BEGAN_AT)
    said = services.people.name(by)
    return _known(services, began, lambda words: words.said.format(person=said) if said else "")


def _noticed(services: Services, incident: Incident) -> str:
    """When it was noticed: as a person has said, or the message says that it was declared from."""
    noticed, by = _found(incident, Finding.NOTICED_AT)
    said = services.people.name(by)
    learnt = incident.found(Finding.LEARNT)
    source = incident.source.get("ts", "")
    is_from_source = noticed is None and source.replace(".", "", 1).isdigit()
    if is_from_source:
        noticed = datetime.fromtimestamp(float(source), services.timezone)

    def how(words: ReportWords) -> str:
        known = words.from_source if is_from_source else words.said.format(person=said) if said else ""
        return ", ".join(one for one in (known, words.discoveries.get(learnt, "")) if one)

    if noticed is None and learnt:
        return _in_words(services, lambda words: f"{words.unknown} ({how(words)})")
    return _known(services, noticed, how)


def _found(incident: Incident, name: Finding) -> tuple[datetime | None, str]:
    """A moment that was found out, and who said it; None where it is no moment."""
    finding = incident.findings.get(name, {})
    try:
        return datetime.fromisoformat(str(finding.get("value") or "")), str(finding.get("by", ""))
    except ValueError:
        return None, ""


def _moment(services: Services, incident: Incident, facts: Sequence[Fact], field: str) -> str:
    """A moment of the incident's end, and who brought it about."""
    by = services.people.name(said_by(incident, facts, field))
    at = getattr(incident, field)
    timezone = services.timezone
    return _in_words(
        services,
        lambda words: messages.known_as(
            at, words.set_by.format(person=by) if by else "", words.not_yet, timezone
        ),
    )


def _known(services: Services, at: datetime | None, how: Callable[[ReportWords], str]) -> str:
    """A moment with how it is known."""
    return _in_words(
        services, lambda words: messages.known_as(at, how(words), words.unknown, services.timezone)
    )


def _source(services: Services, incident: Incident) -> str:
    """What it was declared from: the link to a message, or that it was typed."""
    if not incident.source:
        return services.public_text(lambda say: say.typed_in_slack)
    return incident.source.get("permalink") or UNKNOWN


def _entries(services: Services, incident: Incident, facts: Sequence[Fact]) -> list[Entry]:
    """The story, in order."""
    surfaces = services.store.surfaces(incident.id)
    name = services.people.name

    def entry(thing: Told) -> Entry:
        who = _in_words(services, lambda words: messages.author(words, thing, name))
        kind = services.public_text(lambda say: messages.kind(say, thing, incident, name))
        own = messages.own_words(thing, services.in_words)
        remarks = [
            _in_words(services, lambda words, at=at: messages.remarks(words, thing, incident)[at])  # type: ignore[misc]
            for at in range(len(messages.remarks(WORDS[services.say.locale], thing, incident)))
        ]
        said = " ".join(part for part in (kind, own, *remarks) if part)
        taken = thing.taken
        gone = taken and _in_words(
            services, lambda words: messages.taken_out(words, taken, name, services.timezone)
        )
        return Entry(
            thing.id,
            messages.stamp(thing.at, services.timezone),
            f"{who} · {said}",
            _link(services, incident, thing, surfaces),
            is_gone=taken is not None,
            gone=gone or "",
        )

    return [entry(thing) for thing in told(incident, facts)]


def _link(
    services: Services, incident: Incident, thing: Told, surfaces: Mapping[str, Mapping[str, Any]]
) -> str:
    """Where it was said; empty where that is not known."""
    if thing.mark:
        return thing.mark.link
    if thing.fact is None:
        return ""
    name = BRIEFING.name if thing.fact.id == facts_first(thing.fact) else f"{PREFIX}{thing.fact.run}"
    place = surfaces.get(name, {})
    return services.message_url(place["channel"], place["ts"]) if "ts" in place else ""


REPORT = Report()
