"""The form that hands over several roles at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from incident.commands.commander import offer_line
from incident.commands.line import Line, Part, People
from incident.commands.role import NAMES
from incident.commands.spec import Change, Entry, Field, Form, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Role

FORM = "handover"
"""callback_id of the form; its inputs are called like the roles."""

TEXT = {
    "en": Text((), "", "", done="The roles are handed over.", label="Hand over"),
    "fr": Text((), "", "", done="Les rôles sont confiés.", label="Passer la main"),
}

WORDS = {
    "en": {
        "title": "Hand over",
        "submit": "Hand over",
        "close": "Cancel",
        "hint": "Whom you choose is asked first, and has command once they accept.",
        "blank": "Please choose at least one person. What stays blank stays as it is.",
        "handed": "{person} handed over: {roles}.",
        "to": "{role} to {{{slot}}}",
    },
    "fr": {
        "title": "Passer la main",
        "submit": "Passer la main",
        "close": "Annuler",
        "hint": "On le demande d’abord à la personne; elle dirige dès qu’elle accepte.",
        "blank": "Merci de choisir au moins une personne. Ce qui reste vide ne change pas.",
        "handed": "{person} a confié : {roles}.",
        "to": "{role} à {{{slot}}}",
    },
}

LABELS = {
    "en": {
        Role.OPERATIONS_LEAD: "Operations lead",
        Role.INCIDENT_COMMANDER: "Incident commander",
        Role.COMMUNICATIONS_LEAD: "Communications lead",
        Role.SCRIBE: "Scribe",
    },
    "fr": {
        Role.OPERATIONS_LEAD: "Responsable des opérations",
        Role.INCIDENT_COMMANDER: "Responsable de l’incident",
        Role.COMMUNICATIONS_LEAD: "Responsable des communications",
        Role.SCRIBE: "Prise de notes",
    },
}
"""What the holder of each role is called, by locale; operations first, as they are handed over first."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give roles to people; `roles` has their Slack user ids by `Role`. Command is offered."""

    roles: Mapping[str, str] = field(default_factory=dict)


def form(locale: str) -> Form:
    """A person for each role."""
    words = WORDS[locale]
    fields = [
        Field(
            str(role),
            label,
            words["hint"] if role is Role.INCIDENT_COMMANDER else "",
            is_optional=True,
            entry=Entry.PERSON,
        )
        for role, label in LABELS[locale].items()
    ]
    return Form(FORM, words["title"], words["submit"], words["close"], fields, words["blank"])


def parse_form(values: Mapping[str, Any]) -> HandOver | None:
    """None where nobody was chosen."""
    chosen = {str(role): values.get(role) for role in Role}
    roles = {role: user for role, user in chosen.items() if isinstance(user, str) and user}
    return HandOver(roles) if roles else None


def states(command: HandOver, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The roles; command to somebody else is offered, to oneself it is taken."""
    roles = dict(command.roles)
    offered = roles.get(Role.INCIDENT_COMMANDER, "")
    if offered != said.by:
        roles.pop(Role.INCIDENT_COMMANDER, None)
        if offered:
            return FactKind.ROLES_GIVEN, {"roles": roles, "offered": offered}
    return FactKind.ROLES_GIVEN, {"roles": roles}


def line(change: Change[HandOver], locale: str) -> Line:
    """Who has which role now, and the offer of command if there is one."""
    words, roles, offered = WORDS[locale], change.data["roles"], change.data.get("offered", "")
    offer = offer_line(change, offered, locale) if offered else None
    if offer is not None and not roles:
        return offer
    names = {str(role): name for role, name in NAMES[locale].items()}
    slots = {f"holder_{number}": role for number, role in enumerate(roles)}
    listed = ", ".join(
        words["to"].format(role=names.get(role, role), slot=slot) for slot, role in slots.items()
    )
    parts: dict[str, Part] = {slot: People([roles[role]]) for slot, role in slots.items()}
    text = words["handed"].replace("{roles}", listed)
    if offer is None:
        return Line(text, parts)
    return Line(text, {**parts, **offer.parts}, more=(offer.text,), buttons=offer.buttons)


COMMAND = Spec(
    HandOver,
    workflow="role",
    text=TEXT,
    names=lambda command: list(command.roles.values()),
    states=states,
    line=line,
    form=form,
    forms={FORM: parse_form},
)
