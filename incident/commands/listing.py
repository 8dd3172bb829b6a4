"""`/incident list`: the incidents that are open, to the person who asks alone."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Scope, Spec, Text

TEXT = {
    "en": Text(verbs=("list",), usage="", help="shows the open incidents, yours first"),
    "fr": Text(verbs=("liste",), usage="", help="montre les incidents ouverts, les vôtres d’abord"),
}


@dataclass(frozen=True, slots=True)
class ListIncidents:
    """Show the open incidents."""


COMMAND = Spec(
    ListIncidents,
    workflow="listing",
    text=TEXT,
    scope=Scope.ANYWHERE,
    parse=lambda arguments: None if arguments.text.strip() else ListIncidents(),
)
