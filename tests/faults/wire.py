"""HTTP between a worker and the fakes within one process, without the kernel.

The real clients write their requests to what they take for a socket and read the answers from it, byte for
byte as over a network; the fake is called, as a WSGI application, in the thread that waits for the answer. A
connection through the kernel costs twenty times as much, and what only that can show is tried with worker
processes (`test_processes.py`).
"""

from __future__ import annotations

import errno
import io
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import urllib3.util.connection

from incident.sandbox.serve import ConnectionDroppedError
from tests.faults.deliveries import current

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


@contextmanager
def wired(doors: Mapping[int, WSGIApplication]) -> Iterator[None]:
    """Inside the block, who connects to one of these ports on loopback speaks to its application."""
    patch = pytest.MonkeyPatch()
    for module in (socket, urllib3.util.connection):
        patch.setattr(module, "create_connection", _connecting(doors, module.create_connection))
    try:
        yield
    finally:
        patch.undo()


def _connecting(doors: Mapping[int, WSGIApplication], connect: Callable[..., Any]) -> Callable[..., Any]:
    def create_connection(address: tuple[str, int], timeout: Any = None, *args: Any, **kwargs: Any) -> Any:
        door = doors.get(address[1])
        if door is None or address[0] not in {"127.0.0.1", "localhost"}:
            return connect(address, timeout, *args, **kwargs)
        if delivery := current():
            delivery.check()
        return Wire(door, timeout if isinstance(timeout, int | float) else None)

    return create_connection


class Wire:
    """The client's end of a connection, as far as `http.client` needs a socket; good for one exchange."""

    def __init__(self, door: WSGIApplication, timeout: float | None) -> None:
        """Connected."""
        self._door = door
        self._timeout = timeout
        self._sent = bytearray()

    def sendall(self, data: Any) -> None:
        """Keeps what is sent until the answer is waited for."""
        self._sent += data

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Has the request answered; the answer, to be read."""
        return io.BufferedReader(_Answer(self._exchange))

    def settimeout(self, seconds: float | None) -> None:
        """How long the answer is waited for."""
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        """How long that is."""
        return self._timeout

    def setsockopt(self, *_args: object) -> None:
        """There is nothing to set."""

    def close(self) -> None:
        """There is nothing to close."""

    def _exchange(self) -> bytes:
        delivery = current()
        if delivery:
            delivery.check()
            with delivery.waiting(self._timeout) as silence:
                answer = self._served()
            delivery.check()
            if silence.given_up:
                raise TimeoutError("timed out")
        else:
            answer = self._served()
        if answer is None:
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        return answer

    def _served(self) -> bytes | None:
        """What the fake answers: nothing if it closes the connection, None if it resets it."""
        head: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], *_error: object) -> Callable[[bytes], object]:
            head[:] = [
                f"HTTP/1.1 {status}",
                *(f"{name}: {value}" for name, value in headers),
                "Connection: close",
            ]
            return lambda _data: None

        try:
            body = b"".join(self._door(_environ(bytes(self._sent)), start))
        except ConnectionDroppedError as dropped:
            return b"" if dropped.orderly else None
        return "\r\n".join([*head, "", ""]).encode("latin-1") + body


class _Answer(io.RawIOBase):
    """Bytes that come, or an error, when they are first asked for."""

    def __init__(self, ask: Callable[[], bytes]) -> None:
        self._ask: Callable[[], bytes] | None = ask
        self._bytes = io.BytesIO()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if ask := self._ask:
            self._ask = None
            self._bytes = io.BytesIO(ask())
        return self._bytes.readinto(buffer)


def _environ(request: bytes) -> WSGIEnvironment:
    """A request as WSGI has it, and with the path as it was sent, as werkzeug's server gives it."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": method,
        "RAW_URI": target,
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "SCRIPT_NAME": "",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value.strip()
    return environ
