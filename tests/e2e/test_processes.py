"""The functions' processes: real functions-framework, a tiny main.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from incident.sandbox.processes import FunctionError, Processes, free_port

MAIN = """
import json, os, sys, time

def slack(request):
    print(json.dumps({"event": "incident.test", "word": request.args.get("word", "")}))
    print('{"no": "audit"}', file=sys.stderr)
    time.sleep(float(request.args.get("sleep", 0)))
    return f"{os.getpid()} {os.getppid()}"

def worker(request):
    return dict(os.environ)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(*pids: int) -> bool:
    deadline = time.monotonic() + 3
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(alive, pids))


class Functions:
    def __init__(self, root: Path) -> None:
        self.ports = {"slack": free_port(), "worker": free_port()}
        self.audit = root / "audit.jsonl"
        self.lines: list[tuple[str, str]] = []
        self.processes = Processes(
            self.ports,
            {"INCIDENT_TEST": "1"},
            audit=self.audit,
            tell=lambda name, line: self.lines.append((name, line)),
            root=root,
        )

    def get(self, name: str, **query: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.ports[name]}/", params=query, timeout=5)

    def pids(self) -> tuple[int, int]:
        """The worker process and its parent, the server."""
        worker, server = map(int, self.get("slack").text.split())
        return worker, server


@contextmanager
def running(root: Path, main: str = MAIN) -> Iterator[Functions]:
    (root / "main.py").write_text(main)
    functions = Functions(root)
    functions.processes.start()
    try:
        yield functions
    finally:
        functions.processes.close()


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HTTPS_PROXY", "http://proxy.example")
        patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/key.json")
        with running(tmp_path_factory.mktemp("functions")) as functions:
            yield functions


def test_runs_both_with_the_environment_given_and_nothing_of_the_person_s(functions: Functions) -> None:
    environment = functions.get("worker").json()
    assert environment["INCIDENT_TEST"] == "1"
    assert "HTTPS_PROXY" not in environment
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in environment


def test_keeps_audit_lines_and_tells_all_lines(functions: Functions) -> None:
    assert functions.get("slack", word="hello").ok
    deadline = time.monotonic() + 3
    while ("slack", '{"no": "audit"}') not in functions.lines and time.monotonic() < deadline:
        time.sleep(0.02)
    line = '{"event": "incident.test", "word": "hello"}'
    assert ("slack", line) in functions.lines
    assert ("slack", '{"no": "audit"}') in functions.lines
    log = functions.audit.read_text().splitlines()
    assert line in log
    assert '{"no": "audit"}' not in log


def test_serves_several_requests_at_once(functions: Functions) -> None:
    started = time.monotonic()
    threads = [
        threading.Thread(target=functions.get, args=("slack",), kwargs={"sleep": "0.5"}) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 2


def test_a_killed_function_is_gone_at_once_with_its_worker_and_comes_back(functions: Functions) -> None:
    before = functions.pids()
    assert before[1] == functions.processes.pid("slack")
    functions.processes.kill("slack")
    assert gone(*before)
    functions.processes.wait_until_ready("slack")
    after = functions.pids()
    assert not set(before) & set(after)
    assert ("slack", "slack ended (signal SIGKILL); starting it again") in functions.lines


def test_a_restart_answers_the_requests_under_way(functions: Functions) -> None:
    before = functions.pids()
    answers: list[requests.Response] = []
    request = threading.Thread(
        target=lambda: answers.append(functions.get("slack", sleep="0.5", word="slow"))
    )
    request.start()
    while "slow" not in functions.audit.read_text():
        time.sleep(0.02)
    functions.processes.restart("slack")
    request.join()
    assert [answer.status_code for answer in answers] == [200]
    assert gone(*before)
    assert not set(before) & set(functions.pids())


def test_closing_leaves_nothing_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with running(tmp_path) as functions:
        pids = functions.pids()
    assert gone(*pids)
    assert set(threading.enumerate()) <= before
    with pytest.raises(requests.ConnectionError):
        functions.get("slack")


def test_a_function_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    with (
        pytest.raises(FunctionError) as caught,
        running(tmp_path, "raise SystemExit('INCIDENT_FOLDER_ID is not set')"),
    ):
        pass
    assert "did not start" in str(caught.value)
    assert "  INCIDENT_FOLDER_ID is not set" in str(caught.value)


def test_a_missing_main_is_named(tmp_path: Path) -> None:
    with pytest.raises(FunctionError, match=r"no main\.py"):
        Functions(tmp_path)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_the_functions_end_when_the_sandbox_is_killed(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(MAIN)
    script = (
        "from pathlib import Path; from tests.e2e.test_processes import Functions; import time\n"
        f"f = Functions(Path({str(tmp_path)!r})); f.processes.start()\n"
        "print(*f.pids(), flush=True); time.sleep(60)"
    )
    sandbox = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert sandbox.stdout
    pids = tuple(map(int, sandbox.stdout.readline().split()))
    assert len(pids) == 2
    os.kill(sandbox.pid, signal.SIGKILL)
    sandbox.wait()
    sandbox.stdout.close()
    assert gone(*pids)
