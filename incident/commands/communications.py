"""`/incident comms @ana`: who speaks for the incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from incident.commands.line import Line, People
from incident.commands.role import ME, NO_ONE, taken, whom
from incident.commands.spec import Arguments, Change, Said, Spec, Text
from incident.model.facts import FactKind
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


@dataclass(frozen=True, slots=True)
class LeadCommunications:
    """Speak for the incident, oneself, the person whom `user` refers to, or nobody."""

    user: str = ME


def parse(arguments: Arguments) -> LeadCommunications | None:
    """Alone: oneself. With one person: they. With `nobody`: nobody."""
    user = whom(arguments, nobody=True)
    return None if user is None else LeadCommunications(user)


def states(command: LeadCommunications, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The role, and who has it."""
    user = {ME: said.by, NO_ONE: ""}.get(command.user, command.user)
    return FactKind.ROLE_TAKEN, taken(Role.COMMUNICATIONS_LEAD, user, said)


def line(change: Change[LeadCommunications], locale: str) -> Line:
    """Who has the role now."""
    user = change.data["user"]
    if not user:
        return Line(NOBODY[locale])
    return Line(TEXT[locale].line, {"who": People([user])})


COMMAND = Spec(
    LeadCommunications,
    workflow="role",
    text=TEXT,
    is_first=False,
    parse=parse,
    names=lambda command: [command.user] if command.user not in {ME, NO_ONE} else [],
    named=lambda command, ids: replace(command, user=ids.get(command.user, command.user)),
    states=states,
    line=line,
    example="<@U0BENOIT|benoit>",
)
