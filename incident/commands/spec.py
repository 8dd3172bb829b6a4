"""What a command is: its verbs, grammar, words, fact and buttons, from which everything else derives.

Dispatch, help, hints, the app's manifest, the README's table and the scenarios of the faults suite read it.
Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, Generic, TypeVar

from incident.commands.line import Line
from incident.model.incident import Incident
from incident.model.slack_message import Content

C = TypeVar("C")


class Scope(StrEnum):
    """Where a verb is one: in every channel, alone; or as the first word in an incident's own channel."""

    ANYWHERE = "anywhere"
    IN_INCIDENT = "in_incident"


@dataclass(frozen=True, slots=True)
class Text:
    """A command in one language.

    Attributes:
        verbs: what is typed after `/incident`, in lower case; the first is the one that help shows. The verbs
            of every language are always understood, with or without their accents.
        usage: what follows the verb; empty for nothing.
        help: what the command does, in one line that goes on from the usage.
        line: what the channel reads when it is done, with `{person}` and the command's own names in braces.
        done: what the person reads who did it.
        label: on the button that opens its form; empty where it has none.
    """

    verbs: tuple[str, ...]
    usage: str
    help: str
    line: str = ""
    done: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was typed.

    Attributes:
        verb: the first word, as `plain` has it.
        text: what follows it, as Slack sent it.
        user: Slack user id of the person who typed.
    """

    verb: str
    text: str
    user: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed or chosen in a message.

    Attributes:
        value: of the button, or what was chosen.
        user: Slack user id of the person who did it.
        block: the block's id, where the message says more than a value can; such as what a picker is about.
    """

    value: str
    user: str
    block: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The message that a shortcut was chosen on.

    Attributes:
        channel: id of its channel.
        ts: its own.
        thread_ts: of the thread it is a reply in; empty for none.
        user: Slack user id of its author; empty where a bot has none.
        text: as Slack sent it; where a message has none, what it says otherwise, such as an alert.
        files: the names of its files.
        permalink: empty where Slack did not give it.
        content: all that it says, and who says it.
    """

    channel: str
    ts: str
    thread_ts: str = ""
    user: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    permalink: str = ""
    content: Content = field(default_factory=Content)


@dataclass(frozen=True, slots=True)
class Shortcut(Generic[C]):
    """An entry of a message's menu.

    Attributes:
        callback_id: what it comes back by.
        names: what it is called, by locale; at most 24 characters.
        description: what it does, by locale; at most 150 characters.
        parse: makes the command of the message it is chosen on; None where that is no use of it. None instead
            of a function: it is no message's, but the workspace's, and opens the command's form.

    https://docs.slack.dev/interactivity/implementing-shortcuts
    """

    callback_id: str
    names: Mapping[str, str]
    description: Mapping[str, str]
    parse: Callable[[Chosen], C | None] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The circumstances in which a command was given.

    Attributes:
        by: Slack user id of the person.
        at: when Slack received it.
        timezone: the organisation's, which times that people type are in.
        incident: as it was before; None for a command that is about none.
    """

    by: str
    at: datetime
    timezone: tzinfo
    incident: Incident | None = None

    @property
    def is_after_end(self) -> bool:
        """Whether the incident was over when this was said; what is said earlier may arrive after the end."""
        if self.incident is None or self.incident.is_open:
            return False
        ended_at = self.incident.said_at("status")
        return ended_at is None or ended_at <= self.at


@dataclass(frozen=True, slots=True)
class Change(Generic[C]):
    """A change of an incident, as the line in its channel shows it.

    Attributes:
        command: what was given.
        data: of the fact that it stated.
        fact: the fact's id.
        by: Slack user id of the person.
        at: when it was said.
        incident: as it is now.
    """

    command: C
    data: Mapping[str, Any]
    fact: str
    by: str
    at: datetime
    incident: Incident

    @property
    def id(self) -> str:
        """The id of the run that made it: of calls, actions and decisions, too."""
        return self.fact.partition(".")[0]


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


class Entry(StrEnum):
    """How a field of a form is filled in; a moment comes back in seconds since the epoch."""

    WORDS = "words"
    CHOICE = "choice"
    PERSON = "person"
    PEOPLE = "people"
    TICKS = "ticks"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form.

    Attributes:
        id: its block's; what was entered comes back by it.
        label: what is asked.
        hint: a line beneath; empty for none.
        options: value and label of what there is to choose from or to tick.
        is_optional: whether it may stay empty.
        is_long: whether there is room for several lines.
        entry: how it is filled in.
    """

    id: str
    label: str
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    is_optional: bool = False
    is_long: bool = False
    entry: Entry = Entry.WORDS


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


@dataclass(frozen=True, slots=True, eq=False, repr=False)  # one of a kind, and its start counts
class Spec(Generic[C]):
    """One command.

    Attributes:
        command: its dataclass, whose fields are plain JSON types: it is stored with its run.
        workflow: the name of the workflow that carries it out.
        text: by locale; empty for a command that nobody types.
        scope: where its verbs are understood, and so whether it is of any use without an incident.
        is_first: whether help shows it among the few that come first.
        parse: makes the command of what was typed; None where that is no use of it.
        names: the people and groups that a command names, as `incident.model.mentions` writes them; the fact
            is stated once it is known who they are.
        named: the command with those names replaced, each by an id.
        about: the channel of the incident that a command is about, where it was pressed elsewhere; empty
            where it is about that of the channel it was given in.
        run_id: the id of the run that carries it out, where that is the same whoever gives it how often;
            empty for one of its own.
        applies: whether there is any use of it, as things stand; what happens in Slack often has none.
        check: what speaks against it, as a command of `incident.commands.refusal`, or None; None instead of a
            function where nothing can.
        states: the kind and data of the fact that it states about the incident; None for none.
        line: what the channel reads of it, in a locale; None for nothing.
        thanks: what the person reads instead of their language's `done`, by the fact that was stated.
        menu: what a person is asked who typed the verb alone, in a locale; None where that is no use of it.
        form: what is opened for them instead, in a locale, by the button with the action_id `opener`.
        buttons: makes the command of what was pressed, by action_id.
        forms: makes the command of a form's values, by callback_id.
        mistakes: what is wrong with a form's values, by the id of the input, given when it was submitted and
            a locale; empty where nothing is. The form stays open, and says so. None: nothing can be.
        shortcuts: its entries in the menus of messages.
        example: what may follow the verb, for hints and for the scenarios of the faults suite.
    """

    command: type[C]
    workflow: str
    text: Mapping[str, Text] = field(default_factory=dict)
    scope: Scope = Scope.IN_INCIDENT
    is_first: bool = False
    parse: Callable[[Arguments], C | None] = lambda _arguments: None
    names: Callable[[C], Sequence[str]] = lambda _command: ()
    named: Callable[[C, Mapping[str, str]], C] = lambda command, _ids: command
    about: Callable[[C], str] = lambda _command: ""
    run_id: Callable[[C], str] = lambda _command: ""
    applies: Callable[[C, Said], bool] = lambda _command, _said: True
    check: Callable[[C, Said], Any] | None = None
    states: Callable[[C, Said], tuple[str, Mapping[str, Any]]] | None = None
    line: Callable[[Change[C], str], Line] | None = None
    thanks: Callable[[Mapping[str, Any], str], str] | None = None
    menu: Callable[[str], Menu] | None = None
    form: Callable[[str], Form] | None = None
    buttons: Mapping[str, Callable[[Press], Any]] = field(default_factory=dict)
    forms: Mapping[str, Callable[[Mapping[str, Any]], C | None]] = field(default_factory=dict)
    mistakes: Callable[[Mapping[str, Any], datetime, str], Mapping[str, str]] | None = None
    shortcuts: Sequence[Shortcut[C]] = ()
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
        """The verbs of all languages, as `plain` has them."""
        return frozenset(plain(verb) for text in self.text.values() for verb in text.verbs)


def plain(word: str) -> str:
    """A word in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
