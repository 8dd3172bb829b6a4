"""`python -m tests.transcript`: one incident by two people, as docs/transcript.md keeps it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from tests.transcript.story import transcript


def _main() -> None:
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):  # the log
        text = transcript()
    sys.stdout.write(text)


if __name__ == "__main__":
    _main()
