"""What people write, as the block of rich text that Slack makes of it beside the `text`.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident.sandbox.slack.workspace import JsonObject

_FENCE = "```"
_BULLET = re.compile(r"(?:•|-)\s+")
_FORMS = re.compile(
    r"""
      <@(?P<user>[UW][A-Z0-9]+)(\|[^>]*)?>
    | <\#(?P<channel>C[A-Z0-9]+)(\|[^>]*)?>
    | <!subteam\^(?P<group>S[A-Z0-9]+)(\|[^>]*)?>
    | <!(?P<range>here|channel|everyone)(\|[^>]*)?>
    | <!date\^(?P<timestamp>\d+)\^(?P<format>[^|^>]+)(\^[^|>]*)?\|(?P<fallback>[^>]+)>
    | <(?P<url>(?:https?|mailto):[^|>\s]+)(\|(?P<label>[^>]*))?>
    | :(?P<emoji>[a-z0-9_+'-]+):
    | `(?P<code>[^`\n]+)`
    """,
    re.VERBOSE,
)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def block(text: str, ts: str) -> JsonObject:
    """The block.

    Args:
        text: mrkdwn, escaped as Slack stores it.
        ts: of the message; the block's id is made from it, so that it stays the same.
    """
    return {"type": "rich_text", "block_id": f"rt{ts.replace('.', '')}", "elements": list(_elements(text))}


def _elements(text: str) -> Iterator[JsonObject]:
    """Preformatted text between fences, lists of lines that begin with a bullet, and all else."""
    for number, part in enumerate(text.split(_FENCE)):
        if number % 2:
            plain = {"type": "text", "text": _plain(part.strip("\n"))}
            yield {"type": "rich_text_preformatted", "border": 0, "elements": [plain]}
        elif part.strip("\n"):
            yield from _paragraphs(part.strip("\n").split("\n"))


def _paragraphs(lines: list[str]) -> Iterator[JsonObject]:
    at = 0
    while at < len(lines):
        listed = bool(_BULLET.match(lines[at]))
        end = at
        while end < len(lines) and bool(_BULLET.match(lines[end])) == listed:
            end += 1
        if listed:
            items = [
                _section(line[found.end() :]) for line in lines[at:end] if (found := _BULLET.match(line))
            ]
            yield {"type": "rich_text_list", "style": "bullet", "indent": 0, "border": 0, "elements": items}
        else:
            yield _section("\n".join(lines[at:end]))
        at = end


def _section(text: str) -> JsonObject:
    return {"type": "rich_text_section", "elements": list(_inline(text))}


def _inline(text: str) -> Iterator[JsonObject]:
    at = 0
    for found in _FORMS.finditer(text):
        if found.start() > at:
            yield {"type": "text", "text": _plain(text[at : found.start()])}
        yield _form(found)
        at = found.end()
    if at < len(text):
        yield {"type": "text", "text": _plain(text[at:])}


def _form(found: re.Match[str]) -> JsonObject:
    if found["user"]:
        return {"type": "user", "user_id": found["user"]}
    if found["channel"]:
        return {"type": "channel", "channel_id": found["channel"]}
    if found["group"]:
        return {"type": "usergroup", "usergroup_id": found["group"]}
    if found["range"]:
        return {"type": "broadcast", "range": found["range"]}
    if found["timestamp"]:
        return {
            "type": "date",
            "timestamp": int(found["timestamp"]),
            "format": found["format"],
            "fallback": _plain(found["fallback"]),
        }
    if found["url"]:
        label = {"text": _plain(found["label"])} if found["label"] else {}
        return {"type": "link", "url": _plain(found["url"]), **label}
    if found["emoji"]:
        return {"type": "emoji", "name": found["emoji"]}
    return {"type": "text", "text": _plain(found["code"]), "style": {"code": True}}


def _plain(text: str) -> str:
    """The characters themselves: nothing is escaped in rich text."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
