"""`incident doctor`: whether everything is there that the bot depends on, and what to do where it is not."""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from incident.operate import advice
from incident.operate.cloud_checks import CloudChecks
from incident.operate.finding import Finding, FoundError, State, bad, good
from incident.operate.managed_secret import operators_secret
from incident.operate.secret_checks import SecretChecks
from incident.operate.slack_checks import SlackChecks
from incident.operate.workspace_checks import WorkspaceChecks
from incident.runtime.failures import StepError
from incident.runtime.settings import SettingsError, WorkerSettings

Checks = Mapping[str, Callable[[], Finding]]
"""What is looked at, by the name that is shown, in order."""

WORKER = "incident-worker"
"""The worker's service account, as terraform/iam.tf calls it."""

_SETTINGS = "`terraform output -raw environment` prints all of them for your shell."
_MARKS = {State.GOOD: "✓", State.DOUBTFUL: "!", State.BAD: "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.description = (
        "Checks everything that the bot depends on, with the worker's settings. Changes nothing, but opens "
        "one call that nobody sees. Exits with 0 only if nothing is wrong."
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument(
        "--account",
        help="e-mail address of the worker's service account, which you must be allowed to act as; "
        f"{WORKER}@PROJECT.iam.gserviceaccount.com if not given",
    )


def run(arguments: argparse.Namespace) -> int:
    """Checks and prints; the exit status."""
    for name in ("slack_sdk", "stamina"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is in a finding
    try:
        settings = WorkerSettings.load()
    except SettingsError as error:
        checks: Checks = {"Settings": partial(bad, str(error), _SETTINGS)}
    else:
        account = arguments.account or f"{WORKER}@{settings.project}.iam.gserviceaccount.com"
        checks = {
            "Settings": partial(good, f"complete, for the project {settings.project}"),
            **all_checks(settings, account),
        }
    width = max(map(len, checks))
    findings: dict[str, Finding] = {}
    for name, finding in examine(checks):
        findings[name] = finding
        if not arguments.json:
            _say(_line(name, finding, width))
    healthy = all(finding.state is not State.BAD for finding in findings.values())
    _say(_as_json(findings, healthy=healthy) if arguments.json else f"\n{_closing(findings)}")
    return 0 if healthy else 1


def examine(checks: Checks) -> Iterator[tuple[str, Finding]]:
    """Makes the checks one after the other; a service that fails is a finding too."""
    for name, check in checks.items():
        try:
            finding = check()
        except FoundError as error:
            finding = error.finding
        except StepError as error:
            finding = bad(str(error), advice.for_error(error))
        yield name, finding


def all_checks(settings: WorkerSettings, account: str, now: Callable[[], float] = time.time) -> Checks:
    """Every check there is.

    Args:
        settings: the worker's.
        account: e-mail address of its service account.
        now: this machine's clock, in seconds since the epoch.
    """
    slack = SlackChecks(settings, operators_secret(settings.slack_bot_token), now)
    secrets, cloud = SecretChecks(settings), CloudChecks(settings, account)
    workspace = WorkspaceChecks(settings, account)
    return {
        "Signing secret": secrets.signing_secret,
        "Bot token": secrets.bot_token,
        "Slack token": slack.token,
        "Slack scopes": slack.scopes,
        "Announcements": slack.channel,
        "On-call groups": slack.groups,
        "Comms group": slack.comms,
        "Clock": slack.clock,
        "Report template": workspace.template,
        "Incidents folder": workspace.folder,
        "Spreadsheet": workspace.spreadsheet,
        "Its tab": workspace.tab,
        "Google Meet": workspace.meet,
        "Topic": cloud.topic,
        "Own messages": cloud.own_messages,
        "Subscription": cloud.subscription,
        "Dead letters": cloud.dead_letters,
        "Store": cloud.store,
    }


def _line(name: str, finding: Finding, width: int) -> str:
    line = f"{_MARKS[finding.state]} {name:<{width}}  {finding.found}"
    return f"{line}\n  {'':{width}}  → {finding.advice}" if finding.advice else line


def _closing(findings: Mapping[str, Finding]) -> str:
    wrong = sum(finding.state is State.BAD for finding in findings.values())
    doubtful = sum(finding.state is State.DOUBTFUL for finding in findings.values())
    if not wrong and not doubtful:
        return "All is well."
    return f"{wrong} to mend, {doubtful} to look at."


def _as_json(findings: Mapping[str, Finding], *, healthy: bool) -> str:
    checks: list[dict[str, Any]] = [
        {"name": name, "state": finding.state, "found": finding.found, "advice": finding.advice}
        for name, finding in findings.items()
    ]
    return json.dumps({"ok": healthy, "checks": checks}, indent=2, ensure_ascii=False)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the command's output
