"""The facts in the incident report, where the template has a place for them."""

from __future__ import annotations

from collections.abc import Mapping

from incident.model.incident import Deliverable, Incident
from incident.surfaces.services import Services
from incident.surfaces.surface import Place

UNKNOWN = "…"
"""What stands in the place of a value that is not there yet."""


class Report:
    """See `Surface`. What people write around these places is theirs."""

    name = "report"
    deliverable = Deliverable.REPORT

    def content(self, services: Services, incident: Incident) -> Mapping[str, str]:
        """The value of each placeholder of the template, by name."""
        return {
            "title": incident.title,
            "date": incident.date.isoformat(),
            "commander": services.people.name(incident.commander),
            "operations_lead": services.people.name(incident.operations_lead),
            "channel": f"#{incident.channel_name}" if incident.channel_name else UNKNOWN,
            "meet": incident.meet_url or UNKNOWN,
            "source": _source(services, incident),
            "severity": services.public_text(lambda say: say.severity_of(incident)),
            "status": services.public_text(lambda say: say.status_of(incident)),
        }

    def create(self, services: Services, incident: Incident, content: Mapping[str, str]) -> Place:
        """See `Surface`: fills the copy of the template, all of it or nothing."""
        services.docs.fill(incident.document_id, content, incident.id)
        return {"document": incident.document_id, "values": dict(content)}

    def find(self, services: Services, incident: Incident, content: Mapping[str, str]) -> Place | None:
        """See `Surface`."""
        telltales = [content[name] for name in ("channel", "meet") if content[name] != UNKNOWN]
        filled = services.docs.is_filled(incident.document_id, content, telltales)
        return {"document": incident.document_id} if filled else None

    def put(
        self,
        services: Services,
        incident: Incident,  # noqa: ARG002 - the place names the document
        place: Place,
        content: Mapping[str, str],
        *,
        is_retry: bool,  # noqa: ARG002 - the document is read first
    ) -> Place:
        """See `Surface`. A place that a person deleted stays deleted, and what they typed in one stays."""
        services.docs.update(place["document"], content, place.get("values"))
        return {**place, "values": dict(content)}

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:
        """See `Surface`: what an older try wrote late is set right."""
        self.put(services, incident, place, self.content(services, incident), is_retry=True)


def _source(services: Services, incident: Incident) -> str:
    """What it was declared from: the link to a message, or that it was typed."""
    if not incident.source:
        return services.public_text(lambda say: say.typed_in_slack)
    return incident.source.get("permalink") or UNKNOWN


REPORT = Report()
