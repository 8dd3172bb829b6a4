"""What a person is told alone: their new role, an update they follow, the open incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    PlainTextObject,
    RichTextElement,
    RichTextSectionElement,
)

from incident.commands import decision, follow
from incident.commands.lasting import after
from incident.commands.role import NAMES, NOTES
from incident.commands.update import ENDS, NEXT, STATUSES
from incident.messages import rich
from incident.messages.incident import headline
from incident.messages.moments import when
from incident.messages.report import WORDS
from incident.messages.rich import Message, bullets, paragraphs, quoted, spoken, words
from incident.messages.words import Words
from incident.model.incident import Finding, Incident, Status
from incident.model.naming import clip
from incident.model.slack_text import as_typed, escape, escape_within, readable

MOST_LISTED = 20
"""Incidents that a list names; the newest."""

_WORDS_LIMIT = 3000
_SPOKEN_LIMIT = 1000
"""Characters of people's words in the text of a message; its blocks have more of them."""


def role_note(say: Words, incident: Incident, role: str) -> Message:
    """What a person who takes a role does in the first five minutes."""
    name = {str(known): one for known, one in NAMES[say.locale].items()}.get(role, role)
    advice = {str(known): one for known, one in NOTES[say.locale].items()}.get(role, ())
    place = f"<#{incident.channel_id}>"
    sections: list[RichTextElement] = [
        rich.line(
            say.role_note,
            role=name,
            title=words(incident.title, bold=True),
            channel=rich.channel(incident.channel_id),
        ),
    ]
    title = escape_within(incident.title, _SPOKEN_LIMIT)
    text = [escape(say.role_note).format(role=name, title=title, channel=place)]
    if advice:
        sections += [rich.line(say.role_note_first), bullets([_coded(one) for one in advice], "bullet")]
        text += [" ".join([say.role_note_first, *advice])]
    blocks: list[Block] = [paragraphs(*sections)]
    if incident.last_update:
        told = clip(readable(as_typed(incident.last_update.text)).strip(), _WORDS_LIMIT)
        blocks.append(paragraphs(rich.line(say.role_taken_over), quoted(told)))
        text += [f"{say.role_taken_over} {escape_within(told, _SPOKEN_LIMIT)}"]
    return Message(spoken(text), blocks)


def _coded(text: str) -> RichTextSectionElement:
    """A sentence in which what stands between backticks is something to type."""
    pieces = text.split("`")
    elements = [rich.code(piece) if position % 2 else words(piece) for position, piece in enumerate(pieces)]
    return RichTextSectionElement(elements=elements)


def followed_update(say: Words, incident: Incident, by: str, text: str) -> Message:
    """An update, for somebody who follows the incident, and when the next one comes.

    Args:
        say: the words.
        incident: as it is.
        by: Slack user id of the person who posted it.
        text: as Slack sent it.
    """
    return _followed(say, incident, by, say.told_follower, text)


def followed_end(say: Words, incident: Incident, by: str, at: datetime, found: Mapping[str, Any]) -> Message:
    """That it is resolved, for somebody who follows it.

    Args:
        say: the words.
        incident: as it is.
        by: Slack user id of the person who resolved it; empty for somebody in the spreadsheet.
        at: when they said so.
        found: what they said of it, by `Finding`.
    """
    labels = {str(one): label for one, label in ENDS[say.locale].items()}
    status = labels.get(found.get(Finding.OUTCOME, ""), STATUSES[say.locale][Status.RESOLVED])
    lasted = after(incident, incident.resolved_at or at, say.locale)
    fix = str(found.get(Finding.FIX, ""))
    return _followed(say, incident, by, say.told_resolved, fix, status=status, after=lasted)


def followed_reopening(say: Words, incident: Incident, by: str, text: str) -> Message:
    """That it was reopened, for somebody who follows it; for the arguments see `followed_update`."""
    return _followed(say, incident, by, say.told_reopened, text)


def _followed(say: Words, incident: Incident, by: str, sentence: str, text: str, **parts: str) -> Message:
    told = clip(readable(as_typed(text)).strip(), _WORDS_LIMIT)
    label = PlainTextObject(text=follow.UNFOLLOW_TEXT[say.locale].label)
    title = headline(say, incident)
    where = rich.channel(incident.channel_id)
    sheet = WORDS[say.locale].sheet
    person, mention = (rich.person(by), f"<@{by}>") if by else (words(sheet), escape(sheet))
    shown: list[RichTextElement] = [rich.line(sentence, person=person, channel=where, **parts)]
    shown += [quoted(told)] if told else []
    escaped = {name: escape(part) for name, part in parts.items()}
    place = escape(sentence).format(person=mention, channel=f"<#{incident.channel_id}>", **escaped)
    due = incident.next_update
    promised = [rich.line(NEXT[say.locale]["day"], next=rich.moment(due))] if due else []
    said = f"{escape_within(title, _SPOKEN_LIMIT)} · {place} {escape_within(told, _SPOKEN_LIMIT)}"
    return Message(
        spoken(
            [
                said.rstrip(),
                *([NEXT[say.locale]["day"].format(next=when(due))] if due else []),
                say.to_press.format(buttons=follow.UNFOLLOW_TEXT[say.locale].label),
            ]
        ),
        [
            paragraphs(rich.line("{title}", title=words(clip(title, 300), bold=True)), *shown, *promised),
            ActionsBlock(
                elements=[ButtonElement(text=label, action_id=follow.UNFOLLOW, value=incident.channel_id)]
            ),
        ],
    )


def decided(say: Words, incident: Incident, by: str, text: str, decision_id: str) -> Message:
    """A decision that somebody else took, for the incident commander, with the button against it."""
    asked, stands, label = decision.ASKED[say.locale]
    told = clip(readable(as_typed(text)).strip(), _WORDS_LIMIT)
    shown = rich.line(asked, person=rich.person(by), channel=rich.channel(incident.channel_id))
    said = escape(asked).format(person=f"<@{by}>", channel=f"<#{incident.channel_id}>")
    button = ButtonElement(
        text=PlainTextObject(text=label),
        action_id=decision.REJECT,
        value=f"{incident.channel_id}/{decision_id}",
    )
    return Message(
        spoken([f"{said} {escape_within(told, _SPOKEN_LIMIT)}", stands, say.to_press.format(buttons=label)]),
        [paragraphs(shown, quoted(told), rich.line(stands)), ActionsBlock(elements=[button])],
    )


def listing(say: Words, incidents: Sequence[Incident]) -> Message:
    """The open incidents, in the order in which they are given."""
    if not incidents:
        return rich.plain(say.nothing_is_open)
    lines = [
        rich.line(
            say.listed,
            headline=words(clip(headline(say, one), 300), bold=True),
            channel=rich.channel(one.channel_id),
            status=say.status_of(one),
            commander=rich.person(one.commander) if one.commander else say.nobody,
            when=rich.moment(one.declared_at),
        )
        for one in incidents[:MOST_LISTED]
    ]
    named = [
        escape(say.listed).format(
            headline=escape(clip(headline(say, one), 100)),
            channel=f"<#{one.channel_id}>",
            status=escape(say.status_of(one)),
            commander=f"<@{one.commander}>" if one.commander else say.nobody,
            when=when(one.declared_at),
        )
        for one in incidents[:MOST_LISTED]
    ]
    title = rich.line("{title}", title=words(say.open_incidents, bold=True))
    return Message(spoken([say.open_incidents, *named]), [paragraphs(title, bullets(lines, "bullet"))])
