"""Completing a form that was opened at once, with what only the store knows."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Scope, Spec


@dataclass(frozen=True, slots=True)
class CompleteForm:
    """Show in an open form what it is about.

    Attributes:
        command: the name of the command whose form it is.
        view: Slack's id of the open form.
        context: what it was opened with (`incident.model.interaction.form_context`).
        locale: which it was opened in; empty where that is not known.
    """

    command: str
    view: str
    context: str = ""
    locale: str = ""


COMMAND = Spec(CompleteForm, workflow="form", scope=Scope.ANYWHERE)
