"""The signing secret in Secret Manager: rotated without downtime, read no more often than need be."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from incident.intake.signature import Verifier
from incident.runtime import secrets
from incident.runtime.google_cloud import GoogleCloud
from incident.runtime.secrets import FixedSecret, SecretUnavailableError, StoredSecret, secret
from incident.sandbox.serve import Server
from incident.sandbox.slack.bot_link import signature

NAME = "projects/p/secrets/signing"
BODY = b"text=down"


@dataclass
class SecretManager:
    """Secret Manager's REST API, as far as reading goes.

    https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions

    Attributes:
        versions: number and value, newest first; those that are disabled have no value.
        status: answered instead, where it is not 200.
        asked: the path of every call.
    """

    versions: list[tuple[int, str | None]] = field(default_factory=lambda: [(1, "first")])
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(request.path)
        return self.answer(request)(environ, start_response)

    def answer(self, request: Request) -> Response:
        if self.status != 200:
            return Response(status=self.status)
        if request.path == f"/v1/{NAME}/versions":
            assert request.args["filter"] == "state:ENABLED"
            enabled = [number for number, value in self.versions if value is not None]
            page = enabled[: int(request.args["pageSize"])]
            return _json({"versions": [{"name": f"{NAME}/versions/{n}", "state": "ENABLED"} for n in page]})
        for number, value in self.versions:
            if request.path == f"/v1/{NAME}/versions/{number}:access" and value is not None:
                return _json({"payload": {"data": base64.b64encode(value.encode()).decode()}})
        return Response(status=404)


def _json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), mimetype="application/json")


@dataclass
class Harness:
    manager: SecretManager
    stored: StoredSecret
    verifier: Verifier
    cloud: GoogleCloud

    def accepts(self, value: str) -> bool:
        stamp = str(int(time.time()))
        return self.verifier.is_from_slack(BODY, stamp, signature(value, stamp, BODY))


@pytest.fixture
def harness() -> Iterator[Harness]:
    manager = SecretManager()
    server = Server(manager)
    cloud = GoogleCloud(server.url.removeprefix("http://"))
    stored = StoredSecret(NAME, cloud)
    yield Harness(manager, stored, Verifier(stored), cloud)
    server.close()


def test_it_is_read_once_and_kept(harness: Harness) -> None:
    assert harness.accepts("first")
    assert harness.accepts("first")
    assert harness.manager.asked == [f"/v1/{NAME}/versions", f"/v1/{NAME}/versions/1:access"]


def test_both_secrets_are_good_while_it_is_rotated(harness: Harness) -> None:
    harness.manager.versions = [(3, "third"), (2, None), (1, "first")]
    assert harness.accepts("first")
    assert harness.accepts("third")
    assert not harness.accepts("second")
    assert harness.stored.values() == ("third", "first")


def test_a_new_secret_is_good_at_once(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    assert harness.accepts("first")
    monkeypatch.setattr(secrets, "REFRESH_SECONDS", 0.0)
    harness.manager.versions = [(2, "second"), (1, "first")]
    assert harness.accepts("second")
    assert harness.accepts("first")
    harness.manager.versions = [(2, "second"), (1, None)]
    assert not harness.accepts("nonsense")
    assert not harness.accepts("first")
    assert harness.accepts("second")


def test_whoever_was_refused_with_the_old_value_has_the_new_one_that_somebody_else_read(
    harness: Harness,
) -> None:
    old = harness.stored.values()
    harness.manager.versions = [(2, "second"), (1, "first")]
    harness.stored._read_at -= secrets.REFRESH_SECONDS
    assert [harness.stored.refresh(old) for _ in range(3)] == [True, True, True]
    assert harness.manager.asked.count(f"/v1/{NAME}/versions") == 2, "it is read once for all of them"
    assert not harness.stored.refresh(harness.stored.values())


def test_forged_requests_do_not_have_it_read_without_end(harness: Harness) -> None:
    assert harness.accepts("first")
    read = len(harness.manager.asked)
    harness.manager.versions = [(2, "second")]
    for _ in range(20):
        assert not harness.accepts("forged")
    assert len(harness.manager.asked) == read
    assert harness.accepts("first"), "it is not read again within half a minute"


def test_junk_does_not_have_it_read_at_all(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "REFRESH_SECONDS", 0.0)
    assert not harness.verifier.is_from_slack(BODY, "now", "v0=x")
    assert harness.manager.asked == []


def test_a_secret_that_was_read_stays_good_while_secret_manager_fails(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert harness.accepts("first")
    monkeypatch.setattr(secrets, "REFRESH_SECONDS", 0.0)
    harness.manager.status = 403
    assert not harness.accepts("second")
    assert harness.accepts("first")


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_secret_that_cannot_be_read_is_said_without_its_name(harness: Harness, status: int) -> None:
    harness.manager.status = status
    with pytest.raises(SecretUnavailableError) as refused:
        harness.accepts("first")
    assert str(refused.value) == f"http {status}"
    harness.manager.status = 200
    assert harness.accepts("first")


def test_one_version_can_be_named(harness: Harness) -> None:
    harness.manager.versions = [(2, "second"), (1, "first\n")]
    assert StoredSecret(f"{NAME}/versions/1", harness.cloud).values() == ("first",)
    assert harness.manager.asked == [f"/v1/{NAME}/versions/1:access"]


def test_what_a_setting_holds_or_names() -> None:
    assert isinstance(secret(NAME), StoredSecret)
    fixed = secret("value")
    assert isinstance(fixed, FixedSecret)
    assert (fixed.values(), fixed.refresh(("value",))) == (("value",), False)
    assert "value" not in repr(fixed)
