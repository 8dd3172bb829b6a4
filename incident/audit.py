"""One JSON line for everything the bot does, as Cloud Logging reads it from standard output.

The fields are a contract (design.md, section 5). Nothing a person typed, no token, no signature and no
`response_url` is ever given to it. https://cloud.google.com/logging/docs/structured-logging
"""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Any, Self, TextIO

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""https://www.w3.org/TR/trace-context/#traceparent-header"""


class AuditLog:
    """Writes audit lines; `bind` gives one that says who, what and where in each of them."""

    def __init__(self, project: str, stream: TextIO | None = None, **bound: Any) -> None:
        """Lines go to `stream`; None for standard output."""
        self._project = project
        self._stream = stream
        self._bound = bound

    def bind(self, *, traceparent: str = "", **fields: Any) -> Self:
        """A log whose lines carry `fields`, and the trace of a W3C `traceparent`, besides."""
        if trace := trace_id(traceparent):
            fields["logging.googleapis.com/trace"] = f"projects/{self._project}/traces/{trace}"
        return type(self)(self._project, self._stream, **{**self._bound, **fields})

    def info(self, event: str, message: str, **fields: Any) -> None:
        """Something happened as it should."""
        self._write("INFO", event, message, fields)

    def warning(self, event: str, message: str, **fields: Any) -> None:
        """Something did not happen, and the bot knows what to do about it."""
        self._write("WARNING", event, message, fields)

    def error(self, event: str, message: str, **fields: Any) -> None:
        """Somebody has to look at it: alerts are made of these."""
        self._write("ERROR", event, message, fields)

    def _write(self, severity: str, event: str, message: str, fields: Mapping[str, Any]) -> None:
        line = {
            "severity": severity,
            "message": message,
            "event": event,
            **self._bound,
            **fields,
            "logging.googleapis.com/labels": {"audit": "true"},
        }
        stream = self._stream or sys.stdout
        stream.write(json.dumps(line) + "\n")  # in one write, or lines of two threads would mix
        stream.flush()


def trace_id(traceparent: str) -> str:
    """The 32 hexadecimal digits of the trace, or empty where this is no `traceparent`."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else ""


def where(error: BaseException) -> str:
    """The places an exception came through, innermost last, without its text, which may quote anything."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at " + " > ".join(
        f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in frames
    )
