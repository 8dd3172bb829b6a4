"""Deliveries to worker processes that a test can kill, freeze and look into."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from tests.faults.tampering import Tampering

ROOT = Path(__file__).resolve().parents[2]
_ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a delivery ended.

    Attributes:
        status: of HTTP; 0 if the worker ended without an answer.
        store_calls: how often it called its store.
        steps: how many steps it carried out.
        records: how often it recorded something.
        slept: the most seconds that any of its threads meant to pause.
    """

    status: int
    store_calls: int = 0
    steps: int = 0
    records: int = 0
    slept: float = 0.0

    @property
    def acknowledged(self) -> bool:
        """Whether Pub/Sub would take it as done."""
        return self.status in _ACKNOWLEDGED


class Workers:
    """Makes a process for each delivery. Safe for threads."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        """Loads the worker once; `folder` is for sockets and such."""
        self.clock = folder / "clock"
        self.audit = folder / "audit.jsonl"
        self._socket = str(folder / "workers.socket")
        self._running: set[int] = set()
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.fork_server", self._socket],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        started = {"environment": dict(environment), "clock": str(self.clock), "audit": str(self.audit)}
        self._process.stdin.write(json.dumps(started) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "ready\n"

    def deliver(
        self,
        envelope: Mapping[str, Any],
        environment: Mapping[str, str],
        tampering: Tampering | None = None,
    ) -> Delivered:
        """One push to a process of its own; returns when that has ended."""
        asked = {
            "envelope": envelope,
            "environment": dict(environment),
            "tampering": asdict(tampering or Tampering()),
        }
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self._socket)
            with connection.makefile("rw", encoding="utf-8") as line:
                line.write(json.dumps(asked) + "\n")
                line.flush()
                pid = int(json.loads(line.readline())["pid"])
                with self._lock:
                    self._running.add(pid)
                try:
                    return self._answer(line)
                finally:
                    with self._lock:
                        self._running.discard(pid)

    def deliver_at_once(
        self, envelopes: Sequence[Mapping[str, Any]], environment: Mapping[str, str]
    ) -> list[Delivered]:
        """Each push to a process of its own, at the same instant."""
        barrier = threading.Barrier(len(envelopes))

        def deliver(envelope: Mapping[str, Any]) -> Delivered:
            barrier.wait()
            return self.deliver(envelope, environment)

        with ThreadPoolExecutor(len(envelopes)) as pool:
            return list(pool.map(deliver, envelopes))

    def signal(self, number: signal.Signals, pids: Iterable[int] = ()) -> frozenset[int]:
        """Kills, freezes or thaws these workers, or every one that runs now; which it was."""
        with self._lock:
            meant = frozenset(pids or self._running)
        for pid in meant:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return meant

    def close(self) -> None:
        """Ends all processes."""
        self.signal(signal.SIGKILL)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _answer(self, line: TextIO) -> Delivered:
        line.write("\n")
        line.flush()
        try:
            answer = line.readline()
        except ConnectionError:
            answer = ""
        return Delivered(**json.loads(answer)) if answer else Delivered(0)
