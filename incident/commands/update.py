"""`/incident update {what is new}`: tells everybody in the incident, and says when the next one comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.line import Line, Moment, Part
from incident.commands.spec import Arguments, Change, Entry, Field, Form, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Cadence, Outcome, Status
from incident.model.slack_text import escape, one_line

TEXT = {
    "en": Text(
        verbs=("update",),
        usage="what is new",
        help="tells everybody what is new, and when the next update comes",
        line="*Update* from {person}",
        done="Your update is in the channel.",
        label="Update",
    ),
    "fr": Text(
        verbs=("maj",),
        usage="ce qu’il y a de nouveau",
        help="dit à tous ce qu’il y a de nouveau, et quand viendra la suite",
        line="*Mise à jour* de {person}",
        done="Votre mise à jour est dans le canal.",
        label="Mise à jour",
    ),
}

STATUSES = {
    "en": {
        Status.INVESTIGATING: "Investigating",
        Status.IDENTIFIED: "Identified",
        Status.MONITORING: "Monitoring",
        Status.RESOLVED: "Resolved",
    },
    "fr": {
        Status.INVESTIGATING: "En cours d’analyse",
        Status.IDENTIFIED: "Cause trouvée",
        Status.MONITORING: "Sous surveillance",
        Status.RESOLVED: "Résolu",
    },
}
"""What people call each status, by locale."""

ENDS = {
    "en": {
        Outcome.FALSE_ALARM: "Resolved (false alarm)",
        Outcome.EXERCISE: "Resolved (exercise)",
    },
    "fr": {
        Outcome.FALSE_ALARM: "Résolu (fausse alerte)",
        Outcome.EXERCISE: "Résolu (exercice)",
    },
}
"""What they call it instead of resolved where it was nothing, or practice; by locale."""

REOPENS = {"en": "This reopens the incident.", "fr": "L’incident est ainsi rouvert."}
"""What an update says besides that sets another status after the incident was resolved."""

NEXT = {
    "en": {"clock": "Next update by {next}.", "day": "Next update by {next}."},
    "fr": {"clock": "Prochaine mise à jour d’ici {next}.", "day": "Prochaine mise à jour d’ici le {next}."},
}

CADENCES = {
    "en": {
        Cadence.QUARTER: "in 15 minutes",
        Cadence.HALF: "in 30 minutes",
        Cadence.HOUR: "in 60 minutes",
        Cadence.TOMORROW: "tomorrow",
        Cadence.NONE: "none is promised",
    },
    "fr": {
        Cadence.QUARTER: "dans 15 minutes",
        Cadence.HALF: "dans 30 minutes",
        Cadence.HOUR: "dans 60 minutes",
        Cadence.TOMORROW: "demain",
        Cadence.NONE: "sans promesse",
    },
}
"""When the next update can be promised for, by locale."""

FORM = "update"
"""callback_id of the form; `WORDS`, `STATUS` and `PROMISE` are the ids of its inputs."""
WORDS = "words"
STATUS = "status"
PROMISE = "promise"

FORM_TEXT = {
    "en": {
        "title": "Post an update",
        "submit": "Post",
        "close": "Cancel",
        "words": "What is new?",
        "hint": "What you see, what you try, what you need.",
        "status": "Where does it stand?",
        "unchanged": "Blank: as it is",
        "promise": "When is the next update?",
        "usual": "Blank: as usual for the severity",
        "blank": "Please write what is new.",
    },
    "fr": {
        "title": "Mise à jour",
        "submit": "Publier",
        "close": "Annuler",
        "words": "Quoi de neuf?",
        "hint": "Ce que vous voyez, essayez, demandez.",
        "status": "Où en est-on?",
        "unchanged": "Vide : sans changement",
        "promise": "À quand la prochaine?",
        "usual": "Vide : selon la gravité",
        "blank": "Merci d’écrire ce qu’il y a de nouveau.",
    },
}


@dataclass(frozen=True, slots=True)
class PostUpdate:
    """Tell everybody in this incident what is new.

    Attributes:
        text: as Slack sent it.
        status: a `Status`; empty where it stays as it is.
        promise: a `Cadence`; empty for what is usual for the severity.
    """

    text: str
    status: str = ""
    promise: str = ""


def parse(arguments: Arguments) -> PostUpdate | None:
    """None where nothing follows the verb."""
    return PostUpdate(arguments.text) if arguments.text.strip() else None


def states(command: PostUpdate, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: what was said, where it stands now, and when the next update comes."""
    return FactKind.UPDATE_POSTED, data(command.text, command.status, command.promise, said)


def data(text: str, status: str, promise: str, said: Said) -> dict[str, Any]:
    """The data of the fact of an update, with the time that its line promises the next one for."""
    told = {"text": text, "promise": promise} | (status_data(status, said) if status else {})
    before = said.incident.status if said.incident else ""
    if promise == Cadence.NONE or (status or before) == Status.RESOLVED:
        return told
    return told | {"next": next_update(promise, said)}


def status_data(status: str, said: Said) -> dict[str, Any]:
    """The data of a fact that sets a status, and whether that reopens what was resolved before."""
    reopens = said.is_after_end and status != Status.RESOLVED
    return {"status": status} | ({"reopens": True} if reopens else {})


def next_update(promise: str, said: Said) -> str:
    """When the next update comes, ISO 8601; `promise` is a `Cadence`, empty for what is usual."""
    severity = said.incident.severity if said.incident else None
    return (said.at + Cadence.of(promise or Cadence.usual(severity))).isoformat()


def line(change: Change[PostUpdate], locale: str) -> Line:
    """The words, and when the next update comes."""
    return update_line(TEXT[locale].line, change, change.command.text, change.command.status, locale)


def update_line(text: str, change: Change[Any], words: str, status: str, locale: str) -> Line:
    """The line of an update.

    Args:
        text: the sentence above the words.
        change: the change that it is.
        words: what was said, as Slack sent it.
        status: where it stands since; empty where that did not change.
        locale: of the line.
    """
    more = []
    parts: dict[str, Part] = {}
    if status:
        labels = {str(known): label for known, label in STATUSES[locale].items()}
        parts["status"] = labels.get(status, status)
        text = f"{text} · {{status}}"
    if change.data.get("reopens"):
        more.append(REOPENS[locale])
    sentences, promised = promised_next(change, locale)
    return Line(text, parts | promised, quote=words, more=[*more, *sentences])


def promised_next(change: Change[Any], locale: str) -> tuple[list[str], dict[str, Part]]:
    """The sentence, if any, that says when the next update comes, with what it names."""
    promised = change.data.get("next")
    if not promised:
        return [], {}
    due = change.at.fromisoformat(promised)
    is_clock = (due - change.at).total_seconds() < _SAME_DAY_SECONDS
    return [NEXT[locale]["clock" if is_clock else "day"]], {"next": Moment(due, is_clock=is_clock)}


_SAME_DAY_SECONDS = 6 * 3600.0


def form(locale: str) -> Form:
    """What is new, where it stands, and when the next update comes."""
    text = FORM_TEXT[locale]
    statuses = [(str(one), label) for one, label in STATUSES[locale].items() if one is not Status.RESOLVED]
    promises = [(str(one), label) for one, label in CADENCES[locale].items()]
    fields = [
        Field(WORDS, text["words"], text["hint"], is_long=True),
        Field(STATUS, text["status"], text["unchanged"], statuses, is_optional=True, entry=Entry.CHOICE),
        Field(PROMISE, text["promise"], text["usual"], promises, is_optional=True, entry=Entry.CHOICE),
    ]
    return Form(FORM, text["title"], text["submit"], text["close"], fields, text["blank"])


def parse_form(values: Mapping[str, Any]) -> PostUpdate | None:
    """The update that a submitted form is; None where it is blank. Slack does not escape what forms hold."""
    words, status, promise = (values.get(name) for name in (WORDS, STATUS, PROMISE))
    if not isinstance(words, str) or not one_line(words):
        return None
    return PostUpdate(
        escape(words),
        status if isinstance(status, str) and status in set(Status) else "",
        promise if isinstance(promise, str) and promise in set(Cadence) else "",
    )


COMMAND = Spec(
    PostUpdate,
    workflow="update",
    text=TEXT,
    is_first=True,
    parse=parse,
    states=states,
    line=line,
    form=form,
    forms={FORM: parse_form},
    example="we are failing over",
)
