"""The Google Workspace stand-in as a WSGI application.

Every request is matched to its method, taken through the fault injector, held to the discovery document
and carried out; the answer is held to the discovery document in its turn.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from http.client import responses
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import parse_qsl

from ..faults import Fault, FaultInjector
from ..serve import drop_connection
from . import discovery, masks, schema
from .calendar import Calendar
from .discovery import Method
from .docs import Docs
from .document import Document
from .drive import Drive
from .errors import ApiError, invalid, unimplemented
from .grid import Cell, Sheet, Spreadsheet
from .meet import Meet
from .operations import Json, Links, Operation, Request
from .person import Person
from .quotas import Quotas
from .seed import Workspace, fill
from .sheets import Sheets
from .state import DriveFile, Space, State
from .values import Values
from .views import DocumentView, view

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_Content = TypeVar("_Content", Document, Spreadsheet)

_FORM = "application/x-www-form-urlencoded"


class FakeGoogle:
    """Drive, Docs, Sheets, Meet and Calendar on one root, for the real google-api-python-client.

    Attributes:
        links: where the pages of documents, spreadsheets, folders and calls are.
        enforce_quotas: whether too many calls a minute are refused as the services do.
        person: a person at work on the same files.
    """

    def __init__(self, fault_injector: FaultInjector, clock: Callable[[], float] = time.time) -> None:
        """An empty Workspace.

        Args:
            fault_injector: what slows, breaks and watches the calls.
            clock: seconds since the epoch.
        """
        self.links = Links()
        self.enforce_quotas = False
        self._fault_injector = fault_injector
        self._state = State(clock=clock)
        self._quotas = Quotas(clock)
        self._drive = Drive(self._state, self.links)
        self._docs = Docs(self._state)
        self.person = Person(self._state, self._docs)
        self._meet = Meet(self._state, self.links)
        self._operations: dict[str, dict[str, Operation]] = {
            "drive": self._drive.operations(),
            "docs": self._docs.operations(),
            "sheets": {**Sheets(self._state, self.links).operations(), **Values(self._state).operations()},
            "meet": self._meet.operations(),
            "calendar": Calendar(self._state).operations(),
        }

    @property
    def url(self) -> str:
        """The root of the pages that links lead to, without a slash at the end."""
        return self.links.url

    @url.setter
    def url(self, url: str) -> None:
        self.links.url = url

    @property
    def search_lag_seconds(self) -> float:
        """How long Drive's search does not know of a new file; 0 at first."""
        return self._drive.search_lag_seconds

    @search_lag_seconds.setter
    def search_lag_seconds(self, seconds: float) -> None:
        self._drive.search_lag_seconds = seconds

    @property
    def allows_suggesting(self) -> bool:
        """Whether Docs knows `writeMode`; True at first. Where it does not, it refuses that with a 400."""
        return self._docs.allows_suggesting

    @allows_suggesting.setter
    def allows_suggesting(self, allowed: bool) -> None:
        self._docs.allows_suggesting = allowed

    @property
    def ranges_grow_at_end(self) -> bool:
        """Whether what is inserted right behind a named range becomes part of it; False at first."""
        return self._docs.ranges_grow_at_end

    @ranges_grow_at_end.setter
    def ranges_grow_at_end(self, grow: bool) -> None:
        self._docs.ranges_grow_at_end = grow

    @property
    def version(self) -> int:
        """Goes up with every change of what the Workspace holds."""
        return self._state.version

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        http_method, path, query, body = _read(environ)
        found = discovery.find(http_method, path)
        if found is None:
            return _answer(start_response, ApiError(404, f"No method at {http_method} {path}."))
        method, path_parameters = found
        answer: Json | ApiError = {}

        def act() -> Json | ApiError:
            try:
                return self._act(method, [*path_parameters.items(), *query], body)
            except ApiError as refusal:
                return refusal

        with self._fault_injector.call(method.service, method.name) as fault:
            if fault is None or fault.acts:
                answer = act()
            elif fault.acts_late:
                self._fault_injector.defer(fault, act)
        if fault is not None:
            if fault.status == 0:
                drop_connection(environ, orderly=fault.orderly)
            return _answer(start_response, _fault_error(fault), fault.retry_after)
        return _answer(start_response, answer)

    def _act(self, method: Method, given: list[tuple[str, str]], raw: bytes) -> Json:
        parameters = schema.check_parameters(method, given)
        body = _body(method, raw)
        if "fields" in parameters:
            masks.check(masks.parse(parameters["fields"]), method.response or {}, method.schemas)
        if "updateMask" in parameters and method.request:
            masks.check(masks.parse(parameters["updateMask"]), method.request, method.schemas)
        operation = self._operations[method.service].get(method.name)
        if operation is None:
            raise unimplemented(f"the method {method.id}")
        request = Request(parameters, body)
        operation.refuse_unhonoured(request)
        with self._state.lock:
            if self.enforce_quotas:
                self._quotas.count(method)
            answer = operation.run(request)
            if method.http_method != "GET":
                self._state.version += 1
            schema.check_answer(method, answer)
            fields: str = parameters.get("fields", operation.default_fields)
            selected: Json = masks.select(answer, masks.parse(fields)) if fields else answer
            return _copied(selected)

    def seed(self, timezone: str = "Etc/UTC") -> Workspace:
        """Fills the Workspace with what the bot expects to find.

        Args:
            timezone: the spreadsheet's, an IANA name.
        """
        with self._state.lock:
            self._state.version += 1
            return fill(self._state, timezone)

    def restrict(self, file_id: str) -> None:
        """Takes from the bot the right to change a file, or to add to a folder.

        Raises:
            KeyError: there is no such file.
        """
        with self._state.lock:
            self._state.version += 1
            self._state.files[file_id].read_only = True

    def snapshot(self) -> Json:
        """Everything the Workspace holds, as JSON."""
        with self._state.lock:
            return _copied(self._state.to_json())

    def restore(self, snapshot: Json) -> None:
        """Holds what a snapshot holds, and nothing else."""
        with self._state.lock:
            self._state.load(snapshot)

    def files(self) -> list[DriveFile]:
        """Every file and folder, oldest first, without its content; those in the trash too."""
        with self._state.lock:
            return [replace(file, content=None) for file in self._state.files.values()]

    def spaces(self) -> list[Space]:
        """Every Meet space, oldest first."""
        with self._state.lock:
            return [replace(space) for space in self._state.spaces.values()]

    def join(self, code: str) -> str:
        """A person enters a call, so that it has an active conference.

        Raises:
            KeyError: there is no such call.
        """
        with self._state.lock:
            self._state.version += 1
            return self._meet.join(code)

    def document(self, file_id: str) -> DocumentView:
        """A document as a person reads it.

        Raises:
            KeyError: there is no such document.
        """
        with self._state.lock:
            file = self._state.files[file_id]
            document = _content(file, Document)
            self._docs.remember(file, document)
            return view(file.name, document)

    def document_text(self, file_id: str) -> str:
        """The plain text of a document, a newline after each paragraph.

        Raises:
            KeyError: there is no such document.
        """
        with self._state.lock:
            return _content(self._state.files[file_id], Document).text

    def edit_document(self, file_id: str, *requests: Json) -> None:
        """A person edits a document.

        Args:
            file_id: the document's.
            requests: Docs' `Request`s, such as an `insertText` for what the person types.

        Raises:
            KeyError: there is no such document.
            ApiError: Docs would not allow it.
        """
        with self._state.lock:
            self._state.version += 1
            self._docs.edit(self._state.files[file_id], list(requests), {}, by_person=True)

    def edit_sheet(self, file_id: str, sheet_title: str, change: Callable[[Sheet], None]) -> None:
        """A person changes a tab: sorts it, moves a row, types into a cell.

        Raises:
            KeyError: there is no such spreadsheet or tab.
        """
        with self._state.lock:
            sheet = _content(self._state.files[file_id], Spreadsheet).titled(sheet_title)
            if sheet is None:
                raise KeyError(sheet_title)
            change(sheet)
            self._state.version += 1

    def sheet_titles(self, file_id: str) -> list[str]:
        """The names of a spreadsheet's tabs, in order.

        Raises:
            KeyError: there is no such spreadsheet.
        """
        with self._state.lock:
            return [sheet.title for sheet in _content(self._state.files[file_id], Spreadsheet).sheets]

    def sheet_rows(self, file_id: str, sheet_title: str) -> list[list[Cell]]:
        """The rows of a tab, the header's too, down to the last with a value.

        Raises:
            KeyError: there is no such spreadsheet or tab.
        """
        with self._state.lock:
            sheet = _content(self._state.files[file_id], Spreadsheet).titled(sheet_title)
            if sheet is None:
                raise KeyError(sheet_title)
            return sheet.rows()


def _content(file: DriveFile, kind: type[_Content]) -> _Content:
    if not isinstance(file.content, kind):
        raise KeyError(file.id)
    return file.content


def _read(environ: WSGIEnvironment) -> tuple[str, str, list[tuple[str, str]], bytes]:
    """The HTTP method, the path as it was sent, the query and the body.

    The path must not be decoded yet: a range may have an encoded slash in it. A long GET comes as a POST
    with the query in its body and `X-HTTP-Method-Override` (googleapiclient.http.HttpRequest).
    """
    http_method: str = environ["REQUEST_METHOD"]
    path, _, query = str(environ["RAW_URI"]).partition("?")
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    override: str | None = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE")
    if override and environ.get("CONTENT_TYPE", "").startswith(_FORM):
        http_method, query, body = override, body.decode(), b""
    return http_method, path, parse_qsl(query, keep_blank_values=True), body


def _body(method: Method, raw: bytes) -> Json:
    if not raw:
        if method.request is not None:
            schema.check_body(method, {})
        return {}
    try:
        body: Json = json.loads(raw, parse_constant=_refuse_constant)
    except ValueError as wrong:
        raise invalid(f"Invalid JSON payload received. {wrong}", "parseError") from wrong
    schema.check_body(method, body)
    return body


def _copied(value: Json) -> Json:
    """A copy made under the lock: the next call may change what the original is made of."""
    copied: Json = json.loads(json.dumps(value))
    return copied


def _refuse_constant(name: str) -> NoReturn:
    """JSON has no NaN and no Infinity."""
    raise ValueError(name)


def _fault_error(fault: Fault) -> ApiError:
    return ApiError(fault.status, "The fault_injector has broken this call.", fault.error)


def _answer(start: StartResponse, answer: Json | ApiError, retry_after: int | None = None) -> Iterable[bytes]:
    refused = isinstance(answer, ApiError)
    code = answer.code if isinstance(answer, ApiError) else 200
    body = json.dumps(answer.body() if isinstance(answer, ApiError) else answer).encode()
    headers = [("Content-Type", "application/json; charset=UTF-8"), ("Content-Length", str(len(body)))]
    if refused and retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    start(f"{code} {responses.get(code, 'Unknown')}", headers)
    return [body]
