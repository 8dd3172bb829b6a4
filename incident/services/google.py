"""The way to Google Workspace: credentials, connections, and what an error means.

Clients are built once for an instance; connections belong to a thread, since `httplib2.Http` is not safe for
threads. https://github.com/googleapis/google-api-python-client/blob/main/docs/thread_safety.md
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import google.auth
import httplib2
from google.auth import impersonated_credentials
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import Request
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import Resource, build
from googleapiclient.errors import HttpError

from incident import deadline
from incident.failures import PermanentError, StepError, TransientError
from incident.services.retry import retried
from incident.settings import is_loopback

CALL_SECONDS = 15.0
"""A copy in Drive takes two to ten seconds; what takes longer is looked for on the next delivery."""

IDLE_SECONDS = 20.0
"""A connection unused for longer is not trusted: where the other side has closed it, a request that was never
read cannot be told from one that was carried out."""

SCOPES = (
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/documents",
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/meetings.space.created",
)

_CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
_RATE_LIMITED = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"}
)

# httplib2 sends a request again when a connection breaks, which can copy a document twice.
httplib2.RETRIES = 1  # type: ignore[misc]  # a setting of the library, if an odd one


@dataclass(frozen=True, slots=True)
class Api:
    """One of Google's APIs.

    Attributes:
        service: what the bot and its logs call it.
        name: its name in discovery.
        version: likewise.
        path: what stands between the root and the paths of its methods.
    """

    service: str
    name: str
    version: str
    path: str = ""


DRIVE = Api("drive", "drive", "v3", "drive/v3/")
DOCS = Api("docs", "docs", "v1")
SHEETS = Api("sheets", "sheets", "v4")
MEET = Api("meet", "meet", "v2")


class Google:
    """Google Workspace as one identity. One for each instance; safe for threads."""

    def __init__(self, root: str = "", subject: str = "") -> None:
        """Finds credentials on the first call.

        Args:
            root: where all APIs answer, with a slash at the end; empty for Google's own hosts. On loopback
                no credentials are looked for.
            subject: Workspace user to act as; empty to act as the service account itself.
        """
        self._root = root
        self._subject = subject
        self._lock = threading.Lock()
        self._clients: dict[Api, Any] = {}
        self._credentials: Credentials | None = None
        self._connections = threading.local()

    def client(self, api: Api) -> Any:
        """The client of an API, from the discovery document that ships with the library."""
        with self._lock:
            if api not in self._clients:
                self._clients[api] = self._build(api)
            return self._clients[api]

    def execute(self, api: Api, request: Callable[[Any], Any], *, repeatable: bool = False) -> Any:
        """Makes one call.

        Args:
            api: the API it goes to; the errors name it.
            request: makes the request of the API's client.
            repeatable: whether making the call twice comes to the same.

        Raises:
            TransientError: it may work later.
            PermanentError: somebody has to change something.
        """

        def send() -> Any:
            deadline.timeout(CALL_SECONDS, least=CALL_SECONDS)
            try:
                return request(self.client(api)).execute(http=self._connection(), num_retries=0)
            except HttpError as error:
                raise _classified(api, error) from None
            except RefreshError as error:
                kind = TransientError if error.retryable else PermanentError
                raise kind(api.service, "no access token for the service account") from None
            except GoogleAuthError as error:
                raise TransientError(api.service, type(error).__name__, refused=True) from None
            except (ConnectionRefusedError, httplib2.ServerNotFoundError) as error:
                raise TransientError(api.service, type(error).__name__, refused=True) from None
            except (OSError, httplib2.HttpLib2Error, http.client.HTTPException) as error:
                self._connections.http = None
                raise TransientError(api.service, type(error).__name__) from None

        return retried(send, repeatable=repeatable)

    def _build(self, api: Api) -> Resource:
        endpoint = {"api_endpoint": self._root + api.path} if self._root else None
        return build(
            api.name,
            api.version,
            http=httplib2.Http(),  # never used: every call brings its thread's own
            static_discovery=True,
            cache_discovery=False,
            client_options=endpoint,
        )

    def _connection(self) -> Any:
        """This thread's connections, new ones if they were idle for long."""
        now = time.monotonic()
        kept = self._connections
        if getattr(kept, "http", None) is None or now - kept.used_at > IDLE_SECONDS:
            plain = httplib2.Http(timeout=CALL_SECONDS)
            anonymous = bool(self._root) and is_loopback(self._root)
            kept.http = plain if anonymous else AuthorizedHttp(self._authorised(), http=plain)
        kept.used_at = now
        return kept.http

    def _authorised(self) -> Credentials:
        with self._lock:
            if self._credentials is None:
                self._credentials = _credentials(self._subject)
            return self._credentials


def _credentials(subject: str) -> Credentials:
    """Application default credentials or, for a subject, keyless domain-wide delegation.

    The service account signs the assertion through the IAM API, so that nobody holds a key; it needs the
    role of token creator on itself.
    https://googleapis.dev/python/google-auth/latest/reference/google.auth.impersonated_credentials.html
    """
    if not subject:
        credentials, _ = google.auth.default(scopes=SCOPES)
        return credentials
    source, _ = google.auth.default(scopes=[_CLOUD_PLATFORM])
    source.refresh(Request())  # until then a service account of Compute Engine calls itself `default`
    return impersonated_credentials.Credentials(
        source_credentials=source,
        target_principal=str(getattr(source, "service_account_email", "")),
        target_scopes=SCOPES,
        subject=subject,
    )


def _classified(api: Api, error: HttpError) -> StepError:
    status = int(error.resp.status)
    reason = _reason(error.content)
    if status == http.client.TOO_MANY_REQUESTS or reason in _RATE_LIMITED:
        after = error.resp.get("retry-after", "")
        seconds = float(after) if after.isdigit() else None
        return TransientError(api.service, reason or "rateLimitExceeded", refused=True, retry_after=seconds)
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.REQUEST_TIMEOUT:
        return TransientError(api.service, f"http {status}")
    return PermanentError(api.service, reason or f"http {status}")


def _reason(content: bytes) -> str:
    """Google's own word for what is wrong: `notFound` of the older APIs, `NOT_FOUND` of the newer ones."""
    try:
        error = json.loads(content)["error"]
        reasons = [detail.get("reason", "") for detail in error.get("errors", [])]
        return str(next(filter(None, reasons), "") or error.get("status", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
