"""Google Cloud's own APIs over plain HTTPS, for what Slack's three seconds wait on.

The client libraries of Pub/Sub and Secret Manager do the same over gRPC, but loading them takes longer than
everything else the Slack function does on its way to its first answer (docs/benchmarks.md, Cold start).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import certifi
import google.auth
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.urllib3 import Request
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

ATTEMPT_SECONDS = 1.0
"""An attempt that takes longer is broken off: its connection may have died while the instance slept."""

_THREADS = 32
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.4
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_OK = 200
_TRANSIENT = frozenset({408, 409, 429, 500, 502, 503, 504})
"""409 is ABORTED: https://cloud.google.com/pubsub/docs/reference/error-codes"""
_REFUSED = frozenset(range(400, 500)) - {408, 409}
"""Statuses after which the service has surely done nothing."""


class CallFailedError(Exception):
    """A call did not get through; the text is the kind of error alone.

    Attributes:
        transient: whether the same call may get through later.
        may_have_acted: whether the service may have done what it was asked, in this attempt or an earlier
            one of the same call; False where nothing was sent or everything sent was refused.
    """

    def __init__(self, kind: str, *, transient: bool, may_have_acted: bool) -> None:
        """Keeps all three."""
        super().__init__(kind)
        self.transient = transient
        self.may_have_acted = may_have_acted


class _Progress:
    """Whether a call may have been carried out, for the caller who stops waiting for its thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._over = False
        self._sending = False
        self._in_doubt = False

    def begin(self) -> None:
        """An attempt is about to be sent.

        Raises:
            CallFailedError: if the caller no longer waits.
        """
        with self._lock:
            if self._over:
                raise CallFailedError("timeout", transient=True, may_have_acted=self._in_doubt)
            self._sending = True

    def end(self, *, refused: bool) -> bool:
        """An attempt that was begun has failed: whether it or an earlier one may have been carried out."""
        with self._lock:
            self._sending = False
            self._in_doubt = self._in_doubt or not refused
            return self._in_doubt

    def give_up(self) -> bool:
        """The caller stops waiting, so no attempt begins any more: whether one may have been carried out."""
        with self._lock:
            self._over = True
            return self._sending or self._in_doubt

    @property
    def in_doubt(self) -> bool:
        """Whether an attempt that ended may have been carried out."""
        with self._lock:
            return self._in_doubt


class GoogleCloud:
    """Calls made as the function's own service account. Safe for threads; to be made after a fork."""

    def __init__(self, emulator_host: str = "") -> None:
        """Finds credentials on the first call; speaks to an emulator at `host:port` without any."""
        self._emulator_host = emulator_host
        self._http = PoolManager(maxsize=_THREADS, retries=False, ca_certs=certifi.where())
        self._lock = threading.Lock()
        self._credentials: Credentials | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="google-cloud")

    def call(
        self, method: str, host: str, path: str, body: Mapping[str, Any] | None = None, *, seconds: float
    ) -> Any:
        """Makes a call that may be made twice, again and again while it fails and there is time.

        Args:
            method: of HTTP.
            host: of the API, such as `pubsub.googleapis.com`.
            path: with a query if there is one, without the slash at its start.
            body: sent as JSON.
            seconds: what everything may take together, whatever it is that hangs: finding credentials,
                refreshing a token, looking a name up, connecting or waiting for the answer.

        Returns:
            What the API answered, read as JSON.

        Raises:
            CallFailedError: after at most `seconds`.
        """
        root = f"http://{self._emulator_host}" if self._emulator_host else f"https://{host}"
        data = None if body is None else json.dumps(body).encode()
        ends = time.monotonic() + seconds
        progress = _Progress()
        answer = self._threads.submit(self._repeat, method, f"{root}/{path}", data, ends, progress)
        try:
            return answer.result(timeout=seconds)
        except TimeoutError:
            answer.cancel()  # or, if it has begun, it makes no other attempt
            raise CallFailedError("timeout", transient=True, may_have_acted=progress.give_up()) from None

    def _repeat(self, method: str, url: str, data: bytes | None, ends: float, progress: _Progress) -> Any:
        pause = _FIRST_PAUSE
        while True:
            try:
                return self._attempt(method, url, data, ends, progress)
            except CallFailedError as failure:
                if not failure.transient or time.monotonic() + pause >= ends:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _attempt(self, method: str, url: str, data: bytes | None, ends: float, progress: _Progress) -> Any:
        headers = {"Content-Type": "application/json"}
        try:
            request = partial(Request(self._http), timeout=_left(ends, progress))
            self._authority().before_request(request, method, url, headers)  # refreshes the token
        except GoogleAuthError as error:  # google-auth repeats for itself what is worth it
            kind = type(error).__name__
            raise CallFailedError(kind, transient=False, may_have_acted=progress.in_doubt) from error
        timeout = _left(ends, progress)
        progress.begin()
        try:
            answer = self._http.request(method, url, body=data, headers=headers, timeout=timeout)
            if answer.status == _OK:
                return answer.json()
        except (NewConnectionError, ConnectTimeoutError) as error:
            kind, in_doubt = type(error).__name__, progress.end(refused=True)
            raise CallFailedError(kind, transient=True, may_have_acted=in_doubt) from error
        except (HTTPError, ValueError) as error:  # broken off after sending, or an answer that is no JSON
            kind, in_doubt = type(error).__name__, progress.end(refused=False)
            raise CallFailedError(kind, transient=True, may_have_acted=in_doubt) from error
        raise CallFailedError(
            f"http {answer.status}",
            transient=answer.status in _TRANSIENT,
            may_have_acted=progress.end(refused=answer.status in _REFUSED),
        )

    def _authority(self) -> Credentials:
        with self._lock:
            if self._credentials is None:
                if self._emulator_host:
                    self._credentials = AnonymousCredentials()
                else:
                    self._credentials, _ = google.auth.default(scopes=[_SCOPE])
            return self._credentials


def _left(ends: float, progress: _Progress) -> Timeout:
    """The time-out of what begins now.

    Raises:
        CallFailedError: if it is too late to begin anything.
    """
    seconds = min(ATTEMPT_SECONDS, ends - time.monotonic())
    if seconds <= 0:
        raise CallFailedError("timeout", transient=True, may_have_acted=progress.in_doubt)
    return Timeout(total=seconds)


@cache
def google_cloud() -> GoogleCloud:
    """The real one, made on the first use in this process: one token serves all that use it."""
    return GoogleCloud()
