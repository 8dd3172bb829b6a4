"""What the page sends with an action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from incident.sandbox.slack.entries import Entry


class Body:
    """The body of a request, whose parts are checked as they are read."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        """Checks nothing yet."""
        self._parts = parts

    def text(self, name: str) -> str:
        """A text.

        Raises:
            ValueError: it is missing or no text.
        """
        part = self._parts.get(name)
        if not isinstance(part, str):
            raise ValueError(f"{name} must be a text")  # noqa: TRY004 - what was sent is wrong, not the program
        return part

    def optional(self, name: str) -> str | None:
        """A text, or None where it is missing or null.

        Raises:
            ValueError: it is something else.
        """
        return None if self._parts.get(name) is None else self.text(name)

    def truth(self, name: str) -> bool:
        """True or false.

        Raises:
            ValueError: it is missing or neither.
        """
        part = self._parts.get(name)
        if not isinstance(part, bool):
            raise ValueError(f"{name} must be true or false")  # noqa: TRY004
        return part

    def number(self, name: str) -> int:
        """A whole number from 0.

        Raises:
            ValueError: it is missing or something else.
        """
        part = self._parts.get(name)
        if not isinstance(part, int) or isinstance(part, bool) or part < 0:
            raise ValueError(f"{name} must be a whole number from 0")
        return part

    def entry(self, name: str) -> Entry:
        """What was entered or chosen in an element.

        Raises:
            ValueError: it is neither a text, nor texts, nor null.
        """
        return _entry(name, self._parts.get(name))

    def entries(self, name: str) -> dict[str, Entry]:
        """What was entered or chosen in several elements, by action id.

        Raises:
            ValueError: it is missing or no such thing.
        """
        part = self._parts.get(name)
        if not isinstance(part, dict):
            raise ValueError(f"{name} must be an object")  # noqa: TRY004
        return {action: _entry(action, value) for action, value in part.items()}


def _entry(name: str, value: object) -> Entry:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return value
    raise ValueError(f"{name} must be a text, texts or null")
