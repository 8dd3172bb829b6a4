"""Property tests here give the same answer every time; what the tests of the engine work with."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.unit.engine_support import Clock, Deliveries, Inline, Log, WatchedStore

settings.register_profile("same_every_time", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("same_every_time")


@pytest.fixture
def store(tmp_path: Path) -> WatchedStore:
    return WatchedStore(tmp_path / "store")


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def run(store: WatchedStore, clock: Clock) -> Deliveries:  # noqa: ARG001 - it puts the clock forward
    """Deliveries in one thread, on a clock of their own."""
    return Deliveries(store, Inline())
