"""Google's emulators, each started at most once and only where a test asks for it; and both stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from incident.runtime.settings import WorkerSettings
from incident.store.contract import IncidentStore
from incident.store.open import open_store
from tests.contract import emulators, stores


@pytest.fixture(params=["sqlite", "firestore"])
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> WorkerSettings:
    """Settings that name an empty store: once of each kind."""
    if request.param == "sqlite":
        return stores.settings(f"sqlite:{tmp_path / 'store.db'}")
    return stores.settings("firestore", request.getfixturevalue("firestore_emulator"))


@pytest.fixture
def store(store_settings: WorkerSettings) -> IncidentStore:
    """An empty store, once of each kind."""
    return open_store(store_settings)


@pytest.fixture(scope="session")
def firestore_emulator() -> Iterator[str]:
    """`host:port` of Firestore's emulator."""
    yield from _emulator(emulators.firestore_emulator)


@pytest.fixture(scope="session")
def pubsub_emulator() -> Iterator[str]:
    """`host:port` of Pub/Sub's emulator."""
    yield from _emulator(emulators.pubsub_emulator)


def _emulator(start: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with ExitStack() as stack:
        try:
            host = stack.enter_context(start())
        except emulators.EmulatorMissingError as missing:
            pytest.skip(f"NOT TESTED: {missing}")
        yield host
