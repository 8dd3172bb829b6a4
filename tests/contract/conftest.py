"""Google's emulators, each started at most once for all tests, and only where a test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from tests.contract import emulators


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
