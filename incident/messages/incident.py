"""What is said of an incident: in its channel, in #incident-sre and to the person who opened it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    LinkButtonElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    RichTextElement,
    SectionBlock,
)

from incident.commands import action, card, decision, did, follow, handover, note, page, severity, update
from incident.commands.registry import LINK_PREFIX, MORE
from incident.messages.moments import when
from incident.messages.rich import (
    Message,
    channel,
    line,
    link,
    paragraphs,
    person,
    quoted,
    words,
)
from incident.messages.words import Words
from incident.model.incident import Incident, Role, Severity
from incident.model.naming import clip
from incident.model.slack_text import as_typed, escape, escape_within, readable

LAST_UPDATE_LIMIT = 600
"""Characters of the last update that briefing and board quote; it stands whole in the channel."""

TOPIC_LIMIT = 250
"""Characters of a topic or purpose; https://docs.slack.dev/reference/methods/conversations.setTopic"""

_HEADER_LIMIT = 150
_TITLE_LIMIT = 1000

FORMS = (update.COMMAND, handover.COMMAND, page.COMMAND, severity.COMMAND)
_MENU = (note.COMMAND, did.COMMAND, decision.COMMAND, action.COMMAND)


def topic(say: Words, incident: Incident, limit: int = TOPIC_LIMIT) -> str:
    """The channel's topic, escaped; every change of it leaves a line, so it says what changes seldom."""
    start = say.topic.format(commander=_mention(say, incident.commander), title="")
    return start + escape_within(incident.title, limit - len(start))


def purpose(say: Words, incident: Incident, limit: int = TOPIC_LIMIT) -> str:
    """The channel's purpose, escaped."""
    start = say.purpose.format(title="")
    return start + escape_within(incident.title, limit - len(start))


def headline(say: Words, incident: Incident) -> str:
    """What an incident is called in a line: how bad it is in short, and its title; not escaped."""
    level = short_severity(incident)
    sign = "🚨" if incident.is_open else "✅"
    return (
        say.titled.format(sign=sign, level=level, title=incident.title)
        if level
        else f"{sign} {incident.title}"
    )


def short_severity(incident: Incident) -> str:
    """Such as `SEV2`; empty until it is assessed."""
    level = incident.severity or ""
    return level.upper() if level in set(Severity) else level


def briefing(say: Words, incident: Incident) -> Message:
    """The pinned message: how it stands, where to meet and write, what to do first, what can be pressed."""
    blocks: list[Block] = [
        *title(say, incident),
        SectionBlock(fields=list(standing(say, incident))),
        *_source(say, incident),
        *_last_update(say, incident),
        *_links(say, incident),
    ]
    if incident.is_open:
        blocks.append(ActionsBlock(elements=_buttons(say)))
        blocks.append(paragraphs(*_first_steps(say, incident)))
    declared = say.declared.format(opener=f"<@{incident.declared_by}>", when=when(incident.declared_at))
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"{declared} · `{incident.id}`")]))
    pressed = ", ".join(spec.text[say.locale].label for spec in FORMS)
    text = _essence(say, incident)
    return Message(text + (" " + say.to_press.format(buttons=pressed) if incident.is_open else ""), blocks)


def title(say: Words, incident: Incident) -> list[Block]:
    """The headline as a header and, where that has no room for it, whole beneath."""
    whole = headline(say, incident)
    header = HeaderBlock(text=PlainTextObject(text=clip(whole, _HEADER_LIMIT), emoji=False))
    if len(whole) <= _HEADER_LIMIT:
        return [header]
    return [header, paragraphs(line("{title}", title=words(incident.title)))]


def announcement(say: Words, incident: Incident, channel_url: str) -> Message:
    """The board: the message in #incident-sre, which always shows how the incident stands.

    Args:
        say: the words.
        incident: as it is.
        channel_url: a link to its channel.
    """
    facts = say.board_facts.format(
        severity=escape(say.severity_of(incident)),
        status=escape(say.status_of(incident)),
        commander=_mention(say, incident.commander),
        when=when(incident.declared_at),
    )
    if incident.next_update:
        facts += " · " + say.headline.format(kind=say.next_update, title=_promise(say, incident))
    elements: list[InteractiveElement] = [
        LinkButtonElement(
            text=PlainTextObject(text=say.join_channel),
            url=channel_url,
            action_id=f"{LINK_PREFIX}channel",
            style="primary",
        )
    ]
    if incident.meet_url:
        elements.append(
            LinkButtonElement(
                text=PlainTextObject(text=say.join_call),
                url=incident.meet_url,
                action_id=f"{LINK_PREFIX}call",
            )
        )
    label = follow.TEXT[say.locale].label
    elements.append(
        ButtonElement(text=PlainTextObject(text=label), action_id=follow.FOLLOW, value=incident.channel_id)
    )
    blocks: list[Block] = [
        paragraphs(line("{title}", title=words(headline(say, incident), bold=True))),
        SectionBlock(text=MarkdownTextObject(text=f"{facts}\n<#{incident.channel_id}>")),
        *_last_update(say, incident),
        ActionsBlock(elements=elements),
    ]
    links = [say.join_channel, *([say.join_call] if incident.meet_url else [])]
    pressed = say.to_press.format(buttons=", ".join([*links, label]))
    return Message(f"{_essence(say, incident)} <#{incident.channel_id}> {pressed}", blocks)


def ready(say: Words, incident: Incident) -> Message:
    """The receipt of the person who opened the incident: where, with what, and the first thing to do."""
    sections: list[RichTextElement] = [line(say.ready, channel=channel(incident.channel_id))]
    links = [(say.join_call, incident.meet_url), (say.open_report, incident.document_url)]
    for label, url in links:
        if url:
            sections.append(line("{link}", link=link(url, label)))
    if not incident.document_url:
        sections.append(line("{coming}", coming=say.report_coming))
    named = " ".join(f"{label}: {url}" for label, url in links if url)
    text = say.ready.format(channel=f"<#{incident.channel_id}>")
    return Message(f"{text} {escape(named)}".rstrip(), [paragraphs(*sections)])


def _essence(say: Words, incident: Incident) -> str:
    """What a screen reader is told: what went wrong, how it stands, who leads; escaped."""
    return say.essence.format(
        headline=escape_within(headline(say, incident), _TITLE_LIMIT),
        severity=escape(say.severity_of(incident)),
        status=escape(say.status_of(incident)),
        commander=_mention(say, incident.commander),
        operations=_mention(say, incident.operations_lead),
    )


def standing(say: Words, incident: Incident) -> Iterator[MarkdownTextObject]:
    """Who leads and how it stands, as the fields of a section."""
    yield _fact(say.commander, _mention(say, incident.commander))
    yield _fact(say.operations_lead, _mention(say, incident.operations_lead))
    yield _fact(say.communications_lead, _mention(say, incident.holder(Role.COMMUNICATIONS_LEAD)))
    yield _fact(say.severity, escape(say.severity_of(incident)))
    yield _fact(say.status, escape(say.status_of(incident)))
    yield _fact(say.next_update, _promise(say, incident))
    if scribe := incident.holder(Role.SCRIBE):
        yield _fact(say.scribe, f"<@{scribe}>")


def _fact(name: str, value: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=f"*{name}*\n{value}")


def _promise(say: Words, incident: Incident) -> str:
    return when(incident.next_update) if incident.next_update else say.no_promise


def _mention(say: Words, user: str) -> str:
    return f"<@{user}>" if user else say.nobody


def _source(say: Words, incident: Incident) -> list[Block]:
    """The message that it was declared from."""
    url = incident.source.get("permalink", "")
    if not url:
        return []
    return [paragraphs(line(say.declared_from, message=link(url, say.this_message)))]


def _last_update(say: Words, incident: Incident) -> list[Block]:
    told = incident.last_update
    if told is None:
        return []
    said = say.last_update.format(person=f"<@{told.by}>", when=when(told.at))
    return [
        ContextBlock(elements=[MarkdownTextObject(text=said)]),
        paragraphs(quoted(clip(readable(as_typed(told.text)).strip(), LAST_UPDATE_LIMIT))),
    ]


def _links(say: Words, incident: Incident) -> list[Block]:
    """The call and the report, and what to do while they are not there yet."""
    wanted = [
        ("call", say.join_call, incident.meet_url, "primary", say.call_coming),
        ("report", say.open_report, incident.document_url, None, say.report_coming),
    ]
    there = [
        LinkButtonElement(
            text=PlainTextObject(text=label), url=url, action_id=LINK_PREFIX + name, style=style
        )
        for name, label, url, style, _ in wanted
        if url
    ]
    coming = [line("{coming}", coming=meanwhile) for *_, url, _, meanwhile in wanted if not url]
    blocks: list[Block] = [ActionsBlock(elements=there)] if there else []
    return blocks + ([paragraphs(*coming)] if coming else [])


def _buttons(say: Words) -> list[InteractiveElement]:
    buttons: list[InteractiveElement] = [
        ButtonElement(
            text=PlainTextObject(text=spec.text[say.locale].label), action_id=spec.opener, value=spec.name
        )
        for spec in FORMS
    ]
    options = [
        Option(value=spec.opener, text=PlainTextObject(text=spec.text[say.locale].label)) for spec in _MENU
    ]
    options.append(Option(value=card.SHOW, text=PlainTextObject(text=card.TEXT[say.locale].label)))
    return [*buttons, OverflowMenuElement(action_id=MORE, options=options)]


def _first_steps(say: Words, incident: Incident) -> Sequence[RichTextElement]:
    """The three things the process has the incident commander do first, ticked by themselves."""
    operations, communications = incident.operations_lead, incident.holder(Role.COMMUNICATIONS_LEAD)
    is_handed_over = bool(operations) and operations != incident.commander
    is_told = bool(communications) or any(one.get("comms") for one in incident.calls.values())
    steps = [
        (is_handed_over, say.step_operations_done if is_handed_over else say.step_operations),
        (is_told, say.step_comms_done if is_told else say.step_comms),
        (bool(incident.calls), say.step_help_done if incident.calls else say.step_help),
    ]
    everyone = line("{everyone}", everyone=say.everyone)
    if all(done for done, _ in steps):
        return [everyone]
    who = person(incident.commander) if incident.commander else words(say.nobody)
    ticked = "\n".join(("☑ " if done else "☐ ") + text for done, text in steps)
    first = line(
        f"{say.next_title}\n{ticked}\n", commander=who, person=person(operations) if operations else ""
    )
    return [first, everyone]
