"""What is said of an incident: in its channel, in #incident-sre and to the person who opened it."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    LinkButtonElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from incident.commands import ANSWER_DECLARE, ANSWER_UPDATE, LINK_PREFIX
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
from incident.model.incident import Incident, Role
from incident.model.slack_text import escape, escape_within

TOPIC_LIMIT = 250
"""Characters of a topic or purpose; https://docs.slack.dev/reference/methods/conversations.setTopic"""


@dataclass(frozen=True, slots=True)
class Links:
    """What people join and read.

    Attributes:
        call: URL of the call; empty while there is none.
        report: URL of the report; empty while there is none.
    """

    call: str = ""
    report: str = ""


def topic(say: Words, incident: Incident) -> str:
    """The channel's topic, at most 250 characters, escaped."""
    start = say.topic.format(
        commander=f"<@{incident.roles[Role.INCIDENT_COMMANDER]}>",
        operations_lead=f"<@{incident.roles[Role.OPERATIONS_LEAD]}>",
        status=say.statuses[incident.status],
        title="",
    )
    return start + escape_within(incident.title, TOPIC_LIMIT - len(start))


def purpose(say: Words, incident: Incident) -> str:
    """The channel's purpose, at most 250 characters, escaped."""
    start = say.purpose.format(title="")
    return start + escape_within(incident.title, TOPIC_LIMIT - len(start))


def briefing(say: Words, incident: Incident, links: Links) -> Message:
    """The pinned message: what went wrong, who leads, where to meet and write, what comes next."""
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=say.briefing_title)),
        paragraphs(line("{title}", title=words(incident.title, bold=True))),
    ]
    commander = incident.roles[Role.INCIDENT_COMMANDER]
    severity = say.severities[incident.severity] if incident.severity else say.severity_unknown
    blocks.append(
        SectionBlock(
            fields=[
                _fact(say.commander, f"<@{commander}>"),
                _fact(say.operations_lead, f"<@{incident.roles[Role.OPERATIONS_LEAD]}>"),
                _fact(say.severity, severity),
                _fact(say.status, say.statuses[incident.status]),
            ]
        )
    )
    if buttons := _link_buttons(say, links):
        blocks.append(ActionsBlock(elements=buttons))
    blocks.append(
        paragraphs(
            line(say.next_title, commander=person(commander)),
            bullets([line(step) for step in say.next_steps], "ordered"),
            line("\n{everyone}", everyone=say.everyone),
        )
    )
    when = incident.declared_at
    declared = say.declared.format(
        opener=f"<@{incident.declared_by}>",
        when=f"<!date^{int(when.timestamp())}^{{date_short_pretty}} {{time}}|{when:%Y-%m-%d %H:%M %Z}>",
    )
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"{declared} · `{incident.id}`")]))
    return Message(notification("{kind}: {title}", kind=say.briefing_title, title=incident.title), blocks)


def announcement(say: Words, incident: Incident, channel_id: str) -> Message:
    """The message in #incident-sre."""
    return Message(
        notification(say.announcement_title, title=incident.title),
        [
            paragraphs(
                line(say.announcement_title, title=words(incident.title, bold=True)),
                line(
                    say.announcement,
                    commander=person(incident.roles[Role.INCIDENT_COMMANDER]),
                    channel=channel(channel_id),
                ),
            )
        ],
    )


def ready(say: Words, channel_id: str) -> Message:
    """The receipt of the person who opened the incident."""
    return Message(
        say.ready.format(channel=f"<#{channel_id}>"),
        [paragraphs(line(say.ready, channel=channel(channel_id)))],
    )


def question(say: Words, text: str, question_id: str) -> Message:
    """New incident, or update of this one?"""
    return Message(
        say.question,
        [
            paragraphs(line(say.question), quoted(text)),
            ActionsBlock(
                elements=[
                    ButtonElement(
                        text=PlainTextObject(text=say.question_update),
                        action_id=ANSWER_UPDATE,
                        value=question_id,
                        style="primary",
                    ),
                    ButtonElement(
                        text=PlainTextObject(text=say.question_declare),
                        action_id=ANSWER_DECLARE,
                        value=question_id,
                    ),
                ]
            ),
        ],
    )


def update(say: Words, user_id: str, text: str) -> Message:
    """What somebody has to say to everybody in the incident."""
    return Message(
        f"{say.update.format(person=f'<@{user_id}>')}: {escape(text)}",
        [paragraphs(line(say.update, person=person(user_id)), quoted(text))],
    )


def _fact(name: str, value: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=f"*{name}*\n{value}")


def _link_buttons(say: Words, links: Links) -> list[LinkButtonElement]:
    wanted = [("call", say.join_call, links.call, "primary"), ("report", say.open_report, links.report, None)]
    return [
        LinkButtonElement(
            text=PlainTextObject(text=label), url=url, action_id=LINK_PREFIX + name, style=style
        )
        for name, label, url, style in wanted
        if url
    ]
