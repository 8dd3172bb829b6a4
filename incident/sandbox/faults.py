"""Where the stand-ins are slowed down, broken and watched.

Every stand-in asks the fault injector what is to happen to a call before it acts on it, so one place
breaks any service at any call, for the sandbox's switches and for the faults suite alike.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Moment = Literal["arrived", "acted"]
"""`arrived`: the service has read the request; `acted`: it has done the work, and not answered yet."""


@dataclass(frozen=True, slots=True)
class Call:
    """One remote call as a stand-in saw it.

    Attributes:
        service: `slack`, `drive`, `docs`, `sheets`, `meet`, `calendar` or `pubsub`.
        method: the API's own name, such as `chat.postMessage` or `files.copy`.
        number: 1 for the first call since the fault injector was made or reset.
    """

    service: str
    method: str
    number: int

    @property
    def name(self) -> str:
        """`service.method`, which the patterns of faults and delays are matched against."""
        return f"{self.service}.{self.method}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a call.

    Attributes:
        status: the HTTP status answered; 0 ends the connection without an answer.
        error: the service's own word for it: Slack's `error`, Google's `reason`. Slack answers an
            error with status 200.
        retry_after: seconds, sent as the `Retry-After` header.
        acts: whether the service does the work before the fault shows.
        acts_late: seconds after which the service does the work all the same, as if the call had arrived
            only then. Until then it is silent. 0 for not at all.
        hang: seconds of silence before whatever is answered.
        orderly: how a connection without an answer ends: closed in good order, or reset.
    """

    status: int = 503
    error: str = ""
    retry_after: int | None = None
    acts: bool = False
    acts_late: float = 0.0
    hang: float = 0.0
    orderly: bool = False


@dataclass(slots=True)
class _Rule:
    pattern: str
    fault: Fault
    left: int | None
    after: int

    def takes(self, call: Call) -> bool:
        """Whether it breaks this call; counts it."""
        if self.left == 0 or not (fnmatchcase(call.name, self.pattern) or self.pattern == f"#{call.number}"):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass
class FaultInjector:
    """Delays, faults and watchers of all stand-ins of one sandbox. Safe for threads.

    Attributes:
        delays: seconds a call takes, `(lowest, highest)`, by pattern; the first that matches counts.
        calls: every call since the last `reset`, in order of arrival.
        clock: seconds that only grow; decides when the work of a call that `acts_late` is due.
        sleep: waits for that many seconds.
    """

    delays: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _late: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    _rules: list[_Rule] = field(default_factory=list)
    _watchers: list[Callable[[Call, Moment], None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def break_(self, pattern: str, fault: Fault, times: int | None = None, after: int = 0) -> None:
        """Breaks the calls that match, the next `times` of them or, with None, until mended.

        Args:
            pattern: a shell pattern over `service.method` (`docs.*`), or `#7` for call number seven.
            fault: what happens to them.
            times: how many calls it happens to; None for all.
            after: how many calls are let through first.
        """
        with self._lock:
            self._rules.append(_Rule(pattern, fault, times, after))

    def mend(self, pattern: str | None = None) -> None:
        """Takes back every fault of this pattern, or all faults."""
        with self._lock:
            self._rules = [] if pattern is None else [r for r in self._rules if r.pattern != pattern]

    def broken(self) -> tuple[str, ...]:
        """The patterns that break calls now."""
        with self._lock:
            return tuple(rule.pattern for rule in self._rules if rule.left != 0)

    def watch(self, watcher: Callable[[Call, Moment], None]) -> None:
        """Has `watcher` called, in the stand-in's thread, when a call arrives and when it was acted on."""
        self._watchers.append(watcher)

    def reset(self) -> None:
        """Forgets calls, faults, watchers and what is still to be done late."""
        with self._lock:
            self._late.clear()
            self.calls.clear()
            self._rules.clear()
            self._watchers.clear()

    def defer(self, fault: Fault, act: Callable[[], object]) -> None:
        """Has the work of a call done with the first call that comes after `fault.acts_late` seconds."""
        with self._lock:
            self._late.append((self.clock() + fault.acts_late, act))

    def act_late(self, until: float = math.inf) -> int:
        """Does the work that was put off and is due by `until` on the `clock`, by default all of it.

        Returns:
            How many calls it was of.
        """
        with self._lock:
            due = [act for when, act in self._late if when <= until]
            self._late = [(when, act) for when, act in self._late if when > until]
        for act in due:
            act()
        return len(due)

    @contextmanager
    def call(self, service: str, method: str) -> Iterator[Fault | None]:
        """Wraps one call: waits its delay, yields the fault to show, tells the watchers.

        The stand-in acts inside the block unless there is a fault that does not act, and answers after it.
        """
        self.act_late(self.clock())
        with self._lock:
            call = Call(service, method, len(self.calls) + 1)
            self.calls.append(call)
            rule = next((rule for rule in self._rules if rule.takes(call)), None)
        for watcher in tuple(self._watchers):
            watcher(call, "arrived")
        self._delay(call)
        fault = rule.fault if rule else None
        yield fault
        if fault is None or fault.acts:
            for watcher in tuple(self._watchers):
                watcher(call, "acted")
        if fault is not None and (silence := max(fault.hang, fault.acts_late)):
            self.sleep(silence)

    def _delay(self, call: Call) -> None:
        for pattern, (lowest, highest) in self.delays.items():
            if fnmatchcase(call.name, pattern):
                self.sleep(random.uniform(lowest, highest))  # noqa: S311
                return
