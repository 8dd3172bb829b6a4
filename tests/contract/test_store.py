"""What `RunStore` promises of runs, and `IncidentStore` of names, held against both stores."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from incident.engine.run import (
    Claim,
    LeaseLostError,
    NoSuchRunError,
    Progress,
    Run,
    RunDoneError,
    RunLeasedError,
    RunState,
    StepRecord,
)
from incident.engine.workflow import Result
from incident.runtime import deadline
from incident.runtime.failures import PermanentError
from incident.runtime.settings import WorkerSettings
from incident.store.contract import IncidentStore
from incident.store.open import open_store
from tests.contract import stores
from tests.contract.stores import INCIDENT, at_once, carry_on, claim, declare, severity


def outcome(store: IncidentStore, wish: Claim) -> Run | None:
    """The run, or None where another worker holds it."""
    try:
        return store.claim(wish)
    except RunLeasedError:
        return None


def result(store: IncidentStore, run_id: str, step: str) -> Result | None:
    """What is on record of a step."""
    run = store.run(run_id)
    return run.steps.get(step) if run else None


# Claims


def test_a_new_run_has_nothing_on_record(store: IncidentStore) -> None:
    wish = claim(subject="incident", plan=["channel", "meet", "links"])
    run = store.claim(wish)

    assert (run.id, run.workflow, run.subject, run.delivery) == ("run", "declare", "incident", 1)
    assert (run.command, run.origin, run.plan) == (wish.command, wish.origin, wish.plan)
    assert (run.steps, run.waits, run.generation, run.incident) == ({}, 0, 0, None)


def test_nobody_else_gets_a_run_while_its_lease_holds(store: IncidentStore) -> None:
    store.claim(claim(lease=60.0))

    with pytest.raises(RunLeasedError) as refused:
        store.claim(claim(lease=60.0))

    assert 50.0 < refused.value.seconds <= 60.0


def test_the_next_delivery_takes_over_when_the_lease_has_ended(store: IncidentStore) -> None:
    store.claim(claim(lease=0.3))
    with pytest.raises(RunLeasedError):
        store.claim(claim())
    time.sleep(0.35)

    run = store.claim(claim())

    assert run.delivery == 2
    assert set(run.steps) == {"channel", "meet"}
    assert all(step.result is None and 0.3 < step.age < 5.0 for step in run.steps.values())


def test_a_write_renews_the_lease(store: IncidentStore) -> None:
    run = store.claim(claim(lease=0.6))
    for _ in range(4):
        time.sleep(0.2)
        run = store.record(run, Progress())

    assert outcome(store, claim()) is None


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.FAILED])
def test_a_run_given_up_can_be_claimed_at_once(store: IncidentStore, state: RunState) -> None:
    run = store.claim(claim(subject="incident"))
    store.record(run, Progress(results={"channel": {"id": "C1"}}, state=state))

    again = store.claim(claim(subject="incident"))

    assert (again.workflow, again.subject, again.delivery) == ("declare", "incident", 2)
    assert again.steps["channel"].result == {"id": "C1"}
    assert again.steps["meet"].result is None


def test_a_run_that_is_done_stays_done(store: IncidentStore) -> None:
    store.record(store.claim(claim()), Progress(state=RunState.WAITING))
    store.record(store.claim(claim()), Progress(state=RunState.DONE))

    for _ in range(2):
        with pytest.raises(RunDoneError) as refused:
            store.claim(claim())
        assert refused.value.delivery == 2


def test_a_run_is_carried_on_by_what_it_was_begun_with(store: IncidentStore) -> None:
    """Also where a newer version of the bot would begin it with something else."""
    begun = replace(declare(plan=["channel", "of this version"]), run_id="run")
    store.record(store.claim(begun), Progress(state=RunState.WAITING))
    newer = replace(claim(), workflow="other", command={}, origin={}, plan=frozenset({"of a newer version"}))
    for wish in (newer, carry_on("run")):
        run = store.claim(wish)
        assert (run.workflow, run.command, run.origin) == ("declare", begun.command, begun.origin)
        assert (run.subject, run.incident) == (INCIDENT, stores.incident())
        assert run.plan == {"channel", "of this version", "of a newer version"}
        store.record(run, Progress(state=RunState.WAITING))
    stored = store.run("run")
    assert stored is not None
    assert (stored.workflow, stored.command, stored.origin) == ("declare", begun.command, begun.origin)
    assert (stored.subject, stored.state, stored.steps) == (INCIDENT, RunState.WAITING, {})


def test_a_run_that_is_not_there_cannot_be_carried_on(store: IncidentStore) -> None:
    with pytest.raises(NoSuchRunError):
        store.claim(carry_on("run"))
    assert store.run("run") is None


@pytest.mark.parametrize("is_incident", [False, True])
def test_a_claim_whose_answer_was_lost_is_made_again(store: IncidentStore, is_incident: bool) -> None:
    wish = declare() if is_incident else claim()
    first = store.claim(wish)
    again = store.claim(wish)

    assert replace(again, version=None) == replace(first, version=None)
    again = store.record(again, Progress({"channel": {}}, facts=[severity(1, 1.0)] if is_incident else []))
    assert store.incident(INCIDENT) == (stores.incident(severity(1, 1.0)) if is_incident else None)
    assert outcome(store, claim(wish.run_id)) is None


def test_a_takeover_whose_answer_was_lost_is_made_again(store: IncidentStore) -> None:
    store.record(store.claim(claim()), Progress({"channel": {"id": "C1"}}, state=RunState.WAITING))
    wish = claim()
    first, again = store.claim(wish), store.claim(wish)

    assert (
        (again.delivery, set(again.steps)) == (first.delivery, set(first.steps)) == (2, {"channel", "meet"})
    )
    assert again.steps["channel"].result == {"id": "C1"}


@pytest.mark.parametrize("is_given_up", [False, True])
def test_a_claimant_whose_lease_is_over_claims_anew(store: IncidentStore, is_given_up: bool) -> None:
    wish = claim(lease=60.0 if is_given_up else 0.0)
    run = store.claim(wish)
    if is_given_up:
        store.record(run, Progress(state=RunState.WAITING))

    assert store.claim(wish).delivery == 2


def test_runs_do_not_mix(store: IncidentStore) -> None:
    ids = ["a", "A", "a/steps/b", "a%2Fsteps%2Fb", "é", "slash:1.2.3", "", "%", ".", "..", "__x__", "%."]
    for run_id in ids:
        run = store.claim(claim(run_id))
        store.record(run, Progress(results={"channel": {"of": run_id}}, state=RunState.WAITING))

    assert [result(store, run_id, "channel") for run_id in ids] == [{"of": run_id} for run_id in ids]
    assert sorted(one.id for one in store.due(100)) == sorted(ids)


def test_one_of_many_threads_gets_a_new_run(store: IncidentStore) -> None:
    runs = at_once(8, lambda _: outcome(store, declare()))

    assert [run.delivery for run in runs if run] == [1]


def test_one_of_many_threads_takes_a_run_over(store: IncidentStore) -> None:
    store.claim(claim(lease=0.0))

    runs = at_once(8, lambda _: outcome(store, claim()))

    assert [run.delivery for run in runs if run] == [2]


def claim_in_a_process(settings: WorkerSettings, ready: Any, answers: Any) -> None:
    ready.wait()
    run = outcome(open_store(settings), claim())
    answers.put(run.delivery if run else None)


def test_one_of_several_processes_gets_a_new_run(store_settings: WorkerSettings) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready, answers = spawn.Barrier(3), spawn.Queue()
    arguments = (store_settings, ready, answers)
    processes = [spawn.Process(target=claim_in_a_process, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    deliveries = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()

    assert sorted(deliveries, key=str) == [1, None, None]


# Writes


def test_a_worker_that_lost_the_lease_writes_nothing(store: IncidentStore) -> None:
    late = store.claim(declare(run_id="run", lease=0.0))
    holder = store.claim(claim())

    for _ in range(2):
        with pytest.raises(LeaseLostError):
            store.record(
                late,
                Progress(
                    results={"channel": {}},
                    starts=["links"],
                    reverted=["meet"],
                    facts=[severity(1, 1.0)],
                    surfaces={"board": {"ts": "1"}},
                    state=RunState.DONE,
                ),
            )

    assert result(store, "run", "channel") is None
    assert store.incident(INCIDENT) == stores.incident()
    assert (store.facts(INCIDENT), store.surfaces(INCIDENT)) == ([stores.declared()], {})
    assert outcome(store, claim()) is None
    store.record(holder, Progress(state=RunState.WAITING))
    assert set(store.claim(claim()).steps) == {"channel", "meet"}


def test_a_worker_that_lost_the_lease_is_told_so_whatever_it_writes(store: IncidentStore) -> None:
    """Also where that could not be written anyway."""
    late = store.claim(claim(subject="nowhere", lease=0.0))
    store.claim(claim())
    with pytest.raises(LeaseLostError):
        store.record(late, Progress(facts=[severity(1, 1.0)]))


def test_a_run_that_is_not_there_cannot_be_written_to(store: IncidentStore) -> None:
    run = store.claim(claim())
    with pytest.raises(LeaseLostError):
        store.record(replace(run, id="other"), Progress())

    assert outcome(store, claim("other")) is not None


def test_a_write_after_one_whose_answer_was_lost(store: IncidentStore) -> None:
    """Its caller has no newer version than the one from before, and still holds the run."""
    run = store.claim(claim())
    store.record(run, Progress(results={"channel": {"id": "C1"}}))

    store.record(run, Progress(results={"meet": {"link": "x"}}))

    assert result(store, "run", "channel") == {"id": "C1"}
    assert result(store, "run", "meet") == {"link": "x"}


@pytest.mark.parametrize("state", list(RunState))
def test_the_same_write_made_again_is_as_if_made_once(store: IncidentStore, state: RunState) -> None:
    """As the engine makes it where the store did not answer: with the run and the progress of before."""
    run = store.claim(declare(run_id="run"))
    progress = Progress(
        results={"channel": {"id": "C1"}},
        retried=["channel"],
        starts=["links"],
        reverted=["meet"],
        facts=[severity(1, 1.0), severity(2, 2.0)],
        surfaces={"board": {"ts": "1"}},
        state=state,
        is_put_off=True,
        waits_for="drive,meet",
    )
    store.record(run, progress)
    for again in (store.record(run, progress), store.record(run, progress)):
        assert again.incident == stores.incident(severity(1, 1.0), severity(2, 2.0))
        assert again.waits == 1

    assert store.incident(INCIDENT) == stores.incident(severity(1, 1.0), severity(2, 2.0))
    assert store.surfaces(INCIDENT) == {"board": {"ts": "1"}}
    if state is RunState.DONE:
        with pytest.raises(RunDoneError):
            store.claim(claim())
    elif state is not RunState.RUNNING:
        after = store.claim(claim())
        assert (after.waits, after.delivery, set(after.steps)) == (1, 2, {"channel", "links"})
        assert after.steps["channel"].is_retried


@pytest.mark.parametrize(
    "hostile",
    [{"reason": float("nan")}, {"reason": "\ud800"}, {"reason": {1, 2}}],
    ids=["not a number", "half a character", "a set"],
)
def test_what_cannot_be_stored_writes_nothing(store: IncidentStore, hostile: Mapping[str, Any]) -> None:
    run = store.claim(declare(run_id="run"))
    for progress in (
        Progress({"channel": {}, "meet": hostile}, facts=[severity(1, 1.0)]),
        Progress({"channel": {}}, facts=[stores.fact("x", "unheard of", **hostile)]),
        Progress({"channel": {}}, surfaces={"board": hostile}),
    ):
        with pytest.raises((ValueError, TypeError)):
            store.record(run, progress)

    assert result(store, "run", "channel") is None
    assert store.incident(run.subject) == stores.incident()


def test_a_start_begins_the_age_anew(store: IncidentStore) -> None:
    run = store.claim(claim())
    time.sleep(0.4)
    store.record(run, Progress(starts=["meet", "links"], state=RunState.WAITING))

    steps = store.claim(claim()).steps

    assert steps["channel"].age > 0.39
    assert steps["meet"].age < 0.39
    assert steps["links"].age < 0.39


def test_the_starts_of_a_claim_count_for_a_new_run_alone(store: IncidentStore) -> None:
    run = store.claim(claim(starts=["channel"]))
    store.record(run, Progress(state=RunState.WAITING))
    run = store.claim(claim(starts=["links"]))
    store.record(run, Progress(state=RunState.WAITING))

    assert set(store.claim(claim()).steps) == {"channel"}


def test_the_start_of_a_step_that_surely_did_nothing_is_forgotten(store: IncidentStore) -> None:
    run = store.claim(claim(starts=["channel", "meet", "again"]))
    run = store.record(run, Progress(starts=["odd name.`x`"]))
    time.sleep(0.3)
    reverted = ["meet", "odd name.`x`", "never started", "again"]
    store.record(run, Progress(reverted=reverted, starts=["again"], state=RunState.WAITING))

    steps = store.claim(claim()).steps
    assert set(steps) == {"channel", "again"}
    assert steps["again"].age < 0.3 <= steps["channel"].age


RESULTS: list[Mapping[str, Any]] = [
    {},
    {"id": "C1", "none": None, "yes": True, "number": 2**70, "fraction": 0.1, "empty": ""},
    {"rows": [[1, [2, []]], {"deep": {"a.b": {"`c`": ["d"]}}}], "": "nameless", "__x__": {}},
    {"words": 'Panne d’accès — 数据库 🔥 \x00\u202e "quoted" \\ /'},
    {"long": "x" * 100_000},
]


@pytest.mark.parametrize("stored", RESULTS, ids=["empty", "plain", "nested", "words", "long"])
def test_json_comes_back_as_it_was(store: IncidentStore, stored: Mapping[str, Any]) -> None:
    wish = replace(declare(run_id="run"), command=stored, origin=stored)
    said = stores.fact("said", "unheard of", **stored)
    progress = Progress({"channel": stored}, facts=[said], surfaces={"board": stored}, state=RunState.WAITING)
    store.record(store.claim(wish), progress)

    run = store.claim(claim())
    assert (run.command, run.origin, run.steps["channel"].result) == (stored, stored, stored)
    assert result(store, "run", "channel") == stored
    assert store.facts(INCIDENT)[1] == said
    assert store.surfaces(INCIDENT) == {"board": stored}


def test_a_result_of_a_step_that_never_started(store: IncidentStore) -> None:
    run = store.claim(claim(starts=[]))
    progress = Progress({"odd name.`x`": {"a": 1}}, retried=["odd name.`x`"], state=RunState.WAITING)
    store.record(run, progress)

    assert store.claim(claim()).steps == {"odd name.`x`": StepRecord(0.0, {"a": 1}, is_retried=True)}


def test_waits_are_counted(store: IncidentStore) -> None:
    for waits in range(3):
        run = store.claim(claim())
        assert run.waits == waits
        store.record(run, Progress(state=RunState.WAITING, is_put_off=True))
    store.record(store.claim(claim()), Progress(state=RunState.WAITING))
    assert store.claim(claim()).waits == 3


# What is due


def test_what_waits_is_due_when_it_said(store: IncidentStore) -> None:
    store.record(store.claim(claim("now")), Progress(state=RunState.WAITING, waits_for="drive,meet"))
    store.record(store.claim(claim("soon")), Progress(state=RunState.WAITING, due=0.4))
    store.record(store.claim(claim("later")), Progress(state=RunState.WAITING, due=60.0))
    store.record(store.claim(claim("failed")), Progress(state=RunState.FAILED))
    store.record(store.claim(claim("done")), Progress(state=RunState.DONE))
    store.claim(claim("at it", lease=0.0))

    assert [(run.id, run.waits_for) for run in store.due(9)] == [("now", "drive,meet")]
    time.sleep(0.5)
    assert [(run.id, run.waits_for) for run in store.due(9)] == [("now", "drive,meet"), ("soon", "")]


def test_what_failed_is_due_only_where_something_of_it_is_delayed(store: IncidentStore) -> None:
    store.record(store.claim(claim()), Progress(state=RunState.FAILED, due=0.4))
    assert store.due(9) == []
    time.sleep(0.5)
    assert [run.id for run in store.due(9)] == ["run"]
    store.record(store.claim(claim()), Progress(state=RunState.FAILED))
    assert store.due(9) == []


def test_what_is_due_longest_comes_first(store: IncidentStore) -> None:
    for name, seconds in {"c": 0.03, "a": -5.0, "d": 0.1, "b": -1.0}.items():
        store.record(store.claim(claim(name)), Progress(state=RunState.WAITING, due=seconds))
    time.sleep(0.4)

    assert [run.id for run in store.due(9)] == ["a", "b", "c", "d"]
    assert [run.id for run in store.due(2)] == ["a", "b"]


def test_a_run_whose_worker_died_is_due_some_time_after_its_lease(store: IncidentStore) -> None:
    store.claim(claim("just over", lease=-39.5))
    store.claim(claim("long over", lease=-41.0))
    assert [run.id for run in store.due(9)] == ["long over"]
    time.sleep(0.6)
    assert [run.id for run in store.due(9)] == ["long over", "just over"]


def test_what_is_claimed_is_not_due(store: IncidentStore) -> None:
    store.record(store.claim(claim()), Progress(state=RunState.WAITING))
    run = store.claim(claim())
    assert store.due(9) == []
    store.record(run, Progress())
    assert store.due(9) == []


# Names


def names(count: int) -> list[str]:
    return ["incident-x", *(f"incident-x-{number}" for number in range(2, count + 1))]


def test_a_name_is_reserved_once_and_for_good(store: IncidentStore) -> None:
    assert store.reserve("first", names(3)) == "incident-x"
    assert store.reserve("second", names(3)) == "incident-x-2"
    assert store.reserve("first", names(3)) == "incident-x"
    assert store.reserve("second", iter(names(3))) == "incident-x-2"
    assert store.reserve("first", ["incident-y"]) == "incident-y"
    with pytest.raises(ValueError, match="free"):
        store.reserve("third", names(2))
    assert store.reserve("third", names(3)) == "incident-x-3"


def test_what_is_to_happen_once_is_reserved_by_one_run(store: IncidentStore) -> None:
    """Whatever is in its name: of a role that a newer version knows, of a person, with slashes."""
    notes = [f"note/{INCIDENT}/{role}/{user}" for role in ("scribe", "é/..", "") for user in ("U1", "u1")]
    for name in notes:
        assert store.reserve(f"first {name}", [name]) == name
        with pytest.raises(ValueError, match="free"):
            store.reserve("second", [name])
    assert [store.reserve(f"first {name}", [name]) for name in notes] == notes
    assert store.reserve("second", names(1)) == "incident-x"


def test_one_of_many_is_the_one_who_does_what_happens_once(store: IncidentStore) -> None:
    def is_mine(number: int) -> bool:
        try:
            return store.reserve(f"run {number}", ["note/i/scribe/U1"]) != ""
        except ValueError:
            return False

    assert sum(at_once(8, is_mine)) == 1


def test_twenty_who_want_the_same_name_get_twenty_names(store: IncidentStore) -> None:
    reserved = at_once(20, lambda number: store.reserve(f"incident {number}", names(20)))

    assert sorted(reserved) == sorted(names(20))
    again = [store.reserve(f"incident {number}", names(20)) for number in range(20)]
    assert again == reserved


def test_one_incident_gets_one_name_however_often_it_asks_at_once(store: IncidentStore) -> None:
    reserved = at_once(8, lambda _: store.reserve("incident", names(8)))

    assert set(reserved) == {"incident-x"}


# Time, and errors


def test_no_call_begins_when_no_time_is_left(store: IncidentStore) -> None:
    with deadline.bounded_by(lambda: 0.1), pytest.raises(deadline.DeadlineExceededError):
        store.incident("any")


def test_facts_about_an_incident_that_is_not_there_write_nothing(store: IncidentStore) -> None:
    run = store.claim(claim(subject="nowhere"))

    with pytest.raises(PermanentError, match="no such incident"):
        store.record(run, Progress(results={"channel": {}}, facts=[severity(1, 1.0)]))
    with pytest.raises(PermanentError, match="no such incident"):
        store.claim(claim("other", subject="nowhere", facts=[severity(1, 1.0)]))

    assert result(store, "run", "channel") is None
    assert (store.incident("nowhere"), store.facts("nowhere"), store.run("other")) == (None, [], None)


def test_opening_a_store_again_keeps_what_is_in_it(store_settings: WorkerSettings) -> None:
    open_store(store_settings).claim(declare())

    assert open_store(store_settings).incident(INCIDENT) == stores.incident()
