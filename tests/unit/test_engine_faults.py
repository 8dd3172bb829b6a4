"""The engine when the store fails, when the lease is lost, and when time runs out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from incident.engine import engine as engine_module
from incident.engine.engine import Engine
from incident.engine.run import LeaseLostError, RunDoneError, RunState
from incident.engine.workflow import Attempt, Done, Step, Workflow
from incident.runtime import deadline
from incident.runtime.failures import NotYetKnownError, PermanentError, TransientError
from tests.unit.engine_support import STORE_DOWN, Deliveries, Inline, Log, Moment, WatchedStore

LATE = TransientError("slack", "ratelimited")


@pytest.fixture
def store(tmp_path: Path) -> WatchedStore:
    return WatchedStore(tmp_path / "store")


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(12) as pool:
        yield pool


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "LEASE_SECONDS", 0.15)
    monkeypatch.setattr(engine_module, "MARGIN_SECONDS", 0.01)


def diamond(log: Log, store: WatchedStore) -> Workflow[Any]:
    """Two steps, one that needs both, one after that; each checks that what went before is durable."""

    def step(name: str, *needs: str) -> Step[Any]:
        def does(_: Attempt) -> Done:
            assert store.done >= set(needs), f"{name} runs before what it needs is durable"
            assert name in store.started, f"{name} runs before its start is durable"
            return Done({"by": name})

        return log.step(name, does, needs=needs)

    return Workflow("test", (step("a"), step("b"), step("c", "a", "b"), step("d", "c")))


def test_a_start_and_all_needs_are_durable_before_a_step_runs(store: WatchedStore, log: Log) -> None:
    outcome = Deliveries(store, Inline()).deliver(diamond(log, store))
    assert (outcome.state, outcome.failures) == (RunState.DONE, {})


@pytest.mark.usefixtures("short_leases")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 5))
def test_the_store_fails_at_each_of_its_calls(
    store: WatchedStore, log: Log, call: int, moment: Moment
) -> None:
    """At each call, before it has written or after: nothing runs too early, nothing is lost."""
    deliveries = Deliveries(store, Inline())
    store.fails_at, store.moment = call, moment
    with pytest.raises(TransientError) as failed:
        deliveries.deliver(diamond(log, store))
    assert failed.value is STORE_DOWN
    durable = set(store.done)
    before = list(log.names)
    store.mend()
    if durable == {"a", "b", "c", "d"}:
        with pytest.raises(RunDoneError):
            deliveries.redeliver(diamond(log, store))
    else:
        outcome = deliveries.redeliver(diamond(log, store))
        assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert not durable & set(log.names[len(before) :]), "a step whose result is durable ran again"
    for name, attempt in log.tries[len(before) :]:
        assert attempt.again or name not in before, f"{name} had run and was not told so"


def test_there_are_no_more_store_calls_than_the_test_above_knows(store: WatchedStore, log: Log) -> None:
    Deliveries(store, Inline()).deliver(diamond(log, store))
    assert store.calls <= 5


def test_nothing_runs_any_more_once_run_has_ended(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    """Also when the store fails while other steps are at it."""

    def lingers(_: Attempt) -> Done:
        time.sleep(0.2)
        return Done()

    table = Workflow(
        "test", (log.step("quick"), log.step("slow", lingers), log.step("next", needs=["quick"]))
    )
    store.refuses, store.failure = "quick", LeaseLostError()
    with pytest.raises(LeaseLostError):
        Deliveries(store, pool).deliver(table)
    assert log.now == 0
    time.sleep(0.05)
    assert (log.now, sorted(log.names)) == (0, ["quick", "slow"])


@pytest.mark.usefixtures("short_leases")
def test_who_lost_the_lease_stops(store: WatchedStore, log: Log, pool: ThreadPoolExecutor) -> None:
    """A delivery that is held up for longer than its lease does not go on beside the one that took over."""
    held_up, go_on = threading.Event(), threading.Event()

    def hangs(attempt: Attempt) -> Done:
        if attempt.delivery == 1:
            held_up.set()
            assert go_on.wait(5)
        return Done({"delivery": attempt.delivery})

    table = Workflow("test", (log.step("a", hangs), log.step("b", needs=["a"])))
    with ThreadPoolExecutor(1) as elsewhere:
        first = elsewhere.submit(Deliveries(store, pool).deliver, table)
        assert held_up.wait(5)
        second = Deliveries(store, pool).redeliver(table)
        go_on.set()
        with pytest.raises(LeaseLostError):
            first.result(5)
    assert second.state is RunState.DONE
    assert second.results["a"] == {"delivery": 2}
    assert [(name, attempt.delivery) for name, attempt in log.tries] == [("a", 1), ("a", 2), ("b", 2)]


def test_a_long_step_keeps_its_lease(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "LEASE_SECONDS", 0.8)
    monkeypatch.setattr(engine_module, "MARGIN_SECONDS", 0.1)
    monkeypatch.setattr(engine_module, "HEARTBEAT_SECONDS", 0.05)

    def lasts(_: Attempt) -> Done:
        until = time.monotonic() + 1.2
        while time.monotonic() < until:
            deadline.timeout(1, least=0.01)
            time.sleep(0.02)
        return Done()

    assert Deliveries(store, pool).deliver(Workflow("test", (log.step("a", lasts),))).state is RunState.DONE
    assert len(store.claims) == 1


def test_the_lease_is_renewed_while_steps_fail_one_after_the_other(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "HEARTBEAT_SECONDS", 0.2)

    def fails_after(seconds: float) -> Any:
        def does(_: Attempt) -> Done:
            time.sleep(seconds)
            raise LATE

        return does

    steps = tuple(log.step(str(n), fails_after(0.1 * n)) for n in range(1, 9))
    assert Deliveries(store, pool).deliver(Workflow("test", steps)).state is RunState.WAITING
    gaps = [after - before for before, after in zip(store.times, store.times[1:], strict=False)]
    assert max(gaps) < 0.6


def test_no_call_begins_after_the_time(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "DELIVERY_SECONDS", 0.3)
    monkeypatch.setattr(engine_module, "HEARTBEAT_SECONDS", 0.05)
    calls: list[float] = []

    def calls_on_and_on(_: Attempt) -> Done:
        while True:
            deadline.timeout(8, least=0.05)
            calls.append(time.monotonic())
            time.sleep(0.01)

    table = Workflow("test", (log.step("a", calls_on_and_on), log.step("b", calls_on_and_on, after=["a"])))
    began = time.monotonic()
    outcome = Deliveries(store, pool).deliver(table)
    assert outcome.state is RunState.WAITING
    assert {name: (e.service, type(e)) for name, e in outcome.failures.items()} == {
        "a": ("deadline", TransientError),
        "b": ("deadline", TransientError),
    }
    assert calls
    assert max(calls) - began <= 0.6
    assert time.monotonic() - began < 2


def test_no_call_begins_after_the_lease_was_lost(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    begun = threading.Event()
    refused: list[str] = []

    def waits_for_the_end(_: Attempt) -> Done:
        begun.set()
        for __ in range(200):
            time.sleep(0.01)
            try:
                deadline.timeout(8)
            except deadline.DeadlineExceededError:
                refused.append("call")
                raise
        raise AssertionError("the lease was never given up")

    def after_that(_: Attempt) -> Done:
        assert begun.wait(5)
        return Done()

    table = Workflow("test", (log.step("slow", waits_for_the_end), log.step("quick", after_that)))
    store.refuses, store.failure = "quick", LeaseLostError()
    with pytest.raises(LeaseLostError):
        Deliveries(store, pool).deliver(table)
    assert refused == ["call"]


def test_outside_a_run_there_is_no_deadline() -> None:
    assert deadline.timeout(8) == 8
    assert deadline.remaining(3) == 3
    with deadline.bounded_by(lambda: 1.0), deadline.bounded_by(lambda: 2.0):
        assert deadline.timeout(8) == 2.0
    with deadline.bounded_by(lambda: -1.0), pytest.raises(deadline.DeadlineExceededError):
        deadline.timeout(8)


def test_a_step_that_looks_for_itself_and_cannot_know_yet_grows_older(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    """Or it would never know, however often it is delivered, where deliveries are close together."""
    not_yet = NotYetKnownError("slack", "name_taken, by whom is not known yet")
    table = Workflow("test", (log.step("channel", LATE, not_yet, not_yet, Done()),))
    deliveries = Deliveries(store, pool)
    for _ in range(4):
        deliveries.deliver(table)
        time.sleep(0.1)
    ages = [attempt.age for _, attempt in log.tries]
    assert ages[3] >= 0.3


def test_looks_of_what_follows_are_not_lost_when_they_end_one_after_the_other(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    def later(_: Attempt) -> None:
        time.sleep(0.1)

    follows = [
        log.step("quick", LATE, Done(), finds=[None]),
        log.step("slow", LATE, Done(), finds=[later]),
    ]
    table = Workflow("test", (log.step("a"),), lambda _, __: follows)
    deliveries = Deliveries(store, pool)
    assert deliveries.deliver(table).state is RunState.WAITING
    assert deliveries.deliver(table).state is RunState.DONE
    assert sorted(name for name, _ in log.looks) == ["quick", "slow"]


def test_a_run_is_done_when_its_table_is_whatever_else_is_on_record(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    """A new version of the bot takes over a run of the old one, whose table had another step."""
    gone = PermanentError("drive", "notFound")
    old = Workflow("test", (log.step("dropped"), log.step("a", gone, Done())))
    new = Workflow("test", (old.steps[1], log.step("added")))
    deliveries = Deliveries(store, pool)
    assert deliveries.deliver(old).state is RunState.FAILED
    assert deliveries.deliver(new).state is RunState.DONE
    assert log.names.count("added") == 1


def test_a_run_belongs_to_one_workflow(store: WatchedStore, log: Log, pool: ThreadPoolExecutor) -> None:
    """The question in an incident's channel has two buttons and one answer: whichever came first."""
    engine = Engine(store, pool, lambda _: None)
    declares = Workflow("declare", (log.step("channel", LATE),))
    updates = Workflow("update", (log.step("message"),))
    assert engine.run(declares, None, run_id="run").state is RunState.WAITING
    with pytest.raises(RunDoneError):
        engine.run(updates, None, run_id="run")
    assert log.names == ["channel"]
