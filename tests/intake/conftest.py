"""One Slack function for all tests of a module; each test finds it whole and with nothing published."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from tests.intake.door import Door, opened


@pytest.fixture(scope="module")
def function() -> Iterator[Door]:
    with opened() as door:
        yield door


@pytest.fixture
def door(function: Door) -> Iterator[Door]:
    function.messages()
    yield function
    function.fault_injector.reset()
    function.slack.seed()


@pytest.fixture(autouse=True)
def _no_advice() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield
