"""Says in the audit log what the store has taken in of an incident, so that the log alone tells its state.

A line is written after the write that it tells of. A worker that is killed between the two has not answered,
so the message is delivered again; that delivery begins by stating all that the store has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incident.engine.run import Claim, Progress, Run, RunDoneError
from incident.engine.workflow import Result
from incident.runtime.audit import AuditLog, state
from incident.store.contract import IncidentStore


class AuditedRuns:
    """A `RunStore` for one delivery: a store's runs, and an audit line for every change of an incident."""

    def __init__(self, store: IncidentStore, audit: AuditLog) -> None:
        """Keeps runs in `store`; the lines say besides what `audit` is bound to."""
        self._store = store
        self._audit = audit

    def claim(self, claim: Claim) -> Run:
        """See `RunStore.claim`."""
        try:
            run = self._store.claim(claim)
        except RunDoneError:
            self._state_again(claim.run_id, claim.subject)
            raise
        if run.delivery > 1:
            self._state_again(run.id, run.subject)
        elif claim.creates is not None:
            self._tell("declared", "recorded", run.id, run.subject, claim.creates)
        return run

    def record(self, run: Run, progress: Progress) -> Run:
        """See `RunStore.record`."""
        recorded = self._store.record(run, progress)
        if progress.changes:
            steps = list(progress.results)
            self._tell("changed", "recorded", run.id, run.subject, progress.changes, steps=steps)
        return recorded

    def origin(self, run_id: str) -> Mapping[str, Any] | None:
        """See `RunStore.origin`."""
        return self._store.origin(run_id)

    def result(self, run_id: str, step: str) -> Result | None:
        """See `RunStore.result`."""
        return self._store.result(run_id, step)

    def _state_again(self, run_id: str, subject: str) -> None:
        incident = self._store.incident(subject) if subject else None
        if incident:
            self._tell("restated", "as an earlier delivery left it", run_id, subject, incident.to_dict())

    def _tell(
        self, verb: str, message: str, run_id: str, subject: str, fields: Mapping[str, Any], **more: Any
    ) -> None:
        self._audit.info(
            f"incident.{verb}",
            message,
            run=run_id,
            incident=subject,
            outcome="done",
            **more,
            **state(fields),
        )
