"""cloudbuild.yaml against Cloud Build's own schema, and its steps against what it promises about plans."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from incident.sandbox.google.errors import ApiError
from incident.sandbox.google.schema import Checker

ROOT = Path(__file__).parents[2]
BUILD: dict[str, Any] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in BUILD["steps"]}
BUILT_IN = {"BRANCH_NAME", "BUILD_ID", "COMMIT_SHA", "PROJECT_ID"}
TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def check(build: dict[str, Any]) -> None:
    bundled = files("googleapiclient") / "discovery_cache" / "documents" / "cloudbuild.v1.json"
    schemas = json.loads(bundled.read_text())["schemas"]
    Checker(schemas).check(build, {"$ref": "Build"}, "")


def test_it_is_a_build() -> None:
    check(BUILD)


@pytest.mark.parametrize(
    "wrong",
    [{"stages": []}, {"steps": [{"image": "python"}]}, {"options": {"logging": "CLOUD"}}, {"timeout": 60}],
)
def test_the_check_can_fail(wrong: dict[str, Any]) -> None:
    with pytest.raises(ApiError):
        check({**BUILD, **wrong})


def test_steps_wait_for_steps_before_them() -> None:
    before: set[str] = {"-"}
    for step in BUILD["steps"]:
        assert set(step["waitFor"]) <= before
        before.add(step["id"])


def test_nothing_is_planned_or_applied_before_everything_passed() -> None:
    waited, waiting = set(), ["terraform"]
    while waiting:
        step = waiting.pop()
        waited.add(step)
        waiting += [name for name in STEPS[step]["waitFor"] if name != "-"]
    assert waited >= {"install", "lint-and-types", "tests", "package", "terraform-tests"}


def test_substitutions_are_declared_and_documented() -> None:
    text = (ROOT / "cloudbuild.yaml").read_text()
    used = set(re.findall(r"\$\{?(_[A-Z_]+|[A-Z]{2,}_[A-Z]+)", text))
    assert used - BUILT_IN == set(BUILD["substitutions"])
    for name in BUILD["substitutions"]:
        assert re.search(rf"^#   {name} ", text, re.MULTILINE), f"{name} is not documented"


class Machine:
    """A checkout, and stand-ins for the commands that would leave this machine: each writes down its call."""

    def __init__(self, directory: Path) -> None:
        self.checkout = directory / "workspace"
        self.commands = directory / "bin"
        self.calls_file = directory / "calls"
        (self.checkout / "terraform").mkdir(parents=True)
        self.commands.mkdir()
        for name, answer in {
            "git": f"echo {TREE}",
            "gcloud": "",
            "terraform": "",
            "date": "echo 20261123T030000Z",
        }.items():
            self.command(name, answer)

    def command(self, name: str, answer: str) -> None:
        program = self.commands / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.calls_file}\n{answer}\n')
        program.chmod(0o755)

    def run(self, step: str, mode: str) -> int:
        """Runs a step's script as Cloud Build would; returns its exit status."""
        script = self.checkout.parent / "script"
        script.write_text(STEPS[step]["script"])
        substitutions = {"_MODE": mode, "_STATE_BUCKET": "states", "_PLAN_BUCKET": "plans"}
        return subprocess.run(
            [STEPS[step]["script"].splitlines()[0].removeprefix("#!"), str(script)],
            cwd=self.checkout / STEPS[step].get("dir", ""),
            env={"PATH": f"{self.commands}:/usr/bin:/bin", **substitutions},
            capture_output=True,
            check=False,
            timeout=10,
        ).returncode

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if not shutil.which("bash", path="/usr/bin:/bin"):
        pytest.skip("there is no bash")
    return Machine(tmp_path)


def deploy(machine: Machine, mode: str) -> list[int]:
    return [machine.run(step, mode) for step in ("reviewed-plan", "terraform", "keep-plan")]


def test_a_branch_is_planned_and_its_plan_kept(machine: Machine) -> None:
    assert deploy(machine, "plan") == [0, 0, 0]
    assert "terraform plan -input=false -lock=false -out=new.tfplan" in machine.calls
    assert machine.calls[-1] == (
        f"gcloud storage cp terraform/new.tfplan gs://plans/{TREE}/20261123T030000Z.tfplan"
    )
    assert not [call for call in machine.calls if call.startswith("terraform apply")]


def test_the_main_branch_applies_the_newest_plan_of_its_tree(machine: Machine) -> None:
    older, newer = (f"gs://plans/{TREE}/{time}.tfplan" for time in ("20261122T090000Z", "20261123T090000Z"))
    machine.command("gcloud", f'[ "$2" != ls ] || printf "%s\\n" {newer} {older}')
    assert deploy(machine, "apply") == [0, 0, 0]
    assert f"gcloud storage cp {newer} terraform/reviewed.tfplan" in machine.calls
    assert machine.calls[-1] == "terraform apply -input=false reviewed.tfplan"
    assert not [call for call in machine.calls if call.startswith("terraform plan")]


def test_the_main_branch_applies_nothing_that_was_not_reviewed(machine: Machine) -> None:
    machine.command("gcloud", "exit 1")  # what `gcloud storage ls` says of a pattern that nothing matches
    assert machine.run("reviewed-plan", "apply") == 1


def test_another_mode_is_refused(machine: Machine) -> None:
    assert machine.run("terraform", "aply") == 1
    assert machine.run("terraform", "") == 1
