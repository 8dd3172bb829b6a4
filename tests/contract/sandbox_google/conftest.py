from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.sandbox_google.support import Front, Google


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    front = Front()
    yield front
    front.server.close()


@pytest.fixture
def google(front: Front) -> Google:
    return Google(front)
