"""What a message of Slack's says, wherever in it that stands, as one text in Slack's own markup. Pure.

People's words are in `text`. Apps often leave that empty and put theirs into blocks or attachments, as does a
message that was forwarded. Everything in it is hostile: nothing is taken to be there, or of its type.

https://docs.slack.dev/reference/objects/message-object, https://docs.slack.dev/reference/block-kit/blocks,
https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from incident.model.slack_text import escape, one_line

LONGEST = 12_000
"""Characters of markup that are looked at; a message has up to 40,000, and a link."""

_MOST_PARTS = 200
_DEEPEST = 20
_MOST_FILES = 20
_LONGEST_NAME = 200
_DELETED_FILES = frozenset({"tombstone", "hidden_by_limit"})
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,6}")
_SCHEMES = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, and who says it.

    Attributes:
        text: in Slack's markup: people and channels by their ids, `& < >` escaped.
        author: Slack user id; empty where it is an app's.
        app_name: what the app calls itself; empty for a person.
        app_user: Slack user id of the app; empty where it has none, and for a person.
        thread_ts: of the thread it is a reply in; empty for none.
        files: name and link of each; a link is empty where Slack gives none.
        is_edited: whether it was changed since it was written.
    """

    text: str = ""
    author: str = ""
    app_name: str = ""
    app_user: str = ""
    thread_ts: str = ""
    files: tuple[tuple[str, str], ...] = ()
    is_edited: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types by field name."""
        return {**asdict(self), "files": [list(one) for one in self.files]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; fields of a newer version are passed over."""
        known = {one.name: stored[one.name] for one in fields(cls) if one.name in stored}
        return cls(**{**known, "files": tuple((name, link) for name, link in known.get("files", ()))})


def content_of(message: Mapping[str, Any]) -> Content:
    """What a message object says."""
    user, thread = _text(message, "user"), _text(message, "thread_ts")
    is_reply = thread != _text(message, "ts") and _TS.fullmatch(thread) is not None
    is_app = bool(_text(message, "bot_id")) or _text(message, "subtype") == "bot_message"
    profile = _within(message, "bot_profile")
    return Content(
        text=markup_of(message),
        author="" if is_app else user,
        app_name=one_line(_text(message, "username") or _text(profile, "name")) if is_app else "",
        app_user=user if is_app else "",
        thread_ts=thread if is_reply else "",
        files=tuple(_files(message)),
        is_edited=bool(_within(message, "edited")),
    )


def markup_of(message: Mapping[str, Any]) -> str:
    """The words of a message object, in Slack's markup, at most `LONGEST` characters."""
    said = _text(message, "text").strip() or _lines(_blocks(message))
    attachments = _objects(message, "attachments")
    told = [one for one in attachments if not _is_unfurled(one)] or ([] if said else attachments)
    return _lines([said, *(_attachment(one, 0) for one in told[:_MOST_PARTS])])[:LONGEST]


def _is_unfurled(attachment: Mapping[str, Any]) -> bool:
    """Whether Slack added it to show where a link in the text leads; what is forwarded has a link, too."""
    return bool(_text(attachment, "from_url")) and attachment.get("is_share") is not True


def _attachment(attachment: Mapping[str, Any], depth: int) -> str:
    """The words of an attachment; those of a message that is forwarded begin with its author's name."""
    said = [_text(attachment, name).strip() for name in ("pretext", "title", "text")]
    fields = [
        _lines([_text(one, "title"), _text(one, "value")], ": ") for one in _objects(attachment, "fields")
    ]
    words = _lines([*said, *fields]) or _lines(_blocks(attachment, depth))
    for shared in _objects(attachment, "message_blocks")[:_MOST_PARTS]:
        words = words or _lines(_blocks(_within(shared, "message"), depth))
    words = words or _text(attachment, "fallback").strip()
    author = _text(attachment, "author_name").strip()
    return f"{author}: {words}" if author and words else words or author


def _blocks(holder: Mapping[str, Any], depth: int = 0) -> list[str]:
    """The words of each block; what stands on buttons and in inputs is none of what a message says."""
    return [_block(one, depth) for one in _objects(holder, "blocks")[:_MOST_PARTS]]


def _block(block: Mapping[str, Any], depth: int) -> str:
    match _text(block, "type"):
        case "rich_text":
            return _lines(_rich(one, depth) for one in _objects(block, "elements")[:_MOST_PARTS])
        case "section" | "header":
            parts = [_within(block, "text"), *_objects(block, "fields")]
            return _lines(_composed(one) for one in parts)
        case "context":
            return _lines((_composed(one) for one in _objects(block, "elements")), " ")
        case "markdown":
            return escape(_text(block, "text").strip())
        case "image" | "video" | "file":
            title = _within(block, "title") or block
            return _composed(title) or escape(_text(block, "alt_text"))
    return ""


def _composed(part: Mapping[str, Any]) -> str:
    """The words of a text object, or what an image of a context shows."""
    if _text(part, "type") == "mrkdwn":
        return _text(part, "text").strip()
    return escape(_text(part, "text").strip() or _text(part, "alt_text").strip())


def _rich(element: Mapping[str, Any], depth: int) -> str:
    """An element of rich text: its pieces one after the other, the entries of a list each on a line."""
    if depth > _DEEPEST:
        return ""
    elements = _objects(element, "elements")[:_MOST_PARTS]
    if _text(element, "type") == "rich_text_list":
        indent = element.get("indent")
        start = "    " * min(indent, _DEEPEST) if isinstance(indent, int) and indent > 0 else ""
        return "\n".join(f"{start}• {_rich(one, depth + 1)}" for one in elements)
    return "".join(_rich(one, depth + 1) if "elements" in one else _piece(one) for one in elements)


def _piece(piece: Mapping[str, Any]) -> str:
    """A piece of rich text, as Slack writes it in `text`."""
    match _text(piece, "type"):
        case "text":
            return escape(_text(piece, "text"))
        case "link":
            url, label = escape(_text(piece, "url")), escape(_text(piece, "text"))
            return f"<{url}|{label}>" if label else f"<{url}>"
        case "emoji":
            return f":{_text(piece, 'name')}:"
        case "user":
            return f"<@{_text(piece, 'user_id')}>"
        case "usergroup":
            return f"<!subteam^{_text(piece, 'usergroup_id')}>"
        case "channel":
            return f"<#{_text(piece, 'channel_id')}>"
        case "broadcast":
            return f"<!{_text(piece, 'range')}>"
        case "date" | "color" | "team":
            return escape(_text(piece, "fallback") or _text(piece, "value"))
    return ""


def _files(message: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for file in _objects(message, "files")[:_MOST_FILES]:
        name = one_line(_text(file, "name") or _text(file, "title"))[:_LONGEST_NAME]
        link = _text(file, "permalink")
        is_link = link.startswith(_SCHEMES) and one_line(link) == link and " " not in link
        if name and _text(file, "mode") not in _DELETED_FILES:
            yield name, link if is_link else ""


def _lines(parts: Iterable[str], separator: str = "\n") -> str:
    return separator.join(part for part in parts if part.strip())


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _within(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _objects(holder: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    value = holder.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
