"""The incident report: its facts, where the template has a place for them, and its timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from incident.model.incident import Deliverable, Incident
from incident.services.docs_entries import Entry, Timeline
from incident.surfaces.report_entries import entries
from incident.surfaces.report_values import UNKNOWN, values
from incident.surfaces.services import Services
from incident.surfaces.surface import Place

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
            VALUES: values(services, incident, facts),
            ENTRIES: [asdict(entry) for entry in entries(services, incident, facts)],
        }

    def create(self, services: Services, incident: Incident, content: Mapping[str, Any]) -> Place:
        """See `Surface`: fills the copy of the template, all of it or nothing; the entries come later."""
        services.docs.fill(incident.document_id, content[VALUES], incident.id)
        return {"document": incident.document_id, "values": dict(content[VALUES])}

    def find(self, services: Services, incident: Incident, content: Mapping[str, Any]) -> Place | None:
        """See `Surface`."""
        filling = content[VALUES]
        telltales = [filling[name] for name in ("channel", "meet") if filling[name] != UNKNOWN]
        filled = services.docs.is_filled(incident.document_id, filling, telltales)
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


REPORT = Report()
