"""How things go wrong, told apart by what helps."""

from __future__ import annotations


class StepError(Exception):
    """A step could not be done in this delivery.

    Attributes:
        service: whose answer it was, such as `slack` or `docs`; for people and logs.
        reason: the service's own word for it, such as `ratelimited`; never a person's words or a secret.
        refused: whether the service surely did nothing, so that the call may simply be made again.
    """

    def __init__(self, service: str, reason: str, *, refused: bool = False) -> None:
        """Keeps them, and says the first two."""
        super().__init__(f"{service}: {reason}")
        self.service = service
        self.reason = reason
        self.refused = refused


class TransientError(StepError):
    """It may well work later: too many requests, a server error, a time-out, a broken connection.

    Attributes:
        retry_after: seconds the service asked to be left alone, or None.
    """

    def __init__(
        self, service: str, reason: str, *, refused: bool = False, retry_after: float | None = None
    ) -> None:
        """See the attributes."""
        super().__init__(service, reason, refused=refused)
        self.retry_after = retry_after


class NotYetKnownError(TransientError):
    """Whether an earlier try got through cannot be known yet: look again on the next delivery."""

    def __init__(self, service: str, reason: str) -> None:
        """Whoever finds that out has done nothing itself."""
        super().__init__(service, reason, refused=True)


class PermanentError(StepError):
    """It will not work until somebody changes something: template deleted, bad token, not in the channel."""

    def __init__(self, service: str, reason: str) -> None:
        """A call that is answered so has done nothing."""
        super().__init__(service, reason, refused=True)
