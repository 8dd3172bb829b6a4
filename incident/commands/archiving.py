"""A person archived an incident's channel, or brought it back, which only a person can.

https://docs.slack.dev/reference/events/channel_archive,
https://docs.slack.dev/reference/events/channel_unarchive,
https://docs.slack.dev/reference/events/group_archive
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.line import Line
from incident.commands.spec import Change, Said, Spec
from incident.model.facts import FactKind

NOBODY = {
    "en": {
        False: "The channel was unarchived.",
        True: "↩ The channel was unarchived: the incident is open again.",
    },
    "fr": {
        False: "Le canal a été désarchivé.",
        True: "↩ Le canal a été désarchivé : l’incident est rouvert.",
    },
}
"""Where Slack does not say who did it, as of private channels."""
BACK = {"en": "{person} unarchived the channel.", "fr": "{person} a désarchivé le canal."}
REOPENED = {
    "en": "↩ {person} unarchived the channel: the incident is open again.",
    "fr": "↩ {person} a désarchivé le canal : l’incident est rouvert.",
}
COULD_NOT_JOIN = {
    "en": "Thank you for unarchiving {channel}. I cannot come back into a private channel by myself: please "
    "let me in with /invite.",
    "fr": "Merci d’avoir désarchivé {channel}. Je ne peux pas revenir par moi-même dans un canal privé : "
    "faites-moi entrer avec /invite, s’il vous plaît.",
}


@dataclass(frozen=True, slots=True)
class NoteArchived:
    """State that a person archived the channel."""


@dataclass(frozen=True, slots=True)
class NoteUnarchived:
    """State that a person unarchived the channel; what was closed is reopened by that."""


def unarchived(command: NoteUnarchived, said: Said) -> tuple[str, Mapping[str, Any]]:  # noqa: ARG001
    """The fact, and whether it reopens the incident."""
    reopens = said.incident is not None and said.incident.closed_at is not None
    return FactKind.CHANNEL_UNARCHIVED, {"reopens": reopens}


def line(change: Change[NoteUnarchived], locale: str) -> Line:
    """Who did it, and what that means."""
    reopens = bool(change.data.get("reopens"))
    if not change.by:
        return Line(NOBODY[locale][reopens])
    return Line((REOPENED if reopens else BACK)[locale])


ARCHIVED = Spec(NoteArchived, workflow="stated", states=lambda _c, _said: (FactKind.CHANNEL_ARCHIVED, {}))
UNARCHIVED = Spec(NoteUnarchived, workflow="unarchived", states=unarchived, line=line)
