"""One message in several languages: what is the same in all stands once, what differs stands in each.

Messages are merged as Slack's blocks, whatever command made them, and stay within the limits of
https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from incident.messages.joining import beneath, clipped, fallback, in_turn, joined, one_after_another
from incident.messages.rich import Message

__all__ = ["joined", "merged"]

Json = dict[str, Any]

MOST_BLOCKS = 50
TEXT_LIMIT = 3999
"""Characters of a message's text; Slack asks for fewer than 4 000.

https://docs.slack.dev/reference/methods/chat.postMessage#truncating
"""

_HEADER, _SECTION, _FIELD, _CONTEXT, _LABEL, _ALT = 150, 3000, 2000, 2000, 2000, 2000
_ELEMENT_LIMITS = {
    "text": 75,
    "label": 75,
    "description": 75,
    "accessibility_label": 75,
    "placeholder": 150,
    "alt_text": _ALT,
}
"""Characters of what is read of a button, a menu and its options."""
_CONFIRM_LIMITS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
_OPTIONS = ("options", "option_groups", "initial_options")


def merged(messages: Sequence[Message]) -> Message:
    """Messages that were rendered from the same data in different languages, as one.

    Labels are joined by dots, sentences stand one beneath the other; people's own words, mentions and links
    that are the same in all stand once. Where the messages are not built alike, their blocks follow each
    other, and what can be pressed stands once.

    Args:
        messages: at least one, in the order of their languages; one alone is returned as it is.
    """
    if len(messages) == 1:
        return messages[0]
    blocks = [[block.to_dict() for block in message.blocks] for message in messages]
    return Message(
        fallback([message.text for message in messages], TEXT_LIMIT),
        [_MergedBlock(block) for block in _within_limit(_once(_all_merged(blocks)))],
    )


class _MergedBlock(Block):
    """A block of what Slack is sent."""

    def __init__(self, content: Json) -> None:
        super().__init__(type=content["type"], block_id=content.get("block_id"))
        self._content = content

    def get_non_null_attributes(self) -> Json:
        return self._content


def _all_merged(languages: Sequence[Sequence[Json]]) -> list[Json]:
    if len({tuple(block["type"] for block in blocks) for blocks in languages}) > 1:
        return one_after_another(languages)
    return [block for same in zip(*languages, strict=True) for block in _merged_block(same)]


def _merged_block(same: Sequence[Json]) -> list[Json]:
    """The blocks as one, or one after the other where they are not built alike."""
    first = same[0]
    if all(block == first for block in same):
        return [first]
    merge = _MERGED.get(first["type"])
    keys = {frozenset(block) for block in same}
    content = merge(same) if merge and len(keys) == 1 else None
    return [{**first, **content}] if content is not None else list(same)


def _header(same: Sequence[Json]) -> Json | None:
    return {"text": _label([block["text"] for block in same], _HEADER)}


def _section(same: Sequence[Json]) -> Json | None:
    merged_: Json = {}
    if "text" in same[0]:
        merged_["text"] = _paragraph([block["text"] for block in same], _SECTION)
    if "fields" in same[0]:
        fields = _aligned([block["fields"] for block in same])
        if fields is None:
            return None
        merged_["fields"] = [_field(field) for field in fields]
    if "accessory" in same[0]:
        accessories = [block["accessory"] for block in same]
        if not _are_alike(accessories):
            return None
        merged_["accessory"] = _element(accessories)
    return merged_


def _context(same: Sequence[Json]) -> Json | None:
    elements = _aligned([block["elements"] for block in same])
    if elements is None or not all(_are_alike(element) for element in elements):
        return None
    return {
        "elements": [
            _element(element) if element[0]["type"] == "image" else _paragraph(element, _CONTEXT)
            for element in elements
        ]
    }


def _actions(same: Sequence[Json]) -> Json | None:
    elements = _aligned([block["elements"] for block in same])
    if elements is None or not all(_are_alike(element) for element in elements):
        return None
    return {"elements": [_element(element) for element in elements]}


def _input(same: Sequence[Json]) -> Json | None:
    elements = [block["element"] for block in same]
    if not _are_alike(elements):
        return None
    labels: Json = {
        name: _label([block[name] for block in same], _LABEL) for name in ("label", "hint") if name in same[0]
    }
    return {**labels, "element": _element(elements)}


def _image(same: Sequence[Json]) -> Json | None:
    merged_: Json = {"alt_text": joined([block["alt_text"] for block in same], _ALT)}
    if "title" in same[0]:
        merged_["title"] = _label([block["title"] for block in same], _LABEL)
    return merged_


def _rich_text(same: Sequence[Json]) -> Json | None:
    """Sections between two lists or quotes stand language by language; lists and quotes are merged."""
    groups = [block["elements"] for block in same]
    if len({tuple(element["type"] for element in elements) for elements in groups}) > 1:
        return {"elements": one_after_another(groups)}
    found: list[Json] = []
    sections: list[Sequence[Json]] = []
    for elements in zip(*groups, strict=True):
        if elements[0]["type"] == "rich_text_section":
            sections.append(elements)
            continue
        found += _sections(sections)
        sections = []
        found += _rich_element(elements)
    return {"elements": found + _sections(sections)}


def _sections(same: Sequence[Sequence[Json]]) -> list[Json]:
    return in_turn(list(zip(*same, strict=True)))


def _rich_element(same: Sequence[Json]) -> list[Json]:
    first = same[0]
    if all(element == first for element in same):
        return [first]
    match first["type"]:
        case "rich_text_list":
            items = _aligned([element["elements"] for element in same])
            if items is None:
                return [{**first, "elements": one_after_another([element["elements"] for element in same])}]
            return [{**first, "elements": [_with_line_breaks(item) for item in items]}]
        case "rich_text_quote":
            return [_with_line_breaks(same)]
    return list(same)


def _with_line_breaks(same: Sequence[Json]) -> Json:
    """Sections or quotes as one, language beneath language."""
    elements = list(same[0]["elements"])
    for other in same[1:]:
        if other["elements"] != same[0]["elements"]:
            elements += [{"type": "text", "text": "\n"}, *other["elements"]]
    return {**same[0], "elements": elements}


_MERGED: Mapping[str, Callable[[Sequence[Json]], Json | None]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "rich_text": _rich_text,
}
"""What replaces the first language's, by type of block; None where the blocks are not built alike."""


def _element(same: Sequence[Json]) -> Json:
    """Buttons, menus or options as one: everything that is read in all languages, the rest as it is."""
    merged_ = dict(same[0])
    for key, first in same[0].items():
        values: list[Any] = [one.get(key, first) for one in same]
        if key in _ELEMENT_LIMITS:
            merged_[key] = _label(values, _ELEMENT_LIMITS[key])
        elif key in _OPTIONS:
            merged_[key] = [_element(option) for option in _aligned(values) or [[one] for one in first]]
        elif key == "initial_option":
            merged_[key] = _element(values)
        elif key == "confirm":
            merged_[key] = {
                name: _label([value.get(name, text) for value in values], _CONFIRM_LIMITS.get(name, 30))
                if name in _CONFIRM_LIMITS
                else text
                for name, text in first.items()
            }
    return merged_


def _label(same: Sequence[Any], limit: int) -> Any:
    """Texts, or text objects, as one label."""
    if isinstance(same[0], str):
        return joined(same, limit)
    return {**same[0], "text": joined([one["text"] for one in same], limit)}


def _paragraph(same: Sequence[Json], limit: int) -> Json:
    return {**same[0], "text": beneath([one["text"] for one in same], limit)}


def _field(same: Sequence[Json]) -> Json:
    """A name in bold and a value beneath it; or a paragraph where it is something else."""
    halves = [one["text"].partition("\n") for one in same]
    names = [name for name, _, _ in halves]
    values = [value for _, _, value in halves]
    if not all(len(name) > len("**") and name[0] == name[-1] == "*" for name in names):
        return _paragraph(same, _FIELD)
    name = f"*{joined([name[1:-1] for name in names], _FIELD // 4)}*"
    room = _FIELD - len(name) - 1
    is_short = all("\n" not in value for value in values)
    value = joined(values, room) if is_short else beneath(values, room)
    return {**same[0], "text": clipped(f"{name}\n{value}", _FIELD)}


def _aligned(languages: Sequence[Sequence[Json]]) -> list[Sequence[Json]] | None:
    """The parts of each place together; None where one language has more than another."""
    if len({len(parts) for parts in languages}) > 1:
        return None
    return list(zip(*languages, strict=True))


def _are_alike(same: Sequence[Json]) -> bool:
    """Whether elements are the same but for what is read."""
    return len({(one["type"], one.get("action_id"), one.get("value"), one.get("url")) for one in same}) == 1


def _once(blocks: Sequence[Json]) -> list[Json]:
    """The blocks without a second one, or a second element, of the same id, which Slack would refuse."""
    found: list[Json] = []
    block_ids, action_ids = set[str](), set[str]()
    for block in blocks:
        kept = dict(block)
        if kept.get("block_id") in block_ids:
            del kept["block_id"]
        for place in _PLACES:
            if place in kept and kept[place].get("action_id") in action_ids:
                del kept[place]
        if kept["type"] == "actions":
            kept["elements"] = [one for one in kept["elements"] if one.get("action_id") not in action_ids]
        if (kept["type"] == "actions" and not kept["elements"]) or (
            kept["type"] == "input" and "element" not in kept
        ):
            continue
        block_ids |= {kept["block_id"]} if "block_id" in kept else set()
        action_ids |= {one["action_id"] for one in _interactive(kept) if "action_id" in one}
        found.append(kept)
    return found


_PLACES = ("accessory", "element")
"""Where a block has a single element."""


def _interactive(block: Json) -> list[Json]:
    """The elements of a block that can be pressed or filled in, and its image."""
    elements = block["elements"] if block["type"] == "actions" else ()
    return [*elements, *(block[place] for place in _PLACES if place in block)]


def _within_limit(blocks: Sequence[Json]) -> list[Json]:
    """As many blocks as Slack takes; those with nothing to press go first, from the end."""
    spare = len(blocks) - MOST_BLOCKS
    found = []
    for block in reversed(blocks):
        if spare > 0 and not _interactive(block):
            spare -= 1
        else:
            found.append(block)
    return found[::-1]
