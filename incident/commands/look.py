"""Having a surface looked at although nothing is new: a person changed or removed it. No verb leads here."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Said, Spec

BRIEFING = "briefing"
"""The only such surface that stands in the incident's own channel."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Bring a surface right; `surface` is its name."""

    surface: str


def applies(command: LookAgain, said: Said) -> bool:
    """Not in a channel that is archived: nothing can be shown there any more."""
    return said.incident is not None and not (said.incident.is_archived and command.surface == BRIEFING)


COMMAND = Spec(LookAgain, workflow="look", applies=applies)
