"""The two real functions under the real functions-framework, as child processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
"""Where main.py is: the sandbox runs from a checkout."""

_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_SERVER = {
    "PYTHONUNBUFFERED": "1",
    "WORKERS": "1",
    "THREADS": "16",  # how many requests an instance serves at once
}
_LAST_LINES = 30
_SHORTEST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


class FunctionError(RuntimeError):
    """A function that cannot be started; the text says which, and below it how its output ended."""


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Processes:
    """The functions' processes. One that ends by itself is started again, as Cloud Run would.

    Nothing of the person's own environment reaches them, such as proxies or Google credentials.
    """

    def __init__(
        self,
        ports: Mapping[str, int],
        environment: Mapping[str, str],
        *,
        audit: Path,
        tell: Callable[[str, str], None] = lambda _name, _line: None,
        root: Path = REPOSITORY,
    ) -> None:
        """Starts nothing yet.

        Args:
            ports: the loopback port of each function of main.py, by its name.
            environment: the functions' settings.
            audit: the file that audit lines are appended to: the output that is JSON with an `event`.
            tell: given every line of output, after the function's name; called in threads.
            root: the folder of main.py.

        Raises:
            FunctionError: if there is no main.py.
        """
        if not (root / "main.py").is_file():
            raise FunctionError(
                f"There is no main.py in {root}: the sandbox runs from a checkout of the repository"
            )
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._audit = audit
        self._audit_lock = threading.Lock()
        self._tell = tell
        self._functions = {
            name: _Function(name, port, root, {**inherited, **_SERVER, **environment}, self._line)
            for name, port in ports.items()
        }

    def start(self, timeout: float = 30) -> None:
        """Starts all functions and waits until each answers.

        Raises:
            FunctionError: if one ends or does not answer in `timeout` seconds; none is left running.
        """
        try:
            with ThreadPoolExecutor() as pool:
                for _ in pool.map(lambda function: function.start(timeout), self._functions.values()):
                    pass
        except FunctionError:
            self.close()
            raise

    def kill(self, name: str) -> None:
        """Ends a function at once, as a crash would; it is started again."""
        self._functions[name].send(signal.SIGKILL)

    def restart(self, name: str, timeout: float = 30) -> None:
        """Has a function finish its requests, and waits until its successor answers.

        Raises:
            FunctionError: if that takes longer than `timeout` seconds.
        """
        self._functions[name].restart(timeout)

    def wait_until_ready(self, name: str, timeout: float = 30) -> None:
        """Waits until a function answers.

        Raises:
            FunctionError: if that takes longer than `timeout` seconds.
        """
        self._functions[name].wait_until_ready(timeout)

    def pid(self, name: str) -> int:
        """The id of a function's process now, which is also its process group's."""
        return self._functions[name].process.pid

    def close(self, timeout: float = 5) -> None:
        """Ends all functions; those that do not within `timeout` seconds are killed."""
        with ThreadPoolExecutor() as pool:
            for _ in pool.map(lambda function: function.close(timeout), self._functions.values()):
                pass

    def _line(self, name: str, line: str) -> None:
        if _is_audit(line):
            with self._audit_lock, self._audit.open("a", encoding="utf-8") as log:
                log.write(line + "\n")
        self._tell(name, line)


class _Function:
    """One function's process, and its successors."""

    process: subprocess.Popen[str]

    def __init__(
        self,
        name: str,
        port: int,
        root: Path,
        environment: Mapping[str, str],
        line: Callable[[str, str], None],
    ) -> None:
        self._name = name
        self._port = port
        self._root = root
        self._environment = environment
        self._line = line
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._started = threading.Event()
        self._closing = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name=f"function-{name}", daemon=True)

    def start(self, timeout: float) -> None:
        self.process = first = self._spawn()
        self._supervisor.start()
        if not self._answers_within(timeout, while_=lambda: first.poll() is None):
            self.close(timeout=1)  # which also reads the output to its end
            raise self._failure("did not start")
        self._started.set()

    def wait_until_ready(self, timeout: float) -> None:
        if not self._answers_within(timeout):
            raise self._failure(f"does not answer after {timeout:g} seconds")

    def restart(self, timeout: float) -> None:
        old = self.process
        deadline = time.monotonic() + timeout
        self.send(signal.SIGTERM)
        while self.process is old and time.monotonic() < deadline:
            time.sleep(0.02)
        self.wait_until_ready(max(0, deadline - time.monotonic()))

    def send(self, number: signal.Signals) -> None:
        process = self.process
        if process.poll() is not None:
            return
        if number == signal.SIGKILL:
            _kill_group(process)
        else:  # the server ends its worker itself, when the requests under way are answered
            process.send_signal(number)

    def close(self, timeout: float) -> None:
        self._closing.set()
        if self._supervisor.ident is None:
            return
        self.send(signal.SIGTERM)
        self._supervisor.join(timeout)
        self.send(signal.SIGKILL)
        self._supervisor.join()

    def _spawn(self) -> subprocess.Popen[str]:
        arguments = {
            "--source": "main.py",
            "--target": self._name,
            "--signature-type": "http",
            "--host": "127.0.0.1",
            "--port": str(self._port),
        }
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "incident.sandbox.child", *chain.from_iterable(arguments.items())],
            cwd=self._root,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

    def _supervise(self) -> None:
        pause = _SHORTEST_PAUSE
        while True:
            started = time.monotonic()
            code = self._follow(self.process)
            if self._closing.is_set() or not self._started.is_set():
                return
            pause = _SHORTEST_PAUSE if time.monotonic() - started > _LONGEST_PAUSE else pause * 2
            self._line(self._name, f"{self._name} ended ({_in_words(code)}); starting it again")
            if self._closing.wait(min(pause, _LONGEST_PAUSE)):
                return
            self.process = self._spawn()

    def _follow(self, process: subprocess.Popen[str]) -> int:
        """Passes the output on until the process and its workers are gone; returns the exit code."""
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None  # noqa: S101 - both are pipes
        assert stdout is not None  # noqa: S101
        for line in stdout:
            self._last.append(line.rstrip("\n"))
            self._line(self._name, line.rstrip("\n"))
        _kill_group(process)  # before the wait, which frees the group's id
        code = process.wait()
        stdout.close()
        stdin.close()
        return code

    def _answers_within(self, timeout: float, while_: Callable[[], bool] = lambda: True) -> bool:
        deadline = time.monotonic() + timeout
        while while_():
            if self._answers():
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return False

    def _failure(self, what: str) -> FunctionError:
        output = "\n".join(f"  {line}" for line in self._last) or "  (no output)"
        return FunctionError(f"The function {self._name!r} {what}:\n{output}")

    def _answers(self) -> bool:
        """Whether a request would be served; functions-framework answers this one, not the function."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/robots.txt")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        else:
            return True
        finally:
            connection.close()


def _kill_group(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only a zombie is left
        os.killpg(process.pid, signal.SIGKILL)


def _is_audit(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        return "event" in json.loads(line)
    except ValueError:
        return False


def _in_words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
