"""`/incident severity 2`: how bad it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands import explain
from incident.commands.line import Button, Line, Part
from incident.commands.spec import Arguments, Change, Entry, Field, Form, Menu, Press, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Cadence, Severity
from incident.model.slack_text import escape, one_line

TEXT = {
    "en": Text(
        verbs=("severity", "sev"),
        usage="1 to 4, and why",
        help="says how bad it is; alone, shows what the levels mean",
        line="{person} put this at *{severity}*: {cadence}.",
        done="The severity is set.",
        label="Severity",
    ),
    "fr": Text(
        verbs=("gravité", "sev"),
        usage="1 à 4, et pourquoi",
        help="dit à quel point c’est grave; seul, explique les niveaux",
        line="{person} a fixé la gravité à *{severity}* : {cadence}.",
        done="La gravité est fixée.",
        label="Gravité",
    ),
}

SETTLED = {
    "en": "{person} set the severity to *{severity}*.",
    "fr": "{person} a fixé la gravité à *{severity}*.",
}
"""The line where the incident is over, and nothing more is promised."""

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

OPTION = {"en": "{level}: {meaning}", "fr": "{level} : {meaning}"}
"""A level with its meaning, as there is to choose from."""

QUESTIONS = {
    "en": ("How bad is it? Not sure? Take the worse; it can be lowered.", "Choose a level"),
    "fr": (
        "À quel point est-ce grave? Dans le doute, prenez la plus grave; on pourra l’abaisser.",
        "Choisir",
    ),
}

CADENCES = {
    "en": {
        Cadence.QUARTER: "updates every 15 minutes from now",
        Cadence.HALF: "updates every 30 minutes from now",
        Cadence.HOUR: "updates every hour from now",
        Cadence.TOMORROW: "an update a day from now",
    },
    "fr": {
        Cadence.QUARTER: "désormais une mise à jour toutes les 15 minutes",
        Cadence.HALF: "désormais une mise à jour toutes les 30 minutes",
        Cadence.HOUR: "désormais une mise à jour par heure",
        Cadence.TOMORROW: "désormais une mise à jour par jour",
    },
}
"""What a level changes: how often people hear, by locale."""

LOWERED = {
    "en": ("It was {before}. In half a sentence, why is it less bad?", "Say why"),
    "fr": ("C’était {before}. En une demi-phrase, pourquoi est-ce moins grave?", "Dire pourquoi"),
}

CHOICE = "severity.set"
"""action_id of the menu that asks for the level."""

FORM = "severity"
"""callback_id of the form; `LEVEL` and `WHY` are the ids of its inputs."""
LEVEL = "level"
WHY = "why"
FORM_TEXT = {
    "en": {
        "title": "Severity",
        "submit": "Set",
        "close": "Cancel",
        "level": "How bad is it?",
        "hint": "Not sure? Take the worse; it can be lowered.",
        "why": "Why?",
        "why_hint": "Half a sentence, if you lower it",
        "blank": "Please choose a level.",
    },
    "fr": {
        "title": "Gravité",
        "submit": "Fixer",
        "close": "Annuler",
        "level": "À quel point est-ce grave?",
        "hint": "Dans le doute, prenez la plus grave; on pourra l’abaisser.",
        "why": "Pourquoi?",
        "why_hint": "Une demi-phrase, si vous l’abaissez",
        "blank": "Merci de choisir un niveau.",
    },
}

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


def parse(arguments: Arguments) -> SetSeverity | None:
    """`2`, `SEV2` or `2 because it spreads`; None where no level stands first."""
    text = arguments.text.strip()
    found = _LEVEL.match(text)
    return SetSeverity(Severity(f"sev{found[1]}"), text[found.end() :].strip()) if found else None


def chosen(press: Press) -> SetSeverity | None:
    """What was picked from the menu; None where it is no level."""
    return SetSeverity(Severity(press.value)) if press.value in set(Severity) else None


def states(command: SetSeverity, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: the level, why, and what it was."""
    before = said.incident.severity if said.incident else None
    data = {"severity": command.severity, "reason": command.reason, "before": before or ""}
    return FactKind.SEVERITY_SET, data | ({"is_over": True} if said.is_after_end else {})


def label_of(severity: str, locale: str) -> str:
    """A level by its name; one of a newer version as it is."""
    return {str(level): label for level, label in LABELS[locale].items()}.get(severity, severity)


def line(change: Change[SetSeverity], locale: str) -> Line:
    """The level by its name, what it changes, and why; where it was lowered without a word, the question."""
    command, before = change.command, str(change.data.get("before", ""))
    text = SETTLED[locale] if change.data.get("is_over") else TEXT[locale].line
    cadence = CADENCES[locale].get(Cadence.usual(command.severity), "")
    parts: dict[str, Part] = {"severity": label_of(command.severity, locale), "cadence": cadence}
    reason = command.reason or change.incident.reasons.get(change.id, "")
    if reason or not _is_lower(command.severity, before):
        return Line(text, parts, quote=reason)
    question, label = LOWERED[locale]
    parts["before"] = label_of(before, locale)
    button = Button(f"form.{explain.ExplainSeverity.__name__}", label, change.id)
    return Line(text, parts, more=(question,), buttons=(button,))


def _is_lower(severity: str, before: str) -> bool:
    levels = list(map(str, Severity))  # the worst first
    return {severity, before} <= set(levels) and levels.index(severity) > levels.index(before)


def options(locale: str) -> list[tuple[str, str]]:
    """The levels to choose from, each with its meaning."""
    return [
        (str(level), OPTION[locale].format(level=label, meaning=MEANINGS[locale][level]))
        for level, label in LABELS[locale].items()
    ]


def menu(locale: str) -> Menu:
    """The levels with their meanings."""
    question, placeholder = QUESTIONS[locale]
    return Menu(question, placeholder, CHOICE, options(locale))


def form(locale: str) -> Form:
    """The levels with their meanings, and why."""
    text = FORM_TEXT[locale]
    fields = [
        Field(LEVEL, text["level"], text["hint"], options(locale), entry=Entry.CHOICE),
        Field(WHY, text["why"], text["why_hint"], is_optional=True),
    ]
    return Form(FORM, text["title"], text["submit"], text["close"], fields, text["blank"])


def parse_form(values: Mapping[str, Any]) -> SetSeverity | None:
    """None where no level was chosen. Slack does not escape what forms hold."""
    level, why = values.get(LEVEL), values.get(WHY)
    if not isinstance(level, str) or level not in set(Severity):
        return None
    return SetSeverity(Severity(level), escape(one_line(why)) if isinstance(why, str) else "")


COMMAND = Spec(
    SetSeverity,
    workflow="change",
    text=TEXT,
    is_first=True,
    parse=parse,
    states=states,
    line=line,
    menu=menu,
    form=form,
    buttons={CHOICE: chosen},
    forms={FORM: parse_form},
    example="2",
)
