"""`/incident ic` and `/incident ic @ana`: who has command. It is taken, or offered and accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from incident.commands.line import Button, Line, Moment, Part, People, Undoable
from incident.commands.refusal import Reason, Refuse
from incident.commands.role import ME, whom
from incident.commands.spec import Arguments, Change, Press, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Incident, Role

TEXT = {
    "en": Text(
        verbs=("ic",),
        usage="nothing, or @who",
        help="you take command; or offers it to a person, who has it once they say so",
        line="{person} has command now; it was {previous}.",
        done="You have command.",
    ),
    "fr": Text(
        verbs=("resp",),
        usage="rien, ou @qui",
        help="vous prenez la direction; ou la propose à une personne, qui l’a dès qu’elle le confirme",
        line="{person} dirige maintenant l’incident, à la suite de {previous}.",
        done="Vous dirigez l’incident.",
    ),
}

WORDS = {
    "en": {
        "taken": "{person} has command now.",
        "offer": "{person} asks {to} to take command. Until {to} says so, {holder} has it.",
        "offer_vacant": "{person} asks {to} to take command. Nobody has it until then.",
        "accept": "I have command",
        "accepted": "{to} has command. {person} handed it over at {when}.",
        "closed": "{person} asked {to} to take command. That is settled otherwise.",
        "offered": "They are asked. Until they accept, command stays where it is.",
    },
    "fr": {
        "taken": "{person} dirige maintenant l’incident.",
        "offer": (
            "{person} demande à {to} de prendre la direction. "
            "D’ici à ce que {to} le confirme, {holder} la garde."
        ),
        "offer_vacant": "{person} demande à {to} de prendre la direction. Jusque-là, personne ne l’a.",
        "accept": "Je la prends",
        "accepted": "{to} dirige l’incident. {person} lui a passé la main à {when}.",
        "closed": "{person} avait proposé la direction à {to}. C’est réglé autrement.",
        "offered": "C’est demandé. D’ici à ce que ce soit accepté, la direction reste où elle est.",
    },
}

ACCEPT = "command.accept"
"""action_id of the button; its value is the id of the offer's run and the person asked, parted by a slash."""
TAKE = "command.take"
"""action_id of the button by which anybody takes command that nobody has."""


@dataclass(frozen=True, slots=True)
class TakeCommand:
    """Take command; or, with `user` (a reference), offer it to a person."""

    user: str = ME


@dataclass(frozen=True, slots=True)
class AcceptCommand:
    """Take command that was offered; `offer` is the id of the run that did."""

    offer: str


def parse(arguments: Arguments) -> TakeCommand | None:
    """Alone: take it. With one person: offer it to them."""
    user = whom(arguments)
    return None if user is None else TakeCommand(user)


def states(command: TakeCommand, said: Said) -> tuple[str, Mapping[str, Any]]:
    """It is taken by the person themselves; to somebody else it is offered."""
    previous = said.incident.commander if said.incident else ""
    if command.user in {ME, said.by}:
        data = {"role": Role.INCIDENT_COMMANDER, "user": said.by, "previous": previous}
        return FactKind.ROLE_TAKEN, data
    return FactKind.ROLES_GIVEN, {"roles": {}, "offered": command.user, "previous": previous}


def line(change: Change[TakeCommand], locale: str) -> Line:
    """Who has command now, or the offer with its button, and what became of it."""
    offered = change.data.get("offered", "")
    if offered:
        return offer_line(change, offered, locale)
    previous = change.data.get("previous", "")
    if previous in {"", change.by}:
        return Line(WORDS[locale]["taken"])
    return Line(TEXT[locale].line, {"previous": People([previous])})


def offer_line(change: Change[Any], offered: str, locale: str) -> Line:
    """An offer that stands, was accepted, or is closed."""
    words, incident = WORDS[locale], change.incident
    parts: dict[str, Part] = {"to": People([offered])}
    answer = incident.offers.get(change.id)
    if answer and answer["fact"] not in incident.undone:
        at = datetime.fromisoformat(answer["at"])
        parts["when"] = Moment(at, is_clock=True)
        return Line(words["accepted"], parts, undo=Undoable(answer["fact"], at))
    if not is_open(incident, change.id):
        return Line(words["closed"], parts)
    button = Button(ACCEPT, words["accept"], f"{change.id}/{offered}", is_primary=True)
    if not incident.commander:
        return Line(words["offer_vacant"], parts, buttons=(button,))
    return Line(words["offer"], {**parts, "holder": People([incident.commander])}, buttons=(button,))


def is_open(incident: Incident, offer: str) -> bool:
    """Whether an offer waits for its answer."""
    return incident.offer is not None and incident.offer.id == offer


def accepted(press: Press) -> AcceptCommand | Refuse | None:
    """The answer of the person who was asked; nobody else's counts."""
    offer, _, to = press.value.partition("/")
    if not offer or not to:
        return None
    return AcceptCommand(offer) if press.user == to else Refuse(Reason.NOT_ASKED, to)


def check(command: AcceptCommand, said: Said) -> Refuse | None:
    """An offer that was taken back cannot be accepted any more.

    Where somebody else took command meanwhile, it is what was said last that counts, as always.
    """
    offer = f"{command.offer}.{FactKind.ROLES_GIVEN}"
    is_withdrawn = said.incident is not None and offer in said.incident.undone
    return Refuse(Reason.OFFER_CLOSED) if is_withdrawn else None


def accepts(command: AcceptCommand, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: which offer, who had command, and whether that is somebody who was not asked."""
    incident = said.incident
    previous = incident.commander if incident else ""
    overtakes = incident is not None and not is_open(incident, command.offer) and previous != said.by
    return FactKind.COMMAND_ACCEPTED, {"of": command.offer, "previous": previous, "overtakes": overtakes}


def acceptance_line(change: Change[AcceptCommand], locale: str) -> Line:
    """For who had command and was not asked: the offer's own line does not tell them."""
    return Line(TEXT[locale].line, {"previous": People([change.data["previous"]])})


def taken(press: Press) -> TakeCommand:
    """Whoever presses takes it."""
    return TakeCommand(press.user)


COMMAND = Spec(
    TakeCommand,
    workflow="role",
    text=TEXT,
    parse=parse,
    names=lambda command: [command.user] if command.user != ME else [],
    named=lambda command, ids: replace(command, user=ids.get(command.user, command.user)),
    states=states,
    line=line,
    thanks=lambda data, locale: WORDS[locale]["offered"] if data.get("offered") else TEXT[locale].done,
    buttons={TAKE: taken},
    example="<@U0BENOIT|benoit>",
)

ACCEPTANCE = Spec(
    AcceptCommand,
    workflow="accept",
    text={
        "en": Text((), "", "", done=TEXT["en"].done),
        "fr": Text((), "", "", done=TEXT["fr"].done),
    },
    check=check,
    states=accepts,
    line=acceptance_line,
    buttons={ACCEPT: accepted},
)
