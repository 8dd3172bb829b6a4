"""`/incident reopen {why}`: what was resolved is not over after all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.line import Line
from incident.commands.refusal import Reason, Refuse
from incident.commands.spec import Arguments, Change, Press, Said, Spec, Text
from incident.commands.update import next_update, promised_next
from incident.model.facts import FactKind

REOPEN = "incident.reopen"
"""action_id of the button."""

TEXT = {
    "en": Text(
        verbs=("reopen",),
        usage="why, or nothing",
        help="goes on with an incident that was resolved",
        line="↩ {person} reopened the incident:",
        done="The incident is open again.",
        label="Reopen",
    ),
    "fr": Text(
        verbs=("rouvrir",),
        usage="pourquoi, ou rien",
        help="reprend un incident qui était résolu",
        line="↩ {person} a rouvert l’incident :",
        done="L’incident est de nouveau ouvert.",
        label="Rouvrir",
    ),
}


@dataclass(frozen=True, slots=True)
class Reopen:
    """Go on with an incident that was resolved; `reason` is as Slack sent it, empty for none."""

    reason: str = ""


def parse(arguments: Arguments) -> Reopen:
    """What follows is why."""
    return Reopen(arguments.text.strip())


def check(command: Reopen, said: Said) -> Refuse | None:  # noqa: ARG001
    """Only what is over can be reopened; where the channel is archived, a person has to unarchive it."""
    incident = said.incident
    if incident is None or (incident.closed_at is None and incident.is_open):
        return Refuse(Reason.NOT_RESOLVED) if incident else None
    return Refuse(Reason.ARCHIVED) if incident.is_archived else None


def states(command: Reopen, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: why, and when the next update comes."""
    return FactKind.REOPENED, {"reason": command.reason, "next": next_update("", said)}


def line(change: Change[Reopen], locale: str) -> Line:
    """Who, why, and when the next update comes."""
    text, reason = TEXT[locale].line, change.command.reason
    if not reason:
        text = text.removesuffix(":").rstrip() + "."
    sentences, parts = promised_next(change, locale)
    return Line(text, parts, quote=reason, is_inline=True, more=sentences)


def _pressed(press: Press) -> Reopen:  # noqa: ARG001
    return Reopen()


COMMAND = Spec(
    Reopen,
    workflow="update",
    text=TEXT,
    parse=parse,
    check=check,
    states=states,
    line=line,
    buttons={REOPEN: _pressed},
    example="errors are back",
)
