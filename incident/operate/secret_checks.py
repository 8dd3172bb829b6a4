"""The two secrets of Slack: whether they are there to be read. Their values are never shown."""

from __future__ import annotations

import re

from google.cloud.secretmanager_v1 import SecretManagerServiceClient

from incident.operate import advice
from incident.operate.finding import Finding, bad, good
from incident.operate.managed_secret import Connect, ManagedSecret
from incident.runtime.secrets import SecretUnavailableError
from incident.runtime.settings import WorkerSettings, is_secret_name

_SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")


class SecretChecks:
    """Checks of what `SLACK_SIGNING_SECRET` and `SLACK_BOT_TOKEN` hold or name."""

    def __init__(self, settings: WorkerSettings, connect: Connect = SecretManagerServiceClient) -> None:
        """`connect` makes Secret Manager's client, where it is needed."""
        self._settings = settings
        self._connect = connect

    def signing_secret(self) -> Finding:
        """What Slack signs its requests with. Whether it is the right one only a request of Slack's shows.

        Whoever looks need not be able to read it; where they can, a wrong thing that was pasted is seen.
        """
        setting = self._settings.slack_signing_secret
        if not is_secret_name(setting):
            return _signing_secret(setting, "given as a value")
        kept = ManagedSecret(setting, self._connect)
        there = _there(kept)
        try:
            return _signing_secret(kept.values()[0], there)
        except SecretUnavailableError:
            return good(f"{there}; you may not read it, and need not")

    def bot_token(self) -> Finding:
        """What the bot shows Slack; whether it is good for anything the other checks tell."""
        setting = self._settings.slack_bot_token
        if not is_secret_name(setting):
            return good("given as a value")
        return good(_there(ManagedSecret(setting, self._connect)))


def _there(kept: ManagedSecret) -> str:
    numbers = [name.rpartition("/")[2] for name in kept.enabled()]
    secret = kept.short_name.partition("/")[0]
    if len(numbers) == 1:
        return f"version {numbers[0]} of {secret} is enabled"
    return f"versions {', '.join(numbers)} of {secret} are enabled"


def _signing_secret(value: str, where: str) -> Finding:
    if not _SIGNING_SECRET.fullmatch(value):
        return bad(
            f"{where}, and does not look like one: 32 hexadecimal digits",
            f"Copy it from Basic Information > App Credentials > Signing Secret. {advice.NO_VALUE}",
        )
    return good(where)
