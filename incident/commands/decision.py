"""`/incident decision …`: what was decided. The incident commander can say that it is not so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands import story
from incident.commands.line import Line, Part, People
from incident.commands.refusal import Reason, Refuse
from incident.commands.spec import Change, Form, Press, Said, Spec, Text
from incident.model.facts import FactKind

FORM = "decision"
"""callback_id of the form."""

REJECT = "decision.reject"
"""action_id of the incident commander's button; its value is the channel and the id of the decision's run."""

TEXT = {
    "en": Text(
        verbs=("decision",),
        usage="what was decided",
        help="records a decision; the incident commander can say “not so”",
        line="⚖ {person} decided:",
        done="The decision is recorded.",
        label="Decision",
    ),
    "fr": Text(
        verbs=("décision",),
        usage="ce qui est décidé",
        help="consigne une décision; la personne responsable peut dire « pas d’accord »",
        line="⚖ {person} a décidé :",
        done="La décision est consignée.",
        label="Décision",
    ),
}
TIMED = {"en": "⚖ {person} decided, {when}:", "fr": "⚖ {person} a décidé, {when} :"}
FORM_TEXT = {
    "en": story.FormText(
        "Decision",
        "What was decided?",
        "And why, in half a sentence.",
        "Record",
        "Cancel",
        "Please write what was decided.",
    ),
    "fr": story.FormText(
        "Décision",
        "Qu’est-ce qui est décidé?",
        "Et pourquoi, en une demi-phrase.",
        "Consigner",
        "Annuler",
        "Merci d’écrire ce qui est décidé.",
    ),
}
REJECTED = {
    "en": "Not so, says {commander}, who has command.",
    "fr": "Pas d’accord, dit {commander}, qui dirige l’incident.",
}
ASKED = {
    "en": (
        "{person} decided in {channel}:",
        "You have command. It stands unless you press the button.",
        "Not so",
    ),
    "fr": (
        "{person} a décidé dans {channel} :",
        "Vous dirigez l’incident. La décision tient, sauf si vous appuyez sur le bouton.",
        "Pas d’accord",
    ),
}
"""What the incident commander is told in person: the sentence, what follows from it, and the button."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Record a decision.

    Attributes:
        text: as Slack sent it.
        clock: the time of day it was at, such as `14:05`; empty for now.
    """

    text: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class RejectDecision:
    """Say that a decision does not stand; `channel` is the incident's, `of` the id of the decision's run."""

    channel: str
    of: str


def states(command: Decide, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: what, and when."""
    return FactKind.DECIDED, story.data(command.text, command.clock, said)


def line(change: Change[Decide], locale: str) -> Line:
    """One small line; struck by the incident commander's word against it."""
    said = story.line(change, TEXT[locale].line, TIMED[locale], change.command.text)
    rejected_by = change.incident.decisions.get(change.id, {}).get("rejected_by", "")
    if not rejected_by:
        return said
    parts: dict[str, Part] = {**said.parts, "commander": People([rejected_by])}
    return Line(said.text, parts, quote=said.quote, is_inline=True, more=(REJECTED[locale],))


def form(locale: str) -> Form:
    """The words."""
    return story.form(FORM, FORM_TEXT[locale])


def check(command: RejectDecision, said: Said) -> Refuse | None:  # noqa: ARG001
    """Only the incident commander says so."""
    commander = said.incident.commander if said.incident else ""
    return None if said.by == commander else Refuse(Reason.NOT_COMMANDER, commander)


def rejected(press: Press) -> RejectDecision | None:
    """The press of the button; None where its value is none."""
    channel, _, of = press.value.partition("/")
    return RejectDecision(channel, of) if channel and of else None


COMMAND = Spec(
    Decide,
    workflow="decision",
    text=TEXT,
    parse=story.parsed(Decide),
    states=states,
    line=line,
    form=form,
    forms={FORM: story.parsed_form(Decide)},
    example="we fail over to Montréal",
)

REJECTION = Spec(
    RejectDecision,
    workflow="quiet",
    text={
        "en": Text((), "", "", done="It stands no more; the channel can see it."),
        "fr": Text((), "", "", done="Elle ne tient plus; le canal le voit."),
    },
    about=lambda command: command.channel,
    check=check,
    states=lambda command, _said: (FactKind.DECISION_REJECTED, {"of": command.of}),
    buttons={REJECT: rejected},
)
