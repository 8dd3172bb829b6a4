"""The two entry points of the incident bot, by the names that functions-framework is given as `--target`."""

from __future__ import annotations

import gc
import sys
from functools import cache
from typing import Any


@cache
def __getattr__(name: str) -> Any:
    """Makes the one function that is asked for, so that neither loads what only the other needs."""
    gc.disable()  # what is loaded stays: looking through it for garbage takes 21 ms of the start
    try:
        return _entry_point(name)
    finally:
        gc.freeze()
        gc.enable()


def _entry_point(name: str) -> Any:
    from incident.runtime.settings import SettingsError  # noqa: PLC0415

    try:
        if name == "slack":
            from incident.intake.function import entry_point as slack  # noqa: PLC0415

            return slack()
        if name == "worker":
            from incident.worker.function import entry_point as worker  # noqa: PLC0415

            return worker()
    except SettingsError as error:
        sys.exit(f"incident: {error}")
    raise AttributeError(name)
