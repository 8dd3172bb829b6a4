"""A function under functions-framework as production starts it, and Slack's requests to it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from incident.sandbox.processes import REPOSITORY, free_port
from incident.sandbox.slack.bot_link import USER_AGENT, signature

SECRET = "0123456789abcdef0123456789abcdef"
BOT = REPOSITORY / "main.py"
EMPTY, SIGNATURE, PUBLISH = (
    Path(__file__).parent / "functions" / f"{name}.py" for name in ("empty", "signature", "publish")
)
START_SECONDS = 30.0

_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def environment(pubsub_host: str) -> dict[str, str]:
    """The settings of the Slack function, and nothing of whoever runs the benchmark."""
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "GOOGLE_CLOUD_PROJECT": "sandbox",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "PUBSUB_EMULATOR_HOST": pubsub_host,
        "WORKERS": "1",
        "THREADS": "16",
    }


@contextmanager
def started(source: Path, settings: Mapping[str, str]) -> Iterator[int]:
    """Runs the function `slack` of `source`; the port it will listen on, perhaps not yet."""
    port = free_port()
    command = [sys.executable, "-m", "functions_framework", "--source", str(source), "--target", "slack"]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        cwd=REPOSITORY,
        env=dict(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def connect(port: int) -> http.client.HTTPConnection:
    """A connection to a function, as soon as it listens.

    Raises:
        TimeoutError: if it does not within 30 seconds.
    """
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.connect()
        except ConnectionRefusedError:
            time.sleep(0.001)
        else:
            return connection
    raise TimeoutError(f"nothing listens on port {port}")


def slash_command(number: int) -> tuple[bytes, dict[str, str]]:
    """A `/incident` of its own and its headers, signed now."""
    body = urlencode(
        {
            "token": "gIkuvaNzQIHg97ATvDxqgjtO",
            "team_id": "T0SANDBOX",
            "team_domain": "sandbox",
            "channel_id": "C0GENERAL",
            "channel_name": "general",
            "user_id": "U0ALICE",
            "user_name": "alice",
            "command": "/incident",
            "text": f"database is down {number}",
            "api_app_id": "A0INCIDENT",
            "is_enterprise_install": "false",
            "response_url": "https://hooks.slack.com/commands/T0SANDBOX/1/x",
            "trigger_id": f"{time.time_ns()}.{number}",
        }
    ).encode()
    timestamp = str(int(time.time()))
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": USER_AGENT,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(SECRET, timestamp, body),
    }


def post(connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]) -> None:
    """Makes one request and reads the whole answer.

    Raises:
        RuntimeError: if it is not 200.
    """
    connection.request("POST", "/", body, dict(headers))
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != http.client.OK:
        raise RuntimeError(f"the function answered {answer.status}: {text[:200]!r}")
