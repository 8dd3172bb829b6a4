"""The incident store in Firestore: what production uses.

    runs/{run id}                  workflow, command, origin, subject, plan, state, delivery, claimant, lease,
                                   leased, write, due, waits, waits_for, generation, begun, completed, steps,
                                   expires
    incidents/{incident id}        the snapshot: the fields of `Incident`, by name
    incidents/{id}/facts/{fact id} fact
    surfaces/{incident id}         what each surface shows, by its name
    channel_names/{name}           incident: the id of what holds the name, be it of a channel or not

- A run is one document, its steps a map in it: `steps.{step}.started`, a time, `steps.{step}.retried`, and
  `steps.{step}.result`, JSON as text, because Firestore's own maps refuse some JSON (an array in an array,
  integers over 64 bits). Commands, origins, facts and surfaces are JSON as text, too. So a declaration is
  claimed in one commit, a run that is there already by a refused one, a read and another; a write is one
  commit; and nothing is left behind when the time-to-live policy deletes the run.
- All times that leases and ages are judged by are Firestore's: a lease began when its holder last wrote
  (`leased`) and is judged at the moment of the read (`read_time`). Only `due` is by the worker's clock: it
  decides when the tick finds a run, never who may work on it.
- Every write by a run's holder carries the `update_time` that it was based on as a precondition. `delivery`
  tells who holds the run: each claim counts it up, and only the one that made it so writes after it.
- The snapshot is written with a precondition, too: the writer folds its facts into the snapshot that it knows
  and, where another was faster, reads again, folds again and writes again. A transaction would take locks,
  for which twenty people in one second would wait in line; a precondition fails at once.
- A fact is created, never overwritten: one that exists was stated before, and is not folded again.
- Where facts are taken back, the snapshot is made of all facts, read by a query after the incident was. That
  needs no transaction either: whoever states a fact writes the incident in the same commit, so that our
  precondition on it (`update_time`) holds only if no fact was stated since it was read; then the query saw
  all there are. After a refusal both are read again.
- A surface that shows the newest version asks for no reflecting run. That it is the newest, a precondition on
  the incident makes sure in the same commit, by a write that changes nothing (so the `update_time` stays
  as it was). Where it is refused, both are read again; where the snapshot is newer than the surface, the
  reflecting run is asked for without any precondition, as versions only rise.
  https://cloud.google.com/firestore/docs/reference/rest/v1/WriteResult
- A reflecting run is asked for by a write without any precondition (`asked_for`), so that many can do so at
  once, and also while its worker holds it, whose next write is then refused, reads, and is made again.
- A commit whose answer is lost is made again, and is then refused because of itself. `claimant` and `write`
  tell: they are new with every claim and every write, so a worker that finds its own in the document has
  written it.
- A run is deleted by a time-to-live policy on `expires`, which only a run that is done has, and a reflecting
  run never.
- Every query asks for one field, or for two to be equal to something: for both the indexes do that Firestore
  keeps of each field by itself.
  https://cloud.google.com/firestore/docs/query-data/index-overview#taking_advantage_of_index_merging
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from google.cloud import firestore

from incident.engine.run import (
    Claim,
    LeaseLostError,
    NoSuchRunError,
    Progress,
    Run,
    RunDoneError,
    RunLeasedError,
    RunState,
)
from incident.model.facts import Fact, FactKind
from incident.model.incident import Incident
from incident.runtime import clock
from incident.runtime.failures import TransientError
from incident.store import firestore_records as records
from incident.store.contract import reflect_run
from incident.store.firestore_calls import REFUSALS, call
from incident.store.firestore_questions import FirestoreQuestions, snapshot_of
from incident.store.firestore_records import RunDocument, Version
from incident.store.rules import fold_all, is_outdated

CONTENDED_SECONDS = 9.0
"""A write that others keep getting ahead of begins no further try after this."""

_LONGEST_PAUSE = 0.6
_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class _Found:
    """What is there, as of one read.

    Attributes:
        run: None if it does not exist.
        incident: its snapshot, or None.
        incident_updated: when that was written.
        stated: those of the facts asked for that were stated before, by id.
    """

    run: RunDocument | None = None
    incident: Incident | None = None
    incident_updated: datetime | None = None
    stated: frozenset[str] = frozenset()


class _RefusedError(Exception):
    """A precondition of a commit did not hold."""


class FirestoreStore(FirestoreQuestions):
    """An `IncidentStore` in Firestore. Safe for threads."""

    def claim(self, claim: Claim) -> Run:
        """See `RunStore.claim`.

        An incident that is there already although its run is not: the run was done and has expired since
        (both are created at once, and only runs that are done expire), so `RunDoneError`.
        """
        is_probably_new = claim.workflow and (not claim.subject or _declares(claim.facts))
        found = _Found() if is_probably_new else self._look(claim.run_id, claim.subject, claim.facts)
        for pause in _pauses():
            try:
                if found.run is None:
                    return self._create(claim, found)
                return self._take_over(claim, found, found.run)
            except _RefusedError:
                clock.sleep(pause)
                found = self._look(claim.run_id, claim.subject, claim.facts)
        raise TransientError("store", "contended")

    def _create(self, claim: Claim, found: _Found) -> Run:
        if not claim.workflow:
            raise NoSuchRunError
        if claim.facts and claim.facts[0].id in found.stated:
            raise RunDoneError(1)
        batch = self._client.batch()
        fields = records.new_run(claim)
        batch.create(self._document("runs", claim.run_id), fields)
        incident, incident_updated = found.incident, found.incident_updated
        if claim.facts:
            incident = self._state(batch, claim.subject, found, claim.facts)
            self._ask_to_reflect(batch, claim.subject)
        written = self._commit(batch)
        if claim.facts:
            incident_updated = written[1].update_time
        created = RunDocument(claim.run_id, fields, written[0].update_time, written[0].update_time)
        version = Version(created.updated, claim.lease, incident_updated=incident_updated)
        return created.claimed(incident, version)

    def _take_over(self, claim: Claim, found: _Found, run: RunDocument) -> Run:
        if run.is_over:
            raise RunDoneError(run.delivery)
        is_held = run.lease_left > 0
        if is_held and run.fields["claimant"] != claim.claimant:
            raise RunLeasedError(run.lease_left)
        if not is_held:
            update, run = run.taken_over(claim)
            batch = self._client.batch()
            batch.update(self._document("runs", run.run_id), update, option=self._unless_after(run.updated))
            run = replace(run, updated=self._commit(batch)[0].update_time)
        if run.subject and run.subject != claim.subject:  # the claim did not say what the run is about
            found = self._look(run.run_id, run.subject, ())
        version = Version(run.updated, claim.lease, run.generation, found.incident_updated)
        return run.claimed(found.incident, version)

    def record(self, run: Run, progress: Progress) -> Run:
        """See `RunStore.record`."""
        write = secrets.token_hex(8)
        version: Version = run.version
        is_about_it = bool(progress.facts or progress.surfaces) and not _declares(progress.facts)
        if is_about_it and run.incident is None:  # it may have been declared since the claim
            found = self._look(run.id, run.subject, progress.facts)
            _held(run, found)
        else:
            found = _Found(incident=run.incident, incident_updated=version.incident_updated)
        for pause in _pauses():
            try:
                return self._write(run, progress, version, found, write)
            except _RefusedError:
                clock.sleep(pause)
                found = self._look_again(run, progress, found)
            now = _held(run, found)
            # What was written meanwhile: by this same delivery, in a write that it gave up for lost; or by
            # those who ask for a reflecting run.
            version = replace(version, updated=now.updated, generation=now.generation)
            if now.fields.get("write") == write:
                version = replace(version, incident_updated=found.incident_updated)
                return _recorded(run, progress, version, found.incident)
        raise TransientError("store", "contended")

    def _write(self, run: Run, progress: Progress, version: Version, found: _Found, write: str) -> Run:
        batch = self._client.batch()
        is_own = run.id == reflect_run(run.subject)
        new = _new(progress.facts, found)
        update = records.progress_fields(run, progress, version, asks_itself=bool(new) and is_own)
        update["write"] = write
        batch.update(self._document("runs", run.id), update, option=self._unless_after(version.updated))
        incident, incident_updated = found.incident, found.incident_updated
        if progress.facts:
            incident = self._state(batch, run.subject, found, new)
        if progress.surfaces:
            shown = {name: records.as_text(one) for name, one in progress.surfaces.items()}
            batch.set(self._document("surfaces", run.subject), shown, merge=True)
        is_news = bool(new) or is_outdated(progress.surfaces, incident)
        newest = incident if progress.surfaces and not (is_news or is_own) else None
        if is_news and not is_own:
            self._ask_to_reflect(batch, run.subject)
        if newest is not None:
            self._make_sure(batch, newest, incident_updated)
        written = self._commit(batch)
        if new:
            incident_updated = written[1].update_time
        version = replace(
            version,
            updated=written[0].update_time,
            generation=version.generation + (bool(new) and is_own),
            incident_updated=incident_updated,
        )
        return _recorded(run, progress, version, incident)

    def _state(
        self, batch: firestore.WriteBatch, incident_id: str, found: _Found, facts: Sequence[Fact]
    ) -> Incident:
        """Adds to `batch` the writes that state those facts that are new; the first is to the incident."""
        new = _new(facts, found)
        incident = fold_all(found.incident, new, lambda: self.facts(incident_id))
        document = self._document("incidents", incident_id)
        if new and found.incident_updated is None:
            batch.create(document, incident.to_dict())
        elif new:
            unchanged = self._unless_after(found.incident_updated)
            batch.update(document, records.incident_update(incident), option=unchanged)
        for fact in new:
            batch.create(self._fact(incident_id, fact.id), {"fact": records.as_text(fact.to_dict())})
        return incident

    def _make_sure(
        self, batch: firestore.WriteBatch, incident: Incident, incident_updated: datetime | None
    ) -> None:
        """Adds to `batch` that the incident is still this one, by a write that changes nothing."""
        unchanged = self._unless_after(incident_updated)
        batch.update(self._document("incidents", incident.id), {"id": incident.id}, option=unchanged)

    def _ask_to_reflect(self, batch: firestore.WriteBatch, incident_id: str) -> None:
        run = self._document("runs", reflect_run(incident_id))
        batch.set(run, records.asked_for(incident_id), merge=True)

    def _look_again(self, run: Run, progress: Progress, found: _Found) -> _Found:
        """Reads the run, and its incident where the write is based on it: that may be why it was refused."""
        if progress.facts or progress.surfaces:
            return self._look(run.id, run.subject, progress.facts)
        return replace(found, run=self._look(run.id, "", ()).run)

    def _look(self, run_id: str, incident_id: str, facts: Sequence[Fact]) -> _Found:
        """Reads a run, an incident unless its id is empty, and which of the facts are stated, in one call."""
        documents = {"run": self._document("runs", run_id)}
        if incident_id:
            documents["incident"] = self._document("incidents", incident_id)
        stating = {fact.id: self._fact(incident_id, fact.id) for fact in facts}
        there = self._read_all([*documents.values(), *stating.values()])
        run = RunDocument.of(run_id, there[documents["run"].path])
        incident = there[documents["incident"].path] if incident_id else None
        return _Found(
            run=run,
            incident=snapshot_of(incident),
            incident_updated=incident.update_time if incident is not None and incident.exists else None,
            stated=frozenset(name for name, document in stating.items() if there[document.path].exists),
        )

    def _fact(self, incident_id: str, fact_id: str) -> Any:
        facts = self._document("incidents", incident_id).collection("facts")
        return facts.document(records.document_id(fact_id))

    def _unless_after(self, updated: datetime | None) -> Any:
        """The precondition that a document was last written at `updated`."""
        return self._client.write_option(last_update_time=updated)

    def _commit(self, batch: firestore.WriteBatch) -> Any:
        """Commits; what Firestore says of each write, in their order.

        Raises:
            _RefusedError: a precondition did not hold; maybe because this very commit was made before and
                its answer lost.
        """
        try:
            return call(batch.commit, refusals=REFUSALS)
        except REFUSALS as refusal:
            raise _RefusedError from refusal


def _held(run: Run, found: _Found) -> RunDocument:
    """The run as it was found.

    Raises:
        LeaseLostError: another worker has claimed it since.
    """
    if found.run is None or found.run.delivery != run.delivery:
        raise LeaseLostError
    return found.run


def _recorded(run: Run, progress: Progress, version: Version, incident: Incident | None) -> Run:
    """The run after a write, which `version` is of."""
    is_done = progress.state is RunState.DONE
    return replace(
        run,
        waits=run.waits + progress.is_put_off,
        generation=version.generation if is_done else run.generation,
        incident=incident,
        version=version,
    )


def _new(facts: Sequence[Fact], found: _Found) -> list[Fact]:
    """Those that were not stated before, each once."""
    return list({fact.id: fact for fact in facts if fact.id not in found.stated}.values())


def _declares(facts: Sequence[Fact]) -> bool:
    return bool(facts) and facts[0].kind == FactKind.DECLARED


def _pauses() -> Iterator[float]:
    """Seconds to pause after each try, by chance, so that those who contend do not stay in step."""
    ends = clock.monotonic() + CONTENDED_SECONDS
    yield 0.0
    for tries in count():
        if clock.monotonic() > ends:
            return
        yield _random.uniform(0.0, min(_LONGEST_PAUSE, 0.05 * 2**tries))
