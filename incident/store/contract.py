"""What the bot asks of a store, whichever it is. `tests/contract/test_store.py` holds both to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from incident.engine.run import RunStore
from incident.model.facts import Fact
from incident.model.incident import Incident

REFLECT = "reflect"
"""The workflow that brings an incident's surfaces to its newest version."""

REFLECT_COMMAND: Mapping[str, Any] = {"type": "Reflect"}
"""The command that a store begins a reflecting run with."""

REFLECT_DUE_SECONDS = 60.0
"""What no message asked to be reflected is reflected after this, by the tick."""


def reflect_run(incident_id: str) -> str:
    """The id of the one run of an incident that reflects it.

    The store creates it with the incident, and raises its `generation` in the same write whenever a fact is
    stated, or another run records a surface that shows an older `version` than the incident has by then: so
    nothing that is new can be forgotten, whatever becomes of messages.
    """
    return f"{REFLECT}-{incident_id}"


class IncidentStore(RunStore, Protocol):
    """Incidents, their facts, their runs and the names they hold.

    What a store cannot do for the moment (unreachable, overloaded, contended) raises `TransientError` with
    the service `store`; what it never will (no permission, no such database) `PermanentError`.
    """

    def incident(self, incident_id: str) -> Incident | None:
        """The incident's snapshot, or None."""

    def incident_in_channel(self, channel_id: str) -> Incident | None:
        """The incident whose own channel this is, or None. As fast with a hundred thousand as with ten."""

    def declared_since(self, opener: str, title: str, since: datetime) -> Incident | None:
        """The newest incident that this person declared in these very words after `since`, or None."""

    def open_incidents(self, limit: int) -> list[Incident]:
        """The incidents that are not resolved, newest declared first, at most `limit`.

        As fast with a hundred thousand that are resolved as with ten.
        """

    def failed_runs(self, incident_id: str) -> list[str]:
        """The ids of the incident's runs that wait for a person to change something, sorted."""

    def waited_for(self, incident_id: str) -> list[str]:
        """The services that the incident's runs wait for now, each once, sorted; see `Progress.waits_for`."""

    def facts(self, incident_id: str) -> list[Fact]:
        """All facts of an incident, sorted by when they were said."""

    def surfaces(self, incident_id: str) -> Mapping[str, Mapping[str, Any]]:
        """What each surface of the incident shows and where it is, by name; plain JSON types."""

    def reserve(self, holder: str, names: Iterable[str]) -> str:
        """Reserves the first of `names` that no other holder has, for good; a name it has already is its own.

        Args:
            holder: whose name it is to be: an incident for its channel, a run for what happens once.
            names: of channels as they are; those of another kind begin with it and a slash, which no channel
                has in its name, such as `note/{incident}/{role}/{user}`.

        Returns:
            The name.

        Raises:
            ValueError: if `names` ends before one is free.
        """
