"""How Firestore is spoken to: the client, how long a call may take, and what its errors become."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore

from incident.runtime import clock, deadline
from incident.runtime.failures import PermanentError, TransientError

CALL_SECONDS = 12.0
"""The most that one call takes, repetitions included: less than a lease has left after a heartbeat."""

ATTEMPT_SECONDS = 8.0
"""The most that one try at a call takes. A Firestore that takes seconds to answer is slow, not down; a
connection that has gone silent leaves time for another try."""

REFUSALS = (exceptions.AlreadyExists, exceptions.FailedPrecondition, exceptions.NotFound)
"""How Firestore answers a write whose precondition does not hold."""

T = TypeVar("T")

_PASSING = (
    exceptions.Aborted,
    exceptions.Cancelled,
    exceptions.DeadlineExceeded,
    exceptions.InternalServerError,
    exceptions.ResourceExhausted,
    exceptions.ServiceUnavailable,
    exceptions.Unknown,
)
_RETRY = Retry(if_exception_type(*_PASSING), initial=0.1, maximum=1.0, multiplier=2.0, timeout=CALL_SECONDS)


def connect(project: str, database: str | None = None, emulator_host: str = "") -> firestore.Client:
    """A client; it opens its connection with the first call.

    Args:
        project: Google Cloud project id.
        database: None for the default one.
        emulator_host: `host:port` of an emulator, for which no credentials are looked for; or empty.

    Raises:
        google.auth.exceptions.DefaultCredentialsError: if there are none.
    """
    if emulator_host:
        return EmulatorClient(project, database, emulator_host)
    return firestore.Client(project=project, database=database)


class EmulatorClient(firestore.Client):
    """Google's client takes an emulator's host from the environment alone, and that `settings` reads."""

    def __init__(self, project: str, database: str | None, host: str) -> None:
        """The arguments are those of `connect`."""
        credentials = AnonymousCredentials()
        super().__init__(project=project, credentials=credentials, database=database)
        self._emulator_host = host


class _AttemptTimeout:
    """Bounds each try by `ATTEMPT_SECONDS` and by what is left of the call.

    google.api_core calls it as a decorator, and each try then calls what it returns; the timeouts it has
    itself bound either the one or the other.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = clock.monotonic() + seconds

    def __call__(self, rpc: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(rpc)
        def bounded(*arguments: Any, **named: Any) -> T:
            left = max(0.1, self._ends - clock.monotonic())
            return rpc(*arguments, **{**named, "timeout": min(ATTEMPT_SECONDS, left)})

        return bounded


def call(rpc: Callable[..., T], *, refusals: tuple[type[Exception], ...] = (), **arguments: Any) -> T:
    """Makes a call within bounds of time.

    Args:
        rpc: takes `retry` and `timeout`, as the methods of Google's client do.
        refusals: exceptions that are raised as they are.
        arguments: handed on to `rpc`.

    Raises:
        TransientError: Firestore did not answer in time, or said that it cannot for now.
        PermanentError: Firestore answered with any other error.
        deadline.DeadlineExceededError: no time is left for a call.
    """
    left = deadline.timeout(CALL_SECONDS)
    try:
        return rpc(retry=_RETRY.with_timeout(left), timeout=_AttemptTimeout(left), **arguments)
    except refusals:
        raise
    except exceptions.RetryError as error:
        raise TransientError("store", _status(error.cause)) from error
    except _PASSING as error:
        raise TransientError("store", _status(error)) from error
    except exceptions.GoogleAPICallError as error:
        raise PermanentError("store", _status(error)) from error


def _status(error: BaseException | None) -> str:
    """The name of the gRPC status; what Firestore says besides may name documents."""
    status = getattr(error, "grpc_status_code", None)
    return status.name.lower() if status else type(error).__name__
