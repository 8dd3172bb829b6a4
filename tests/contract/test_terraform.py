"""What Terraform and the code must agree on, held against each other."""

from __future__ import annotations

import io
import json
import re
import runpy
import zipfile
from dataclasses import fields
from math import prod
from pathlib import Path

import pytest

from incident.engine.lease import DELIVERY_SECONDS, HEARTBEAT_SECONDS, LEASE_SECONDS, MARGIN_SECONDS
from incident.intake import function as intake
from incident.model.incident import Incident
from incident.operate import doctor, replay
from incident.runtime.audit import AuditLog
from incident.runtime.settings import OperatorSettings, SettingsError, WorkerSettings
from incident.services.google import SCOPES
from incident.store import firestore_calls
from incident.worker.dispatch import REFLECT_SECONDS
from incident.worker.function import RENEWED_BEFORE, THREADS
from incident.workflows.declare import DECLARE

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


def numbers() -> dict[str, float]:
    """The numbers among the locals of functions.tf, products worked out, by name."""
    found = re.findall(r"^  (\w+) += (\d[\d* ]*)", text("functions.tf"), re.MULTILINE)
    return {name: prod(float(factor) for factor in product.split("*")) for name, product in found}


def test_the_longest_delivery_is_reckoned_with_what_the_code_says() -> None:
    given = numbers()
    assert given["lease_wait_seconds"] == LEASE_SECONDS
    assert given["reflect_seconds"] == REFLECT_SECONDS
    assert given["store_seconds"] == 3 * firestore_calls.CALL_SECONDS
    assert given["delivery_seconds"] == DELIVERY_SECONDS
    assert given["last_call_seconds"] == LEASE_SECONDS - HEARTBEAT_SECONDS - MARGIN_SECONDS
    assert given["last_write_seconds"] == firestore_calls.CALL_SECONDS


def test_a_delivery_has_ended_before_the_function_is_stopped_and_that_before_it_is_delivered_again() -> None:
    given = numbers()
    parts = re.search(r"longest_delivery_seconds = sum\(\[(.*?)\]\)", text("functions.tf"), re.DOTALL)
    assert parts
    summed = set(re.findall(r"local\.(\w+)", parts[1]))
    assert summed == {name for name in given if name.endswith("_seconds")} - {
        "worker_timeout_seconds",
        "ack_deadline_seconds",
    }
    longest = sum(given[name] for name in summed - {"lease_wait_seconds", "reflect_seconds"})
    longest += max(given["lease_wait_seconds"], given["reflect_seconds"])
    assert longest < given["worker_timeout_seconds"] < given["ack_deadline_seconds"] <= 600


def test_every_message_of_an_instance_has_threads_for_the_steps_that_run_beside_one_another() -> None:
    done = {"channel", "meet"}  # while the report is still being copied, which takes longest
    beside = [step for step in DECLARE.steps if {*step.needs, *step.after} <= done and step.name not in done]
    assert len(beside) > 5
    assert numbers()["worker_concurrency"] * len(beside) <= THREADS


def test_a_message_that_cannot_be_put_on_record_is_published_anew_only_after_many_deliveries() -> None:
    least = re.search(r"var\.max_delivery_attempts >= (\d+)", body_of_variable("max_delivery_attempts"))
    assert least
    assert int(least[1]) >= 2 * RENEWED_BEFORE


def test_what_the_store_asks_for_is_indexed() -> None:
    code = "".join(path.read_text() for path in (ROOT / "incident" / "store").glob("firestore*.py"))
    asked_for = {
        field for found in re.findall(r'FieldFilter\("(\w+)"|order_by\("(\w+)"', code) for field in found
    }
    asked_for.discard("")
    unindexed = {value("google_firestore_field", name, "field") for name in ("run_expires", "run_steps")}
    parts = re.search(r"for_each = toset\(\[([^\]]+)\]\)", text("store.tf"))
    assert parts
    unindexed |= set(re.findall(r'"(\w+)"', parts[1]))
    assert asked_for >= {"due", "channel_id", "status", "declared_at", "subject", "state"}
    assert unindexed - {"expires", "steps"} <= {field.name for field in fields(Incident)}
    assert not asked_for & unindexed
    assert "google_firestore_index" not in every_file()


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
                "INCIDENT_COMMS_GROUP": "S0COMMS01",
                "INCIDENT_TIMELINE_EMOJI": "memo",
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
        "incident/model/naming.py",
        "incident/sandbox/world.py",
        "tests/conftest.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    package = runpy.run_path(str(TERRAFORM / "package.py"))
    first = package["build"](tmp_path)
    assert zipfile.ZipFile(first).namelist() == ["incident/model/naming.py", "main.py", "requirements.txt"]
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
    assert looked_for == {
        "incident.command.waiting",
        "incident.delivery.renewed",
        "incident.request.rejected",
        "incident.store.failed",
        "incident.tick.failed",
    }
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
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    headings = re.findall(r"^## (.+)$", runbook[runbook.index("# Alerts\n") :], re.MULTILINE)
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
        ("max_delivery_attempts", "100"),
        ("tick_schedule", r'"\* \* \* \* \*"'),
    ],
)
def test_what_is_not_said_is_safe(name: str, default: str) -> None:
    assert re.search(rf"^  default +(=) {default}$", body_of_variable(name), re.MULTILINE)
