"""The channel was renamed by hand: its name is adopted. Slack tells of it; no verb leads here."""

from __future__ import annotations

from dataclasses import dataclass

from incident.commands.spec import Spec


@dataclass(frozen=True, slots=True)
class FollowName:
    """Adopt the name that the incident's channel has now."""


COMMAND = Spec(FollowName, workflow="channel_name")
