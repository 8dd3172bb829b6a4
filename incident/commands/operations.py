"""`/incident ol @ana`: who leads operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from incident.commands.line import Line, People
from incident.commands.role import ME, taken, whom
from incident.commands.spec import Arguments, Change, Said, Spec, Text
from incident.model.facts import FactKind
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


@dataclass(frozen=True, slots=True)
class LeadOperations:
    """Lead operations, oneself or the person whom `user` refers to."""

    user: str = ME


def parse(arguments: Arguments) -> LeadOperations | None:
    """Alone: oneself. With one person: they."""
    user = whom(arguments)
    return None if user is None else LeadOperations(user)


def states(command: LeadOperations, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The role, and who has it."""
    user = said.by if command.user == ME else command.user
    return FactKind.ROLE_TAKEN, taken(Role.OPERATIONS_LEAD, user, said)


def line(change: Change[LeadOperations], locale: str) -> Line:
    """Who has the role now."""
    return Line(TEXT[locale].line, {"who": People([change.data["user"]])})


COMMAND = Spec(
    LeadOperations,
    workflow="role",
    text=TEXT,
    is_first=True,
    parse=parse,
    names=lambda command: [command.user] if command.user != ME else [],
    named=lambda command, ids: replace(command, user=ids.get(command.user, command.user)),
    states=states,
    line=line,
    example="<@U0BENOIT|benoit>",
)
