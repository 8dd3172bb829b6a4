"""Which remote calls, store calls and steps there are: found out by running each scenario once."""

from __future__ import annotations

import fcntl
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.acting import way_of
from tests.faults.harness import Harness, Saved
from tests.faults.invariants import Allowed
from tests.faults.scenario import Scenario
from tests.faults.scenarios import SCENARIOS
from tests.faults.stores import SqliteInMemory, Store
from tests.faults.tampering import Tampering

ALONE = Tampering(threads=1)
"""One step at a time, so that what is found is the same every time."""

_ONLY_IN_ORDER = frozenset({"slack.chat.update 1"})
"""Made by the first delivery of a declaration only if the report comes after the briefing, as it does with
one step at a time."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a scenario does when nothing goes wrong but what is part of it.

    Attributes:
        calls: its remote calls, such as `slack.chat.postMessage 2`, sorted; those of one that is like another
            are those which that one does not have.
        first_calls: those among them that its first delivery makes, one step at a time.
        store_calls: how often its first delivery calls the store.
        steps: how many steps that carries out.
        way: in which way the command is given (`tests.faults.acting.way_of`).
    """

    calls: tuple[str, ...]
    first_calls: tuple[str, ...]
    store_calls: int
    steps: int
    way: str


def sqlite_harness() -> AbstractContextManager[Harness]:
    """A harness whose store is SQLite."""
    return harness_on(SqliteInMemory())


@contextmanager
def harness_on(store: Store) -> Iterator[Harness]:
    """A harness with this store."""
    with tempfile.TemporaryDirectory() as folder:
        harness = Harness(Path(folder), store)
        try:
            yield harness
        finally:
            harness.close()


def discovered() -> Mapping[str, Found]:
    """What each scenario does, by name.

    Raises:
        AssertionError: if one goes wrong although nothing was done to it.
    """
    return _discovered()[0]


def ways() -> frozenset[str]:
    """In which ways commands are given in the scenarios, what goes before them included."""
    return _discovered()[1]


_Discovered = tuple[Mapping[str, Found], frozenset[str]]


@cache
def _discovered() -> _Discovered:
    """Found out once for all processes of a test run: they have to collect the same cases."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return _find_all()
    with (Path(tempfile.gettempdir()) / f"incident-faults-{run}").open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if stored := file.read():
            shared: _Discovered = pickle.loads(stored)
            return shared
        found = _find_all()
        file.write(pickle.dumps(found))
        return found


def _find_all() -> _Discovered:
    found: dict[str, Found] = {}
    with sqlite_harness() as harness, harness.in_place():
        stage = Stage(harness)
        for scenario in SCENARIOS.values():
            found[scenario.name] = _find(stage, scenario, found)
        return found, frozenset(harness.ways)


def worker_that_makes(call: str) -> Tampering | None:
    """How the worker of a first delivery is made so that it surely makes one of `Found.first_calls`."""
    return ALONE if call in _ONLY_IN_ORDER else None


def _find(stage: Stage, scenario: Scenario, found: dict[str, Found]) -> Found:
    base = found[scenario.like].calls if scenario.like else ()
    stage.set(scenario)
    harness = stage.harness
    scenario.hinder(harness, base)
    message = scenario.begin(harness)
    harness.fault_injector.calls.clear()
    first = harness.deliver(message, 1, ALONE)
    first_calls = harness.calls()
    if first.acknowledged:
        harness.run_on(ALONE)
    else:
        harness.later(60)
        harness.settle(message, every=ALONE)
    made = harness.calls()
    wrong = scenario.wrong(harness, Allowed(receipts=9, calls=9))
    assert not wrong, f"{scenario.name}, although nothing was done to it: {wrong}"
    calls = tuple(call for call in made if call not in base)
    made_first = tuple(call for call in calls if call in first_calls)
    return Found(calls, made_first, first.store_calls, first.steps, way_of(message))


class Stage:
    """A harness with every scenario's beginning at hand."""

    def __init__(self, harness: Harness) -> None:
        """Prepares each scenario when it is first wanted."""
        self.harness = harness
        self._prepared: dict[object, Saved] = {}

    def set(self, scenario: Scenario) -> None:
        """Brings the harness to where the scenario begins."""
        self.prepare(scenario.prepare)

    def prepare(self, given: Callable[[Harness], None]) -> None:
        """Brings it to where this has happened."""
        if given not in self._prepared:
            self.harness.reset()
            given(self.harness)
            self._prepared[given] = self.harness.save()
        self.harness.load(self._prepared[given])


def hindrances(scenario: Scenario) -> Sequence[str]:
    """The calls that a scenario's hindrance is about."""
    return discovered()[scenario.like].calls if scenario.like else ()
