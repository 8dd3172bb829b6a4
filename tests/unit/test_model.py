"""The incident as the store keeps it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incident.model.incident import Incident, Role, Severity, Status

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
moments = st.datetimes(timezones=st.just(UTC))
incidents = st.builds(
    Incident,
    id=text,
    title=text,
    date=st.dates(),
    declared_at=moments,
    declared_by=text,
    status=st.sampled_from(Status),
    severity=st.none() | st.sampled_from(Severity),
    roles=st.dictionaries(st.sampled_from(Role), text),
    channel_id=text,
    channel_name=text,
    meet_url=text,
    meet_space=text,
    document_id=text,
    document_url=text,
    resolved_at=st.none() | moments,
)


@given(incidents)
def test_an_incident_is_the_same_after_a_store(incident: Incident) -> None:
    stored: dict[str, Any] = json.loads(json.dumps(incident.to_dict()))
    assert Incident.from_dict(stored) == incident
    assert Incident.from_dict({**stored, "mood": "calm"}) == incident


def test_what_is_stored_has_plain_types_alone() -> None:
    incident = Incident(
        id="2026-11-23-4k7wm2zt",
        title="down",
        date=date(2026, 11, 23),
        declared_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
        declared_by="U1",
        severity=Severity.SEV1,
        roles={Role.INCIDENT_COMMANDER: "U1"},
    )
    stored = incident.to_dict()
    assert {type(value) for value in stored.values()} == {str, dict, type(None)}
    assert type(stored["severity"]) is str
    assert [type(key) for key in stored["roles"]] == [str]
    assert stored["declared_at"] == "2026-11-23T03:04:05+00:00"


def test_an_incident_of_an_earlier_version_has_what_it_lacks_by_default() -> None:
    stored = {
        "id": "i",
        "title": "t",
        "date": "2026-11-23",
        "declared_at": "2026-11-23T03:04:05+00:00",
        "declared_by": "U1",
    }
    incident = Incident.from_dict(stored)
    assert (incident.status, incident.severity, incident.roles) == (Status.INVESTIGATING, None, {})
