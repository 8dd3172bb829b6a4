"""Asking Google Cloud through its own clients: once, for a bounded time; and what an error means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import google.auth
from google.api_core.exceptions import Forbidden, GoogleAPICallError, NotFound, RetryError, Unauthenticated
from google.auth import impersonated_credentials
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import Request

from incident.operate import advice
from incident.operate.finding import Finding, FoundError, bad
from incident.runtime.failures import PermanentError, TransientError

ONCE: dict[str, Any] = {"retry": None, "timeout": 10.0}
"""What a call is given so that it is made once, and for ten seconds at most."""

_CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"

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


def acting_as(service: str, account: str, scopes: Sequence[str]) -> Credentials:
    """Credentials of a service account that the operator is allowed to act as.

    Args:
        service: what they are for; errors name it.
        account: the service account's e-mail address.
        scopes: of the OAuth token.

    Raises:
        FoundError: if the operator may not act as it.
        StepError: if there are no credentials to begin with, or IAM does not answer.
    """
    source, _ = authorised(service, lambda: google.auth.default(scopes=[_CLOUD_PLATFORM]))
    credentials = impersonated_credentials.Credentials(
        source_credentials=source, target_principal=account, target_scopes=list(scopes)
    )
    try:
        credentials.refresh(Request())
    except RefreshError:
        raise FoundError(bad(f"no access token for {account}", advice.OPERATOR)) from None
    except GoogleAuthError as error:
        raise TransientError(service, type(error).__name__) from None
    return credentials


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
