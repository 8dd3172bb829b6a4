"""How many runs the bot still has to carry on by itself, read from its own SQLite store.

A run that waits has no message in Pub/Sub: the worker acknowledged it and noted when the run is next due.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

_COUNT = "SELECT count(*) FROM runs WHERE state IN ('running', 'waiting') AND due <= ?"
_PATIENCE = 5.0
"""Seconds to wait while the worker writes."""


def unfinished_runs(store: Path, within: float) -> int:
    """How many runs are neither done nor given up, and due by now or soon.

    Args:
        store: the file of the SQLite store. Without the file, its table `runs` or that table's column `due`,
            in which a run's next time is kept as seconds since the epoch, there are none.
        within: seconds from now; what is due later does not count.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    if not store.exists():
        return 0
    reading = sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
    with closing(reading):
        columns = {name for _, name, *_ in reading.execute("PRAGMA table_info(runs)")}
        if not {"state", "due"} <= columns:
            return 0
        (count,) = reading.execute(_COUNT, (time.time() + within,)).fetchone()
        return int(count)
