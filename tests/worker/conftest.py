"""The whole bot, anew for each test."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.bot import Bot, running


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with running(tmp_path) as bot:
            yield bot
