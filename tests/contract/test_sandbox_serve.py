"""The stand-ins' server takes the port it is given, or says that it cannot."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from incident.sandbox.serve import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def hello(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    start("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def test_a_port_that_is_taken_is_an_error_and_not_the_end_of_the_process() -> None:
    first = Server(hello)
    try:
        with pytest.raises(OSError, match="in use"):
            Server(hello, int(first.url.rpartition(":")[2]))
        with urllib.request.urlopen(first.url) as answer:
            assert answer.read() == b"hello"
    finally:
        first.close()
