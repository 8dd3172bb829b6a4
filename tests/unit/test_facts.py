"""What facts of every kind make of an incident, and what is left of those that are taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incident.model.changes import mark_key
from incident.model.facts import UNDO_TIME, UNDOABLE, Fact, FactKind, declaration
from incident.model.fold import fold, needs_replay, replay
from incident.model.incident import Cadence, Finding, Incident, Outcome, Role, Status
from incident.model.marks import File, marks_of
from incident.model.parts import Coming, When, actions_of, calls_of, decisions_of
from incident.store.rules import fold_all

AT = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
IC, USERS = "U1", ("U1", "U2", "U3")
DECLARED = declaration(
    "declares", "i", title="down", day="2026-11-23", at=AT, opener=IC, team="T1", severity=None
)
user = st.sampled_from(USERS)
words = st.text(max_size=4)
part = st.sampled_from([f"run{number}" for number in range(4)])
MESSAGE = {"channel": st.just("C1"), "ts": st.sampled_from(["1.1", "2.2"])}
SECONDS = (-5, 0, 1, 2, 30, 598, 600, 601, 602, 1300)


def kind_of(kind: str, **data: st.SearchStrategy[Any]) -> st.SearchStrategy[Fact]:
    """Facts of a kind; their ids are given by `several`."""
    at = st.sampled_from(SECONDS).map(lambda seconds: AT + timedelta(seconds=seconds))
    return st.builds(Fact, st.just(""), st.just(kind), at, user, st.fixed_dictionaries(data))


KINDS = {
    FactKind.CHANNEL_CREATED: kind_of("channel_created", channel_id=words, channel_name=words),
    FactKind.CHANNEL_RENAMED: kind_of("channel_renamed", channel_name=words),
    FactKind.CALL_STARTED: kind_of("call_started", meet_space=words, meet_url=words),
    FactKind.REPORT_CREATED: kind_of("report_created", document_id=words, document_url=words),
    FactKind.SEVERITY_SET: kind_of("severity_set", severity=st.sampled_from(["sev1", "sev3"])),
    FactKind.SEVERITY_EXPLAINED: kind_of("severity_explained", of=part, reason=words),
    FactKind.STATUS_SET: kind_of("status_set", status=st.sampled_from(Status).map(str)),
    FactKind.ROLE_TAKEN: kind_of("role_taken", role=st.sampled_from(Role).map(str), user=user),
    FactKind.UPDATE_POSTED: kind_of(
        "update_posted", text=words, status=st.sampled_from(["", "resolved", "monitoring"]), promise=words
    ),
    FactKind.ROLES_GIVEN: kind_of("roles_given", roles=st.just({"scribe": "U2"}), offered=user),
    FactKind.COMMAND_ACCEPTED: kind_of("command_accepted", of=part),
    FactKind.SOURCE_LINKED: kind_of("source_linked", permalink=words),
    FactKind.MESSAGE_LINKED: kind_of("message_linked", of=part, link=words),
    FactKind.CALLED: kind_of("called", reason=words, groups=st.just(["S1"])),
    FactKind.CALL_PLACED: kind_of("call_placed", of=part, users=st.just(["U2"]), missing=st.just([])),
    FactKind.CALL_ANSWERED: kind_of("call_answered", of=part, answer=st.sampled_from(Coming).map(str)),
    FactKind.NOTED: kind_of("noted", text=words),
    FactKind.DID: kind_of("did", text=words),
    FactKind.DECIDED: kind_of("decided", text=words),
    FactKind.DECISION_REJECTED: kind_of("decision_rejected", of=part),
    FactKind.ACTION_ADDED: kind_of("action_added", text=words),
    FactKind.ACTION_CHANGED: kind_of("action_changed", of=part, when=st.sampled_from(When).map(str)),
    FactKind.MESSAGE_MARKED: kind_of("message_marked", emoji=st.sampled_from(["", "memo"]), **MESSAGE),
    FactKind.MESSAGE_UNMARKED: kind_of("message_unmarked", **MESSAGE),
    FactKind.MESSAGE_READ: kind_of("message_read", of=part, text=words, author_name=words),
    FactKind.MESSAGE_DELETED: kind_of("message_deleted", of=part),
    FactKind.RESOLVED: kind_of("resolved", fix=words, outcome=st.sampled_from(["", "exercise"])),
    FactKind.REOPENED: kind_of("reopened", reason=words),
    FactKind.FINDINGS_ADDED: kind_of("findings_added", impact=words),
    FactKind.CLOSED: kind_of("closed"),
    FactKind.EXPORTED: kind_of("exported", export_id=words, export_url=words),
    FactKind.CHANNEL_ARCHIVED: kind_of("channel_archived"),
    FactKind.CHANNEL_UNARCHIVED: kind_of("channel_unarchived"),
    FactKind.RENAMED: kind_of("renamed", title=words),
    FactKind.FOLLOWED: kind_of("followed", follows=st.booleans()),
}
NEWER = kind_of("of a newer version", title=words)
named = st.sampled_from([f"run{number}.x" for number in range(6)] + [DECLARED.id])
UNDO = kind_of(FactKind.UNDONE) | kind_of(FactKind.UNDONE, fact=named)


def several(*kinds: st.SearchStrategy[Fact]) -> st.SearchStrategy[list[Fact]]:
    """A declaration and what was said about it, in any order."""

    def numbered(said: Sequence[Fact]) -> list[Fact]:
        return [DECLARED, *(replace(fact, id=f"run{number}.x") for number, fact in enumerate(said))]

    return st.lists(st.one_of(*kinds), max_size=8).map(numbered).flatmap(st.permutations)


def taken_in(facts: Sequence[Fact]) -> Incident:
    """The snapshot as a store makes it of facts that come one by one."""
    incident: Incident | None = fold(None, DECLARED)
    stored = [DECLARED]
    for fact in facts:
        if fact != DECLARED:
            incident = fold_all(incident, [fact], lambda: list(stored))
            stored.append(fact)
    assert incident is not None
    return incident


def known(facts: Sequence[Fact]) -> Incident:
    incident = replay(facts)
    assert incident is not None
    return incident


def said(kind: str, seconds: float, by: str = "U2", fact_id: str = "", **data: Any) -> Fact:
    return Fact(fact_id or f"{kind}{seconds:g}.x", kind, AT + timedelta(seconds=seconds), by, data)


def undo(seconds: float, by: str = "U2", of: str = "") -> Fact:
    return said(FactKind.UNDONE, seconds, by, f"undo{seconds:g}{by}.x", **({"fact": of} if of else {}))


# Any facts at all


def test_every_kind_that_is_folded_is_tried_here() -> None:
    assert {*KINDS, FactKind.DECLARED, FactKind.UNDONE} == set(FactKind)


@given(several(*KINDS.values(), NEWER))
def test_without_undos_any_order_makes_what_replay_makes(facts: list[Fact]) -> None:
    incident: Incident | None = None
    for fact in facts:
        incident = fold(incident, fact)
    assert incident == known(facts)
    assert not needs_replay(incident, facts)
    assert incident == Incident.from_dict(json.loads(json.dumps(known(facts).to_dict())))


@given(several(*KINDS.values(), NEWER, UNDO, UNDO, UNDO), st.randoms())
def test_facts_that_come_one_by_one_in_any_order_make_what_replay_makes(facts: list[Fact], rng: Any) -> None:
    """Also the readers of its parts take whatever is left of them, and the facts come twice."""
    incident = taken_in(facts)
    assert incident == known(rng.sample(facts, len(facts)))
    assert incident == Incident.from_dict(json.loads(json.dumps(incident.to_dict())))
    assert incident.version == len(facts)
    for parts_of in (actions_of, calls_of, decisions_of):
        parts_of(incident)
    assert incident.next_update is None or incident.next_update.tzinfo


@given(several(*KINDS.values(), NEWER, UNDO, UNDO, UNDO))
def test_what_was_taken_back_is_as_if_it_had_never_been_said(facts: list[Fact]) -> None:
    incident = known(facts)
    left = [fact for fact in facts if fact.id not in incident.undone and fact.kind != FactKind.UNDONE]
    counts = {"version": 0, "undos": 0, "undone": {}, "undone_by": {}}
    assert {**incident.to_dict(), **counts} == {**known(left).to_dict(), **counts}


@given(several(*KINDS.values(), UNDO, UNDO, UNDO))
def test_only_what_may_be_is_taken_back_and_by_those_who_may(facts: list[Fact]) -> None:
    by_id = {fact.id: fact for fact in facts}
    incident = known(facts)
    assert len(set(incident.undone.values())) == len(incident.undone)
    commanders = {IC} | {
        fact.data.get("user", fact.by)
        for fact in facts
        if fact.kind == FactKind.COMMAND_ACCEPTED or fact.data.get("role") == Role.INCIDENT_COMMANDER
    }
    for target, by in incident.undone.items():
        undone, undoing = by_id[target], by_id[by]
        assert (undoing.kind, undone.kind in UNDOABLE) == (FactKind.UNDONE, True)
        assert undoing.at - undone.at <= UNDO_TIME
        assert undoing.by == undone.by or undoing.by in commanders
        assert undoing.data.get("fact", target) == target


@given(several(*KINDS.values()), st.sampled_from(SECONDS), user)
@example([DECLARED, said(FactKind.NOTED, 1.0, text="x")], 30, "U2")
def test_an_undo_of_what_nobody_said_changes_nothing(facts: list[Fact], seconds: int, by: str) -> None:
    before, after = known(facts), known([*facts, undo(seconds + 0.5, by, of="nobody.x")])
    assert replace(after, version=before.version, undos=0) == before


# Who may, and what is left


def test_undoing_who_commands_gives_command_and_the_offer_back() -> None:
    offered = said(FactKind.ROLES_GIVEN, 1.0, IC, roles={}, offered="U2")
    accepted = said(FactKind.COMMAND_ACCEPTED, 2.0, "U2", of="offer")
    assert (known([DECLARED, offered, accepted]).commander, known([DECLARED, offered, accepted]).offer) == (
        "U2", None,
    )  # fmt: skip
    incident = known([DECLARED, offered, accepted, undo(3.0)])
    assert incident.commander == IC
    assert incident.offer is not None
    assert incident.offer.to == "U2"


def test_the_commander_of_that_moment_may_and_no_other() -> None:
    note = said(FactKind.DECIDED, 1.0, "U3", text="x")
    takes = said(FactKind.ROLE_TAKEN, 10.0, "U2", role=str(Role.INCIDENT_COMMANDER), user="U2")
    facts = [DECLARED, note, takes]
    assert known([*facts, undo(9.0, IC, note.id)]).undone
    assert not known([*facts, undo(9.0, "U2", note.id)]).undone
    assert known([*facts, undo(11.0, "U2", note.id)]).undone
    assert not known([*facts, undo(11.0, IC, note.id)]).undone


def test_who_took_command_and_gave_it_back_had_it_meanwhile() -> None:
    note = said(FactKind.DECIDED, 1.0, "U3", text="x")
    takes = said(FactKind.ROLE_TAKEN, 10.0, "U2", role=str(Role.INCIDENT_COMMANDER), user="U2")
    facts = [DECLARED, note, takes, undo(11.0, "U2", note.id), undo(12.0, "U2", takes.id)]
    assert set(known(facts).undone) == {note.id, takes.id}
    assert known(facts).commander == IC


def test_ones_last_changes_are_taken_back_one_after_the_other() -> None:
    facts = [
        DECLARED,
        *(said(FactKind.ACTION_ADDED, float(n), fact_id=f"run{n}.x", text=str(n)) for n in (1, 2, 3)),
    ]
    left = [
        [one.text for one in actions_of(known([*facts, *map(undo, range(10, 10 + n))]))] for n in range(5)
    ]
    assert left == [["1", "2", "3"], ["1", "2"], ["1"], [], []]


def test_what_was_changed_of_a_part_that_is_taken_back_is_gone_with_it() -> None:
    added = said(FactKind.ACTION_ADDED, 1.0, fact_id="run.x", text="do it")
    changed = said(FactKind.ACTION_CHANGED, 2.0, "U3", of="run", when=str(When.NOW), owner="U3")
    assert [one.owner for one in actions_of(known([changed, DECLARED, added]))] == ["U3"]
    assert actions_of(known([DECLARED, added, changed, undo(3.0, of=added.id)])) == []


@pytest.mark.parametrize("kind", sorted(set(FactKind) - UNDOABLE))
def test_what_cannot_be_taken_back(kind: str) -> None:
    data = {"of": "run", "answer": "yes", "follows": True, "channel_id": "C1", "channel_name": "x"}
    data |= dict.fromkeys(
        ("meet_space", "meet_url", "document_id", "document_url", "reason", "permalink", "link"), "x"
    )
    data |= {"ts": "1.1", "channel": "C1", "export_id": "d", "export_url": "u"}
    fact = Fact("run.x", kind, AT, IC, data) if kind != FactKind.DECLARED else DECLARED
    assert not known(
        [DECLARED, fact, undo(1.0, IC, fact.id)] if fact != DECLARED else [fact, undo(1.0, IC)]
    ).undone


def test_an_update_that_is_taken_back_takes_its_status_and_promise_along() -> None:
    first = said(FactKind.UPDATE_POSTED, 1.0, text="one", promise=str(Cadence.HOUR))
    second = said(FactKind.UPDATE_POSTED, 60.0, text="two", status=str(Status.RESOLVED), promise="")
    assert not known([DECLARED, first, second]).is_open
    incident = known([DECLARED, first, second, undo(61.0, of=second.id)])
    assert (incident.status, incident.resolved_at) == (Status.INVESTIGATING, None)
    assert incident.last_update is not None
    assert (incident.last_update.text, incident.promise) == ("one", Cadence.HOUR)
    assert incident.next_update == AT + timedelta(seconds=1, hours=1)


def test_harm_ended_when_it_first_went_to_monitoring_or_resolved_in_whichever_order_that_arrives() -> None:
    monitoring = said(FactKind.STATUS_SET, 60.0, status=str(Status.MONITORING))
    resolved = said(FactKind.RESOLVED, 120.0, fix="rolled back")
    reopened = said(FactKind.REOPENED, 180.0, reason="it is back")
    again = said(FactKind.RESOLVED, 240.0, fix="fixed forward")
    for facts in permutations([monitoring, resolved, reopened, again]):
        incident = known([DECLARED, *facts])
        assert incident.mitigated_at == monitoring.at
        assert (incident.resolved_at, incident.found(Finding.FIX)) == (again.at, "fixed forward")
    taken_back = known([DECLARED, monitoring, resolved, undo(90.0, IC, monitoring.id)])
    assert taken_back.mitigated_at == resolved.at


def test_it_is_over_since_that_was_said_first_in_whichever_order_it_arrives() -> None:
    early = said(FactKind.RESOLVED, 30.0, fix="not yet")
    reopened = said(FactKind.REOPENED, 60.0)
    first = said(FactKind.UPDATE_POSTED, 120.0, text="done", status=str(Status.RESOLVED))
    second = said(FactKind.RESOLVED, 180.0, fix="rolled back")
    for facts in permutations([early, reopened, first, second]):
        incident = known([DECLARED, *facts])
        assert (incident.resolved_at, incident.found(Finding.FIX)) == (first.at, "rolled back")
        assert incident.said_by_fact("resolved_at") == first.id
        assert reduce(fold, [DECLARED, *facts], None) == incident, "also one after the other"
        assert known([DECLARED, *facts, undo(181.0, IC, second.id)]).resolved_at == first.at
    assert known([DECLARED, early, reopened, second]).resolved_at == second.at
    assert known([DECLARED, early, second, undo(181.0, IC, early.id)]).resolved_at == second.at
    assert known([early, reopened, DECLARED]).resolved_at is None


def test_an_end_that_an_older_version_folded_counts() -> None:
    first = said(FactKind.RESOLVED, 30.0, fix="rolled back")
    stored = {name: value for name, value in known([DECLARED, first]).to_dict().items() if name != "ends"}
    again = said(FactKind.RESOLVED, 60.0, fix="and cleared the cache")
    assert fold(Incident.from_dict(stored), again).resolved_at == first.at


def test_a_false_alarm_that_is_reopened_is_one_no_more() -> None:
    ended = said(FactKind.RESOLVED, 60.0, fix="a test page", outcome=str(Outcome.FALSE_ALARM))
    assert known([DECLARED, ended]).found(Finding.OUTCOME) == Outcome.FALSE_ALARM
    reopened = known([said(FactKind.REOPENED, 90.0), ended, DECLARED])
    assert (reopened.found(Finding.OUTCOME), reopened.is_open) == ("", True)


def test_a_message_is_in_the_story_while_anybody_marks_it() -> None:
    message = {"channel": "C1", "ts": "1700000000.000100"}
    one = said(FactKind.MESSAGE_MARKED, 1.0, "U1", emoji="memo", **message)
    two = said(FactKind.MESSAGE_MARKED, 2.0, "U2", emoji="memo", **message)
    menu = said(FactKind.MESSAGE_MARKED, 3.0, "U1", **message)
    off = [said(FactKind.MESSAGE_UNMARKED, 4.0 + n, f"U{n}", emoji="memo", **message) for n in (1, 2)]
    for facts in permutations([one, two, *off]):
        (mark,) = marks_of(known([DECLARED, *facts]))
        assert (mark.is_marked, mark.unmarked_by) == (False, "U2")
    assert [mark.is_marked for mark in marks_of(known([DECLARED, one, two, off[0]]))] == [True]
    assert [mark.is_marked for mark in marks_of(known([DECLARED, one, menu, off[0]]))] == [True]
    assert not known([DECLARED, off[0]]).marks.get("x")
    assert marks_of(known([DECLARED, one]))[0].happened_at == datetime(
        2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC
    )


FILES = [{"name": "a", "url": "u"}]


def test_what_a_message_says_is_what_was_read_last() -> None:
    message = {"channel": "C1", "ts": "1.1"}
    key = mark_key("C1", "1.1")
    marked = said(FactKind.MESSAGE_MARKED, 1.0, **message)
    read = said(
        FactKind.MESSAGE_READ, 1.0, of=key, text="down", author_name="Ana", files=[], link="https://x"
    )
    edited = said(FactKind.MESSAGE_READ, 2.0, of=key, text="up", author_name="Ana", edited=True, files=FILES)
    gone = said(FactKind.MESSAGE_DELETED, 3.0, of=key)
    for facts in permutations([marked, read, edited, gone]):
        (mark,) = marks_of(known([DECLARED, *facts]))
        assert (mark.text, mark.is_read, mark.is_edited, mark.is_deleted) == ("up", True, True, True)
        assert (mark.files, mark.link) == ((File("a", "u"),), ""), "as a whole"
