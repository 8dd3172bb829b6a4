"""Field masks: which fields of an answer are wanted, which fields of a resource are written.

A mask reads `a,b/c,d(e,f),*`; those inside of Docs' and Sheets' requests have a dot instead of the slash.

Source: https://developers.google.com/workspace/drive/api/guides/fields-parameter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .discovery import Schema
from .errors import invalid

Mask = dict[str, "Mask"]
"""A tree of field names; an empty branch is everything below it, and the name `*` is every field."""

_TOKEN = re.compile(r"\s*([A-Za-z_]\w*|[*,/.()])")


def parse(text: str) -> Mask:
    """Reads a mask.

    Raises:
        ApiError: 400, if it is not one.
    """
    tokens: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _unreadable(text)
        tokens.append(token[1])
        position = token.end()
    mask = _list(tokens, text)
    if tokens:
        raise _unreadable(text)
    return mask


def _list(tokens: list[str], text: str) -> Mask:
    mask: Mask = {}
    while True:
        _merge(mask, _path(tokens, text))
        if tokens[:1] != [","]:
            return mask
        tokens.pop(0)


def _path(tokens: list[str], text: str) -> Mask:
    if not tokens or tokens[0] in ",/.()":
        raise _unreadable(text)
    name = tokens.pop(0)
    if tokens[:1] in (["/"], ["."]):
        tokens.pop(0)
        return {name: _path(tokens, text)}
    if tokens[:1] == ["("]:
        tokens.pop(0)
        inside = _list(tokens, text)
        if tokens[:1] != [")"]:
            raise _unreadable(text)
        tokens.pop(0)
        return {name: inside}
    return {name: {}}


def _merge(into: Mask, other: Mask) -> None:
    for name, below in other.items():
        if name not in into:
            into[name] = below
        elif not into[name] or not below:
            into[name] = {}  # all of it was asked for, once
        else:
            _merge(into[name], below)


def check(mask: Mask, schema: Schema, schemas: Mapping[str, Schema], path: str = "") -> None:
    """Checks that every field of a mask exists.

    Raises:
        ApiError: 400, naming the field that does not.
    """
    while "$ref" in schema or schema.get("type") == "array":
        schema = schemas[schema["$ref"]] if "$ref" in schema else schema["items"]
    properties: Mapping[str, Schema] = schema.get("properties", {})
    for name, below in mask.items():
        here = f"{path}.{name}" if path else name
        inner = properties.get(name) or schema.get("additionalProperties")
        if name == "*":
            if below:
                raise _unknown(here)
        elif inner is None:
            raise _unknown(here)
        elif below:
            check(below, inner, schemas, here)


def select(value: Any, mask: Mask) -> Any:
    """The part of an answer that a mask asks for."""
    if isinstance(value, list):
        return [select(item, mask) for item in value]
    if not isinstance(value, dict) or not mask or "*" in mask:
        return value
    return {name: select(item, mask[name]) for name, item in value.items() if name in mask}


def write(target: dict[str, Any], source: Mapping[str, Any], mask: Mask) -> dict[str, Any]:
    """A copy of `target` with the fields of the mask as in `source`; what `source` lacks is cleared."""
    if "*" in mask:
        return dict(source)
    written = dict(target)
    for name, below in mask.items():
        if below:
            inner = write(written.get(name) or {}, source.get(name) or {}, below)
            written[name] = inner
        elif name in source:
            written[name] = source[name]
        else:
            written.pop(name, None)
        if written.get(name) == {}:
            del written[name]
    return written


def _unreadable(text: str) -> Exception:
    return invalid(f"Request contains an invalid field mask: '{text}'.", "invalidParameter")


def _unknown(path: str) -> Exception:
    return invalid(
        f"Invalid field selection {path}. Error expanding 'fields' parameter. "
        f"Cannot find matching fields for path '{path}'.",
        "invalidParameter",
    )
