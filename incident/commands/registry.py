"""All commands, and how what a person did becomes one of them. Pure.

In any ordinary channel every text declares an incident, also one that begins with a word that is a command
elsewhere. In an incident's own channel the first word is a verb, and other text asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from incident.commands import declare, form, help, question, reflect, retry, severity, update  # noqa: A004 - a command's name
from incident.commands.question import AskFor, AskWhatWasMeant
from incident.commands.spec import Scope, Spec
from incident.model.interaction import Interaction, Kind
from incident.model.slack_text import as_typed, one_line, readable

COMMANDS: tuple[Spec[Any], ...] = (
    declare.COMMAND,
    update.COMMAND,
    severity.COMMAND,
    help.COMMAND,
    question.QUESTION,
    question.MENU,
    question.ANSWER,
    form.COMMAND,
    retry.COMMAND,
    reflect.COMMAND,
)

LINK_PREFIX = "link."
"""action_ids of buttons that only open a page start with this: Slack reports them, nothing is to be done."""

_BY_NAME = {spec.name: spec for spec in COMMANDS}
_BUTTONS = {action: parse for spec in COMMANDS for action, parse in spec.buttons.items()}
_OPENERS = {spec.opener: spec for spec in COMMANDS if spec.form}
_FORMS = {callback_id: spec for spec in COMMANDS for callback_id in spec.forms}


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Nothing was typed: ask in a form."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing to do: `reason` is for the log."""

    reason: str


class UnknownCommandError(ValueError):
    """A command, button or form of a newer version of the bot: one that knows it has to carry it out."""


def spec_of(command: object) -> Spec[Any]:
    """The specification of a command."""
    return _BY_NAME[type(command).__name__]


def spec_named(name: str) -> Spec[Any]:
    """The specification of the command that is stored under this name.

    Raises:
        UnknownCommandError: if this version knows none.
    """
    if name not in _BY_NAME:
        raise UnknownCommandError(name)
    return _BY_NAME[name]


def typed() -> tuple[Spec[Any], ...]:
    """The commands that have verbs."""
    return tuple(spec for spec in COMMANDS if spec.text)


def parse_text(text: str, *, in_incident: bool) -> Any:
    """What the text after `/incident` means.

    Args:
        text: as Slack sent it.
        in_incident: whether it was typed in an incident's own channel.
    """
    text = text.strip()
    if not one_line(as_typed(text)):
        return OpenForm()
    first, *rest = text.split(maxsplit=1)
    word = one_line(as_typed(first)).lower()
    for spec in typed():
        if word in spec.verbs and (in_incident or spec.scope is Scope.ANYWHERE):
            command = spec.parse("".join(rest))
            if command is None and not rest and in_incident and (spec.menu or spec.form):
                return AskFor(spec.name)
            if command is not None:
                return command
    return AskWhatWasMeant(text) if in_incident else declare.parse(text)


def parse(interaction: Interaction, *, in_incident: bool) -> Any:
    """The command that an interaction means, whatever kind it is of.

    Raises:
        UnknownCommandError: for a button or form that only a newer version can have made.
    """
    payload = interaction.payload
    match interaction.kind:
        case Kind.COMMAND:
            return parse_text(_text(payload, "text"), in_incident=in_incident)
        case Kind.BUTTON:
            action_id = _text(payload, "action_id")
            if opened := _OPENERS.get(action_id):
                return _opened(opened, payload)
            if action_id not in _BUTTONS:
                raise UnknownCommandError(f"button {action_id}")
            return _BUTTONS[action_id](_text(payload, "value")) or Ignore("nothing was chosen")
        case Kind.FORM:
            return parse_form(_text(payload, "callback_id"), payload.get("values"))
    return Ignore(f"nothing is done yet with this {interaction.kind}")


def parse_form(callback_id: str, values: object) -> Any:
    """The command that a submitted form means; `OpenForm` where it lacks what it needs.

    Raises:
        UnknownCommandError: if this version has no such form.
    """
    if callback_id not in _FORMS:
        raise UnknownCommandError(f"form {callback_id}")
    parse_values = _FORMS[callback_id].forms[callback_id]
    return parse_values(values if isinstance(values, dict) else {}) or OpenForm()


def opened_by(action_id: str) -> Spec[Any] | None:
    """The command whose form a button opens; None where it opens none."""
    return _OPENERS.get(action_id)


def form_called(callback_id: str) -> Spec[Any] | None:
    """The command whose form comes back under this id; None where this version has no such form."""
    return _FORMS.get(callback_id)


def _opened(spec: Spec[Any], payload: Mapping[str, Any]) -> Any:
    """A form was opened: what it is about can be shown in it, where it is known which form that is."""
    view = _text(payload, "view")
    if not view:
        return Ignore("the form did not open")
    return form.CompleteForm(spec.name, view)


def typed_text(interaction: Interaction) -> str:
    """What the person typed after `/incident`, from the text as Slack sent it."""
    return readable(as_typed(_text(interaction.payload, "text")))


def to_dict(command: Any) -> dict[str, Any]:
    """A command as it is stored with its run; plain JSON types."""
    return {"type": type(command).__name__, **asdict(command)}


def from_dict(stored: Mapping[str, Any]) -> Any:
    """The inverse of `to_dict`; fields of a newer version are passed over.

    Raises:
        UnknownCommandError: if this version has no such command.
    """
    command = spec_named(str(stored.get("type"))).command
    known = {f.name for f in fields(command)}
    return command(**{name: value for name, value in stored.items() if name in known})


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
