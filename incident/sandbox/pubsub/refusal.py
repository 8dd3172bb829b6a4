"""How a service of Pub/Sub says no."""

from __future__ import annotations

import grpc

from incident.sandbox.faults import Fault


class Refusal(Exception):  # noqa: N818 - it is an answer, not a mishap
    """A call is answered with an error."""

    def __init__(self, code: grpc.StatusCode, message: str, fault: Fault | None = None) -> None:
        """Keeps them; `fault` is what the fault injector asked for, if it did."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.fault = fault
