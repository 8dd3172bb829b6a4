"""Carries runs out: independent steps at the same time, every start and result on record.

`claim` takes a run, `carry_out` takes it as far as it goes in one delivery. What is late is tried again
within the delivery for some seconds; then the run says in the store when it is due, and the delivery ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from incident.engine.delivery import Delivery, Outcome, StepReport
from incident.engine.later import first_starts
from incident.engine.lease import LEASE_SECONDS, Lease
from incident.engine.run import Claim, Run, RunStore
from incident.engine.workflow import Work, Workflow
from incident.model.facts import Fact
from incident.runtime import clock
from incident.runtime.failures import TransientError

PATIENCE_SECONDS = 20.0
"""A delivery tries what is late again for this long. Not where the run was put off before: then the service
has been out of order for longer, and the tick, every minute, tries again."""

CLAIM_SECONDS = 8.0
"""A store that does not answer a claim is not asked again after this."""

_CLAIM_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that this worker holds.

    Attributes:
        run: as it was claimed.
        lease: how long it may be worked on.
        started: the steps whose start the claim has put on record.
    """

    run: Run
    lease: Lease
    started: frozenset[str]


class Engine:
    """Runs workflows against a store. One for each instance of a function; safe for threads."""

    def __init__(
        self,
        store: RunStore,
        pool: Executor,
        report: Callable[[StepReport], None],
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Keeps what it works with.

        Args:
            store: where runs are kept.
            pool: steps run in it.
            report: called, in the thread that called `carry_out`, for each try at a step.
            is_stopping: whether this instance is about to end, so that runs are to be given back.
        """
        self._store = store
        self._pool = pool
        self._report = report
        self._is_stopping = is_stopping

    def claim(self, claim: Claim) -> Claimed:
        """Begins a run, or takes it over. A store that does not answer is asked again for some seconds.

        Raises:
            RunLeasedError, RunDoneError, NoSuchRunError: see `RunStore.claim`.
            StepError: the store does not answer, or refuses.
        """
        gives_up_at = clock.monotonic() + CLAIM_SECONDS
        pauses = iter(_CLAIM_RETRY_SECONDS)
        while True:
            lease = Lease()
            try:
                run = self._store.claim(claim)
            except TransientError:
                pause = next(pauses, None)
                if pause is None or clock.monotonic() + pause > gives_up_at:
                    raise
                clock.sleep(pause)
            else:
                started = frozenset(claim.starts) if run.delivery == 1 else frozenset[str]()
                return Claimed(run, lease, started)

    def carry_out(self, claimed: Claimed, workflow: Workflow[Work], work: Work) -> Outcome:
        """Takes a claimed run as far as it goes in one delivery.

        Raises:
            LeaseLostError: another worker took it over in the middle.
            TransientError: the store did not answer for as long as the lease lasted.
        """
        delivery = Delivery(
            store=self._store,
            pool=self._pool,
            report=self._report,
            is_stopping=self._is_stopping,
            workflow=workflow.of(work),
            work=work,
            run=claimed.run,
            lease=claimed.lease,
            patience=0.0 if claimed.run.waits else PATIENCE_SECONDS,
            started=claimed.started,
        )
        return delivery.carry_out()


def claim_of(run_id: str) -> Claim:
    """The claim that carries on a run that there is."""
    return Claim(run_id, LEASE_SECONDS, secrets.token_hex(8))


def begin(
    workflow: Workflow[Work],
    run_id: str,
    *,
    command: Mapping[str, Any],
    origin: Mapping[str, Any],
    subject: str = "",
    facts: Sequence[Fact] = (),
) -> Claim:
    """The claim that begins a workflow or, where the run is there already, carries on what it was begun with.

    The arguments are the attributes of `Claim`.
    """
    return replace(
        claim_of(run_id),
        workflow=workflow.name,
        command=command,
        origin=origin,
        subject=subject,
        starts=first_starts(workflow.steps),
        plan=workflow.plan,
        facts=facts,
    )
