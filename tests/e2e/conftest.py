"""A whole sandbox with the real functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.sandbox.world import World


@pytest.fixture(scope="package")
def running_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        world.pubsub.minimum_backoff = 0.1
        world.pubsub.maximum_backoff = 1.0
        yield world


@pytest.fixture
def world(running_world: World) -> Iterator[World]:
    """A sandbox in which nothing is broken and nothing is under way; incidents of other tests are in it."""
    yield running_world
    running_world.fault_injector.reset()
    running_world.pubsub.duplicate = 0.0
    running_world.pubsub.max_delivery_attempts = 10
    assert running_world.wait_until_settled(30)
    assert not running_world.pubsub.dead_letters
