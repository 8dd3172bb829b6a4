"""Names made of what a person typed: channels, documents, ids. Pure; never fails, whatever was typed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32encode
from datetime import date

CHANNEL_NAME_LIMIT = 80
"""Characters, of `[a-z0-9_-]`; https://docs.slack.dev/reference/methods/conversations.create"""

DOCUMENT_TITLE_LIMIT = 250
"""Characters. Drive takes far more; the file systems that reports are downloaded to stop at 255."""

_EMOJI_NAMED = 4
_UNNAMED = "unnamed"
_WORD = re.compile("[a-z0-9]+")
_NOT_WORD = re.compile("[^A-Za-z0-9]")


def channel_name(day: date, title: str) -> str:
    """`incident-{date}-{slug}`: valid in Slack and readable, at most 80 characters.

    Scripts are romanised; emoji go by their names when there is nothing else; what leaves nothing
    (only punctuation) is called `unnamed`.
    """
    prefix = f"incident-{day.isoformat()}-"
    room = CHANNEL_NAME_LIMIT - len(prefix)
    return prefix + (_slug(_romanised(title), room) or _slug(_names_of_symbols(title), room) or _UNNAMED)


def with_suffix(name: str, number: int) -> str:
    """The `number`th channel of this name: `name`, `name-2`, `name-3`, still at most 80 characters."""
    if number == 1:
        return name
    suffix = f"-{number}"
    return name[: CHANNEL_NAME_LIMIT - len(suffix)].rstrip("-") + suffix


def document_title(day: date, title: str) -> str:
    """`2026-11-23 Database is down`, at most 250 characters."""
    return clip(f"{day.isoformat()} {title}", DOCUMENT_TITLE_LIMIT)


def incident_id(day: date, run_id: str) -> str:
    """`{date}-{8 letters and digits}`, derived from the run that declares it: the same however often it runs.

    40 bits a day: two incidents of one day share an id once in some 10^9 days of fifty incidents.
    """
    return f"{day.isoformat()}-{digest(run_id, 8)}"


def digest(text: str, length: int = 26) -> str:
    """`length` (52 at most) lower-case letters and digits that stand for `text`."""
    return b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:length]


def clip(text: str, limit: int) -> str:
    """`text`, or its first characters and an ellipsis where it is longer than `limit`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _slug(text: str, room: int) -> str:
    """The first words of romanised `text` that fit in `room` characters; empty where it has none."""
    slug = ""
    for word in _WORD.findall(text.lower()):
        longer = f"{slug}-{word}" if slug else word[:room]
        if len(longer) > room:
            break
        slug = longer
    return slug


def _romanised(text: str) -> str:
    """`text` in ASCII, whatever script it is in, without its emoji."""
    return "".join(map(_romanised_character, unicodedata.normalize("NFKC", text)))


def _romanised_character(character: str) -> str:
    if character.isascii():
        return character
    from anyascii import anyascii  # noqa: PLC0415 - 11 ms, which the Slack function's start need not pay

    roman = anyascii(character)
    if unicodedata.category(character)[0] in "LM":
        roman = _NOT_WORD.sub("", roman)  # signs for sounds that ASCII lacks, which part no words
        return f" {roman} " if "IDEOGRAPH" in unicodedata.name(character, "") else roman
    return "" if roman.startswith(":") else roman  # `:fire:`


def _names_of_symbols(title: str) -> str:
    symbols = dict.fromkeys(c for c in title if unicodedata.category(c) == "So")
    return " ".join(unicodedata.name(symbol, "") for symbol in list(symbols)[:_EMOJI_NAMED])
