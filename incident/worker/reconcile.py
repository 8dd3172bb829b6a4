"""What follows from what people changed in the spreadsheet, in Drive and in Slack by hand."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from incident.commands.adopt import AdoptSeverity, AdoptStatus, AdoptTitle, ExplainCell
from incident.commands.look import LookAgain
from incident.commands.mark import FollowDeletion
from incident.commands.trash import TellTrashed
from incident.model.incident import Incident
from incident.model.naming import digest
from incident.services.cells import Shown, is_same, reads_as, text_of
from incident.surfaces import typed
from incident.surfaces.columns import Column
from incident.surfaces.labels import parted
from incident.surfaces.messages import BRIEFING
from incident.surfaces.row import ROW, people_typed
from incident.surfaces.services import Services
from incident.surfaces.typed import Recorded


def meant(services: Services, incident: Incident, found: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """The commands that follow from what was found, each with the id of its run.

    `found` is the payload of a message: see `incident.model.interaction.reconcile` and `trashed`.
    """
    if "trashed" in found:
        document = str(found.get("document", ""))
        key = digest(f"{incident.id} {document} {found['trashed']}")
        return [(TellTrashed(document), f"trashed-{key}")] if document == incident.document_id else []
    cells = found.get("cells")
    return _of_row(services, incident, cells) if isinstance(cells, dict) else []


def _of_row(services: Services, incident: Incident, cells: Mapping[str, Shown]) -> list[tuple[Any, str]]:
    """The commands that a row means, each with the id of its run.

    The id is the same for the same edit, however often it is found, and another for the same edit made anew.

    Args:
        services: the store, and what people are called.
        incident: whose row it is, as it is now.
        cells: what the row holds, by column; those that are not here are as they should be.
    """
    record = services.store.surfaces(incident.id).get(ROW.name)
    if not record:
        return []
    content, recorded = ROW.content(services, incident), Recorded.of(record)
    shown = [cells.get(str(column), reads_as(value)) for column, value in zip(Column, content, strict=True)]
    edits = people_typed(services, incident, recorded, shown, content)
    found = []
    for column, cell in edits.items():
        command = _command(column, cell)
        if command is not None:
            key = _key(incident, column, "" if isinstance(command, ExplainCell) else text_of(cell))
            found.append((command, key))
    is_adopted = any(not isinstance(command, ExplainCell) for command, _ in found)  # the row follows that
    by_hand = set(record.get("by_hand", ()))
    explained = {command.column for command, _ in found if isinstance(command, ExplainCell)}
    let_be = {*edits, *by_hand}
    wanted = [reads_as(one) for one in content]
    is_news = bool(explained - by_hand) or bool(by_hand - {str(column) for column in edits})
    is_wrong = bool(recorded.cells) and _is_wrong(shown, wanted, recorded.cells, let_be)
    if not is_adopted and (is_news or is_wrong):
        seen = "\n".join([incident.id, str(record.get("looked")), str(record["version"]), *map(str, shown)])
        found.append((LookAgain(ROW.name), f"look-{digest(seen)}"))
    return found


def _command(column: Column, cell: Shown) -> Any:
    """What a cell that a person has written means; None for what only has to be put right."""
    decided, text = typed.decision(column, cell), text_of(cell)
    if decided is None:
        return ExplainCell(str(column), text) if column is not Column.TITLE else None
    match column:
        case Column.STATUS:
            status, outcome = parted(decided)
            return AdoptStatus(status, text, outcome)
        case Column.SEVERITY:
            return AdoptSeverity(decided, text)
        case _:
            return AdoptTitle(decided, text)


def _key(incident: Incident, column: Column, text: str) -> str:
    """Of what means nothing the channel is told once for each column; of a decision, once for each."""
    since = [typed.stamp_of(column, incident), str(incident.undos), text] if text else []
    return f"sheet-{digest(chr(10).join([incident.id, str(column), *since]))}"


def _is_wrong(
    shown: list[Shown], wanted: list[Shown], written: Mapping[str, Shown], let_be: Container[str]
) -> bool:
    """Whether a cell holds neither what was written nor what is to be, and is not let be."""
    return any(
        str(column) not in let_be and not is_same(cell, value) and not is_same(cell, written[str(column)])
        for column, cell, value in zip(Column, shown, wanted, strict=True)
    )


def of_deletion(services: Services, incident: Incident, deleted: FollowDeletion) -> LookAgain | None:
    """What a deleted message of the channel means: its briefing is to be posted anew; None for others."""
    briefing = services.store.surfaces(incident.id).get(BRIEFING.name, {})
    is_briefing = (briefing.get("channel"), briefing.get("ts")) == (deleted.channel, deleted.ts)
    return LookAgain(BRIEFING.name) if is_briefing else None
