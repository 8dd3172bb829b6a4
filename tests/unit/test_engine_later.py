"""Steps that are delayed: with a real store, whose clock the tests put forward, and small workflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from incident.engine.delivery import DUE_SECONDS
from incident.engine.run import RunDoneError, RunState
from incident.engine.workflow import Attempt, RunSnapshot, Step, StepResult, Workflow, nothing_follows
from incident.runtime.failures import PermanentError, TransientError
from tests.unit.engine_support import Clock, Deliveries, Log, Moment, WatchedStore, workflow

LATE = TransientError("slack", "timeout")
GONE = PermanentError("drive", "notFound")
DONE = StepResult()


@pytest.fixture
def table(log: Log) -> Any:
    """Half an hour after `asked`, `reminded`; then `after_it`. Whatever fails is told."""
    return workflow(
        log.step("asked"),
        log.step("reminded", needs=["asked"], delay=1800.0),
        log.step("after_it", needs=["reminded"]),
        follows=lambda _, now: [log.step("notice")] if now.failures else [],
    )


def due(store: WatchedStore) -> list[str]:
    return [one.id for one in store.due(9)]


def assert_waits(store: WatchedStore, seconds: float) -> None:
    """The last write has the run wait so long, and neither for a service nor as if it were late."""
    last = store.records[-1]
    assert last.due == pytest.approx(seconds, abs=2)
    assert (last.state, last.waits_for, last.is_put_off) == (RunState.WAITING, "", False)


def test_a_delayed_step_waits_and_the_tick_carries_it_on(
    run: Deliveries, store: WatchedStore, log: Log, table: Workflow[Any]
) -> None:
    outcome = run.deliver(table)
    assert (outcome.state, outcome.failures, outcome.run.waits) == (RunState.WAITING, {}, 0)
    assert_waits(store, 1800)
    store.later(1700)
    assert (due(store), log.names) == ([], ["asked"])
    store.later(101)
    assert due(store) == ["run"]
    assert run.resume(table).state is RunState.DONE
    assert log.names == ["asked", "reminded", "after_it"]
    assert log.last("reminded") == Attempt({"asked": {"by": "asked"}}, delivery=2)
    assert due(store) == []
    with pytest.raises(RunDoneError):
        run.resume(table)


def test_what_comes_before_it_is_due_keeps_waiting(
    run: Deliveries, store: WatchedStore, log: Log, clock: Clock, table: Workflow[Any]
) -> None:
    """A message that is delivered again, or sent too early: what is left counts, not the whole anew."""
    run.deliver(table)
    for seconds, left in [(300, 1500), (0, 1500), (1490, 10)]:
        store.later(seconds)
        began = clock.time
        outcome = run.resume(table) if left == 10 else run.deliver(table)
        assert (outcome.state, outcome.failures, outcome.run.waits) == (RunState.WAITING, {}, 0)
        assert_waits(store, left)
        assert clock.time == began
    assert log.names == ["asked"]
    assert not store.records[-1].starts
    store.later(11)
    assert run.resume(table).state is RunState.DONE


def test_a_tick_that_comes_late_finds_it(
    run: Deliveries, store: WatchedStore, log: Log, table: Workflow[Any]
) -> None:
    run.deliver(table)
    store.later(90_000)
    assert run.resume(table).state is RunState.DONE
    assert log.names == ["asked", "reminded", "after_it"]


def test_without_needs_it_counts_from_the_claim(run: Deliveries, store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("now"), log.step("then", delay=60.0))
    assert run.deliver(table).state is RunState.WAITING
    assert store.claims[0].starts == ("now", "delay.then")
    assert_waits(store, 60)
    store.later(61)
    assert run.resume(table).state is RunState.DONE
    assert log.names == ["now", "then"]


def test_each_waits_for_itself_and_the_run_for_the_first(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    table = workflow(
        log.step("late", delay=600.0),
        log.step("soon", delay=60.0),
        log.step("next", needs=["soon"], delay=60.0),
    )
    run.deliver(table)
    assert_waits(store, 60)
    store.later(61)
    run.resume(table)
    assert_waits(store, 60)
    store.later(61)
    run.resume(table)
    assert (log.names, due(store)) == (["soon", "next"], [])
    assert_waits(store, 478)
    store.later(479)
    assert run.resume(table).state is RunState.DONE
    assert log.names == ["soon", "next", "late"]


def test_a_delay_that_ends_while_others_are_at_it(run: Deliveries, store: WatchedStore, log: Log) -> None:
    """`slow` is tried again for some seconds of this very delivery: longer than the delay."""
    table = workflow(log.step("slow", LATE, LATE, LATE, LATE, DONE), log.step("then", delay=5.0))
    assert run.deliver(table).state is RunState.DONE
    assert log.times[log.names.index("then")] - log.times[0] >= 5.0
    assert log.names.count("then") == 1
    assert store.records[-1].state is RunState.DONE


KILLED: list[tuple[int, Moment]] = [(call, moment) for call in range(1, 7) for moment in ("before", "after")]


@pytest.mark.parametrize("killed", KILLED)
def test_a_worker_that_is_killed_anywhere(
    run: Deliveries,
    store: WatchedStore,
    log: Log,
    table: Workflow[Any],
    killed: tuple[int, Moment],
) -> None:
    """Never before its time, and once: its start is on record, so that an earlier try is known of."""
    call, store.moment = killed
    passed = 0.0
    asked_at: list[float] = []

    def deliver() -> RunState | None:
        try:
            state = run.deliver(table).state
        except TransientError:  # from `call` on nothing reaches the store
            state = None
        except RunDoneError:
            state = RunState.DONE
        asked_at.extend([passed] * ("asked" in log.names and not asked_at))
        return state

    store.fails_at = set(range(call, 1000))
    deliver()
    if store.calls < call:
        store.later(1801)
        passed += 1801
        deliver()
    assert store.calls >= call
    store.fails_at = set()
    for seconds in [60.0, 60.0, 1801.0, 1801.0, 1801.0]:
        store.later(seconds)
        passed += seconds
        is_done = "reminded" in store.done
        state = deliver()
        if not is_done and "reminded" in store.done:
            assert passed - asked_at[0] >= 1800
    assert state is RunState.DONE
    assert store.done == {"asked", "reminded", "after_it"}
    repeated = [attempt.is_retry for name, attempt in log.tries if name == "reminded"]
    assert repeated in ([False], [True], [False, True])
    assert "notice" not in log.names


def test_a_failure_in_a_delayed_step_is_retried_like_any_other(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    table = workflow(
        log.step("asked"),
        log.step("reminded", *[LATE] * 8, DONE, needs=["asked"], delay=60.0, finds=[None]),
        follows=lambda _, now: [log.step("notice")] if now.failures else [],
    )
    run.deliver(table)
    store.later(61)
    outcome = run.resume(table)
    assert (outcome.state, outcome.failures, outcome.run.waits) == (RunState.WAITING, {"reminded": LATE}, 1)
    assert (store.records[-1].due, store.records[-1].waits_for) == (DUE_SECONDS, "slack")
    assert (log.names.count("reminded"), log.names.count("notice")) == (8, 1)
    store.later(60)
    assert run.resume(table).state is RunState.DONE
    assert log.names.count("reminded") == 9
    assert log.last("reminded").is_retry


def test_what_failed_is_told_at_once_and_holds_up_nothing_that_is_delayed(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    def follows(_: object, now: RunSnapshot) -> Sequence[Step[Any]]:
        return [log.step("notice")] if now.failures else []

    table = workflow(
        log.step("gone", GONE, GONE, DONE),
        log.step("never", needs=["gone"], delay=10.0),
        log.step("then", delay=60.0),
        follows=follows,
    )
    assert run.deliver(table).state is RunState.FAILED
    assert store.records[-1].due == pytest.approx(60, abs=2)
    store.later(61)
    assert due(store) == ["run"]
    assert run.resume(table).state is RunState.FAILED
    assert (due(store), store.records[-1].due) == ([], 0.0)
    assert log.names == ["gone", "notice", "gone", "then"]
    assert run.resume(table).state is RunState.WAITING
    assert_waits(store, 10)
    store.later(11)
    assert run.resume(table).state is RunState.DONE
    assert log.names[4:] == ["gone", "never"]


def test_what_is_put_off_waits_no_longer_for_what_is_delayed(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    table = workflow(log.step("a", *[LATE] * 8, DONE), log.step("then", delay=3600.0))
    run.deliver(table)
    last = store.records[-1]
    assert (last.state, last.due, last.waits_for, last.is_put_off) == (
        RunState.WAITING, DUE_SECONDS, "slack", True,
    )  # fmt: skip
    store.later(60)
    assert run.resume(table).run.waits == 1
    assert_waits(store, 3540)


def test_sweeps_do_not_wait_for_what_is_delayed(run: Deliveries, store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("a", LATE, DONE, sweeps=[None]), log.step("then", needs=["a"], delay=600.0))
    run.deliver(table)
    assert_waits(store, 150)
    store.later(151)
    run.resume(table)
    assert_waits(store, 449)
    assert ([name for name, _ in log.sweeps], log.names) == (["a"], ["a", "a"])
    store.later(450)
    assert run.resume(table).state is RunState.DONE


def test_an_instance_that_ends_gives_back_what_is_not_yet_due(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    table = workflow(log.step("slow", LATE, DONE), log.step("then", delay=60.0))
    run.is_stopping = lambda: bool(log.tries)
    assert run.deliver(table).is_given_back
    run.is_stopping = lambda: False
    assert run.resume(table).state is RunState.WAITING
    assert_waits(store, 60)
    store.later(61)
    assert run.resume(table).state is RunState.DONE
    assert log.names.count("then") == 1


def test_a_delay_that_a_newer_version_adds_begins_when_it_is_seen(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    older = workflow(log.step("a"), log.step("b", *[LATE] * 8, DONE))
    newer = workflow(*older.steps, log.step("then", needs=["a"], delay=60.0))
    run.deliver(older)
    store.later(300)
    assert run.deliver(newer).state is RunState.WAITING
    assert_waits(store, 60)
    assert run.resume(older).state is RunState.WAITING
    assert store.records[-1].is_put_off
    store.later(61)
    assert run.resume(newer).state is RunState.DONE
    assert log.names.count("then") == 1


def test_a_delay_may_come_of_what_the_run_works_on() -> None:
    def nothing(_work: int, _attempt: Attempt) -> StepResult:
        return StepResult()

    table: Workflow[int] = Workflow(
        "w",
        (Step("a", nothing), Step("b", nothing, needs=("a",), delay_of=lambda days: days * 86_400.0)),
        follows=nothing_follows,
    )
    assert [step.delay for step in table.of(7).steps] == [0.0, 604_800.0]
    assert [step.delay for step in table.of(0).steps] == [0.0, 0.0]
