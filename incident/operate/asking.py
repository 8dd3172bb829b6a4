"""Asking Google Cloud through its own clients: once, for a bounded time; and what an error means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from google.api_core.exceptions import Forbidden, GoogleAPICallError, NotFound, RetryError, Unauthenticated
from google.auth.exceptions import GoogleAuthError

from incident.operate.finding import Finding, FoundError
from incident.runtime.failures import PermanentError, TransientError

ONCE: dict[str, Any] = {"retry": None, "timeout": 10.0}
"""What a call is given so that it is made once, and for ten seconds at most."""

T = TypeVar("T")


def authorised(service: str, client: Callable[[], T]) -> T:
    """A client with the credentials there are.

    Args:
        service: whose; the error names it.
        client: makes it.

    Raises:
        PermanentError: if there are none.
    """
    try:
        return client()
    except GoogleAuthError as error:
        raise PermanentError(service, type(error).__name__) from None


def asked(service: str, ask: Callable[[], T], missing: Finding) -> T:
    """What the service answers.

    Raises:
        FoundError: with `missing`, if there is no such thing.
        StepError: if the service does not say.
    """
    try:
        return ask()
    except NotFound:
        raise FoundError(missing) from None
    except (Forbidden, Unauthenticated) as error:
        raise PermanentError(service, type(error).__name__) from None
    except (GoogleAPICallError, RetryError, GoogleAuthError) as error:
        raise TransientError(service, type(error).__name__) from None
