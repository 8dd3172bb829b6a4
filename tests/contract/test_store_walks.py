"""Walks at random through everything a store can be asked, beside a store that is a few dictionaries."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from incident.engine.run import Claim, LeaseLostError, Progress, Run, RunDoneError, RunLeasedError, RunState
from incident.runtime.failures import PermanentError
from incident.store.contract import IncidentStore
from incident.store.open import open_store
from tests.contract import stores

RUNS = ("run 1", "run 2")
INCIDENTS = ("first", "second")
STEPS = ("a", "b", "c")
CHANNELS = ("C1", "C2")
NAMES = ("x", "x-2", "x-3")

claims = st.builds(
    stores.claim,
    st.sampled_from(RUNS),
    starts=st.lists(st.sampled_from(STEPS), unique=True),
    lease=st.sampled_from([0.0, 0.0, 1000.0]),
    creates=st.sampled_from([None, *map(stores.incident, INCIDENTS)]),
)
changes = st.fixed_dictionaries(
    {}, optional={"channel_id": st.sampled_from(CHANNELS), "meet_url": st.text(st.characters(codec="utf-8"))}
)
progresses = st.builds(
    Progress,
    results=st.dictionaries(st.sampled_from(STEPS), st.dictionaries(st.text(max_size=3), st.integers())),
    starts=st.lists(st.sampled_from(STEPS), unique=True),
    changes=changes,
    state=st.sampled_from([*RunState, RunState.RUNNING, RunState.RUNNING]),
)
actions = st.one_of(
    st.tuples(st.just("claim"), claims),
    st.tuples(st.just("record"), st.integers(0, 5), progresses),
    st.tuples(st.just("reserve"), st.sampled_from(INCIDENTS), st.lists(st.sampled_from(NAMES), unique=True)),
)
walks = st.lists(actions, min_size=1, max_size=15)


class Oracle:
    """What a store does, without a database, and without time: a lease is over at once or never."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        self.incidents: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {}

    def claim(self, claim: Claim) -> tuple[Any, ...]:
        run = self.runs.get(claim.run_id)
        if run is None:
            if claim.creates is not None:
                if claim.subject in self.incidents:
                    raise RunDoneError(delivery=1)
                self.incidents[claim.subject] = dict(claim.creates)
            steps: dict[str, Any] = dict.fromkeys(claim.starts)
            self.runs[claim.run_id] = run = {"subject": claim.subject, "delivery": 0, "steps": steps}
            known = {}
        elif run["state"] == RunState.DONE:
            raise RunDoneError(run["delivery"])
        elif run["held"]:
            raise RunLeasedError(claim.lease)
        else:
            known = dict(run["steps"])
        run |= {"state": RunState.RUNNING, "delivery": run["delivery"] + 1, "lease": claim.lease}
        run["held"] = bool(claim.lease)
        return run["subject"], run["delivery"], known

    def record(self, claimed: Run, progress: Progress) -> None:
        run = self.runs[claimed.id]
        if run["delivery"] != claimed.delivery:
            raise LeaseLostError
        if progress.changes and run["subject"] not in self.incidents:
            raise PermanentError("store", "no such incident")
        run["steps"] |= {name: None for name in progress.starts if name not in run["steps"]}
        run["steps"] |= progress.results
        run["state"] = progress.state
        run["held"] = progress.state == RunState.RUNNING and bool(run["lease"])
        if progress.changes:
            self.incidents[run["subject"]] |= progress.changes

    def reserve(self, incident: str, names: list[str]) -> str:
        for name in names:
            if self.names.setdefault(name, incident) == incident:
                return name
        raise ValueError("no name is free")


def answer(action: Callable[..., Any], *arguments: Any) -> Any:
    """What `action` returns, or the kind of what it raises."""
    try:
        return action(*arguments)
    except (LeaseLostError, PermanentError, RunDoneError, RunLeasedError, ValueError) as error:
        return type(error)


class Walker:
    """Asks a store as the oracle is asked, and keeps the runs it has claimed."""

    def __init__(self, store: IncidentStore) -> None:
        self._store = store
        self.claimed: list[Run] = []

    def claim(self, claim: Claim) -> tuple[Any, ...]:
        run = self._store.claim(claim)
        self.claimed.append(run)
        return run.subject, run.delivery, {name: step.result for name, step in run.steps.items()}

    def record(self, run: Run, progress: Progress) -> None:
        self._store.record(run, progress)

    def reserve(self, incident: str, names: list[str]) -> str:
        return self._store.reserve_channel_name(incident, names)


def walk(store: IncidentStore, actions: list[tuple[Any, ...]]) -> None:
    walker, oracle = Walker(store), Oracle()
    for name, *arguments in actions:
        if name == "record":
            if not walker.claimed:
                continue
            arguments[0] = walker.claimed[-1 - arguments[0] % len(walker.claimed)]
        ours = answer(getattr(walker, name), *arguments)
        assert ours == answer(getattr(oracle, name), *arguments)
    assert_same(store, oracle)


def assert_same(store: IncidentStore, oracle: Oracle) -> None:
    for incident_id in INCIDENTS:
        incident = store.incident(incident_id)
        assert (incident.to_dict() if incident else None) == oracle.incidents.get(incident_id)
    for channel in CHANNELS:
        there = [fields["id"] for fields in oracle.incidents.values() if fields["channel_id"] == channel]
        found = store.incident_in_channel(channel)
        assert found.id in there if found else not there
    for run_id in RUNS:
        steps = oracle.runs.get(run_id, {}).get("steps", {})
        assert {step: store.result(run_id, step) for step in STEPS} == {
            step: steps.get(step) for step in STEPS
        }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=walks)
def test_sqlite_answers_as_the_oracle_does(tmp_path: Path, actions: list[tuple[Any, ...]]) -> None:
    walk(open_store(stores.settings(f"sqlite:{tmp_path / uuid.uuid4().hex}.db")), actions)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(actions=walks)
def test_firestore_answers_as_the_oracle_does(
    firestore_emulator: str, actions: list[tuple[Any, ...]]
) -> None:
    walk(open_store(stores.settings("firestore", firestore_emulator)), actions)
