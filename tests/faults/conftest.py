"""One harness for each process of tests, and at the end of the run how many fault cases there were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.faults.discovery import Found, Stage, discovered, sqlite_harness
from tests.faults.harness import Harness

_CASES = {
    "calls": "call_of",
    "first_calls": "first_call_of",
    "store_calls": "store_call_of",
    "steps": "step_of",
}
"""The fixture that a test with each of these markers is given."""


@pytest.fixture(scope="session")
def one_stage() -> Iterator[Stage]:
    """A harness on which every scenario can be set, made once."""
    with sqlite_harness() as harness:
        yield Stage(harness)


@pytest.fixture
def stage(one_stage: Stage) -> Iterator[Stage]:
    """The same, in its own time."""
    with one_stage.harness.in_place():
        yield one_stage


@pytest.fixture
def harness(stage: Stage) -> Harness:
    """A harness as on the first day."""
    stage.harness.reset()
    return stage.harness


def pytest_configure(config: pytest.Config) -> None:
    """Makes the markers known."""
    for name, cases in _CASES.items():
        config.addinivalue_line(
            "markers", f"{name}(*scenarios): tried at every one of {cases} of these scenarios"
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Makes a case of every call and step that a scenario turns out to have."""
    for name, fixture in _CASES.items():
        if marker := metafunc.definition.get_closest_marker(name):
            cases = [
                (scenario, case) for scenario in marker.args for case in _cases(name, discovered()[scenario])
            ]
            ids = [f"{scenario}-{str(case).replace(' ', '#')}" for scenario, case in cases]
            metafunc.parametrize(fixture, cases, ids=ids)


def _cases(name: str, found: Found) -> Sequence[str | int]:
    match name:
        case "calls":
            return found.calls
        case "first_calls":
            return found.first_calls
        case "store_calls":
            return range(1, found.store_calls + 1)
    return range(1, found.steps + 1)
