"""A few words in which the shapes of JSON can be written down as tables.

A check takes a value and the path that leads to it, and yields what is wrong, in the style of Slack's
`response_metadata.messages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any, str], Iterator[str]]


def string(longest: int, shortest: int = 1, check: Callable[[str], Iterator[str]] | None = None) -> Check:
    """A string of `shortest` to `longest` characters; `check` looks at its contents."""

    def run(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"must be a string [json-pointer:{path}]"
        elif len(value) > longest:
            yield f"must be no more than {longest} characters, not {len(value)} [json-pointer:{path}]"
        elif len(value) < shortest:
            yield f"must be at least {shortest} characters [json-pointer:{path}]"
        elif check:
            yield from (f"{problem} [json-pointer:{path}]" for problem in check(value))

    return run


def boolean(value: object, path: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield f"must be a boolean [json-pointer:{path}]"


def integer(lowest: int, highest: int) -> Check:
    """A whole number within bounds, both included."""

    def run(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            yield f"must be a whole number from {lowest} to {highest} [json-pointer:{path}]"

    return run


def one_of(*values: object) -> Check:
    """One of these values."""

    def run(value: object, path: str) -> Iterator[str]:
        if value not in values:
            yield f"must be one of {', '.join(map(str, values))}; not {value!r} [json-pointer:{path}]"

    return run


def listing(item: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` items."""

    def run(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"must be an array [json-pointer:{path}]"
            return
        if not least <= len(value) <= most:
            yield f"must have {least} to {most} items, not {len(value)} [json-pointer:{path}]"
        for number, entry in enumerate(value):
            yield from item(entry, f"{path}/{number}")

    return run


def shape(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    any_of: tuple[str, ...] = (),
    not_both: tuple[str, ...] = (),
) -> Check:
    """An object with these keys and no others.

    Args:
        required: keys that must be there.
        optional: keys that may be.
        any_of: optional keys of which at least one must be there.
        not_both: keys of which at most one may be there.
    """
    checks = {**required, **(optional or {})}

    def run(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"must be an object [json-pointer:{path}]"
            return
        for key in required.keys() - value.keys():
            yield f"missing required field: {key} [json-pointer:{path}]"
        for key in value.keys() - checks.keys():
            yield f"no more allowed than {', '.join(sorted(checks))}; not {key} [json-pointer:{path}]"
        if any_of and not value.keys() & set(any_of):
            yield f"must have one of {', '.join(any_of)} [json-pointer:{path}]"
        if len(value.keys() & set(not_both)) > 1:
            yield f"must have only one of {', '.join(not_both)} [json-pointer:{path}]"
        for key in checks.keys() & value.keys():
            yield from checks[key](value[key], f"{path}/{key}")

    return run


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of the shapes it has."""

    def run(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"must be an object [json-pointer:{path}]"
        elif value.get("type") not in kinds:
            known = ", ".join(kinds)
            yield f"unsupported type: {value.get('type')!r}; here: {known} [json-pointer:{path}/type]"
        else:
            yield from kinds[value["type"]](value, path)

    return run
