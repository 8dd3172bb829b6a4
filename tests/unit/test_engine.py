"""The engine with a real store and small workflows, on a clock that the tests put forward."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.engine.delivery import DUE_SECONDS
from incident.engine.engine import Engine, begin
from incident.engine.run import NoSuchRunError, RunDoneError, RunLeasedError, RunState
from incident.engine.workflow import Attempt, RunSnapshot, Step, StepResult, Workflow, nothing_follows
from incident.model.facts import Fact, FactKind, declaration
from incident.runtime.failures import NotYetKnownError, PermanentError, TransientError
from tests.unit.engine_support import Clock, Deliveries, Inline, Log, WatchedStore, workflow

LATE = TransientError("slack", "timeout")
REFUSED = TransientError("slack", "ratelimited", refused=True)
GONE = PermanentError("drive", "notFound")
NOT_YET = NotYetKnownError("drive", "not found yet")
DONE = StepResult()


@pytest.fixture
def threads(store: WatchedStore) -> Iterator[Deliveries]:
    """Deliveries whose steps run in threads, on the real clock."""
    with ThreadPoolExecutor(12) as pool:
        yield Deliveries(store, pool)


def test_a_run_does_every_step_once_and_hands_on_results(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a", StepResult({"id": "A"})), log.step("b", needs=["a"]))
    outcome = run.deliver(table)
    assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert outcome.results == {"a": {"id": "A"}, "b": {"by": "b"}}
    assert log.tries == [("a", Attempt({})), ("b", Attempt({"a": {"id": "A"}}))]
    assert run.outcomes() == [("a", "done"), ("b", "done")]


def test_a_run_that_is_done_is_not_done_again(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a"))
    run.deliver(table)
    with pytest.raises(RunDoneError):
        run.deliver(table)
    with pytest.raises(NoSuchRunError):
        run.resume(table, run_id="another")
    assert log.names == ["a"]


def test_independent_steps_run_at_the_same_time(threads: Deliveries, log: Log) -> None:
    together = threading.Barrier(3, timeout=5)

    def meet(_: Attempt) -> StepResult:
        together.wait()
        return DONE

    assert threads.deliver(workflow(*(log.step(name, meet) for name in "abc"))).state is RunState.DONE


def test_a_step_starts_as_soon_as_its_own_needs_are_met(threads: Deliveries, log: Log) -> None:
    freed = threading.Event()

    def waits(_: Attempt) -> StepResult:
        assert freed.wait(5), "`b` waits for `slow`, which it does not need"
        return DONE

    def frees(_: Attempt) -> StepResult:
        freed.set()
        return DONE

    table = workflow(log.step("slow", waits), log.step("a"), log.step("b", frees, needs=["a"]))
    assert threads.deliver(table).state is RunState.DONE


def test_steps_that_end_together_cost_one_write(run: Deliveries, store: WatchedStore, log: Log) -> None:
    run.deliver(workflow(log.step("a"), log.step("b"), log.step("c", needs=["a", "b"])))
    assert store.claims[0].starts == ("a", "b")
    assert [(set(p.results), list(p.starts), p.state) for p in store.records] == [
        ({"a", "b"}, ["c"], RunState.RUNNING),
        ({"c"}, [], RunState.DONE),
    ]


def test_what_a_step_states_and_shows_is_stored_with_its_result(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    said = declaration(
        "run", "i", title="down", day="2026-11-23", at=at, opener="U1", team="T1", severity=None
    )
    made = Fact("made", FactKind.CHANNEL_CREATED, at, data={"channel_id": "C1", "channel_name": "x"})
    step = log.step("channel", StepResult({"id": "C1"}, facts=[made], surfaces={"topic": {"version": 1}}))
    outcome = run.deliver(workflow(step, log.step("b", needs=["channel"])), subject="i", facts=[said])
    stored = store.store.incident("i")
    assert stored is not None
    assert (stored.title, stored.channel_id, stored.version) == ("down", "C1", 2)
    assert [
        incident.version if incident else 0 for incident in (log.tries[0][1].incident, log.last("b").incident)
    ] == [
        1,
        2,
    ]
    assert outcome.run.incident == stored
    assert store.store.surfaces("i") == {"topic": {"version": 1}}
    assert [set(p.results) for p in store.records if p.facts or p.surfaces] == [{"channel"}]


# Retries


def test_what_is_late_is_tried_again_for_twenty_seconds(run: Deliveries, clock: Clock, log: Log) -> None:
    outcome = run.deliver(workflow(log.step("a", LATE)))
    began = log.times[0]
    assert [round(time - began, 3) for time in log.times] == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5]
    assert (outcome.state, outcome.failures) == (RunState.WAITING, {"a": LATE})
    assert clock.time - began < 20


def test_what_heals_meanwhile_is_done_in_the_same_delivery(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    outcome = run.deliver(workflow(log.step("a", LATE, LATE, DONE), log.step("b", needs=["a"])))
    assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert [attempt.is_retry for name, attempt in log.tries if name == "a"] == [False, True, True]
    assert [round(attempt.age, 3) for name, attempt in log.tries if name == "a"] == [0, 0.5, 1.0]
    assert [list(p.retried) for p in store.records if p.results] == [["a"], []]


def test_a_run_that_was_put_off_before_is_not_tried_twice_in_a_delivery(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a", LATE))
    run.deliver(table)
    tries = len(log.tries)
    assert run.resume(table).state is RunState.WAITING
    assert len(log.tries) == tries + 1


@pytest.mark.parametrize(("seconds", "tries"), [(7.0, [0, 7, 14]), (19.0, [0, 19]), (21.0, [0])])
def test_retry_after_is_obeyed(
    run: Deliveries, store: WatchedStore, log: Log, seconds: float, tries: list[float]
) -> None:
    run.deliver(workflow(log.step("a", TransientError("slack", "ratelimited", retry_after=seconds))))
    assert [time - log.times[0] for time in log.times] == tries
    assert store.records[-1].due == max(DUE_SECONDS, seconds)


def test_a_service_that_asks_to_be_left_alone_for_long_is(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    run.deliver(workflow(log.step("a", TransientError("slack", "ratelimited", retry_after=3600.0))))
    assert store.records[-1].due == 3600.0


def test_what_surely_did_nothing_leaves_no_trace(run: Deliveries, store: WatchedStore, log: Log) -> None:
    run.deliver(workflow(log.step("a", REFUSED, LATE, REFUSED, DONE, finds=[None])))
    assert [list(p.reverted) for p in store.records if p.reverted] == [["a"]]
    assert [attempt.is_retry for _, attempt in log.tries] == [False, False, True, True]
    assert len(log.looks) == 2
    assert list(store.records[-1].retried) == ["a"]


def test_refused_tries_alone_make_no_retry(run: Deliveries, store: WatchedStore, log: Log) -> None:
    run.deliver(workflow(log.step("a", REFUSED, REFUSED, DONE, finds=[None], sweeps=[None])))
    assert (log.looks, log.sweeps, store.records[-1].state) == ([], [], RunState.DONE)
    assert not any(attempt.is_retry for _, attempt in log.tries)


def test_what_failed_for_good_is_not_tried_again(run: Deliveries, clock: Clock, log: Log) -> None:
    outcome = run.deliver(workflow(log.step("a", GONE)))
    assert (log.names, outcome.failures, clock.pauses) == (["a"], {"a": GONE}, [])


def test_what_is_asked_for_again_and_again_is_looked_for_first(run: Deliveries, log: Log) -> None:
    table = workflow(log.step("a", LATE, LATE, DONE, finds=[None, StepResult({"found": 1})]))
    outcome = run.deliver(table)
    assert (outcome.state, outcome.results) == (RunState.DONE, {"a": {"found": 1}})
    assert run.outcomes() == [("a", "transient"), ("a", "absent"), ("a", "transient"), ("a", "found")]


def test_a_redelivery_does_what_is_left_and_knows_that_it_does_it_again(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    table = workflow(log.step("a"), log.step("b", *[LATE] * 8, DONE), log.step("c", needs=["a", "b"]))
    assert run.deliver(table).state is RunState.WAITING
    store.later(60)
    assert run.resume(table).state is RunState.DONE
    assert log.names == ["a", *["b"] * 9, "c"]
    again = log.last("b")
    assert (again.is_retry, again.delivery, again.results) == (True, 2, {"a": {"by": "a"}})
    assert 60 <= again.age < 62
    assert (log.last("c").is_retry, log.last("c").age) == (False, 0.0)


def test_the_age_is_that_of_the_last_try_that_may_have_got_through(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    table = workflow(log.step("a", *[LATE] * 9, NOT_YET, NOT_YET, DONE))
    run.deliver(table)
    for _ in range(4):
        store.later(60)
        run.resume(table)
    assert [round(attempt.age) // 10 * 10 for _, attempt in log.tries[8:]] == [60, 60, 120, 180]


def test_a_look_that_comes_too_early_keeps_the_age(run: Deliveries, store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("a", LATE, finds=[NOT_YET] * 9 + [DONE]))
    run.deliver(table)
    store.later(60)
    run.resume(table)
    assert [attempt.age for _, attempt in log.looks] == sorted(attempt.age for _, attempt in log.looks)
    assert log.names == ["a"]
    store.later(60)
    assert run.resume(table).state is RunState.WAITING or run.resume(table).state is RunState.DONE
    assert not any(attempt.is_retry for _, attempt in log.tries)


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ({"a": GONE, "b": GONE}, RunState.FAILED),
        ({"a": GONE, "b": DONE}, RunState.FAILED),
        ({"a": LATE, "b": GONE}, RunState.WAITING),
        ({"a": LATE, "b": DONE}, RunState.WAITING),
        ({"a": NOT_YET, "b": GONE}, RunState.WAITING),
        ({"a": DONE, "b": DONE}, RunState.DONE),
    ],
)
def test_how_a_delivery_ends(
    run: Deliveries, store: WatchedStore, log: Log, outcomes: dict[str, Any], state: RunState
) -> None:
    steps = [log.step(name, outcome) for name, outcome in outcomes.items()]
    table = workflow(*steps, follows=lambda _, now: [log.step("notice")] if now.failures else [])
    outcome = run.deliver(table)
    assert outcome.state is store.records[-1].state is state
    assert outcome.failures == {n: o for n, o in outcomes.items() if isinstance(o, Exception)}


def test_a_failure_that_nobody_was_told_of_comes_again(run: Deliveries, log: Log) -> None:
    assert run.deliver(workflow(log.step("a", GONE))).state is RunState.WAITING
    mute = workflow(log.step("a", GONE), follows=lambda _, __: [log.step("notice", GONE)])
    assert run.resume(mute).state is RunState.WAITING


def test_the_last_write_says_when_it_goes_on_and_what_it_waits_for(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    meet = TransientError("meet", "timeout")
    table = workflow(log.step("a", LATE), log.step("b", meet), log.step("c", LATE), log.step("d", GONE))
    run.deliver(table)
    last = store.records[-1]
    assert (last.state, last.due, last.waits_for, last.is_put_off) == (
        RunState.WAITING, DUE_SECONDS, "meet,slack", True,
    )  # fmt: skip
    assert not any(p.is_put_off or p.waits_for for p in store.records[:-1])
    assert store.due(9) == []
    store.later(55)
    assert [(one.id, one.waits_for) for one in store.due(9)] == [("run", "meet,slack")]


# What is late holds up nothing else


def test_what_cannot_be_done_holds_up_nothing_that_can(run: Deliveries, log: Log) -> None:
    table = workflow(
        log.step("a", GONE),
        log.step("b"),
        log.step("needs_a", needs=["a"]),
        log.step("needs_that", needs=["needs_a"]),
        log.step("after_a", needs=["b"], after=["a", "needs_that"]),
    )
    run.deliver(table)
    assert sorted(log.names) == ["a", "after_a", "b"]
    assert log.names[-1] == "after_a"
    assert log.last("after_a").results == {"b": {"by": "b"}}


@pytest.mark.parametrize(("tries", "seconds"), [(0, 0.0), (1, 0.5), (2, 1.5), (3, 3.0), (4, 3.0)])
def test_what_comes_after_a_step_waits_three_seconds_for_it(
    run: Deliveries, log: Log, tries: int, seconds: float
) -> None:
    table = workflow(log.step("a", *[LATE] * tries, DONE), log.step("b", after=["a"]))
    assert run.deliver(table).state is RunState.DONE
    assert log.times[log.names.index("b")] - log.times[0] == pytest.approx(seconds)
    assert ("a" in log.last("b").results) == (seconds < 3.0)


@pytest.mark.parametrize(("tries", "is_told"), [(0, False), (1, False), (2, False), (3, True)])
def test_what_follows_is_told_of_what_is_late_after_three_seconds(
    run: Deliveries, log: Log, tries: int, is_told: bool
) -> None:
    snapshots: list[RunSnapshot] = []

    def follows(_: object, snapshot: RunSnapshot) -> list[Step[Any]]:
        snapshots.append(snapshot)
        return [log.step("notice")] if snapshot.failures else []

    assert run.deliver(workflow(log.step("a", *[LATE] * tries, DONE), follows=follows)).state is RunState.DONE
    assert ("notice" in log.names) == is_told
    if is_told:
        assert log.times[log.names.index("notice")] - log.times[0] == pytest.approx(3.0)
        assert RunSnapshot({}, {"a": LATE}, frozenset()) in snapshots


def test_what_follows_is_as_durable_as_the_table(run: Deliveries, store: WatchedStore, log: Log) -> None:
    table = workflow(log.step("a"), follows=lambda _, __: [log.step("notice", *[LATE] * 8, DONE)])
    assert run.deliver(table).state is RunState.WAITING
    assert run.resume(table).state is RunState.DONE
    assert log.names == ["a", *["notice"] * 9]
    assert store.started == store.done == {"a", "notice"}


def test_a_notice_that_is_no_longer_wanted_is_forgotten(run: Deliveries, clock: Clock, log: Log) -> None:
    """It failed, and what it was to say is no longer so: nothing waits for it."""
    table = workflow(
        log.step("a", *[LATE] * 4, DONE),
        follows=lambda _, now: [log.step("late", LATE)] if "a" in now.failures else [],
    )
    outcome = run.deliver(table)
    assert (outcome.state, outcome.failures) == (RunState.DONE, {})
    assert "late" in log.names
    assert clock.time - log.times[0] < 9


def test_a_run_that_failed_can_be_delivered_again(run: Deliveries, log: Log) -> None:
    table = workflow(
        log.step("a", GONE, DONE),
        log.step("b", needs=["a"]),
        follows=lambda _, now: [log.step("notice")] if now.failures else [],
    )
    assert run.deliver(table).state is RunState.FAILED
    assert run.resume(table).state is RunState.DONE
    assert log.names == ["a", "notice", "a", "b"]


def test_a_fault_of_the_bots_own_is_reported_and_tried_again(run: Deliveries, log: Log) -> None:
    fault = ZeroDivisionError("the words of a private incident")
    table = workflow(log.step("a", *[fault] * 8, DONE), log.step("b"))
    outcome = run.deliver(table)
    assert (outcome.state, outcome.results) == (RunState.WAITING, {"b": {"by": "b"}})
    assert isinstance(outcome.failures["a"], TransientError)
    assert "private" not in str(outcome.failures["a"])
    report = next(report for report in run.reports if report.step == "a")
    assert (report.outcome, report.unexpected) == ("transient", fault)
    assert run.resume(table).state is RunState.DONE


# Sweeps


def test_a_step_that_was_retried_is_swept_once_and_the_run_waits_for_it(
    run: Deliveries, store: WatchedStore, log: Log
) -> None:
    table = workflow(log.step("a", LATE, DONE, sweeps=[None]), log.step("b", needs=["a"]))
    assert run.deliver(table).state is RunState.WAITING
    last = store.records[-1]
    assert last.due == pytest.approx(150, abs=2)
    assert (last.waits_for, last.is_put_off) == ("", False)
    assert log.sweeps == []
    store.later(100)
    assert run.resume(table).state is RunState.WAITING
    assert store.records[-1].due == pytest.approx(50, abs=2)
    assert log.sweeps == []
    store.later(51)
    assert [one.id for one in store.due(9)] == ["run"]
    assert run.resume(table).state is RunState.DONE
    assert [name for name, _ in log.sweeps] == ["a"]
    assert log.names == ["a", "a", "b"]
    with pytest.raises(RunDoneError):
        run.resume(table)


def test_a_step_that_was_not_retried_is_not_swept(run: Deliveries, log: Log) -> None:
    assert run.deliver(workflow(log.step("a", sweeps=[None]))).state is RunState.DONE
    assert log.sweeps == []


def test_a_sweep_waits_for_the_last_try(run: Deliveries, store: WatchedStore, log: Log) -> None:
    """Or what the last but one does late would be left."""
    table = workflow(log.step("a", *[LATE] * 9, DONE, sweeps=[None]))
    run.deliver(table)
    store.later(140)
    run.resume(table)
    store.later(20)
    assert run.resume(table).state is RunState.WAITING
    assert store.records[-1].due == pytest.approx(150, abs=2)
    store.later(151)
    assert run.resume(table).state is RunState.DONE
    assert len(log.sweeps) == 1


@pytest.mark.parametrize("failure", [LATE, GONE])
def test_a_sweep_that_fails(
    run: Deliveries, store: WatchedStore, clock: Clock, log: Log, failure: Exception
) -> None:
    table = workflow(log.step("a", LATE, DONE, sweeps=[failure, None]))
    run.deliver(table)
    store.later(151)
    began = clock.time
    assert run.resume(table).state is RunState.DONE
    assert clock.time - began < 2
    assert len(log.sweeps) == (2 if failure is LATE else 1)
    assert ("sweep.a", "transient" if failure is LATE else "permanent") in run.outcomes()


# Versions


def test_what_a_newer_version_planned_is_left_to_it(run: Deliveries, store: WatchedStore, log: Log) -> None:
    newer = workflow(log.step("a", *[LATE] * 8, DONE), log.step("added", needs=["a"]))
    older = workflow(newer.steps[0])
    run.deliver(newer)
    assert run.resume(older).state is RunState.WAITING
    assert (store.records[-1].due, log.names[-1]) == (DUE_SECONDS, "a")
    assert run.resume(newer).state is RunState.DONE
    assert (log.names.count("a"), log.names.count("added")) == (9, 1)


def test_what_an_older_version_did_is_kept(run: Deliveries, log: Log) -> None:
    older = workflow(log.step("a"), log.step("b", *[LATE] * 8, DONE))
    newer = workflow(*older.steps, log.step("added", needs=["a"]))
    run.deliver(older)
    assert run.deliver(newer).state is RunState.DONE
    assert (log.names.count("a"), log.names.count("added")) == (1, 1)


# A run that is asked for again and again


def test_a_run_that_is_asked_for_meanwhile_says_so(run: Deliveries, log: Log) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    said = declaration("r", "i", title="t", day="2026-11-23", at=at, opener="U", team="T", severity=None)
    run.deliver(workflow(log.step("x")), run_id="r", subject="i", facts=[said])

    def is_asked_for(_: Attempt) -> StepResult:
        severity = Fact("s", FactKind.SEVERITY_SET, at, data={"severity": "sev1"})
        table = workflow(log.step("y"))
        run.deliver(table, run_id="s", subject="i", facts=[severity])
        return DONE

    table = Workflow("reflect", (log.step("topic", is_asked_for, DONE),), nothing_follows)
    first = run.deliver(table, run_id="reflect-i")
    assert (first.state, first.is_asked_again) == (RunState.DONE, True)
    second = run.deliver(table, run_id="reflect-i")
    assert (second.state, second.is_asked_again) == (RunState.DONE, False)
    assert log.names.count("topic") == 2
    topics = [attempt.incident for name, attempt in log.tries if name == "topic"]
    assert [incident.severity if incident else "" for incident in topics] == [None, "sev1"]


# Tables


@pytest.mark.parametrize(
    "steps",
    [
        [Step("a", lambda _, __: DONE), Step("a", lambda _, __: DONE)],
        [Step("a", lambda _, __: DONE, needs=("b",)), Step("b", lambda _, __: DONE)],
        [Step("a", lambda _, __: DONE, after=("a",))],
    ],
)
def test_a_table_that_makes_no_sense_is_refused(steps: list[Step[Any]]) -> None:
    with pytest.raises(ValueError, match="a"):
        workflow(*steps)


def test_two_deliveries_at_once_do_everything_once(store: WatchedStore, log: Log) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits(_: Attempt) -> StepResult:
        begun.set()
        assert go_on.wait(5)
        return DONE

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
        st.lists(st.sampled_from([LATE, NOT_YET, REFUSED, ZeroDivisionError()]), max_size=12),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15)
@given(plans)
def test_any_table_is_carried_out_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    plan: list[tuple[set[int], set[int], list[Exception], bool]],
) -> None:
    """Whatever fails how often: never before its needs, never after it is done, and in the end all of it."""
    with pytest.MonkeyPatch.context() as patch:
        Clock(patch)
        store = WatchedStore(tmp_path_factory.mktemp("store") / "store")
        log = Log()
        steps = [
            log.step(
                str(number),
                *failures,
                StepResult({"by": str(number)}),
                needs=[str(n) for n in needs if n < number],
                after=[str(n) for n in after if n < number],
                finds=[None] if looks else None,
            )
            for number, (needs, after, failures, looks) in enumerate(plan)
        ]
        deliveries = Deliveries(store, Inline())
        while deliveries.deliver(workflow(*steps)).state is RunState.WAITING:
            assert len(store.claims) < 80
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

        def carry_out(number: int) -> RunState:
            claim = begin(table, f"run-{number}", command={}, origin={})
            return engine.carry_out(engine.claim(claim), table, None).state

        states = set(callers.map(carry_out, range(8)))
    assert states == {RunState.DONE}
    assert sorted(log.names) == ["a"] * 8 + ["b"] * 8


def test_what_follows_beside_the_table_waits_for_none_of_its_steps(threads: Deliveries) -> None:
    is_beside_done = threading.Event()

    def slow(work: Any, attempt: Attempt) -> StepResult:  # noqa: ARG001
        assert is_beside_done.wait(5), "it is to start while this runs"
        return DONE

    def beside(work: Any, attempt: Attempt) -> StepResult:  # noqa: ARG001
        is_beside_done.set()
        return DONE

    table = workflow(Step("slow", slow), follows=lambda *_: [Step("beside", beside, is_beside=True)])
    outcome = threads.deliver(table)
    assert outcome.state is RunState.DONE
    assert threads.outcomes() == [("beside", "done"), ("slow", "done")]
