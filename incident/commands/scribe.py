"""`/incident scribe @ana`: who keeps the notes."""

from __future__ import annotations

from incident.commands.role import Assignment, assigns
from incident.commands.spec import Text
from incident.model.incident import Role

TEXT = {
    "en": Text(
        verbs=("scribe",),
        usage="nothing, or @who",
        help="gives the notes to a person; alone, to you",
        line="{who} keeps the notes now.",
        done="The scribe is set.",
    ),
    "fr": Text(
        verbs=("notes",),
        usage="rien, ou @qui",
        help="confie les notes à une personne; seul, à vous",
        line="{who} prend maintenant les notes.",
        done="Les notes sont confiées.",
    ),
}
NOBODY = {
    "en": "Nobody keeps the notes now.",
    "fr": "Personne ne prend plus les notes.",
}


class KeepNotes(Assignment):
    """Keep the notes."""

    __slots__ = ()


COMMAND = assigns(Role.SCRIBE, KeepNotes, TEXT, nobody=NOBODY)
