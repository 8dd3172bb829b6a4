"""The shortcuts an app has.

Source: https://docs.slack.dev/interactivity/implementing-shortcuts and
https://docs.slack.dev/reference/app-manifest (at most ten, the limits of their names)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Sort: TypeAlias = Literal["message", "global"]

_LONGEST_NAME = 24
_LONGEST_ID = 255
_LONGEST_DESCRIPTION = 150
_MOST = 10


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut of the app.

    Attributes:
        callback_id: what the bot is sent; at most 255 characters.
        name: what people read; at most 24 characters.
        type: whether it is in the menu of messages, or beside the box in which people write.
        description: at most 150 characters.
    """

    callback_id: str
    name: str
    type: Sort
    description: str = ""


def checked(shortcuts: Iterable[Shortcut]) -> tuple[Shortcut, ...]:
    """The shortcuts, if Slack would take an app that has them.

    Raises:
        ValueError: with what is wrong.
    """
    found = tuple(shortcuts)
    if len(found) > _MOST:
        raise ValueError(f"an app has at most {_MOST} shortcuts, not {len(found)}")
    if len({shortcut.callback_id for shortcut in found}) < len(found):
        raise ValueError("two shortcuts have the same callback_id")
    for shortcut in found:
        if not 0 < len(shortcut.name) <= _LONGEST_NAME:
            raise ValueError(f"a shortcut's name has 1 to {_LONGEST_NAME} characters: {shortcut.name!r}")
        if not 0 < len(shortcut.callback_id) <= _LONGEST_ID:
            raise ValueError(f"a callback_id has 1 to {_LONGEST_ID} characters: {shortcut.callback_id!r}")
        if len(shortcut.description) > _LONGEST_DESCRIPTION:
            raise ValueError(
                f"a description has at most {_LONGEST_DESCRIPTION} characters: {shortcut.description!r}"
            )
        if shortcut.type not in {"message", "global"}:
            raise ValueError(f"a shortcut is of the type message or global, not {shortcut.type!r}")
    return found


def of_manifest(manifest: Mapping[str, Any]) -> tuple[Shortcut, ...]:
    """The shortcuts in an app's manifest; none if it lists none.

    Raises:
        ValueError: Slack would not take them.
        KeyError: one lacks a key.
    """
    listed: Sequence[Mapping[str, Any]] = manifest.get("features", {}).get("shortcuts", ())
    return checked(
        Shortcut(entry["callback_id"], entry["name"], entry["type"], entry["description"]) for entry in listed
    )
