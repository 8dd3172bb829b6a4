"""What the tick does, every minute: sends what is due.

Most of what waits waits for the same service. While that is out of order a few runs find it out for all, so
that new incidents do not pay for old ones' waiting; the first that gets through has the others sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from incident.engine.run import DueRun
from incident.model.interaction import Interaction, resume
from incident.runtime import clock
from incident.store.contract import IncidentStore

CANARIES = 3
"""Of the runs that wait for the same services so many are tried each minute, those that waited longest."""

MOST_DUE = 500
"""Runs that are looked at in one tick; the rest is due in the next."""


class Upkeep:
    """Sends runs that are due, as messages on the bot's own topic."""

    def __init__(self, store: IncidentStore, publish: Callable[[Interaction], None]) -> None:
        """`publish` raises `PublishError`."""
        self._store = store
        self._publish = publish

    def tick(self) -> int:
        """Sends what is due, or finds out for it; how many runs are due.

        Raises:
            StepError: the store does not answer.
            PublishError: Pub/Sub does not.
        """
        groups: defaultdict[str, list[DueRun]] = defaultdict(list)
        for run in self._store.due(MOST_DUE):
            groups[run.waits_for].append(run)
        for waits_for, runs in groups.items():
            self._send(runs[:CANARIES] if waits_for else runs, wakes=waits_for)
        return sum(map(len, groups.values()))

    def wake(self, waits_for: str) -> int:
        """Sends every run that is due and waited for these services, which have answered; how many.

        Raises:
            StepError, PublishError: as above.
        """
        runs = [run for run in self._store.due(MOST_DUE) if run.waits_for == waits_for]
        self._send(runs, wakes="")
        return len(runs)

    def _send(self, runs: list[DueRun], wakes: str) -> None:
        for run in runs:
            self._publish(resume(run.id, clock.now(), wakes))
