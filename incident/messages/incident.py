"""What is said of an incident: in its channel, in #incident-sre and to the person who opened it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

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

from incident.commands import (
    action,
    card,
    decision,
    did,
    findings,
    follow,
    note,
    reopen,
)
from incident.commands.lasting import after
from incident.commands.registry import LINK_PREFIX, MORE, PRESSED_FIRST
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
from incident.model.incident import Finding, Incident, Role, Severity
from incident.model.naming import clip
from incident.model.slack_text import as_typed, escape, escape_within, readable

LAST_UPDATE_LIMIT = 600
"""Characters of the last update that briefing and board quote; it stands whole in the channel."""

TOPIC_LIMIT = 250
"""Characters of a topic or purpose; https://docs.slack.dev/reference/methods/conversations.setTopic"""

_HEADER_LIMIT = 150
_TITLE_LIMIT = 1000

AFTERWARDS = (findings.COMMAND, reopen.COMMAND)
"""What can be pressed once it is resolved."""
_MENU = (note.COMMAND, did.COMMAND, decision.COMMAND, action.COMMAND)


def topic(say: Words, incident: Incident, limit: int = TOPIC_LIMIT) -> str:
    """The channel's topic, escaped; every change of it leaves a line, so it says what changes seldom."""
    text = say.topic if incident.is_open else say.topic_resolved
    start = text.format(commander=_mention(say, incident.commander), title="")
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
        *last_words(say, incident),
        *_links(say, incident),
        ActionsBlock(elements=_buttons(say) if incident.is_open else _afterwards(say)),
    ]
    if incident.is_open:
        blocks.append(paragraphs(*_first_steps(say, incident)))
    declared = say.declared.format(opener=f"<@{incident.declared_by}>", when=when(incident.declared_at))
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"{declared} · `{incident.id}`")]))
    offered = PRESSED_FIRST if incident.is_open else AFTERWARDS
    pressed = ", ".join(spec.text[say.locale].label for spec in offered)
    return Message(f"{_essence(say, incident)} {say.to_press.format(buttons=pressed)}", blocks)


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
    ended_at = _ended_at(incident)
    facts = (say.board_resolved if ended_at else say.board_facts).format(
        severity=escape(say.severity_of(incident)),
        status=escape(say.status_of(incident)),
        commander=_mention(say, incident.commander),
        when=when(ended_at or incident.declared_at),
        after=after(incident, ended_at, say.locale) if ended_at else "",
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
        *last_words(say, incident),
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
    said = say.essence.format(
        headline=escape_within(headline(say, incident), _TITLE_LIMIT),
        severity=escape(say.severity_of(incident)),
        status=escape(say.status_of(incident)),
        commander=_mention(say, incident.commander),
        operations=_mention(say, incident.operations_lead),
    )
    return said if incident.is_open else f"{said} {say.resolved} {ending(say, incident)}."


def standing(say: Words, incident: Incident) -> Iterator[MarkdownTextObject]:
    """Who leads and how it stands, as the fields of a section."""
    yield _fact(say.commander, _mention(say, incident.commander))
    yield _fact(say.operations_lead, _mention(say, incident.operations_lead))
    yield _fact(say.communications_lead, _mention(say, incident.holder(Role.COMMUNICATIONS_LEAD)))
    yield _fact(say.severity, escape(say.severity_of(incident)))
    yield _fact(say.status, escape(say.status_of(incident)))
    if incident.is_open:
        yield _fact(say.next_update, _promise(say, incident))
    else:
        yield _fact(say.resolved, ending(say, incident))
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


def ending(say: Words, incident: Incident) -> str:
    """When it was resolved, and after how long, in Slack's mrkdwn; empty where that is not known."""
    at = _ended_at(incident)
    return say.resolved_at.format(when=when(at), after=after(incident, at, say.locale)) if at else "–"


def _ended_at(incident: Incident) -> datetime | None:
    return None if incident.is_open else incident.resolved_at


def last_words(say: Words, incident: Incident, limit: int = LAST_UPDATE_LIMIT) -> list[Block]:
    """What fixed it, where it is resolved; and the last update, unless that is older.

    Args:
        say: the words.
        incident: as it is.
        limit: characters of each that are quoted.
    """
    told, fixed = incident.last_update, incident.findings.get(Finding.FIX, {})
    blocks: list[Block] = []
    if not incident.is_open and fixed.get("value"):
        said = say.fixed.format(person=_mention(say, fixed.get("by", "")))
        blocks += _quote(said, str(fixed["value"]), limit)
        if told and incident.resolved_at and told.at <= incident.resolved_at:
            told = None
    if told:
        said = say.last_update.format(person=f"<@{told.by}>", when=when(told.at))
        blocks += _quote(said, told.text, limit)
    return blocks


def _quote(said: str, text: str, limit: int) -> list[Block]:
    """People's words, as Slack sent them, beneath a line that says whose they are."""
    return [
        ContextBlock(elements=[MarkdownTextObject(text=said)]),
        paragraphs(quoted(clip(readable(as_typed(text)).strip(), limit))),
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
        for spec in PRESSED_FIRST
    ]
    options = [
        Option(value=spec.opener, text=PlainTextObject(text=spec.text[say.locale].label)) for spec in _MENU
    ]
    options.append(Option(value=card.SHOW, text=PlainTextObject(text=card.TEXT[say.locale].label)))
    return [*buttons, OverflowMenuElement(action_id=MORE, options=options)]


def _afterwards(say: Words) -> list[InteractiveElement]:
    """The buttons of an incident that is over."""
    add, again = (PlainTextObject(text=spec.text[say.locale].label) for spec in AFTERWARDS)
    return [
        ButtonElement(text=add, action_id=findings.COMMAND.opener, value=findings.COMMAND.name),
        ButtonElement(text=again, action_id=reopen.REOPEN, value=reopen.COMMAND.name),
    ]


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
