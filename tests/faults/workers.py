"""Deliveries to worker processes that a test can kill and freeze by a signal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tests.faults.deliveries import Delivered
from tests.faults.tampering import Tampering

ROOT = Path(__file__).resolve().parents[2]


class Workers:
    """Makes a process for each delivery. Safe for threads."""

    def __init__(self, clock: Path, store: Path, google: str) -> None:
        """Loads the worker once.

        Args:
            clock: the file of the `SharedClock`.
            store: the file of the store.
            google: the root at which Google's APIs answer, with a slash at the end.
        """
        self._folder = tempfile.TemporaryDirectory()
        self._socket = f"{self._folder.name}/socket"
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
        files = {"clock": str(clock), "store": str(store), "google": google}
        self._process.stdin.write(json.dumps(files) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "ready\n"

    def deliver(
        self,
        envelope: Mapping[str, Any],
        environment: Mapping[str, str],
        tampering: Tampering | None = None,
        *,
        patience: int = 0,
    ) -> Delivered:
        """One push to a process of its own; returns when that has ended.

        Args:
            envelope: what is pushed.
            environment: the worker's settings.
            tampering: what is done to it.
            patience: seconds that its clients wait for an answer; 0 for what the bot itself allows.
        """
        asked = {
            "envelope": envelope,
            "environment": dict(environment),
            "tampering": asdict(tampering or Tampering()),
            "patience": patience,
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
        self._folder.cleanup()

    def _answer(self, line: TextIO) -> Delivered:
        line.write("\n")
        line.flush()
        try:
            answer = line.readline()
        except ConnectionError:
            answer = ""
        return Delivered(**json.loads(answer)) if answer else Delivered(0)
