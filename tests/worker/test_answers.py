"""What the services' odder answers mean: whether it was done, and whether it may work later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.auth.exceptions import RefreshError, TransportError
from werkzeug.wrappers import Request, Response

from incident.messages.rich import plain
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.runtime.secrets import FixedSecret
from incident.sandbox.serve import Server
from incident.services.google import MEET, Google
from incident.services.slack import Slack


@dataclass
class Answering:
    """A service that answers as it is told to."""

    answer: Callable[[Request], Response]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        return self.answer(request)(environ, start_response)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], Response]], str]]:
    servers: list[Server] = []

    def start(answer: Callable[[Request], Response]) -> str:
        servers.append(Server(Answering(answer)))
        return f"{servers[-1].url}/api/"

    yield start
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, "<html>Something went wrong</html>", TransientError),
        (200, "", TransientError),
        (200, '{"ok": true, "ts": "17', TransientError),
        (200, "null", TransientError),
        (200, "{}", TransientError),
        (408, "", TransientError),
        (503, "<html>", TransientError),
        (200, '{"ok": false, "error": "fatal_error"}', TransientError),
        (200, '{"ok": false, "error": "is_archived"}', PermanentError),
        (403, "<html>", PermanentError),
    ],
)
def test_only_what_slack_itself_refuses_surely_did_nothing(
    serve: Callable[[Any], str], status: int, body: str, kind: type[StepError]
) -> None:
    slack = Slack(FixedSecret("xoxb-1"), serve(lambda _: Response(body, status=status)))
    with pytest.raises(kind) as failure:
        slack.set_topic("C1", "down")
    assert failure.value.refused is (kind is PermanentError)
    assert "html" not in str(failure.value)


@pytest.mark.parametrize("elsewhere", ["http://localhost:9/x", "https://127.0.0.1/x", "junk", ""])
def test_a_person_is_answered_at_slack_and_nowhere_else(serve: Callable[[Any], str], elsewhere: str) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response("ok")

    url = serve(answer)
    slack = Slack(FixedSecret("xoxb-1"), url)
    slack.respond(f"{url}response/1", plain("hello"))
    with pytest.raises(PermanentError):
        slack.respond(elsewhere, plain("hello"))
    assert asked == ["/api/response/1"]


@dataclass
class Rotated:
    """A token that has just been rotated; whoever reads it again reads the new one, once for all."""

    kept: tuple[str, ...] = ("xoxb-old",)
    read: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def values(self) -> tuple[str, ...]:
        return self.kept

    def refresh(self, tried: tuple[str, ...]) -> bool:
        with self.lock:
            if self.kept == tried:
                self.kept = ("xoxb-new",)
                self.read += 1
            return self.kept != tried


def test_steps_that_meet_a_rotated_token_together_all_go_on(serve: Callable[[Any], str]) -> None:
    together = threading.Barrier(4, timeout=5)

    def answer(request: Request) -> Response:
        if request.authorization and request.authorization.token == "xoxb-new":
            return Response('{"ok": true}')
        together.wait()
        return Response('{"ok": false, "error": "token_revoked"}')

    token = Rotated()
    slack = Slack(token, serve(answer))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: slack.set_topic(f"C{number}", "down"), range(4)))
    assert token.read == 1


IAM = '{{"error": {{"code": {code}, "message": "m", "status": "S"}}}}'


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RefreshError("u: d", {"error": "unauthorized_client"}), PermanentError),
        (RefreshError("u: d", {"error": "server_error"}, retryable=True), TransientError),
        (RefreshError("Unable to acquire", IAM.format(code=403)), PermanentError),
        (RefreshError("Unable to acquire", IAM.format(code=503)), TransientError),
        (RefreshError("Unable to acquire", IAM.format(code=429)), TransientError),
        (RefreshError("Unable to acquire", "<html>Error 502</html>"), TransientError),
        (RefreshError(TransportError("the metadata server does not answer")), TransientError),
        (RefreshError(), TransientError),
    ],
)
def test_without_a_token_nothing_was_done_and_it_heals_unless_google_says_not(
    error: RefreshError, kind: type[StepError], monkeypatch: pytest.MonkeyPatch
) -> None:
    google = Google("http://127.0.0.1:9/")

    def fail() -> Any:
        raise error

    monkeypatch.setattr(google, "_connection", fail)
    with pytest.raises(kind) as failure:
        google.execute(MEET, lambda client: client.spaces().create(body={}))
    assert failure.value.refused
    assert str(failure.value) == "meet: no access token for the service account"
