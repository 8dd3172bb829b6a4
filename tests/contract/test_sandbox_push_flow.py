"""Slow start and push back-off of the sandbox's Pub/Sub: the published figures, and what they cost others.

Source: https://cloud.google.com/pubsub/docs/push
"""

from __future__ import annotations

import base64
import itertools
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from incident.sandbox.faults import FaultInjector
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.pubsub.push_flow import REAL_LIMITS, PushFlow, PushLimits
from incident.sandbox.serve import Server
from tests.contract.push_endpoint import Endpoint

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOPIC = "projects/sandbox/topics/incident-interactions"


def answered(answers: Sequence[bool], limits: PushLimits = REAL_LIMITS) -> PushFlow:
    flow = PushFlow(limits)
    for now, acknowledged in enumerate(answers):
        flow.started(float(now))
        flow.answered(float(now), acknowledged=acknowledged)
    return flow


def test_without_failures_there_is_no_back_off_and_the_window_doubles_with_each_round_trip() -> None:
    flow = PushFlow(REAL_LIMITS)
    assert 1 < flow.window < 10  # "a small single-digit window size"
    for _ in range(8):
        before = flow.window
        for _ in range(before):
            flow.answered(0.0, acknowledged=True)
        assert flow.window == 2 * before
    assert flow.backoff == 0
    assert flow.wait(0.0, outstanding=flow.window - 1) == 0
    assert flow.wait(0.0, outstanding=flow.window) is None
    assert answered([True] * 5000).window == 3000


def test_the_back_off_grows_with_every_refusal_within_its_published_bounds() -> None:
    backoffs = [answered([False] * count).backoff for count in range(1, 60)]
    assert all(earlier < later for earlier, later in itertools.pairwise(backoffs))
    assert 0.1 < backoffs[0] < 0.5
    assert 30 < backoffs[-1] <= 60
    assert answered([False] * 60).window == 1


def test_one_refusal_in_five_means_about_half_a_second() -> None:
    """The documentation's own example; with every message refused it says 30 to 60 seconds."""
    backoffs = [answered(([True] * 4 + [False]) * 20 + [True] * late).backoff for late in range(5)]
    assert 0.2 < sum(backoffs) / len(backoffs) < 0.8


def test_successes_end_it() -> None:
    flow = answered([False] * 30)
    backoffs = []
    now = 100.0
    while flow.backoff:
        backoffs.append(flow.backoff)
        flow.answered(now, acknowledged=True)
    assert backoffs == sorted(backoffs, reverse=True)
    assert 10 < len(backoffs) < 30
    remaining = flow.wait(now, outstanding=0)
    assert remaining is not None
    assert remaining <= 0


def test_a_back_off_holds_back_the_next_push_and_those_after_it() -> None:
    flow = answered([False] * 3)
    pause = flow.backoff
    assert flow.wait(2.0, outstanding=0) == pytest.approx(pause)
    flow.started(2.0 + pause)
    assert flow.wait(2.0 + pause, outstanding=0) == pytest.approx(pause)


def test_a_success_shortens_the_pause_that_is_under_way() -> None:
    flow = answered([False] * 3)
    before = flow.wait(2.0, outstanding=0)
    flow.answered(2.0, acknowledged=True)
    after = flow.wait(2.0, outstanding=0)
    assert before is not None
    assert after is not None
    assert after == pytest.approx(flow.backoff)
    assert after < before


@given(st.lists(st.booleans(), max_size=200))
def test_whatever_is_answered_something_may_be_pushed_within_a_minute(answers: list[bool]) -> None:
    flow = answered(answers)
    pause = flow.wait(float(len(answers)), outstanding=0)
    assert pause is not None
    assert pause <= 60
    assert 1 <= flow.window <= 3000


class Poisoned:
    """Refuses every message but those that say `good`, and notes when one of these arrives."""

    def __init__(self) -> None:
        self.arrived = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        message = Request(environ).get_json()["message"]
        good = base64.b64decode(message["data"]) == b"good"
        if good:
            self.arrived.set()
        return Response(status=204 if good else 503)(environ, start_response)


@contextmanager
def subscribed(limits: PushLimits) -> Iterator[tuple[FakePubSub, Poisoned]]:
    endpoint = Poisoned()
    with ExitStack() as closing:
        server = Server(endpoint)
        closing.callback(server.close)
        pubsub = FakePubSub(
            FaultInjector(),
            topic=TOPIC,
            push_url=server.url,
            max_delivery_attempts=1000,
            minimum_backoff=0.01,
            maximum_backoff=0.02,
            limits=limits,
        )
        closing.callback(pubsub.close)
        yield pubsub, endpoint


def seconds_to_deliver(limits: PushLimits) -> float:
    """How long a good message takes that is published among ten that have been refused already."""
    with subscribed(limits) as (pubsub, endpoint):
        for number in range(10):
            pubsub.publish(f"bad {number}".encode(), {})
        while len(pubsub.deliveries) < 12:
            time.sleep(0.005)
        started = time.monotonic()
        pubsub.publish(b"good", {})
        assert endpoint.arrived.wait(10)
        return time.monotonic() - started


def test_what_is_refused_delays_what_is_not() -> None:
    quick = replace(REAL_LIMITS, shortest_backoff=0.001, longest_backoff=0.6)  # a hundredth of the real one
    without = seconds_to_deliver(replace(quick, longest_backoff=0))
    assert seconds_to_deliver(quick) > 0.3 > without


def test_pushes_outstanding_at_first_are_few(request: pytest.FixtureRequest) -> None:
    endpoint = Endpoint(seconds=0.3)
    server = Server(endpoint)
    request.addfinalizer(server.close)
    pubsub = FakePubSub(FaultInjector(), topic=TOPIC, push_url=server.url)
    request.addfinalizer(pubsub.close)
    for number in range(12):
        pubsub.publish(str(number).encode(), {})
    assert pubsub.wait_until_settled(5)
    start = endpoint.times[0]
    rounds = [len([t for t in endpoint.times if low <= t - start < low + 0.2]) for low in (0, 0.3, 0.6)]
    assert rounds == [3, 6, 3]
    assert pubsub.flow.window == 15


def test_good_messages_are_apart_too_until_the_back_off_is_over(request: pytest.FixtureRequest) -> None:
    endpoint = Endpoint(statuses=[503])
    server = Server(endpoint)
    request.addfinalizer(server.close)
    limits = PushLimits(shortest_backoff=0.2, longest_backoff=0.2)
    pubsub = FakePubSub(FaultInjector(), topic=TOPIC, push_url=server.url, minimum_backoff=5, limits=limits)
    request.addfinalizer(pubsub.close)
    pubsub.publish(b"bad", {})
    while not pubsub.deliveries:
        time.sleep(0.005)
    for number in range(9):
        pubsub.publish(str(number).encode(), {})
    while len(pubsub.deliveries) < 10:
        time.sleep(0.005)
    pauses = [later - earlier for earlier, later in itertools.pairwise(endpoint.times)]
    assert all(pause > 0.15 for pause in pauses[:5]), pauses
    assert all(pause < 0.15 for pause in pauses[-2:]), pauses
