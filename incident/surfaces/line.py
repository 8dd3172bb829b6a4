"""The line of a change in the incident's channel: said once, and edited as what it is about goes on.

What it shows is a function of the change, which is on record with it, of the snapshot, and of the time, as
its Undo is there for ten minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from incident.commands.line import Line
from incident.commands.registry import UnknownCommandError, from_dict, spec_of, to_dict
from incident.commands.spec import Change
from incident.messages.line import Standing
from incident.messages.line import line as line_message
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.facts import can_undo
from incident.model.incident import Incident
from incident.runtime import clock
from incident.services.slack import MessageTag, Posted
from incident.surfaces.services import Services
from incident.surfaces.surface import content_digest

PREFIX = "line."
"""What the names of lines among the surfaces begin with; the id of the run that made the change follows."""

LINE = "incident_line"
"""Event type of the metadata of such messages; their key is the run's id."""

ON_BOARD = ".board"
"""What the names of those end with that stand in the board's thread."""
REPLY = "incident_update"
"""Event type of the metadata of those."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change as it is on record with its line.

    Attributes:
        command: as it was given, and what it named known.
        kind: of the fact that it stated; empty where it stated none.
        data: of that fact.
        fact: its id.
        by: Slack user id of the person; empty for the bot itself.
        at: when it was said.
        on_board: whether it stands in the board's thread, where nothing can be pressed.
    """

    command: Any
    kind: str
    data: Mapping[str, Any]
    fact: str
    by: str
    at: datetime
    on_board: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "command": to_dict(self.command),
            "kind": self.kind,
            "data": dict(self.data),
            "fact": self.fact,
            "by": self.by,
            "at": self.at.isoformat(),
            **({"on_board": True} if self.on_board else {}),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse.

        Raises:
            UnknownCommandError: this version has no such command.
        """
        return cls(
            from_dict(stored["command"]),
            stored["kind"],
            stored["data"],
            stored["fact"],
            stored["by"],
            datetime.fromisoformat(stored["at"]),
            stored.get("on_board", False),
        )

    @property
    def run(self) -> str:
        """The id of the run that made the change."""
        return self.fact.partition(".")[0]

    @property
    def surface(self) -> str:
        """Its name among the surfaces."""
        return PREFIX + self.run + (ON_BOARD if self.on_board else "")

    def tag(self, incident: str) -> MessageTag:
        """How its message is known again."""
        return MessageTag(REPLY if self.on_board else LINE, incident, self.run)


def content(services: Services, incident: Incident, recorded: Recorded) -> Message:
    """What the line shows now."""
    spec = spec_of(recorded.command)
    if spec.line is None:
        raise AssertionError(f"{spec.name} has no line")
    make = spec.line
    change = Change(recorded.command, recorded.data, recorded.fact, recorded.by, recorded.at, incident)

    def render(say: Words) -> Message:
        said = make(change, say.locale)
        if recorded.on_board:
            said = replace(said, buttons=(), picker=None)
        return line_message(say, said, _standing(recorded, incident, said))

    return services.public(render)


def _standing(recorded: Recorded, incident: Incident, said: Line) -> Standing:
    """Whether the change can still be taken back, or was."""
    target = said.undo.fact if said.undo else recorded.fact
    if target in incident.undone:
        return Standing(recorded.by, undone_by=incident.undone_by[target])
    at = said.undo.at if said.undo else recorded.at
    is_open = not recorded.on_board and can_undo(recorded.kind, at, clock.now())
    return Standing(recorded.by, undo=target if is_open else "")


def shown(recorded: Recorded, incident: Incident, message: Message, posted: Posted) -> dict[str, Any]:
    """What is on record of a line."""
    return {
        "channel": posted.channel,
        "ts": posted.ts,
        "version": incident.version,
        "digest": content_digest(message),
        "said": recorded.to_dict(),
    }


@dataclass(frozen=True, slots=True)
class StaleLine:
    """A line that shows something else than it should.

    Attributes:
        name: among the surfaces.
        posted: where it stands.
        tag: how it is known again.
        message: what it should show.
        record: what is to be on record once it does.
    """

    name: str
    posted: Posted
    tag: MessageTag
    message: Message
    record: Mapping[str, Any]


def stale_lines(
    services: Services, incident: Incident, surfaces: Mapping[str, Mapping[str, Any]]
) -> list[StaleLine]:
    """The lines among the surfaces that are to be edited; those of a newer version's commands are let be."""
    stale = []
    for name, record in surfaces.items():
        if not name.startswith(PREFIX) or "said" not in record:
            continue
        try:
            recorded = Recorded.from_dict(record["said"])
        except UnknownCommandError:
            continue
        if incident.is_archived and not recorded.on_board:  # nothing there can be edited
            continue
        message = content(services, incident, recorded)
        if content_digest(message) != record.get("digest"):
            posted = Posted(record["channel"], record["ts"])
            now = shown(recorded, incident, message, posted)
            stale.append(StaleLine(name, posted, recorded.tag(incident.id), message, now))
    return stale
