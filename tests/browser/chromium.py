"""A headless Chromium for the tests of the page, driven by Selenium."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
MISSING = " and ".join(
    name for name, path in (("chromium", CHROMIUM), ("chromedriver", CHROMEDRIVER)) if path is None
)
"""What the machine lacks, in words; empty if it has both."""

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
_GLANCE = 0.03
"""Seconds between two looks at the page."""


T = TypeVar("T")


class Browser:
    """A Chromium with one window and a profile of its own, both gone after `close`."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        """Starts it; `width` and `height` are the page's, in CSS pixels.

        Raises:
            FileNotFoundError: the machine has no Chromium, or no driver for it.
        """
        if CHROMIUM is None or CHROMEDRIVER is None:
            raise FileNotFoundError(MISSING)
        # With the paths given Selenium Manager is not asked; were it asked, it should not download either.
        os.environ |= {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in (*_FLAGS, f"--window-size={width},{height}", f"--user-data-dir={self._profile.name}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self._driver = Chrome(options, ChromeService(executable_path=CHROMEDRIVER))
        self.resize(width, height)

    def open(self, url: str) -> None:
        """Goes to a page and waits until it is loaded."""
        self._driver.get(url)

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Gives the page this size in CSS pixels, down to a phone's, and light or dark colours."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def run(self, script: str, *arguments: object) -> Any:
        """What a function with this body returns, in the page."""
        return self._driver.execute_script(script, *arguments)

    def wait(self, script: str, *arguments: object, within: float = 10) -> Any:
        """What the script returns once that is truthy, within so many seconds."""
        deadline = time.monotonic() + within
        while not (found := self.run(script, *arguments)):
            assert time.monotonic() <= deadline, f"not within {within} s: {script} {arguments}"
            time.sleep(_GLANCE)
        return found

    def sees(self, selector: str, words: str = "", within: float = 10) -> None:
        """Waits until something that the selector names is shown, with these words in it."""
        shown = "element.checkVisibility() && element.innerText.includes(arguments[1])"
        script = f"return [...document.querySelectorAll(arguments[0])].some((element) => {shown})"
        self.wait(script, selector, words, within=within)

    def text(self, selector: str) -> str:
        """What a person reads there, once it is there."""
        return self._with_shown(selector, lambda element: element.text)

    def click(self, selector: str) -> None:
        """Presses the left button on it, as a person would: what is covered cannot be pressed."""
        self._with_shown(selector, lambda element: element.click())

    def type(self, selector: str, text: str) -> None:
        """Types into it; a newline is the Enter key."""
        keys = text.replace("\n", Keys.ENTER)
        self._with_shown(selector, lambda element: element.send_keys(keys))

    def choose(self, selector: str, value: str) -> None:
        """Chooses the option with this value in a menu."""
        self._with_shown(selector, lambda element: Select(element).select_by_value(value))

    def be(self, person: str) -> None:
        """Becomes the person with this id."""
        self.choose("#person", person)

    def choose_in_menu(self, button: str, item: str) -> None:
        """Opens the menu of a button and chooses the item with these words, by the keyboard alone."""
        self.run("document.querySelector(arguments[0]).focus()", button)
        self._keys(Keys.ENTER)
        self.wait("return document.activeElement.role?.startsWith('menuitem')")
        last = self.run("return document.activeElement.parentElement.children.length")
        for _ in range(last):
            if self.run("return document.activeElement.textContent") == item:
                self._keys(Keys.ENTER)
                return
            self._keys(Keys.ARROW_DOWN)
        raise AssertionError(f"no {item} in the menu of {button}")

    def _keys(self, key: str) -> None:
        self._driver.switch_to.active_element.send_keys(key)

    def complaints(self) -> list[str]:
        """What the browser's console has said since the last time: errors, warnings, blocked resources."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    def screenshot(self, path: Path) -> None:
        """Writes what is to be seen as a PNG."""
        path.write_bytes(self._driver.get_screenshot_as_png())

    def close(self) -> None:
        """Ends the browser and its driver."""
        try:
            self._driver.quit()
        finally:
            self._profile.cleanup()

    def _with_shown(self, selector: str, act: Callable[[WebElement], T]) -> T:
        """Acts on the first element that the selector names and that is shown, once there is one."""
        shown = "[...document.querySelectorAll(arguments[0])].find((element) => element.checkVisibility())"
        while True:
            element: WebElement = self.wait(f"return {shown} ?? null", selector)
            with suppress(StaleElementReferenceException):  # drawn anew since it was found
                return act(element)
