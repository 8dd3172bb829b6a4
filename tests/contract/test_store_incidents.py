"""What `IncidentStore` promises of facts, surfaces and reflecting runs, held against both stores."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from itertools import permutations
from typing import Any

import pytest

from incident.engine.run import Progress, Run, RunDoneError, RunLeasedError, RunState
from incident.model.facts import Fact, FactKind
from incident.model.fold import replay
from incident.model.incident import Status
from incident.store.contract import REFLECT, REFLECT_COMMAND, IncidentStore, reflect_run
from tests.contract import stores
from tests.contract.stores import AT, INCIDENT, at_once, carry_on, claim, declare, declared, fact, severity

REFLECTS = reflect_run(INCIDENT)
WAIT = Progress(state=RunState.WAITING)
DONE = Progress(state=RunState.DONE)


def state(store: IncidentStore, *facts: Fact, run_id: str = "") -> Run:
    """Has a command of its own state these facts about the incident, and end."""
    run = store.claim(claim(run_id or f"states {facts[0].id}", subject=INCIDENT, facts=facts))
    return store.record(run, DONE)


def reflect(store: IncidentStore, **progress: Any) -> Run:
    """Claims the reflecting run and ends it; how it is then."""
    return store.record(store.claim(carry_on(REFLECTS)), Progress(**{"state": RunState.DONE, **progress}))


# Facts


def test_a_declaration_creates_an_incident(store: IncidentStore) -> None:
    run = store.claim(declare())

    assert run.incident == store.incident(INCIDENT) == stores.incident()
    assert stores.incident().version == 1
    assert store.facts(INCIDENT) == [declared()]
    assert (store.incident("other"), store.facts("other"), store.surfaces("other")) == (None, [], {})


def test_a_command_finds_the_incident_as_it_is_then(store: IncidentStore) -> None:
    store.claim(declare())
    state(store, severity(1, 1.0))

    assert store.claim(claim(subject=INCIDENT)).incident == stores.incident(severity(1, 1.0))
    said = store.claim(claim("other", subject=INCIDENT, facts=[severity(2, 2.0)]))
    assert said.incident == store.incident(INCIDENT) == stores.incident(severity(1, 1.0), severity(2, 2.0))


def test_what_a_step_states_is_stored_with_its_result(store: IncidentStore) -> None:
    run = store.claim(declare())
    made = fact("channel", FactKind.CHANNEL_CREATED, channel_id="C1", channel_name="incident-x")
    run = store.record(run, Progress({"channel": {"id": "C1"}}, facts=[made]))

    assert run.incident == store.incident(INCIDENT) == stores.incident(made)
    assert store.facts(INCIDENT) == [declared(), made]


def test_a_fact_that_is_stated_twice_counts_once(store: IncidentStore) -> None:
    run = store.claim(declare())
    said = severity(1, 1.0)
    run = store.record(run, Progress(facts=[said, said]))
    store.record(run, Progress(facts=[said, severity(2, 2.0)]))
    state(store, severity(3, 3.0), said, run_id="another run")

    assert store.incident(INCIDENT) == stores.incident(said, severity(2, 2.0), severity(3, 3.0))
    assert [one.id for one in store.facts(INCIDENT)] == [
        declared().id, said.id, "severity 2.0", "severity 3.0",
    ]  # fmt: skip


def test_what_was_said_last_wins_whichever_command_ends_last(store: IncidentStore) -> None:
    store.claim(declare())
    older = store.claim(claim("older", subject=INCIDENT))
    newer = store.claim(claim("newer", subject=INCIDENT))
    store.record(newer, Progress(facts=[severity(1, 9.0)], state=RunState.DONE))
    told = store.record(older, Progress(facts=[severity(4, 1.0)], state=RunState.DONE))

    assert told.incident is not None
    assert (told.incident.severity, told.incident.version) == ("sev1", 3)
    assert store.incident(INCIDENT) == told.incident == stores.incident(severity(1, 9.0), severity(4, 1.0))


FACTS = [
    fact("a", FactKind.CHANNEL_CREATED, 1.0, channel_id="C1", channel_name="x"),
    severity(1, 5.0, "b"),
    severity(3, 2.0, "c"),
    fact("d", FactKind.ROLE_TAKEN, 3.0, role="comms of a newer version", user="U7"),
    fact("e", "of a newer version", 4.0, deep=[[1]]),
]


def test_facts_in_any_order_and_any_number_of_times_make_the_same(store: IncidentStore) -> None:
    orders = random.Random(1).sample(list(permutations(FACTS)), 4)
    snapshots = []
    for number, order in enumerate(orders):
        incident_id = f"incident {number}"
        run = store.claim(declare(incident_id))
        for said in order:
            run = store.record(run, Progress(facts=[said]))
            run = store.record(run, Progress(facts=[order[0], said]))
        snapshot = store.incident(incident_id)
        assert snapshot is not None
        assert snapshot == run.incident == replay(store.facts(incident_id))
        snapshots.append({**snapshot.to_dict(), "id": "", "stamps": set(snapshot.stamps) - {"id"}})
    assert snapshots == snapshots[:1] * len(orders)
    assert (snapshots[0]["severity"], snapshots[0]["version"]) == ("sev1", 6)


@pytest.mark.parametrize("is_undone", [False, True])
def test_twenty_who_speak_at_once_are_all_heard(store: IncidentStore, is_undone: bool) -> None:
    """Also where something was taken back, so that each reads all facts."""
    store.claim(declare())
    before = [fact("undo", FactKind.UNDONE, -1.0)] if is_undone else []
    for undo in before:
        state(store, undo)
    said = [fact(f"fact {n}", FactKind.ROLE_TAKEN, float(n), role=f"role {n}", user="U2") for n in range(20)]
    began = time.monotonic()

    at_once(20, lambda n: store.claim(claim(f"run {n}", subject=INCIDENT, facts=[said[n]])))

    seconds = time.monotonic() - began
    assert store.incident(INCIDENT) == stores.incident(*before, *said)
    assert store.facts(INCIDENT) == [*before, declared(), *said]
    assert seconds < 6  # 0.6 to 1.4 in Firestore's emulator on two processors
    reflected = store.claim(carry_on(REFLECTS))
    assert reflected.generation == 21 + is_undone
    assert reflected.incident == stores.incident(*before, *said)


def test_runs_that_state_facts_at_once_lose_nothing(store: IncidentStore) -> None:
    store.claim(declare())
    said = [severity(n % 4 + 1, float(n)) for n in range(8)]
    runs = [store.claim(claim(f"run {n}", subject=INCIDENT)) for n in range(8)]

    at_once(8, lambda n: store.record(runs[n], Progress({"line": {"n": n}}, facts=[said[n]])))

    assert store.incident(INCIDENT) == stores.incident(*said)
    assert [(one.steps if (one := store.run(f"run {n}")) else None) for n in range(8)] == [
        {"line": {"n": n}} for n in range(8)
    ]


def test_a_run_that_comes_again_states_nothing_again(store: IncidentStore) -> None:
    store.record(store.claim(declare()), WAIT)
    state(store, severity(1, 1.0))
    again = store.claim(replace(declare(), facts=[declared(), severity(4, 9.0)]))

    assert again.incident == store.incident(INCIDENT) == stores.incident(severity(1, 1.0))


def test_an_incident_without_its_run_was_done_and_is_left_alone(store: IncidentStore) -> None:
    store.claim(declare(run_id="expired since"))

    with pytest.raises(RunDoneError):
        store.claim(declare(run_id="as if new"))

    assert store.incident(INCIDENT) == stores.incident()
    assert store.run("as if new") is None


def test_what_a_newer_version_wrote_is_kept(store: IncidentStore) -> None:
    """A status, a role, a severity, a field, a kind of fact that this one does not know."""
    newer = replace(declared(), data={**declared().data, "mood": {"calm": [1, "x"]}, "status": "smouldering"})
    run = store.claim(declare(facts=[newer]))
    unheard_of = fact("x", "postmortem_scheduled", 1.0, day="2026-12-01", people=[["U1"], []])
    said = [unheard_of, fact("y", FactKind.SEVERITY_SET, 1.0, severity="sev0")]
    store.record(run, Progress(facts=said))
    state(store, fact("z", FactKind.ROLE_TAKEN, 2.0, role="scribe", user="U9"))

    incident = store.incident(INCIDENT)
    assert incident is not None
    assert (incident.status, incident.severity, incident.roles["scribe"]) == ("smouldering", "sev0", "U9")
    assert (incident.unknown, incident.version) == ({"mood": {"calm": [1, "x"]}}, 4)
    assert store.facts(INCIDENT)[1] == unheard_of


def test_an_incident_is_found_by_its_channel(store: IncidentStore) -> None:
    run = store.claim(declare())
    store.claim(declare("second"))
    made = fact("channel", FactKind.CHANNEL_CREATED, channel_id="C1", channel_name="x")

    assert store.incident_in_channel("") is None
    assert store.incident_in_channel("C1") is None
    store.record(run, Progress(facts=[made]))

    assert store.incident_in_channel("C1") == stores.incident(made)
    assert store.incident_in_channel("") is None
    assert store.incident_in_channel("c1") is None


def test_what_was_declared_since(store: IncidentStore) -> None:
    for number, (seconds, opener, title) in enumerate(
        [(-90_000, "U1", "down"), (-50, "U1", "down"), (0, "U1", "down"), (1, "U2", "down"), (2, "U1", "up")]
    ):
        said = declared(f"i{number}", at=AT + timedelta(seconds=seconds), opener=opener, title=title)
        store.claim(declare(f"i{number}", facts=[said]))

    def found(opener: str, title: str, seconds: float) -> str:
        incident = store.declared_since(opener, title, AT + timedelta(seconds=seconds))
        return incident.id if incident else ""

    assert found("U1", "down", -60) == found("U1", "down", -100_000) == "i2"
    assert found("U2", "down", -60) == "i3"
    assert found("U1", "up", -60) == "i4"
    assert found("U1", "down", 0) == found("U1", "Down", -60) == found("U3", "down", -60) == ""


def test_open_incidents(store: IncidentStore) -> None:
    """By when they were declared, whatever the timezone it was said in."""
    assert store.open_incidents(9) == []
    paris = timezone(timedelta(hours=2))
    times = {"b": AT, "c": AT + timedelta(hours=1), "a": (AT - timedelta(minutes=1)).astimezone(paris)}
    for incident_id, at in times.items():
        store.claim(declare(incident_id, facts=[declared(incident_id, at=at)]))

    assert [one.id for one in store.open_incidents(9)] == ["c", "b", "a"]
    assert [one.id for one in store.open_incidents(2)] == ["c", "b"]
    assert store.open_incidents(1) == [store.incident("c")]

    set_status(store, "c", Status.RESOLVED, 4000.0)
    set_status(store, "b", "smouldering", 1.0)
    assert [one.id for one in store.open_incidents(2)] == ["b", "a"]
    set_status(store, "c", Status.MONITORING, 4001.0)
    assert [one.id for one in store.open_incidents(2)] == ["c", "b"]


def set_status(store: IncidentStore, incident_id: str, status: str, seconds: float) -> None:
    said = fact(f"{incident_id} {status}", FactKind.STATUS_SET, seconds, status=status)
    store.claim(claim(f"states {said.id}", subject=incident_id, facts=[said]))


def test_failed_runs(store: IncidentStore) -> None:
    for incident_id in (INCIDENT, "other"):
        for run_state in RunState:
            run = store.claim(claim(f"{run_state} {incident_id}/1", subject=incident_id))
            store.record(run, Progress(state=run_state))
    run = store.claim(claim("another", subject=INCIDENT))
    store.record(run, Progress(state=RunState.FAILED))

    assert store.failed_runs(INCIDENT) == ["another", f"failed {INCIDENT}/1"]
    assert store.failed_runs("other") == ["failed other/1"]
    assert store.failed_runs("") == store.failed_runs("unknown") == []
    store.record(store.claim(carry_on("another")), DONE)
    assert store.failed_runs(INCIDENT) == [f"failed {INCIDENT}/1"]


# Surfaces


def test_each_surface_is_kept_by_itself(store: IncidentStore) -> None:
    run = store.claim(declare())
    run = store.record(run, Progress(surfaces={"board": {"ts": "1", "deep": {"a": 1}}, "odd.`x`": {}}))
    store.record(run, Progress(surfaces={"board": {"ts": "2", "deep": {"b": 2}}, "row": {"version": 3}}))

    assert store.surfaces(INCIDENT) == {
        "board": {"ts": "2", "deep": {"b": 2}}, "odd.`x`": {}, "row": {"version": 3},
    }  # fmt: skip


# The reflecting run


def test_an_incident_is_reflected_from_its_declaration_on(store: IncidentStore) -> None:
    store.claim(declare())
    waiting = store.run(REFLECTS)
    assert waiting is not None
    assert (waiting.workflow, waiting.command, waiting.subject) == (REFLECT, REFLECT_COMMAND, INCIDENT)
    assert (waiting.state, waiting.steps) == (RunState.WAITING, {})
    assert store.due(9) == []

    wish = replace(claim(REFLECTS, starts=["topic"], plan=["topic", "row"]), workflow=REFLECT)
    run = store.claim(wish)
    assert (run.workflow, run.command, run.subject, run.origin) == (REFLECT, REFLECT_COMMAND, INCIDENT, {})
    assert (run.delivery, run.generation, dict(run.steps), run.plan) == (1, 1, {}, wish.plan)
    assert run.incident == stores.incident()
    assert store.claim(wish).steps == {}
    done = store.record(run, Progress({"topic": {}, "row": {}}, state=RunState.DONE))
    assert done.generation == 1
    with pytest.raises(RunDoneError):
        store.claim(carry_on(REFLECTS))
    assert store.due(9) == []


def asks_by_fact(store: IncidentStore) -> None:
    state(store, severity(1, time.monotonic()))


def asks_by_surface(store: IncidentStore) -> None:
    run_id = f"shows {time.monotonic()}"
    store.record(store.claim(claim(run_id, subject=INCIDENT)), Progress(surfaces={"row": {}}))


@pytest.fixture(params=[asks_by_fact, asks_by_surface])
def ask(request: pytest.FixtureRequest, store: IncidentStore) -> Callable[[], None]:
    return lambda: request.param(store)


def test_what_changes_before_a_claim_is_of_that_generation(
    store: IncidentStore, ask: Callable[[], None]
) -> None:
    store.claim(declare())
    ask()
    run = store.claim(carry_on(REFLECTS))
    assert run.generation == 2
    assert store.record(run, DONE).generation == 2
    with pytest.raises(RunDoneError):
        store.claim(carry_on(REFLECTS))


@pytest.mark.parametrize("when", ["before the first write", "before the last write", "before both"])
def test_what_changes_while_a_worker_reflects_is_reflected_next(
    store: IncidentStore, ask: Callable[[], None], when: str
) -> None:
    store.claim(declare())
    run = store.claim(replace(claim(REFLECTS, plan=["topic"]), workflow=REFLECT))
    if when != "before the last write":
        ask()
    run = store.record(run, Progress({"topic": {"version": 1}}))
    assert run.generation == 1
    if when != "before the first write":
        ask()
    last = Progress(surfaces={"topic": {}}, state=RunState.DONE)
    done = store.record(run, last)
    newest = 3 if when == "before both" else 2

    assert (run.generation, done.generation) == (1, newest)
    assert [one.id for one in store.due(9)] == [REFLECTS]
    again = store.record(run, last)  # its answer may have been lost
    assert again.generation == newest
    waiting = store.run(REFLECTS)
    assert waiting is not None
    assert waiting.state == RunState.WAITING
    run = store.claim(carry_on(REFLECTS))
    assert (run.generation, run.delivery, run.steps.get("topic")) == (newest, 2, None)
    assert store.record(run, DONE).generation == newest
    assert store.due(9) == []


def test_what_changes_after_the_last_write_is_reflected_next(
    store: IncidentStore, ask: Callable[[], None]
) -> None:
    store.claim(declare())
    assert reflect(store).generation == 1
    ask()
    assert store.due(9) == []  # a message asks for it; the tick, in a minute
    run = store.claim(carry_on(REFLECTS))
    assert (run.generation, run.delivery) == (2, 2)


def test_a_generation_that_was_put_off_is_finished_for_the_newest(
    store: IncidentStore, ask: Callable[[], None]
) -> None:
    store.claim(declare())
    reflect(store, state=RunState.WAITING, is_put_off=True, results={"topic": {}})
    run = store.claim(carry_on(REFLECTS))
    assert (run.generation, run.waits, set(run.steps)) == (1, 1, {"topic"})
    store.record(run, WAIT)
    ask()
    run = store.claim(carry_on(REFLECTS))
    assert (run.generation, run.waits) == (2, 0)
    assert store.record(run, DONE).generation == 2


def test_what_the_reflecting_run_shows_asks_for_nothing_and_what_it_states_does(store: IncidentStore) -> None:
    store.claim(declare())
    assert reflect(store, surfaces={"row": {"version": 1}}).generation == 1
    state(store, severity(1, 1.0))
    run = store.claim(carry_on(REFLECTS))
    adopted = store.record(run, Progress(facts=[severity(2, 2.0)], state=RunState.DONE))
    assert (adopted.generation, adopted.incident) == (3, stores.incident(severity(1, 1.0), severity(2, 2.0)))
    assert [one.id for one in store.due(9)] == [REFLECTS]
    run = store.claim(carry_on(REFLECTS))
    assert run.generation == 3
    assert store.record(run, Progress(facts=[severity(2, 2.0)], state=RunState.DONE)).generation == 3


def asked_for(store: IncidentStore) -> int:
    """How often the incident is to be reflected, by now."""
    return store.claim(carry_on(REFLECTS, lease=0.0)).generation


def test_the_line_of_a_change_asks_for_nothing_where_it_shows_the_newest(store: IncidentStore) -> None:
    store.claim(declare())
    run = store.claim(claim(subject=INCIDENT, facts=[severity(1, 1.0)]))
    run = store.record(run, Progress({"line": {}}, surfaces={"line": {"version": 2}}))
    assert asked_for(store) == 2
    run = store.record(run, Progress(facts=[severity(2, 2.0)]))
    run = store.record(run, Progress(surfaces={"line": {"version": 3}, "thread": {"version": 3}}))
    assert (asked_for(store), run.incident) == (3, store.incident(INCIDENT))
    store.record(run, Progress(facts=[severity(3, 3.0)], surfaces={"line": {"version": 3}}))
    assert asked_for(store) == 4


@pytest.mark.parametrize("version", [0, 2])
def test_a_surface_that_is_older_than_the_newest_fact_asks(store: IncidentStore, version: int) -> None:
    """Whoever states that fact, and although it was reflected before the surface was on record."""
    store.claim(declare())
    run = store.claim(claim(subject=INCIDENT, facts=[severity(1, 1.0)]))
    state(store, severity(2, 2.0))
    assert reflect(store).generation == 3
    run = store.record(run, Progress(surfaces={"new": {"version": 3}, "line": {"version": version}}))
    assert store.surfaces(INCIDENT)["line"] == {"version": version}
    assert asked_for(store) == 4
    store.record(run, Progress(surfaces={"line": {"version": 3}}))
    assert asked_for(store) == 4


def test_surfaces_and_facts_at_once_leave_nothing_unseen(store: IncidentStore) -> None:
    """Each surface either shows all that was known when it was put on record, or asks."""
    store.claim(declare())
    runs = [store.claim(claim(f"run {n}", subject=INCIDENT)) for n in range(6)]

    def work(number: int) -> Run:
        if number % 2:
            return store.record(runs[number], Progress(facts=[severity(1, float(number))]))
        return store.record(runs[number], Progress(surfaces={f"surface {number}": {"version": 1}}))

    at_once(6, work)
    late = store.claim(claim("late", subject=INCIDENT))
    before = asked_for(store)
    assert 4 <= before <= 7  # three facts, and those surfaces that came after one
    store.record(late, Progress(surfaces={"surface": {"version": 4}}))
    assert asked_for(store) == before


def test_a_surface_of_an_incident_that_was_declared_since(store: IncidentStore) -> None:
    run = store.claim(claim(subject=INCIDENT))
    store.claim(declare())
    run = store.record(run, Progress(surfaces={"line": {"version": 1}}))
    assert asked_for(store) == 1
    store.record(run, Progress(surfaces={"line": {}}))
    assert asked_for(store) == 2


def test_a_new_generation_does_its_plan_anew(store: IncidentStore) -> None:
    store.claim(declare())
    plan = ["done", "retried", "swept", "started", "unknown"]
    run = store.claim(replace(claim(REFLECTS, starts=["started"], plan=plan), workflow=REFLECT))
    results: dict[str, Any] = {
        name: {"n": 1} for name in ("done", "retried", "swept", "sweep.swept", "notice")
    }
    delays = ["delay.done", "delay.started", "delay.notice"]
    run = store.record(run, Progress(starts=["retried", "swept", "done", *delays]))
    time.sleep(0.2)
    store.record(run, Progress(results, retried=["retried", "swept"], state=RunState.DONE))
    state(store, severity(1, 1.0))

    run = store.claim(carry_on(REFLECTS))
    assert {name: (step.result, step.is_retried) for name, step in run.steps.items()} == {
        "started": (None, False),
        "retried": (None, True),
        "notice": ({"n": 1}, False),
        "delay.notice": (None, False),
    }
    assert run.steps["retried"].age >= 0.2
    assert run.plan == set(plan)
    waiting = store.run(REFLECTS)
    assert waiting is not None
    assert set(waiting.steps) == {"notice"}
    store.record(run, WAIT)
    assert store.claim(carry_on(REFLECTS)).steps.keys() == run.steps.keys()


def test_asking_does_not_prolong_a_lease(store: IncidentStore, ask: Callable[[], None]) -> None:
    store.claim(declare())
    store.claim(carry_on(REFLECTS, lease=0.6))
    ask()
    with pytest.raises(RunLeasedError):
        store.claim(carry_on(REFLECTS))
    time.sleep(0.4)
    ask()
    time.sleep(0.3)
    assert store.claim(carry_on(REFLECTS)).delivery == 2


def test_asking_again_and_again_does_not_put_off_what_is_due(store: IncidentStore) -> None:
    store.claim(declare())
    reflect(store, state=RunState.WAITING, due=0.3)
    for seconds in range(2):
        state(store, severity(1, float(seconds)))
    time.sleep(0.35)
    assert [one.id for one in store.due(9)] == [REFLECTS]


def test_hundreds_who_ask_while_a_worker_reflects(store: IncidentStore) -> None:
    store.claim(declare())
    run = store.claim(carry_on(REFLECTS))
    askers = [store.claim(claim(f"run {n}", subject=INCIDENT)) for n in range(8)]

    def work(number: int) -> None:
        if number == 8:
            held = run
            for turn in range(5):
                held = store.record(held, Progress({f"step {turn}": {}}))
        else:
            store.record(askers[number], Progress(surfaces={f"surface {number}": {}}))

    at_once(9, work)
    done = store.record(run, DONE)
    assert done.generation == 9
    again = store.claim(carry_on(REFLECTS))
    assert (again.generation, set(again.steps)) == (9, {f"step {turn}" for turn in range(5)})
    assert set(store.surfaces(INCIDENT)) == {f"surface {number}" for number in range(8)}
