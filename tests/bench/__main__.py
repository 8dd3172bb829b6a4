"""`make bench`: prints tables of figures; asserts nothing about them."""

from __future__ import annotations

import sys

from tests.bench import acknowledge
from tests.bench.figures import machine

BENCHMARKS = {"acknowledge": acknowledge.run}


def _main(names: list[str]) -> None:
    print(machine(), end="\n\n")
    for name in names or BENCHMARKS:
        print(BENCHMARKS[name](), flush=True)
    print(machine())


if __name__ == "__main__":
    _main(sys.argv[1:])
