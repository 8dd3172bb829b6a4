"""Block Kit, as far as a bot like ours may go, with the limits of Slack's reference.

Source: Slack's Block Kit reference (blocks, block elements, composition objects, views). Stricter than
Slack: keys it does not document are refused, mrkdwn must be properly escaped, ids are unique in the
whole message.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias

from incident.sandbox.slack import mrkdwn
from incident.sandbox.slack.schema import (
    Check,
    boolean,
    by_type,
    integer,
    listing,
    one_of,
    shape,
    string,
)
from incident.sandbox.slack.workspace import JsonObject

Surface: TypeAlias = Literal["message", "modal"]

MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100}
_ANY = string(255)
_URL = string(3000, check=lambda url: iter(() if url.startswith(("https://", "http://")) else ("not a URL",)))
_IDS = {"block_id": _ANY}
_ACTION = {"type": _ANY, "action_id": _ANY}
_TYPE = {"type": _ANY}


def dated(date: str) -> Iterator[str]:
    """What is wrong with a date as date pickers have it."""
    try:
        fine = datetime.strptime(date, "%Y-%m-%d").strftime("%Y-%m-%d") == date  # noqa: DTZ007 -- a date
    except ValueError:
        fine = False
    if not fine:
        yield f"must be a date such as 2026-11-23, not {date!r}"


def timed(time: str) -> Iterator[str]:
    """What is wrong with a time of day as time pickers have it."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time):
        yield f"must be a time such as 14:05, not {time!r}"


def _plain(longest: int) -> Check:
    return shape({"type": one_of("plain_text"), "text": string(longest)}, {"emoji": boolean})


def _mrkdwn(longest: int) -> Check:
    return shape(
        {"type": one_of("mrkdwn"), "text": string(longest, check=mrkdwn.problems)}, {"verbatim": boolean}
    )


def _text(longest: int) -> Check:
    return by_type({"plain_text": _plain(longest), "mrkdwn": _mrkdwn(longest)})


_CONFIRM = shape(
    {"title": _plain(100), "text": _text(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": one_of("primary", "danger")},
)
_OPTION = shape({"text": _plain(75), "value": string(150)}, {"description": _plain(75)})
_RICH_OPTION = shape({"text": _text(75), "value": string(150)}, {"description": _text(75)})
_OPTION_GROUP = shape({"label": _plain(75), "options": listing(_OPTION, 100)})
_BUTTON = shape(
    {"type": _ANY, "text": _plain(75)},
    {
        "action_id": _ANY,
        "url": _URL,
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": _CONFIRM,
        "accessibility_label": string(75),
    },
)
_PICKER = {"action_id": _ANY, "placeholder": _plain(150), "confirm": _CONFIRM, "focus_on_load": boolean}
_STATIC_SELECT = shape(
    _TYPE,
    {
        **_PICKER,
        "options": listing(_OPTION, 100),
        "option_groups": listing(_OPTION_GROUP, 100),
        "initial_option": _OPTION,
    },
    any_of=("options", "option_groups"),
    not_both=("options", "option_groups"),
)
_USERS_SELECT = shape(_TYPE, {**_PICKER, "initial_user": _ANY})
_MULTI_USERS_SELECT = shape(
    _TYPE, {**_PICKER, "initial_users": listing(_ANY, 100), "max_selected_items": integer(1, 100)}
)
_DATEPICKER = shape(_TYPE, {**_PICKER, "initial_date": string(10, check=dated)})
_TIMEPICKER = shape(_TYPE, {**_PICKER, "initial_time": string(5, check=timed), "timezone": _ANY})
_CHOICES = {"action_id": _ANY, "confirm": _CONFIRM, "focus_on_load": boolean}
_DATETIMEPICKER = shape(_TYPE, {**_CHOICES, "initial_date_time": integer(10**9, 10**10 - 1)})
_RADIO_BUTTONS = shape(
    {**_TYPE, "options": listing(_RICH_OPTION, 10)}, {**_CHOICES, "initial_option": _RICH_OPTION}
)
_CHECKBOXES = shape(
    {**_TYPE, "options": listing(_RICH_OPTION, 10)},
    {**_CHOICES, "initial_options": listing(_RICH_OPTION, 10)},
)
_OVERFLOW_OPTION = shape({"text": _plain(75), "value": string(150)}, {"description": _plain(75), "url": _URL})
_OVERFLOW = shape(
    {**_TYPE, "options": listing(_OVERFLOW_OPTION, 5, 2)}, {"action_id": _ANY, "confirm": _CONFIRM}
)
_TEXT_INPUT = shape(
    _TYPE,
    {
        "action_id": _ANY,
        "placeholder": _plain(150),
        "initial_value": string(3000, 0),
        "multiline": boolean,
        "min_length": integer(0, 3000),
        "max_length": integer(1, 3000),
        "focus_on_load": boolean,
        "dispatch_action_config": shape(
            {
                "trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 2),
            }
        ),
    },
)
_IMAGE_ELEMENT = shape({**_TYPE, "image_url": _URL, "alt_text": string(2000)})
_CHOOSERS = {
    "static_select": _STATIC_SELECT,
    "users_select": _USERS_SELECT,
    "multi_users_select": _MULTI_USERS_SELECT,
    "datepicker": _DATEPICKER,
    "timepicker": _TIMEPICKER,
    "radio_buttons": _RADIO_BUTTONS,
    "checkboxes": _CHECKBOXES,
}
_ACTION_ELEMENTS = {
    "button": _BUTTON,
    "overflow": _OVERFLOW,
    **{name: check for name, check in _CHOOSERS.items() if name != "multi_users_select"},
}
# Slack has it in actions and inputs alone:
# https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element
_ACTION_ELEMENTS["datetimepicker"] = _DATETIMEPICKER
_ACCESSORIES = {"button": _BUTTON, "overflow": _OVERFLOW, "image": _IMAGE_ELEMENT, **_CHOOSERS}

_INTERACTIVE = frozenset({"plain_text_input", *_ACTION_ELEMENTS, *_CHOOSERS})

_STYLE = {"style": shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))}
_RICH_ELEMENT = by_type(
    {
        "text": shape({**_TYPE, "text": string(3000)}, _STYLE),
        "link": shape({**_TYPE, "url": _URL}, {"text": string(3000), "unsafe": boolean, **_STYLE}),
        "user": shape({**_TYPE, "user_id": _ANY}, _STYLE),
        "channel": shape({**_TYPE, "channel_id": _ANY}, _STYLE),
        "usergroup": shape({**_TYPE, "usergroup_id": _ANY}, _STYLE),
        "emoji": shape({**_TYPE, "name": _ANY}, {"unicode": _ANY, "skin_tone": integer(1, 6)}),
        "broadcast": shape({**_TYPE, "range": one_of("here", "channel", "everyone")}),
        "date": shape(
            {**_TYPE, "timestamp": integer(0, 1 << 33), "format": _ANY}, {"fallback": _ANY, "url": _URL}
        ),
    }
)
_RICH_ELEMENTS = listing(_RICH_ELEMENT, 500, 0)
_INDENTED = {"border": integer(0, 1)}
_RICH_SECTION = shape({**_TYPE, "elements": _RICH_ELEMENTS})
_RICH_TEXT = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_list": shape(
            {
                **_TYPE,
                "style": one_of("bullet", "ordered"),
                "elements": listing(by_type({"rich_text_section": _RICH_SECTION}), 500),
            },
            {"indent": integer(0, 8), "offset": integer(0, 10_000), **_INDENTED},
        ),
        "rich_text_preformatted": shape({**_TYPE, "elements": _RICH_ELEMENTS}, _INDENTED),
        "rich_text_quote": shape({**_TYPE, "elements": _RICH_ELEMENTS}, _INDENTED),
    }
)

_BLOCK = by_type(
    {
        "section": shape(
            _TYPE,
            {
                **_IDS,
                "text": _text(3000),
                "fields": listing(_text(2000), 10),
                "accessory": by_type(_ACCESSORIES),
                "expand": boolean,
            },
            any_of=("text", "fields"),
        ),
        "header": shape({**_TYPE, "text": _plain(150)}, _IDS),
        "divider": shape(_TYPE, _IDS),
        "context": shape(
            {
                **_TYPE,
                "elements": listing(
                    by_type({"plain_text": _plain(2000), "mrkdwn": _mrkdwn(2000), "image": _IMAGE_ELEMENT}),
                    10,
                ),
            },
            _IDS,
        ),
        "actions": shape({**_TYPE, "elements": listing(by_type(_ACTION_ELEMENTS), 25)}, _IDS),
        "input": shape(
            {
                **_TYPE,
                "label": _plain(2000),
                "element": by_type(
                    {"plain_text_input": _TEXT_INPUT, "datetimepicker": _DATETIMEPICKER, **_CHOOSERS}
                ),
            },
            {**_IDS, "hint": _plain(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        "image": shape(
            {**_TYPE, "image_url": _URL, "alt_text": string(2000)}, {**_IDS, "title": _plain(2000)}
        ),
        "rich_text": shape({**_TYPE, "elements": listing(_RICH_TEXT, 100)}, _IDS),
    }
)

_VIEW = shape(
    {"type": one_of("modal"), "title": _plain(24), "blocks": listing(_BLOCK, MOST_BLOCKS["modal"])},
    {
        "submit": _plain(24),
        "close": _plain(24),
        "private_metadata": string(3000, 0),
        "callback_id": string(255),
        "external_id": string(255),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_METADATA = shape({"event_type": string(255), "event_payload": shape({})})
_LARGEST_VIEW = 250_000
"""Bytes; Slack answers `view_too_large` beyond."""


def elements(blocks: Sequence[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Every interactive element, with the block it is in."""
    for block in blocks:
        found = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
        for element in found:
            if element and element["type"] in _INTERACTIVE:
                yield block, element


def problems(blocks: object, surface: Surface) -> list[str]:
    """What is wrong with the blocks, each line with the path to it; empty if nothing is."""
    found = list(listing(_BLOCK, MOST_BLOCKS[surface])(blocks, "/blocks"))
    if not found and isinstance(blocks, list):
        found += _repeated("block_id", blocks)
        found += _repeated("action_id", [element for _, element in elements(blocks)])
        found += _initial_options(blocks)
    return [f"[ERROR] {problem}" for problem in found]


def view_problems(view: object) -> list[str]:
    """What is wrong with a modal; empty if nothing is."""
    found = [f"[ERROR] {problem}" for problem in _VIEW(view, "/view")]
    if found or not isinstance(view, dict):
        return found
    found = problems(view["blocks"], "modal")
    if sum(bool(element.get("focus_on_load")) for _, element in elements(view["blocks"])) > 1:
        found.append("[ERROR] focus_on_load is for one element at most [json-pointer:/view/blocks]")
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        found.append("[ERROR] missing required field: submit, as there are inputs [json-pointer:/view]")
    if len(json.dumps(view)) > _LARGEST_VIEW:
        found.append("[ERROR] view_too_large [json-pointer:/view]")
    return found


def metadata_problems(metadata: object) -> list[str]:
    """What is wrong with a message's metadata; `event_payload` may hold anything that is an object."""
    found = metadata
    if isinstance(metadata, dict) and isinstance(metadata.get("event_payload"), dict):
        found = {**metadata, "event_payload": {}}
    return [f"[ERROR] {problem}" for problem in _METADATA(found, "/metadata")]


def with_ids(blocks: Sequence[JsonObject]) -> tuple[JsonObject, ...]:
    """A copy in which every block has a `block_id` and every element an `action_id`, as Slack stores it."""
    copy: list[dict[str, Any]] = json.loads(json.dumps(list(blocks)))
    for block in copy:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    for _, element in elements(copy):
        element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return tuple(copy)


def _repeated(key: str, objects: Sequence[JsonObject]) -> Iterator[str]:
    counts = Counter(item[key] for item in objects if key in item)
    return (f"{key} {value!r} is used {count} times" for value, count in counts.items() if count > 1)


def _initial_options(blocks: Sequence[JsonObject]) -> Iterator[str]:
    """An initial option must be exactly one of the options."""
    for _, element in elements(blocks):
        groups = element.get("option_groups", ())
        offered = [*element.get("options", ()), *(o for group in groups for o in group["options"])]
        chosen = [element[key] for key in ("initial_option",) if key in element]
        for option in [*chosen, *element.get("initial_options", ())]:
            if option not in offered:
                yield f"initial option {option['value']!r} is not among the options"
