"""A sandbox without the functions, whose environment is the deployed one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.sandbox.world import World


@pytest.fixture(scope="package")
def seeded_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), processes=False) as world:
        yield world


@pytest.fixture
def world(seeded_world: World) -> Iterator[World]:
    """As on the first day, with nothing broken; so it is again afterwards."""
    slack, google, scopes = (
        seeded_world.slack.snapshot(),
        seeded_world.google.snapshot(),
        seeded_world.slack.scopes,
    )
    yield seeded_world
    seeded_world.fault_injector.reset()
    seeded_world.slack.restore(slack)
    seeded_world.google.restore(google)
    seeded_world.slack.scopes = scopes
