"""What is said of an incident: in its channel, in #incident-sre and to the person who opened it."""

from __future__ import annotations

from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    HeaderBlock,
    LinkButtonElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from incident.commands.registry import LINK_PREFIX
from incident.messages.rich import (
    Message,
    bullets,
    channel,
    line,
    notification,
    paragraphs,
    person,
    quoted,
    words,
)
from incident.messages.words import Words
from incident.model.incident import Incident
from incident.model.naming import clip
from incident.model.slack_text import as_typed, escape, escape_within, readable

LAST_UPDATE_LIMIT = 600
"""Characters of the last update that briefing and board quote; it stands whole in the channel."""

TOPIC_LIMIT = 250
"""Characters of a topic or purpose; https://docs.slack.dev/reference/methods/conversations.setTopic"""


def topic(say: Words, incident: Incident) -> str:
    """The channel's topic, at most 250 characters, escaped."""
    start = say.topic.format(
        commander=f"<@{incident.commander}>",
        operations_lead=f"<@{incident.operations_lead}>",
        status=escape(say.status_of(incident)),
        title="",
    )
    return start + escape_within(incident.title, TOPIC_LIMIT - len(start))


def purpose(say: Words, incident: Incident) -> str:
    """The channel's purpose, at most 250 characters, escaped."""
    start = say.purpose.format(title="")
    return start + escape_within(incident.title, TOPIC_LIMIT - len(start))


def briefing(say: Words, incident: Incident) -> Message:
    """The pinned message: what went wrong, who leads, where to meet and write, what comes next."""
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=say.briefing_title)),
        paragraphs(line("{title}", title=words(incident.title, bold=True))),
        SectionBlock(
            fields=[
                _fact(say.commander, f"<@{incident.commander}>"),
                _fact(say.operations_lead, f"<@{incident.operations_lead}>"),
                _fact(say.severity, escape(say.severity_of(incident))),
                _fact(say.status, escape(say.status_of(incident))),
            ]
        ),
    ]
    blocks += _last_update(say, incident)
    if buttons := _link_buttons(say, incident):
        blocks.append(ActionsBlock(elements=buttons))
    blocks.append(
        paragraphs(
            line(say.next_title, commander=person(incident.commander)),
            bullets([line(step) for step in say.next_steps], "ordered"),
            line("\n{everyone}", everyone=say.everyone),
        )
    )
    declared = say.declared.format(opener=f"<@{incident.declared_by}>", when=_when(incident.declared_at))
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"{declared} · `{incident.id}`")]))
    return Message(notification(say.headline, kind=say.briefing_title, title=incident.title), blocks)


def announcement(say: Words, incident: Incident) -> Message:
    """The board: the message in #incident-sre, which always shows how the incident stands."""
    facts = say.board_facts.format(
        severity=escape(say.severity_of(incident)),
        status=escape(say.status_of(incident)),
        when=_when(incident.declared_at),
    )
    blocks: list[Block] = [
        paragraphs(
            line(say.announcement_title, title=words(incident.title, bold=True)),
            line(
                say.announcement,
                commander=person(incident.commander),
                channel=channel(incident.channel_id),
            ),
        ),
        ContextBlock(elements=[MarkdownTextObject(text=facts)]),
        *_last_update(say, incident),
    ]
    return Message(notification(say.announcement_title, title=incident.title), blocks)


def ready(say: Words, incident: Incident) -> Message:
    """The receipt of the person who opened the incident."""
    return Message(
        say.ready.format(channel=f"<#{incident.channel_id}>"),
        [paragraphs(line(say.ready, channel=channel(incident.channel_id)))],
    )


def _fact(name: str, value: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=f"*{name}*\n{value}")


def _when(at: datetime) -> str:
    """A time in the reader's own timezone.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M %Z}>"


def _last_update(say: Words, incident: Incident) -> list[Block]:
    update = incident.last_update
    if update is None:
        return []
    said = say.last_update.format(person=f"<@{update.by}>", when=_when(update.at))
    return [
        ContextBlock(elements=[MarkdownTextObject(text=said)]),
        paragraphs(quoted(clip(readable(as_typed(update.text)), LAST_UPDATE_LIMIT))),
    ]


def _link_buttons(say: Words, incident: Incident) -> list[LinkButtonElement]:
    wanted = [
        ("call", say.join_call, incident.meet_url, "primary"),
        ("report", say.open_report, incident.document_url, None),
    ]
    return [
        LinkButtonElement(
            text=PlainTextObject(text=label), url=url, action_id=LINK_PREFIX + name, style=style
        )
        for name, label, url, style in wanted
        if url
    ]
