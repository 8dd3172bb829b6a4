"""Which remote calls, store calls and steps there are: found out by running each workflow once, untroubled."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from incident.interaction import Interaction
from incident.sandbox.switchboard import Fault
from tests.faults.rig import Rig, Saved
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.stores import SqliteFile


@dataclass(frozen=True, slots=True)
class Found:
    """What a workflow does when nothing goes wrong.

    Attributes:
        calls: its remote calls, such as `slack.chat.postMessage 2`, sorted.
        looks: the remote calls that it makes besides where every call has got through once and no answer came.
        store_calls: how often it calls its store.
        steps: how many steps it carries out.
    """

    calls: tuple[str, ...]
    looks: tuple[str, ...]
    store_calls: int
    steps: int
