"""`/incident comms @ana`: who speaks for the incident."""

from __future__ import annotations

from incident.commands.role import Assignment, assigns
from incident.commands.spec import Text
from incident.model.incident import Role

TEXT = {
    "en": Text(
        verbs=("comms",),
        usage="nothing, or @who",
        help="gives communications to a person; alone, to you",
        line="{who} leads communications now.",
        done="The communications lead is set.",
    ),
    "fr": Text(
        verbs=("comms",),
        usage="rien, ou @qui",
        help="confie les communications à une personne; seul, à vous",
        line="{who} dirige maintenant les communications.",
        done="Les communications sont confiées.",
    ),
}
NOBODY = {
    "en": "Nobody leads communications now.",
    "fr": "Personne ne dirige plus les communications.",
}


class LeadCommunications(Assignment):
    """Speak for the incident."""

    __slots__ = ()


COMMAND = assigns(Role.COMMUNICATIONS_LEAD, LeadCommunications, TEXT, nobody=NOBODY)
