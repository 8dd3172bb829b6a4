"""A whole sandbox with the real functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.sandbox.world import World


@pytest.fixture(scope="package")
def running_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        world.pubsub.minimum_backoff = 0.1
        world.pubsub.maximum_backoff = 0.5
        yield world


@pytest.fixture
def world(running_world: World) -> Iterator[World]:
    """A sandbox in which nothing is broken; incidents of other tests are in it."""
    yield running_world
    running_world.fault_injector.reset()
    running_world.pubsub.max_delivery_attempts = 100
    assert running_world.wait_until_settled(30)
