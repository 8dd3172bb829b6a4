"""What a person can say to the bot: text or interaction -> command. Pure.

In any ordinary channel every text declares an incident, also one that begins with a word that is a command
elsewhere. In an incident's own channel the commands of `KNOWN` are commands, and other text asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from incident.model.incident import Severity
from incident.model.interaction import Interaction, Kind
from incident.model.slack_text import one_line


@dataclass(frozen=True, slots=True)
class Declare:
    """Something is wrong: start an incident. `title` is what went wrong, on one line."""

    title: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class RecordUpdate:
    """Say something to everybody in this incident."""

    text: str


@dataclass(frozen=True, slots=True)
class AskWhatWasMeant:
    """Ask whether a text typed in an incident's channel is a new incident or an update of this one."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to that question: `question` is the id of the run that asked."""

    question: str
    declares: bool


@dataclass(frozen=True, slots=True)
class Retry:
    """Do again what could not be done: `run` is the id of the run that gave up."""

    run: str


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Say what can be typed."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Nothing was typed: ask in a form."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing to do: `reason` is for the log."""

    reason: str


Command = Declare | RecordUpdate | AskWhatWasMeant | Answer | Retry | ShowHelp | OpenForm | Ignore

FORM = "declare"
"""callback_id of the form; `TITLE` and `SEVERITY` are the ids of its inputs."""
TITLE = "title"
SEVERITY = "severity"

ANSWER_DECLARE = "question.declare"
ANSWER_UPDATE = "question.update"
RETRY = "run.retry"
LINK_PREFIX = "link."
"""action_ids of buttons that only open a page start with this: Slack reports them, nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Known:
    """A command that is typed as a word after `/incident`.

    Attributes:
        word: the word.
        usage: what follows the word, by locale; empty for nothing.
        help: what it does, in one line, by locale.
        build: makes the command of the rest of the text, or gives None where that is no use of it.
        anywhere: whether it is a command in every channel, not in an incident's own alone.
    """

    word: str
    usage: Mapping[str, str]
    help: Mapping[str, str]
    build: Callable[[str], Command | None]
    anywhere: bool = False


KNOWN = (
    Known(
        word="update",
        usage={"en": "what is new", "fr": "ce qu’il y a de nouveau"},
        help={
            "en": "tells everybody in this incident what is new",
            "fr": "dit à tout le monde dans cet incident ce qu’il y a de nouveau",
        },
        build=lambda rest: RecordUpdate(rest) if rest else None,
    ),
    Known(
        word="help",
        usage={"en": "", "fr": ""},
        help={"en": "shows this", "fr": "affiche ceci"},
        build=lambda rest: None if rest else ShowHelp(),
        anywhere=True,
    ),
)


def parse_text(text: str, *, in_incident: bool) -> Command:
    """What the text after `/incident` means.

    Args:
        text: as the person typed it.
        in_incident: whether it was typed in an incident's own channel.
    """
    text = text.strip()
    if not one_line(text):
        return OpenForm()
    word, *rest = text.split(maxsplit=1)
    for known in KNOWN:
        if known.word == word.lower() and (known.anywhere or in_incident):
            command = known.build("".join(rest))
            if command is not None:
                return command
    return AskWhatWasMeant(text) if in_incident else Declare(one_line(text))


def parse(interaction: Interaction, *, in_incident: bool) -> Command:
    """What an interaction means, whatever kind it is of. Unknown buttons, forms and events are ignored."""
    payload = interaction.payload
    match interaction.kind:
        case Kind.COMMAND:
            return parse_text(_text(payload, "text"), in_incident=in_incident)
        case Kind.BUTTON:
            return _parse_button(_text(payload, "action_id"), _text(payload, "value"))
        case Kind.FORM if payload.get("callback_id") == FORM:
            values = payload.get("values")
            return parse_form(values if isinstance(values, dict) else {})
    return Ignore(f"nothing is done yet with this {interaction.kind}")


def parse_form(values: Mapping[str, Any]) -> Command:
    """What a submitted form means; `OpenForm` where its title is blank."""
    title = one_line(_text(values, TITLE))
    severity = _text(values, SEVERITY)
    known = severity in set(Severity)
    return Declare(title, Severity(severity) if known else None) if title else OpenForm()


def _parse_button(action_id: str, value: str) -> Command:
    if action_id in {ANSWER_DECLARE, ANSWER_UPDATE} and value:
        return Answer(value, declares=action_id == ANSWER_DECLARE)
    if action_id == RETRY and value:
        return Retry(value)
    return Ignore("no such button")


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
