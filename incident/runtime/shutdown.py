"""Noticing that this instance is about to end.

Cloud Run sends SIGTERM ten seconds before it ends an instance. The server, gunicorn under
functions-framework, takes the signal for itself and lets requests go on; what a request can finish in time is
finished, and what it cannot is given back.

https://cloud.google.com/run/docs/container-contract#instance-shutdown
"""

from __future__ import annotations

import threading
from typing import Any

_stopping = threading.Event()


def is_stopping() -> bool:
    """Whether the signal has come."""
    return _stopping.is_set()


def watch() -> None:
    """Has `is_stopping` notice the signal; to be called before the server forks its workers.

    gunicorn looks its handler up on the class of its worker when a worker starts, and gives an application no
    other way to hear of the signal. Under another server, such as that of a test, nothing is changed.
    """
    try:
        from gunicorn.workers.gthread import ThreadWorker  # noqa: PLC0415 - not every machine that tests has it
    except ImportError:
        return
    handle_exit = ThreadWorker.handle_exit
    if getattr(handle_exit, "tells_of_shutdown", False):
        return

    def handle(self: Any, number: int, frame: Any) -> None:
        _stopping.set()
        handle_exit(self, number, frame)

    handle.tells_of_shutdown = True  # type: ignore[attr-defined]  # so that it is wrapped once
    ThreadWorker.handle_exit = handle
