"""What a push subscription delivers to, in tests."""

from __future__ import annotations

import base64
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class Endpoint:
    """What the pushes reach: answers `statuses` in turn, then 204."""

    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        request = Request(environ)
        with self.lock:
            self.bodies.append(request.get_json())
            self.headers.append(dict(request.headers))
            self.times.append(time.monotonic())
            status = self.statuses.pop(0) if self.statuses else 204
        time.sleep(self.seconds)
        return Response(status=status)(environ, start_response)

    @property
    def words(self) -> list[str]:
        return [base64.b64decode(body["message"]["data"]).decode() for body in self.bodies]
