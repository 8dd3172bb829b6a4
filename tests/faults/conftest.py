"""One rig for each process of tests, and at the end of the run how many fault cases there were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.discovery import Stage, discovered, sqlite_rig
from tests.faults.rig import Rig

_FOLDER = "tests/faults/"


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A rig on which every scenario can be set."""
    with sqlite_rig() as rig:
        yield Stage(rig)


@pytest.fixture
def rig(stage: Stage) -> Rig:
    """A rig as on the first day."""
    stage.rig.reset()
    return stage.rig


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line("markers", "scenarios(*names): tried at every remote call of these scenarios")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Makes a case of every call that a scenario turns out to have."""
    if "call_of" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("scenarios")
        names = marker.args if marker else ()
        cases = [(name, call) for name in names for call in discovered()[name].calls]
        metafunc.parametrize("call_of", cases, ids=[f"{name}-{call.replace(' ', '#')}" for name, call in cases])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many fault cases ran, and how they ended."""
    outcomes = Counter(
        outcome
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(outcome, ())
        if getattr(report, "nodeid", "").startswith(_FOLDER)
        and (report.when == "call" or outcome != "passed")
    )
    if outcomes:
        said = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        terminalreporter.section("fault cases")
        terminalreporter.line(f"{sum(outcomes.values())} fault cases: {said}")
