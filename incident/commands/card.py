"""`/incident status`: how the incident stands, to the person who asks alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from incident.commands.spec import Said, Spec, Text

TEXT = {
    "en": Text(
        verbs=("status",),
        usage="",
        help="shows you, alone, how it stands: who leads, what was said, what is late",
        label="Status",
    ),
    "fr": Text(
        verbs=("état",),
        usage="",
        help="vous montre, à vous seul, où on en est : qui dirige, ce qui s’est dit, ce qui tarde",
        label="État",
    ),
}

SHOW = "status.show"
"""action_id of the entry in the briefing's menu."""


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Show how the incident stands; `joined` to a person who has just come, in its channel."""

    joined: bool = False


GREETED_AFTER = timedelta(minutes=5)
"""Those who come in the first minutes see everything come to be."""


def applies(command: ShowStatus, said: Said) -> bool:
    """Whoever asks is answered; who joins, only in an open incident and not in its first minutes."""
    if not command.joined:
        return True
    incident = said.incident
    return incident is not None and incident.is_open and said.at - incident.declared_at > GREETED_AFTER


COMMAND = Spec(
    ShowStatus,
    workflow="card",
    applies=applies,
    text=TEXT,
    parse=lambda arguments: None if arguments.text.strip() else ShowStatus(),
    buttons={SHOW: lambda _press: ShowStatus()},
)
