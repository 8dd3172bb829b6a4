"""What people change in the spreadsheet and in Drive, which send no events: looked at by the tick."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from incident.model.interaction import Interaction, reconcile, trashed
from incident.model.naming import digest
from incident.runtime import clock
from incident.services.cells import Row, Shown, is_same
from incident.services.drive import Trashed
from incident.surfaces.columns import Column
from incident.surfaces.row import ROW, checked
from incident.surfaces.services import Services

RECENT = timedelta(days=56)
"""A row of an incident that is over is looked at for so long after it was declared."""

SHEET_SECONDS = 50.0
"""The tab is read once a minute at most: one of the sixty calls that Sheets allows.

https://developers.google.com/workspace/sheets/api/limits
"""

TRASH_SECONDS = 290.0
"""Drive is asked every five minutes at most which reports are in the trash."""

AGAIN_SECONDS = 300.0
"""What is still so after this is told once more: its message may have been lost."""

MOST_OPEN = 500
"""Incidents that are open, the newest; there are hardly so many."""

_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z2-7]{8}")


class Watch:
    """Finds the rows that show anything else than is on record. One for each instance; safe for threads.

    Of incidents that are over it remembers what was in order, so that their rows, which hardly anybody
    touches, cost nothing but the reading of the tab.
    """

    def __init__(self, services: Services) -> None:
        """Nothing looked at so far."""
        self._services = services
        self._lock = threading.Lock()
        self._in_order: dict[str, str] = {}
        self._told: dict[str, tuple[str, float]] = {}
        self._next = 0.0
        self._in_trash: set[Trashed] = set()
        self._next_trash = 0.0

    def rows(self, publish: Callable[[Interaction], None]) -> int:
        """Reads the tab once, and publishes a message for every incident whose row a person changed.

        Args:
            publish: may raise `PublishError`.

        Returns:
            How many.

        Raises:
            StepError: Sheets or the store does not answer, or people have moved the columns.
        """
        if not self._lock.acquire(blocking=False):
            return 0
        try:
            if clock.monotonic() < self._next:
                return 0
            self._next = clock.monotonic() + SHEET_SECONDS
            return sum(self._tell(publish, one, row) for one, row in self._suspects().items())
        finally:
            self._lock.release()

    def reports(self, publish: Callable[[Interaction], None]) -> int:
        """Asks Drive for the reports in the trash, and publishes a message for each that was put there.

        For the arguments, the result and the errors, see `rows`.
        """
        with self._lock:
            if clock.monotonic() < self._next_trash:
                return 0
            self._next_trash = clock.monotonic() + TRASH_SECONDS
        trash = self._services.drive.trashed()
        self._in_trash &= set(trash)
        found = 0
        for one in set(trash) - self._in_trash:
            incident = self._services.store.incident(one.incident) if one.incident else None
            if incident is not None and incident.document_id == one.id:
                publish(trashed(incident.id, one.id, one.at, clock.now()))
                found += 1
            self._in_trash.add(one)
        return found

    def _suspects(self) -> dict[str, Row | None]:
        """The rows that may not be in order, by incident; None for one that is not there.

        Of what is open every row is held against what is on record; of what is over, those that have changed.
        """
        found: dict[str, Row] = {}
        for row in checked(self._services.sheets.rows(len(Column))):
            if isinstance(row[0], str) and _ID.fullmatch(row[0]):
                found.setdefault(row[0], row)  # of several the topmost is the incident's
        still_open = {one.id for one in self._services.store.open_incidents(MOST_OPEN)}
        self._in_order = {one: seen for one, seen in self._in_order.items() if one not in still_open}
        over = {
            one: row
            for one, row in found.items()
            if one not in still_open and _is_recent(one) and self._in_order.get(one) != _digest(row)
        }
        return {**over, **{one: found.get(one) for one in sorted(still_open)}}

    def _tell(self, publish: Callable[[Interaction], None], incident_id: str, row: Row | None) -> bool:
        """Publishes the message for one incident, if there is anything to tell that was not told already."""
        record = self._services.store.surfaces(incident_id).get(ROW.name, {})
        if not record or (row and not _differs(row, record)):
            if row:
                self._in_order[incident_id] = _digest(row)
            self._told.pop(incident_id, None)
            return False
        cells = _cells(row) if row else {str(Column.ID): ""}
        state = digest(f"{sorted(cells.items())} {sorted(record.items())}")
        told, at = self._told.get(incident_id, ("", 0.0))
        if told == state and clock.monotonic() < at + AGAIN_SECONDS:
            return False
        publish(reconcile(incident_id, cells, clock.now()))
        self._told[incident_id] = state, clock.monotonic()
        return True


def _differs(row: Row, record: Mapping[str, Any]) -> bool:
    """Whether a row shows anything else than is on record; of what is not known, nothing can be told."""
    written: Mapping[str, Shown] = record.get("cells", {})
    cells = _cells(row)
    if any(is_same(cells[column], written[column]) for column in record.get("by_hand", ())):
        return True  # what a person had written there is gone
    return bool(written) and any(
        not is_same(cell, written[column]) for column, cell in _cells(row).items() if column in written
    )


def _cells(row: Row) -> dict[str, Shown]:
    return {str(column): cell for column, cell in zip(Column, row, strict=True)}


def _digest(row: Row) -> str:
    return digest("\n".join(map(str, row)))


def _is_recent(incident_id: str) -> bool:
    try:
        return date.fromisoformat(incident_id[:10]) > clock.now().date() - RECENT
    except ValueError:  # a person's own, which only looks like one of ours
        return False
