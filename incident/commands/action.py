"""`/incident action …`: what is to be done, now or as planned work, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands import story
from incident.commands.line import Button, Line, Part, People, Picker
from incident.commands.spec import Arguments, Change, Chosen, Form, Press, Said, Shortcut, Spec, Text
from incident.model.facts import FactKind
from incident.model.parts import Action, When
from incident.model.slack_text import first_line

FORM = "action"
"""callback_id of the form."""

NOW, PLANNED, OWNER = "action.now", "action.planned", "action.owner"
"""action_ids of what can be pressed in an action's message; the value, or the picker's block, names it."""
BLOCK_PREFIX = "action:"

TEXT = {
    "en": Text(
        verbs=("action",),
        usage="what is to be done",
        help="keeps it for the teams’ backlogs; Now and its owner are in its message",
        line="☐ {person}:",
        done="The action is recorded.",
        label="Action",
    ),
    "fr": Text(
        verbs=("tâche",),
        usage="ce qui reste à faire",
        help="la garde pour les équipes; Maintenant et son responsable sont dans son message",
        line="☐ {person} :",
        done="La tâche est consignée.",
        label="Tâche",
    ),
}
WORDS = {
    "en": {
        "state": "*{when}* · {owner}",
        "unowned": "*{when}* · nobody owns it yet",
        When.NOW: "Now",
        When.PLANNED: "Planned",
        "now_means": (
            "Now: it can be exploited from the internet, or people are harmed meanwhile. Easy or not."
        ),
        "planned_means": "Planned: it needs inside access, or wants a sustainable fix.",
        "now": "Now",
        "planned": "Planned",
        "owner": "Who owns it?",
    },
    "fr": {
        "state": "*{when}* · {owner}",
        "unowned": "*{when}* · personne ne s’en charge encore",
        When.NOW: "Maintenant",
        When.PLANNED: "Planifiée",
        "now_means": (
            "Maintenant : exploitable depuis Internet, ou des gens en souffrent entre-temps. Facile ou non."
        ),
        "planned_means": "Planifiée : il faut un accès interne, ou une solution durable.",
        "now": "Maintenant",
        "planned": "Planifiée",
        "owner": "Qui s’en charge?",
    },
}
FORM_TEXT = {
    "en": story.FormText(
        "Action",
        "What is to be done?",
        "Now or planned, and whose it is, can be said afterwards.",
        "Record",
        "Cancel",
        "Please write what is to be done.",
    ),
    "fr": story.FormText(
        "Tâche",
        "Que reste-t-il à faire?",
        "Quand, et qui s’en charge, se disent ensuite.",
        "Consigner",
        "Annuler",
        "Merci d’écrire ce qui reste à faire.",
    ),
}


@dataclass(frozen=True, slots=True)
class AddAction:
    """Record what is to be done.

    Attributes:
        text: as Slack sent it.
        link: to the message that it was made of; empty for none.
    """

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ChangeAction:
    """Say when an action is done, or who owns it.

    Attributes:
        of: the id of the run that added it.
        when: a `When`; empty where that stays.
        owner: Slack user id; empty where that stays.
    """

    of: str
    when: str = ""
    owner: str = ""


def parse(arguments: Arguments) -> AddAction | None:
    """None without words."""
    return AddAction(arguments.text.strip()) if arguments.text.strip() else None


def states(command: AddAction, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    """The fact: what, as planned work that nobody owns yet."""
    return FactKind.ACTION_ADDED, {
        "text": command.text,
        "when": When.PLANNED,
        "owner": "",
        "link": command.link,
    }


def line(change: Change[AddAction], locale: str) -> Line:
    """The words, when and by whom, the two definitions, and what can be chosen."""
    words, command = WORDS[locale], change.command
    stored = {"at": change.at.isoformat(), **change.incident.actions.get(change.id, {})}
    action = Action.of(change.id, stored)
    parts: dict[str, Part] = {"when": words.get(action.when, action.when)}
    if action.owner:
        parts["owner"] = People([action.owner])
    is_now = action.when == When.NOW
    button = Button(PLANNED if is_now else NOW, words["planned" if is_now else "now"], change.id)
    return Line(
        TEXT[locale].line,
        parts,
        quote=command.text,
        is_inline=True,
        more=(words["state" if action.owner else "unowned"], words["now_means"], words["planned_means"]),
        buttons=(button,),
        picker=Picker(OWNER, words["owner"], f"{BLOCK_PREFIX}{change.id}", action.owner),
    )


def form(locale: str) -> Form:
    """The words."""
    return story.form(FORM, FORM_TEXT[locale])


def of_message(chosen: Chosen) -> AddAction | None:
    """A message as an action; None where it has neither words nor files."""
    words = first_line(chosen.text) or ", ".join(chosen.files)
    return AddAction(words, chosen.permalink) if words else None


def owned(press: Press) -> ChangeAction | None:
    """Who was picked."""
    of = press.block.removeprefix(BLOCK_PREFIX)
    return ChangeAction(of, owner=press.value) if press.value and of != press.block else None


def _when(when: When) -> Any:
    return lambda press: ChangeAction(press.value, str(when)) if press.value else None


def change_states(command: ChangeAction, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    """The fact: what of it changes."""
    changed = {"when": command.when, "owner": command.owner}
    return FactKind.ACTION_CHANGED, {"of": command.of, **{k: v for k, v in changed.items() if v}}


COMMAND = Spec(
    AddAction,
    workflow="change",
    text=TEXT,
    parse=parse,
    states=states,
    line=line,
    form=form,
    forms={FORM: story.parsed_form(lambda words, clock: AddAction(f"{clock} {words}".strip()))},
    shortcuts=(
        Shortcut(
            "action.message",
            {"en": "Make it an action", "fr": "En faire une tâche"},
            {
                "en": "Keeps a message as something to be done.",
                "fr": "Garde un message comme tâche à faire.",
            },
            of_message,
        ),
    ),
    example="rotate the key",
)

CHANGE = Spec(
    ChangeAction,
    workflow="quiet",
    names=lambda command: [command.owner] if command.owner else [],
    states=change_states,
    buttons={NOW: _when(When.NOW), PLANNED: _when(When.PLANNED), OWNER: owned},
)
