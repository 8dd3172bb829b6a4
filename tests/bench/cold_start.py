"""From the start of the process to the first acknowledgement, which is what Slack waits for at 3 a.m."""

from __future__ import annotations

import time
from statistics import median

from tests.bench.figures import ratio, table
from tests.bench.serving import BOT, EMPTY, connect, environment, post, slash_command, started
from tests.bench.standin import pubsub

FUNCTIONS = {"empty": EMPTY, "slack": BOT}
ROUNDS = 15


def run() -> str:
    """Starts the functions in turn; the first round, which may still compile, is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in FUNCTIONS}
    with pubsub() as host:
        settings = environment(host)
        for turn in range(1 + ROUNDS):
            for name, source in FUNCTIONS.items():
                body, headers = slash_command(turn)
                began = time.perf_counter()
                with started(source, settings) as port:
                    post(connect(port), body, headers)
                    seconds = time.perf_counter() - began
                if turn:
                    taken[name].append(seconds * 1000)
    rows = [
        [name, f"{median(times):.0f}", f"{min(times):.0f}", f"{ratio(times, taken['empty']):.2f}"]
        for name, times in taken.items()
    ]
    heads = ["function", "median ms", "least ms", "x empty"]
    return table("Cold start: process start to first acknowledgement", heads, rows, "Aim: 1.6 x at most.")
