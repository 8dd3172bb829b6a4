"""Putting right a row that was written over, or deleted, because people moved rows at just that moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from incident.model.incident import Incident
from incident.services.cells import Row, Shown, Value, is_same, reads_as
from incident.services.sheets import RowMovedError, Write
from incident.surfaces.services import Services

MOST_TRIES = 5
"""People who go on moving rows are waited for by the next try of the step."""


def put_right(
    services: Services, moved: RowMovedError, content: Callable[[Services, Incident], list[Value]]
) -> None:
    """Gives the cells that were written by mistake what they held before, also what a person decided there.

    Args:
        services: the sheet, and the store for whose row it was.
        moved: what was found and what was there before.
        content: the cells of an incident's row, for their links and the formats of their numbers.
    """
    to_do = [moved]
    for _ in range(MOST_TRIES):
        if not to_do:
            return
        error = to_do.pop()
        try:
            _restore(services, error, content)
        except RowMovedError as another:
            to_do += [error, another]


def _restore(
    services: Services, moved: RowMovedError, content: Callable[[Services, Incident], list[Value]]
) -> None:
    if not any(moved.found):  # there was no row: nothing is lost
        return
    other = services.store.incident(str(moved.found[0])) if moved.found[0] else None
    cells: Sequence[Value] = content(services, other) if other else ()
    if len(moved.found) == 1:  # it was deleted, all of it
        width = max(len(cells), len(moved.before))
        services.sheets.append([_value(place, moved.before.get(place), cells) for place in range(width)])
        return
    rows = services.sheets.rows(len(moved.found))
    at = _place(rows, moved.found)
    if at is not None:
        writes = [
            Write(place, _value(place, moved.before.get(place), cells))
            for place in sorted(moved.written)
            if is_same(rows[at][place], moved.found[place])  # else a person has written there since
        ]
        if writes:
            services.sheets.write(rows, at, writes)


def _place(rows: Sequence[Row], found: Row) -> int | None:
    """Where the row stands now: by its first cell or, where that is empty, by all of them."""
    for at, row in enumerate(rows):
        if found[0] and row[0] == found[0]:
            return at
        if not found[0] and all(is_same(*cells) for cells in zip(row, found, strict=True)):
            return at
    return None


def _value(place: int, before: Shown | None, cells: Sequence[Value]) -> Value:
    """What a cell is given: what it held, as the bot writes it where that is the same or is not known."""
    own = cells[place] if place < len(cells) else None
    if before is None or is_same(before, reads_as(own)):
        return own
    return before
