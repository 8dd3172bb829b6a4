"""A WSGI application on a loopback port, in a thread of its own."""

from __future__ import annotations

import os
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class QuietHandler(WSGIRequestHandler):
    """Keeps connections, and keeps no log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Says nothing: the stand-ins' own records are what a person reads."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:  # noqa: ARG002
        """Reads no further request from a connection that is gone."""
        self.close_connection = True


class Server:
    """Serves `app` on 127.0.0.1 until closed; a thread for each request.

    Attributes:
        url: the root, without a slash at the end, such as `http://127.0.0.1:40123`.
    """

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        """Listens on `port`; 0 takes a free one.

        Raises:
            OSError: if the port is taken.
        """
        # Bound here, because werkzeug ends the process where a port is taken.
        with socket.create_server(("127.0.0.1", port)) as listener:
            port = listener.getsockname()[1]
            self._server = make_server(
                "127.0.0.1", port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno()
            )
        self.url = f"http://127.0.0.1:{port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops listening. Requests under way are left to end by themselves."""
        self._server.shutdown()
        self._server.server_close()


class ConnectionDroppedError(ConnectionAbortedError):
    """The client's connection has ended without an answer.

    Attributes:
        orderly: whether it was closed in good order, or reset.
    """

    def __init__(self, *, orderly: bool) -> None:
        super().__init__()
        self.orderly = orderly


def drop_connection(environ: WSGIEnvironment, *, orderly: bool = False) -> NoReturn:
    """Ends the client's connection without an answer: by a reset or, if `orderly`, by closing it.

    A server other than werkzeug's, which has no socket, learns from the exception what to do.

    Raises:
        ConnectionDroppedError: always; the server takes it as the end of this connection.
    """
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if connection is not None and orderly:
        connection.shutdown(socket.SHUT_RDWR)
    elif connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())  # `close` would wait for the files that the server has made of it
    raise ConnectionDroppedError(orderly=orderly)
