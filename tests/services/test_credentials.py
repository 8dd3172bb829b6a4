"""How the worker acts as a Workspace user without anybody holding a key; `responses` is every way out."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.services.google import SCOPES, Google
from incident.services.meet import Meet

ACCOUNT = "incident-worker@project.iam.gserviceaccount.com"
SUBJECT = "incident-bot@example.org"
ROOT = "https://workspace.example.org/"

OAUTH = "https://oauth2.googleapis.com/token"
SIGN = f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:signJwt"
SPACES = f"{ROOT}v2/spaces"


@pytest.fixture
def wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Application default credentials of a person, whose token and signatures come from `responses`."""
    file = tmp_path / "adc.json"
    person = {"type": "authorized_user", "client_id": "id", "client_secret": "cs", "refresh_token": "rt"}
    file.write_text(json.dumps(person))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


def tokens(wire: responses.RequestsMock) -> list[dict[str, Any]]:
    """Answers whoever asks for a token or a signature; the assertions that were to be signed."""
    assertions: list[dict[str, Any]] = []

    def token(request: Any) -> tuple[int, dict[str, str], str]:
        form = parse_qs(request.body if isinstance(request.body, str) else request.body.decode())
        if "refresh_token" in form:
            return 200, {}, json.dumps({"access_token": "of-the-operator", "expires_in": 3600})
        assert form["assertion"] == ["signed"]
        return 200, {}, json.dumps({"access_token": "of-the-subject", "expires_in": 3600})

    def sign(request: Any) -> tuple[int, dict[str, str], str]:
        assert request.headers["Authorization"] == "Bearer of-the-operator"
        assertions.append(json.loads(json.loads(request.body)["payload"]))
        return 200, {}, json.dumps({"keyId": "k", "signedJwt": "signed"})

    wire.add_callback(responses.POST, OAUTH, callback=token)
    wire.add_callback(responses.POST, SIGN, callback=sign)
    return assertions


def meet() -> Meet:
    return Meet(Google(ROOT, SUBJECT, ACCOUNT))


def test_a_call_is_started_as_the_subject_with_an_assertion_that_google_signed(
    wire: responses.RequestsMock,
) -> None:
    assertions = tokens(wire)
    wire.post(SPACES, json={"name": "spaces/1", "meetingUri": "https://meet.google.com/abc-mnop-xyz"})

    started = [meet().start().space]

    assert started == ["spaces/1"]
    (assertion,) = assertions
    assert (assertion["iss"], assertion["sub"], assertion["aud"]) == (ACCOUNT, SUBJECT, OAUTH)
    assert set(assertion["scope"].split()) == set(SCOPES)
    (call,) = [call for call in wire.calls if call.request.url and call.request.url.startswith(SPACES)]
    assert call.request.headers["Authorization"] == "Bearer of-the-subject"


def test_one_token_serves_many_calls(wire: responses.RequestsMock) -> None:
    assertions = tokens(wire)
    wire.post(SPACES, json={"name": "spaces/1", "meetingUri": "https://meet.google.com/abc-mnop-xyz"})
    calls = meet()

    calls.start()
    calls.start()

    assert len(assertions) == 1


def test_a_delegation_that_no_administrator_has_entered_is_permanent_and_says_no_secret(
    wire: responses.RequestsMock,
) -> None:
    wire.post(SIGN, json={"keyId": "k", "signedJwt": base64.b64encode(b"signed").decode()})

    def token(request: Any) -> tuple[int, dict[str, str], str]:
        if b"refresh_token" in (request.body if isinstance(request.body, bytes) else request.body.encode()):
            return 200, {}, json.dumps({"access_token": "of-the-operator", "expires_in": 3600})
        refusal = {"error": "unauthorized_client", "error_description": f"{SUBJECT} is not delegated"}
        return 401, {}, json.dumps(refusal)

    wire.add_callback(responses.POST, OAUTH, callback=token)

    with pytest.raises(PermanentError) as refused:
        meet().start()

    assert refused.value.service == "meet"
    assert not {"of-the-operator", "rt", "cs", SUBJECT} & set(str(refused.value).split())


@pytest.mark.parametrize(
    ("status", "body", "kind", "refused"),
    [
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, TransientError, True),
        (403, {"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}, TransientError, True),
        (403, {"error": {"errors": [{"reason": "insufficientPermissions"}]}}, PermanentError, True),
        (404, {"error": {"status": "NOT_FOUND"}}, PermanentError, True),
        (408, {}, TransientError, False),
        (409, {"error": {"status": "ABORTED"}}, TransientError, False),
        (409, {"error": {"status": "ABORTED", "errors": [{"reason": "conflict"}]}}, TransientError, False),
        (409, {"error": {"errors": [{"reason": "aborted"}]}}, TransientError, False),
        (409, {"error": {"status": "ALREADY_EXISTS"}}, PermanentError, True),
        (500, {"error": {"status": "INTERNAL"}}, TransientError, False),
        (503, {"error": {"status": "UNAVAILABLE"}}, TransientError, False),
    ],
)
def test_an_error_is_told_apart_by_what_helps(
    wire: responses.RequestsMock, status: int, body: dict[str, Any], kind: type[StepError], refused: bool
) -> None:
    tokens(wire)
    wire.post(SPACES, json=body, status=status)

    with pytest.raises(kind) as failure:
        meet().start()

    assert failure.value.refused is refused


@pytest.mark.parametrize(
    "body", ["", "<html>A proxy's page</html>", '{"name": "spaces/1", "meet', "[]", '"x"']
)
def test_a_success_that_is_no_json_leaves_open_whether_it_was_done(
    wire: responses.RequestsMock, body: str
) -> None:
    tokens(wire)
    wire.post(SPACES, body=body, status=200)

    with pytest.raises(TransientError) as failure:
        meet().start()

    assert not failure.value.refused
    assert len([call for call in wire.calls if call.request.url == f"{SPACES}?alt=json"]) == 1
