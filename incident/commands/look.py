"""Having a surface looked at although nothing is new: somebody changed or removed it. Nobody types it."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Spec


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Bring a surface right; `surface` is its name."""

    surface: str


COMMAND = Spec(LookAgain, workflow="look")
