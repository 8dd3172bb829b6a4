"""Asking an incident's channel who has command, once, when its incident commander has left it."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.commander import TAKE, WORDS
from incident.commands.line import Button, Line, People
from incident.commands.spec import Change, Said, Spec

TEXT = {
    "en": "{left} has left the channel and still has command. Who has it now?",
    "fr": "{left} a quitté le canal et dirige toujours l’incident. Qui prend la suite?",
}
SETTLED = {
    "en": "{left} had left the channel; {holder} has command.",
    "fr": "{left} avait quitté le canal; {holder} dirige l’incident.",
}


@dataclass(frozen=True, slots=True)
class AskWhoLeads:
    """Ask who has command; `left` is the Slack user id of the incident commander who left the channel."""

    left: str


def line(change: Change[AskWhoLeads], locale: str) -> Line:
    """The question with its button, until somebody else has command."""
    left, commander = People([change.command.left]), change.incident.commander
    if commander and commander != change.command.left:
        return Line(SETTLED[locale], {"left": left, "holder": People([commander])})
    button = Button(TAKE, WORDS[locale]["accept"], change.id, is_primary=True)
    return Line(TEXT[locale], {"left": left}, buttons=(button,))


def applies(command: AskWhoLeads, said: Said) -> bool:
    """Only while the incident is open and the person who left has command."""
    return said.incident is not None and said.incident.is_open and said.incident.commander == command.left


COMMAND = Spec(AskWhoLeads, workflow="vacancy", applies=applies, line=line)
