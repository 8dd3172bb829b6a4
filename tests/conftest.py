"""What holds for every test: nothing leaves this machine, and what is done with is let go."""

from __future__ import annotations

import gc
import ipaddress
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest


class LeftTheMachineError(AssertionError):
    """A test wanted to speak to an address that is not on loopback."""


@pytest.fixture(autouse=True, scope="session")
def loopback_alone() -> Iterator[None]:
    """Makes every other way out an error, whichever client takes it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if self.family in {socket.AF_INET, socket.AF_INET6} and host is not None:
            local = host == "localhost" or ipaddress.ip_address(host).is_loopback
            if not local:
                raise LeftTheMachineError(f"a connection to {host}")
        connect(self, address)

    patched = pytest.MonkeyPatch()
    patched.setattr(socket.socket, "connect", guarded)
    yield
    patched.undo()


@pytest.fixture(autouse=True, scope="session")
def nothing_is_frozen() -> Iterator[None]:
    """A process of production loads a function once and freezes what it has; a test process would fill up."""
    patched = pytest.MonkeyPatch()
    patched.setattr(gc, "freeze", lambda: None)
    yield
    patched.undo()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many fault cases ran, and how they ended."""
    outcomes = Counter(
        outcome
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(outcome, ())
        if getattr(report, "nodeid", "").startswith("tests/faults/")
        and (report.when == "call" or outcome != "passed")
    )
    if outcomes:
        said = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        terminalreporter.section("fault cases")
        terminalreporter.line(f"{sum(outcomes.values())} fault cases: {said}")
