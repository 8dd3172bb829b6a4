"""Walks at random through everything a store can be asked, beside a store that is a few dictionaries."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from incident.engine.run import (
    Claim,
    LeaseLostError,
    NoSuchRunError,
    Progress,
    Run,
    RunDoneError,
    RunLeasedError,
    RunState,
)
from incident.model.facts import Fact, FactKind
from incident.model.fold import replay
from incident.runtime.failures import PermanentError
from incident.store.contract import REFLECT, IncidentStore, reflect_run
from incident.store.open import open_store
from tests.contract import stores

INCIDENTS = ("first", "second")
REFLECTS = tuple(map(reflect_run, INCIDENTS))
RUNS = ("run 1", "run 2", *map("declares {}".format, INCIDENTS), *REFLECTS)
STEPS = ("a", "b", "sweep.a", "notice")
PLANS = ((), ("a",), ("a", "b"))
CHANNELS = ("C1", "C2")
NAMES = ("x", "x-2", "x-3")
SURFACES = ("board", "row")

FACTS = (
    stores.fact("sev", FactKind.SEVERITY_SET, 5.0, severity="sev1"),
    stores.fact("sev before", FactKind.SEVERITY_SET, 2.0, severity="sev4"),
    stores.fact("channel", FactKind.CHANNEL_CREATED, channel_id="C1", channel_name="x"),
    stores.fact("channel 2", FactKind.CHANNEL_CREATED, 2.0, channel_id="C2", channel_name="y"),
    stores.fact("newer", "of a newer version"),
    stores.fact("undo", FactKind.UNDONE, 9.0),
    stores.fact("undo sev", FactKind.UNDONE, 3.0, fact="sev"),
)
facts = st.lists(st.sampled_from(FACTS), max_size=2)
leases = st.sampled_from([0.0, 0.0, 1000.0])
starts = st.lists(st.sampled_from(STEPS), unique=True)
plans = st.sampled_from(PLANS)
claimants = st.sampled_from(["one", "another"])
claims = st.one_of(
    st.builds(stores.declare, st.sampled_from(INCIDENTS), starts=starts, plan=plans, lease=leases),
    st.builds(
        stores.claim,
        st.sampled_from(RUNS),
        starts=starts,
        plan=plans,
        lease=leases,
        subject=st.sampled_from(INCIDENTS),
        facts=facts,
        claimant=claimants,
    ),
    st.builds(stores.carry_on, st.sampled_from([*REFLECTS, *RUNS]), lease=leases),
)
steps = st.sampled_from(STEPS)
progresses = st.builds(
    Progress,
    results=st.dictionaries(steps, st.dictionaries(st.text(max_size=3), st.integers()), max_size=3),
    retried=st.lists(steps, max_size=2),
    starts=starts,
    facts=facts,
    surfaces=st.dictionaries(
        st.sampled_from(SURFACES), st.fixed_dictionaries({"version": st.integers(0, 4)})
    ),
    state=st.sampled_from([*RunState, RunState.RUNNING, RunState.DONE]),
    due=st.sampled_from([0.0, 1000.0]),
    is_put_off=st.booleans(),
)
declarations = st.tuples(
    st.just("claim"), st.builds(stores.declare, st.sampled_from(INCIDENTS), plan=plans, lease=leases)
)
actions = st.one_of(
    st.tuples(st.just("claim"), claims),
    st.tuples(st.just("record"), st.integers(0, 3), progresses),
    st.tuples(st.just("reserve"), st.sampled_from(INCIDENTS), st.lists(st.sampled_from(NAMES), unique=True)),
)
walks = st.builds(lambda first, rest: [first, *rest], declarations, st.lists(actions, max_size=15))


class Oracle:
    """What a store does, without a database, and without time: a lease is over at once or never.

    Of due times it knows two: now (True) and later (False); None is never.
    """

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        self.facts: dict[str, dict[str, Fact]] = {}
        self.surfaces: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {}

    def claim(self, claim: Claim) -> Any:
        run = self.runs.get(claim.run_id)
        if run is None:
            run = self._create(claim)
        elif run["state"] == RunState.DONE and run["completed"] == run["generation"]:
            raise RunDoneError(run["delivery"])
        elif not run["held"]:
            run["delivery"] += 1
            run["plan"] = run["plan"] | claim.plan
            if run["generation"] > run["begun"]:
                self._begin(run)
        elif run["claimant"] != claim.claimant:
            raise RunLeasedError(claim.lease)
        else:
            return self._told(run)
        if run["delivery"] == 1:
            run["steps"] |= dict.fromkeys(claim.starts, (None, False))
        run |= {"claimant": claim.claimant, "lease": claim.lease, "held": claim.lease > 0, "due": False}
        run["state"] = RunState.RUNNING
        return self._told(run)

    def _create(self, claim: Claim) -> dict[str, Any]:
        if not claim.workflow:
            raise NoSuchRunError
        if claim.facts and claim.facts[0].id in self.facts.get(claim.subject, {}):
            raise RunDoneError(1)
        self._state(claim.subject, claim.facts)
        self.runs[claim.run_id] = run = self._run(claim.workflow, claim.subject, claim.plan, delivery=1)
        if claim.facts:
            self._ask(claim.subject)
        return run

    @staticmethod
    def _run(workflow: str, subject: str, plan: frozenset[str], **more: Any) -> dict[str, Any]:
        zero = dict.fromkeys(("delivery", "generation", "begun", "completed", "waits"), 0)
        return {
            "workflow": workflow,
            "subject": subject,
            "plan": plan,
            "steps": {},
            "held": False,
            **zero,
            **more,
        }

    def _begin(self, run: dict[str, Any]) -> None:
        run |= {"begun": run["generation"], "waits": 0}
        before = dict(run["steps"])
        for name in run["plan"]:
            is_swept = before.get(f"sweep.{name}", (None, False))[0] is not None
            if is_swept:
                del run["steps"][f"sweep.{name}"]
            result, is_retried = before.get(name, (None, False))
            if result is not None:
                run["steps"].pop(name, None)
                if is_retried and not is_swept:
                    run["steps"][name] = (None, True)

    def _told(self, run: dict[str, Any]) -> Any:
        told = {name: run[name] for name in ("workflow", "subject", "delivery", "plan", "waits", "begun")}
        return told, {} if run["delivery"] == 1 else dict(run["steps"]), self._snapshot(run["subject"])

    def _snapshot(self, incident_id: str) -> Any:
        incident = replay(self.facts.get(incident_id, {}).values())
        return incident.to_dict() if incident else None

    def record(self, claimed: Run, progress: Progress) -> Any:
        run = self.runs[claimed.id]
        if run["delivery"] != claimed.delivery:
            raise LeaseLostError
        subject, is_reflecting = run["subject"], claimed.id in REFLECTS
        news = self._state(subject, progress.facts) if progress.facts else 0
        if progress.surfaces:
            self.surfaces.setdefault(subject, {}).update(progress.surfaces)
        newest = len(self.facts.get(subject, {})) or 99
        is_outdated = any(shown["version"] < newest for shown in progress.surfaces.values())
        if news or (is_outdated and not is_reflecting):
            self._ask(subject)
        for name, result in progress.results.items():
            run["steps"][name] = (dict(result), name in progress.retried)
        for name in progress.starts:
            run["steps"].setdefault(name, (None, False))
        run |= {"state": progress.state, "waits": claimed.waits + progress.is_put_off}
        run["held"] = progress.state == RunState.RUNNING and run["lease"] > 0
        later = False if progress.due else None
        due_by_state = {
            RunState.RUNNING: False, RunState.WAITING: not progress.due, RunState.FAILED: later
        }  # fmt: skip
        run["due"] = due_by_state.get(progress.state)
        if progress.state == RunState.DONE:
            run["completed"] = claimed.generation
            run["due"] = True if run["generation"] > claimed.generation else None
            return run["generation"], run["waits"]
        return claimed.generation, run["waits"]

    def _state(self, incident_id: str, said: Iterable[Fact]) -> int:
        there = self.facts.get(incident_id, {})
        new = {fact.id: fact for fact in said if fact.id not in there}
        if said and not there and next(iter(said)).kind != FactKind.DECLARED:
            raise PermanentError("store", "no such incident")
        if new:
            self.facts[incident_id] = there | new
        return len(new)

    def _ask(self, incident_id: str) -> None:
        fresh = self._run(REFLECT, incident_id, frozenset(), state=RunState.WAITING, due=None)
        run = self.runs.setdefault(reflect_run(incident_id), fresh)
        run["generation"] += 1
        run["due"] = run["due"] or False

    def reserve(self, incident: str, names: list[str]) -> str:
        for name in names:
            if self.names.setdefault(name, incident) == incident:
                return name
        raise ValueError("no name is free")

    def due(self) -> set[str]:
        return {run_id for run_id, run in self.runs.items() if run["due"]}

    def read(self, run_id: str) -> Any:
        run = self.runs.get(run_id)
        if run is None:
            return None
        results = {name: result for name, (result, _) in run["steps"].items() if result is not None}
        is_asked_again = run["state"] == RunState.DONE and run["completed"] < run["generation"]
        return RunState.WAITING if is_asked_again else run["state"], results

    def incident(self, incident_id: str) -> Any:
        return self._snapshot(incident_id), set(self.facts.get(incident_id, {})), self._shown(incident_id)

    def _shown(self, incident_id: str) -> Mapping[str, Any]:
        return self.surfaces.get(incident_id, {})


def answer(action: Callable[..., Any], *arguments: Any) -> Any:
    """What `action` returns, or the kind of what it raises."""
    expected = (LeaseLostError, NoSuchRunError, PermanentError, RunDoneError, RunLeasedError, ValueError)
    try:
        return action(*arguments)
    except expected as error:
        return type(error)


class Walker:
    """Asks a store as the oracle is asked, and keeps the runs it has claimed."""

    def __init__(self, store: IncidentStore) -> None:
        self._store = store
        self.claimed: list[Run] = []

    def claim(self, claim: Claim) -> Any:
        run = self._store.claim(claim)
        self.claimed.append(run)
        told = {
            "workflow": run.workflow,
            "subject": run.subject,
            "delivery": run.delivery,
            "plan": run.plan,
            "waits": run.waits,
            "begun": run.generation,
        }
        steps = {name: (step.result, step.is_retried) for name, step in run.steps.items()}
        return told, steps, run.incident.to_dict() if run.incident else None

    def record(self, run: Run, progress: Progress) -> Any:
        recorded = self._store.record(run, progress)
        return recorded.generation, recorded.waits

    def reserve(self, incident: str, names: list[str]) -> str:
        return self._store.reserve(incident, names)

    def due(self) -> set[str]:
        return {run.id for run in self._store.due(100)}

    def read(self, run_id: str) -> Any:
        run = self._store.run(run_id)
        return (run.state, dict(run.steps)) if run else None

    def incident(self, incident_id: str) -> Any:
        incident = self._store.incident(incident_id)
        said = {fact.id for fact in self._store.facts(incident_id)}
        return incident.to_dict() if incident else None, said, self._store.surfaces(incident_id)


def walk(store: IncidentStore, actions: list[tuple[Any, ...]]) -> None:
    walker, oracle = Walker(store), Oracle()
    for name, *arguments in actions:
        if name == "record":
            if not walker.claimed:
                continue
            arguments[0] = walker.claimed[-1 - arguments[0] % len(walker.claimed)]
        ours = answer(getattr(walker, name), *arguments)
        assert ours == answer(getattr(oracle, name), *arguments)
    assert_same(store, walker, oracle)


def assert_same(store: IncidentStore, walker: Walker, oracle: Oracle) -> None:
    assert walker.due() == oracle.due()
    for incident_id in INCIDENTS:
        assert walker.incident(incident_id) == oracle.incident(incident_id)
    for run_id in RUNS:
        assert walker.read(run_id) == oracle.read(run_id)
    for channel in CHANNELS:
        snapshots = [oracle.incident(incident_id)[0] or {} for incident_id in INCIDENTS]
        there = [fields["id"] for fields in snapshots if fields.get("channel_id") == channel]
        found = store.incident_in_channel(channel)
        assert found.id in there if found else not there


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=walks)
def test_sqlite_answers_as_the_oracle_does(tmp_path: Path, actions: list[tuple[Any, ...]]) -> None:
    walk(open_store(stores.settings(f"sqlite:{tmp_path / uuid.uuid4().hex}.db")), actions)


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(actions=walks)
def test_firestore_answers_as_the_oracle_does(
    firestore_emulator: str, actions: list[tuple[Any, ...]]
) -> None:
    walk(open_store(stores.settings("firestore", firestore_emulator)), actions)
