"""The incident and its facts: what the fold makes of them, in whatever order, and how a store keeps them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.model.facts import Fact, FactKind, declaration
from incident.model.fold import fold, replay
from incident.model.incident import Incident, Role, Severity, Status, Update

AT = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
moments = st.datetimes(timezones=st.just(UTC))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
incidents = st.builds(
    Incident,
    id=text,
    title=text,
    date=st.dates(),
    declared_at=moments,
    declared_by=text,
    team=text,
    status=st.sampled_from(Status) | text,
    severity=st.none() | st.sampled_from(Severity) | text,
    roles=st.dictionaries(st.sampled_from(Role) | text, text),
    channel_id=text,
    channel_name=text,
    meet_url=text,
    meet_space=text,
    document_id=text,
    document_url=text,
    resolved_at=st.none() | moments,
    last_update=st.none() | st.builds(Update, text, text, moments),
    version=st.integers(0, 1000),
    stamps=st.dictionaries(text, text, max_size=3),
    unknown=st.dictionaries(text.map("newer {}".format), json_values, max_size=3),
)
stated_at = st.integers(0, 5).map(lambda seconds: AT + timedelta(seconds=seconds))
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
said_at = st.builds(lambda at, zone: at.astimezone(zone), stated_at, zones)


def facts_of(kind: str, **data: st.SearchStrategy[Any]) -> st.SearchStrategy[Fact]:
    """Facts of a kind with such data; their ids are given by `several`."""
    return st.builds(Fact, st.just(""), st.just(kind), said_at, text, st.fixed_dictionaries(data))


facts = st.one_of(
    facts_of(FactKind.SEVERITY_SET, severity=st.sampled_from(Severity) | text),
    facts_of(FactKind.STATUS_SET, status=st.sampled_from(Status) | text),
    facts_of(FactKind.ROLE_TAKEN, role=st.sampled_from(Role) | st.just("scribe"), user=text),
    facts_of(FactKind.UPDATE_POSTED, text=text),
    facts_of(FactKind.CHANNEL_CREATED, channel_id=text, channel_name=text),
    facts_of("of a newer version", deep=json_values),
)


def declared(**more: Any) -> Fact:
    said = {"title": "down", "day": "2026-11-23", "at": AT, "opener": "U1", "team": "T1", "severity": None}
    return declaration("run", "2026-11-23-4k7wm2zt", **{**said, **more})


def several(said: Sequence[Fact]) -> list[Fact]:
    """A declaration, and these facts with ids of their own."""
    return [declared(), *(replace(fact, id=f"fact {number}") for number, fact in enumerate(said))]


def said(kind: str, seconds: float, fact_id: str = "f", **data: Any) -> Fact:
    return Fact(fact_id, kind, AT + timedelta(seconds=seconds), "U2", data)


# What is kept


@given(incidents)
def test_an_incident_is_the_same_after_a_store(incident: Incident) -> None:
    stored: dict[str, Any] = json.loads(json.dumps(incident.to_dict()))
    again = Incident.from_dict(stored)
    assert again == incident
    assert again.to_dict() == stored


@given(facts)
def test_a_fact_is_the_same_after_a_store(fact: Fact) -> None:
    stored: dict[str, Any] = json.loads(json.dumps(fact.to_dict()))
    assert Fact.from_dict(stored) == fact
    assert Fact.from_dict({**stored, "mood": "calm"}) == fact


def test_what_is_stored_has_plain_types_alone() -> None:
    incident = replay([declared(severity=Severity.SEV1), said(FactKind.UPDATE_POSTED, 1, text="x")])
    assert incident is not None
    stored = incident.to_dict()
    assert {type(value) for value in stored.values()} == {str, dict, int, bool, type(None)}
    assert type(stored["severity"]) is type(stored["status"]) is str
    assert {type(key) for key in stored["roles"]} == {str}
    assert stored["declared_at"] == "2026-11-23T03:04:05+00:00"
    assert stored["last_update"] == {"text": "x", "by": "U2", "at": "2026-11-23T03:04:06+00:00"}


def test_an_incident_of_an_earlier_version_has_what_it_lacks_by_default() -> None:
    incident = Incident.from_dict({"id": "i", "title": "t", "date": "2026-11-23", "declared_by": "U1"})
    assert (incident.status, incident.severity, incident.roles) == (Status.INVESTIGATING, None, {})
    assert (incident.version, incident.last_update, incident.commander) == (0, None, "")


# The fold


def test_a_declaration_says_who_commands() -> None:
    incident = replay([declared()])
    assert incident is not None
    assert (incident.commander, incident.operations_lead, incident.declared_by) == ("U1", "U1", "U1")
    assert (incident.title, incident.date, incident.declared_at) == ("down", date(2026, 11, 23), AT)
    assert (incident.team, incident.version) == ("T1", 1)
    assert replay([]) is None


@given(st.lists(facts, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_does_not_matter(facts: list[Fact], chance: Any) -> None:
    in_order = several(facts)
    shuffled = chance.sample(in_order, len(in_order))
    assert replay(shuffled) == replay(in_order)


@given(st.lists(facts, max_size=6))
def test_every_fact_raises_the_version_by_one(facts: list[Fact]) -> None:
    incident = None
    for number, fact in enumerate(several(facts), 1):
        incident = fold(incident, fact)
        assert incident.version == number


@given(st.lists(facts, min_size=1, max_size=6), st.data())
def test_a_snapshot_that_went_through_a_store_folds_on(facts: list[Fact], data: Any) -> None:
    everything = several(facts)
    middle = data.draw(st.integers(1, len(everything)))
    snapshot = replay(everything[:middle])
    assert snapshot is not None
    snapshot = Incident.from_dict(json.loads(json.dumps(snapshot.to_dict())))
    for fact in everything[middle:]:
        snapshot = fold(snapshot, Fact.from_dict(json.loads(json.dumps(fact.to_dict()))))
    assert snapshot == replay(everything)


@given(st.lists(facts_of(FactKind.SEVERITY_SET, severity=text), min_size=1, max_size=6))
def test_what_was_said_last_wins(facts: list[Fact]) -> None:
    everything = several(facts)
    last = max(everything[1:], key=lambda fact: (fact.at, fact.id))
    incident = replay(reversed(everything))
    assert incident is not None
    if last.at > AT or last.id > everything[0].id:
        assert incident.severity == last.data["severity"]


def test_each_field_is_won_by_itself() -> None:
    incident = replay(
        [
            said(FactKind.ROLE_TAKEN, 2, "a", role=Role.INCIDENT_COMMANDER, user="U3"),
            said(FactKind.ROLE_TAKEN, 1, "b", role=Role.INCIDENT_COMMANDER, user="U2"),
            said(FactKind.ROLE_TAKEN, 1, "c", role=Role.OPERATIONS_LEAD, user="U4"),
            declared(),
        ]
    )
    assert incident is not None
    assert (incident.commander, incident.operations_lead, incident.declared_by) == ("U3", "U4", "U1")


@pytest.mark.parametrize(("seconds", "is_resolved"), [(5, True), (15, False)])
def test_an_incident_is_resolved_while_that_is_its_status(seconds: float, is_resolved: bool) -> None:
    resolved = said(FactKind.STATUS_SET, 10, "resolved", status=Status.RESOLVED)
    other = said(FactKind.STATUS_SET, seconds, "other", status=Status.MONITORING)
    for order in ([resolved, other], [other, resolved]):
        incident = replay([declared(), *order])
        assert incident is not None
        assert incident.status == (Status.RESOLVED if is_resolved else Status.MONITORING)
        assert incident.resolved_at == (resolved.at if is_resolved else None)


def test_what_a_newer_version_states_is_kept() -> None:
    newer = replace(declared(), data={**declared().data, "mood": ["calm"], "status": "smouldering"})
    incident = replay([newer, said("postmortem_scheduled", 1, day="2026-12-01")])
    assert incident is not None
    assert (incident.status, incident.unknown, incident.version) == ("smouldering", {"mood": ["calm"]}, 2)


def test_stamps_sort_by_time_whatever_the_timezone() -> None:
    paris, utc = timezone(timedelta(hours=1)), UTC
    earlier = Fact("z", "x", datetime(2026, 11, 23, 4, 0, tzinfo=paris))
    later = Fact("a", "x", datetime(2026, 11, 23, 3, 0, 0, 1, tzinfo=utc))
    assert earlier.stamp < later.stamp
    assert replace(earlier, id="b").stamp > replace(later, id="a", at=earlier.at.astimezone(utc)).stamp
