"""A Secret Manager on loopback, for the real client: as much of it as the doctor asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)
from google.cloud.secretmanager_v1.types import resources, service

_ENABLED: int = resources.SecretVersion.State.ENABLED
_SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"


class SecretManager:
    """Secrets by their full name, each a list of its versions, oldest first: the value and the state.

    Attributes:
        refuses: a status that a method, by its name, answers with instead.
    """

    def __init__(self) -> None:
        self.secrets: dict[str, list[tuple[bytes, int]]] = {}
        self.refuses: dict[str, grpc.StatusCode] = {}
        self.calls: list[str] = []

    def add(self, secret: str, value: bytes, state: int = _ENABLED) -> SecretManager:
        self.secrets.setdefault(secret, []).append((value, state))
        return self

    def list_versions(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.filter == "state:ENABLED"
        versions = [
            version for version in self._versions(request.parent, context) if version.state == _ENABLED
        ]
        return service.ListSecretVersionsResponse(versions=versions[: request.page_size])

    def get_version(self, request: Any, context: grpc.ServicerContext) -> Any:
        secret, number = self._number(request.name, context)
        return resources.SecretVersion(name=request.name, state=self.secrets[secret][number - 1][1])

    def access(self, request: Any, context: grpc.ServicerContext) -> Any:
        secret, number = self._number(request.name, context)
        value, state = self.secrets[secret][number - 1]
        if state != _ENABLED:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not enabled")
        return service.AccessSecretVersionResponse(name=request.name, payload={"data": value})

    def _versions(self, secret: str, context: grpc.ServicerContext) -> list[resources.SecretVersion]:
        """Newest first, as Secret Manager lists them."""
        if secret not in self.secrets:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{secret}] not found")
        numbered = list(enumerate(self.secrets[secret], 1))
        return [
            resources.SecretVersion(name=f"{secret}/versions/{number}", state=state)
            for number, (_, state) in reversed(numbered)
        ]

    def _number(self, version: str, context: grpc.ServicerContext) -> tuple[str, int]:
        found = re.fullmatch(r"(.+)/versions/(\d+)", version)
        if not found or not 0 < int(found[2]) <= len(self.secrets.get(found[1], ())):
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret Version [{version}] not found")
        assert found
        return found[1], int(found[2])

    def handler(self, name: str, takes: Any, gives: Any, answer: Callable[..., Any]) -> Any:
        def counted(request: Any, context: grpc.ServicerContext) -> Any:
            self.calls.append(name)
            if name in self.refuses:
                context.abort(self.refuses[name], "refused")
            return answer(request, context)

        return grpc.unary_unary_rpc_method_handler(counted, takes.deserialize, gives.serialize)


@contextmanager
def serving(manager: SecretManager) -> Iterator[Callable[[], SecretManagerServiceClient]]:
    """Serves it; gives what makes the real client of it."""
    methods = {
        "ListSecretVersions": (
            service.ListSecretVersionsRequest,
            service.ListSecretVersionsResponse,
            manager.list_versions,
        ),
        "GetSecretVersion": (
            service.GetSecretVersionRequest,
            resources.SecretVersion,
            manager.get_version,
        ),
        "AccessSecretVersion": (
            service.AccessSecretVersionRequest,
            service.AccessSecretVersionResponse,
            manager.access,
        ),
    }
    handlers = {name: manager.handler(name, *method) for name, method in methods.items()}
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield lambda: SecretManagerServiceClient(
                transport=SecretManagerServiceGrpcTransport(
                    channel=grpc.insecure_channel(f"127.0.0.1:{port}")
                )
            )
        finally:
            server.stop(None).wait()
