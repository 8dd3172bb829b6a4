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

from incident import secrets
from incident.google_cloud import GoogleCloud
from incident.intake.signature import Verifier
from incident.sandbox.serve import Server
from incident.sandbox.slack.bot_link import signature
from incident.secrets import FixedSecret, SecretUnavailableError, StoredSecret, secret

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
class Rig:
    manager: SecretManager
    stored: StoredSecret
    verifier: Verifier
    cloud: GoogleCloud

    def accepts(self, value: str) -> bool:
        stamp = str(int(time.time()))
        return self.verifier.is_from_slack(BODY, stamp, signature(value, stamp, BODY))


@pytest.fixture
def rig() -> Iterator[Rig]:
    manager = SecretManager()
    server = Server(manager)
    cloud = GoogleCloud(server.url.removeprefix("http://"))
    stored = StoredSecret(NAME, cloud)
    yield Rig(manager, stored, Verifier(stored), cloud)
    server.close()


def test_it_is_read_once_and_kept(rig: Rig) -> None:
    assert rig.accepts("first")
    assert rig.accepts("first")
    assert rig.manager.asked == [f"/v1/{NAME}/versions", f"/v1/{NAME}/versions/1:access"]


def test_both_secrets_are_good_while_it_is_rotated(rig: Rig) -> None:
    rig.manager.versions = [(3, "third"), (2, None), (1, "first")]
    assert rig.accepts("first")
    assert rig.accepts("third")
    assert not rig.accepts("second")
    assert rig.stored.values() == ("third", "first")


def test_a_new_secret_is_good_at_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rig.accepts("first")
    monkeypatch.setattr(secrets, "REFRESH_SECONDS", 0.0)
    rig.manager.versions = [(2, "second"), (1, "first")]
    assert rig.accepts("second")
    assert rig.accepts("first")
    rig.manager.versions = [(2, "second"), (1, None)]
    assert not rig.accepts("nonsense")
    assert not rig.accepts("first")
    assert rig.accepts("second")


def test_whoever_was_refused_with_the_old_value_has_the_new_one_that_somebody_else_read(rig: Rig) -> None:
    old = rig.stored.values()
    rig.manager.versions = [(2, "second"), (1, "first")]
    rig.stored._read_at -= secrets.REFRESH_SECONDS
    assert [rig.stored.refresh(old) for _ in range(3)] == [True, True, True]
    assert rig.manager.asked.count(f"/v1/{NAME}/versions") == 2, "it is read once for all of them"
    assert not rig.stored.refresh(rig.stored.values())


def test_forged_requests_do_not_have_it_read_without_end(rig: Rig) -> None:
    assert rig.accepts("first")
    read = len(rig.manager.asked)
    rig.manager.versions = [(2, "second")]
    for _ in range(20):
        assert not rig.accepts("forged")
    assert len(rig.manager.asked) == read
    assert rig.accepts("first"), "it is not read again within half a minute"


def test_junk_does_not_have_it_read_at_all(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "REFRESH_SECONDS", 0.0)
    assert not rig.verifier.is_from_slack(BODY, "now", "v0=x")
    assert rig.manager.asked == []


def test_a_secret_that_was_read_stays_good_while_secret_manager_fails(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rig.accepts("first")
    monkeypatch.setattr(secrets, "REFRESH_SECONDS", 0.0)
    rig.manager.status = 403
    assert not rig.accepts("second")
    assert rig.accepts("first")


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_secret_that_cannot_be_read_is_said_without_its_name(rig: Rig, status: int) -> None:
    rig.manager.status = status
    with pytest.raises(SecretUnavailableError) as refused:
        rig.accepts("first")
    assert str(refused.value) == f"http {status}"
    rig.manager.status = 200
    assert rig.accepts("first")


def test_one_version_can_be_named(rig: Rig) -> None:
    rig.manager.versions = [(2, "second"), (1, "first\n")]
    assert StoredSecret(f"{NAME}/versions/1", rig.cloud).values() == ("first",)
    assert rig.manager.asked == [f"/v1/{NAME}/versions/1:access"]


def test_what_a_setting_holds_or_names() -> None:
    assert isinstance(secret(NAME), StoredSecret)
    fixed = secret("value")
    assert isinstance(fixed, FixedSecret)
    assert (fixed.values(), fixed.refresh(("value",))) == (("value",), False)
    assert "value" not in repr(fixed)
