"""What is known of a publish that failed, where the answer itself is odd; the rest is in `test_failures`."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from incident.model.interaction import Interaction, Kind
from incident.runtime.publisher import PUBLISH_SECONDS, NotPublishedError, Publisher, PublishUnknownError
from tests.intake.door import TOPIC

Answer = Callable[[socket.socket], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A server that reads what it is sent and answers so; gives its `host:port`."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1 << 16)
                    try:
                        answer(connection)
                    except OSError:
                        continue

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def publish(host: str) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    Publisher(TOPIC, host).publish(Interaction("i", Kind.COMMAND, now, "U1", "T1", "C1", {"text": "x"}), "")


def drip(connection: socket.socket) -> None:
    """An answer that never ends, in pieces that never time out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(30):
        connection.sendall(b" ")
        time.sleep(0.1)


def reply(status: str, body: bytes) -> Answer:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    return lambda connection: connection.sendall(head + body)


@pytest.mark.parametrize(
    "answer",
    [
        drip,
        reply("200 OK", b"not JSON"),
        reply("302 Found", b""),
        reply("500 Internal Server Error", b""),
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
        lambda connection: connection.sendall(b"not HTTP\r\n\r\n"),
    ],
    ids=["drips", "not-json", "302", "500", "half", "not-http"],
)
def test_an_answer_that_does_not_tell_leaves_it_in_doubt(answer: Answer) -> None:
    with answering(answer) as host:
        began = time.monotonic()
        with pytest.raises(PublishUnknownError):
            publish(host)
        assert time.monotonic() - began < PUBLISH_SECONDS + 0.3


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "429 Too Many"])
def test_a_refusal_is_surely_not_published(status: str) -> None:
    with answering(reply(status, b"{}")) as host, pytest.raises(NotPublishedError):
        publish(host)


def test_a_good_answer_is_published() -> None:
    with answering(reply("200 OK", b'{"messageIds": ["1"]}')) as host:
        publish(host)
