"""What can be asked of the Firestore store about incidents, and the names they hold: a call each, or two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter

from incident.engine.run import DueRun, RunState, StoredRun
from incident.model.facts import Fact
from incident.model.incident import Incident, Status
from incident.runtime import clock
from incident.store import firestore_records as records
from incident.store.firestore_calls import call
from incident.store.firestore_records import RunDocument
from incident.store.rules import services_of


class FirestoreQuestions:
    """The half of an `IncidentStore` that needs no lease. Safe for threads."""

    def __init__(self, client: firestore.Client) -> None:
        """Keeps the client."""
        self._client = client

    def due(self, limit: int) -> list[DueRun]:
        """See `RunStore.due`."""
        is_due = FieldFilter("due", "<=", clock.now().timestamp())
        query = self._client.collection("runs").where(filter=is_due).order_by("due").limit(limit)
        found = [(records.name_of(run.id), run.to_dict() or {}) for run in call(query.get)]
        return [DueRun(run_id, fields.get("waits_for", "")) for run_id, fields in found]

    def run(self, run_id: str) -> StoredRun | None:
        """See `RunStore.run`."""
        found = RunDocument.of(run_id, self._read(self._document("runs", run_id)))
        return found.stored() if found else None

    def incident(self, incident_id: str) -> Incident | None:
        """See `IncidentStore.incident`."""
        return snapshot_of(self._read(self._document("incidents", incident_id)))

    def incident_in_channel(self, channel_id: str) -> Incident | None:
        """See `IncidentStore.incident_in_channel`."""
        if not channel_id:  # every incident whose channel is not there yet has this one
            return None
        in_channel = FieldFilter("channel_id", "==", channel_id)
        found = call(self._client.collection("incidents").where(filter=in_channel).limit(1).get)
        return snapshot_of(found[0]) if found else None

    def declared_since(self, opener: str, title: str, since: datetime) -> Incident | None:
        """See `IncidentStore.declared_since`.

        Asks for all that was declared since, which is little, and by text that may be of any timezone: so
        from a day before.
        """
        earliest = (since.astimezone(UTC) - timedelta(days=1)).isoformat()
        recent = FieldFilter("declared_at", ">=", earliest)
        found = call(self._client.collection("incidents").where(filter=recent).get)
        incidents = [Incident.from_dict(one.to_dict() or {}) for one in found]
        by_opener = [one for one in incidents if one.declared_by == opener and one.declared_at > since]
        alike = [one for one in by_opener if one.title == title]
        return max(alike, key=lambda one: one.declared_at, default=None)

    def open_incidents(self, limit: int) -> list[Incident]:
        """See `IncidentStore.open_incidents`.

        In two calls: to have Firestore sort by one field what it finds by another would take a composite
        index. So it is asked for the ages of all that are open, which are few, then for the newest.
        """
        is_open = FieldFilter("status", "!=", Status.RESOLVED.value)
        ages = self._client.collection("incidents").where(filter=is_open).select(["declared_at"])
        newest = sorted(call(ages.get), key=_declared_at, reverse=True)[:limit]
        there = self._read_all([one.reference for one in newest]) if newest else {}
        incidents = [snapshot_of(found) for found in there.values()]
        still_open = [one for one in incidents if one is not None and one.is_open]
        return sorted(still_open, key=lambda one: one.declared_at, reverse=True)

    def failed_runs(self, incident_id: str) -> list[str]:
        """See `IncidentStore.failed_runs`."""
        runs = self._client.collection("runs").where(filter=FieldFilter("subject", "==", incident_id))
        failed = runs.where(filter=FieldFilter("state", "==", RunState.FAILED.value)).select(["state"])
        return sorted(records.name_of(run.id) for run in call(failed.get))

    def waited_for(self, incident_id: str) -> list[str]:
        """See `IncidentStore.waited_for`."""
        runs = self._client.collection("runs").where(filter=FieldFilter("subject", "==", incident_id))
        waiting = runs.where(filter=FieldFilter("state", "==", RunState.WAITING.value)).select(["waits_for"])
        return services_of(str((run.to_dict() or {}).get("waits_for", "")) for run in call(waiting.get))

    def facts(self, incident_id: str) -> list[Fact]:
        """See `IncidentStore.facts`."""
        found = call(self._document("incidents", incident_id).collection("facts").get)
        facts = [Fact.from_dict(records.as_mapping(one.get("fact"))) for one in found]
        return sorted(facts, key=lambda fact: fact.stamp)

    def surfaces(self, incident_id: str) -> Mapping[str, Mapping[str, Any]]:
        """See `IncidentStore.surfaces`."""
        found = self._read(self._document("surfaces", incident_id))
        stored = found.to_dict() if found.exists else {}
        return {name: records.as_mapping(shown) for name, shown in stored.items()}

    def reserve(self, holder: str, names: Iterable[str]) -> str:
        """See `IncidentStore.reserve`. One call for a name that is free, two for another."""
        for name in names:
            document = self._document("channel_names", name)
            try:
                fields = {"incident": holder}
                call(document.create, document_data=fields, refusals=(exceptions.AlreadyExists,))
            except exceptions.AlreadyExists:
                if self._read(document).get("incident") != holder:
                    continue
            return name
        raise ValueError("no name is free")

    def _read_all(self, documents: Sequence[Any]) -> dict[str, Any]:
        """All documents as of the same moment, by path, those that do not exist included."""

        def read(**arguments: Any) -> list[Any]:
            return list(self._client.get_all(list(documents), **arguments))

        return {found.reference.path: found for found in call(read)}

    def _read(self, document: Any) -> Any:
        return call(document.get)

    def _document(self, collection: str, name: str) -> Any:
        return self._client.collection(collection).document(records.document_id(name))


def snapshot_of(found: Any) -> Incident | None:
    """The incident in what was read of its document; None where there is none."""
    return Incident.from_dict(found.to_dict()) if found is not None and found.exists else None


def _declared_at(found: Any) -> datetime:
    return datetime.fromisoformat(found.get("declared_at"))
