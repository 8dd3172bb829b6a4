"""Short retries inside one remote call: never beyond the time there is, and never hiding what went wrong."""

from __future__ import annotations

import time

import pytest

from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.services.retry import ATTEMPTS, retried

DOWN = TransientError("docs", "http 503")
REFUSED = TransientError("docs", "never sent", refused=True)


def tries(error: StepError, seconds: float, *, repeatable: bool) -> int:
    """How often a call that fails with `error` is made where there are so many seconds."""
    made = 0
    ends = time.monotonic() + seconds

    def call() -> None:
        nonlocal made
        made += 1
        deadline.timeout(15.0)
        raise error

    with (
        deadline.bounded_by(lambda: ends - time.monotonic()),
        pytest.raises(type(error)) as raised,
    ):
        retried(call, repeatable=repeatable)
    assert raised.value is error
    return made


@pytest.mark.parametrize(
    ("error", "repeatable", "made"),
    [
        (DOWN, True, ATTEMPTS),
        (DOWN, False, 1),
        (REFUSED, False, ATTEMPTS),
        (PermanentError("docs", "notFound"), True, 1),
        (TransientError("docs", "ratelimited", refused=True, retry_after=60.0), True, 1),
    ],
)
def test_a_call_is_made_again_where_that_cannot_do_a_thing_twice(
    error: StepError, repeatable: bool, made: int
) -> None:
    assert tries(error, 60.0, repeatable=repeatable) == made


def test_without_time_for_another_try_it_is_told_what_went_wrong() -> None:
    assert tries(DOWN, 1.5, repeatable=True) == 1
