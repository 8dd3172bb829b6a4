"""What is known of an incident once it is over, asked for when it is resolved or at leisure afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from incident.commands.line import Moment
from incident.commands.spec import Entry, Field, Form, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Discovery, Finding, Incident, Outcome
from incident.model.slack_text import as_typed, escape, one_line

FORM = "findings"
"""callback_id of the form."""

FIX, IMPACT, BEGAN, NOTICED, LEARNT, OUTCOME = "fix", "impact", "began", "noticed", "learnt", "outcome"
"""The ids of the inputs."""

TEXT = {
    "en": Text(
        (),
        "",
        "",
        done="Thank you: it stands with the incident now, and the times follow.",
        label="Add what we know",
    ),
    "fr": Text(
        (),
        "",
        "",
        done="Merci : c’est consigné avec l’incident, et les durées suivent.",
        label="Ajouter ce qu’on sait",
    ),
}

FIELDS = {
    "en": {
        FIX: ("What fixed it?", "In a sentence."),
        IMPACT: ("What did people notice, and how many?", "In their words, if you can."),
        BEGAN: ("When did it begin?", "When harm began, in your own time; often earlier than we knew."),
        NOTICED: ("When did we notice?", ""),
        LEARNT: ("How did we learn of it?", ""),
        OUTCOME: ("Was it one of these?", "Both are good ends: no review."),
    },
    "fr": {
        FIX: ("Qu’est-ce qui l’a réglé?", "En une phrase."),
        IMPACT: ("Qu’ont remarqué les gens, et combien étaient-ils?", "Dans leurs mots, si possible."),
        BEGAN: (
            "Quand a-t-il commencé?",
            "Dès les premiers effets, à votre heure; souvent avant qu’on le sache.",
        ),
        NOTICED: ("Quand l’avons-nous remarqué?", ""),
        LEARNT: ("Comment l’avons-nous appris?", ""),
        OUTCOME: ("Était-ce l’un des deux?", "Dans les deux cas, tout est bien : aucun bilan."),
    },
}
"""What is asked, and a line beneath, by input and locale."""

DISCOVERIES = {
    "en": {
        Discovery.PERSON: "A person told us",
        Discovery.ALERT: "An alert told us",
        Discovery.LUCK: "By luck",
    },
    "fr": {
        Discovery.PERSON: "Une personne nous l’a dit",
        Discovery.ALERT: "Une alerte nous l’a dit",
        Discovery.LUCK: "Par chance",
    },
}
"""How we learnt of it, by locale."""

OUTCOMES = {
    "en": {
        Outcome.FALSE_ALARM: "False alarm: it was nothing",
        Outcome.EXERCISE: "Exercise: it was practice",
    },
    "fr": {
        Outcome.FALSE_ALARM: "Fausse alerte : ce n’était rien",
        Outcome.EXERCISE: "Exercice : c’était pour s’exercer",
    },
}

FORM_TEXT = {
    "en": {
        "title": "Add what we know",
        "submit": "Add",
        "close": "Cancel",
        "again": "In a sentence or two. It replaces what was written before.",
        "blank": "Please fill in at least one. What stays blank stays as it is.",
    },
    "fr": {
        "title": "Ajouter ce qu’on sait",
        "submit": "Ajouter",
        "close": "Annuler",
        "again": "En une phrase ou deux. Remplace ce qui était écrit.",
        "blank": "Merci d’en remplir au moins un. Ce qui reste vide ne change pas.",
    },
}

TO_COME = {
    "en": "This is still to come. Please choose a time that has passed, or leave it blank.",
    "fr": "Ce moment est encore à venir. Merci d’en choisir un qui est passé, ou de ne rien mettre.",
}

KNOWN = {
    "en": {
        Finding.FIX: "What fixed it: {fix}",
        Finding.IMPACT: "What people noticed: {impact}",
        Finding.BEGAN_AT: "It began {began_at}.",
        Finding.NOTICED_AT: "It was noticed {noticed_at}.",
        Finding.LEARNT: "How we learnt of it: {learnt}.",
    },
    "fr": {
        Finding.FIX: "Ce qui l’a réglé : {fix}",
        Finding.IMPACT: "Ce que les gens ont remarqué : {impact}",
        Finding.BEGAN_AT: "Début : {began_at}.",
        Finding.NOTICED_AT: "Remarqué : {noticed_at}.",
        Finding.LEARNT: "Comment nous l’avons appris : {learnt}.",
    },
}
"""What is said of each finding, by locale."""

_LATEST = 10**10
"""Seconds since the epoch have ten digits at most.

https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element
"""


@dataclass(frozen=True, slots=True)
class AddFindings:
    """Say what is known of an incident; what is empty stays as it is.

    Attributes:
        fix, impact: people's words, as Slack escapes them.
        began_at, noticed_at: ISO 8601.
        learnt: a `Discovery`.
        outcome: an `Outcome`.
    """

    fix: str = ""
    impact: str = ""
    began_at: str = ""
    noticed_at: str = ""
    learnt: str = ""
    outcome: str = ""


def fields(locale: str, *names: str, required: str = "") -> list[Field]:
    """The inputs of these names, in this order; all but `required` may stay empty."""
    made = []
    for name in names:
        label, hint = FIELDS[locale][name]
        entry, options = _ENTRIES.get(name, Entry.WORDS), _options(name, locale)
        is_long = entry is Entry.WORDS
        made.append(Field(name, label, hint, options, name != required, is_long, entry))
    return made


_ENTRIES = {
    BEGAN: Entry.MOMENT,
    NOTICED: Entry.MOMENT,
    LEARNT: Entry.CHOICE,
    OUTCOME: Entry.TICKS,
}


def _options(name: str, locale: str) -> list[tuple[str, str]]:
    named: Mapping[str, Mapping[Any, str]] = {LEARNT: DISCOVERIES[locale], OUTCOME: OUTCOMES[locale]}
    return [(str(value), label) for value, label in named.get(name, {}).items()]


def entered(values: Mapping[str, Any]) -> AddFindings:
    """What was entered in a form with these inputs. Slack does not escape what forms hold."""
    learnt, ticked = values.get(LEARNT), values.get(OUTCOME)
    ticks = set(ticked) if isinstance(ticked, list) else set()
    # whoever ticks both has practised
    outcome = next((one for one in (Outcome.EXERCISE, Outcome.FALSE_ALARM) if one in ticks), "")
    return AddFindings(
        fix=_words(values.get(FIX)),
        impact=_words(values.get(IMPACT)),
        began_at=_moment(values.get(BEGAN)),
        noticed_at=_moment(values.get(NOTICED)),
        learnt=learnt if isinstance(learnt, str) and learnt in set(Discovery) else "",
        outcome=str(outcome),
    )


def _words(value: object) -> str:
    return escape(value.strip()) if isinstance(value, str) and one_line(value) else ""


def _moment(value: object) -> str:
    is_one = type(value) is int and 0 < value < _LATEST
    return datetime.fromtimestamp(value, UTC).isoformat() if is_one else ""  # type: ignore[arg-type]


def parse_form(values: Mapping[str, Any]) -> AddFindings | None:
    """None where nothing was entered."""
    found = entered(values)
    return found if any(asdict(found).values()) else None


def mistakes(values: Mapping[str, Any], at: datetime, locale: str) -> Mapping[str, str]:
    """Times that are still to come."""
    found = {name: _moment(values.get(name)) for name in (BEGAN, NOTICED)}
    return {name: TO_COME[locale] for name, moment in found.items() if moment and _is_to_come(moment, at)}


def _is_to_come(moment: str, at: datetime) -> bool:
    return datetime.fromisoformat(moment) > at


def data(command: AddFindings, said: Said) -> dict[str, Any]:
    """The data of a fact: what is said; a time that was still to come is not known."""
    found = {name: value for name, value in asdict(command).items() if value}
    times = [name for name in (Finding.BEGAN_AT, Finding.NOTICED_AT) if name in found]
    for name in times:
        if _is_to_come(found[name], said.at):
            del found[name]
    return found


def form(locale: str) -> Form:
    """All of it, each as one likes."""
    text = FORM_TEXT[locale]
    asked = fields(locale, IMPACT, BEGAN, NOTICED, LEARNT, FIX, OUTCOME)
    asked = [replace(one, hint=text["again"]) if one.id in {IMPACT, FIX} else one for one in asked]
    return Form(FORM, text["title"], text["submit"], text["close"], asked, text["blank"])


def known(incident: Incident, locale: str) -> Iterator[tuple[str, dict[str, str | Moment]]]:
    """What is known of an incident: a sentence for each finding, with what it names."""
    for name, sentence in KNOWN[locale].items():
        part: str | Moment | None = None
        match name:
            case Finding.BEGAN_AT | Finding.NOTICED_AT:
                at = incident.found_at(name)
                part = Moment(at) if at else None
            case Finding.LEARNT:
                ways = {str(one): label for one, label in DISCOVERIES[locale].items()}
                part = ways.get(incident.found(name), incident.found(name))
            case _:
                part = one_line(as_typed(incident.found(name)))
        if part:
            yield sentence, {str(name): part}


COMMAND = Spec(
    AddFindings,
    workflow="quiet",
    text=TEXT,
    states=lambda command, said: (FactKind.FINDINGS_ADDED, data(command, said)),
    form=form,
    forms={FORM: parse_form},
    mistakes=mistakes,
)
