"""The time, asked for in one place, so that a test can put it forward.

Call these as `clock.monotonic()`: a name that was imported by itself would not notice the test's own.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


def monotonic() -> float:
    """Seconds that only grow; for measuring how long something takes."""
    return time.monotonic()


def now() -> datetime:
    """The time of day, with a timezone."""
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    """Waits in this thread."""
    time.sleep(seconds)
