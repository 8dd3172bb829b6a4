"""What Terraform and the code must agree on, held against each other."""

from __future__ import annotations

import re
import runpy
import zipfile
from pathlib import Path

import pytest

from incident.engine.engine import DELIVERY_SECONDS
from incident.services.google import CALL_SECONDS, SCOPES
from incident.settings import SettingsError, WorkerSettings

ROOT = Path(__file__).parents[2]
TERRAFORM = ROOT / "terraform"


def text(name: str) -> str:
    return (TERRAFORM / name).read_text()


def environment(name: str) -> set[str]:
    found = re.search(rf"{name}\s*=.*?\{{\n(.*?)\n  \}}", text("functions.tf"), re.DOTALL)
    assert found, name
    return set(re.findall(r"^    ([A-Z_]+)\s*=", found[1], re.MULTILINE))


def test_a_delivery_has_ended_before_the_function_is_stopped_and_that_before_it_is_delivered_again() -> None:
    functions = text("functions.tf")
    delivery = re.search(r"delivery_seconds\s*=\s*(\d+) \+ (\d+)", functions)
    assert delivery
    assert [float(part) for part in delivery.groups()] == [DELIVERY_SECONDS, CALL_SECONDS]
    timeout, deadline = (
        float(re.search(rf"{name}\s*=\s*(\d+)", functions)[1])  # type: ignore[index]  # None fails, too
        for name in ("worker_timeout_seconds", "ack_deadline_seconds")
    )
    assert DELIVERY_SECONDS + CALL_SECONDS < timeout < deadline


def test_the_delegation_grants_the_scopes_that_the_code_asks_for() -> None:
    granted = set(re.findall(r'"(https://www\.googleapis\.com/auth/[a-z.]+)"', text("outputs.tf")))
    assert granted == set(SCOPES)


def test_the_functions_are_given_settings_that_the_code_reads_and_all_that_it_requires() -> None:
    given = environment("webhook_environment") | environment("worker_environment")
    settings = (ROOT / "incident" / "settings.py").read_text()
    assert all(f'"{name}"' in settings for name in given)
    try:
        WorkerSettings.load(
            dict.fromkeys(given, "firestore")
            | {
                "INCIDENT_LOCALE": "en",
                "INCIDENT_TIMEZONE": "UTC",
                "GOOGLE_SUBJECT": "bot@example.org",
                "INCIDENT_MAX_DELIVERY_ATTEMPTS": "100",
            }
        )
    except SettingsError as error:
        pytest.fail(f"terraform/functions.tf: {error}")


def test_the_archive_holds_what_is_deployed_and_nothing_else(tmp_path: Path) -> None:
    for name in (
        "main.py",
        "requirements.txt",
        "incident/model.py",
        "incident/sandbox/world.py",
        "tests/x.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    package = runpy.run_path(str(TERRAFORM / "package.py"))
    first = package["build"](tmp_path)
    assert zipfile.ZipFile(first).namelist() == ["incident/model.py", "main.py", "requirements.txt"]
    assert package["build"](tmp_path) == first
    (tmp_path / "main.py").write_text("changed")
    assert package["build"](tmp_path) != first
    assert not first.exists()
