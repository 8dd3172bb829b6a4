"""What was said in a channel, as lines of text for a document. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

INDENT = "    "
REPLY = "↳ "
"""Stands before a reply, which is indented, so that it is one without the indentation, too."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message in words.

    Attributes:
        at: with the timezone that it is to be shown in.
        author: what they are called.
        words: without Slack's markup; may have several lines.
        files: name and link of each; an empty link leads nowhere.
        is_reply: whether it stands in the thread of the message before it that is none.
    """

    at: datetime
    author: str
    words: str
    files: Sequence[tuple[str, str]] = ()
    is_reply: bool = False


def lines(said: Said, file_label: str) -> Iterator[tuple[str, str]]:
    """Text and link of the pieces of a message, without a line break at its end.

    Args:
        said: the message.
        file_label: what stands before the name of a file, such as "File: ".
    """
    start, rest = ("", INDENT)
    if said.is_reply:
        start, rest = INDENT + REPLY, INDENT * 2
    first, *more = said.words.splitlines() or [""]
    head = f"{start}{said.at:%Y-%m-%d %H:%M:%S} {zone(said.at)}  {said.author}: {first}".rstrip()
    yield "\n".join([head, *(f"{rest}{line}".rstrip() for line in more)]), ""
    for name, link in said.files:
        yield f"\n{rest}{file_label}", ""
        yield name, link


def zone(at: datetime) -> str:
    """The name of a time's zone, such as EST."""
    return at.tzname() or f"{at:%z}"
