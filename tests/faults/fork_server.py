"""Worker processes: one process that has loaded everything and forks for each delivery.

Loading the worker takes seconds, a fork a hundredth of one, and what is forked is a worker like any other: a
process of its own, with real sockets, that can be killed and frozen by a signal. `python -m
tests.faults.fork_server SOCKET` reads where its files are as JSON from standard input and then serves a line
protocol on a Unix socket, one connection for each delivery:

    → {"envelope": …, "environment": …, "tampering": …, "patience": …}
    ← {"pid": …}
    → (an empty line: go)
    ← {"status": …, …}

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

from incident.services import google as google_service
from incident.services import slack_calls as slack_service
from tests.faults.deliveries import Deliveries, current
from tests.faults.hooks import built_once, installed
from tests.faults.stores import SqliteFile
from tests.faults.tampering import Tampering
from tests.faults.virtual_time import SharedClock


def serve(path: str, clock: SharedClock, store: Path) -> None:
    """Forks for each connection to the socket at `path` until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
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
            _deliver(connection, clock, store)
        connection.close()


def _deliver(connection: socket.socket, clock: SharedClock, path: Path) -> None:
    """Serves one push as the worker function would, and ends this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    store = SqliteFile(path)
    store.clock = lambda: delivery.timeline.ahead if (delivery := current()) else clock.ahead
    with connection.makefile("rw", encoding="utf-8") as line, installed(clock), store.installed():
        asked: dict[str, Any] = json.loads(line.readline())
        line.write(json.dumps({"pid": os.getpid()}) + "\n")
        line.flush()
        line.readline()
        if asked["patience"]:
            slack_service.CALL_SECONDS = asked["patience"]
            google_service.CALL_SECONDS = asked["patience"]
        tampering = Tampering(**asked["tampering"])
        delivered = Deliveries(clock).deliver(asked["envelope"], asked["environment"], tampering)
        line.write(json.dumps(asdict(delivered)) + "\n")
        line.flush()
    os._exit(0)


if __name__ == "__main__":
    files = json.loads(sys.stdin.readline())
    for api in (google_service.DRIVE, google_service.DOCS, google_service.SHEETS, google_service.MEET):
        built_once(api.name, api.version, files["google"] + api.path)
    serve(sys.argv[1], SharedClock(Path(files["clock"])), Path(files["store"]))
