"""The load generator, a process of its own: `python -m tests.bench.load PORT SECONDS CONNECTIONS [RATE]`.

Without a rate every connection makes one request after the other. With one, requests begin at fixed times
whether or not earlier ones were answered in time, and are timed from when they should have begun, so that a
function that falls behind shows it. Prints the milliseconds of every request as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from incident.sandbox.processes import REPOSITORY
from tests.bench.figures import percentile
from tests.bench.serving import connect, post, slash_command

WARM_UP = 20
"""Requests of every connection that are not counted."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it.

    Attributes:
        milliseconds: of every request, sorted.
        rate: requests answered in a second.
    """

    milliseconds: list[float]
    rate: float

    @property
    def p50(self) -> float:
        return percentile(self.milliseconds, 50)

    @property
    def p99(self) -> float:
        return percentile(self.milliseconds, 99)


def load(port: int, *, seconds: float, connections: int, rate: float = 0.0) -> Load:
    """Puts load on a function from another process; `rate` is in requests a second, 0 for all it takes."""
    arguments = [str(port), str(seconds), str(connections), str(rate)]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    milliseconds = sorted(json.loads(ended.stdout))
    return Load(milliseconds, len(milliseconds) / seconds)


def _starts(number: int, connections: int, rate: float) -> Iterator[float]:
    """When this connection's requests begin, in seconds from the first; now, whenever that is, for 0."""
    for turn in count():
        yield (turn * connections + number) / rate if rate else 0.0


def _drive(number: int, port: int, seconds: float, connections: int, rate: float) -> list[float]:
    connection = connect(port)
    for turn in range(WARM_UP):
        post(connection, *slash_command(turn))
    milliseconds = []
    began = time.perf_counter()
    for start in _starts(number, connections, rate):
        body, headers = slash_command(number)
        due = began + start if rate else time.perf_counter()
        time.sleep(max(0.0, due - time.perf_counter()))
        if max(due, time.perf_counter()) >= began + seconds:
            break
        post(connection, body, headers)
        milliseconds.append((time.perf_counter() - due) * 1000)
    connection.close()
    return milliseconds


def _main(port: str, seconds: str, connections: str, rate: str) -> None:
    many = int(connections)
    with ThreadPoolExecutor(many) as pool:
        drives = [pool.submit(_drive, n, int(port), float(seconds), many, float(rate)) for n in range(many)]
    json.dump([round(each, 3) for drive in drives for each in drive.result()], sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
