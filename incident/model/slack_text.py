"""Between what a person typed and Slack's way of writing it. Pure.

Facts: https://docs.slack.dev/messaging/formatting-message-text and, for commands with `should_escape`,
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re
import unicodedata

_REFERENCE = re.compile(r"<(?P<sign>[@#])[A-Z0-9]+\|(?P<name>[^<>|]+)>")
_GROUP = re.compile(r"<!subteam\^[A-Z0-9]+\|(?P<name>[^<>|]+)>")
_LINK = re.compile(r"<(?P<url>(?:https?://|mailto:)[^<>|\s]+)(?:\|(?P<label>[^<>|]+))?>")
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def as_typed(text: str) -> str:
    """The characters a person typed, from the text Slack sends.

    Slack escapes `& < >` and writes people, channels and links in angle brackets with a label; everything
    else is left as it is, so what is shown later is exactly what was typed.
    """
    text = _REFERENCE.sub(lambda found: found["sign"] + found["name"], text)
    text = _GROUP.sub(lambda found: found["name"], text)
    text = _LINK.sub(lambda found: found["label"] or found["url"], text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def readable(text: str) -> str:
    """`text` without control characters, but for the ends of lines, or marks that turn the writing around."""
    kept = (
        " " if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cs"} else c
        for c in text.replace("\r\n", "\n").translate({0x2028: "\n", 0x2029: "\n"})
        if c not in _BIDI_CONTROLS
    )
    return "".join(kept)


def one_line(text: str) -> str:
    """`text`, readable, on one line."""
    return " ".join(readable(text).split())


def first_line(text: str) -> str:
    """The first line of a text that says anything, as it is; empty where none does."""
    return next((line.strip() for line in text.splitlines() if one_line(as_typed(line))), "")


def escape(text: str) -> str:
    """`text` for a place where Slack reads `& < >` as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_within(text: str, limit: int) -> str:
    """`text` escaped, and where that is longer than `limit` characters, cut between two of its characters."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    kept, length = [], 1
    for character in map(escape, text):
        if length + len(character) > limit:
            break
        kept.append(character)
        length += len(character)
    return "".join(kept).rstrip() + "…"
