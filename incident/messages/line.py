"""The line of a change, as Slack shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextElement,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
    UserSelectElement,
)

from incident.commands.line import Line, Link, Moment, Part, People
from incident.commands.undo import LABEL, UNDO
from incident.messages.moments import clock, fallback, markup
from incident.messages.rich import FALLBACK_LIMIT, Message, paragraphs
from incident.messages.words import Words
from incident.model.naming import clip
from incident.model.slack_text import as_typed, escape, escape_within, readable

_WORDS_LIMIT = 3000
_MORE_LIMIT = 2000
_PART_LIMIT = 300
"""Characters of words within a sentence, such as a title that was another before."""
_MOST_NAMED = 60
"""People that a line mentions by name; the rest are counted."""
_BOLD = re.compile(r"\*([^*]+)\*")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a change stands.

    Attributes:
        by: Slack user id of the person who made it.
        undo: id of the fact that a button takes back; empty for no button.
        undone_by: Slack user id of the person who took it back; empty where it stands.
    """

    by: str
    undo: str = ""
    undone_by: str = ""


def line(say: Words, said: Line, standing: Standing) -> Message:
    """The message of a change: one line, the person's own words, small print, and what can be pressed."""
    parts: dict[str, Part] = {**said.parts, "person": People([standing.by])}
    quote = readable(as_typed(said.quote)).strip()
    struck = bool(standing.undone_by)
    elements = list(_elements(said.text, parts, struck=struck))
    sections: list[RichTextElement] = []
    if quote and said.is_inline:
        elements += _texts(" " + clip(quote, _WORDS_LIMIT - 1), struck=struck)
    sections.append(RichTextSectionElement(elements=elements))
    if quote and not said.is_inline:
        sections.append(RichTextQuoteElement(elements=_texts(clip(quote, _WORDS_LIMIT), struck=struck)))
    blocks: list[Block] = [paragraphs(*sections)]
    more = [say.undone.format(person=f"<@{standing.undone_by}>")] if struck else []
    more += [] if struck else [_marked_up(sentence, parts) for sentence in said.more]
    if more:
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=_within("\n".join(more)))]))
    if not struck:
        blocks += _to_press(say, said, standing)
    return Message(_fallback(say, said, parts, quote, more), blocks)


def _to_press(say: Words, said: Line, standing: Standing) -> list[Block]:
    buttons = [
        ButtonElement(
            text=PlainTextObject(text=button.label),
            action_id=button.action_id,
            value=button.value,
            style="primary" if button.is_primary else None,
            url=button.url or None,
        )
        for button in said.buttons
    ]
    if standing.undo:
        undo = PlainTextObject(text=LABEL[say.locale])
        buttons.append(ButtonElement(text=undo, action_id=UNDO, value=standing.undo))
    blocks: list[Block] = []
    if said.picker:
        people = UserSelectElement(
            action_id=said.picker.action_id,
            placeholder=PlainTextObject(text=said.picker.placeholder),
            initial_user=said.picker.chosen or None,
        )
        blocks.append(ActionsBlock(block_id=said.picker.block, elements=[people, *buttons]))
    elif buttons:
        blocks.append(ActionsBlock(elements=buttons))
    return blocks


def _fallback(say: Words, said: Line, parts: Mapping[str, Part], quote: str, more: list[str]) -> str:
    """What screen readers and notifications say of all that."""
    text = _marked_up(said.text, parts)
    pressed = ", ".join(button.label for button in said.buttons)
    rest = " ".join([*more, *([say.to_press.format(buttons=escape(pressed))] if pressed else [])])
    room = FALLBACK_LIMIT - len(text) - len(rest) - 4
    if quote:
        words = escape_within(quote, max(room, 200))
        kind = text.removesuffix(".")
        text = f"{text} {words}" if said.is_inline else say.headline.format(kind=kind, title=words)
    return f"{text}\n{rest}" if rest else text


def _elements(template: str, parts: Mapping[str, Part], *, struck: bool) -> Iterator[RichTextElement]:
    """A sentence with its parts; what stands between asterisks is bold."""
    for position, piece in enumerate(_BOLD.split(template)):
        for literal, name, _, _ in Formatter().parse(piece):
            if literal:
                yield _text(literal, bold=bool(position % 2), struck=struck)
            if name:
                yield from _part(parts[name], bold=bool(position % 2), struck=struck)


def _part(part: Part, *, bold: bool, struck: bool) -> Iterator[RichTextElement]:
    match part:
        case str():
            if part:
                yield _text(clip(part, _PART_LIMIT), bold=bold, struck=struck)
        case Moment():
            yield RichTextElementParts.Date(
                timestamp=int(part.at.timestamp()),
                format=clock(part),
                fallback=fallback(part.at),
            )
        case Link():
            yield RichTextElementParts.Link(url=part.url, text=part.label)
        case People():
            shown = [RichTextElementParts.User(user_id=user) for user in part.users]
            groups = [RichTextElementParts.UserGroup(usergroup_id=group) for group in part.groups]
            everybody: list[RichTextElement] = [*groups, *shown]
            for number, mention in enumerate(everybody[:_MOST_NAMED]):
                if number:
                    yield _text(", ", struck=struck)
                yield mention
            if len(everybody) > _MOST_NAMED:
                yield _text(f" +{len(everybody) - _MOST_NAMED}", struck=struck)


def _marked_up(template: str, parts: Mapping[str, Part]) -> str:
    """A sentence in Slack's mrkdwn, its parts escaped."""
    pieces = []
    for literal, name, _, _ in Formatter().parse(template):
        pieces += [escape(literal), _markup(parts[name]) if name else ""]
    return "".join(pieces)


def _markup(part: Part) -> str:
    match part:
        case str():
            return escape(clip(part, _PART_LIMIT))
        case Moment():
            return markup(part)
        case Link():
            return f"<{escape(part.url)}|{escape(part.label)}>"
        case People():
            named = [f"<!subteam^{group}>" for group in part.groups] + [f"<@{user}>" for user in part.users]
            rest = len(named) - _MOST_NAMED
            return ", ".join(named[:_MOST_NAMED]) + (f" +{rest}" if rest > 0 else "")


def _texts(text: str, *, struck: bool) -> list[RichTextElement]:
    return [_text(text, struck=struck)]


def _text(text: str, *, bold: bool = False, struck: bool = False) -> RichTextElement:
    style = {**({"bold": True} if bold else {}), **({"strike": True} if struck else {})}
    return RichTextElementParts.Text(text=text, style=style or None)


def _within(text: str) -> str:
    """Small print, cut between two of its lines where it is too long."""
    while len(text) > _MORE_LIMIT:
        text = text.rpartition("\n")[0] or text[:_MORE_LIMIT].rpartition(" ")[0]
    return text
