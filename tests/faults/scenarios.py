"""Every command in every way that a person can give it, each with what must be true at its end."""

from __future__ import annotations

from tests.faults import (
    scenarios_asking,
    scenarios_changing,
    scenarios_closing,
    scenarios_declaring,
    scenarios_ending,
    scenarios_following,
    scenarios_marking,
    scenarios_people,
)
from tests.faults.scenario import Depth, Scenario

_TABLES = (
    scenarios_declaring,
    scenarios_changing,
    scenarios_ending,
    scenarios_closing,
    scenarios_people,
    scenarios_asking,
    scenarios_marking,
    scenarios_following,
)
SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario for table in _TABLES for scenario in table.SCENARIOS
}


def of_depth(depth: Depth) -> tuple[str, ...]:
    """The names of the scenarios of which so much is tried."""
    return tuple(scenario.name for scenario in SCENARIOS.values() if scenario.depth is depth)
