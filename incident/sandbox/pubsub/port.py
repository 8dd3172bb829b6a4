"""The one port on which Pub/Sub answers both gRPC and REST, as Google's emulator does."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer

from incident.sandbox.serve import QuietHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_HTTP2 = b"PRI"
"""How a client of gRPC begins; no method of HTTP/1.1 does (RFC 9113, section 3.4)."""


class PubSubPort:
    """Serves REST on 127.0.0.1 until closed, and passes what is gRPC on.

    Attributes:
        host: `127.0.0.1:PORT`.
    """

    def __init__(self, rest: WSGIApplication, grpc_port: int) -> None:
        """Listens on a free port.

        Args:
            rest: answers HTTP/1.1.
            grpc_port: the loopback port of the gRPC server.
        """
        self._server = _Server(rest, grpc_port)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops listening and breaks every connection off."""
        self._server.shutdown()
        self._server.server_close()
        self._server.disconnect()


class _Server(ThreadedWSGIServer):
    """Looks at how a connection begins, and knows which are open."""

    def __init__(self, rest: WSGIApplication, grpc_port: int) -> None:
        super().__init__("127.0.0.1", 0, rest, QuietHandler)
        self._grpc_port = grpc_port
        self._open: set[socket.socket] = set()

    def disconnect(self) -> None:
        for connection in tuple(self._open):
            with suppress(OSError):  # it ends by itself at this moment
                connection.shutdown(socket.SHUT_RDWR)

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        with suppress(ConnectionError):
            if request.recv(len(_HTTP2), socket.MSG_PEEK | socket.MSG_WAITALL) == _HTTP2:
                self._relay(request)
            else:
                super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def _relay(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._grpc_port)) as server:
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Passes bytes on until one side ends; then the other is told."""
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
