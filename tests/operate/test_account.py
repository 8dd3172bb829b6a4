"""As whom Google Workspace is spoken to."""

from __future__ import annotations

from typing import Any

import google.auth
import pytest
from google.auth import impersonated_credentials
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import RefreshError, TransportError

from incident.operate.asking import acting_as
from incident.operate.finding import FoundError
from incident.runtime.failures import TransientError
from incident.services import google as google_service
from incident.services.google import SCOPES, Google

WORKER = "incident-worker@project.iam.gserviceaccount.com"


class ServiceAccount(AnonymousCredentials):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google-auth has no types
        self.service_account_email = "default"

    def refresh(self, request: Any) -> None:  # noqa: ARG002
        self.service_account_email = WORKER


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> ServiceAccount:
    account = ServiceAccount()
    monkeypatch.setattr(google.auth, "default", lambda **_: (account, "project"))
    return account


@pytest.mark.parametrize(
    ("subject", "account"),
    [("bot@example.org", ""), ("bot@example.org", WORKER), ("", WORKER)],
)
def test_acts_as_the_worker_and_through_it_as_the_subject(
    subject: str, account: str, source: ServiceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []

    def credentials(**given: Any) -> AnonymousCredentials:
        made.append(given)
        return AnonymousCredentials()

    monkeypatch.setattr(impersonated_credentials, "Credentials", credentials)
    Google(subject=subject, account=account)._authorised()
    assert made == [
        {
            "source_credentials": source,
            "target_principal": WORKER,
            "target_scopes": SCOPES,
            "subject": subject or None,
        }
    ]


def test_acts_as_whoever_is_logged_in_where_nobody_is_named(source: ServiceAccount) -> None:
    assert Google()._authorised() is source


@pytest.fixture
def acted_as(source: ServiceAccount, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What each impersonation was asked with; `source` is who is logged in."""
    made: list[dict[str, Any]] = []

    def credentials(**given: Any) -> ServiceAccount:
        made.append(given)
        return source

    monkeypatch.setattr(impersonated_credentials, "Credentials", credentials)
    return made


def test_asks_google_cloud_as_the_worker(source: ServiceAccount, acted_as: list[dict[str, Any]]) -> None:
    assert acting_as("pubsub", WORKER, ["scope"]) is source
    asked_with = {"source_credentials": source, "target_principal": WORKER, "target_scopes": ["scope"]}
    assert acted_as == [asked_with]
    assert source.service_account_email == WORKER  # a token was asked for at once


@pytest.mark.usefixtures("acted_as")
@pytest.mark.parametrize("failure", [RefreshError, TransportError])
def test_a_worker_that_one_may_not_act_as_is_told_from_an_iam_that_is_down(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise failure("no")

    monkeypatch.setattr(ServiceAccount, "refresh", fail)
    if failure is TransportError:
        with pytest.raises(TransientError, match="TransportError"):
            acting_as("pubsub", WORKER, ["scope"])
    else:
        with pytest.raises(FoundError) as found:
            acting_as("pubsub", WORKER, ["scope"])
        assert found.value.finding.found == f"no access token for {WORKER}"
        assert "operators" in found.value.finding.advice


def test_looks_for_no_credentials_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_service, "_credentials", None)
    Google("http://127.0.0.1:9/", "bot@example.org", WORKER)._authorised()
