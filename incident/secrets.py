"""Secrets, given as values or kept in Secret Manager and rotated without downtime."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

from incident.settings import is_secret_name

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient

_TIMEOUT_SECONDS = 1.0
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

    def refresh(self) -> bool:
        """Reads the values again; whether they may have changed."""


class FixedSecret:
    """A secret whose value stands in the settings."""

    def __init__(self, value: str) -> None:
        """Holds the value."""
        self._values = (value,)

    def values(self) -> tuple[str, ...]:
        """The value."""
        return self._values

    def refresh(self) -> bool:
        """Never changes."""
        return False


class StoredSecret:
    """A secret of Secret Manager: its enabled versions, newest first, or the one version that is named.

    Read on first use and kept. https://cloud.google.com/secret-manager/docs/samples
    """

    def __init__(self, name: str, client: SecretManagerServiceClient | None = None) -> None:
        """`name` is `projects/P/secrets/S` or `projects/P/secrets/S/versions/V`."""
        self._name = name
        self._client = client
        self._lock = threading.Lock()
        self._values: tuple[str, ...] = ()
        self._read_at = float("-inf")

    def values(self) -> tuple[str, ...]:
        """All valid values, newest first.

        Raises:
            SecretUnavailableError: if they were never read and cannot be.
        """
        with self._lock:
            if not self._values:
                self._read()
            return self._values

    def refresh(self) -> bool:
        """Reads the values again, at most once in `REFRESH_SECONDS`; whether it did."""
        with self._lock:
            if time.monotonic() - self._read_at < REFRESH_SECONDS:
                return False
            try:
                self._read()
            except SecretUnavailableError:
                return False
            return True

    def _read(self) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError  # noqa: PLC0415 - heavy, and
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - most settings need none

        self._read_at = time.monotonic()
        try:
            self._values = self._enabled_versions()
        except (GoogleAPICallError, RetryError, GoogleAuthError) as error:
            raise SecretUnavailableError(type(error).__name__) from None
        if not self._values:
            raise SecretUnavailableError("no enabled version")

    def _enabled_versions(self) -> tuple[str, ...]:
        from google.cloud.secretmanager_v1 import (  # noqa: PLC0415 - as above
            ListSecretVersionsRequest,
            SecretManagerServiceClient,
        )

        client = self._client = self._client or SecretManagerServiceClient()
        if "/versions/" in self._name:
            names = [self._name]
        else:
            request = ListSecretVersionsRequest(
                parent=self._name, filter="state:ENABLED", page_size=_VERSIONS
            )
            page = next(iter(client.list_secret_versions(request, timeout=_TIMEOUT_SECONDS).pages))
            names = [version.name for version in page.versions][:_VERSIONS]
        return tuple(
            client.access_secret_version(name=name, timeout=_TIMEOUT_SECONDS).payload.data.decode().strip()
            for name in names
        )


def secret(setting: str) -> Secret:
    """The secret that a setting holds or names."""
    return StoredSecret(setting) if is_secret_name(setting) else FixedSecret(setting)
