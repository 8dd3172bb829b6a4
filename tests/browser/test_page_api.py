from __future__ import annotations

import http.client
import json
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from incident.commands.registry import typed
from incident.commands.spec import Scope
from incident.sandbox.page.server import Page

if TYPE_CHECKING:
    from tests.browser.conftest import Sandbox

JSON = {"Content-Type": "application/json"}
WORDS = {"user": "U0ALICE", "channel": "C0GENERAL", "text": "hello"}


def ask(
    sandbox: Sandbox,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, sent, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


def state(sandbox: Sandbox, since: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(sandbox, f"/api/state?since={since}")[2])
    return found


def test_typing(sandbox: Sandbox) -> None:
    assert ask(sandbox, "/api/type", WORDS, JSON)[0] == 200
    assert state(sandbox)["messages"][-1]["text"] == "hello"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (JSON | {"Origin": "http://evil.example"}, 403),
        (JSON | {"Origin": "null"}, 403),
        (JSON | {"Origin": "http://127.0.0.1:1"}, 403),
        (JSON | {"Host": "evil.example"}, 403),
        (JSON | {"Host": "127.0.0.1.evil.example"}, 403),
        (JSON | {"Host": "[::1"}, 403),
    ],
)
def test_other_sites_are_refused(shared: Sandbox, headers: dict[str, str], status: int) -> None:
    before = shared.world.slack.version
    assert ask(shared, "/api/type", WORDS, headers)[0] == status
    assert shared.world.slack.version == before


def test_other_hosts_cannot_read(shared: Sandbox) -> None:
    assert ask(shared, "/api/state", headers={"Host": "evil.example"})[0] == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/type", [], 400),
        ("/api/type", {**WORDS, "text": 1}, 400),
        ("/api/type", {**WORDS, "channel": "C0NONE"}, 400),
        ("/api/press", {**WORDS, "ts": "1.0", "action": "a"}, 400),
        ("/api/switches", {"service": "docs", "mode": "on fire"}, 404),
        ("/api/switches", {"service": "nothing", "mode": "slow"}, 404),
        ("/api/type", {**WORDS, "thread": "1700000000.000001"}, 400),
        ("/api/edit", {**WORDS, "ts": "1700000000.000001"}, 400),
        ("/api/delete", {**WORDS, "ts": "1700000000.000001"}, 400),
        ("/api/leave", WORDS, 400),
        ("/api/react", {**WORDS, "ts": "1.0", "name": "memo"}, 400),
        ("/api/unreact", {**WORDS, "ts": "1.0", "name": "memo"}, 400),
        ("/api/unpin", {**WORDS, "ts": "1.0"}, 400),
        ("/api/rename", {**WORDS, "name": "random"}, 400),
        ("/api/topic", WORDS, 400),
        ("/api/archive", WORDS, 400),
        ("/api/unarchive", WORDS, 400),
        ("/api/open", {"user": "U0INGRID"}, 400),
        ("/api/shortcut", {"user": "U0INGRID", "shortcut": "start"}, 400),
        ("/api/message_shortcut", {**WORDS, "ts": "1.0", "shortcut": "note"}, 400),
        ("/api/kill", {"process": "worker"}, 400),
        ("/api/replay", {"message": "1"}, 404),
        ("/api/nothing", {}, 404),
    ],
)
def test_what_cannot_be_done_is_said(shared: Sandbox, path: str, body: object, status: int) -> None:
    found, _, answer = ask(shared, path, body, JSON)
    assert found == status
    assert json.loads(answer)["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../page.py",
        "/static/..%2fpage.py",
        "/static/page.py",
        "/static/",
        "/api/documents/no",
        "/api/calls/no",
    ],
)
def test_what_is_not_there(shared: Sandbox, path: str) -> None:
    assert ask(shared, path)[0] == 404


def test_nothing_is_loaded_from_elsewhere(shared: Sandbox) -> None:
    status, headers, _ = ask(shared, "/")
    assert status == 200
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")


def test_the_state_keeps_secrets(sandbox: Sandbox) -> None:
    ask(sandbox, "/api/type", {**WORDS, "text": "/incident"}, JSON)
    told = ask(sandbox, "/api/state")[2].decode()
    assert "Fill it in." in told
    settings = sandbox.world.environment()
    assert settings["SLACK_BOT_TOKEN"] not in told
    assert settings["SLACK_SIGNING_SECRET"] not in told
    assert "/response/" not in told


def test_the_hints_of_the_composer_are_the_commands(shared: Sandbox) -> None:
    hints = json.loads(ask(shared, "/api/state")[2])["hints"]
    declares, *others = hints
    assert (declares["typed"], declares["argument"], declares["in_incident"]) == (
        "/incident ",
        "[what went wrong]",
        False,
    )
    assert [(hint["typed"].split()[1], hint["says"], hint["in_incident"]) for hint in others] == [
        (spec.text["en"].verbs[0], spec.text["en"].help, spec.scope is Scope.IN_INCIDENT) for spec in typed()
    ]
    for hint, spec in zip(others, typed(), strict=True):
        usage = spec.text["en"].usage
        assert hint["argument"] == (f"[{usage}]" if usage else "")
        assert hint["typed"].endswith(" ") == bool(spec.text["en"].usage)


def test_a_request_for_the_state_waits_for_a_change(sandbox: Sandbox) -> None:
    version = state(sandbox)["version"]
    threading.Timer(
        0.3, lambda: sandbox.world.slack.type(WORDS["user"], WORDS["channel"], WORDS["text"])
    ).start()
    started = time.monotonic()
    assert state(sandbox, version)["version"] != version
    assert time.monotonic() - started >= 0.3


def test_closing_the_page_ends_the_wait(shared: Sandbox) -> None:
    page = Page(shared.world)
    page.close()
    started = time.monotonic()
    query = f"since={state(shared)['version']}"
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/api/state", "QUERY_STRING": query, "SCRIPT_NAME": "",
        "HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
    }  # fmt: skip
    list(page(environ, lambda *_: lambda _: None))
    assert time.monotonic() - started < 2


def test_a_limited_service_says_when_to_come_again(sandbox: Sandbox) -> None:
    ask(sandbox, "/api/switches", {"service": "slack", "mode": "limited"}, JSON)
    response = sandbox.bot.slack.api_call
    with pytest.raises(Exception, match="ratelimited") as refused:
        response("auth.test")
    assert refused.value.response.headers["Retry-After"] == "5"  # type: ignore[attr-defined]
    ask(sandbox, "/api/mend", {}, JSON)
    assert response("auth.test")["ok"]


def test_deliveries_are_held_back(sandbox: Sandbox) -> None:
    ask(sandbox, "/api/pause", {"paused": True}, JSON)
    sandbox.world.pubsub.publish(b"{}", {"kind": "command"})
    assert [waiting["kind"] for waiting in state(sandbox)["pubsub"]["waiting"]] == ["command"]
