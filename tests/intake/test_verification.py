"""Who gets in: nothing that Slack did not sign reaches Pub/Sub, whatever it looks like."""

from __future__ import annotations

import http.client
import io
import socket
import time
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import Clock

from incident.intake.function import BODY_LIMIT
from incident.intake.signature import Verifier
from incident.runtime.secrets import FixedSecret
from incident.sandbox.slack.bot_link import signature
from tests.intake.door import COMMAND, FORM, SECRET, Door

BODY = urlencode(COMMAND).encode()


class At(Clock):
    """A clock that stands still."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


EXAMPLE_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXa"
    b"IFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
EXAMPLE_TIMESTAMP = "1531420618"
EXAMPLE_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.mark.parametrize(
    ("seconds_later", "accepted"), [(0, True), (299, True), (-299, True), (301, False), (-301, False)]
)
def test_the_example_of_slacks_documentation(seconds_later: int, accepted: bool) -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    verifier = Verifier(FixedSecret(SECRET), At(int(EXAMPLE_TIMESTAMP) + seconds_later))
    assert verifier.is_from_slack(EXAMPLE_BODY, EXAMPLE_TIMESTAMP, EXAMPLE_SIGNATURE) is accepted
    assert not verifier.is_from_slack(EXAMPLE_BODY + b"&", EXAMPLE_TIMESTAMP, EXAMPLE_SIGNATURE)


def test_what_slack_signed_gets_in(door: Door) -> None:
    assert door.post(BODY).status_code == 200
    assert len(door.published()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "now"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "9" * 5000},
        {"X-Slack-Request-Timestamp": "²"},
        {"X-Slack-Request-Timestamp": "١٢٣"},
        {"X-Slack-Request-Timestamp": "1531420618"},
    ],
)
def test_a_wrong_header_is_401(door: Door, headers: dict[str, str]) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert door.post(BODY, headers=encoded).status_code == 401
    assert door.published() == []


@pytest.mark.parametrize("age", [302, -302, 3600, 1e9])
def test_a_stale_or_early_request_is_401(door: Door, age: float) -> None:
    assert door.post(BODY, age=age).status_code == 401
    assert door.published() == []


def test_headers_that_are_missing_are_401(door: Door) -> None:
    assert door.app.test_client().post("/", data=BODY, content_type=FORM).status_code == 401
    for method in ("get", "put", "delete", "head", "options", "patch"):
        assert getattr(door.app.test_client(), method)("/any/path").status_code in {401, 405, 200}
    assert door.published() == []


def test_another_secret_is_401(door: Door) -> None:
    assert door.post(BODY, secret="another").status_code == 401
    assert door.published() == []


@settings(max_examples=100)
@given(st.binary(max_size=80), st.text(max_size=20), st.text(max_size=80))
def test_nothing_forged_is_accepted(body: bytes, timestamp: str, forged: str) -> None:
    verifier = Verifier(FixedSecret(SECRET))
    for stamp in (timestamp, str(int(time.time()))):
        assert not verifier.is_from_slack(body, stamp, forged)
        assert not verifier.is_from_slack(body, stamp, f"v0={forged}")


@given(st.binary(max_size=200), st.integers(0, 199), st.integers(1, 255))
def test_one_changed_byte_is_noticed(body: bytes, where: int, change: int) -> None:
    verifier, stamp = Verifier(FixedSecret(SECRET), At(1000)), "1000"
    signed = signature(SECRET, stamp, body)
    changed = bytearray(body or b"x")
    changed[where % len(changed)] ^= change
    assert not verifier.is_from_slack(bytes(changed), stamp, signed)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"text=\xe9&command=%2Fincident", b"\x00"])
def test_what_is_not_a_form_is_refused(door: Door, body: bytes) -> None:
    assert door.post(body).status_code in {400, 401}
    assert door.published() == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", FORM),
        (b"text=%FF&command=%2Fincident", FORM),
        (b"text=%ED%A0%80&command=%2Fincident", FORM),
        (b"payload=%7B", FORM),
        (b"payload=[]", FORM),
        (b"payload=" + b"[" * 100_000, FORM),
        (b"payload=" + b"9" * 5000, FORM),
        (b"&".join(b"a%d=1" % n for n in range(200)) + b"&command=%2Fincident", FORM),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"{}", "application/json"),
        (b'{"type": "unknown"}', "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 100_000, "application/json"),
        (BODY, "application/json; charset=utf-8"),
        (b'{"type": "url_verification"}', "text/plain"),
    ],
)
def test_what_is_signed_but_none_of_slacks_shapes_is_400(
    door: Door, body: bytes, content_type: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.post(body, content_type=content_type).status_code in {400, 401}
    assert door.published() == []
    assert '"incident.request.rejected"' in capsys.readouterr().out


def test_an_oversized_request_is_413(door: Door) -> None:
    assert door.post(b"text=" + b"x" * BODY_LIMIT).status_code == 413
    assert door.published() == []


def test_the_largest_request_is_read(door: Door) -> None:
    body = b"command=%2Fincident&text=x&padding="
    assert door.post(body + b"x" * (BODY_LIMIT - len(body))).status_code == 200
    assert len(door.published()) == 1


def test_an_oversized_request_that_does_not_say_so_is_413(door: Door) -> None:
    """In pieces (chunked), so without a length, over a real socket."""
    target = urlsplit(door.slack.bot_url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=10)
    pieces = (b"x" * 65_536 for _ in range(17))
    connection.request("POST", "/", body=pieces, headers={"Content-Type": FORM}, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
    assert door.published() == []


@pytest.mark.parametrize("length", [len(BODY) + 1, len(BODY) * 2, BODY_LIMIT])
def test_a_truncated_request_is_400(door: Door, length: int) -> None:
    answer = door.post(
        BODY, environ_overrides={"CONTENT_LENGTH": str(length), "wsgi.input": io.BytesIO(BODY)}
    )
    assert answer.status_code == 400
    assert door.published() == []


def test_a_request_that_breaks_off_is_400(door: Door) -> None:
    """Over a real socket: the sender says how much comes, sends half, and stops."""
    target = urlsplit(door.slack.bot_url)
    timestamp = str(int(time.time()))
    head = (
        f"POST / HTTP/1.1\r\nHost: bot\r\nContent-Type: {FORM}\r\nContent-Length: {2 * len(BODY)}\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\n"
        f"X-Slack-Signature: {signature(SECRET, timestamp, BODY)}\r\n\r\n"
    )
    with socket.create_connection((target.hostname, target.port), timeout=10) as sender:
        sender.sendall(head.encode() + BODY)
        sender.shutdown(socket.SHUT_WR)
        assert sender.recv(64).startswith(b"HTTP/1.1 400 ")
    assert door.published() == []
