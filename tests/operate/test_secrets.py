"""What the doctor says of secrets that Secret Manager keeps, by way of Google's own client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import grpc
import pytest
from google.auth.exceptions import DefaultCredentialsError
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)
from google.cloud.secretmanager_v1.types import resources

from incident.operate import asking, doctor
from incident.operate.finding import Finding, State
from incident.operate.managed_secret import ManagedSecret, operators_secret
from incident.operate.secret_checks import SecretChecks
from incident.operate.slack_checks import SlackChecks
from incident.runtime.secrets import SecretUnavailableError
from incident.runtime.settings import WorkerSettings
from incident.sandbox.world import World
from tests.operate.secret_manager import SecretManager, serving

SIGNING = "projects/bot/secrets/slack-signing-secret"
TOKEN = "projects/bot/secrets/slack-bot-token"
DIGITS = b"0123456789abcdef0123456789abcdef"
DISABLED = resources.SecretVersion.State.DISABLED
DESTROYED = resources.SecretVersion.State.DESTROYED

Connect = Callable[[], SecretManagerServiceClient]


@pytest.fixture
def manager() -> SecretManager:
    return SecretManager().add(SIGNING, DIGITS).add(TOKEN, b"xoxb-1-2\n")


@pytest.fixture
def connect(manager: SecretManager) -> Iterator[Connect]:
    with serving(manager) as connect:
        yield connect


def settings(signing: str = SIGNING, token: str = TOKEN) -> WorkerSettings:
    ids = ("INCIDENT_TEMPLATE_ID", "INCIDENT_FOLDER_ID", "INCIDENT_SPREADSHEET_ID")
    return WorkerSettings.load(
        {
            "GOOGLE_CLOUD_PROJECT": "bot",
            "SLACK_SIGNING_SECRET": signing,
            "SLACK_BOT_TOKEN": token,
            **dict.fromkeys(ids, "1Id"),
        }
    )


def examined(connect: Connect, **given: str) -> tuple[Finding, Finding]:
    """What is found of the signing secret, and of the token."""
    checks = SecretChecks(settings(**given), connect)
    found = dict(doctor.examine({"signing": checks.signing_secret, "token": checks.bot_token}))
    return found["signing"], found["token"]


def is_bad(finding: Finding, found: str, advice: str) -> None:
    assert (finding.state, finding.found) == (State.BAD, found)
    assert advice in finding.advice


def test_a_version_of_each_is_enabled(connect: Connect) -> None:
    signing, token = examined(connect)
    assert signing == Finding(State.GOOD, "version 1 of slack-signing-secret is enabled")
    assert token == Finding(State.GOOD, "version 1 of slack-bot-token is enabled")


def test_while_they_are_rotated(manager: SecretManager, connect: Connect) -> None:
    manager.add(SIGNING, DIGITS).add(SIGNING, DIGITS, DISABLED).add(TOKEN, b"", DISABLED)
    signing, token = examined(connect)
    assert signing == Finding(State.GOOD, "versions 2, 1 of slack-signing-secret are enabled")
    assert token == Finding(State.GOOD, "version 1 of slack-bot-token is enabled")


def test_a_version_that_is_named(manager: SecretManager, connect: Connect) -> None:
    manager.add(SIGNING, DIGITS, DESTROYED)
    signing, token = examined(connect, signing=f"{SIGNING}/versions/1", token=f"{TOKEN}/versions/1")
    assert signing == Finding(State.GOOD, "version 1 of slack-signing-secret is enabled")
    assert token.state is State.GOOD
    signing, token = examined(connect, signing=f"{SIGNING}/versions/2", token=f"{TOKEN}/versions/2")
    is_bad(signing, "no version of slack-signing-secret/versions/2 is enabled", "output add_secrets")
    is_bad(token, "there is no slack-bot-token/versions/2 in Secret Manager", "set SLACK_SIGNING_SECRET and")


def test_values_need_no_secret_manager(manager: SecretManager, connect: Connect) -> None:
    signing, token = examined(connect, signing=DIGITS.decode(), token="xoxb-1-2")
    assert signing == token == Finding(State.GOOD, "given as a value")
    assert manager.calls == []


def test_a_container_that_nobody_has_put_a_value_into(manager: SecretManager, connect: Connect) -> None:
    manager.secrets = {SIGNING: [], TOKEN: [(b"xoxb-1-2", DISABLED)]}
    signing, token = examined(connect)
    is_bad(
        signing, "no version of slack-signing-secret is enabled", "`terraform output add_secrets` says how"
    )
    is_bad(token, "no version of slack-bot-token is enabled", "`terraform output add_secrets` says how")


def test_a_container_that_is_not_there(manager: SecretManager, connect: Connect) -> None:
    manager.secrets.clear()
    for finding, name in zip(examined(connect), ("slack-signing-secret", "slack-bot-token"), strict=True):
        is_bad(finding, f"there is no {name} in Secret Manager", "Run `terraform apply`.")


def test_what_is_no_signing_secret(manager: SecretManager, connect: Connect) -> None:
    manager.secrets[SIGNING] = [(b"xoxb-pasted-in-the-wrong-place", resources.SecretVersion.State.ENABLED)]
    signing, _ = examined(connect)
    found = "version 1 of slack-signing-secret is enabled, and does not look like one: 32 hexadecimal digits"
    is_bad(signing, found, "App Credentials > Signing Secret")
    assert "pasted" not in repr(signing)


def test_whoever_may_see_versions_and_no_value(manager: SecretManager, connect: Connect) -> None:
    manager.refuses["AccessSecretVersion"] = grpc.StatusCode.PERMISSION_DENIED
    signing, token = examined(connect)
    found = "version 1 of slack-signing-secret is enabled; you may not read it, and need not"
    assert signing == Finding(State.GOOD, found)
    assert token.state is State.GOOD


@pytest.mark.parametrize(
    ("status", "found", "advice"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, "secretmanager: PermissionDenied", "one of the `operators`"),
        (grpc.StatusCode.UNAUTHENTICATED, "secretmanager: Unauthenticated", "application-default login"),
        (grpc.StatusCode.UNAVAILABLE, "secretmanager: ServiceUnavailable", "Try again in a minute"),
    ],
)
def test_a_refusal(
    status: grpc.StatusCode, found: str, advice: str, manager: SecretManager, connect: Connect
) -> None:
    manager.refuses["ListSecretVersions"] = status
    for finding in examined(connect):
        is_bad(finding, found, advice)
    assert manager.calls == ["ListSecretVersions"] * 2  # nothing is tried again


def test_nobody_is_logged_in() -> None:
    def connect() -> SecretManagerServiceClient:
        raise DefaultCredentialsError

    for finding in examined(connect):
        is_bad(finding, "secretmanager: DefaultCredentialsError", "gcloud auth application-default login")


def test_a_secret_manager_that_never_answers(manager: SecretManager, monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = threading.Event()
    monkeypatch.setitem(asking.ONCE, "timeout", 0.2)
    monkeypatch.setattr(manager, "list_versions", lambda *_: given_up.wait())
    with serving(manager) as connect:
        for finding in examined(connect):
            is_bad(finding, "secretmanager: DeadlineExceeded", "Try again in a minute")
        given_up.set()


def test_slack_is_asked_with_the_token_that_is_kept(
    world: World, manager: SecretManager, connect: Connect
) -> None:
    environment = world.environment()
    kept = environment.pop("SLACK_BOT_TOKEN")
    manager.secrets[TOKEN] = []
    manager.add(TOKEN, b"xoxb-old").add(TOKEN, f"{kept}\n".encode())
    deployed = WorkerSettings.load({**environment, "SLACK_BOT_TOKEN": TOKEN})
    checks = SlackChecks(deployed, operators_secret(TOKEN, connect), time.time)
    assert dict(doctor.examine({"": checks.token, " ": checks.scopes}))[" "].state is State.GOOD
    assert manager.calls == ["ListSecretVersions", "AccessSecretVersion"]


def test_a_token_that_may_not_be_read(manager: SecretManager, connect: Connect) -> None:
    manager.refuses["AccessSecretVersion"] = grpc.StatusCode.PERMISSION_DENIED
    kept = ManagedSecret(TOKEN, connect)
    with pytest.raises(SecretUnavailableError):
        kept.values()
    found = dict(doctor.examine({"": SlackChecks(settings(), kept, time.time).token}))[""]
    is_bad(found, "SLACK_BOT_TOKEN cannot be read: secretmanager: PermissionDenied", "`operators`")


def test_no_such_address() -> None:
    def connect() -> SecretManagerServiceClient:
        channel = grpc.insecure_channel("127.0.0.1:9")
        return SecretManagerServiceClient(transport=SecretManagerServiceGrpcTransport(channel=channel))

    for finding in examined(connect):
        is_bad(finding, "secretmanager: ServiceUnavailable", "Try again in a minute")
