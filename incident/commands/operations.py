"""`/incident ol @ana`: who leads operations."""

from __future__ import annotations

from incident.commands.role import Assignment, assigns
from incident.commands.spec import Text
from incident.model.incident import Role

TEXT = {
    "en": Text(
        verbs=("ol", "ops"),
        usage="nothing, or @who",
        help="gives operations to a person; alone, to you",
        line="{who} leads operations now.",
        done="The operations lead is set.",
    ),
    "fr": Text(
        verbs=("ops", "ol"),
        usage="rien, ou @qui",
        help="confie les opérations à une personne; seul, à vous",
        line="{who} dirige maintenant les opérations.",
        done="Les opérations sont confiées.",
    ),
}


class LeadOperations(Assignment):
    """Lead operations."""

    __slots__ = ()


COMMAND = assigns(Role.OPERATIONS_LEAD, LeadOperations, TEXT, is_first=True)
