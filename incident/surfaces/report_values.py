"""The facts of the report, by the placeholder of the template that they stand in the place of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from incident.messages import report as messages
from incident.messages.report import WORDS, ReportWords
from incident.messages.words import Words
from incident.model.facts import Fact
from incident.model.incident import Finding, Incident, Role
from incident.model.story import held, stating
from incident.services.docs import TIMELINE
from incident.surfaces.services import Services

UNKNOWN = "…"
"""What stands in the place of a value that is not there yet."""


def values(services: Services, incident: Incident, facts: Sequence[Fact]) -> dict[str, str]:
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
        "status": services.public_text(lambda say: say.status_of(incident)),
        "declared": _declared(services, incident),
        "began": _began(services, incident),
        "noticed": _noticed(services, incident),
        "mitigated": _moment(services, incident, facts, "mitigated_at"),
        "resolved": _moment(services, incident, facts, "resolved_at"),
        TIMELINE: services.public_text(
            lambda say: WORDS[say.locale].beginning.format(
                zone=services.timezone.key, emoji=messages.emoji(services.timeline_emoji)
            )
        ),
    }


def _in_words(services: Services, make: Callable[[ReportWords], str]) -> str:
    """A text in the report's own words, in all languages."""
    return services.public_text(lambda say: make(WORDS[say.locale]))


def _role(services: Services, incident: Incident, facts: Sequence[Fact], role: Role) -> str:
    """Who has a role, and who had it before."""
    holders = held(incident, facts, "roles", role)
    if not holders:
        return services.people.name(incident.holder(role))

    def called(user: str) -> str:
        return services.people.name(user) if user else "–"

    return _in_words(services, lambda words: messages.over_time(words, holders, called, services.timezone))


def _severity(services: Services, incident: Incident, facts: Sequence[Fact]) -> str:
    """How bad it is, and was before."""
    assessed = held(incident, facts, "severity")

    def render(say: Words) -> str:
        shown = messages.over_time(WORDS[say.locale], assessed, say.severity_named, services.timezone)
        return shown or say.severity_of(incident)

    return services.public_text(render)


def _declared(services: Services, incident: Incident) -> str:
    person = services.people.name(incident.declared_by)
    return _known(services, incident.declared_at, lambda words: words.done_by.format(person=person))


def _began(services: Services, incident: Incident) -> str:
    """When harm began, as far as a person has said so."""
    said = _finder(services, incident, Finding.BEGAN_AT)
    return _known(
        services,
        incident.found_at(Finding.BEGAN_AT),
        lambda words: words.said.format(person=said) if said else "",
    )


def _noticed(services: Services, incident: Incident) -> str:
    """When it was noticed: as a person has said, or the message says that it was declared from."""
    noticed = incident.found_at(Finding.NOTICED_AT)
    said = _finder(services, incident, Finding.NOTICED_AT)
    learnt = incident.found(Finding.LEARNT)
    source = incident.source.get("ts", "")
    is_from_source = noticed is None and source.replace(".", "", 1).isdigit()
    if is_from_source:
        noticed = datetime.fromtimestamp(float(source), services.timezone)

    def known_by(say: Words) -> str:
        words = WORDS[say.locale]
        known = words.from_source if is_from_source else words.said.format(person=said) if said else ""
        return ", ".join(one for one in (known, messages.discovery(say, learnt)) if one)

    how = services.public_text(known_by)
    unknown = _in_words(services, lambda words: words.unknown)
    missing = f"{unknown} ({how})" if how else unknown
    return messages.known_as(noticed, how, missing, services.timezone)


def _finder(services: Services, incident: Incident, name: Finding) -> str:
    """What the person is called who said what was found out; empty for nobody."""
    return services.people.name(str(incident.findings.get(name, {}).get("by", "")))


def _moment(services: Services, incident: Incident, facts: Sequence[Fact], field: str) -> str:
    """A moment of the incident's end, and who brought it about."""
    fact, at = stating(incident, facts, field), getattr(incident, field)

    def how(words: ReportWords) -> str:
        by = messages.source(words, fact, services.people.name) if fact else ""
        return words.done_by.format(person=by) if by else ""

    return _known(services, at, how, lambda words: words.not_yet)


def _known(
    services: Services,
    at: datetime | None,
    how: Callable[[ReportWords], str],
    missing: Callable[[ReportWords], str] = lambda words: words.unknown,
) -> str:
    """A moment, told once, with how it is known in all languages."""
    return messages.known_as(at, _in_words(services, how), _in_words(services, missing), services.timezone)


def _source(services: Services, incident: Incident) -> str:
    """What it was declared from: the link to a message, or that it was typed."""
    if not incident.source:
        return services.public_text(lambda say: say.typed_in_slack)
    return incident.source.get("permalink") or UNKNOWN
