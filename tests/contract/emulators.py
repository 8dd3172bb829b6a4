"""Google's own emulators of Firestore and Pub/Sub, started straight from their jars."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30.0
STOP_SECONDS = 5.0


class EmulatorMissingError(Exception):
    """This machine cannot run the emulator; the text says what is missing and how to get it."""


@contextmanager
def firestore_emulator() -> Iterator[str]:
    """Runs Firestore's emulator; its `host:port`.

    Raises:
        EmulatorMissingError: if the machine does not have it.
        RuntimeError: if it does not start.
    """
    jar = _jar("cloud-firestore-emulator/cloud-firestore-emulator.jar", component="cloud-firestore-emulator")
    # The launcher that ships with it sets the language; the emulator knows error messages in no other.
    program = [
        "-Duser.language=en",
        "-cp",
        str(jar),
        "com.google.cloud.datastore.emulator.firestore.CloudFirestore",
    ]
    with _running(program) as host:
        yield host


@contextmanager
def pubsub_emulator() -> Iterator[str]:
    """Runs Pub/Sub's emulator; its `host:port`.

    Raises:
        EmulatorMissingError: if the machine does not have it.
        RuntimeError: if it does not start.
    """
    jar = _jar("pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar", component="pubsub-emulator")
    with _running(["-jar", str(jar)]) as host:
        yield host


def _jar(pattern: str, *, component: str) -> Path:
    if shutil.which("java") is None:
        raise EmulatorMissingError(f"{component} needs java, and there is none")
    for platform in _platforms():
        if found := sorted(platform.glob(pattern)):
            return found[-1]
    raise EmulatorMissingError(f"{component} is missing: gcloud components install {component}")


def _platforms() -> Iterator[Path]:
    """Where a Google Cloud CLI keeps its components: the one on the path, then Debian's."""
    if gcloud := shutil.which("gcloud"):
        yield Path(gcloud).resolve().parent.parent / "platform"
    yield Path("/usr/lib/google-cloud-sdk/platform")


@contextmanager
def _running(program: Sequence[str]) -> Iterator[str]:
    port = _free_port()
    host = f"127.0.0.1:{port}"
    quick_start = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    command = ["java", *quick_start, *program, "--host=127.0.0.1", f"--port={port}"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            if not _answers(f"http://{host}/", process):
                log.seek(0)
                raise RuntimeError(
                    f"the emulator did not start: {log.read()[-1000:].decode(errors='replace')}"
                )
            yield host
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1.0):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
