"""Worker processes by the hundred: one process that has loaded everything and forks for each delivery.

Loading the worker takes seconds, a fork a few milliseconds, and what is forked is a worker like any other: a
process of its own that can be killed and frozen. `python -m tests.faults.fork_server SOCKET` reads the
settings as JSON from standard input and then serves a line protocol on a Unix socket, one connection for each
delivery:

    → {"envelope": …, "tampering": …}    ← {"pid": …}    → (an empty line: go)    ← {"status": …, …}

It ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask, request

from incident.runtime.audit import AuditLog
from incident.runtime.settings import WorkerSettings
from incident.services.google import DOCS, DRIVE, MEET, SHEETS
from incident.store import firestore as _loaded_beforehand  # noqa: F401 - it takes half a second
from incident.store.open import open_store
from incident.worker.function import Worker, make_worker
from tests.faults.tampering import Tampered, Tampering


def serve(path: str, settings: WorkerSettings, clock: Path, audit: Path) -> None:
    """Forks for each connection to the socket at `path` until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    worker = _loaded(settings)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(64)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        ready, _, _ = select.select([listening, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _deliver(connection, worker, clock, audit)
        connection.close()


def _loaded(settings: WorkerSettings) -> Worker:
    """A real worker; what its clients of Google's APIs make on first use, at length, is made beforehand."""
    worker = make_worker(settings, AuditLog(settings.project))
    client = worker._tools.meet._google.client
    client(DRIVE).files()
    client(DOCS).documents()
    client(SHEETS).spreadsheets().values()
    client(MEET).spaces()
    return worker


def _deliver(connection: socket.socket, worker: Worker, clock: Path, audit: Path) -> None:
    """Serves one push as the worker function would, and ends this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(audit, os.O_WRONLY | os.O_APPEND | os.O_CREAT), sys.stdout.fileno())
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    with connection.makefile("rw", encoding="utf-8") as line:
        asked: dict[str, Any] = json.loads(line.readline())
        line.write(json.dumps({"pid": os.getpid()}) + "\n")
        line.flush()
        line.readline()
        settings = WorkerSettings.load(asked["environment"])
        worker._max_attempts = settings.max_delivery_attempts
        tampered = Tampered(Tampering(**asked["tampering"]), worker, open_store(settings), clock)
        app = Flask(__name__)
        app.add_url_rule("/", view_func=lambda: worker.handle(request), methods=["POST"])
        answer = app.test_client().post("/", json=asked["envelope"])
        line.write(json.dumps({"status": answer.status_code, **asdict(tampered.counted)}) + "\n")
        line.flush()
    os._exit(0)


if __name__ == "__main__":
    asked_for = json.loads(sys.stdin.readline())
    serve(
        sys.argv[1],
        WorkerSettings.load(asked_for["environment"]),
        Path(asked_for["clock"]),
        Path(asked_for["audit"]),
    )
