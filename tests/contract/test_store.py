"""What `IncidentStore` promises, held against both stores."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from incident.engine.run import (
    Claim,
    LeaseLostError,
    Progress,
    Run,
    RunDoneError,
    RunLeasedError,
    RunState,
    StepRecord,
)
from incident.model.incident import Incident
from incident.runtime import deadline
from incident.runtime.failures import PermanentError
from incident.runtime.settings import WorkerSettings
from incident.store.contract import IncidentStore
from incident.store.open import open_store
from tests.contract import stores
from tests.contract.stores import at_once, changed, claim


@pytest.fixture(params=["sqlite", "firestore"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> WorkerSettings:
    if request.param == "sqlite":
        return stores.settings(f"sqlite:{tmp_path / 'store.db'}")
    return stores.settings("firestore", request.getfixturevalue("firestore_emulator"))


@pytest.fixture
def store(settings: WorkerSettings) -> IncidentStore:
    return open_store(settings)


def outcome(store: IncidentStore, wish: Claim) -> Run | None:
    """The run, or None where somebody else holds it."""
    try:
        return store.claim(wish)
    except RunLeasedError:
        return None


# Claims


def test_a_new_run_has_nothing_on_record(store: IncidentStore) -> None:
    run = store.claim(claim(subject="incident"))

    assert (run.id, run.workflow, run.subject, run.delivery) == ("run", "declare", "incident", 1)
    assert run.steps == {}


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


def test_runs_do_not_mix(store: IncidentStore) -> None:
    ids = ["a", "A", "a/steps/b", "a%2Fsteps%2Fb", "é", "slash:1.2.3", "", "%", ".", "..", "__x__"]
    for run_id in ids:
        run = store.claim(claim(run_id))
        store.record(run, Progress(results={"channel": {"of": run_id}}))

    assert [store.result(run_id, "channel") for run_id in ids] == [{"of": run_id} for run_id in ids]


def test_one_of_many_threads_gets_a_new_run(store: IncidentStore) -> None:
    runs = at_once(8, lambda _: outcome(store, claim(creates=stores.incident())))

    assert [run.delivery for run in runs if run] == [1]


def test_one_of_many_threads_takes_a_run_over(store: IncidentStore) -> None:
    store.claim(claim(lease=0.0))

    runs = at_once(8, lambda _: outcome(store, claim()))

    assert [run.delivery for run in runs if run] == [2]


def claim_in_a_process(settings: WorkerSettings, ready: Any, answers: Any) -> None:
    ready.wait()
    run = outcome(open_store(settings), claim())
    answers.put(run.delivery if run else None)


def test_one_of_several_processes_gets_a_new_run(settings: WorkerSettings) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready, answers = spawn.Barrier(3), spawn.Queue()
    arguments = (settings, ready, answers)
    processes = [spawn.Process(target=claim_in_a_process, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    deliveries = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()

    assert sorted(deliveries, key=str) == [1, None, None]


# Writes


def test_whoever_lost_the_lease_writes_nothing(store: IncidentStore) -> None:
    late = store.claim(claim(lease=0.0, creates=stores.incident()))
    holder = store.claim(claim())

    for _ in range(2):
        with pytest.raises(LeaseLostError):
            store.record(
                late,
                Progress(
                    results={"channel": {}},
                    starts=["links"],
                    reverted={"meet": None},
                    changes={"channel_id": "C1"},
                    state=RunState.DONE,
                ),
            )

    assert store.result("run", "channel") is None
    assert store.incident(late.subject) == stores.incident()
    assert store.incident_in_channel("C1") is None
    assert outcome(store, claim()) is None
    store.record(holder, Progress(state=RunState.WAITING))
    assert set(store.claim(claim()).steps) == {"channel", "meet"}


def test_a_run_that_is_not_there_cannot_be_written_to(store: IncidentStore) -> None:
    run = store.claim(claim())
    stranger = Run("other", run.workflow, run.subject, run.delivery, {}, run.version)

    with pytest.raises(LeaseLostError):
        store.record(stranger, Progress())

    assert outcome(store, claim("other")) is not None


def test_a_write_after_one_whose_answer_was_lost(store: IncidentStore) -> None:
    """Its caller has no newer version than the one from before, and still holds the run."""
    run = store.claim(claim())
    store.record(run, Progress(results={"channel": {"id": "C1"}}))

    store.record(run, Progress(results={"meet": {"link": "x"}}))

    assert store.result("run", "channel") == {"id": "C1"}
    assert store.result("run", "meet") == {"link": "x"}


def test_changes_to_an_incident_that_is_not_there_write_nothing(store: IncidentStore) -> None:
    run = store.claim(claim(subject="nowhere"))

    with pytest.raises(PermanentError):
        store.record(run, Progress(results={"channel": {}}, changes={"channel_id": "C1"}))

    assert store.result("run", "channel") is None


@pytest.mark.parametrize(
    "hostile",
    [{"reason": float("nan")}, {"reason": "\ud800"}, {"reason": {1, 2}}],
    ids=["not a number", "half a character", "a set"],
)
def test_what_cannot_be_stored_writes_nothing(store: IncidentStore, hostile: Mapping[str, Any]) -> None:
    run = store.claim(claim(creates=stores.incident()))

    with pytest.raises((ValueError, TypeError)):
        store.record(run, Progress({"channel": {}, "meet": hostile}, changes={"channel_id": "C1"}))

    assert store.result("run", "channel") is None
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
    run = store.claim(claim(starts=["channel", "meet"]))
    run = store.record(run, Progress(starts=["odd name.`x`"]))
    store.record(
        run,
        Progress(reverted=dict.fromkeys(["meet", "odd name.`x`", "never started"]), state=RunState.WAITING),
    )

    assert set(store.claim(claim()).steps) == {"channel"}


def test_a_step_whose_last_try_did_nothing_is_as_old_as_the_one_before(store: IncidentStore) -> None:
    run = store.claim(claim(starts=["channel"]))
    store.record(run, Progress(state=RunState.WAITING))
    time.sleep(0.4)
    run = store.claim(claim())
    before = run.steps["channel"]
    run = store.record(run, Progress(starts=["channel"]))
    store.record(run, Progress(reverted={"channel": before}, state=RunState.WAITING))

    assert store.claim(claim()).steps["channel"].age > 0.39


RESULTS: list[Mapping[str, Any]] = [
    {},
    {"id": "C1", "none": None, "yes": True, "number": 2**70, "fraction": 0.1, "empty": ""},
    {"rows": [[1, [2, []]], {"deep": {"a.b": {"`c`": ["d"]}}}], "": "nameless", "__x__": {}},
    {"words": 'Panne d’accès — 数据库 🔥 \x00\u202e "quoted" \\ /'},
    {"long": "x" * 100_000},
]


@pytest.mark.parametrize("result", RESULTS, ids=["empty", "plain", "nested", "words", "long"])
def test_results_come_back_as_they_were(store: IncidentStore, result: Mapping[str, Any]) -> None:
    run = store.claim(claim())
    store.record(run, Progress(results={"channel": result}, state=RunState.WAITING))

    assert store.result("run", "channel") == result
    assert store.claim(claim()).steps["channel"].result == result


def test_a_result_of_a_step_that_never_started(store: IncidentStore) -> None:
    run = store.claim(claim(starts=[]))
    run = store.record(run, Progress(results={"odd name.`x`": {"a": 1}}, state=RunState.WAITING))

    assert store.claim(claim()).steps == {"odd name.`x`": StepRecord(0.0, {"a": 1})}


def test_no_result_of_what_is_not_there(store: IncidentStore) -> None:
    store.claim(claim(starts=["channel"]))

    assert store.result("run", "channel") is None
    assert store.result("run", "other") is None
    assert store.result("other", "channel") is None


def test_what_a_run_came_of_is_kept_from_its_first_claim(store: IncidentStore) -> None:
    origin = {"id": "1.2.3", "payload": {"text": "Panne d’accès 🔥", "rows": [[1], [None]]}}
    store.record(store.claim(replace(claim(), origin=origin)), Progress(state=RunState.WAITING))
    store.claim(replace(claim(), origin={"another": "delivery"}))
    store.claim(claim("without"))

    assert store.origin("run") == origin
    assert store.origin("without") == {}
    assert store.origin("other") is None


# Incidents


def test_an_incident_comes_back_as_it_was(store: IncidentStore) -> None:
    declared = stores.incident(channel_id="C1", channel_name="incident-x")
    store.claim(claim(creates=declared))

    assert store.incident(declared.id) == declared
    assert store.incident("other") is None


def test_an_incident_is_found_by_its_channel(store: IncidentStore) -> None:
    first, second = stores.incident("first"), stores.incident("second")
    run = store.claim(claim("a", creates=first))
    store.claim(claim("b", creates=second))

    assert store.incident_in_channel("") is None
    assert store.incident_in_channel("C1") is None
    store.record(run, Progress(changes={"channel_id": "C1"}))

    assert store.incident_in_channel("C1") == changed(first, {"channel_id": "C1"})
    assert store.incident_in_channel("") is None
    assert store.incident_in_channel("c1") is None


def test_a_run_that_comes_again_leaves_the_incident_as_it_is(store: IncidentStore) -> None:
    run = store.claim(claim(creates=stores.incident()))
    store.record(run, Progress(changes={"status": "resolved", "roles": {}}, state=RunState.WAITING))

    store.claim(claim(creates=stores.incident()))

    assert store.incident(run.subject) == changed(stores.incident(), {"status": "resolved", "roles": {}})


def test_an_incident_without_its_run_was_done_and_is_left_alone(store: IncidentStore) -> None:
    store.claim(claim("expired since", creates=stores.incident(channel_id="C1")))

    with pytest.raises(RunDoneError):
        store.claim(claim("as if new", creates=stores.incident()))

    assert store.incident(stores.incident().id) == stores.incident(channel_id="C1")
    assert store.claim(claim("as if new")).delivery == 1


def test_runs_that_change_different_fields_of_one_incident_at_once(store: IncidentStore) -> None:
    declared = stores.incident()
    store.claim(claim(creates=declared))
    changes: list[Mapping[str, Any]] = [
        {"status": "identified"},
        {"severity": "sev1"},
        {"channel_id": "C1", "channel_name": "x"},
        {"meet_url": "https://meet.google.com/x"},
        {"resolved_at": "2026-11-23T05:00:00+00:00"},
        {"roles": {"incident_commander": "U2"}},
    ]
    runs = [store.claim(claim(f"run {number}", subject=declared.id)) for number in range(len(changes))]

    at_once(len(runs), lambda number: store.record(runs[number], Progress(changes=changes[number])))

    expected = declared
    for change in changes:
        expected = changed(expected, change)
    assert store.incident(declared.id) == expected


# Names


def names(count: int) -> list[str]:
    return ["incident-x", *(f"incident-x-{number}" for number in range(2, count + 1))]


def test_a_name_is_reserved_once_and_for_good(store: IncidentStore) -> None:
    assert store.reserve_channel_name("first", names(3)) == "incident-x"
    assert store.reserve_channel_name("second", names(3)) == "incident-x-2"
    assert store.reserve_channel_name("first", names(3)) == "incident-x"
    assert store.reserve_channel_name("second", iter(names(3))) == "incident-x-2"
    assert store.reserve_channel_name("first", ["incident-y"]) == "incident-y"
    with pytest.raises(ValueError, match="free"):
        store.reserve_channel_name("third", names(2))
    assert store.reserve_channel_name("third", names(3)) == "incident-x-3"


def test_twenty_who_want_the_same_name_get_twenty_names(store: IncidentStore) -> None:
    reserved = at_once(20, lambda number: store.reserve_channel_name(f"incident {number}", names(20)))

    assert sorted(reserved) == sorted(names(20))
    again = [store.reserve_channel_name(f"incident {number}", names(20)) for number in range(20)]
    assert again == reserved


def test_one_incident_gets_one_name_however_often_it_asks_at_once(store: IncidentStore) -> None:
    reserved = at_once(8, lambda _: store.reserve_channel_name("incident", names(8)))

    assert set(reserved) == {"incident-x"}


# Time


def test_no_call_begins_when_no_time_is_left(store: IncidentStore) -> None:
    with deadline.bounded_by(lambda: 0.1), pytest.raises(deadline.DeadlineExceededError):
        store.incident("any")


def test_opening_a_store_again_keeps_what_is_in_it(settings: WorkerSettings) -> None:
    declared: Incident = stores.incident()
    open_store(settings).claim(claim(creates=declared))

    assert open_store(settings).incident(declared.id) == declared
