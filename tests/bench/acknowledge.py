"""How long Slack waits for its answer while many people type at once."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from statistics import median

from tests.bench.figures import table
from tests.bench.load import Load, load
from tests.bench.serving import BOT, EMPTY, PUBLISH, SIGNATURE, connect, environment, started
from tests.bench.standin import pubsub

FUNCTIONS = {"empty": EMPTY, "signature alone": SIGNATURE, "publish alone": PUBLISH, "slack": BOT}
ROUNDS = 3
SECONDS = 3.0
CONNECTIONS = 8


def run() -> str:
    """Loads the functions in turn; all stay up for all rounds."""
    one: dict[str, list[Load]] = defaultdict(list)
    most: dict[str, list[Load]] = defaultdict(list)
    paced: dict[float, dict[str, list[Load]]] = {}
    with ExitStack() as running:
        settings = environment(running.enter_context(pubsub()))
        ports = {name: running.enter_context(started(at, settings)) for name, at in FUNCTIONS.items()}
        for port in ports.values():
            connect(port).close()
        for _ in range(ROUNDS):
            for name, port in ports.items():
                one[name].append(load(port, seconds=SECONDS / 2, connections=1))
                most[name].append(load(port, seconds=SECONDS, connections=CONNECTIONS))
        for name in ("empty", "slack"):
            rate = median(each.rate for each in most[name]) / 2
            paced[rate] = defaultdict(list)
            for _ in range(ROUNDS):
                for other, port in ports.items():
                    paced[rate][other].append(load(port, seconds=SECONDS, connections=CONNECTIONS, rate=rate))
    return "\n".join(
        [
            _table("one at a time", one, _sum(one)),
            _table(f"{CONNECTIONS} at a time, back to back", most),
            *(
                _table(f"{rate:.0f} a second, half of the most that {name} answers", loads)
                for name, (rate, loads) in zip(("empty", "slack"), paced.items(), strict=True)
            ),
        ]
    )


def _table(how: str, loads: dict[str, list[Load]], note: str = "") -> str:
    heads = ["function", "requests/s", "p50 ms", "p99 ms"]
    return table(f"Acknowledge: {how}", heads, _rows(loads), note)


def _rows(loads: dict[str, list[Load]]) -> list[list[str]]:
    return [
        [
            name,
            f"{median(each.rate for each in rounds):.0f}",
            f"{median(each.p50 for each in rounds):.2f}",
            f"{median(each.p99 for each in rounds):.1f}",
        ]
        for name, rounds in loads.items()
    ]


def _sum(loads: dict[str, list[Load]]) -> str:
    p50 = {name: median(each.p50 for each in rounds) for name, rounds in loads.items()}
    over = p50["slack"] - p50["publish alone"]
    return f"slack takes {over:+.2f} ms over the empty function and one publish at p50 (aim: 2 ms at most)."
