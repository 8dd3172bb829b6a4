"""The HTTP face of the stand-in: Web API methods and response URLs, as a WSGI application's two routes."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from incident.sandbox.faults import Fault, FaultInjector
from incident.sandbox.serve import drop_connection
from incident.sandbox.slack import responses
from incident.sandbox.slack.arguments import SlackError, check
from incident.sandbox.slack.call import Call, Method
from incident.sandbox.slack.methods import METHODS, scopes_of
from incident.sandbox.slack.rates import RateLimits
from incident.sandbox.slack.workspace import JsonObject, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_TOO_MANY = 429
_OUT_OF_ORDER = "<!DOCTYPE html><title>Slack</title><h1>Something went wrong</h1><p>Status {status}</p>"


class RateLimitedError(SlackError):
    """`ratelimited`: to be answered with status 429.

    Attributes:
        retry_after: seconds.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


@dataclass
class Api:
    """Serves `/api/<method>` and `/response/<id>`.

    Attributes:
        workspace: the state.
        fault_injector: asked before every call; the service is `slack`, and the method of a post to a
            response URL is `response_url`.
        bot_token: the only token accepted.
        scopes: what the token may do; at first everything the table of methods asks for.
        enforce_rate_limits: whether a call too many is refused with 429.
        url: the root at which all this is served.
    """

    workspace: Workspace
    fault_injector: FaultInjector
    bot_token: str
    scopes: frozenset[str] = field(default_factory=lambda: scopes_of(METHODS))
    enforce_rate_limits: bool = False
    url: str = ""

    def __post_init__(self) -> None:
        self._limits = RateLimits(self._now)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        request = Request(environ)
        # An answer before the body is read would break the connection for the next request.
        request.get_data(parse_form_data=False)
        kind, _, rest = request.path.strip("/").partition("/")
        if kind == "api" and rest:
            response = self._guarded(request, rest, lambda: self._method(request, rest))
        elif kind == "response" and rest:
            response = self._guarded(request, "response_url", lambda: self._response_url(request, rest))
        else:
            response = Response("Not found", status=404)
        return response(environ, start_response)

    def _now(self) -> float:
        return self.workspace.clock()

    def _guarded(self, request: Request, method: str, act: Callable[[], Response]) -> Response:
        """Acts unless the fault injector says otherwise, and answers what it says."""
        answer = None
        with self.fault_injector.call("slack", method) as fault:
            if fault is None or fault.acts:
                answer = act()
            elif fault.acts_late:
                self.fault_injector.defer(fault, act)
        if fault is not None:
            return self._fault(request, fault)
        if answer is None:
            raise AssertionError(method)
        return answer

    def _fault(self, request: Request, fault: Fault) -> Response:
        if fault.status == 0:
            drop_connection(request.environ, orderly=fault.orderly)
        if fault.status == _TOO_MANY:
            return _ratelimited(fault.retry_after if fault.retry_after is not None else 1)
        if fault.error:
            return _json({"ok": False, "error": fault.error})
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        page = _OUT_OF_ORDER.format(status=fault.status)
        return Response(page, status=fault.status, headers=headers, mimetype="text/html")

    def _method(self, request: Request, name: str) -> Response:
        try:
            answer = _json({"ok": True, **self._call(request, name)})
        except RateLimitedError as refusal:
            return _ratelimited(refusal.retry_after)
        except SlackError as refusal:
            return _json(refusal.answer())
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(self.scopes))
        return answer

    def _call(self, request: Request, name: str) -> JsonObject:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._authenticate(request)
        self._check_scopes(method)
        arguments = check(_sent(request, method), method.arguments)
        self._check_rate(name, method, arguments)
        with self.workspace.lock:
            return method.handler(
                Call(self.workspace, name, method, arguments, self.scopes, self.url.rstrip("/"))
            )

    def _authenticate(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise SlackError("not_authed")
        if not hmac.compare_digest(token.encode(), self.bot_token.encode()):
            raise SlackError("invalid_auth")

    def _check_scopes(self, method: Method) -> None:
        """Fails if nothing the method does can be done with the scopes there are."""
        for choices in (method.scopes, [s for some in method.by_kind.values() for s in some]):
            if choices and not self.scopes & set(choices):
                provided = ",".join(sorted(self.scopes))
                raise SlackError("missing_scope", needed=choices[0], provided=provided)

    def _check_rate(self, name: str, method: Method, arguments: JsonObject) -> None:
        if not self.enforce_rate_limits:
            return
        channel = str(arguments.get("channel", ""))
        named = self.workspace.channel_named(channel.removeprefix("#"))
        wait = self._limits.take(name, method.rate, named.id if named else channel)
        if wait:
            raise RateLimitedError(wait)

    def _response_url(self, request: Request, identifier: str) -> Response:
        try:
            if request.method != "POST" or request.mimetype != "application/json":
                raise SlackError("invalid_payload")
            with self.workspace.lock:
                responses.use(self.workspace, identifier, _parsed(request, "invalid_payload"))
        except SlackError as refusal:
            status = 404 if refusal.error in {"used_url", "expired_url"} else 400
            return _json(refusal.answer(), status)
        return Response("ok", mimetype="text/plain")


def _sent(request: Request, method: Method) -> dict[str, object]:
    """The arguments as they arrived, from the query and from a form or JSON.

    Raises:
        SlackError: if they cannot be read.
    """
    arguments: dict[str, object] = {**request.args}
    if request.mimetype == "application/json" and request.get_data():
        if not method.writes:
            raise SlackError("invalid_arguments", "[ERROR] this method does not accept JSON")
        found = _parsed(request, "invalid_json")
        if not isinstance(found, dict):
            raise SlackError("json_not_object")
        arguments |= found
    elif request.mimetype == "application/x-www-form-urlencoded":
        arguments |= request.form
    elif request.get_data():
        raise SlackError("invalid_post_type")
    return arguments


def _parsed(request: Request, error: str) -> object:
    try:
        return json.loads(request.get_data())
    except ValueError:
        raise SlackError(error) from None


def _json(body: JsonObject, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")


def _ratelimited(retry_after: int) -> Response:
    response = _json({"ok": False, "error": "ratelimited"}, _TOO_MANY)
    response.headers["Retry-After"] = str(retry_after)
    return response
