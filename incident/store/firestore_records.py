"""What the documents of the Firestore store hold: their fields, and what is read of them. Makes no call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import quote, unquote

from google.cloud import firestore

from incident.engine.run import Claim, Progress, Run, RunState, StepRecord, StoredRun
from incident.engine.workflow import Result
from incident.model.incident import Incident
from incident.runtime import clock
from incident.store.contract import REFLECT, REFLECT_COMMAND, REFLECT_DUE_SECONDS, reflect_run
from incident.store.rules import ORPHANED_SECONDS, due_in, is_over, new_generation, state_now

KEPT = timedelta(days=90)
"""A run that is done is kept this long; Pub/Sub keeps and replays messages for at most 31 days."""

Fields = dict[str, Any]
"""What a write says, by field path."""

_RESERVED = re.compile(r"|\.|\.\.|__.*__")  # ids that Firestore refuses
_path = firestore.Client.field_path


@dataclass(frozen=True, slots=True)
class Version:
    """What a write by a run's holder builds on.

    Attributes:
        updated: when the run was last written, by this version's knowledge.
        lease: seconds for which each write holds the run anew.
        generation: the newest one that the run is known to be asked for.
        incident_updated: when the snapshot of `Run.incident` was written; None where there is none.
    """

    updated: datetime
    lease: float
    generation: int = 0
    incident_updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunDocument:
    """A run as Firestore has it; one that is asked for and was never claimed lacks most fields.

    Attributes:
        run_id: its id.
        fields: all that is stored.
        updated: when it was last written, for preconditions.
        read: the time of Firestore's clock at which all this was so.
    """

    run_id: str
    fields: Mapping[str, Any]
    updated: datetime
    read: datetime

    @classmethod
    def of(cls, run_id: str, found: Any) -> Self | None:
        """The run in a snapshot of its document; None if that does not exist."""
        return cls(run_id, found.to_dict(), found.update_time, found.read_time) if found.exists else None

    @property
    def subject(self) -> str:
        """The incident's id; empty for none."""
        return str(self.fields.get("subject", ""))

    @property
    def delivery(self) -> int:
        """How many times it was claimed."""
        return int(self.fields.get("delivery", 0))

    @property
    def generation(self) -> int:
        """How often it was asked for."""
        return int(self.fields.get("generation", 0))

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do for it."""
        return is_over(*self._states)

    @property
    def lease_left(self) -> float:
        """Seconds for which its worker holds it still, by Firestore's clock; not above zero: nobody does."""
        if self.fields.get("state") != RunState.RUNNING:
            return 0.0
        since = self.fields.get("leased", self.updated)
        return float(self.fields.get("lease", 0.0)) - seconds_between(since, self.read)

    @property
    def steps(self) -> dict[str, StepRecord]:
        """What is on record of its steps, by name."""
        return {name: self._step(stored) for name, stored in self.fields.get("steps", {}).items()}

    @property
    def _states(self) -> tuple[str, int, int]:
        state = str(self.fields.get("state", RunState.WAITING))
        return state, self.generation, int(self.fields.get("completed", 0))

    def _step(self, stored: Mapping[str, Any]) -> StepRecord:
        started = stored.get("started")
        age = seconds_between(started, self.read) if started else 0.0
        text = stored.get("result")
        return StepRecord(age, None if text is None else as_mapping(text), bool(stored.get("retried")))

    def taken_over(self, claim: Claim) -> tuple[Fields, Self]:
        """The write by which `claim` takes this run over, and the run as it is then."""
        planned = sorted(claim.plan.union(self.fields.get("plan", ())))
        changes: Fields = {**_held(claim), "delivery": self.delivery + 1, "plan": planned}
        update, after = dict(changes), {**self.fields, **changes}
        if self.generation > int(self.fields.get("begun", 0)):
            fresh = {"begun": self.generation, "waits": 0}
            update |= fresh
            after |= fresh
            after["steps"] = {name: dict(step) for name, step in self.fields.get("steps", {}).items()}
            dropped = new_generation(planned, self.steps)
            for name in dropped.steps:
                update[_path("steps", name)] = firestore.DELETE_FIELD
                del after["steps"][name]
            for name in dropped.results:
                update[_path("steps", name, "result")] = firestore.DELETE_FIELD
                del after["steps"][name]["result"]
        if self.delivery == 0:  # a store made it, for the first claim to begin
            update |= {_path("steps", name, "started"): firestore.SERVER_TIMESTAMP for name in claim.starts}
        return update, type(self)(self.run_id, after, self.updated, self.read)

    def claimed(self, incident: Incident | None, version: Version) -> Run:
        """The run as its claimant is told it. All that is on record at a first claim is that claim's own."""
        return Run(
            id=self.run_id,
            workflow=self.fields["workflow"],
            command=as_mapping(self.fields["command"]),
            origin=as_mapping(self.fields["origin"]),
            subject=self.subject,
            delivery=self.delivery,
            steps={} if self.delivery == 1 else self.steps,
            plan=frozenset(self.fields.get("plan", ())),
            waits=int(self.fields.get("waits", 0)),
            generation=int(self.fields.get("begun", 0)),
            incident=incident,
            version=version,
        )

    def stored(self) -> StoredRun:
        """The run as a reader is told it."""
        results = {name: step.result for name, step in self.steps.items() if step.result is not None}
        return StoredRun(
            id=self.run_id,
            workflow=self.fields["workflow"],
            command=as_mapping(self.fields["command"]),
            origin=as_mapping(self.fields["origin"]),
            subject=self.subject,
            state=state_now(*self._states),
            steps=results,
        )


def new_run(claim: Claim) -> Fields:
    """The document of a run that begins with this claim."""
    return {
        **_held(claim),
        "workflow": claim.workflow,
        "command": as_text(claim.command),
        "origin": as_text(claim.origin),
        "subject": claim.subject,
        "plan": sorted(claim.plan),
        "delivery": 1,
        "steps": {name: {"started": firestore.SERVER_TIMESTAMP} for name in claim.starts},
    }


def _held(claim: Claim) -> Fields:
    return {
        "state": RunState.RUNNING.value,
        "claimant": claim.claimant,
        "lease": claim.lease,
        "leased": firestore.SERVER_TIMESTAMP,
        "due": _in(claim.lease + ORPHANED_SECONDS),
    }


def progress_fields(run: Run, progress: Progress, version: Version, *, asks_itself: bool) -> Fields:
    """What `progress` writes to its run.

    Args:
        run: as it was claimed.
        progress: what to write.
        version: what the write builds on.
        asks_itself: whether the same write asks for this very run once more.
    """
    newest = version.generation + asks_itself
    due = due_in(progress, version.lease, is_asked_again=newest > run.generation)
    update: Fields = {
        "state": progress.state.value,
        "leased": firestore.SERVER_TIMESTAMP,
        "due": None if due is None else _in(due),
        "waits": run.waits + progress.is_put_off,
        "waits_for": progress.waits_for,
    }
    for name, result in progress.results.items():
        update[_path("steps", name, "result")] = as_text(result)
        update[_path("steps", name, "retried")] = name in progress.retried
    for name in set(progress.reverted) - set(progress.starts):
        update[_path("steps", name)] = firestore.DELETE_FIELD
    for name in progress.starts:
        update[_path("steps", name, "started")] = firestore.SERVER_TIMESTAMP
    if asks_itself:
        update["generation"] = firestore.Increment(1)
    if progress.state is RunState.DONE:
        update["completed"] = run.generation
        if run.id != reflect_run(run.subject):
            update["expires"] = clock.now() + KEPT
    return update


def asked_for(incident_id: str) -> Fields:
    """What is merged into an incident's reflecting run to ask for it once more, whether it exists or not.

    `Minimum` replaces what is no number; so one that was not due is due after this.
    https://cloud.google.com/firestore/docs/reference/rest/v1/Write#FieldTransform
    """
    return {
        "workflow": REFLECT,
        "command": as_text(REFLECT_COMMAND),
        "origin": as_text({}),
        "subject": incident_id,
        "generation": firestore.Increment(1),
        "due": firestore.Minimum(_in(REFLECT_DUE_SECONDS)),
    }


def document_id(name: str) -> str:
    """A document id for any `name` at all: a slash would make it a path to somewhere else."""
    quoted = quote(name, safe=":")
    return "%" + quoted if _RESERVED.fullmatch(quoted) else quoted


def name_of(document_id: str) -> str:
    """The inverse of `document_id`."""
    is_reserved = document_id.startswith("%") and _RESERVED.fullmatch(document_id[1:])
    return document_id[1:] if is_reserved else unquote(document_id)


def incident_update(incident: Incident) -> Fields:
    """The write that brings an incident's document to this snapshot, and leaves other fields as they are."""
    return {_path(name): value for name, value in incident.to_dict().items()}


def as_text(value: Mapping[str, Any]) -> str:
    """JSON: Firestore's own maps refuse some of it.

    Raises:
        ValueError, TypeError: it holds something that JSON does not know.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def as_mapping(text: str) -> Result:
    """The inverse of `as_text`."""
    value: dict[str, Any] = json.loads(text)
    return value


def seconds_between(since: datetime, until: datetime) -> float:
    """Never negative."""
    return max(0.0, (until - since).total_seconds())


def _in(seconds: float) -> float:
    """A due time: seconds since 1970. Firestore has no way to write its own time and some more."""
    return clock.now().timestamp() + seconds
