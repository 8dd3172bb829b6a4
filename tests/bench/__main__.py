"""`make bench`: prints tables of figures; asserts nothing about them. Arguments name the ones wanted."""

from __future__ import annotations

import sys

from tests.bench import acknowledge, change, cold_start, commands, declare, healing, marks, scale, waiting
from tests.bench.figures import machine

BENCHMARKS = {
    "cold": cold_start.run,
    "acknowledge": acknowledge.run,
    "declare": declare.run,
    "change": change.run,
    "marks": marks.run,
    "commands": commands.run,
    "waiting": waiting.run,
    "healing": healing.run,
    "scale": scale.run,
}


def _main(names: list[str]) -> None:
    sys.stdout.write(machine() + "\n\n")
    for name in names or BENCHMARKS:
        sys.stdout.write(BENCHMARKS[name]() + "\n")
        sys.stdout.flush()
    sys.stdout.write(machine() + "\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
