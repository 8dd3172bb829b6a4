"""What the commands about roles have in common: the grammar, and the words of each role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from incident.commands.line import Line, People
from incident.commands.spec import Arguments, Change, Said, Spec, Text, plain
from incident.model.facts import FactKind
from incident.model.incident import Role
from incident.model.mentions import leading

NOBODY = frozenset({"nobody", "personne"})

ME = ""
"""In a command: the person who gives it."""

NO_ONE = "-"
"""In a command: nobody is to have the role."""

NAMES = {
    "en": {
        Role.INCIDENT_COMMANDER: "incident command",
        Role.OPERATIONS_LEAD: "operations",
        Role.COMMUNICATIONS_LEAD: "communications",
        Role.SCRIBE: "the notes",
    },
    "fr": {
        Role.INCIDENT_COMMANDER: "la direction",
        Role.OPERATIONS_LEAD: "les opérations",
        Role.COMMUNICATIONS_LEAD: "les communications",
        Role.SCRIBE: "les notes",
    },
}
"""What is handed over with a role, by locale."""


def whom(arguments: Arguments, *, nobody: bool = False) -> str | None:
    """Who is to have a role: `ME`, a reference, or `NO_ONE`; None where the words are no use of the verb.

    Args:
        arguments: what was typed.
        nobody: whether it may be nobody.
    """
    text = arguments.text.strip()
    if not text:
        return ME
    if nobody and plain(text) in NOBODY:
        return NO_ONE
    people, rest = leading(text)
    return people[0] if len(people) == 1 and not rest else None


def taken(role: Role, user: str, said: Said) -> dict[str, str]:
    """The data of the fact that a person has a role now: with who had it before."""
    return {"role": role, "user": user, "previous": said.incident.holder(role) if said.incident else ""}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A command that gives a role at once; `user` is who is to have it: `ME`, a reference, or `NO_ONE`."""

    user: str = ME


A = TypeVar("A", bound=Assignment)


def assigns(
    role: Role,
    command: type[A],
    text: Mapping[str, Text],
    *,
    nobody: Mapping[str, str] | None = None,
    is_first: bool = False,
) -> Spec[A]:
    """The specification of a command that gives a role at once.

    Args:
        role: which.
        command: which assignment.
        text: by locale; its line has `{who}`.
        nobody: the line, by locale, where nobody has it any more; None where somebody has to.
        is_first: whether help shows it among the few that come first.
    """

    def parse(arguments: Arguments) -> A | None:
        user = whom(arguments, nobody=nobody is not None)
        return None if user is None else command(user)

    def states(given: A, said: Said) -> tuple[str, Mapping[str, Any]]:
        user = {ME: said.by, NO_ONE: ""}.get(given.user, given.user)
        return FactKind.ROLE_TAKEN, taken(role, user, said)

    def line(change: Change[A], locale: str) -> Line:
        user = change.data["user"]
        if not user and nobody is not None:
            return Line(nobody[locale])
        return Line(text[locale].line, {"who": People([user])})

    return Spec(
        command,
        workflow="role",
        text=text,
        is_first=is_first,
        parse=parse,
        names=lambda given: [given.user] if given.user not in {ME, NO_ONE} else [],
        named=lambda given, ids: command(ids.get(given.user, given.user)),
        states=states,
        line=line,
        example="<@U0BENOIT|benoit>",
    )


NOTES = {
    "en": {
        Role.INCIDENT_COMMANDER: (
            "Say in the channel that you have command.",
            "Give operations to somebody else: you decide, they fix.",
            "Ask what people notice, since when, and what changed before.",
            "Name the time of the next update, and keep it.",
            "Tired or stuck? Handing over is good command.",
        ),
        Role.OPERATIONS_LEAD: (
            "First stop the harm, then look for the cause.",
            "Only those you name change production; say so before, and after.",
            "Tell the incident commander every quarter of an hour: what we see, what we try, what we need.",
        ),
        Role.COMMUNICATIONS_LEAD: (
            "First words within ten minutes, even if only: we know, we are on it, next news at …",
            "Both languages at once. Causes only when the incident commander says so.",
            "Keep the promised time, even with nothing new.",
        ),
        Role.SCRIBE: (
            "Type `/incident note 14:05 …` for what was said aloud, and decisions with their why.",
            "A message that tells the story: “Add to timeline” in its menu.",
            "You fix nothing meanwhile.",
        ),
    },
    "fr": {
        Role.INCIDENT_COMMANDER: (
            "Dites dans le canal que vous dirigez l’incident.",
            "Confiez les opérations à quelqu’un d’autre : vous décidez, on répare.",
            "Demandez ce que les gens remarquent, depuis quand, et ce qui a changé avant.",
            "Annoncez l’heure de la prochaine mise à jour, et tenez-la.",
            "De la fatigue, un blocage? Passer la main, c’est bien diriger.",
        ),
        Role.OPERATIONS_LEAD: (
            "D’abord arrêter les dégâts, ensuite chercher la cause.",
            "Seules les personnes que vous nommez touchent à la production; dites-le avant, et après.",
            (
                "Chaque quart d’heure, à la personne responsable : "
                "ce qu’on voit, ce qu’on essaie, ce qu’il faut."
            ),
        ),
        Role.COMMUNICATIONS_LEAD: (
            (
                "Premiers mots en dix minutes, même si c’est : "
                "nous savons, nous y travaillons, des nouvelles à …"
            ),
            "Les deux langues à la fois. Les causes, seulement quand la personne responsable le dit.",
            "Tenez l’heure promise, même sans rien de nouveau.",
        ),
        Role.SCRIBE: (
            "Tapez `/incident note 14:05 …` pour ce qui s’est dit, et les décisions avec leur raison.",
            "Un message qui raconte l’histoire : « Au journal » dans son menu.",
            "Pendant ce temps, vous ne réparez rien.",
        ),
    },
}
"""What a person who takes a role does in the first five minutes, by locale."""
