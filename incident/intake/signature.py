"""Whether a request comes from Slack.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

from slack_sdk.signature import Clock, SignatureVerifier

from incident.runtime.secrets import Secret

TIMESTAMP_HEADER = "X-Slack-Request-Timestamp"
SIGNATURE_HEADER = "X-Slack-Signature"


class Verifier:
    """Checks signatures against every valid value of the signing secret."""

    def __init__(self, secret: Secret, clock: Clock | None = None) -> None:
        """`clock` gives the seconds since the epoch that time stamps are held against."""
        self._secret = secret
        self._clock = clock or Clock()

    def is_from_slack(self, body: bytes, timestamp: str, signature: str) -> bool:
        """Whether the signature is right and at most five minutes old, or early; junk is not.

        A signature that does not match has the secret read again: it may just have been rotated.

        Raises:
            SecretUnavailableError: if the signing secret cannot be read.
        """
        if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
            return False
        tried = self._secret.values()
        return self._matches(tried, body, timestamp, signature) or (
            self._secret.refresh(tried) and self._matches(self._secret.values(), body, timestamp, signature)
        )

    def _matches(self, values: tuple[str, ...], body: bytes, timestamp: str, signature: str) -> bool:
        try:
            return any(
                SignatureVerifier(value, self._clock).is_valid(body, timestamp, signature) for value in values
            )
        except (UnicodeDecodeError, ValueError):  # not UTF-8, or a time stamp of thousands of digits
            return False
