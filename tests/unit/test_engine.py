"""The engine with a real store and small workflows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.engine.engine import Engine
from incident.engine.run import RunDoneError, RunLeasedError, RunState
from incident.engine.workflow import Attempt, Done, RunSnapshot, Step, Workflow
from incident.model.incident import Incident
from incident.runtime.failures import NotYetKnownError, PermanentError, TransientError
from tests.unit.engine_support import Deliveries, Inline, Log, WatchedStore

LATE = TransientError("slack", "ratelimited")
GONE = PermanentError("drive", "notFound")
NOT_YET = NotYetKnownError("drive", "not found yet")


@pytest.fixture
def store(tmp_path: Path) -> WatchedStore:
    return WatchedStore(tmp_path / "store")


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def run(store: WatchedStore) -> Iterator[Deliveries]:
    with ThreadPoolExecutor(12) as pool:
        yield Deliveries(store, pool)


def workflow(*steps: Step[Any]) -> Workflow[Any]:
    return Workflow("test", steps)


def test_a_run_does_every_step_once_and_hands_on_results(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a", Done({"id": "A"})), log.step("b", needs=["a"]))
    outcome = run.deliver(table)
    assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert outcome.results == {"a": {"id": "A"}, "b": {"by": "b"}}
    assert log.names == ["a", "b"]
    assert log.last("a") == Attempt(results={}, again=False, age=0.0, delivery=1)
    assert log.last("b") == Attempt(results={"a": {"id": "A"}}, again=False, age=0.0, delivery=1)
    assert [(report.step, report.outcome, report.error) for report in run.reports] == [
        ("a", "done", None),
        ("b", "done", None),
    ]


def test_a_run_that_is_done_is_not_done_again(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a"))
    run.deliver(table)
    with pytest.raises(RunDoneError):
        run.deliver(table)
    assert log.names == ["a"]


def test_independent_steps_run_at_the_same_time(run: Deliveries, log: Log) -> None:
    together = threading.Barrier(3, timeout=5)

    def meet(_: Attempt) -> Done:
        together.wait()
        return Done()

    assert run.deliver(workflow(*(log.step(name, meet) for name in "abc"))).state is RunState.DONE


def test_a_step_starts_as_soon_as_its_own_needs_are_met(run: Deliveries, log: Log) -> None:
    freed = threading.Event()

    def waits(_: Attempt) -> Done:
        assert freed.wait(5), "`b` waits for `slow`, which it does not need"
        return Done()

    def frees(_: Attempt) -> Done:
        freed.set()
        return Done()

    table = workflow(log.step("slow", waits), log.step("a"), log.step("b", frees, needs=["a"]))
    assert run.deliver(table).state is RunState.DONE


def test_steps_that_end_together_cost_one_write(store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("a"), log.step("b"), log.step("c", needs=["a", "b"]))
    Deliveries(store, Inline()).deliver(table)
    assert store.claims[0].starts == ["a", "b"]
    assert [(set(p.results), list(p.starts), p.state) for p in store.records] == [
        ({"a", "b"}, ["c"], RunState.RUNNING),
        ({"c"}, [], RunState.DONE),
    ]


def test_what_a_step_changes_is_stored_with_its_result(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    incident = Incident("i", "down", date(2026, 11, 23), datetime(2026, 11, 23, tzinfo=UTC), "U1")
    table = workflow(log.step("channel", Done({"id": "C1"}, changes={"channel_id": "C1"})))
    run.deliver(table, subject="i", creates=incident.to_dict())
    stored = store.store.incident("i")
    assert stored is not None
    assert (stored.title, stored.channel_id) == ("down", "C1")
    assert [set(p.results) for p in store.records if p.changes] == [{"channel"}]


def test_a_redelivery_does_what_is_left_and_knows_that_it_does_it_again(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a"), log.step("b", LATE, Done()), log.step("c", needs=["a", "b"]))
    first = run.deliver(table)
    assert (first.state, first.failures) == (RunState.WAITING, {"b": LATE})
    time.sleep(0.05)
    assert run.deliver(table).state is RunState.DONE
    assert sorted(log.names) == ["a", "b", "b", "c"]
    again = log.last("b")
    assert (again.again, again.delivery, again.results) == (True, 2, {"a": {"by": "a"}})
    assert 0.05 <= again.age < 5
    assert (log.last("c").again, log.last("c").age) == (False, 0.0)


def test_the_age_is_that_of_the_last_try(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a", LATE, LATE, Done()))
    run.deliver(table)
    time.sleep(0.3)
    run.deliver(table)
    run.deliver(table)
    ages = [attempt.age for _, attempt in log.tries]
    assert ages[0] == 0
    assert ages[1] >= 0.3 > ages[2] > 0


def test_a_step_that_can_look_does_nothing_twice(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a", LATE, Done({"made": 2}), finds=[Done({"found": 1})]))
    run.deliver(table)
    assert log.looks == []
    outcome = run.deliver(table)
    assert (outcome.state, outcome.results) == (RunState.DONE, {"a": {"found": 1}})
    assert log.names == ["a"]
    assert [report.outcome for report in run.reports] == ["transient", "found"]
    assert log.looks[0][1].again


def test_what_is_surely_absent_is_made_anew(run: Deliveries, store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("a", LATE, LATE, Done({"made": 3}), finds=[None]))
    run.deliver(table)
    time.sleep(0.3)
    assert run.deliver(table).state is RunState.WAITING
    made = log.last("a")
    assert (made.again, made.age, made.delivery) == (False, 0.0, 2)
    assert [list(p.starts) for p in store.records if p.starts] == [["a"]]
    assert run.deliver(table).results == {"a": {"made": 3}}
    assert [attempt.age >= 0.3 for _, attempt in log.looks] == [True, False]
    assert [report.outcome for report in run.reports] == [
        "transient", "absent", "transient", "absent", "done",
    ]  # fmt: skip


def test_a_look_that_comes_too_early_keeps_the_age(run: Deliveries, store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("a", LATE, finds=[NOT_YET, NOT_YET, Done()]))
    run.deliver(table)
    for _ in range(2):
        time.sleep(0.15)
        outcome = run.deliver(table)
        assert (outcome.state, outcome.failures) == (RunState.WAITING, {"a": NOT_YET})
    run.deliver(table)
    ages = [attempt.age for _, attempt in log.looks]
    assert ages[0] >= 0.15
    assert ages[1] >= 0.3
    assert log.names == ["a"]
    assert not any(progress.starts for progress in store.records)


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ({"a": GONE, "b": GONE}, RunState.FAILED),
        ({"a": GONE, "b": Done()}, RunState.FAILED),
        ({"a": LATE, "b": GONE}, RunState.WAITING),
        ({"a": LATE, "b": Done()}, RunState.WAITING),
        ({"a": NOT_YET, "b": GONE}, RunState.WAITING),
        ({"a": Done(), "b": Done()}, RunState.DONE),
    ],
)
def test_how_a_delivery_ends(
    run: Deliveries, store: WatchedStore, log: Log, outcomes: dict[str, Any], state: RunState
) -> None:
    table = workflow(*(log.step(name, outcome) for name, outcome in outcomes.items()))
    outcome = run.deliver(table)
    assert outcome.state is state
    assert outcome.failures == {n: o for n, o in outcomes.items() if isinstance(o, Exception)}
    assert store.records[-1].state is state


def test_what_cannot_be_done_holds_up_nothing_that_can(run: Deliveries, log: Log) -> None:
    table = workflow(
        log.step("a", GONE),
        log.step("b"),
        log.step("needs_a", needs=["a"]),
        log.step("needs_that", needs=["needs_a"]),
        log.step("after_a", needs=["b"], after=["a", "needs_that"]),
    )
    outcome = run.deliver(table)
    assert outcome.state is RunState.FAILED
    assert sorted(log.names) == ["a", "after_a", "b"]
    assert log.names[-1] == "after_a"
    assert log.last("after_a").results == {"b": {"by": "b"}}


def test_a_run_that_failed_can_be_delivered_again(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a", GONE, Done()), log.step("b", needs=["a"]))
    run.deliver(table)
    assert run.deliver(table).state is RunState.DONE
    assert log.names == ["a", "a", "b"]


def test_a_fault_of_the_bots_own_is_reported_and_tried_again(run: Deliveries, log: Log) -> None:
    fault = ZeroDivisionError("the words of a private incident")
    table = workflow(log.step("a", fault, Done()), log.step("b"))
    outcome = run.deliver(table)
    assert outcome.state is RunState.WAITING
    assert outcome.results == {"b": {"by": "b"}}
    assert isinstance(outcome.failures["a"], TransientError)
    assert "private" not in str(outcome.failures["a"])
    (report,) = [report for report in run.reports if report.step == "a"]
    assert (report.outcome, report.unexpected) == ("transient", fault)
    assert run.deliver(table).state is RunState.DONE


def test_what_follows_is_told_how_things_stand_and_is_as_durable(run: Deliveries, log: Log) -> None:
    situations: list[RunSnapshot] = []

    def follows(_: object, situation: RunSnapshot) -> list[Step[Any]]:
        situations.append(situation)
        return [log.step("notice")] if situation.failures else []

    table = Workflow("test", (log.step("a", LATE, LATE, Done()),), follows)
    assert run.deliver(table).state is RunState.WAITING
    assert run.deliver(table, last=True).state is RunState.WAITING
    assert log.names == ["a", "notice", "a"]
    assert situations[0] == RunSnapshot({}, {"a": LATE}, frozenset(), last=False)
    assert situations[-1] == RunSnapshot(
        {"notice": {"by": "notice"}}, {"a": LATE}, frozenset({"a", "notice"}), last=True
    )
    assert run.deliver(table).state is RunState.DONE
    assert log.names == ["a", "notice", "a", "a"]


def test_a_run_is_not_done_before_what_follows_is(run: Deliveries, log: Log) -> None:
    table = Workflow("test", (log.step("a"),), lambda _, __: [log.step("notice", LATE, Done())])
    assert run.deliver(table).state is RunState.WAITING
    assert run.deliver(table).state is RunState.DONE
    assert log.names == ["a", "notice", "notice"]


@pytest.mark.parametrize(
    "steps",
    [
        [Step("a", lambda _, __: Done()), Step("a", lambda _, __: Done())],
        [Step("a", lambda _, __: Done(), needs=("b",)), Step("b", lambda _, __: Done())],
        [Step("a", lambda _, __: Done(), after=("a",))],
    ],
)
def test_a_table_that_makes_no_sense_is_refused(steps: list[Step[Any]]) -> None:
    with pytest.raises(ValueError, match="a"):
        Workflow("test", tuple(steps))


def test_two_deliveries_at_once_do_everything_once(store: WatchedStore, log: Log) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits(_: Attempt) -> Done:
        begun.set()
        assert go_on.wait(5)
        return Done()

    table = workflow(log.step("a", waits), log.step("b", needs=["a"]))
    with ThreadPoolExecutor(4) as pool, ThreadPoolExecutor(1) as elsewhere:
        first = elsewhere.submit(Deliveries(store, pool).deliver, table)
        assert begun.wait(5)
        with pytest.raises(RunLeasedError):
            Deliveries(store, pool).deliver(table)
        go_on.set()
        assert first.result(5).state is RunState.DONE
    assert log.names == ["a", "b"]


plans = st.lists(
    st.tuples(
        st.sets(st.integers(0, 5), max_size=2),
        st.sets(st.integers(0, 5), max_size=2),
        st.lists(st.sampled_from([LATE, NOT_YET, ZeroDivisionError()]), max_size=2),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=20)
@given(plans)
def test_any_table_is_carried_out_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    plan: list[tuple[set[int], set[int], list[Exception], bool]],
) -> None:
    """Whatever fails how often: never before its needs, never after it is done, and in the end all of it."""
    store = WatchedStore(tmp_path_factory.mktemp("store") / "store")
    log = Log()
    steps = [
        log.step(
            str(number),
            *failures,
            Done({"by": str(number)}),
            needs=[str(n) for n in needs if n < number],
            after=[str(n) for n in after if n < number],
            finds=[None] if looks else None,
        )
        for number, (needs, after, failures, looks) in enumerate(plan)
    ]
    table = workflow(*steps)
    with ThreadPoolExecutor(6) as pool:
        deliveries = Deliveries(store, pool)
        while deliveries.deliver(table).state is RunState.WAITING:
            assert len(store.claims) < 20
    for name, attempt in log.tries:
        assert set(steps[int(name)].needs) <= attempt.results.keys()
        assert name not in attempt.results
    assert {name: log.names.count(name) for name in set(log.names)} == {
        str(number): len(failures) + 1 for number, (_, _, failures, _) in enumerate(plan)
    }
    assert store.done == {step.name for step in steps}


def test_an_engine_serves_many_runs_at_once(store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("a"), log.step("b", needs=["a"]))
    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(4) as callers:
        engine = Engine(store.store, pool, lambda _: None)
        outcomes = list(callers.map(lambda n: engine.run(table, None, run_id=f"run-{n}"), range(8)))
    assert {outcome.state for outcome in outcomes} == {RunState.DONE}
    assert sorted(log.names) == ["a"] * 8 + ["b"] * 8
