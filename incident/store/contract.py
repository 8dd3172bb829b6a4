"""What the bot asks of a store, whichever it is. `tests/contract/test_store.py` holds both to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from incident.engine.run import RunStore
from incident.model.incident import Incident


class IncidentStore(RunStore, Protocol):
    """Incidents, their runs and the names they hold.

    What a store cannot do for the moment (unreachable, overloaded, contended) raises `TransientError` with
    the service `store`; what it never will (no permission, no such database) `PermanentError`.
    """

    def incident(self, incident_id: str) -> Incident | None:
        """The incident, or None."""

    def incident_in_channel(self, channel_id: str) -> Incident | None:
        """The incident whose own channel this is, or None. As fast with a hundred thousand as with ten."""

    def reserve_channel_name(self, incident_id: str, names: Iterable[str]) -> str:
        """Reserves the first of `names` that no other incident holds; a name it holds already is its own.

        Raises:
            ValueError: if `names` ends before one is free.
        """
