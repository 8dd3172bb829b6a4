"""`/incident monitoring {what is new}`: where it stands, with or without an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.line import Line
from incident.commands.spec import Arguments, Change, Said, Spec, Text, plain
from incident.commands.update import STATUSES, data, status_data, update_line
from incident.model.facts import FactKind
from incident.model.incident import Status

VERBS = {
    "en": {
        Status.INVESTIGATING: "investigating",
        Status.IDENTIFIED: "identified",
        Status.MONITORING: "monitoring",
    },
    "fr": {
        Status.INVESTIGATING: "analyse",
        Status.IDENTIFIED: "trouvé",
        Status.MONITORING: "surveillance",
    },
}
"""The verb for each status, by locale."""

TEXT = {
    "en": Text(
        verbs=tuple(VERBS["en"].values()),
        usage="what is new, or nothing",
        help="says where it stands, with an update if you write one; also identified, monitoring",
        line="{person} set the status to *{status}*.",
        done="The status is set.",
    ),
    "fr": Text(
        verbs=tuple(VERBS["fr"].values()),
        usage="ce qu’il y a de nouveau, ou rien",
        help="dit où on en est, avec une mise à jour si vous en écrivez une; aussi trouvé, surveillance",
        line="{person} a fixé l’état à *{status}*.",
        done="L’état est fixé.",
    ),
}

REOPENED = {
    "en": "{person} reopened the incident: it is now *{status}*.",
    "fr": "{person} a rouvert l’incident : état *{status}*.",
}
"""The line where it was resolved before."""

UPDATE = {"en": "*Update* from {person}", "fr": "*Mise à jour* de {person}"}

_STATUSES = {plain(verb): status for verbs in VERBS.values() for status, verb in verbs.items()}


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Say where it stands.

    Attributes:
        status: a `Status`.
        text: what is new, as Slack sent it; empty for no update.
    """

    status: str
    text: str = ""


def parse(arguments: Arguments) -> SetStatus | None:
    """The verb is the status; what follows is an update."""
    status = _STATUSES.get(arguments.verb)
    return SetStatus(str(status), arguments.text.strip()) if status else None


def states(command: SetStatus, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The status; with words, an update that sets it."""
    if command.text:
        return FactKind.UPDATE_POSTED, data(command.text, command.status, "", said)
    return FactKind.STATUS_SET, status_data(command.status, said)


def line(change: Change[SetStatus], locale: str) -> Line:
    """Where it stands, and what is new."""
    command = change.command
    if command.text:
        return update_line(UPDATE[locale], change, command.text, command.status, locale)
    labels = {str(known): label for known, label in STATUSES[locale].items()}
    text = REOPENED[locale] if change.data.get("reopens") else TEXT[locale].line
    return Line(text, {"status": labels.get(command.status, command.status)})


COMMAND = Spec(
    SetStatus,
    workflow="update",
    text=TEXT,
    parse=parse,
    states=states,
    line=line,
    example="errors are falling",
)
