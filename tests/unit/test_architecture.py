"""The arrows of the design: who may import whom, and who may read the environment."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import incident

PACKAGE = Path(incident.__file__).parent
ROOT = PACKAGE.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
DEPLOYED = sorted(name for name in MODULES if not name.startswith("incident.sandbox"))
PURE = ("model", "commands", "runtime.clock", "runtime.failures", "runtime.deadline", "runtime.instance")
ARROWS = {
    "model": (),
    "commands": ("model",),
    "runtime": ("model",),
    "engine": ("model", "runtime"),
    "messages": ("commands", "model", "runtime"),
    "services": ("messages", "model", "runtime"),
    "store": ("engine", "model", "runtime"),
    "surfaces": ("commands", "messages", "model", "runtime", "services", "store"),
    "workflows": ("commands", "engine", "messages", "model", "runtime", "services", "surfaces"),
    "intake": ("commands", "messages", "model", "runtime"),
    "worker": (
        "commands", "engine", "messages", "model", "runtime", "services", "store", "surfaces", "workflows",
    ),
    "operate": ("commands", "messages", "model", "runtime", "services", "store", "surfaces"),
    "cli": ("operate", "sandbox"),
}  # fmt: skip
"""Whom the modules of each package may import, besides their own package."""
GOOGLE_CLIENTS = ("googleapiclient", "google.cloud.firestore", "google.cloud.firestore_v1", "httplib2")


def imported(module: str) -> Iterator[str]:
    """Everything a module imports, wherever in it, but for type checkers."""
    tree = ast.parse(MODULES[module].read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("module", [m for m in DEPLOYED if under(m, *(f"incident.{name}" for name in PURE))])
def test_what_is_pure_imports_the_standard_library_and_the_romaniser_alone(module: str) -> None:
    allowed = {f"incident.{name}" for name in PURE}
    for name in imported(module):
        top = name.partition(".")[0]
        assert top in sys.stdlib_module_names or under(name, *allowed, "anyascii"), f"{module} imports {name}"
    assert module == "incident.model.naming" or not any(under(name, "anyascii") for name in imported(module))


@pytest.mark.parametrize("module", DEPLOYED)
def test_the_sandbox_is_imported_by_the_command_alone(module: str) -> None:
    assert module == "incident.cli" or not any(under(name, "incident.sandbox") for name in imported(module))


@pytest.mark.parametrize("module", [m for m in DEPLOYED if under(m, "incident.engine")])
def test_the_engine_knows_no_service(module: str) -> None:
    for name in imported(module):
        top = name.partition(".")[0]
        assert top in sys.stdlib_module_names or top == "incident", f"{module} imports {name}"


def package_of(module: str) -> str:
    """The name below `incident`; empty for `incident` itself."""
    return module.partition(".")[2].partition(".")[0]


@pytest.mark.parametrize("module", DEPLOYED)
def test_arrows_point_down(module: str) -> None:
    package = package_of(module)
    if not package:
        assert not [name for name in imported(module) if under(name, "incident")]
        return
    reached = {package_of(name) for name in imported(module) if under(name, "incident")}
    assert reached - {""} <= {package, *ARROWS[package]}


def test_no_arrow_leads_back() -> None:
    """Each package can be understood, and loaded, with those below it alone."""
    below = {package: set(reached) for package, reached in ARROWS.items()}
    while below:
        lowest = {package for package, reached in below.items() if not reached & below.keys()}
        assert lowest, below
        below = {package: reached for package, reached in below.items() if package not in lowest}
    assert {package_of(module) for module in DEPLOYED} - {""} == ARROWS.keys()


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("incident.intake", GOOGLE_CLIENTS),
        ("incident.messages", ("googleapiclient", "google", "flask", "requests")),
        ("incident.store", ("slack_sdk", "googleapiclient", "flask", "requests")),
        ("incident.surfaces", ("slack_sdk", "googleapiclient", "google", "flask", "requests")),
        ("incident.workflows", ("slack_sdk", "googleapiclient", "google", "flask", "requests")),
        ("incident.worker", ("slack_sdk", "googleapiclient", "google", "requests")),
    ],
)
def test_the_clients_of_services_are_used_where_they_belong(package: str, forbidden: tuple[str, ...]) -> None:
    modules = [module for module in DEPLOYED if under(module, package)]
    assert modules
    for module in modules:
        assert not [name for name in imported(module) if under(name, *forbidden)], module


@pytest.mark.parametrize("module", DEPLOYED)
def test_the_environment_is_read_by_the_settings_alone(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text())
    read = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"}
    brought = names & ({*imported(module)} | read)
    assert not brought or module == "incident.runtime.settings"


STARTS = """
import sys
import functions_framework
app = functions_framework.create_app(target="slack", source="main.py")
answer = app.test_client().post("/", data=b"x")
assert answer.status_code == 401, answer.status_code
print(*sorted(sys.modules), sep="\\n")
"""


def test_the_slack_function_starts_and_answers_without_anything_of_the_workers() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", STARTS],
        cwd=ROOT,
        env={
            "GOOGLE_CLOUD_PROJECT": "project",
            "SLACK_SIGNING_SECRET": "s",
            "SLACK_BOT_TOKEN": "t",
            "PUBSUB_EMULATOR_HOST": "127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.splitlines()
    assert "incident.intake.function" in loaded
    forbidden = (
        "incident.worker", "incident.workflows", "incident.surfaces", "incident.services", "incident.store",
        "incident.engine", "incident.operate", "incident.sandbox",
        "google.cloud.secretmanager", "google.cloud.secretmanager_v1", "stamina",
        "anyascii", *GOOGLE_CLIENTS,
    )  # fmt: skip
    assert not [name for name in loaded if under(name, *forbidden)]


@pytest.mark.parametrize(
    ("target", "missing"), [("slack", "SLACK_SIGNING_SECRET"), ("worker", "INCIDENT_TEMPLATE_ID")]
)
def test_a_missing_setting_ends_the_start_with_one_line(target: str, missing: str) -> None:
    environment = {
        "GOOGLE_CLOUD_PROJECT": "project",
        "SLACK_SIGNING_SECRET": "s",
        "SLACK_BOT_TOKEN": "t",
        "INCIDENT_FOLDER_ID": "f",
        "INCIDENT_SPREADSHEET_ID": "s",
    }
    environment.pop(missing, None)
    start = f"import functions_framework; functions_framework.create_app(target={target!r}, source='main.py')"
    ended = subprocess.run(
        [sys.executable, "-c", start],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [f"incident: {missing} is not set; README lists the settings"]
