"""Slack's markup in words, without ids or escapes, for places outside Slack. Pure.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from incident.model.naming import clip
from incident.model.slack_text import one_line, readable

LIMIT = 3000
"""Characters of the words that are kept; what is longer ends in an ellipsis; a link leads to the rest."""

_MARKED = re.compile(r"<([^<>]*)>")
_WRITTEN_OUT = re.compile(r"<(@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+)(?:\|[^<>]*)?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SIGNS = str.maketrans("", "", "<>")


@dataclass(frozen=True, slots=True)
class Directory:
    """What people, groups and channels are called.

    Attributes:
        person, group, channel: the name of an id, without `@` or `#`; empty where it is not known. They may
            raise, and what they raise is raised.
        somebody, some_channel: what stands for a person and a channel that are not known.
    """

    person: Callable[[str], str]
    group: Callable[[str], str]
    channel: Callable[[str], str]
    somebody: str
    some_channel: str


def in_words(markup: str, directory: Directory, limit: int = LIMIT) -> str:
    """The words of a text in Slack's markup.

    People, groups and channels are called by their names, a link shows its label and its address, a date is
    as its writer would have it read where it cannot be computed. Signs of emphasis, emoji names, and the ends
    of lines in lists and code stay as they are.

    Args:
        markup: as Slack sends it, of whatever a person typed.
        directory: the names.
        limit: characters of the result.
    """
    markup, words, end = readable(markup), "", 0
    for found in _MARKED.finditer(markup):
        words += _unescaped(markup[end : found.start()]) + _reference(found[1], directory)
        end = found.end()
    words += _unescaped(markup[end:])
    while _WRITTEN_OUT.search(words):  # escaped twice by an app, or written by hand: an id all the same
        words = _WRITTEN_OUT.sub(lambda found: _reference(found[0][1:-1], directory), words)
    return clip(words.strip(), limit)


def _reference(inner: str, directory: Directory) -> str:
    """What stands between angle brackets, in words."""
    target, _, label = _unescaped(inner).partition("|")
    label = one_line(label)
    match target[:1]:
        case "@":
            return "@" + (label.lstrip("@") or _plain(directory.person(target[1:])) or directory.somebody)
        case "#":
            return "#" + (label or _plain(directory.channel(target[1:])) or directory.some_channel)
        case "!":
            return _special(target[1:], label, directory)
    return _link(target, label)


def _special(target: str, label: str, directory: Directory) -> str:
    name, _, rest = target.partition("^")
    if name == "subteam":
        return "@" + (label.lstrip("@") or _plain(directory.group(rest)) or directory.somebody)
    if name in {"here", "channel", "everyone"}:
        return f"@{name}"
    return label or name


def _link(url: str, label: str) -> str:
    """The label with the address behind it, or the address alone where that is what the label says."""
    address = url.removeprefix("mailto:")
    if (
        not label
        or label in {url, address}
        or re.sub(r"^https?://", "", url).rstrip("/") == label.rstrip("/")
    ):
        return address
    return f"{label} ({address})"


def _plain(name: str) -> str:
    """A name that people have given themselves, as text of one line without markup."""
    return one_line(name).translate(_SIGNS)


def _unescaped(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text
