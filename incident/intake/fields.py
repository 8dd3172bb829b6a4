"""Reading JSON of which nothing is known for sure: what is of the wrong type counts as absent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text_of(value: object) -> str:
    """The text, with `?` for halves of characters, which JSON can carry and UTF-8 cannot."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def text(holder: Mapping[str, Any], name: str) -> str:
    """The text under a name, read by `text_of`."""
    return text_of(holder.get(name))


def within(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under a name; an empty one where there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def objects(holder: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in the list under a name; none where there is no list."""
    value = holder.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
