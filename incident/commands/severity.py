"""`/incident severity 2`: how bad it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.spec import Line, Menu, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Severity

TEXT = {
    "en": Text(
        verbs=("severity", "sev"),
        usage="1 to 4",
        help="says how bad it is; alone, it shows what the levels mean",
        line="{{person}} put this at {severity}",
        done="The severity is set.",
    ),
    "fr": Text(
        verbs=("gravité", "gravite", "sev"),
        usage="1 à 4",
        help="dit à quel point c’est grave; seul, explique les niveaux",
        line="{{person}} a fixé la gravité à {severity}",
        done="La gravité est fixée.",
    ),
}

LABELS = {
    "en": {
        Severity.SEV1: "SEV1, critical",
        Severity.SEV2: "SEV2, major",
        Severity.SEV3: "SEV3, minor",
        Severity.SEV4: "SEV4, low",
    },
    "fr": {
        Severity.SEV1: "SEV1, critique",
        Severity.SEV2: "SEV2, majeure",
        Severity.SEV3: "SEV3, mineure",
        Severity.SEV4: "SEV4, faible",
    },
}
"""What people call each level, by locale."""

MEANINGS = {
    "en": {
        Severity.SEV1: "people cannot use it, or data is at risk",
        Severity.SEV2: "much of it fails, or many people notice",
        Severity.SEV3: "some of it fails, and there is a way around",
        Severity.SEV4: "hardly anybody notices",
    },
    "fr": {
        Severity.SEV1: "inutilisable, ou données en danger",
        Severity.SEV2: "pannes importantes, ou visibles de beaucoup",
        Severity.SEV3: "pannes partielles, avec une solution de rechange",
        Severity.SEV4: "presque personne ne le remarque",
    },
}
"""When to choose each level, by locale."""

QUESTIONS = {
    "en": ("How bad is it? Not sure? Take the worse; it can be lowered.", "Choose a level"),
    "fr": (
        "À quel point est-ce grave? Dans le doute, prenez la plus grave; on pourra l’abaisser.",
        "Choisir",
    ),
}

CHOICE = "severity.set"
"""action_id of the menu that asks for the level."""

_LEVEL = re.compile(r"(?:sev)?\s?([1-4])(?![^\s,.:;])[,.:;]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SetSeverity:
    """Say how bad it is.

    Attributes:
        severity: a `Severity`.
        reason: the person's words, as Slack sent them; empty for none.
    """

    severity: str
    reason: str = ""


def parse(rest: str) -> SetSeverity | None:
    """`2`, `SEV2` or `2 because it spreads`; None where no level stands first."""
    found = _LEVEL.match(rest.strip())
    if found is None:
        return None
    return SetSeverity(Severity(f"sev{found[1]}"), rest.strip()[found.end() :].strip())


def chosen(value: str) -> SetSeverity | None:
    """What was picked from the menu; None where it is no level."""
    return SetSeverity(Severity(value)) if value in set(Severity) else None


def states(command: SetSeverity) -> tuple[str, Mapping[str, Any]]:
    """The fact: the level, and why."""
    return FactKind.SEVERITY_SET, {"severity": command.severity, "reason": command.reason}


def line(command: SetSeverity, locale: str) -> Line:
    """The level by its name, and why; a level of a newer version as it is."""
    labels = {str(level): label for level, label in LABELS[locale].items()}
    label = labels.get(command.severity, command.severity)
    return Line(TEXT[locale].line.format(severity=label), command.reason)


def menu(locale: str) -> Menu:
    """The levels with their meanings."""
    question, placeholder = QUESTIONS[locale]
    options = [(str(level), f"{label}: {MEANINGS[locale][level]}") for level, label in LABELS[locale].items()]
    return Menu(question, placeholder, CHOICE, options)


COMMAND = Spec(
    SetSeverity,
    workflow="change",
    text=TEXT,
    parse=parse,
    states=states,
    line=line,
    menu=menu,
    buttons={CHOICE: chosen},
    example="2",
)
