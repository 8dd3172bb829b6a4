"""The values that people give through Block Kit's interactive elements. Pure.

https://docs.slack.dev/reference/block-kit/block-elements and, for how they are sent,
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incident.intake.fields import objects, text, text_of, within

Value = str | int | list[str]
"""Text; seconds since the epoch, of a date with a time; or several texts. Nothing chosen: "" or []."""

_ONE_ID = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
_SEVERAL_IDS = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
_SEVERAL_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})

_DEEPEST_LIST = 10
"""Rich text nests far less; what lies deeper is left out."""


def element_value(element: Mapping[str, Any]) -> Value:
    """The value of one element, from an action or from a form's state.

    An element of a type that is not known is read like a button or a text input: by its `value`.
    """
    match text(element, "type"):
        case sort if sort in _ONE_ID:
            return text(element, _ONE_ID[sort])
        case sort if sort in _ONE_OPTION:
            return text(within(element, "selected_option"), "value")
        case sort if sort in _SEVERAL_IDS:
            chosen = element.get(_SEVERAL_IDS[sort])
            return [text_of(one) for one in chosen if text_of(one)] if isinstance(chosen, list) else []
        case sort if sort in _SEVERAL_OPTIONS:
            values = (text(option, "value") for option in objects(element, "selected_options"))
            return [value for value in values if value]
        case "datetimepicker":
            seconds = element.get("selected_date_time")
            return seconds if type(seconds) is int else ""  # not True
        case "rich_text_input":
            return "\n".join(_paragraphs(within(element, "rich_text_value")))
    return text(element, "value")


def _paragraphs(holder: Mapping[str, Any], depth: int = 0) -> list[str]:
    """The paragraphs of a rich text, its lists and quotes among them, as text in Slack's way of writing."""
    found: list[str] = []
    for element in objects(holder, "elements") if depth < _DEEPEST_LIST else []:
        if text(element, "type") == "rich_text_list":
            found += _paragraphs(element, depth + 1)
        else:
            found.append("".join(map(_inline, objects(element, "elements"))))
    return found


def _inline(element: Mapping[str, Any]) -> str:
    match text(element, "type"):
        case "user":
            return f"<@{text(element, 'user_id')}>"
        case "channel":
            return f"<#{text(element, 'channel_id')}>"
        case "usergroup":
            return f"<!subteam^{text(element, 'usergroup_id')}>"
        case "broadcast":
            return f"@{text(element, 'range')}"
        case "emoji":
            return f":{text(element, 'name')}:"
        case "link":
            return text(element, "text") or text(element, "url")
    return text(element, "text")
