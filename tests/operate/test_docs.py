"""What the guide and the runbook tell people to type and to look for, against what there is."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from incident.cli import COMMANDS, main
from incident.commands.registry import typed
from incident.commands.spec import Scope
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


def layout() -> list[str]:
    """Every path that README's layout names, a folder with a slash at its end."""
    block = README[README.index("## Layout") :].split("```")[1]
    folders: list[str] = []
    named = []
    for line in block.strip().splitlines():
        path = re.match(r"( *)(\S+)", line)
        assert path, line
        depth = len(path[1]) // 2
        folders[depth:] = [path[2]]
        named.append("".join(folders))
    return named


def test_the_layout_names_what_there_is() -> None:
    tracked = {path for path in layout() if (ROOT / path).exists()}
    assert tracked == set(layout())
    assert all((ROOT / path).is_dir() == path.endswith("/") for path in layout())
    described = re.findall(r"[\w-]+\.(?:md|txt)\b", README[README.index("## Layout") :].split("```")[1])
    assert all((ROOT / name).exists() or (ROOT / "docs" / name).exists() for name in described)


@pytest.mark.parametrize("folder", ["incident", "tests"])
def test_the_layout_names_every_package(folder: str) -> None:
    packages = {f"{folder}/{path.parent.name}/" for path in (ROOT / folder).glob("*/__init__.py")}
    assert len(packages) > 10
    assert packages == {path for path in layout() if path.endswith("/") and path.startswith(f"{folder}/")} - {
        f"{folder}/"
    }


def test_the_first_screen_of_the_readme_shows_the_two_commands() -> None:
    first = README.splitlines()[:20]
    assert any(line.startswith("make sandbox ") for line in first)
    assert any(line.startswith("make test ") for line in first)


FOLDERS = ("", "docs", "terraform", "terraform/tests", "tests", "incident")
"""Where a file that a text names is looked for, besides beside the text itself."""


@pytest.mark.parametrize("kind", ["py", "tf", "hcl", "md", "yaml"])
def test_no_text_refers_to_a_document_that_is_not_here(kind: str) -> None:
    """Documents, Terraform and tests; a module by its whole path."""
    texts = [
        path
        for folder in ("incident", "tests", "terraform", "docs", ".ci")
        for path in (ROOT / folder).rglob(f"*.{kind}")
        if not {".terraform", "__pycache__"} & set(path.parts)
    ]
    texts += ROOT.glob(f"*.{kind}")
    assert texts
    pattern = (
        r"(?<![\w./:@$*\\{}-])((?:[\w-]+/)*[\w-]+\.(?:md|tf|tftest\.hcl)|(?:incident|tests)/[\w/]+\.py)\b"
    )
    missing = {
        (str(path.relative_to(ROOT)), name)
        for path in texts
        for name in re.findall(pattern, path.read_text())
        if not any((ROOT / place / name).exists() for place in (*FOLDERS, path.parent))
    }
    assert missing == set()


def rows_of_events() -> list[str]:
    return [
        row[0] for part in RUNBOOK.split("| event |")[1:] for row in rows(f"| event |{part}", "| event |")
    ]


def test_events_that_are_named_are_written() -> None:
    named = set(re.findall(r"\bincident\.[a-z]+\.[a-z]+\b", DEPLOY + RUNBOOK))
    assert named <= {event for text in CODE.values() for event in re.findall(r'"(incident\.[a-z.]+)"', text)}


def test_what_people_can_type_is_explained_as_the_commands_have_it() -> None:
    """The table that the registry makes; its first two rows and its last are about no verb."""
    where = {Scope.ANYWHERE: "anywhere", Scope.IN_INCIDENT: "in an incident's channel"}
    expected = []
    for scope, place in where.items():
        for spec in typed():
            if spec.scope is scope:
                text = spec.text["en"]
                usage = f" {{{text.usage}}}" if text.usage else ""
                expected.append([place, f"/incident {text.verbs[0]}{usage}", text.help])
    explained = rows(README, "| where | what | does |")
    assert [row[:2] for row in explained[:2]] == [
        ["anywhere", "/incident {what went wrong}"],
        ["anywhere", "/incident"],
    ]
    assert explained[-1][:2] == ["in an incident's channel", "/incident {anything else}"]
    assert explained[2:-1] == expected
