"""The Retry button: carries on a run that a person had to help."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Spec

RETRY = "run.retry"
"""action_id of the button; its value is the id of the run that gave up."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Carry on `run`, the id of a run."""

    run: str


COMMAND = Spec(Retry, workflow="", buttons={RETRY: lambda value: Retry(value) if value else None})
