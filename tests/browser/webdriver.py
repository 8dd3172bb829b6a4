"""A few words of WebDriver, https://www.w3.org/TR/webdriver2/, for a headless Chromium."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
MISSING = " and ".join(
    name for name, path in (("chromium", CHROMIUM), ("chromedriver", CHROMEDRIVER)) if path is None
)
"""What the machine lacks, in words; empty if it has both."""

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en-GB",
)


class StaleError(AssertionError):
    """The element is no longer on the page."""


class Browser:
    """A Chromium with one window and a profile of its own, both gone after `close`."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        """Starts it; `width` and `height` are the page's, in CSS pixels."""
        if CHROMIUM is None or CHROMEDRIVER is None:
            raise FileNotFoundError(MISSING)
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._driver = subprocess.Popen(
            [CHROMEDRIVER, f"--port={port}", "--log-level=OFF"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._root = f"http://127.0.0.1:{port}"
        self._wait_for_driver()
        options = {
            "binary": CHROMIUM,
            "args": [*_FLAGS, f"--window-size={width},{height}", f"--user-data-dir={self._profile.name}"],
        }
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        self._root += f"/session/{session}"
        self.resize(width, height)

    def _wait_for_driver(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                if self._call("GET", "/status")["ready"]:
                    return
            except OSError:
                if time.monotonic() > deadline:
                    self._driver.kill()
                    raise
            time.sleep(0.02)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            self._root + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            problem = json.load(error)["value"]
            kind = StaleError if problem["error"] == "stale element reference" else AssertionError
            raise kind(problem["message"]) from None

    def open(self, url: str) -> None:
        """Goes to a page and waits until it is loaded."""
        self._call("POST", "/url", {"url": url})

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Gives the page this size in CSS pixels, down to a phone's, and light or dark colours."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def devtools(self, command: str, **parameters: object) -> Any:
        """Says something in the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script: str, *arguments: object) -> Any:
        """What a function with this body returns, in the page."""
        return self._call("POST", "/execute/sync", {"script": script, "args": arguments})

    def wait(self, script: str, *arguments: object, within: float = 10) -> Any:
        """What the script returns once that is truthy, within so many seconds."""
        deadline = time.monotonic() + within
        while not (found := self.run(script, *arguments)):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {within} s: {script} {arguments}")
            time.sleep(0.03)
        return found

    def sees(self, selector: str, words: str = "", within: float = 10) -> None:
        """Waits until something that the selector names is shown, with these words in it."""
        shown = "element.checkVisibility() && element.innerText.includes(arguments[1])"
        script = f"return [...document.querySelectorAll(arguments[0])].some((element) => {shown})"
        self.wait(script, selector, words, within=within)

    def text(self, selector: str) -> str:
        """What a person reads there, once it is there."""
        return str(self._element(selector, "GET", "text"))

    def click(self, selector: str) -> None:
        """Presses the left button on it, as a person would: what is covered cannot be pressed."""
        self._element(selector, "POST", "click")

    def type(self, selector: str, text: str) -> None:
        """Types into it; a newline is the Enter key."""
        self._element(selector, "POST", "value", {"text": text.replace("\n", "\ue007")})

    def _element(self, selector: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        shown = "[...document.querySelectorAll(arguments[0])].find((element) => element.checkVisibility())"
        element = self.wait(f"return {shown} ?? null", selector)[_ELEMENT]
        try:
            return self._call(method, f"/element/{element}/{path}", body)
        except StaleError:  # drawn anew since it was found
            return self._element(selector, method, path, body)

    def complaints(self) -> list[str]:
        """What the browser's console has said since the last time: errors, warnings, blocked resources."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path: Path) -> None:
        """Writes what is to be seen as a PNG."""
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def close(self) -> None:
        """Ends the browser and its driver."""
        try:
            self._call("DELETE", "")
        finally:
            self._driver.terminate()
            self._driver.wait(10)
            self._profile.cleanup()
