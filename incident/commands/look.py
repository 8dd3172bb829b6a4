"""Having a surface looked at although nothing is new: somebody changed or removed it. Nobody types it."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Said, Spec


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Bring a surface right; `surface` is its name."""

    surface: str


def applies(command: LookAgain, said: Said) -> bool:  # noqa: ARG001
    """Not where nothing can be shown any more."""
    return said.incident is not None and not said.incident.is_archived


COMMAND = Spec(LookAgain, workflow="look", applies=applies)
