"""The sandbox's page: its files, its JSON API, and who may use them.

| path | what |
|---|---|
| `/` | the workspace |
| `/document/ID`, `/spreadsheet/ID`, `/folder/ID`, `/meet/CODE` | what links in messages lead to |
| `/static/NAME` | the page's own files |
| `GET /api/state?since=VERSION` | everything, as soon as it differs from `VERSION` |
| `GET /api/documents/ID`, `spreadsheets/ID`, `folders/ID`, `calls/CODE` | one of them, as it is now |
| `POST /api/type`, `edit`, `delete`, `press`, `message_shortcut`, `shortcut` | what a person does in Slack |
| `POST /api/join`, `leave`, `open`, `press_in_view`, `submit`, `close` | likewise |
| `POST /api/edit_paragraph`, `settle_suggestion`, `rename_file`, `trash_file`, `restore_file` | in a report |
| `POST /api/edit_cell`, `sort_sheet`, `insert_row`, `delete_row` | in a spreadsheet |
| `POST /api/switches`, `mend`, `pause`, `tick`, `replay`, `kill`, `restart` | what breaks and mends things |

Any site's page can send requests to a port on loopback, so a request is answered only if it asks for a
loopback host (no DNS rebinding), and acts only if it is JSON and not from another site (no cross-site
request forgery).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    NotFound,
    ServiceUnavailable,
    UnsupportedMediaType,
)
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from incident.sandbox.page import state as page_state
from incident.sandbox.page.actions import Actions
from incident.sandbox.page.switches import Switches
from incident.sandbox.processes import FunctionError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from incident.sandbox.world import World

POLL = 20.0
"""Seconds a request for the state waits for a change, at most."""

_FILES = Path(__file__).parent / "static"
_GLANCE = 0.05  # seconds between two looks at the version
_LARGEST_BODY = 1 << 20
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Page:
    """The page as a WSGI application, to be served in threads: requests for the state wait."""

    def __init__(self, world: World) -> None:
        """Shows this world, and acts on it."""
        self._world = world
        self._switches = Switches(world.fault_injector)
        self._actions = Actions(world, self._switches)
        self._closing = threading.Event()
        self._routes = Map(
            [
                Rule("/", endpoint=self._workspace, methods=["GET"]),
                Rule(
                    "/<any(document, spreadsheet, folder, meet):_kind>/<_id>",
                    endpoint=self._view,
                    methods=["GET"],
                ),
                Rule("/static/<name>", endpoint=self._static, methods=["GET"]),
                Rule("/api/state", endpoint=self._state, methods=["GET"]),
                Rule(
                    "/api/<any(documents, spreadsheets, folders, calls):kind>/<id_>",
                    endpoint=self._thing,
                    methods=["GET"],
                ),
                Rule("/api/<action>", endpoint=self._act, methods=["POST"]),
            ]
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        request = Request(environ)
        request.max_content_length = _LARGEST_BODY
        try:
            _admit(request)
            handler, arguments = self._routes.bind_to_environ(environ).match()
            response: Response = handler(request, **arguments)
        except HTTPException as error:
            response = _json({"error": error.description}, error.code or 500)
        response.headers.update(_HEADERS)
        return response(environ, start_response)

    def close(self) -> None:
        """Ends the requests that wait for a change."""
        self._closing.set()

    def _workspace(self, _request: Request) -> Response:
        return _file("index.html")

    def _view(self, _request: Request, _kind: str, _id: str) -> Response:
        return _file("view.html")

    def _static(self, _request: Request, name: str) -> Response:
        return _file(name)

    def _state(self, request: Request) -> Response:
        since = request.args.get("since", "")
        until = time.monotonic() + POLL
        while self._version() == since and time.monotonic() < until and not self._closing.is_set():
            self._closing.wait(_GLANCE)
        version = self._version()  # before the state: a change between the two is then told again, not lost
        return _json({"version": version, **page_state.everything(self._world, self._switches)})

    def _version(self) -> str:
        return page_state.version(self._world, self._switches)

    def _thing(self, _request: Request, kind: str, id_: str) -> Response:
        read = {
            "documents": page_state.document,
            "spreadsheets": page_state.spreadsheet,
            "folders": page_state.folder,
            "calls": page_state.call,
        }[kind]
        try:
            return _json(read(self._world, id_))
        except KeyError as error:
            raise NotFound("There is nothing here: it may have been deleted.") from error

    def _act(self, request: Request, action: str) -> Response:
        body = _read(request)
        try:
            return _json(self._actions.do(action, body))
        except KeyError as error:
            raise NotFound(f"{action}: there is no {error}.") from error
        except ValueError as error:
            raise BadRequest(str(error)) from error
        except FunctionError as error:
            raise ServiceUnavailable(str(error)) from error


def _admit(request: Request) -> None:
    """Refuses what another site's page may have sent.

    Raises:
        Forbidden: the host is not loopback, or the origin is not this page.
    """
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        raise Forbidden("The sandbox answers on 127.0.0.1 and localhost only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        raise Forbidden("The sandbox does not answer other sites.")


def _read(request: Request) -> dict[str, Any]:
    """The body, an object in JSON.

    Raises:
        UnsupportedMediaType: another type. A form that another site's page posts can only have another.
        BadRequest: not an object.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    body = request.get_json()
    if not isinstance(body, dict):
        raise BadRequest("Send an object.")
    return body


def _file(name: str) -> Response:
    """One of the page's own files.

    Raises:
        NotFound: if it has no such file.
    """
    file = next((file for file in _FILES.iterdir() if file.name == name and file.suffix in _TYPES), None)
    if file is None:
        raise NotFound("There is no such file.")
    return Response(file.read_bytes(), content_type=_TYPES[file.suffix])


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
