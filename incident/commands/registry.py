"""All commands, and how what a person did becomes one of them. Pure.

In any ordinary channel a text declares an incident, also one that begins with a word that is a command
elsewhere; a text that is nothing but such a word asks. In an incident's own channel the first word is a verb,
and other text asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from incident.commands import (
    action,
    adopt,
    archiving,
    card,
    channel_name,
    close,
    commander,
    communications,
    decision,
    declare,
    did,
    events,
    explain,
    findings,
    follow,
    form,
    handover,
    help,  # noqa: A004 - a command's name
    listing,
    look,
    mark,
    note,
    operations,
    page,
    progress,
    question,
    reflect,
    refusal,
    rename,
    reopen,
    resolve,
    retry,
    scribe,
    severity,
    trash,
    undo,
    update,
    vacancy,
)
from incident.commands.question import AskFor, AskWhatWasMeant, AskWhichIncident
from incident.commands.spec import Arguments, Chosen, Press, Scope, Shortcut, Spec, plain
from incident.model.interaction import Interaction, Kind
from incident.model.locale import LOCALES
from incident.model.slack_message import content_of
from incident.model.slack_text import as_typed, one_line, readable

COMMANDS: tuple[Spec[Any], ...] = (
    declare.COMMAND,
    operations.COMMAND,
    page.COMMAND,
    update.COMMAND,
    severity.COMMAND,
    note.COMMAND,
    resolve.COMMAND,
    commander.COMMAND,
    communications.COMMAND,
    scribe.COMMAND,
    progress.COMMAND,
    did.COMMAND,
    decision.COMMAND,
    action.COMMAND,
    reopen.COMMAND,
    close.QUESTION,
    card.COMMAND,
    undo.COMMAND,
    retry.COMMAND,
    rename.COMMAND,
    help.COMMAND,
    listing.COMMAND,
    # what nobody types
    handover.COMMAND,
    commander.ACCEPTANCE,
    page.ANSWER,
    decision.REJECTION,
    action.CHANGE,
    explain.COMMAND,
    close.COMMAND,
    archiving.ARCHIVED,
    archiving.UNARCHIVED,
    findings.COMMAND,
    follow.COMMAND,
    follow.UNFOLLOWING,
    mark.COMMAND,
    mark.UNMARKING,
    mark.EDIT,
    mark.DELETION,
    question.QUESTION,
    question.WHICH,
    question.MENU,
    question.ANSWER,
    question.INCIDENT,
    question.PERSON,
    form.COMMAND,
    refusal.COMMAND,
    vacancy.COMMAND,
    adopt.STATUS,
    adopt.SEVERITY,
    adopt.TITLE,
    adopt.EXPLANATION,
    look.COMMAND,
    channel_name.COMMAND,
    trash.COMMAND,
    reflect.COMMAND,
)

PRESSED_FIRST = (update.COMMAND, handover.COMMAND, page.COMMAND, severity.COMMAND, resolve.COMMAND)
"""What the briefing offers first while an incident lasts: each opens a form or a menu."""

LINK_PREFIX = "link."
"""action_ids of buttons that only open a page start with this: Slack reports them, nothing is to be done."""

MORE = "briefing.more"
"""action_id of a menu whose choices are the action_ids of buttons."""

ABOUT_PREFIX = "in:"
"""The value of a button that opens a form about an incident elsewhere: this, and that incident's channel."""

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
    return tuple(spec for spec in COMMANDS if any(text.verbs for text in spec.text.values()))


def shortcuts() -> tuple[Shortcut[Any], ...]:
    """The entries of messages' menus, and those of the workspace."""
    return tuple(shortcut for spec in COMMANDS for shortcut in spec.shortcuts)


def callback_in(shortcut: Shortcut[Any], locale: str) -> str:
    """The callback_id of a shortcut's entry in one language; they have to differ."""
    return shortcut.callback_id if locale == LOCALES[0] else f"{shortcut.callback_id}.{locale}"


_SHORTCUTS = {
    callback_in(shortcut, locale): (spec, shortcut)
    for spec in COMMANDS
    for shortcut in spec.shortcuts
    for locale in LOCALES
}


def begins_with_verb(text: str) -> bool:
    """Whether a text, as Slack sent it, may be a command of an incident's channel."""
    first = one_line(as_typed(text)).partition(" ")[0]
    return any(plain(first) in spec.verbs for spec in typed())


def parse_text(text: str, *, in_incident: bool, user: str = "") -> Any:
    """What the text after `/incident` means.

    Args:
        text: as Slack sent it.
        in_incident: whether it was typed in an incident's own channel.
        user: Slack user id of the person who typed.
    """
    text = text.strip()
    if not one_line(as_typed(text)):
        return OpenForm()
    first, *rest = text.split(maxsplit=1)
    word, following = plain(one_line(as_typed(first))), "".join(rest)
    following = following if one_line(as_typed(following)) else ""  # what nobody can see is nothing
    for spec in typed():
        if word not in spec.verbs:
            continue
        if in_incident or spec.scope is Scope.ANYWHERE:
            command = spec.parse(Arguments(word, following, user))
            if command is None and not following and in_incident and (spec.menu or spec.form):
                return AskFor(spec.name)
            if command is not None:
                return command
        elif not following:
            return AskWhichIncident(text)
    return AskWhatWasMeant(text) if in_incident else declare.parse(text)


def parse(interaction: Interaction, *, in_incident: bool) -> Any:
    """The command that an interaction means, whatever kind it is of.

    Raises:
        UnknownCommandError: for a button, form or shortcut that only a newer version can have made.
    """
    payload = interaction.payload
    match interaction.kind:
        case Kind.COMMAND:
            return parse_text(_text(payload, "text"), in_incident=in_incident, user=interaction.user)
        case Kind.BUTTON:
            return _pressed(action_of(payload), payload, interaction.user)
        case Kind.FORM:
            return parse_form(_text(payload, "callback_id"), payload.get("values"), payload.get("context"))
        case Kind.SHORTCUT:
            return _chosen(interaction, in_incident=in_incident)
        case Kind.EVENT:
            found = events.parse(payload.get("event"))
            return found or Ignore("nothing is done with this event")
    return Ignore(f"nothing is done with this {interaction.kind}")


def action_of(payload: Mapping[str, Any]) -> str:
    """The action_id of what was pressed; of a menu of buttons, that of the one which was chosen."""
    action_id = _text(payload, "action_id")
    return _text(payload, "value") if action_id == MORE else action_id


def _pressed(action_id: str, payload: Mapping[str, Any], user: str) -> Any:
    if opened := _OPENERS.get(action_id):
        return _opened(opened, payload)
    if action_id not in _BUTTONS:
        raise UnknownCommandError(f"button {action_id}")
    press = Press(_text(payload, "value"), user, _text(payload, "block_id"))
    return _BUTTONS[action_id](press) or Ignore("nothing was chosen")


def _chosen(interaction: Interaction, *, in_incident: bool) -> Any:
    """A shortcut was chosen. What needs an incident and is chosen outside one asks for it."""
    callback_id = _text(interaction.payload, "callback_id")
    if callback_id not in _SHORTCUTS:
        raise UnknownCommandError(f"shortcut {callback_id}")
    spec, shortcut = _SHORTCUTS[callback_id]
    if shortcut.parse is None:
        return OpenForm()
    command = shortcut.parse(_message(interaction))
    if command is None:
        return Ignore("the message says nothing")
    if spec.scope is Scope.IN_INCIDENT and not in_incident:
        return AskWhichIncident(command=to_dict(command))
    return command


def _message(interaction: Interaction) -> Chosen:
    message = interaction.payload.get("message")
    message = message if isinstance(message, dict) else {}
    content, text = content_of(message), _text(message, "text")
    return Chosen(
        channel=interaction.channel,
        ts=_text(message, "ts"),
        thread_ts=_text(message, "thread_ts"),
        user=_text(message, "user"),
        text=text if text.strip() else content.text,
        files=tuple(name for name, _ in content.files),
        permalink=_text(message, "permalink"),
        content=content,
    )


def parse_form(callback_id: str, values: object, context: object = None) -> Any:
    """The command that a submitted form means; `OpenForm` where it lacks what it needs.

    Args:
        callback_id: the form's.
        values: what was entered, by the id of each input.
        context: what the form was opened with: the value of the button, as `of`.

    Raises:
        UnknownCommandError: if this version has no such form.
    """
    if callback_id not in _FORMS:
        raise UnknownCommandError(f"form {callback_id}")
    parse_values = _FORMS[callback_id].forms[callback_id]
    entered = dict(values) if isinstance(values, dict) else {}
    of = context.get("of") if isinstance(context, dict) else None
    return parse_values(entered | ({"of": of} if isinstance(of, str) else {})) or OpenForm()


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
    return form.CompleteForm(spec.name, view, _text(payload, "context"), _text(payload, "locale"))


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
