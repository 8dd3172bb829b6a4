"""`/incident resolve {what fixed it}`: the incident is over. A false alarm and an exercise are good ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands import findings
from incident.commands.findings import AddFindings
from incident.commands.lasting import after
from incident.commands.line import Button, Line, Part, People
from incident.commands.reopen import REOPEN
from incident.commands.reopen import TEXT as REOPEN_TEXT
from incident.commands.spec import Arguments, Change, Form, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Finding, Incident, Outcome
from incident.model.naming import clip
from incident.model.parts import When, actions_of
from incident.model.slack_text import as_typed, one_line

FORM = "resolve"
"""callback_id of the form; its inputs are those of `incident.commands.findings`."""

TEXT = {
    "en": Text(
        verbs=("resolve", "resolved"),
        usage="what fixed it",
        help="ends the incident; begin with “false alarm:” or “exercise:” if it was one",
        line="✅ Resolved by {person}, {after}:",
        done="The incident is resolved.",
        label="Resolve",
    ),
    "fr": Text(
        verbs=("résoudre", "résolu"),
        usage="ce qui l’a réglé",
        help="met fin à l’incident; commencez par « fausse alerte : » ou « exercice : » s’il y a lieu",
        line="✅ Résolu par {person}, {after} :",
        done="L’incident est résolu.",
        label="Résoudre",
    ),
}

LINES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "": TEXT["en"].line,
        Outcome.FALSE_ALARM: "✅ A false alarm, says {person}, {after}:",
        Outcome.EXERCISE: "✅ The exercise is over, says {person}, {after}:",
    },
    "fr": {
        "": TEXT["fr"].line,
        Outcome.FALSE_ALARM: "✅ Fausse alerte, dit {person}, {after} :",
        Outcome.EXERCISE: "✅ L’exercice est terminé, dit {person}, {after} :",
    },
}
"""The line by `Outcome`, by locale; without words after it, it ends in a full stop."""

THANKS: Mapping[str, Mapping[str, str]] = {
    "en": {
        Outcome.FALSE_ALARM: (
            "Thank you, {opener}: it was nothing, and calling it was right. No review needed."
        ),
        Outcome.EXERCISE: "Thank you, everybody: now we know better how it goes. No review needed.",
    },
    "fr": {
        Outcome.FALSE_ALARM: (
            "Merci, {opener} : ce n’était rien, et le signaler était la bonne chose à faire. "
            "Aucun bilan nécessaire."
        ),
        Outcome.EXERCISE: (
            "Merci à tout le monde : nous saurons mieux nous y prendre. Aucun bilan nécessaire."
        ),
    },
}

WORDS = {
    "en": {
        "call": "The call stays open.",
        "now": "Still to do *now*: {actions}.",
        "owned": "{{{text}}} ({{{owner}}})",
        "unowned": "{{{text}}} (nobody owns it yet)",
        "more": "and {count} more",
    },
    "fr": {
        "call": "L’appel reste ouvert.",
        "now": "Encore à faire *maintenant* : {actions}.",
        "owned": "{{{text}}} ({{{owner}}})",
        "unowned": "{{{text}}} (personne ne s’en charge encore)",
        "more": "et {count} de plus",
    },
}

FORM_TEXT = {
    "en": {
        "title": "Resolve the incident",
        "submit": "Resolve",
        "close": "Cancel",
        "blank": "Please write what fixed it. All the rest can be added later.",
    },
    "fr": {
        "title": "Résoudre l’incident",
        "submit": "Résoudre",
        "close": "Annuler",
        "blank": "Merci d’écrire ce qui l’a réglé. Tout le reste peut attendre.",
    },
}

_OUTCOME = re.compile(
    r"(?:(?P<false_alarm>false alarm|fausse alerte)|(?P<exercise>exercise|exercice))\s*(?:$|[:.,;!–—-]\s*)",
    re.IGNORECASE,
)
_MOST_NAMED = 5
"""Actions that the line names; the rest are counted."""
_ACTION_LIMIT = 150
"""Characters of an action that it names."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """Say that the incident is over.

    Attributes:
        text: what fixed it, as Slack escapes it; empty where it was nothing.
        impact: what people noticed, as Slack escapes it; empty where that is not said.
        began_at: when it began, ISO 8601; empty where that is not said.
        learnt: a `Discovery`; empty where that is not said.
        outcome: an `Outcome`; empty for an ordinary end.
    """

    text: str = ""
    impact: str = ""
    began_at: str = ""
    learnt: str = ""
    outcome: str = ""


def parse(arguments: Arguments) -> Resolve | None:
    """`[false alarm: | exercise:] words`; None where nothing follows the verb."""
    text = arguments.text.strip()
    if not text:
        return None
    if found := _OUTCOME.match(text):
        return Resolve(text[found.end() :], outcome=str(Outcome(str(found.lastgroup))))
    return Resolve(text)


def states(command: Resolve, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: what is known."""
    found = findings.data(
        AddFindings(command.text, command.impact, command.began_at, "", command.learnt), said
    )
    return FactKind.RESOLVED, found | {"outcome": command.outcome}


def line(change: Change[Resolve], locale: str) -> Line:
    """That it is over, after how long, and what fixed it; while that stands, what is left to do."""
    incident, words = change.incident, change.command.text
    is_newest = not incident.is_open and incident.said_by_fact("status") == change.fact
    outcome = incident.found(Finding.OUTCOME) if is_newest else change.command.outcome
    text = LINES[locale].get(outcome, TEXT[locale].line)
    ended_at = (incident.resolved_at if is_newest else None) or change.at
    parts: dict[str, Part] = {"after": after(incident, ended_at, locale)}
    if not words:
        text = text.removesuffix(":").rstrip() + "."
    if not is_newest:
        return Line(text, parts, quote=words, is_inline=True)
    thanks = THANKS[locale].get(outcome)
    more = [thanks] if thanks else []
    parts["opener"] = People([incident.declared_by])
    if incident.meet_url and not more:
        more.append(WORDS[locale]["call"])
    for sentences, named in (_to_do(incident, locale), _added(incident, words, locale)):
        more += sentences
        parts |= named
    buttons = (
        Button(findings.COMMAND.opener, findings.TEXT[locale].label, findings.COMMAND.name),
        Button(REOPEN, REOPEN_TEXT[locale].label, change.id),
    )
    return Line(text, parts, quote=words, is_inline=True, more=more, buttons=buttons)


def _to_do(incident: Incident, locale: str) -> tuple[list[str], dict[str, Part]]:
    """The actions that cannot wait, each with its owner."""
    now = [one for one in actions_of(incident) if one.when == When.NOW]
    if not now:
        return [], {}
    words, parts = WORDS[locale], dict[str, Part]()
    listed = []
    for number, action in enumerate(now[:_MOST_NAMED]):
        text, owner = f"action_{number}", f"owner_{number}"
        parts[text] = clip(one_line(as_typed(action.text)), _ACTION_LIMIT)
        if action.owner:
            parts[owner] = People([action.owner])
        listed.append(words["owned" if action.owner else "unowned"].format(text=text, owner=owner))
    if len(now) > _MOST_NAMED:
        listed.append(words["more"].format(count=len(now) - _MOST_NAMED))
    return [words["now"].format(actions=" · ".join(listed))], parts


def _added(incident: Incident, words: str, locale: str) -> tuple[list[str], dict[str, Part]]:
    """What is known besides the words of the line itself."""
    sentences, parts = [], dict[str, Part]()
    for sentence, named in findings.known(incident, locale):
        if Finding.FIX in named and incident.found(Finding.FIX) == words:
            continue
        sentences.append(sentence)
        parts |= named
    return sentences, parts


def form(locale: str) -> Form:
    """What fixed it, and what else is known."""
    text = FORM_TEXT[locale]
    asked = findings.fields(
        locale,
        findings.FIX,
        findings.IMPACT,
        findings.BEGAN,
        findings.LEARNT,
        findings.OUTCOME,
        required=findings.FIX,
    )
    return Form(FORM, text["title"], text["submit"], text["close"], asked, text["blank"])


def parse_form(values: Mapping[str, Any]) -> Resolve | None:
    """None where it is not said what fixed it."""
    found = findings.entered(values)
    if not found.fix:
        return None
    return Resolve(found.fix, found.impact, found.began_at, found.learnt, found.outcome)


COMMAND = Spec(
    Resolve,
    workflow="update",
    text=TEXT,
    is_first=True,
    parse=parse,
    states=states,
    line=line,
    form=form,
    forms={FORM: parse_form},
    mistakes=findings.mistakes,
    example="rolled back the deploy",
)
