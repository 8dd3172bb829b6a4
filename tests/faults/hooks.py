"""Where the tests reach into the libraries that the bot works with, for as long as one test runs.

Only what belongs to a delivery (`deliveries.current`) is treated in any special way: its pauses put its own
time forward.
"""

from __future__ import annotations

import concurrent.futures
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType
from typing import Any

import httplib2
import pytest
import requests.sessions
import stamina._core
import tenacity.nap
from googleapiclient.discovery import build

from incident.runtime import clock as bot_clock
from incident.services import google as google_service
from tests.faults.deliveries import current
from tests.faults.virtual_time import SharedClock, VirtualTime

_LONGEST_PAUSE = 5.0
"""Seconds. Who pauses for longer waits for another delivery's lease to end, and that goes on meanwhile."""

_numbers = random.Random()

_LIVING = ("engine", "runtime", "services", "store", "worker", "workflows", "commands", "surfaces")
"""The packages of the bot whose time is the test's."""


@contextmanager
def installed(clock: SharedClock) -> Iterator[None]:
    """Everything is in place inside the block; `clock` is what counts outside of deliveries."""
    patch = pytest.MonkeyPatch()
    try:
        _contexts(patch)
        _times(patch, clock)
        _shortcuts(patch)
        patch.setattr(stamina._core, "random", _NoJitter)
        yield
    finally:
        patch.undo()


def _shortcuts(patch: pytest.MonkeyPatch) -> None:
    """Nothing depends on these but the time that a case takes: together they are half of it."""
    patch.setattr(google_service, "build", _build)
    patch.setattr(
        random, "_urandom", _numbers.randbytes
    )  # the fakes ask for every id; each time a system call
    patch.setattr(requests.sessions, "get_netrc_auth", lambda *_args, **_more: None)  # looks for two files
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # looked for with every request
        patch.delenv(name, raising=False)


class _NoJitter:
    """Stands in for the module `random` where the jitter of pauses comes from.

    With jitter, a step that fails for about three seconds is told to be late in one run of a scenario and not
    in the next, so that the two make different calls.
    """

    @staticmethod
    def uniform(least: float, most: float) -> float:
        """The middle between the two."""
        return (least + most) / 2


def _contexts(patch: pytest.MonkeyPatch) -> None:
    """What runs in a pool belongs to the delivery of whoever has it run."""
    submit = ThreadPoolExecutor.submit

    def within(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return submit(self, copy_context().run, fn, *args, **kwargs)

    patch.setattr(ThreadPoolExecutor, "submit", within)


def _times(patch: pytest.MonkeyPatch, clock: SharedClock) -> None:
    def ahead() -> float:
        delivery = current()
        return delivery.timeline.ahead if delivery else clock.ahead

    def skew() -> float:
        delivery = current()
        return delivery.tampering.skew if delivery else 0.0

    def sleep(seconds: float) -> None:
        delivery = current()
        if delivery:
            if seconds > _LONGEST_PAUSE:
                delivery.wait_for_others()
            delivery.timeline.sleep(seconds)
        else:
            time.sleep(seconds)

    virtual = VirtualTime(ahead, skew, sleep)
    patch.setattr(bot_clock, "monotonic", virtual.monotonic)
    patch.setattr(bot_clock, "sleep", sleep)
    patch.setattr(bot_clock, "now", lambda: datetime.now(UTC) + timedelta(seconds=ahead() + skew()))
    for module in (*_modules(), tenacity.nap):
        if getattr(module, "time", None) is time:
            patch.setattr(module, "time", virtual)
        if getattr(module, "wait", None) is concurrent.futures.wait:
            patch.setattr(module, "wait", _wait)


def _wait(futures: Any, timeout: float | None = None, return_when: str = "ALL_COMPLETED") -> Any:
    delivery = current()
    wait = delivery.timeline.wait if delivery else concurrent.futures.wait
    return wait(futures, timeout, return_when)


def _modules() -> list[ModuleType]:
    """The bot's own that take the time."""
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("incident.") and name.split(".")[1] in _LIVING and name != bot_clock.__name__
    ]


@cache
def built_once(name: str, version: str, root: str) -> Any:
    """googleapiclient's client of an API at this root. To make one takes longer than a delivery does."""
    options = {"api_endpoint": root}
    client = build(
        name,
        version,
        http=httplib2.Http(),
        static_discovery=True,
        cache_discovery=False,
        client_options=options,
    )
    _keep_resources(client)
    return client


def _keep_resources(resource: Any) -> None:
    """Has the client make each of its resources once; it makes them anew whenever they are named."""
    for name in resource._resourceDesc.get("resources", {}):
        kept = getattr(resource, name)()
        _keep_resources(kept)
        vars(resource)[name] = lambda kept=kept: kept


def _build(name: str, version: str, **options: Any) -> Any:
    root = (options.get("client_options") or {}).get("api_endpoint")
    return built_once(name, version, root) if current() and root else build(name, version, **options)
