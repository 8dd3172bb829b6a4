"""The time that the other cases live in: pauses take none of it, and come in the order that they would."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED
from pathlib import Path

import pytest

from tests.faults.deliveries import Delivery, WorkerKilled
from tests.faults.tampering import Steps, Tampering
from tests.faults.virtual_time import SharedClock


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    return Delivery(Tampering(), SharedClock(tmp_path / "clock"))


@pytest.fixture
def pool(delivery: Delivery) -> Steps:
    return Steps(delivery.tampering, delivery.counted, delivery.timeline, delivery)


def test_pauses_at_the_same_time_take_as_long_as_the_longest(delivery: Delivery, pool: Steps) -> None:
    began = time.monotonic()
    steps = [pool.submit(delivery.timeline.sleep, seconds) for seconds in (5.0, 20.0, 60.0)]
    done, _ = delivery.timeline.wait(steps)
    assert len(done) == 3
    assert delivery.timeline.ahead == 60.0
    assert delivery.timeline.slept == 60.0
    assert time.monotonic() - began < 5


def test_who_waits_for_steps_wakes_up_in_their_midst(delivery: Delivery, pool: Steps) -> None:
    step = pool.submit(delivery.timeline.sleep, 20.0)
    beats = []
    while not step.done():
        delivery.timeline.wait([step], timeout=8.0, return_when=FIRST_COMPLETED)
        beats.append(delivery.timeline.ahead)
    assert beats == [8.0, 16.0, 20.0]


def test_who_only_asks_whether_steps_have_ended_lets_them_go_on(delivery: Delivery, pool: Steps) -> None:
    step = pool.submit(delivery.timeline.sleep, 20.0)
    while not step.done():
        delivery.timeline.wait([step], timeout=0.0)
    assert delivery.timeline.ahead == 20.0


def test_one_step_at_a_time_pauses_one_after_the_other(tmp_path: Path) -> None:
    alone = Delivery(Tampering(threads=1), SharedClock(tmp_path / "clock"))
    pool = Steps(alone.tampering, alone.counted, alone.timeline, alone)
    steps = [pool.submit(alone.timeline.sleep, 5.0) for _ in range(3)]
    alone.timeline.wait(steps)
    assert alone.timeline.ahead == 15.0


def test_a_worker_that_is_killed_wakes_up_to_its_end(delivery: Delivery, pool: Steps) -> None:
    def die() -> None:
        delivery.die()

    sleeping, dying = pool.submit(delivery.timeline.sleep, 1e6), pool.submit(die)
    with pytest.raises(WorkerKilled):
        delivery.timeline.wait([sleeping])
    for step in (sleeping, dying):
        with pytest.raises(WorkerKilled):
            step.result(5)
    assert delivery.is_dead
