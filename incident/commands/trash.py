"""The report was put into Drive's trash: the channel is told how to bring it back. No verb leads here."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.line import Button, Line
from incident.commands.spec import Change, Spec

OPEN = "link.trashed"
"""action_id of the button that opens the report, which nothing is done with."""

TEXT = {
    "en": "The incident report is in Drive’s trash. What is noted here still goes into it.",
    "fr": "Le rapport d’incident est dans la corbeille de Drive. Ce qui est noté ici y entre toujours.",
}
RESTORE = {
    "en": "To bring it back, open it and choose to take it out of the trash.",
    "fr": "Pour le reprendre, ouvrez-le et choisissez de le sortir de la corbeille.",
}
LABEL = {"en": "Open the report", "fr": "Ouvrir le rapport"}


@dataclass(frozen=True, slots=True)
class TellTrashed:
    """Tell the channel that its report is in the trash; `document` is the id in Drive."""

    document: str


def line(change: Change[TellTrashed], locale: str) -> Line:
    """What happened, and how to bring it back."""
    button = Button(OPEN, LABEL[locale], change.id, url=change.incident.document_url)
    return Line(TEXT[locale], more=(RESTORE[locale],), buttons=(button,))


COMMAND = Spec(TellTrashed, workflow="notice", line=line)
