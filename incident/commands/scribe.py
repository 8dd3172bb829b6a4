"""`/incident scribe @ana`: who keeps the notes."""

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


@dataclass(frozen=True, slots=True)
class KeepNotes:
    """Keep the notes, oneself, the person whom `user` refers to, or nobody."""

    user: str = ME


def parse(arguments: Arguments) -> KeepNotes | None:
    """Alone: oneself. With one person: they. With `nobody`: nobody."""
    user = whom(arguments, nobody=True)
    return None if user is None else KeepNotes(user)


def states(command: KeepNotes, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The role, and who has it."""
    user = {ME: said.by, NO_ONE: ""}.get(command.user, command.user)
    return FactKind.ROLE_TAKEN, taken(Role.SCRIBE, user, said)


def line(change: Change[KeepNotes], locale: str) -> Line:
    """Who has the role now."""
    user = change.data["user"]
    if not user:
        return Line(NOBODY[locale])
    return Line(TEXT[locale].line, {"who": People([user])})


COMMAND = Spec(
    KeepNotes,
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
