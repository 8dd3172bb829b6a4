"""`incident audit`: the whole story of one incident, from the audit log alone."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from incident.model.facts import Fact
from incident.model.fold import fold, replay
from incident.model.incident import Incident
from incident.operate.log import TRACE, CloudLog, Line, Log, LogError, LogFile
from incident.runtime.settings import OperatorSettings, SettingsError

SANDBOX_LOG = Path(".sandbox/audit.jsonl")

_INCIDENT = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z2-7]{8}")
"""As `incident.model.naming.incident_id` makes them."""
_KEPT = frozenset({"stamps", "ends"})
"""Fields by which the fold keeps order; they say nothing that the others do not."""
_HEADINGS = ("time", "who", "what", "outcome", "took", "")
_FACTS = {"incident.fact.stated", "incident.fact.restated"}
_STATES = {"incident.declared", "incident.changed", "incident.restated"}
"""What versions of the bot wrote that kept no facts: each has fields of the incident."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.description = (
        "Prints what happened to an incident, in order, and what the log says has become of it. "
        f"Reads Cloud Logging or, where there is no project, {SANDBOX_LOG}."
    )
    parser.add_argument("incident", metavar="INCIDENT", help="its id, or its channel's name or id")
    parser.add_argument("--json", action="store_true", help="print the audit lines, one a line")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--project", help="of Google Cloud; GOOGLE_CLOUD_PROJECT if not given")
    where.add_argument("--view", help="a log view's full name: `terraform output audit_view`")
    where.add_argument("--file", type=Path, help="a file of audit lines, such as the sandbox's")


def run(arguments: argparse.Namespace) -> int:
    """Prints the story; 1 if there is none."""
    try:
        log = _log(arguments)
        incident = identify(log, arguments.incident)
        lines = story(log, incident) if incident else []
    except (LogError, SettingsError) as error:
        print(f"incident: {error}", file=sys.stderr)  # noqa: T201 - the command's output
        return 1
    if not lines:
        print(f"incident: the log knows no {arguments.incident}", file=sys.stderr)  # noqa: T201
        return 1
    if arguments.json:
        print(*(json.dumps(line) for line in lines), sep="\n")  # noqa: T201
    else:
        print(to_text(incident, lines))  # noqa: T201
    return 0


def identify(log: Log, name: str) -> str:
    """The id of the incident of this id, channel name or channel id; empty if there is none."""
    if _INCIDENT.fullmatch(name):
        return name
    channel = name.removeprefix("#")
    found = log.find([("changes.channel_id", channel), ("words.channel_name", channel)])
    return str(found[-1]["incident"]) if found else ""


def story(log: Log, incident: str) -> list[Line]:
    """Every line about an incident, oldest first.

    The Slack function does not know which incident a request will be about: its lines are those of the
    traces, and of the runs, that the worker's belong to.
    """
    own = log.find([("incident", incident)])
    joined = [(name, str(line[name])) for line in own for name in (TRACE, "run") if name in line]
    found = log.find([("incident", incident), *dict.fromkeys(joined)]) if own else []
    return [line for line in found if line.get("incident", incident) == incident]


def final_state(lines: Iterable[Line], incident: str) -> dict[str, Any]:
    """The fields of an incident as its lines, in any order, leave them; those of `Incident.to_dict`.

    They are what the facts make that the lines tell. Lines of before there were facts tell fields instead:
    the facts count from there.
    """
    fields: dict[str, Any] = {}
    facts: dict[str, Fact] = {}
    for line in lines:
        if line.get("incident") != incident:
            continue
        if line["event"] in _STATES:
            fields |= line.get("changes", {}) | line.get("words", {})
        elif line["event"] in _FACTS:
            facts[line["fact"]] = _fact(line)
    if not facts:
        return fields
    if not fields:
        snapshot = replay(facts.values())
    else:  # which took nothing back
        snapshot = Incident.from_dict(fields)
        for fact in facts.values():
            snapshot = fold(snapshot, fact)
    return snapshot.to_dict() if snapshot else {}


def _fact(line: Line) -> Fact:
    data = line.get("changes", {}) | line.get("words", {})
    return Fact(line["fact"], line["kind"], datetime.fromisoformat(line["at"]), line["by"], data)


def to_text(incident: str, lines: Sequence[Line]) -> str:
    """The story for a terminal, without a newline at the end; times are in UTC."""
    state = final_state(lines, incident)
    rows = [_HEADINGS, *(row for line in lines for row in _rows(line))]
    day = _time(lines[0]).date().isoformat()
    return "\n".join(
        [
            _printable(f"Incident {incident}: {state.get('title', '')}"),
            "",
            f"On {day}, by UTC:",
            *_table(rows),
            "",
            "What has become of it:",
            *_table([(name, _value(value)) for name, value in state.items() if name not in _KEPT]),
        ]
    )


def _rows(line: Line) -> Iterator[tuple[str, ...]]:
    """A line, and what it says has changed below it."""
    took = f"{line['duration_ms']} ms" if "duration_ms" in line else ""
    attempt = f" (delivery {line['attempt']})" if line.get("attempt", 0) > 1 else ""
    what = str(line["event"]).removeprefix("incident.").replace(".", " ")
    yield (
        _time(line).strftime("%H:%M:%S.%f")[:-3],
        str(line.get("actor", "")),
        what,
        f"{line.get('outcome', '')}{attempt}",
        took,
        str(line["step"] if line["event"] == "incident.step.completed" else line["message"]),
    )
    # what was declared or restated before there were facts is all of an incident, which stands at the end
    if line["event"] in {"incident.changed", "incident.fact.stated"}:
        for name, value in (line.get("changes", {}) | line.get("words", {})).items():
            yield ("", "", "", "", "", f"  {name}: {_value(value)}")


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return "" if value is None else str(value)


def _time(line: Line) -> datetime:
    return datetime.fromisoformat(line["time"]).astimezone(UTC)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell, but for the last."""
    printable = [[_printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*printable, strict=True)]
    for row in printable:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield ("  " + "  ".join(cells)).rstrip()


def _printable(text: str) -> str:
    """Nothing that would make a terminal do anything."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _log(arguments: argparse.Namespace) -> Log:
    settings = OperatorSettings.load()
    if arguments.file:
        return LogFile(arguments.file)
    if arguments.view:
        return CloudLog(arguments.view)
    if project := arguments.project or settings.project:
        return CloudLog(f"projects/{project}")
    if SANDBOX_LOG.exists():
        return LogFile(SANDBOX_LOG)
    raise LogError(f"there is no {SANDBOX_LOG}; for Cloud Logging, give --project or --view")
