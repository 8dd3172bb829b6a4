"""Says in the audit log what the store has taken in of an incident, so that the log alone tells its state.

A line is written for every fact, after the write that stated it. A worker that is killed between the two has
not answered, so the message is delivered again; that delivery begins by telling the facts that its run has
stated before. A fact that is told twice is one fact: it has an id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from incident.engine.run import Claim, DueRun, Progress, Run, RunDoneError, StoredRun
from incident.model.facts import Fact, FactKind
from incident.runtime.audit import AuditLog, state
from incident.store.contract import IncidentStore, reflect_run

_KNOWN_KINDS = frozenset(FactKind)


class AuditedRuns:
    """A `RunStore` for one delivery: a store's runs, and an audit line for every fact they state."""

    def __init__(
        self, store: IncidentStore, audit: AuditLog, stated: Callable[[Run], None] = lambda _run: None
    ) -> None:
        """Keeps runs in `store`; the lines say besides what `audit` is bound to.

        `stated` is called with a run once the store has a fact that one of its steps states.
        """
        self._store = store
        self._audit = audit
        self._stated = stated

    def claim(self, claim: Claim) -> Run:
        """See `RunStore.claim`."""
        try:
            run = self._store.claim(claim)
        except RunDoneError:
            self._tell_again(claim.run_id, claim.subject)
            raise
        if run.delivery == 1:
            self._tell("stated", run.id, run.subject, claim.facts)
        elif run.id != reflect_run(run.subject) or _was_interrupted(run):
            self._tell_again(run.id, run.subject)
        return run

    def record(self, run: Run, progress: Progress) -> Run:
        """See `RunStore.record`."""
        recorded = self._store.record(run, progress)
        if progress.facts:
            self._stated(run)
        self._tell("stated", run.id, run.subject, progress.facts, steps=list(progress.results))
        return recorded

    def due(self, limit: int) -> list[DueRun]:
        """See `RunStore.due`."""
        return self._store.due(limit)

    def run(self, run_id: str) -> StoredRun | None:
        """See `RunStore.run`."""
        return self._store.run(run_id)

    def _tell_again(self, run_id: str, incident_id: str) -> None:
        """Tells the facts that an earlier delivery of this run has stated: their ids begin with the run's."""
        facts = self._store.facts(incident_id) if incident_id else []
        own = [fact for fact in facts if fact.id.startswith(f"{run_id}.")]
        self._tell("restated", run_id, incident_id, own)

    def _tell(self, verb: str, run_id: str, incident_id: str, facts: Iterable[Fact], **more: Any) -> None:
        for fact in facts:
            self._audit.info(
                f"incident.fact.{verb}",
                f"{fact.kind}" if verb == "stated" else f"{fact.kind}, by an earlier delivery",
                run=run_id,
                incident=incident_id,
                outcome="done",
                fact=fact.id,
                kind=str(fact.kind),
                at=fact.at.isoformat(),
                by=fact.by,
                **more,
                **_told(fact),
            )


def _told(fact: Fact) -> Mapping[str, Any]:
    """The data of a fact as a line carries them. Those of a kind that is not known here may all be words."""
    return state(fact.data) if fact.kind in _KNOWN_KINDS else {"words": dict(fact.data)}


def _was_interrupted(run: Run) -> bool:
    """Whether an earlier delivery of a reflecting run, which is claimed time and again, was cut short."""
    return bool(run.waits) or any(step.result is None for step in run.steps.values())
