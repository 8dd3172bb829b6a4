"""Secrets, given as values or kept in Secret Manager and rotated without downtime."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlencode

from incident.runtime.google_cloud import CallFailedError, GoogleCloud, google_cloud
from incident.runtime.settings import is_secret_name

_HOST = "secretmanager.googleapis.com"
_CALL_SECONDS = 1.0
_VERSIONS = 5
"""Newest enabled versions that are tried; more than two are a rotation somebody forgot to finish."""

REFRESH_SECONDS = 30.0
"""A secret is not read again sooner, so that forged requests cannot make the bot ask without end."""


class SecretUnavailableError(Exception):
    """Secret Manager did not give the secret; the text is the kind of error alone."""


class Secret(Protocol):
    """A secret with one value or, while it is being rotated, several."""

    def values(self) -> tuple[str, ...]:
        """All valid values, newest first.

        Raises:
            SecretUnavailableError: if they were never read and cannot be.
        """

    def refresh(self, tried: tuple[str, ...]) -> bool:
        """Whether there are other values than those that were tried; reads them again if need be."""


class FixedSecret:
    """A secret whose value stands in the settings."""

    def __init__(self, value: str) -> None:
        """Holds the value."""
        self._values = (value,)

    def values(self) -> tuple[str, ...]:
        """The value."""
        return self._values

    def refresh(self, tried: tuple[str, ...]) -> bool:  # noqa: ARG002 - there is no other
        """Never changes."""
        return False


class StoredSecret:
    """A secret of Secret Manager: its enabled versions, newest first, or the one version that is named.

    Read on first use and kept.
    https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions
    """

    def __init__(self, name: str, cloud: GoogleCloud | None = None) -> None:
        """`name` is `projects/P/secrets/S` or `projects/P/secrets/S/versions/V`."""
        self._name = name
        self._cloud = cloud
        self._lock = threading.Lock()
        self._values: tuple[str, ...] = ()
        self._read_at = float("-inf")

    def values(self) -> tuple[str, ...]:
        """All valid values, newest first.

        Raises:
            SecretUnavailableError: if they were never read and cannot be.
        """
        if self._values:  # whoever has one does not wait for somebody who reads it again
            return self._values
        with self._lock:
            if not self._values:
                self._read()
            return self._values

    def refresh(self, tried: tuple[str, ...]) -> bool:
        """Whether there are other values than those that were tried.

        They are read again, at most once in `REFRESH_SECONDS`, unless somebody else just did.
        """
        with self._lock:
            if self._values == tried and time.monotonic() - self._read_at >= REFRESH_SECONDS:
                with suppress(SecretUnavailableError):
                    self._read()
            return self._values != tried

    def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            self._values = tuple(self._value(version) for version in self._versions())
        except CallFailedError as error:
            raise SecretUnavailableError(str(error)) from None
        except (KeyError, TypeError, ValueError) as error:
            raise SecretUnavailableError(f"not an answer of Secret Manager: {type(error).__name__}") from None
        if not self._values:
            raise SecretUnavailableError("no enabled version")

    def _versions(self) -> list[str]:
        if "/versions/" in self._name:
            return [self._name]
        query = urlencode({"filter": "state:ENABLED", "pageSize": _VERSIONS})
        page = self._call(f"v1/{self._name}/versions?{query}")
        return [str(version["name"]) for version in page.get("versions", [])][:_VERSIONS]

    def _value(self, version: str) -> str:
        data = self._call(f"v1/{version}:access")["payload"]["data"]
        return base64.b64decode(data, validate=True).decode().strip()

    def _call(self, path: str) -> dict[str, Any]:
        cloud = self._cloud or google_cloud()
        answer: dict[str, Any] = cloud.call("GET", _HOST, path, seconds=_CALL_SECONDS)
        return answer


def secret(setting: str) -> Secret:
    """The secret that a setting holds or names."""
    return StoredSecret(setting) if is_secret_name(setting) else FixedSecret(setting)
