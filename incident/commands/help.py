"""`/incident help`: what can be typed. Answered at once, by the Slack function."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Scope, Spec, Text

TEXT = {
    "en": Text(verbs=("help",), usage="", help="shows this"),
    "fr": Text(verbs=("aide",), usage="", help="affiche ceci"),
}


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Say what can be typed."""


COMMAND = Spec(
    ShowHelp,
    workflow="",
    text=TEXT,
    scope=Scope.ANYWHERE,
    parse=lambda arguments: None if arguments.text.strip() else ShowHelp(),
)
