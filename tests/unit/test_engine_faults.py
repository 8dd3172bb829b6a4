"""The engine when the store fails, when the lease is lost, when its instance ends, and when time runs out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from incident.engine import delivery as delivery_module
from incident.engine import engine as engine_module
from incident.engine import lease as lease_module
from incident.engine.engine import Engine, claim_of
from incident.engine.run import LeaseLostError, RunDoneError, RunLeasedError, RunState
from incident.engine.workflow import Attempt, Step, StepResult, Workflow, nothing_follows
from incident.runtime import deadline
from incident.runtime.failures import PermanentError, TransientError
from tests.unit.engine_support import (
    STORE_DOWN,
    Clock,
    Deliveries,
    Inline,
    Log,
    Moment,
    WatchedStore,
    workflow,
)

LATE = TransientError("slack", "timeout")
DONE = StepResult()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(12) as pool:
        yield pool


def diamond(log: Log, store: WatchedStore) -> Workflow[Any]:
    """Two steps, one that needs both, one after that; each checks that what went before is durable."""

    def step(name: str, *needs: str) -> Step[Any]:
        def run(_: Attempt) -> StepResult:
            assert store.done >= set(needs), f"{name} runs before what it needs is durable"
            assert name in store.started, f"{name} runs before its start is durable"
            return StepResult({"by": name})

        return log.step(name, run, needs=needs)

    return Workflow("test", (step("a"), step("b"), step("c", "a", "b"), step("d", "c")), nothing_follows)


# The store fails


def test_a_start_and_all_needs_are_durable_before_a_step_runs(store: WatchedStore, log: Log) -> None:
    outcome = Deliveries(store, Inline()).deliver(diamond(log, store))
    assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert store.calls == 4


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 5))
@pytest.mark.parametrize("times", [1, 3])
def test_a_store_that_fails_is_asked_again_and_nothing_is_done_twice(
    store: WatchedStore, log: Log, call: int, moment: Moment, times: int
) -> None:
    """At each call, before it has written or after, once or three times: nothing too early, nothing lost."""
    store.fails_at, store.moment = set(range(call, call + times)), moment
    outcome = Deliveries(store, Inline()).deliver(diamond(log, store))
    assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert sorted(log.names) == ["a", "b", "c", "d"]
    assert store.calls == 4 + times
    assert not any(attempt.is_retry for _, attempt in log.tries)
    with pytest.raises(RunDoneError):
        store.store.claim(claim_of("run"))


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 5))
def test_a_store_that_stays_away_ends_the_delivery_and_what_is_durable_stays(
    store: WatchedStore, log: Log, call: int, moment: Moment
) -> None:
    deliveries = Deliveries(store, Inline())
    store.fails_at, store.moment = set(range(call, 1000)), moment
    began = len(store.times)
    with pytest.raises(TransientError) as failed:
        deliveries.deliver(diamond(log, store))
    assert failed.value is STORE_DOWN
    assert store.times[-1] - store.times[began] < lease_module.LEASE_SECONDS
    durable, before = set(store.done), list(log.names)
    store.fails_at = set()
    store.later(60)
    if durable == {"a", "b", "c", "d"}:
        with pytest.raises(RunDoneError):
            deliveries.deliver(diamond(log, store))
    else:
        outcome = deliveries.deliver(diamond(log, store))
        assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert not durable & set(log.names[len(before) :]), "a step whose result is durable ran again"
    for name, attempt in log.tries[len(before) :]:
        assert attempt.is_retry or name not in before, f"{name} had run and was not told so"


@pytest.mark.parametrize("seconds", [0.0, 3.0])
def test_a_claim_is_asked_again_for_some_seconds(
    store: WatchedStore, log: Log, clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    store.fails_at = set(range(1, 1000))
    fails = store._called

    def takes_its_time() -> None:
        clock.sleep(seconds)
        fails()

    monkeypatch.setattr(store, "_called", takes_its_time)
    began = clock.time
    with pytest.raises(TransientError):
        Deliveries(store, Inline()).deliver(diamond(log, store))
    assert clock.time - began < engine_module.CLAIM_SECONDS + 4
    assert len(store.claims) == (5 if seconds == 0 else 3)
    assert len({claim.claimant for claim in store.claims}) == 1


def test_a_last_write_after_the_last_call_is_asked_again(store: WatchedStore, log: Log, clock: Clock) -> None:
    table = workflow(log.step("a"))
    engine = Engine(store, Inline(), lambda _: None)
    claimed = engine.claim(engine_module.begin(table, "run", command={}, origin={}))
    claimed.lease._last_call = clock.time  # no further call may begin, and the lease holds
    store.fails_at = {2, 3}
    assert engine.carry_out(claimed, table, None).state is RunState.DONE
    assert store.calls == 4


# The lease


def test_nothing_runs_any_more_once_a_delivery_has_ended(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    """Also when the store fails while other steps are at it."""

    def lingers(_: Attempt) -> StepResult:
        time.sleep(0.2)
        return DONE

    table = workflow(log.step("quick"), log.step("slow", lingers), log.step("next", needs=["quick"]))
    store.refuses, store.failure = "quick", LeaseLostError()
    with pytest.raises(LeaseLostError):
        Deliveries(store, pool).deliver(table)
    assert log.now == 0
    time.sleep(0.05)
    assert (log.now, sorted(log.names)) == (0, ["quick", "slow"])


def test_a_worker_that_lost_the_lease_stops(store: WatchedStore, log: Log, pool: ThreadPoolExecutor) -> None:
    """A delivery that is held up for longer than its lease does not go on beside the one that took over."""
    held_up, go_on = threading.Event(), threading.Event()

    def hangs(attempt: Attempt) -> StepResult:
        if attempt.delivery == 1:
            held_up.set()
            assert go_on.wait(5)
        return StepResult({"delivery": attempt.delivery})

    table = workflow(log.step("a", hangs), log.step("b", needs=["a"]))
    with ThreadPoolExecutor(1) as elsewhere:
        first = elsewhere.submit(Deliveries(store, pool).deliver, table)
        assert held_up.wait(5)
        with pytest.raises(RunLeasedError):
            Deliveries(store, pool).deliver(table)
        store.later(lease_module.LEASE_SECONDS)
        second = Deliveries(store, pool).deliver(table)
        go_on.set()
        with pytest.raises(LeaseLostError):
            first.result(5)
    assert second.state is RunState.DONE
    assert second.results["a"] == {"delivery": 2}
    assert [(name, attempt.delivery) for name, attempt in log.tries] == [("a", 1), ("a", 2), ("b", 2)]


def test_a_long_step_keeps_its_lease(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "LEASE_SECONDS", 0.8)
    monkeypatch.setattr(lease_module, "MARGIN_SECONDS", 0.1)
    monkeypatch.setattr(lease_module, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(engine_module, "LEASE_SECONDS", 0.8)

    def lasts(_: Attempt) -> StepResult:
        until = time.monotonic() + 1.2
        while time.monotonic() < until:
            deadline.timeout(1, least=0.01)
            time.sleep(0.02)
        return DONE

    assert Deliveries(store, pool).deliver(workflow(log.step("a", lasts))).state is RunState.DONE
    assert len(store.claims) == 1


def test_the_lease_is_renewed_while_steps_fail_one_after_the_other(
    store: WatchedStore, log: Log, clock: Clock
) -> None:
    steps = [log.step(str(n), TransientError("slack", "ratelimited", retry_after=1.0 + n)) for n in range(4)]
    assert Deliveries(store, Inline()).deliver(workflow(*steps)).state is RunState.WAITING
    gaps = [after - before for before, after in zip(store.times, store.times[1:], strict=False)]
    assert max(gaps) <= lease_module.HEARTBEAT_SECONDS + 0.01
    assert clock.time - store.times[0] > 10


def test_no_call_begins_after_the_time(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "DELIVERY_SECONDS", 0.3)
    monkeypatch.setattr(lease_module, "HEARTBEAT_SECONDS", 0.05)
    calls: list[float] = []

    def calls_on_and_on(_: Attempt) -> StepResult:
        while True:
            deadline.timeout(8, least=0.05)
            calls.append(time.monotonic())
            time.sleep(0.01)

    table = workflow(log.step("a", calls_on_and_on), log.step("b", calls_on_and_on, after=["a"]))
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

    def waits_for_the_end(_: Attempt) -> StepResult:
        begun.set()
        for __ in range(200):
            time.sleep(0.01)
            try:
                deadline.timeout(8)
            except deadline.DeadlineExceededError:
                refused.append("call")
                raise
        raise AssertionError("the lease was never given up")

    def after_that(_: Attempt) -> StepResult:
        assert begun.wait(5)
        return DONE

    table = workflow(log.step("slow", waits_for_the_end), log.step("quick", after_that))
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


# The instance ends


def test_a_worker_whose_instance_ends_gives_the_run_back(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    """What its steps have done by then is kept, nothing new is begun, and the next worker goes on at once."""
    ending = threading.Event()

    def ends_meanwhile(_: Attempt) -> StepResult:
        ending.set()
        time.sleep(0.1)
        return StepResult({"by": "a"})

    table = workflow(log.step("a", ends_meanwhile), log.step("b", needs=["a"]))
    outcome = Deliveries(store, pool, is_stopping=ending.is_set).deliver(table)
    assert (outcome.state, outcome.is_given_back) == (RunState.WAITING, True)
    assert (outcome.results, log.names) == ({"a": {"by": "a"}}, ["a"])
    assert [one.id for one in store.due(9)] == ["run"]
    assert store.records[-1].is_put_off is False
    assert Deliveries(store, pool).resume(table).state is RunState.DONE
    assert log.names == ["a", "b"]


def test_a_step_that_does_not_end_in_time_is_tried_again_elsewhere(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "GIVE_BACK_SECONDS", 0.1)
    ending = threading.Event()

    def goes_on(attempt: Attempt) -> StepResult:
        if attempt.delivery == 1:
            ending.set()
            time.sleep(0.4)
        return DONE

    table = workflow(log.step("a", goes_on))
    outcome = Deliveries(store, pool, is_stopping=ending.is_set).deliver(table)
    assert (outcome.is_given_back, outcome.results, log.now) == (True, {}, 0)
    assert Deliveries(store, pool).resume(table).state is RunState.DONE
    assert log.last("a").is_retry


def test_looks_of_what_follows_are_not_lost_when_they_end_one_after_the_other(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PATIENCE_SECONDS", 0.0)

    def later(_: Attempt) -> None:
        time.sleep(0.1)

    follows = [
        log.step("quick", LATE, DONE, finds=[None]),
        log.step("slow", LATE, DONE, finds=[later]),
    ]
    table = workflow(log.step("a"), follows=lambda _, __: follows)
    deliveries = Deliveries(store, pool)
    assert deliveries.deliver(table).state is RunState.WAITING
    assert deliveries.resume(table).state is RunState.DONE
    assert sorted(name for name, _ in log.looks) == ["quick", "slow"]


def test_a_run_belongs_to_the_workflow_it_was_begun_with(
    store: WatchedStore, log: Log, pool: ThreadPoolExecutor
) -> None:
    """The worker is told which one that is, whatever its claim would have begun."""
    gone = PermanentError("slack", "is_archived")
    declares = Workflow("declare", (log.step("channel", gone),), nothing_follows)
    updates = Workflow("update", (log.step("message"),), nothing_follows)
    Deliveries(store, pool).deliver(declares)
    engine = Engine(store, pool, lambda _: None)
    claimed = engine.claim(engine_module.begin(updates, "run", command={"type": "Update"}, origin={}))
    assert (claimed.run.workflow, claimed.run.command, claimed.started) == ("declare", {}, frozenset())
