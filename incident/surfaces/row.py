"""The incident's row in the tracking spreadsheet."""

from __future__ import annotations

from incident.model.incident import Deliverable, Incident
from incident.services.sheets import Linked, RowMovedError, Value
from incident.surfaces.columns import Column, row
from incident.surfaces.services import Services
from incident.surfaces.surface import Place


class Row:
    """See `Surface`. It is found by the incident's id, wherever people sorted or moved it to."""

    name = "row"
    deliverable = Deliverable.TRACKING
    is_made_whole = True

    def content(self, services: Services, incident: Incident) -> list[Value]:
        """The cells."""
        title = incident.title
        channel = f"#{incident.channel_name}" if incident.channel_name else ""
        return row(
            {
                Column.ID: incident.id,
                Column.DATE: incident.date,
                Column.TITLE: Linked(title, incident.document_url) if incident.document_url else title,
                Column.CHANNEL: (
                    Linked(channel, services.channel_url(incident.team, incident.channel_id))
                    if channel
                    else None
                ),
                Column.STATUS: services.public_text(lambda say: say.status_of(incident)),
                Column.SEVERITY: services.public_text(lambda say: say.severity_of(incident)),
                Column.COMMANDER: services.people.name(incident.commander),
                Column.OPERATIONS_LEAD: services.people.name(incident.operations_lead),
                Column.DECLARED_AT: incident.declared_at.astimezone(services.timezone),
                Column.RESOLVED_AT: (
                    incident.resolved_at.astimezone(services.timezone) if incident.resolved_at else None
                ),
            }
        )

    def create(self, services: Services, incident: Incident, content: list[Value]) -> Place:
        """See `Surface`."""
        services.sheets.append(content)
        return {"id": incident.id}

    def find(self, services: Services, incident: Incident, content: list[Value]) -> Place | None:  # noqa: ARG002
        """See `Surface`."""
        return {"id": incident.id} if services.sheets.has_row(incident.id) else None

    def put(
        self,
        services: Services,
        incident: Incident,
        place: Place,
        content: list[Value],
        *,
        is_retry: bool,  # noqa: ARG002 - writing the same cells twice is once
    ) -> Place:
        """See `Surface`. A row that a person has deleted is added again.

        A row that people moved between our look and our write got the cells of this one: it is put right.
        """
        try:
            is_there = services.sheets.update_row(place["id"], content)
        except RowMovedError as error:
            self._put_right(services, error)
            raise
        return place if is_there else self.create(services, incident, content)

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:  # noqa: ARG002
        """See `Surface`. A row that people moved at that moment and was deleted instead is added again."""
        try:
            services.sheets.remove_duplicates(place["id"])
        except RowMovedError as error:
            self._put_right(services, error)
            raise

    def _put_right(self, services: Services, moved: RowMovedError) -> None:
        """Writes the row of another incident that was changed by mistake; a person's own row is not known."""
        found = moved.found
        while found and (other := services.store.incident(found)) is not None:
            content = self.content(services, other)
            try:
                if not services.sheets.update_row(other.id, content):
                    services.sheets.append(content)
            except RowMovedError as error:
                found = error.found
            else:
                return


ROW = Row()
