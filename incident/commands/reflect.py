"""Bringing an incident's surfaces to its newest version. Nobody types it: the bot asks itself."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Spec


@dataclass(frozen=True, slots=True)
class Reflect:
    """Bring the incident's surfaces to its newest version."""


COMMAND = Spec(Reflect, workflow="reflect")
