"""`/incident undo`: takes back one's last change, for ten minutes; a change's line has the button, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.spec import Said, Spec, Text
from incident.model.facts import FactKind

TEXT = {
    "en": Text(
        verbs=("undo",),
        usage="",
        help="takes back your last change of the last ten minutes",
        done="It is undone. What was changed since stays as it is.",
    ),
    "fr": Text(
        verbs=("annuler",),
        usage="",
        help="annule votre dernier changement des dix dernières minutes",
        done="C’est annulé. Ce qui a changé depuis reste tel quel.",
    ),
}
LABEL = {"en": "Undo", "fr": "Annuler"}

UNDO = "change.undo"
"""action_id of the button; its value is the id of the fact that it takes back."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back a fact by its id; one's last change where `fact` is empty."""

    fact: str = ""


def states(command: Undo, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    """The fact; whether it counts, the fold decides (`incident.model.facts.replay`)."""
    return FactKind.UNDONE, {"fact": command.fact} if command.fact else {}


COMMAND = Spec(
    Undo,
    workflow="undo",
    text=TEXT,
    parse=lambda arguments: None if arguments.text.strip() else Undo(),
    states=states,
    buttons={UNDO: lambda press: Undo(press.value) if press.value else None},
)
