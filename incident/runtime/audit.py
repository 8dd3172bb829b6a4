"""One JSON line for everything the bot does, as Cloud Logging reads it from standard output.

The fields are a contract: metrics, alerts and queries (terraform/) read them. No token, no signature and no
`response_url` is ever given to it. What is said of an incident's state is said in `changes`: ids, links,
times, roles and the like. What holds a person's words stands apart, in `words`, so that there is one field to
leave out where words must stay private. Who sent a request that was rejected is not known; Cloud Run's own
line of the same trace has its address. https://cloud.google.com/logging/docs/structured-logging
"""

from __future__ import annotations

import json
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self, TextIO

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""https://www.w3.org/TR/trace-context/#traceparent-header"""

_WRITING = threading.Lock()
"""Standard output may be unbuffered, and the system mixes what two threads write where it is long."""

OUTCOMES: Mapping[str, str] = {
    "accepted": "answered, or handed on to the worker, for good",
    "rejected": "not let in",
    "lost": "let in and not kept; whoever asked was told",
    "unknown": "let in, and not known whether it was kept; whoever asked was told",
    "started": "begun",
    "done": "done",
    "found": "an earlier try had done it",
    "absent": "an earlier try had not done it",
    "ignored": "there was nothing to do",
    "leased": "another worker is at it",
    "transient": "failed; tried again, unless the message says otherwise",
    "permanent": "failed; somebody has to change something first",
    "unexpected": "failed by a fault of the bot's own",
    "unreadable": "not understood; delivered again until it is a dead letter",
}
"""What the `outcome` of a line may be, and what it means."""

FACTS = frozenset(
    {
        "id",
        "date",
        "declared_at",
        "declared_by",
        "status",
        "severity",
        "roles",
        "role",
        "user",
        "team",
        "version",
        "stamps",
        "channel_id",
        "meet_url",
        "meet_space",
        "document_id",
        "document_url",
        "resolved_at",
        "ends",
        "reopened_at",
        "reopens",
        "is_over",
        "began_at",
        "noticed_at",
        "learnt",
        "outcome",
        "offer",
        "offers",
        "offered",
        "previous",
        "overtakes",
        "promise",
        "followers",
        "follows",
        "undone",
        "undone_by",
        "undos",
        "fact",
        "of",
        "answer",
        "when",
        "owner",
        "users",
        "groups",
        "missing",
        "happened_at",
        "next",
        "comms",
        "channel",
        "ts",
        "thread_ts",
        "author",
        "emoji",
        "edited",
        "mitigated_at",
        "closed_at",
        "is_archived",
        "export_id",
        "export_url",
        "export_differs",
        "messages",
        "counted",
        "origin",
    }
)
"""The fields of an incident, and the data of facts, that hold no words of a person; all others may."""


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
            "time": moment(datetime.now(UTC)),
            "severity": severity,
            "message": message,
            "event": event,
            **self._bound,
            **fields,
            "logging.googleapis.com/labels": {"audit": "true"},
        }
        stream = self._stream or sys.stdout
        with _WRITING:
            stream.write(json.dumps(line) + "\n")
            stream.flush()


def moment(when: datetime) -> str:
    """`when` as a line says it, to the microsecond."""
    return when.isoformat(timespec="microseconds")


def state(fields: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Fields of an incident as a line carries them: what is a fact in `changes`, all else in `words`."""
    facts = {name: value for name, value in fields.items() if name in FACTS}
    words = {name: value for name, value in fields.items() if name not in FACTS}
    return {name: part for name, part in (("changes", facts), ("words", words)) if part}


def trace_id(traceparent: str) -> str:
    """The 32 hexadecimal digits of the trace, or empty where this is no `traceparent`."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else ""


def safe_traceback(error: BaseException) -> str:
    """The places an exception came through, innermost last, without its text, which may quote anything."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at " + " > ".join(
        f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in frames
    )
