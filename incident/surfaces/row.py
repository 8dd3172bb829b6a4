"""The incident's row in the tracking spreadsheet, which people sort, move and edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from incident.model.incident import Deliverable, Finding, Incident
from incident.runtime import clock
from incident.runtime.failures import PermanentError
from incident.services.cells import Linked, Shown, Value, is_same, reads_as, text_of
from incident.services.cells import Row as Cells
from incident.services.google import SHEETS
from incident.services.sheets import RowMovedError, Write
from incident.surfaces import typed
from incident.surfaces.columns import Column, are_moved, row
from incident.surfaces.labels import parted
from incident.surfaces.moved import put_right
from incident.surfaces.services import Services
from incident.surfaces.surface import Place
from incident.surfaces.typed import DECISIONS, Recorded

_PLACES = {column: place for place, column in enumerate(Column)}
_CAREFUL = frozenset({Column.STATUS, Column.SEVERITY})
"""What is written there is the bot's own label, so that it can be put in the place of another text alone."""


class IncidentRow:
    """See `Surface`. It is found by the incident's id, wherever people sorted or moved it to.

    What a person has decided in it (`incident.surfaces.typed`) stays until it is adopted as a fact.
    """

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
        """See `Surface`. The header is read first: below other columns the row would say what is not so.

        Raises:
            PermanentError: people have moved the columns; nothing is written.
        """
        if are_moved([services.sheets.recent_header()]):
            checked([services.sheets.header()])  # they may have been put right since
        services.sheets.append(content)
        return {"id": incident.id, **_record(incident, content, {}, is_sure=True)}

    def find(self, services: Services, incident: Incident, content: list[Value]) -> Place | None:  # noqa: ARG002
        """See `Surface`. What it shows is not known."""
        return {"id": incident.id} if services.sheets.has_row(incident.id) else None

    def put(
        self, services: Services, incident: Incident, place: Place, content: list[Value], *, is_retry: bool
    ) -> Place:
        """See `Surface`. Only cells that differ are written; a row that a person has deleted is added again.

        A row that people moved between our look and our write may have got the cells of this one: it is put
        right.

        Returns:
            The place; in `typed` what people have decided in it, and in `by_hand` the columns in which they
            have written what means nothing here and is left alone.

        Raises:
            PermanentError: people have moved the columns; nothing is written.
        """
        rows = checked(services.sheets.rows(len(Column)))
        at = next((at for at, one in enumerate(rows) if one[0] == incident.id), None)
        at = _nameless(rows, content) if at is None else at
        if at is None:
            return self.create(services, incident, content)
        recorded = Recorded.of(place)
        edits = people_typed(services, incident, recorded, rows[at], content)
        left = {column: cell for column, cell in edits.items() if _is_left(column, cell, content, recorded)}
        writes = [
            _write(column, cell, value)
            for column, cell, value in zip(Column, rows[at], content, strict=True)
            if column not in left and typed.must_be_written(column, cell, value, recorded)
        ]
        try:
            if writes:
                services.sheets.write(rows, at, writes)
        except RowMovedError as error:
            put_right(services, error, self.content)
            raise
        by_hand = [str(column) for column, cell in left.items() if typed.decision(column, cell) is None]
        return {
            "id": incident.id,
            **_record(incident, content, place, is_sure=not is_retry),
            **({"typed": {str(column): cell for column, cell in left.items()}} if left else {}),
            **({"by_hand": by_hand} if by_hand else {}),
        }

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:  # noqa: ARG002
        """See `Surface`. A row that people moved at that moment and was deleted instead is added again."""
        try:
            services.sheets.remove_duplicates(place["id"])
        except RowMovedError as error:
            put_right(services, error, self.content)
            raise


COLUMNS_MOVED = "the columns of its tab were moved: `incident doctor` says in which order they have to stand"
"""Why nothing is written: what stands in a cell could be neither understood nor replaced."""


def checked(rows: Sequence[Cells]) -> Sequence[Cells]:
    """The rows of the tab, or those that its header may be among.

    Raises:
        PermanentError: people have moved the columns: it is not known what stands where.
    """
    if are_moved(rows):
        raise PermanentError(SHEETS.service, COLUMNS_MOVED)
    return rows


def people_typed(
    services: Services, incident: Incident, recorded: Recorded, shown: Cells, content: Sequence[Value]
) -> dict[Column, Shown]:
    """The cells that people have written what they decided into, and that are not adopted so far.

    Args:
        services: the facts are read where a cell differs, and only there.
        incident: the snapshot that `content` is of.
        recorded: what is on record of the row.
        shown: what the row holds.
        content: what it should.
    """
    columns = typed.changed(shown, content, recorded)
    if not columns:
        return {}
    facts = services.store.facts(incident.id)
    newest = services.store.incident(incident.id) or incident

    def label(column: Column, value: str) -> str:
        match column:
            case Column.STATUS:
                status, outcome = parted(value)
                findings = {**incident.findings, Finding.OUTCOME: {"value": outcome}}
                stands = replace(incident, status=status, findings=findings)
                return services.public_text(lambda say: say.status_of(stands))
            case Column.SEVERITY:
                return services.public_text(lambda say: say.severity_named(value))
        return value

    return {
        column: shown[_PLACES[column]]
        for column in columns
        if not typed.is_ours(
            column,
            shown[_PLACES[column]],
            recorded,
            facts,
            undone=newest.undone,
            undos=newest.undos,
            label=label,
            now=clock.now(),
        )
        and typed.decision(column, shown[_PLACES[column]]) != typed.now_said(column, newest)
    }


def _is_left(column: Column, cell: Shown, content: Sequence[Value], recorded: Recorded) -> bool:
    """Whether a cell that a person has written is let be.

    A decision is, until it is adopted; what means nothing, until it is decided in Slack what is to stand
    there; a title that is none, not at all.
    """
    if typed.decision(column, cell) is not None:
        return True
    wanted = reads_as(content[_PLACES[column]])
    is_decided = str(column) in recorded.cells and not is_same(wanted, recorded.cells[str(column)])
    return column is not Column.TITLE and not is_decided


def _write(column: Column, cell: Shown, value: Value) -> Write:
    return Write(_PLACES[column], value, text_of(cell) if column in _CAREFUL else "")


def _nameless(rows: Sequence[Cells], content: Sequence[Value]) -> int | None:
    """The one row that is this incident's by all that never changes but its id, which a person typed over."""
    own = [_PLACES[column] for column in (Column.DATE, Column.CHANNEL, Column.DECLARED_AT)]
    wanted = [reads_as(content[place]) for place in own]
    found = [
        at
        for at, one in enumerate(rows)
        if wanted[1] and all(is_same(one[place], cell) for place, cell in zip(own, wanted, strict=True))
    ]
    return found[0] if len(found) == 1 else None


def _record(incident: Incident, content: Sequence[Value], place: Place, *, is_sure: bool) -> Place:
    return typed.record(incident, content, place, is_sure=is_sure, now=clock.now())


ROW = IncidentRow()

__all__ = ["DECISIONS", "ROW", "IncidentRow", "people_typed"]
