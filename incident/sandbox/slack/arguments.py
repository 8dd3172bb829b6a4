"""The arguments of a Web API method: how they arrive and what they may be.

`slack_sdk` sends some methods as a form, where a boolean is `0` or `1` and an object is JSON in a
string, and some (those with blocks or a view) as JSON. Slack takes JSON for methods that write only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from incident.sandbox.slack.workspace import JsonObject

_BOOLEANS = {"0": False, "1": True, "false": False, "true": True}


class SlackError(Exception):
    """What Slack answers instead of doing what it was asked.

    Attributes:
        error: Slack's word for it, such as `channel_not_found`.
        messages: one line for each thing that is wrong, for `response_metadata.messages`.
        more: further keys of the answer.
    """

    def __init__(self, error: str, *messages: str, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.more = more

    def answer(self) -> JsonObject:
        """The body of Slack's answer."""
        body: JsonObject = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a method.

    Attributes:
        read: makes the value from what arrived; raises ValueError with what it must be.
        required: whether the call fails without it.
        longest: characters, for a string.
        too_long: Slack's error for a longer one.
    """

    read: Callable[[object], Any]
    required: bool = False
    longest: int = 4000
    too_long: str = "invalid_arguments"


def text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004
    return value


def flag(value: object) -> bool:
    """A boolean, or the strings that forms have for it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise ValueError("must be a boolean")


def count(value: object) -> int:
    """A whole number from 1 to 999, as Slack's `limit` is."""
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 999:  # noqa: PLR2004
        raise ValueError("must be a whole number from 1 to 999")
    return number


def timestamp(value: object) -> str:
    """A message's `ts`, with its six decimals."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{10}\.\d{6}", value):
        raise ValueError("must be a timestamp such as 1405894322.002768, a string")
    return value


def moment(value: object) -> str:
    """A point in time to search from or to: seconds, with or without decimals."""
    if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+)?", value):
        raise ValueError("must be a Unix timestamp, a string")
    return value


def ids(value: object) -> tuple[str, ...]:
    """Ids separated by commas."""
    if not isinstance(value, str):
        raise ValueError("must be a string of ids separated by commas")  # noqa: TRY004
    return tuple(part.strip() for part in value.split(",") if part.strip())


def array(value: object) -> list[Any]:
    """A JSON array, or a string that holds one."""
    found = _parsed(value)
    if not isinstance(found, list):
        raise ValueError("must be an array")  # noqa: TRY004
    return found


def mapping(value: object) -> JsonObject:
    """A JSON object, or a string that holds one."""
    found = _parsed(value)
    if not isinstance(found, dict):
        raise ValueError("must be an object")  # noqa: TRY004
    return found


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("must be JSON") from None


def check(sent: Mapping[str, object], accepted: Mapping[str, Argument]) -> JsonObject:
    """Reads what was sent by the table of what is accepted.

    Raises:
        SlackError: `invalid_arguments` with one message for each thing that is wrong, or the
            argument's own error when it is too long.
    """
    wrong = [f"[ERROR] no such argument: {name}" for name in sent if name not in accepted]
    values: JsonObject = {}
    for name, argument in accepted.items():
        if name not in sent:
            if argument.required:
                wrong.append(f"[ERROR] missing required field: {name}")
            continue
        try:
            values[name] = argument.read(sent[name])
        except ValueError as problem:
            wrong.append(f"[ERROR] {name}: {problem}")
    if wrong:
        raise SlackError("invalid_arguments", *wrong)
    for name, value in values.items():
        if isinstance(value, str) and len(value) > accepted[name].longest:
            limit = accepted[name].longest
            raise SlackError(accepted[name].too_long, f"[ERROR] {name}: {len(value)} characters of {limit}")
    return values
