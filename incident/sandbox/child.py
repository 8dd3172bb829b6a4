"""What a child process of the sandbox runs: functions-framework, ended when the sandbox ends.

`python -m incident.sandbox.child --source main.py --target worker --port 8080` is `functions-framework`
with these arguments, and one thing more: standard input is a pipe that nobody writes to, and when its
other end goes, however the sandbox went, so does this process with all its workers.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _end_with_sandbox() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_sandbox, daemon=True).start()
    runpy.run_module("functions_framework", run_name="__main__")
