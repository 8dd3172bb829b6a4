"""`/incident retry` and the Retry button: carries on what a person had to help."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Spec, Text

TEXT = {
    "en": Text(verbs=("retry",), usage="", help="tries again what has failed for good"),
    "fr": Text(verbs=("réessayer",), usage="", help="réessaie ce qui a échoué pour de bon"),
}

RETRY = "run.retry"
"""action_id of the button; its value is the id of the run that gave up."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Carry on `run`, the id of a run; all that have failed in this incident where it is empty."""

    run: str = ""


COMMAND = Spec(
    Retry,
    workflow="",
    text=TEXT,
    parse=lambda arguments: None if arguments.text.strip() else Retry(),
    buttons={RETRY: lambda press: Retry(press.value) if press.value else None},
)
