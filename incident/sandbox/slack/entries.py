"""What people enter and choose in interactive elements, as Slack puts it into `state` and `actions`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from incident.sandbox.slack.blocks import dated, elements, timed
from incident.sandbox.slack.workspace import JsonObject

Entry: TypeAlias = str | Sequence[str] | None
"""A text, a date, a time, an option's value or a user's id; several for elements that take several."""

_UNIX_DIGITS = 10


class UnknownOptionError(ValueError):
    """Something was chosen or entered that the element does not offer."""


def _option(element: JsonObject, value: str) -> JsonObject:
    groups = element.get("option_groups", ())
    offered = [*element.get("options", ()), *(o for group in groups for o in group["options"])]
    for option in offered:
        if option["value"] == value:
            found: JsonObject = option
            return found
    raise UnknownOptionError(f"{element['action_id']} does not offer {value!r}")


def _options(element: JsonObject, values: Sequence[str]) -> list[JsonObject]:
    return [_option(element, value) for value in values]


_Reader: TypeAlias = Callable[[JsonObject, Any], object]


def _well_formed(problems: Callable[[str], Iterator[str]]) -> _Reader:
    def read(element: JsonObject, entry: str) -> str:
        for problem in problems(entry) if entry else ():
            raise UnknownOptionError(f"{element['action_id']} {problem}")
        return entry

    return read


def _moment(element: JsonObject, entry: str) -> int | None:
    """Unix time in whole seconds."""
    if entry and not (entry.isdecimal() and len(entry) == _UNIX_DIGITS):
        raise UnknownOptionError(f"{element['action_id']} takes a Unix time of ten digits, not {entry!r}")
    return int(entry) if entry else None


_STATES: Mapping[str, tuple[str, str, _Reader]] = {
    "plain_text_input": ("value", "initial_value", lambda _, text: text),
    "static_select": ("selected_option", "initial_option", _option),
    "radio_buttons": ("selected_option", "initial_option", _option),
    "checkboxes": ("selected_options", "initial_options", _options),
    "users_select": ("selected_user", "initial_user", lambda _, user: user),
    "multi_users_select": ("selected_users", "initial_users", lambda _, users: list(users)),
    "datepicker": ("selected_date", "initial_date", _well_formed(dated)),
    "timepicker": ("selected_time", "initial_time", _well_formed(timed)),
    "datetimepicker": ("selected_date_time", "initial_date_time", _moment),
}
"""By type of element: the key in the state, the key of the initial value, and how an entry is read."""

_INITIAL = tuple(initial for _, initial, _ in _STATES.values() if initial != "initial_value")
_MENUS = frozenset({"static_select", "users_select", "radio_buttons"})
"""What cannot be made empty again once something is chosen."""


def element_state(element: JsonObject, entry: Entry) -> JsonObject:
    """The element's part of the state: the entry or, with None, what it was at first.

    Raises:
        UnknownOptionError: if the entry is not among the options.
    """
    key, initial, read = _STATES[element["type"]]
    empty: object = [] if key.endswith("s") else None
    value = element.get(initial, empty) if entry is None else read(element, entry)
    return {"type": element["type"], key: value or empty}


def state(blocks: Sequence[JsonObject], entries: Mapping[str, Entry]) -> JsonObject:
    """The `state.values` of a message or modal: block id, action id, what was entered.

    Args:
        blocks: with their ids.
        entries: by action id; elements without one keep what they were at first.
    """
    values: JsonObject = {}
    for block, element in elements(blocks):
        if element["type"] in _STATES:
            entered = element_state(element, entries.get(element["action_id"]))
            values.setdefault(block["block_id"], {})[element["action_id"]] = entered
    return values


def refused(blocks: Sequence[JsonObject], entries: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """What Slack itself finds wrong before it asks the bot: block id and words."""
    for block, element in elements(blocks):
        if block["type"] != "input":
            continue
        entered = element_state(element, entries.get(element["action_id"]))
        value = next(part for key, part in entered.items() if key != "type")
        if not value and not block.get("optional"):
            yield block["block_id"], "Please complete this required field."
        elif isinstance(value, list) and len(value) > (most := element.get("max_selected_items", len(value))):
            yield block["block_id"], f"Choose at most {most}."
        elif isinstance(value, str) and element["type"] == "plain_text_input":
            if len(value) < element.get("min_length", 0):
                yield block["block_id"], f"Must be at least {element['min_length']} characters."
            if len(value) > element.get("max_length", 3000):
                yield block["block_id"], f"Must be at most {element.get('max_length', 3000)} characters."


def action(block: JsonObject, element: JsonObject, entry: Entry, ts: str) -> JsonObject:
    """The entry of `actions` for an element that was pressed or changed.

    Raises:
        UnknownOptionError: nothing is chosen in a menu that takes one, or what it does not offer.
    """
    common = {"action_id": element["action_id"], "block_id": block["block_id"], "action_ts": ts}
    if element["type"] == "button":
        carried: JsonObject = {
            key: element[key] for key in ("text", "value", "style", "url") if key in element
        }
        return {**common, "type": "button", **carried}
    if element["type"] == "overflow":
        return {**common, "type": "overflow", "selected_option": _option(element, str(entry))}
    if not entry and element["type"] in _MENUS:
        raise UnknownOptionError(f"nothing is chosen in {element['action_id']}")
    shown: JsonObject = {key: element[key] for key in ("placeholder", *_INITIAL) if key in element}
    return {**common, **shown, **element_state(element, entry)}
