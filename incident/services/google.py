"""The way to Google Workspace: credentials, connections, and what an error means.

Clients are built once for an instance, connections belong to a thread. They are those of `requests`, not the
`httplib2` that googleapiclient brings: `httplib2` sends a request again when a connection breaks, without
asking, and a copy of a document that is asked for twice is made twice.
https://github.com/googleapis/google-api-python-client/blob/main/docs/thread_safety.md
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import google.auth
import httplib2
import requests
from google.auth import impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from googleapiclient.discovery import Resource, build
from googleapiclient.errors import HttpError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.runtime.settings import is_loopback
from incident.services.retry import retried

CALL_SECONDS = 15.0
"""A copy in Drive takes two to ten seconds; what takes longer is looked for on the next delivery."""

CONNECT_SECONDS = 3.0

SCOPES = (
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/documents",
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/meetings.space.created",
)

_CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
_NO_JSON = "an answer that is no JSON object"
_DENIED = frozenset(
    {
        http.client.BAD_REQUEST,
        http.client.UNAUTHORIZED,
        http.client.FORBIDDEN,
        http.client.NOT_FOUND,
    }
)
_RATE_LIMITED = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"}
)
_ABORTED = "ABORTED"
"""A transaction that met another: https://google.aip.dev/193 and google/rpc/code.proto. Other reasons for a
409, such as `ALREADY_EXISTS`, do not pass."""


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

    def __init__(self, root: str = "", subject: str = "", account: str = "") -> None:
        """Finds credentials on the first call.

        Args:
            root: where all APIs answer, with a slash at the end; empty for Google's own hosts. On loopback
                no credentials are looked for.
            subject: Workspace user to act as; empty to act as the service account itself.
            account: e-mail address of the service account, where it is not the one that runs this: an
                operator acts as the worker. Empty for whoever the credentials are of.
        """
        self._root = root
        self._account = account
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
            prepared = request(self.client(api))
            try:
                answer = prepared.execute(http=self._connection(), num_retries=0)
            except HttpError as error:
                raise _classified(api, error) from None
            except RefreshError as error:
                raise _no_token(api, error) from None
            except GoogleAuthError as error:
                raise TransientError(api.service, type(error).__name__, refused=True) from None
            except requests.RequestException as error:
                raise TransientError(api.service, type(error).__name__, refused=_never_sent(error)) from None
            except ValueError:  # cut off, or a proxy's page: Google may have done it
                raise TransientError(api.service, _NO_JSON) from None
            if not isinstance(answer, dict):
                raise TransientError(api.service, _NO_JSON)
            return answer

        return retried(send, repeatable=repeatable)

    def _build(self, api: Api) -> _Client:
        endpoint = {"api_endpoint": self._root + api.path} if self._root else None
        resource = build(
            api.name,
            api.version,
            http=httplib2.Http(),  # never used: every call brings its thread's own connection
            static_discovery=True,
            cache_discovery=False,
            client_options=endpoint,
        )
        return _Client(resource)

    def _connection(self) -> _Connection:
        """This thread's connections."""
        if not hasattr(self._connections, "kept"):
            self._connections.kept = _Connection(self._authorised())
        kept: _Connection = self._connections.kept
        return kept

    def _authorised(self) -> Credentials:
        with self._lock:
            if self._credentials is None:
                anonymous = bool(self._root) and is_loopback(self._root)
                self._credentials = (
                    AnonymousCredentials() if anonymous else _credentials(self._subject, self._account)
                )
            return self._credentials


class _Client:
    """An API's client that makes each of its collections, such as `documents()`, once.

    The library makes a collection anew each time it is asked for one: 25 ms of processor for Docs, 18 for
    Sheets, whatever is asked of it then. A collection holds no state of a call, so threads may share it.
    """

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._collections: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[[], Any]:
        def collection() -> Any:
            with self._lock:
                if name not in self._collections:
                    self._collections[name] = getattr(self._resource, name)()
                return self._collections[name]

        return collection


class _Connection:
    """A session of `requests`, as googleapiclient wants to be given an `httplib2.Http`."""

    def __init__(self, credentials: Credentials) -> None:
        fetches_tokens, self._session = requests.Session(), requests.Session()
        if not isinstance(credentials, AnonymousCredentials):
            self._session = AuthorizedSession(
                credentials, max_refresh_attempts=1, auth_request=Request(fetches_tokens)
            )
        for session in (fetches_tokens, self._session):
            session.mount("https://", _Bounded())
            session.mount("http://", _Bounded())

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[httplib2.Response, bytes]:
        answer = self._session.request(method, uri, data=body, headers=headers)
        about = {name.lower(): value for name, value in answer.headers.items()}
        return httplib2.Response({**about, "status": str(answer.status_code)}), answer.content


class _Bounded(HTTPAdapter):
    """Bounds every request when it is sent, which may be after a token was fetched for it."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        seconds = deadline.timeout(CALL_SECONDS)
        return super().send(request, *args, **{**kwargs, "timeout": (min(CONNECT_SECONDS, seconds), seconds)})


def _never_sent(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that the service surely did nothing."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _credentials(subject: str, account: str) -> Credentials:
    """Application default credentials or, for a subject, keyless domain-wide delegation.

    The service account signs the assertion through the IAM API, so that nobody holds a key; whoever runs this
    needs the role of token creator on it, the service account itself too.
    https://googleapis.dev/python/google-auth/latest/reference/google.auth.impersonated_credentials.html
    """
    if not subject and not account:
        credentials, _ = google.auth.default(scopes=SCOPES)
        return credentials
    source, _ = google.auth.default(scopes=[_CLOUD_PLATFORM])
    if not account:
        source.refresh(Request())  # until then a service account of Compute Engine calls itself `default`
        account = str(getattr(source, "service_account_email", ""))
    return impersonated_credentials.Credentials(
        source_credentials=source,
        target_principal=account,
        target_scopes=SCOPES,
        subject=subject or None,
    )


def _classified(api: Api, error: HttpError) -> StepError:
    status = int(error.resp.status)
    reason = _reason(error.content)
    if status == http.client.TOO_MANY_REQUESTS or reason in _RATE_LIMITED:
        after = error.resp.get("retry-after", "")
        seconds = float(after) if after.isdigit() else 0.0
        return TransientError(api.service, reason or "rateLimitExceeded", refused=True, retry_after=seconds)
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.REQUEST_TIMEOUT:
        return TransientError(api.service, f"http {status}")
    if status == http.client.CONFLICT and _ABORTED in {reason.upper(), _status(error.content)}:
        return TransientError(api.service, _ABORTED)
    return PermanentError(api.service, reason or f"http {status}")


def _no_token(api: Api, error: RefreshError) -> StepError:
    """Permanent only where Google's answer says so.

    google-auth takes everything else for permanent, too: an IAM API that is out of order (its 503 is an error
    like its 403), a metadata server that does not answer.
    """
    reason = "no access token for the service account"
    said = error.args[-1] if error.args else None
    try:
        why = (said if isinstance(said, dict) else json.loads(str(said)))["error"]
        # a word from OAuth; from IAM an object with the status
        final = not error.retryable if isinstance(why, str) else why["code"] in _DENIED
    except (ValueError, KeyError, TypeError):
        final = False
    return PermanentError(api.service, reason) if final else TransientError(api.service, reason, refused=True)


def _reason(content: bytes) -> str:
    """Google's own word for what is wrong: `notFound` of the older APIs, `NOT_FOUND` of the newer ones."""
    try:
        error = json.loads(content)["error"]
        reasons = [detail.get("reason", "") for detail in error.get("errors", [])]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return str(next(filter(None, reasons), "")) or _status(content)


def _status(content: bytes) -> str:
    """The name of the error's code, such as `ABORTED`, where Google's answer has one."""
    try:
        return str(json.loads(content)["error"].get("status", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
