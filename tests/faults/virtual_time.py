"""Time that passes because a test says so: a pause puts the clock forward instead of waiting.

`SharedClock` is how far the time of a test runs ahead of the real one. Within a delivery, a `Timeline` keeps
the order that the pauses would have had: when everything that could run has come to rest in a pause, the one
that ends first ends, and the delivery's time is put forward to it. So two steps that each pause for a second
at the same time take one second together, and a heartbeat comes in the middle of a call of ten.
"""

from __future__ import annotations

import concurrent.futures
import mmap
import os
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

_STUCK_SECONDS = 0.25
"""Real seconds after which a pause ends although something still runs: what runs may wait for a lock that the
one who pauses holds."""

_NEVER = float("inf")


class SharedClock:
    """Seconds by which the time of a test runs ahead of the real one, in a file that processes share."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        try:
            os.ftruncate(descriptor, 8)
            self._memory = mmap.mmap(descriptor, 8)
        finally:
            os.close(descriptor)

    @property
    def ahead(self) -> float:
        """Seconds."""
        (seconds,) = struct.unpack("d", self._memory[:])
        return float(seconds)

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self._memory[:] = struct.pack("d", seconds)


class Timeline:
    """The time of one delivery, and everything that runs or pauses in it. Safe for threads.

    What runs is counted: the thread that handles the delivery, and each step from its submission until the
    handling thread has taken notice of its end.
    """

    def __init__(self, clock: SharedClock, interrupted: Callable[[], None]) -> None:
        """Begins at the clock's time; `interrupted` raises once the worker is dead."""
        self._clock = clock
        self._interrupted = interrupted
        self._at = clock.ahead
        self._changed = threading.Condition()
        self._running = 1
        self._pauses: list[_Pause] = []
        self._slept: defaultdict[int, float] = defaultdict(float)

    @property
    def ahead(self) -> float:
        """Seconds that this delivery's time runs ahead of the real one."""
        return max(self._at, self._clock.ahead)

    @property
    def slept(self) -> float:
        """The most seconds that any one thread has paused, all its pauses together."""
        return max(self._slept.values(), default=0.0)

    def wait_until_idle(self) -> None:
        """Returns once the handling thread has nothing to do but to wait for its steps."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_interrupted() or self._is_idle(), _STUCK_SECONDS)

    def _is_idle(self) -> bool:
        return any(pause.futures and not pause.over for pause in self._pauses)

    def wake(self) -> None:
        """Has everything that rests look whether the worker is dead."""
        with self._changed:
            self._changed.notify_all()

    def sleep(self, seconds: float) -> None:
        """A pause in the calling thread."""
        with self._changed:
            self._slept[threading.get_ident()] += seconds
            self._pause(_Pause(self.ahead + seconds))
        self._interrupted()

    def wait(
        self, futures: Iterable[Future[Any]], timeout: float | None = None, return_when: str = "ALL_COMPLETED"
    ) -> Any:
        """`concurrent.futures.wait`, in this time."""
        awaited = frozenset(futures)
        if not awaited:
            return concurrent.futures.wait(awaited, 0)
        with self._changed:
            ends = _NEVER if timeout is None else self.ahead + timeout
            if timeout is not None and timeout <= 0:  # who asks again and again does not stop the time
                ends = min((pause.ends for pause in self._pauses if not pause.over), default=ends)
            self._pause(_Pause(ends, awaited, any_=return_when == concurrent.futures.FIRST_COMPLETED))
        self._interrupted()
        return concurrent.futures.wait(awaited, 0)

    def started(self, future: Future[Any]) -> None:
        """The step of this future can run; called before anything could come to rest because of it."""
        with self._changed:
            self._running += 1
        future.add_done_callback(self._ended)

    def _ended(self, _future: Future[Any]) -> None:
        """Whoever waited for it runs before anything else goes on."""
        with self._changed:
            for pause in self._pauses:
                if pause.futures and not pause.over and pause.is_settled():
                    pause.over = True
                    self._running += 1
            self._running -= 1
            self._changed.notify_all()

    def _pause(self, pause: _Pause) -> None:
        if pause.futures and pause.is_settled():
            return
        self._pauses.append(pause)
        self._running -= 1
        self._changed.notify_all()
        try:
            while not pause.over and not self._is_interrupted():
                if self._is_next(pause) or (not self._changed.wait(_STUCK_SECONDS) and self._is_stuck(pause)):
                    pause.over = True
                    self._at = max(self.ahead, pause.ends)
                    self._running += 1
        finally:
            if not pause.over:
                self._running += 1
            self._pauses.remove(pause)

    def _is_next(self, pause: _Pause) -> bool:
        return self._running == 0 and self._is_soonest(pause) and pause.ends != _NEVER

    def _is_stuck(self, pause: _Pause) -> bool:
        return not pause.futures and self._is_soonest(pause)

    def _is_soonest(self, pause: _Pause) -> bool:
        """Of several that end at the same time, who waits for steps comes last."""
        first = min((other.ends, bool(other.futures)) for other in self._pauses if not other.over)
        return (pause.ends, bool(pause.futures)) == first

    def _is_interrupted(self) -> bool:
        try:
            self._interrupted()
        except BaseException:  # noqa: BLE001 - it is raised again outside of the lock
            return True
        return False


class _Pause:
    """One thread that rests until a time or, of the handling thread, until steps have ended."""

    def __init__(
        self, ends: float, futures: frozenset[Future[Any]] = frozenset(), *, any_: bool = False
    ) -> None:
        self.ends = ends
        self.futures = futures
        self.over = False
        self._any = any_

    def is_settled(self) -> bool:
        ended = (future.done() for future in self.futures)
        return any(ended) if self._any and self.futures else all(ended)


class VirtualTime:
    """Stands in for the module `time` in the modules of the bot."""

    def __init__(
        self, ahead: Callable[[], float], skew: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """`ahead` and `skew` are asked each time; `skew` is of the wall clock alone."""
        self._ahead = ahead
        self._skew = skew
        self.sleep = sleep

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._ahead() + self._skew()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic() + self._ahead()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)
