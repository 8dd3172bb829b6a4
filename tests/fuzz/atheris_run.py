"""Coverage-guided fuzzing of one target: `python -m tests.fuzz.atheris_run TARGET [options of libFuzzer]`.

Needs atheris, which is not among the locked dependencies: it is a tool to search with. A useful search is
`python -m tests.fuzz.atheris_run requests -max_total_time=600`; what it finds becomes a test.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # has no stubs, and is not always there

with atheris.instrument_imports(include=["incident", "anyascii"]):
    from tests.fuzz.seeds import SEEDS
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzzes until the options say stop, or a target fails: then it exits with the input that did it."""
    name, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[name]):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        atheris.Setup([sys.argv[0], *options, corpus], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
