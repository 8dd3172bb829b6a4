"""Where audit lines are read: Cloud Logging, or the file that the sandbox keeps.

Both give lines as the bot wrote them (`incident.runtime.audit`), oldest first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import google.auth
import httplib2
from google.auth.exceptions import GoogleAuthError
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

TRACE = "logging.googleapis.com/trace"

Line = dict[str, Any]
"""An audit line."""

Condition = tuple[str, str]
"""Where in a line, such as `changes.channel_id` or `TRACE`, and what must stand there."""

_SCOPE = "https://www.googleapis.com/auth/logging.read"
_PAGE = 1000
_CONDITIONS = 100
"""In one filter, which may have 20 000 characters: a trace takes up to 90."""
_TRIES = 3


class LogError(Exception):
    """The log cannot be read; the text says why, and what to do about it."""


class Log(Protocol):
    """Audit lines to be searched."""

    def find(self, conditions: Collection[Condition]) -> list[Line]:
        """The lines that fulfil one of the conditions or more, oldest first.

        Raises:
            LogError: if the log cannot be read.
        """


class LogFile:
    """A file with one audit line a line."""

    def __init__(self, path: Path) -> None:
        """Reads it anew for every search."""
        self._path = path

    def find(self, conditions: Collection[Condition]) -> list[Line]:
        """See `Log.find`."""
        return _in_order(
            line for line in self._lines() if any(_at(line, path) == value for path, value in conditions)
        )

    def _lines(self) -> Iterator[Line]:
        try:
            with self._path.open(encoding="utf-8") as file:
                for text in file:
                    if text.endswith("\n"):  # or else it is still being written
                        yield json.loads(text)
        except (OSError, ValueError) as error:
            raise LogError(f"{self._path} cannot be read: {type(error).__name__}") from None


class CloudLog:
    """Cloud Logging, through https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list."""

    def __init__(self, resource: str, root: str = "") -> None:
        """Finds credentials at once.

        Args:
            resource: what to search, `projects/P` or a log view's full name.
            root: where the API answers, without credentials; empty for Google's own.

        Raises:
            LogError: if there are no credentials.
        """
        self._resource = resource
        try:
            credentials = None if root else google.auth.default(scopes=[_SCOPE])[0]
        except GoogleAuthError:
            raise LogError("there are no credentials: gcloud auth application-default login") from None
        self._entries: Any = build(
            "logging",
            "v2",
            http=httplib2.Http() if root else None,
            credentials=credentials,
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": root} if root else None,
        ).entries()

    def find(self, conditions: Collection[Condition]) -> list[Line]:
        """See `Log.find`."""
        every = list(conditions)
        parts = [every[first : first + _CONDITIONS] for first in range(0, len(every), _CONDITIONS)]
        return _in_order(line for part in parts for line in self._search(part))

    def _search(self, conditions: Collection[Condition]) -> Iterator[Line]:
        request = self._entries.list(
            body={
                "resourceNames": [self._resource],
                "filter": _filter(conditions),
                "orderBy": "timestamp asc",
                "pageSize": _PAGE,
            }
        )
        try:
            while request is not None:
                answer = request.execute(num_retries=_TRIES)
                yield from map(_as_written, answer.get("entries", []))
                request = self._entries.list_next(request, answer)
        except HttpError as error:
            raise LogError(
                f"Cloud Logging answers {error.resp.status} for {self._resource}: it takes the role"
                " logging.viewer on the project, or logging.viewAccessor on the view given with --view"
            ) from None
        except (GoogleAuthError, OSError, httplib2.HttpLib2Error) as error:
            raise LogError(f"Cloud Logging cannot be reached: {type(error).__name__}") from None


def _filter(conditions: Collection[Condition]) -> str:
    """https://cloud.google.com/logging/docs/view/logging-query-language."""
    wanted = (
        f"{'trace' if path == TRACE else f'jsonPayload.{path}'}={json.dumps(value)}"
        for path, value in conditions
    )
    return f'labels.audit="true" AND ({" OR ".join(wanted)})'


def _as_written(entry: dict[str, Any]) -> Line:
    """An entry as the line it was made of: Cloud Run's agent takes some fields out of it.

    https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
    """
    outside = {"time": entry["timestamp"], "severity": entry.get("severity", "DEFAULT")}
    trace = {TRACE: entry["trace"]} if "trace" in entry else {}
    return {**outside, **entry["jsonPayload"], **trace}


def _at(line: Line, path: str) -> object:
    if path == TRACE:
        return line.get(TRACE)
    value: object = line
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _in_order(lines: Iterator[Line]) -> list[Line]:
    """Oldest first, and each once: an entry may be in several buckets of a project."""
    single = {json.dumps(line, sort_keys=True): line for line in lines}
    return sorted(single.values(), key=lambda line: datetime.fromisoformat(line["time"]))
