"""`/incident close`: the channel is copied into a document, and archived some days later. It asks once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident.commands.line import Line, Link, Moment, Part
from incident.commands.refusal import Reason, Refuse
from incident.commands.spec import Arguments, Change, Press, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.incident import Incident
from incident.model.naming import digest

TEXT = {
    "en": Text(
        verbs=("close",),
        usage="",
        help="copies the channel into a document, and archives it some days later; asks first",
    ),
    "fr": Text(
        verbs=("fermer",),
        usage="",
        help="copie le canal dans un document, puis l’archive quelques jours plus tard; demande d’abord",
    ),
}

WORDS = {
    "en": {
        "label": "Close the incident",
        "closed": "{person} closed this incident.",
        "done": "The incident is closed.",
        "archived_at": "The channel will be archived {when}.",
        "archived_at_once": "The channel will be archived as soon as it is copied.",
        "copy": "What was said here is copied: {copy}.",
        "differs": "Slack counts another number of messages than were copied: "
        "compare its end with the channel before that is archived.",
        "copying": "What was said here is being copied into a document beside the report.",
        "copy_label": "copy of the channel",
        "reopen": "To go on, type /incident reopen; once the channel is archived, unarchive it: "
        "the incident is open again then.",
    },
    "fr": {
        "label": "Fermer l’incident",
        "closed": "{person} a fermé cet incident.",
        "done": "L’incident est fermé.",
        "archived_at": "Le canal sera archivé {when}.",
        "archived_at_once": "Le canal sera archivé dès qu’il sera copié.",
        "copy": "Ce qui s’est dit ici est copié : {copy}.",
        "differs": "Slack ne compte pas autant de messages que la copie : "
        "comparez-en la fin avec le canal avant qu’il soit archivé.",
        "copying": "Ce qui s’est dit ici est en cours de copie dans un document, à côté du rapport.",
        "copy_label": "copie du canal",
        "reopen": "Pour continuer, tapez /incident rouvrir; une fois le canal archivé, désarchivez-le : "
        "l’incident est alors rouvert.",
    },
}

CLOSE = "incident.close"
"""action_id of the button; its value is as `value_of` makes it."""


@dataclass(frozen=True, slots=True)
class AskToClose:
    """Ask whether the incident is to be closed."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close an incident.

    Attributes:
        closing: which of its closings this is, as `closing_of` has it: the same for every press.
        channel: of the incident: the question may have been asked elsewhere.
        days: until the channel is archived, as the question said.
    """

    closing: str
    channel: str
    days: int


def closing_of(incident: Incident) -> str:
    """The id of an incident's next closing: another one once it was closed or reopened."""
    last = incident.stamps.get("closed_at", "")
    return f"close-{digest(f'{incident.id} {last}')}"


def value_of(incident: Incident, days: int) -> str:
    """What the button of the question says."""
    return f"{closing_of(incident)} {incident.channel_id} {days}"


def archived_at(data: Mapping[str, Any]) -> datetime:
    """When the channel is to be archived, by the data of the fact."""
    return datetime.fromisoformat(data["archived_at"])


def check_question(command: AskToClose, said: Said) -> Refuse | None:  # noqa: ARG001
    """What is closed is not closed again."""
    return _refused(said.incident, Reason.CLOSED)


def check(command: Close, said: Said) -> Refuse | None:
    """A button whose incident was closed, or closed and reopened, since it was shown counts for nothing."""
    incident = said.incident
    is_old = incident is not None and command.closing != closing_of(incident)
    return _refused(incident, Reason.CLOSED) or (Refuse(Reason.QUESTION_OLD) if is_old else None)


def _refused(incident: Incident | None, reason: Reason) -> Refuse | None:
    if incident is None or incident.closed_at is None:
        return None
    return Refuse(Reason.ARCHIVED if incident.is_archived else reason)


def states(command: Close, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: when the channel is to be archived."""
    at = said.at + timedelta(days=command.days)
    return FactKind.CLOSED, {"archived_at": at.isoformat(), "days": command.days}


def line(change: Change[Close], locale: str) -> Line:
    """Who closed it, what becomes of the channel, where its copy is, how to go on."""
    words, incident = WORDS[locale], change.incident
    parts: dict[str, Part] = {"when": Moment(archived_at(change.data))}
    copied_at = incident.said_at("export_url") if incident.export_url else None
    if copied_at and copied_at >= change.at:
        parts["copy"] = Link(incident.export_url, words["copy_label"])
    more = [
        words["archived_at"] if change.command.days else words["archived_at_once"],
        words["copy"] if "copy" in parts else words["copying"],
        *([words["differs"]] if "copy" in parts and incident.export_differs else []),
        words["reopen"],
    ]
    return Line(words["closed"], parts, more=more)


def _pressed(press: Press) -> Close | None:
    closing, channel, days, *_ = (*press.value.split(" "), "", "", "")
    return Close(closing, channel, int(days)) if closing and channel and days.isdecimal() else None


def _asked(arguments: Arguments) -> AskToClose | None:
    """None where words follow: they may be meant for something else."""
    return None if arguments.text.strip() else AskToClose()


QUESTION = Spec(
    AskToClose,
    workflow="closing",
    text=TEXT,
    parse=_asked,
    check=check_question,
)
COMMAND = Spec(
    Close,
    workflow="close",
    about=lambda command: command.channel,
    run_id=lambda command: command.closing,
    check=check,
    states=states,
    line=line,
    thanks=lambda _data, locale: WORDS[locale]["done"],
    buttons={CLOSE: _pressed},
)
