"""A secret of Secret Manager as whoever looks after the bot reads it.

The functions read theirs over plain HTTPS, bounded for Slack’s three seconds; here there
is time for Google's own client, and for saying what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from google.cloud.secretmanager_v1 import SecretManagerServiceClient, SecretVersion

from incident.operate import advice
from incident.operate.asking import ONCE, asked, authorised
from incident.operate.finding import FoundError, bad
from incident.runtime.failures import StepError
from incident.runtime.secrets import FixedSecret, Secret, SecretUnavailableError
from incident.runtime.settings import is_secret_name

SERVICE = "secretmanager"

Connect = Callable[[], SecretManagerServiceClient]

_VERSIONS = 5
"""Newest enabled ones that are looked at; the functions try no more."""


class ManagedSecret:
    """A `Secret` that tells, besides its value, which versions of it are enabled."""

    def __init__(self, name: str, connect: Connect = SecretManagerServiceClient) -> None:
        """Finds credentials with the first call.

        Args:
            name: `projects/P/secrets/S` or `projects/P/secrets/S/versions/V`.
            connect: makes the client.
        """
        self._name = name
        self._connect = connect
        self._values: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """`S`, or `S/versions/V`."""
        return self._name.partition("/secrets/")[2]

    def enabled(self) -> list[str]:
        """Full names of the enabled versions, newest first: one at least, and at most five.

        Raises:
            FoundError: if there is no such secret, or no version of it is enabled.
            StepError: if Secret Manager does not say.
        """
        missing = bad(f"there is no {self.short_name} in Secret Manager", advice.NO_SECRET)
        with authorised(SERVICE, self._connect) as client:
            versions = asked(SERVICE, lambda: self._versions(client), missing)
        enabled = [version.name for version in versions if version.state == SecretVersion.State.ENABLED]
        if not enabled:
            raise FoundError(bad(f"no version of {self.short_name} is enabled", advice.NO_VALUE))
        return enabled

    def values(self) -> tuple[str, ...]:
        """The newest valid value alone, which is kept; see `Secret.values`.

        Raises:
            SecretUnavailableError: if it cannot be read.
        """
        if not self._values:
            try:
                self._values = (self._read(self.enabled()[0]),)
            except (FoundError, StepError) as error:
                raise SecretUnavailableError(str(error)) from None
        return self._values

    def refresh(self, tried: tuple[str, ...]) -> bool:  # noqa: ARG002 - whatever was tried
        """Whoever looks after the bot looks once."""
        return False

    def _versions(self, client: SecretManagerServiceClient) -> list[SecretVersion]:
        if "/versions/" in self._name:
            return [client.get_secret_version(name=self._name, **ONCE)]
        request = {"parent": self._name, "filter": "state:ENABLED", "page_size": _VERSIONS}
        return list(next(iter(client.list_secret_versions(request, **ONCE).pages)).versions)

    def _read(self, version: str) -> str:
        gone = bad(f"{version} is gone", advice.NO_VALUE)
        with authorised(SERVICE, self._connect) as client:
            answer = asked(SERVICE, lambda: client.access_secret_version(name=version, **ONCE), gone)
        return answer.payload.data.decode(errors="replace").strip()


def operators_secret(setting: str, connect: Connect = SecretManagerServiceClient) -> Secret:
    """The secret that a setting holds or names, as an operator reads it."""
    return ManagedSecret(setting, connect) if is_secret_name(setting) else FixedSecret(setting)
