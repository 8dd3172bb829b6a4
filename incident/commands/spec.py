"""What a command is: its verbs, grammar, words, fact and buttons, from which everything else derives.

Dispatch, help, hints, the README's table and the scenarios of the faults suite read it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

C = TypeVar("C")

LOCALES = ("en", "fr")


class Scope(StrEnum):
    """Where a verb is one: in every channel, alone; or as the first word in an incident's own channel."""

    ANYWHERE = "anywhere"
    IN_INCIDENT = "in_incident"


@dataclass(frozen=True, slots=True)
class Text:
    """A command in one language.

    Attributes:
        verbs: what is typed after `/incident`, in lower case; the first is the one that help shows. The verbs
            of every language are always understood.
        usage: what follows the verb; empty for nothing.
        help: what the command does, in one line that goes on from the usage.
        line: what the channel reads when it is done, with `{person}` and the command's own names in braces.
        done: what the person reads who did it.
    """

    verbs: tuple[str, ...]
    usage: str
    help: str
    line: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The one line that a change leaves in the channel.

    Attributes:
        text: a sentence with `{person}` for a mention of who did it.
        quote: words of that person to be set off beneath, as Slack sent them; empty for none.
    """

    text: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A question with a few answers to pick from.

    Attributes:
        question: the sentence above the menu.
        placeholder: what stands in it before a choice, at most 150 characters.
        action_id: of the choice; its value is the chosen one.
        options: value and label, at most 75 characters each.
    """

    question: str
    placeholder: str
    action_id: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form.

    Attributes:
        id: its block's; what was entered comes back by it.
        label: what is asked.
        hint: a line beneath; empty for none.
        options: value and label of what there is to choose from; empty where words are typed.
        is_optional: whether it may stay empty.
        is_long: whether there is room for several lines.
    """

    id: str
    label: str
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    is_optional: bool = False
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form that opens at once, without the store: blank means unchanged.

    Attributes:
        callback_id: what a submission comes back by.
        title: at most 24 characters, as are the two buttons.
        submit, close: the buttons.
        fields: the inputs.
        blank: what a person reads who left out what is needed.
    """

    callback_id: str
    title: str
    submit: str
    close: str
    fields: Sequence[Field]
    blank: str


@dataclass(frozen=True, slots=True)
class Spec(Generic[C]):
    """One command.

    Attributes:
        command: its dataclass, whose fields are plain JSON types: it is stored with its run.
        workflow: the name of the workflow that carries it out.
        text: by locale; empty for a command that nobody types.
        scope: where its verbs are understood.
        parse: makes the command of what follows the verb, as Slack sent it; None where that is no use of it.
        states: the kind and data of the fact that it states about the incident; None for none.
        line: what the channel reads of it, in a locale; None for nothing.
        menu: what a person is asked who typed the verb alone, in a locale; None where that is no use of it.
        form: what is opened for them instead, in a locale, by the button with the action_id `opener`.
        buttons: makes the command of the value of a button or menu, by action_id.
        forms: makes the command of a form's values, by callback_id.
        example: what may follow the verb, for hints and for the scenarios of the faults suite.
    """

    command: type[C]
    workflow: str
    text: Mapping[str, Text] = field(default_factory=dict)
    scope: Scope = Scope.IN_INCIDENT
    parse: Callable[[str], C | None] = lambda _rest: None
    states: Callable[[C], tuple[str, Mapping[str, Any]]] | None = None
    line: Callable[[C, str], Line] | None = None
    menu: Callable[[str], Menu] | None = None
    form: Callable[[str], Form] | None = None
    buttons: Mapping[str, Callable[[str], C | None]] = field(default_factory=dict)
    forms: Mapping[str, Callable[[Mapping[str, Any]], C | None]] = field(default_factory=dict)
    example: str = ""

    @property
    def name(self) -> str:
        """What the command is stored as."""
        return self.command.__name__

    @property
    def opener(self) -> str:
        """The action_id of the button that opens the form."""
        return f"form.{self.name}"

    @property
    def verbs(self) -> frozenset[str]:
        """The verbs of all languages."""
        return frozenset(verb for text in self.text.values() for verb in text.verbs)
