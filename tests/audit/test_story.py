"""The story of an incident out of Cloud Logging, of which a strict stand-in knows what is asked of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from incident.cli import main
from incident.model.incident import Incident
from incident.operate import story as story_module
from incident.operate.log import TRACE, CloudLog, LogError, LogFile
from incident.operate.story import final_state, identify, story, to_text
from incident.runtime.audit import AuditLog, state
from incident.sandbox.serve import Server
from tests.audit.test_store import CREATED, INCIDENT

REQUEST = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PAGE = 2
SEVERITY = {"fact": "s", "kind": "severity_set", "at": "2026-11-23T03:20:00+00:00", "by": "U0BOB"}
_TERM = re.compile(r'(trace|jsonPayload(?:\.\w+)+)=("(?:[^"\\]|\\.)*")')
_FILTER = re.compile(rf'labels\.audit="true" AND \(((?:{_TERM.pattern}(?: OR |(?=\))))+)\)')


def written() -> str:
    """Two incidents' lines and a stranger's, as the functions write them."""
    stream = io.StringIO()
    log = AuditLog("project", stream)
    intake = log.bind(traceparent=REQUEST, actor="U0ALICE", run="run")
    intake.info("incident.interaction.accepted", "accepted a command", outcome="accepted", duration_ms=12)
    log.bind(traceparent=OTHER).warning("incident.request.rejected", "too large", outcome="rejected")
    worker = intake.bind(attempt=2)
    worker.info(
        "incident.declared", "declared", incident=INCIDENT.id, outcome="done", **state(INCIDENT.to_dict())
    )
    worker.info("incident.step.completed", "x", incident=INCIDENT.id, step="channel", outcome="done")
    worker.info("incident.changed", "has", incident=INCIDENT.id, outcome="done", **state(CREATED))
    severity = {"event": "incident.fact.stated", "message": "severity_set", "incident": INCIDENT.id}
    worker.info(**severity, outcome="done", **SEVERITY, changes={"severity": "sev2"})
    worker.info("incident.changed", "has", incident="2026-11-23-otherone", outcome="done", **state(CREATED))
    worker.warning(
        "incident.step.failed", "meet: \x1b[2J", incident=INCIDENT.id, step="meet", outcome="transient"
    )
    return stream.getvalue()


class Logging:
    """`entries.list` as https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list has it."""

    def __init__(self, lines: str) -> None:
        self.entries = [_entry(number, json.loads(line)) for number, line in enumerate(lines.splitlines())]
        self.refuse = 0
        document = resources.files("googleapiclient") / "discovery_cache/documents/logging.v2.json"
        self._fields = json.loads(document.read_text())["schemas"]["ListLogEntriesRequest"]["properties"]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if self.refuse:
            return Response('{"error": {"message": "no"}}', status=self.refuse)
        assert (request.method, request.path) == ("POST", "/v2/entries:list")
        body = request.get_json()
        assert set(body) <= set(self._fields)
        assert body["resourceNames"] == ["projects/p"]
        assert body["orderBy"] == "timestamp asc"
        assert len(body["filter"]) <= 20_000
        found = [entry for entry in self.entries if _matches(entry, body["filter"])]
        first = int(body.get("pageToken", "0"))
        answer: dict[str, Any] = {"entries": found[first : first + PAGE]} if found else {}
        if first + PAGE < len(found):
            answer["nextPageToken"] = str(first + PAGE)
        return Response(json.dumps(answer), content_type="application/json")


def _entry(number: int, line: dict[str, Any]) -> dict[str, Any]:
    """What Cloud Run's agent makes of a line."""
    entry = {
        "insertId": str(number),
        "timestamp": line.pop("time").replace("+00:00", "123Z"),
        "severity": line.pop("severity"),
        "labels": {**line.pop("logging.googleapis.com/labels"), "instanceId": "1"},
    }
    if TRACE in line:
        entry["trace"] = line.pop(TRACE)
    return entry | {"jsonPayload": line}


def _matches(entry: dict[str, Any], text: str) -> bool:
    terms = _FILTER.fullmatch(text)
    assert terms, text
    wanted = [(term[1], json.loads(term[2])) for term in _TERM.finditer(terms[1])]
    return any(_at(entry, path) == value for path, value in wanted)


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


@pytest.fixture
def logging() -> Iterator[tuple[Logging, CloudLog]]:
    api = Logging(written())
    server = Server(api)
    yield api, CloudLog("projects/p", root=server.url + "/")
    server.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    path.write_text(written() + '{"event": "still being wr')
    return path


def test_cloud_logging_and_the_file_tell_the_same(logging: tuple[Logging, CloudLog], file: Path) -> None:
    api, cloud = logging
    api.entries += api.entries  # as where two buckets keep them
    told = [line["event"] for line in story(cloud, INCIDENT.id)]
    assert told == [
        "incident.interaction.accepted",
        "incident.declared",
        "incident.step.completed",
        "incident.changed",
        "incident.fact.stated",
        "incident.step.failed",
    ]
    assert told == [line["event"] for line in story(LogFile(file), INCIDENT.id)]
    final = final_state(story(cloud, INCIDENT.id), INCIDENT.id)
    expected = {**INCIDENT.to_dict(), **CREATED, "severity": "sev2", "version": 2}
    assert {**Incident.from_dict(final).to_dict(), "stamps": {}} == {**expected, "stamps": {}}


@pytest.mark.parametrize("name", ["C1", CREATED["channel_name"], "#" + CREATED["channel_name"]])
def test_a_channel_names_its_incident(name: str, logging: tuple[Logging, CloudLog]) -> None:
    api, cloud = logging
    api.entries = [entry for entry in api.entries if entry["jsonPayload"].get("incident") == INCIDENT.id]
    assert identify(cloud, name) == INCIDENT.id
    assert identify(cloud, f'{name}" OR labels.audit="true') == ""


def test_more_is_asked_for_than_one_filter_can_hold(logging: tuple[Logging, CloudLog]) -> None:
    _, cloud = logging
    conditions = [(TRACE, f"projects/project/traces/{number:032x}") for number in range(450)]
    assert len(cloud.find([*conditions, ("incident", INCIDENT.id)])) == 5


@pytest.mark.parametrize(("status", "advice"), [(403, "logging.viewer"), (404, "logging.viewer")])
def test_a_refusal_says_what_to_do(status: int, advice: str, logging: tuple[Logging, CloudLog]) -> None:
    api, cloud = logging
    api.refuse = status
    with pytest.raises(LogError, match=advice):
        story(cloud, INCIDENT.id)


def test_the_text_is_a_table_that_no_terminal_obeys(file: Path) -> None:
    text = to_text(INCIDENT.id, story(LogFile(file), INCIDENT.id))
    lines = text.splitlines()
    assert lines[0] == f"Incident {INCIDENT.id}: what a person typed"
    assert lines[3].split() == ["time", "who", "what", "outcome", "took"]
    assert re.fullmatch(
        r"  \d\d:\d\d:\d\d\.\d{3}  U0ALICE  interaction accepted +accepted +12 ms  accepted a command",
        lines[4],
    )
    assert "transient (delivery 2)" in text
    assert "\x1b" not in text
    table = [line.split(maxsplit=1) for line in lines]
    assert ["channel_id", "C1"] in table
    assert ["severity", "sev2"] in table
    assert lines[-1].startswith("  ")
    assert "stamps" not in text
    assert ["roles", "incident_commander U0ALICE, operations_lead U0ALICE"] in table


def test_the_command(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    assert main(["audit", "C1", "--file", str(file)]) == 0
    capsys.readouterr()
    assert main(["audit", INCIDENT.id, "--file", str(file), "--json"]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == story(LogFile(file), INCIDENT.id)
    assert main(["audit", "#general", "--file", str(file)]) == 1
    assert capsys.readouterr().err == "incident: the log knows no #general\n"
    monkeypatch.chdir(tmp_path)
    assert main(["audit", INCIDENT.id]) == 1
    assert "give --project or --view" in capsys.readouterr().err
    monkeypatch.setattr(story_module, "SANDBOX_LOG", file)
    assert main(["audit", INCIDENT.id]) == 0
