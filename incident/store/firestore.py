"""The incident store in Firestore: what production uses.

    runs/{run id}             workflow, subject, state, delivery, lease, write, origin, steps, expires
    incidents/{incident id}   the fields of `Incident`, by name
    channel_names/{name}      incident: the id of the one that holds the name

- A run is one document, its steps a map in it: `steps.{step}.started`, a time, and `steps.{step}.result`,
  JSON as text, because Firestore's own maps refuse some JSON (an array in an array, integers over 64 bits).
  So a claim is one commit, or, of a run that is there already, a refused one, a read and another; a write is
  one commit; and nothing is left behind when the time-to-live policy deletes the run.
- All times are Firestore's: a lease began when the document was last written (`update_time`) and is judged
  at the moment of the read (`read_time`).
- Every write to a run carries the `update_time` that it was based on as a precondition. `delivery` tells who
  holds the run: each claim counts it up, and only the one that made it so writes after it.
- A commit whose answer is lost is made again, and is then refused because of itself. `write` tells: it is new
  with every write, so whoever finds their own in the document has written it.
- A run is deleted by a time-to-live policy on `expires`, which only a run that is done has.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.api_core.timeout import ConstantTimeout
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter

from incident.engine.run import (
    Claim,
    LeaseLostError,
    OtherWorkflowError,
    Progress,
    Run,
    RunDoneError,
    RunLeasedError,
    RunState,
    StepRecord,
)
from incident.engine.workflow import Result
from incident.model.incident import Incident
from incident.runtime import deadline
from incident.runtime.failures import PermanentError, TransientError

CALL_SECONDS = 6.0
"""The most that one call takes, repetitions included."""

ATTEMPT_SECONDS = 2.5
"""The most that one try at a call takes; a connection that has gone silent leaves time for another."""

KEPT = timedelta(days=90)
"""A run that is done is kept this long; Pub/Sub keeps and replays messages for at most 31 days."""

T = TypeVar("T")

_PASSING = (
    exceptions.Aborted,
    exceptions.Cancelled,
    exceptions.DeadlineExceeded,
    exceptions.InternalServerError,
    exceptions.ResourceExhausted,
    exceptions.ServiceUnavailable,
    exceptions.Unknown,
)
_REFUSALS = (exceptions.AlreadyExists, exceptions.FailedPrecondition, exceptions.NotFound)
_RESERVED = re.compile(r"|\.|\.\.|__.*__")  # ids that Firestore refuses
_RETRY = Retry(if_exception_type(*_PASSING), initial=0.1, maximum=1.0, multiplier=2.0, timeout=CALL_SECONDS)


def connect(project: str, database: str | None = None, emulator_host: str = "") -> firestore.Client:
    """A client; it opens its connection with the first call.

    Args:
        project: Google Cloud project id.
        database: None for the default one.
        emulator_host: `host:port` of an emulator, for which no credentials are looked for; or empty.

    Raises:
        google.auth.exceptions.DefaultCredentialsError: if there are none.
    """
    if emulator_host:
        return _EmulatorClient(project, database, emulator_host)
    return firestore.Client(project=project, database=database)


class _EmulatorClient(firestore.Client):
    """Google's client takes an emulator's host from the environment alone, and that `settings` reads."""

    def __init__(self, project: str, database: str | None, host: str) -> None:
        credentials = AnonymousCredentials()
        super().__init__(project=project, credentials=credentials, database=database)
        self._emulator_host = host


@dataclass(frozen=True, slots=True)
class _Version:
    """What a write to a run needs to know of the last one: when it was, and the lease that it renews."""

    updated: datetime
    lease: float


class _RefusedError(Exception):
    """A commit was refused, and not because of itself; `run` is as it is now."""

    def __init__(self, run: Any) -> None:
        super().__init__("refused")
        self.run = run


class FirestoreStore:
    """An `IncidentStore` in Firestore. Safe for threads."""

    def __init__(self, client: firestore.Client) -> None:
        """Keeps the client."""
        self._client = client

    def claim(self, claim: Claim) -> Run:
        """See `RunStore.claim`.

        An incident that is there already although its run is not: the run was done and has expired since
        (both are created at once, and only runs that are done expire), so `RunDoneError`.
        """
        write = _nonce()
        document = self._document("runs", claim.run_id)
        batch = self._client.batch()
        batch.create(
            document,
            {
                "workflow": claim.workflow,
                "subject": claim.subject,
                "state": RunState.RUNNING.value,
                "delivery": 1,
                "lease": claim.lease,
                "write": write,
                "origin": _json(claim.origin),
                "steps": {name: {"started": firestore.SERVER_TIMESTAMP} for name in claim.starts},
            },
        )
        if claim.creates is not None:
            batch.create(self._document("incidents", claim.subject), dict(claim.creates))
        try:
            updated = self._commit(batch, document, write)
        except _RefusedError as refused:
            return self._take_over(claim, refused.run)
        version = _Version(updated, claim.lease)
        return Run(claim.run_id, claim.workflow, claim.subject, delivery=1, steps={}, version=version)

    def _take_over(self, claim: Claim, found: Any) -> Run:
        if not found.exists:
            raise RunDoneError(1)
        if found.get("state") == RunState.DONE:
            raise RunDoneError(found.get("delivery"))
        if found.get("workflow") != claim.workflow:
            raise OtherWorkflowError(found.get("delivery"))
        stored = found.to_dict()
        left = stored["lease"] - _seconds(found.update_time, found.read_time)
        if left > 0:
            raise RunLeasedError(left)
        write = _nonce()
        delivery = stored["delivery"] + 1
        batch = self._client.batch()
        batch.update(
            found.reference,
            {"state": RunState.RUNNING.value, "delivery": delivery, "lease": claim.lease, "write": write},
            option=self._client.write_option(last_update_time=found.update_time),
        )
        try:
            updated = self._commit(batch, found.reference, write)
        except _RefusedError:
            raise RunLeasedError(claim.lease) from None
        steps = {name: _step(step, found.read_time) for name, step in stored["steps"].items()}
        version = _Version(updated, claim.lease)
        return Run(claim.run_id, stored["workflow"], stored["subject"], delivery, steps, version)

    def record(self, run: Run, progress: Progress) -> Run:
        """See `RunStore.record`."""
        write = _nonce()
        document = self._document("runs", run.id)
        version: _Version = run.version
        while True:
            batch = self._client.batch()
            batch.update(
                document,
                self._update(progress, version.lease, write),
                option=self._client.write_option(last_update_time=version.updated),
            )
            if progress.changes:
                changes = {self._client.field_path(name): value for name, value in progress.changes.items()}
                batch.update(self._document("incidents", run.subject), changes)
            try:
                updated = self._commit(batch, document, write)
            except _RefusedError as refused:
                now = refused.run
                if not now.exists or now.get("delivery") != run.delivery:
                    raise LeaseLostError from None
                if now.update_time == version.updated:  # so it was not the run that was in the way
                    raise PermanentError("store", "no such incident") from None
                # An earlier write of this same delivery, given up for lost, has got through: write after it.
                version = replace(version, updated=now.update_time)
            else:
                return replace(run, version=replace(version, updated=updated))

    def _update(self, progress: Progress, lease: float, write: str) -> dict[str, Any]:
        """The fields of a run that `progress` writes, by path."""
        path = self._client.field_path
        update: dict[str, Any] = {
            "state": progress.state.value,
            "lease": lease if progress.state == RunState.RUNNING else 0.0,
            "write": write,
        }
        for name, result in progress.results.items():
            update[path("steps", name, "result")] = _json(result)
        for name in progress.starts:
            update[path("steps", name, "started")] = firestore.SERVER_TIMESTAMP
        for name, record in progress.reverted.items():
            if record is None:
                update[path("steps", name)] = firestore.DELETE_FIELD
            else:
                update[path("steps", name, "started")] = record.started
        if progress.state == RunState.DONE:
            update["expires"] = datetime.now(UTC) + KEPT
        return update

    def incident(self, incident_id: str) -> Incident | None:
        """See `IncidentStore.incident`."""
        found = self._read(self._document("incidents", incident_id))
        return _incident(found) if found.exists else None

    def incident_in_channel(self, channel_id: str) -> Incident | None:
        """See `IncidentStore.incident_in_channel`. Firestore indexes every single field by itself."""
        if not channel_id:  # every incident whose channel is not there yet has this one
            return None
        in_channel = FieldFilter("channel_id", "==", channel_id)
        found = _call(self._client.collection("incidents").where(filter=in_channel).limit(1).get)
        return _incident(found[0]) if found else None

    def reserve_channel_name(self, incident_id: str, names: Iterable[str]) -> str:
        """See `IncidentStore.reserve_channel_name`. One call for a name that is free, two for another."""
        for name in names:
            document = self._document("channel_names", name)
            try:
                _call(
                    document.create,
                    document_data={"incident": incident_id},
                    refusals=(exceptions.AlreadyExists,),
                )
            except exceptions.AlreadyExists:
                if self._read(document).get("incident") != incident_id:
                    continue
            return name
        raise ValueError("no name is free")

    def origin(self, run_id: str) -> Mapping[str, Any] | None:
        """See `RunStore.origin`."""
        found = self._read(self._document("runs", run_id), field_paths=["origin"])
        return _mapping(found.get("origin")) if found.exists else None

    def result(self, run_id: str, step: str) -> Result | None:
        """See `RunStore.result`."""
        path = self._client.field_path("steps", step, "result")
        found = self._read(self._document("runs", run_id), field_paths=[path])
        stored = found.to_dict() if found.exists else {}
        return _result(stored.get("steps", {}).get(step, {}))

    def _document(self, collection: str, name: str) -> Any:
        return self._client.collection(collection).document(_document_id(name))

    def _read(self, document: Any, **arguments: Any) -> Any:
        return _call(document.get, **arguments)

    def _commit(self, batch: firestore.WriteBatch, run: Any, write: str) -> Any:
        """Commits `batch`, whose first write is to `run` and says `write` in it.

        Returns:
            When the run was written, a `datetime`.

        Raises:
            _RefusedError: if a precondition did not hold.
        """
        try:
            written = _call(batch.commit, refusals=_REFUSALS)
        except _REFUSALS:
            now = self._read(run)
            if now.exists and now.get("write") == write:
                return now.update_time
            raise _RefusedError(now) from None
        return written[0].update_time


def _call(rpc: Callable[..., T], *, refusals: tuple[type[Exception], ...] = (), **arguments: Any) -> T:
    """Makes a call within bounds of time.

    Raises:
        TransientError, PermanentError: for what goes wrong; only `refusals` are raised as they are.
    """
    left = deadline.timeout(CALL_SECONDS)
    timeout = ConstantTimeout(min(ATTEMPT_SECONDS, left))  # type: ignore[no-untyped-call]  # it has no types
    try:
        return rpc(retry=_RETRY.with_timeout(left), timeout=timeout, **arguments)
    except refusals:
        raise
    except exceptions.RetryError as error:
        raise TransientError("store", _status(error.cause)) from error
    except _PASSING as error:
        raise TransientError("store", _status(error)) from error
    except exceptions.GoogleAPICallError as error:
        raise PermanentError("store", _status(error)) from error


def _status(error: BaseException | None) -> str:
    """The name of the gRPC status; what Firestore says besides may name documents."""
    status = getattr(error, "grpc_status_code", None)
    return status.name.lower() if status else type(error).__name__


def _document_id(name: str) -> str:
    """A document id for any `name` at all: a slash would make it a path to somewhere else."""
    document_id = quote(name, safe=":")
    return "%" + document_id if _RESERVED.fullmatch(document_id) else document_id


def _incident(found: Any) -> Incident:
    return Incident.from_dict(found.to_dict())


def _step(stored: Mapping[str, Any], read_time: datetime) -> StepRecord:
    started = stored.get("started")
    age = _seconds(started, read_time) if started else 0.0
    return StepRecord(age, _result(stored), started)


def _result(stored_step: Mapping[str, Any]) -> Result | None:
    text = stored_step.get("result")
    return None if text is None else _mapping(text)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _mapping(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())


def _nonce() -> str:
    return secrets.token_hex(8)
