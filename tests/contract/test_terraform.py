"""What Terraform and the code must agree on, held against each other."""

from __future__ import annotations

import io
import json
import re
import runpy
import zipfile
from pathlib import Path

import pytest

from incident.engine.engine import DELIVERY_SECONDS
from incident.intake import function as intake
from incident.operate import doctor, replay
from incident.runtime.audit import AuditLog
from incident.runtime.settings import OperatorSettings, SettingsError, WorkerSettings
from incident.services.google import CALL_SECONDS, SCOPES

ROOT = Path(__file__).parents[2]
TERRAFORM = ROOT / "terraform"


def text(name: str) -> str:
    return (TERRAFORM / name).read_text()


def environment(name: str) -> set[str]:
    found = re.search(rf"{name}\s*=.*?\{{\n(.*?)\n  \}}", text("functions.tf"), re.DOTALL)
    assert found, name
    return set(re.findall(r"^    ([A-Z_]+)\s*=", found[1], re.MULTILINE))


def every_file() -> str:
    return "\n".join(path.read_text() for path in sorted(TERRAFORM.glob("*.tf")))


def body(kind: str, name: str) -> str:
    """What stands in a block, such as `resource` of that kind and name."""
    found = re.search(rf'^\w+ "{kind}" "{name}" \{{\n(.*?)^\}}', every_file(), re.DOTALL | re.MULTILINE)
    assert found, f"{kind}.{name}"
    return found[1]


def variables(text: str) -> set[str]:
    return set(re.findall(r"^(\w+) *= ", text, re.MULTILINE))


def value(kind: str, name: str, field: str) -> str:
    found = re.search(rf'^  {field} *= "([^"]*)"', body(kind, name), re.MULTILINE)
    assert found, field
    return found[1]


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
    settings = (ROOT / "incident" / "runtime" / "settings.py").read_text()
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


def test_what_the_command_takes_for_granted_is_what_things_are_called() -> None:
    assert value("google_pubsub_subscription", "dead_letters", "name") == replay.SUBSCRIPTION
    assert value("google_service_account", "worker", "account_id") == doctor.WORKER
    assert value("google_pubsub_topic", "interactions", "name") == OperatorSettings.load({}).topic


def test_events_that_are_looked_for_are_written() -> None:
    looked_for = set(re.findall(r'jsonPayload\.event=\\"([^"\\]+)', every_file()))
    code = "\n".join(path.read_text() for path in (ROOT / "incident").rglob("*.py"))
    assert "incident.request.rejected" in looked_for
    assert all(f'"{event}"' in code for event in looked_for)


def test_a_request_that_is_not_signed_is_counted_and_no_other_that_is_refused() -> None:
    written = io.StringIO()
    audit = AuditLog("project", written)
    intake._reject(audit, 401, "not signed by Slack")
    intake._reject(audit, 413, "too large")
    wanted = dict(
        re.findall(r'jsonPayload\.(\w+)=(?:\\")?([\w.]+)', body("google_logging_metric", "rejected"))
    )
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [all(str(line.get(name)) == want for name, want in wanted.items()) for line in lines] == [
        True,
        False,
    ]
    assert {line["logging.googleapis.com/labels"]["audit"] for line in lines} == {"true"}
    assert 'labels.audit=\\"true\\"' in text("audit.tf")


def test_every_alert_has_its_part_of_the_runbook() -> None:
    alerts = re.findall(r"^    (\w+) = \{\n      title ", text("alerts.tf"), re.MULTILINE)
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sorted(alert.replace("_", "-") for alert in alerts) == sorted(headings)


def test_the_example_sets_variables_that_there_are_and_all_that_it_must() -> None:
    known = set(re.findall(r'^variable "(\w+)"', text("variables.tf"), re.MULTILINE))
    given = variables(text("terraform.tfvars.example"))
    assert given <= known
    assert given >= {name for name in known if " default " not in body_of_variable(name)}
    assert {"alert_emails", "operators"} <= given


def body_of_variable(name: str) -> str:
    found = re.search(rf'^variable "{name}" \{{\n(.*?)^\}}', text("variables.tf"), re.DOTALL | re.MULTILINE)
    assert found, name
    return found[1]


def test_the_tests_leave_no_variable_to_whoever_runs_them() -> None:
    known = set(re.findall(r'^variable "(\w+)"', text("variables.tf"), re.MULTILINE))
    assert variables(text("tests/terraform.tfvars")) == known


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("delete_protection", "true"),
        ("point_in_time_recovery", "true"),
        ("audit_locked", "false"),
        ("audit_retention_days", "400"),
        ("auditors", r"\[\]"),
        ("operators", r"\[\]"),
        ("webhook_min_instances", "1"),
    ],
)
def test_what_is_not_said_is_safe(name: str, default: str) -> None:
    assert re.search(rf"^  default +(=) {default}$", body_of_variable(name), re.MULTILINE)
