"""What the guide and the runbook tell people to type and to look for, against what there is."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from incident.cli import COMMANDS, main
from incident.services.google import SCOPES
from incident.services.slack_methods import PURPOSES

ROOT = Path(__file__).parents[2]
DEPLOY, RUNBOOK, README = (
    (ROOT / name).read_text() for name in ("docs/deploy.md", "docs/runbook.md", "README.md")
)
DOCS = f"{DEPLOY}\n{RUNBOOK}\n{README}"
CODE = {path: path.read_text() for path in (ROOT / "incident").rglob("*.py")}
OUTPUTS = set(re.findall(r'^output "(\w+)"', (ROOT / "terraform" / "outputs.tf").read_text(), re.MULTILINE))
IN_YOUR_HANDS = {"terraform.tfvars", "client.json", "incident.env"}
"""Files that the guide has people make."""


def commands() -> list[str]:
    """Every `incident ...` that is shown: lines of a block, and what stands between backticks."""
    shown = re.findall(r"^ {4,}(?:\.venv/bin/)?(incident .+?)(?: {2,}#.*)?$", DOCS, re.MULTILINE)
    shown += re.findall(r"`(?:\.venv/bin/)?(incident [a-z][^`]*)`", DOCS)
    return sorted({command for command in shown if "…" not in command})


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table that begins with this heading, without their backticks."""
    table = text[text.index(heading) :].splitlines()[2:]
    body = table[: next(number for number, line in enumerate(table) if not line.startswith("|"))]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in body]


def test_commands_are_found() -> None:
    names = {command.split()[1] for command in commands()}
    assert names == COMMANDS.keys()


@pytest.mark.parametrize("command", commands())
def test_commands_can_be_typed(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, name, *arguments = shlex.split(re.sub(r"\$\(.*?\)", "https://slack.example.org", command))
    monkeypatch.setattr(import_module(COMMANDS[name][0]), "run", lambda _: 0)
    if name == "bootstrap" and not arguments:  # the command is meant, not how it is typed
        return
    assert main([name, *arguments]) == 0


def test_outputs_that_are_named_are_there() -> None:
    pattern = r"terraform (?:-chdir=terraform )?output (?:-raw )?\"?\s*\"?([a-z_]+)"
    named = {name for text in (DOCS, *CODE.values()) for name in re.findall(pattern, text)}
    assert named >= {"slack_url", "environment", "domain_wide_delegation", "audit_view", "add_secrets"}
    assert named <= OUTPUTS


def test_files_that_are_named_are_there() -> None:
    pattern = (
        r"(?<![\w./:@$-])((?:[\w-]+/)*[\w.-]+\.(?:py|md|tf|yaml|json|env|tfvars|example))(?![\w/.-]*://)\b"
    )
    named = set(re.findall(pattern, DEPLOY + RUNBOOK))
    places = (ROOT, ROOT / "docs", ROOT / "terraform")
    missing = {name for name in named if not any((place / name).exists() for place in places)}
    assert {Path(name).name for name in missing} <= IN_YOUR_HANDS
    assert named >= {"terraform/package.py", "cloudbuild.yaml", "runbook.md"}


def test_variables_that_are_named_are_there() -> None:
    variables = (ROOT / "terraform" / "variables.tf").read_text()
    known = set(re.findall(r'^variable "(\w+)"', variables, re.MULTILINE))
    set_in_words = set(re.findall(r"`([a-z_]+) = [^`]+`", DOCS)) | set(re.findall(r"-var=([a-z_]+)", DOCS))
    assert set_in_words <= known
    assert set_in_words >= {"audit_locked", "webhook_min_instances", "delete_protection"}


def test_scopes_of_slack_are_explained_as_the_code_has_them() -> None:
    assert rows(DEPLOY, "| scope | so that the bot can |") == [list(row) for row in PURPOSES.items()]


def test_scopes_of_google_are_those_that_the_code_asks_for() -> None:
    explained = [scope for scope, _ in rows(DEPLOY, "| scope | what for |")]
    assert explained == [scope.rpartition("/")[2] for scope in SCOPES]


def test_every_line_that_wakes_somebody_is_in_the_runbook() -> None:
    alerting = {
        event
        for text in CODE.values()
        for event in re.findall(r'audit\.error\(\s*"(incident\.[a-z.]+)"', text)
    }
    unexpected = "incident.step.failed"
    assert alerting >= {unexpected, "incident.command.failed", "incident.interaction.lost"}
    assert alerting == {
        event for row in rows_of_events() for event in re.findall(r"incident\.[a-z]+\.[a-z]+", row)
    }


def rows_of_events() -> list[str]:
    return [
        row[0] for part in RUNBOOK.split("| event |")[1:] for row in rows(f"| event |{part}", "| event |")
    ]


def test_events_that_are_named_are_written() -> None:
    named = set(re.findall(r"\bincident\.[a-z]+\.[a-z]+\b", DEPLOY + RUNBOOK))
    assert named <= {event for text in CODE.values() for event in re.findall(r'"(incident\.[a-z.]+)"', text)}
