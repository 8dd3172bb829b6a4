"""Sentences with people, channels and people's words in them, as Slack's rich text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from incident.commands.line import Moment
from incident.messages.moments import clock, fallback
from incident.model.slack_text import escape

FALLBACK_LIMIT = 3900
"""Characters of the text that screen readers and notifications have; Slack cuts at 4000.

https://docs.slack.dev/reference/methods/chat.postMessage#truncating
"""

_TEXT_LIMIT = 3000
"""Characters of people's words in one block; what is longer is cut and stands whole in the report."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready for Slack.

    Attributes:
        text: what notifications show; escaped.
        blocks: what the message shows.
    """

    text: str
    blocks: Sequence[Block]

    def to_response(self, **more: Any) -> dict[str, Any]:
        """The message as the body of an answer to Slack or of a `response_url`, only for the person."""
        return {
            "response_type": "ephemeral",
            "text": self.text,
            "blocks": [block.to_dict() for block in self.blocks],
            **more,
        }


Part = str | RichTextElement


def plain(text: str) -> Message:
    """One sentence of the bot's own."""
    return Message(text, [paragraphs(line(text))])


def person(user_id: str) -> RichTextElement:
    """A mention of a person."""
    return RichTextElementParts.User(user_id=user_id)


def channel(channel_id: str) -> RichTextElement:
    """A link to a channel."""
    return RichTextElementParts.Channel(channel_id=channel_id)


def moment(at: datetime) -> RichTextElement:
    """A day and time, in the reader's own zone."""
    said = Moment(at)
    return RichTextElementParts.Date(timestamp=int(at.timestamp()), format=clock(said), fallback=fallback(at))


def link(url: str, label: str) -> RichTextElement:
    """A link under a label."""
    return RichTextElementParts.Link(url=url, text=label)


def words(text: str, *, bold: bool = False) -> RichTextElement:
    """Characters, exactly these, cut at 3000."""
    if len(text) > _TEXT_LIMIT:
        text = text[: _TEXT_LIMIT - 1] + "…"
    return RichTextElementParts.Text(text=text, style={"bold": True} if bold else None)


def code(text: str) -> RichTextElement:
    """Characters as something to type."""
    return RichTextElementParts.Text(text=text, style={"code": True})


def sentence(template: str, **parts: Part) -> list[RichTextElement]:
    """`template` with `{names}` replaced by people, channels or words, none of which is read again."""
    elements: list[RichTextElement] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            elements.append(words(literal))
        if name:
            part = parts[name]
            elements.append(words(part) if isinstance(part, str) else part)
    return elements


def line(template: str, **parts: Part) -> RichTextSectionElement:
    """One paragraph of a `sentence`."""
    return RichTextSectionElement(elements=sentence(template, **parts))


def paragraphs(*elements: RichTextElement, block_id: str | None = None) -> RichTextBlock:
    """A block of paragraphs, lists and quotes."""
    return RichTextBlock(elements=list(elements), block_id=block_id)


def notification(template: str, **parts: str) -> str:
    """The same sentence as `text`, with the parts escaped."""
    return escape(template.format(**parts))


def spoken(lines: Iterable[str]) -> str:
    """The text of a message, of escaped lines: as many of the first as Slack leaves whole."""
    kept, room = [], FALLBACK_LIMIT
    for one in lines:
        room -= len(one) + 1
        if room < 0:
            break
        kept.append(one)
    return "\n".join(kept)


def quoted(text: str) -> RichTextElement:
    """People's words, set off."""
    return RichTextQuoteElement(elements=[words(text)])


def bullets(sections: Iterable[RichTextSectionElement], style: str) -> RichTextElement:
    """A list; `style` is `bullet` or `ordered`."""
    return RichTextListElement(elements=list(sections), style=style)


def to_copy(text: str) -> RichTextElement:
    """Characters to copy and send again, whole."""
    pieces = (text[start : start + _TEXT_LIMIT] for start in range(0, len(text), _TEXT_LIMIT))
    return RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=piece) for piece in pieces])
