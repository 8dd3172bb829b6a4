"""The entries of the report's timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incident.messages import report as messages
from incident.messages.report import WORDS
from incident.model.facts import Fact, FactKind
from incident.model.incident import Incident
from incident.model.story import Told, told
from incident.services.docs_entries import Entry
from incident.surfaces.line import PREFIX
from incident.surfaces.services import Services


def entries(services: Services, incident: Incident, facts: Sequence[Fact]) -> list[Entry]:
    """The story, in the order in which things happened, with what was taken out of it.

    Args:
        services: the words, and what people are called.
        incident: the snapshot.
        facts: all facts of the incident.
    """
    surfaces = services.store.surfaces(incident.id)
    return [_entry(services, incident, surfaces, thing) for thing in told(incident, facts)]


def _entry(
    services: Services, incident: Incident, surfaces: Mapping[str, Mapping[str, Any]], thing: Told
) -> Entry:
    name, timezone, taken = services.people.name, services.timezone, thing.taken
    words = messages.entry(
        services.public_text(lambda say: messages.author(say, thing, name)),
        services.public_text(lambda say: messages.kind(say, thing, incident, name)),
        messages.own_words(thing, services.in_words),
        services.public_text(lambda say: messages.remark(WORDS[say.locale], thing, incident)),
        services.say.locale,
    )
    gone = taken and services.public_text(
        lambda say: messages.taken_out(WORDS[say.locale], taken, name, timezone)
    )
    return Entry(
        thing.id,
        messages.stamp(thing.at, timezone),
        words,
        _link(services, incident, surfaces, thing),
        is_gone=taken is not None,
        gone=gone or "",
    )


def _link(
    services: Services, incident: Incident, surfaces: Mapping[str, Mapping[str, Any]], thing: Told
) -> str:
    """Where it was said; empty where that is not known."""
    if thing.fact is None:
        return thing.mark.link if thing.mark else ""
    if thing.fact.kind == FactKind.DECLARED:  # what was typed has no message: the channel that it made
        permalink = incident.source.get("permalink", "")
        is_there = incident.channel_id and not permalink
        return services.channel_url(incident.team, incident.channel_id) if is_there else permalink
    place = surfaces.get(f"{PREFIX}{thing.fact.run}", {})
    return services.message_url(place["channel"], place["ts"]) if "ts" in place else ""
