"""People change by hand what the bot shows: in the spreadsheet, in the channel, in Drive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from incident.commands.events import SUBSCRIBED
from incident.model.incident import Incident
from incident.model.interaction import Interaction, reconcile, trashed
from incident.services.cells import Shown
from incident.surfaces.columns import Column
from incident.surfaces.line import REPLY
from incident.surfaces.messages import BRIEFING
from tests.faults.acting import ALICE
from tests.faults.ends import IN_CHANNEL, ON_BOARD, ONE_LINE, Ends
from tests.faults.given import EARLIER, channel, earlier
from tests.faults.harness import Harness
from tests.faults.invariants import incident_channel
from tests.faults.scenario import CHANGED, Depth, Scenario

_RENAMED = "the-great-outage"


def _incident(harness: Harness) -> Incident:
    found = harness.open_store().incident_in_channel(channel(harness))
    assert found
    return found


def _types(column: Column, text: str | float) -> Callable[[Harness], Interaction]:
    """Somebody types into a cell, and the tick finds it."""

    def act(harness: Harness) -> Interaction:
        incident = _incident(harness)
        rows = harness.google.sheet_rows(*harness.tab)
        at = next(at for at, row in enumerate(rows) if row[0].text == incident.id)
        harness.google.person.set_cell(*harness.tab, at, list(Column).index(column), text)
        row = harness.google.sheet_rows(*harness.tab)[at]
        cells: dict[str, Shown] = {}
        for one, cell in zip(Column, row, strict=False):
            value = "" if cell.value is None else cell.value
            cells[str(one)] = float(value) if isinstance(value, int | float) else value
        return reconcile(incident.id, cells, datetime.fromtimestamp(harness.now(), UTC))

    return act


def _renames(harness: Harness) -> Interaction:
    harness.slack.subscribed = frozenset({"channel_rename", "group_rename"})  # a line says so, too
    return harness.happens(lambda: harness.slack.rename(ALICE, channel(harness), _RENAMED))


def _renames_private(harness: Harness) -> Interaction:
    where = incident_channel(harness, EARLIER)
    harness.slack.workspace.put(replace(where, kind="private"))
    return _renames(harness)


def _deletes_briefing(harness: Harness) -> Interaction:
    harness.slack.subscribed = frozenset(SUBSCRIBED)
    place = harness.open_store().surfaces(_incident(harness).id)[BRIEFING.name]
    return harness.happens(lambda: harness.slack.delete(ALICE, place["channel"], place["ts"]))


def _trashes(harness: Harness) -> Interaction:
    incident, at = _incident(harness), datetime.fromtimestamp(harness.now(), UTC)
    harness.google.person.trash(incident.document_id)
    (found,) = harness.services().drive.trashed()
    return trashed(incident.id, found.id, found.at, at)


def _is_called_so(harness: Harness) -> Iterator[str]:
    if _incident(harness).channel_name != _RENAMED:
        yield f"the store calls it {_incident(harness).channel_name}"


def _is_pinned(harness: Harness) -> Iterator[str]:
    place = harness.open_store().surfaces(_incident(harness).id)[BRIEFING.name]
    if place["ts"] not in harness.slack.workspace.channels[channel(harness)].pins:
        yield "the briefing is not pinned"


_SOMEONE = "Someone in the spreadsheet"

SCENARIOS = (
    Scenario(
        "sheet_status",
        _types(Column.STATUS, "monitoring"),
        Ends(says=(f"{_SOMEONE} set the status to *Monitoring*",), shown="Monitoring"),
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "sheet_resolved",
        _types(Column.STATUS, "closed"),
        Ends(
            {**ONE_LINE, (REPLY, ON_BOARD): 1},
            says=(f"{_SOMEONE} set the status to *Resolved*",),
            shown="Resolved",
        ),
        prepare=earlier,
    ),
    Scenario(
        "sheet_severity",
        _types(Column.SEVERITY, "2"),
        Ends(says=(f"{_SOMEONE} put this at *SEV2, major*",), shown="SEV2"),
        prepare=earlier,
    ),
    Scenario(
        "sheet_title",
        _types(Column.TITLE, "payments <time> out"),
        Ends(says=(f"{_SOMEONE} renamed this",), shown="payments"),
        prepare=earlier,
    ),
    Scenario(
        "sheet_facts",
        _types(Column.DATE, "yesterday"),
        Ends({}),
        CHANGED,
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "channel_renamed",
        _renames,
        Ends({}, also=_is_called_so, joined=[]),
        CHANGED,
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario("group_renamed", _renames_private, Ends({}, also=_is_called_so), CHANGED, prepare=earlier),
    Scenario(
        "briefing_deleted",
        _deletes_briefing,
        Ends({("incident_briefing", IN_CHANNEL): 1}, also=_is_pinned),
        CHANGED,
        prepare=earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "report_trashed",
        _trashes,
        Ends(says=("The incident report is in Drive’s trash",)),
        prepare=earlier,
        depth=Depth.WORST,
    ),
)
