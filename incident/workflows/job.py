"""What a step works on: a command, who gave it, and what to carry it out with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from incident.messages.words import Words
from incident.model.incident import Incident
from incident.model.interaction import Interaction
from incident.services.slack import MessageTag
from incident.surfaces.line import StaleLine
from incident.surfaces.services import CLOCK_SKEW_SECONDS, Services


@dataclass(frozen=True, slots=True)
class Job:
    """One run's work.

    Attributes:
        run_id: of the run that carries it out.
        command: as it was stored with the run.
        interaction: what the run came of: who, when and where.
        incident: the snapshot when this delivery began; None for a run that is about no incident. A step is
            given the newest that the run knows (`Attempt.incident`).
        services: what to carry it out with.
        stated: the `kind` and `data` of the fact that the run was begun with; empty where it states none, or
            does so later.
        surfaces: what is on record of the incident's surfaces; filled for the reflecting run alone.
        stale_lines: the lines that the reflecting run has to edit; empty for others.
        response_url: where the person typed or pressed; empty where there is no such place any more.
    """

    run_id: str
    command: Any
    interaction: Interaction
    incident: Incident | None
    services: Services
    stated: Mapping[str, Any] = field(default_factory=dict)
    surfaces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    stale_lines: Sequence[StaleLine] = ()
    response_url: str = ""

    @property
    def person(self) -> str:
        """Slack user id of the person who asked for it; empty where the bot did."""
        return self.interaction.user

    @property
    def say(self) -> Words:
        """The words for the person who asked for it."""
        return self.services.words_for(self.person)

    @property
    def is_replaceable(self) -> bool:
        """Whether an answer may stand in place of the message that was pressed: only they read that."""
        return self.interaction.payload.get("is_ephemeral") is True

    def about(self) -> Incident:
        """The incident, of a run that is about one."""
        if self.incident is None:
            raise AssertionError("this run is about an incident")
        return self.incident

    def tag(self, kind: str, key: str = "") -> MessageTag:
        """How a message of this run is known again."""
        return MessageTag(kind, self.incident.id if self.incident else "", key)

    def since(self) -> float:
        """No message of this run is older, in seconds since the epoch, by Slack's clock too."""
        at = self.interaction.received_at
        if self.command_is_the_bots() and self.incident:
            at = self.incident.declared_at
        return at.timestamp() - CLOCK_SKEW_SECONDS

    def command_is_the_bots(self) -> bool:
        """Whether no person asked for it."""
        return not self.interaction.user
