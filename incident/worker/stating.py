"""What a command states about an incident, and what speaks against it. Pure."""

from __future__ import annotations

from typing import Any

from incident.commands.declare import Declare
from incident.commands.refusal import Reason, Refuse
from incident.commands.registry import spec_of
from incident.commands.spec import Said, Scope
from incident.model.facts import Fact, declaration
from incident.model.interaction import Interaction
from incident.model.naming import incident_id


def is_about_one(command: Any) -> bool:
    """Whether a command is of no use without an incident."""
    return spec_of(command).scope is Scope.IN_INCIDENT


def refusal(command: Any, said: Said, team: str) -> Refuse | None:
    """What speaks against a command: it is of another workspace, or not for this person; None for nothing.

    Args:
        command: what was given.
        said: by whom and when, about which incident.
        team: Slack workspace id of the person; empty where Slack does not say.
    """
    incident, spec = said.incident, spec_of(command)
    if spec.states is not None and incident and incident.team and team not in {"", incident.team}:
        return Refuse(Reason.OTHER_WORKSPACE)
    refused: Refuse | None = spec.check(command, said) if spec.check else None
    return refused


def stated_by(
    command: Any, interaction: Interaction, said: Said, run_id: str
) -> tuple[str, tuple[Fact, ...]]:
    """The id of the incident that a command is about, and what it states about it.

    What names people states its fact once they are known (`incident.workflows.identify`).
    """
    if isinstance(command, Declare):
        day = interaction.received_at.astimezone(said.timezone).date()
        subject = incident_id(day, run_id)
        fact = declaration(
            run_id,
            subject,
            title=command.title,
            day=day.isoformat(),
            at=interaction.received_at,
            opener=interaction.user,
            team=interaction.team,
            severity=command.severity or None,
            source=command.source,
        )
        return subject, (fact,)
    spec, subject = spec_of(command), said.incident.id if said.incident else ""
    if spec.states is None or not subject or spec.names(command):
        return subject, ()
    kind, data = spec.states(command, said)
    return subject, (Fact(f"{run_id}.{kind}", kind, interaction.received_at, interaction.user, data),)
