"""The status card: how an incident stands, of what the store knows alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    MarkdownTextObject,
    RichTextElement,
    RichTextSectionElement,
    SectionBlock,
)

from incident.commands import close, decision, reopen
from incident.commands.role import NAMES
from incident.commands.update import ENDS, STATUSES
from incident.messages.incident import ending, headline, last_words, standing, title
from incident.messages.moments import when
from incident.messages.notices import SERVICES
from incident.messages.rich import (
    Message,
    bullets,
    line,
    link,
    moment,
    paragraphs,
    person,
    spoken,
    words,
)
from incident.messages.words import Words
from incident.model.facts import Fact, FactKind
from incident.model.incident import Deliverable, Incident, Status
from incident.model.marks import Mark
from incident.model.naming import clip
from incident.model.parts import When, actions_of, decisions_of
from incident.model.slack_text import as_typed, escape, one_line

MOST_TOLD = 7
"""Lines of the story that a card tells; the last ones."""

_WORDS_LIMIT = 300
_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an incident.

    Attributes:
        incident: its snapshot.
        story: the facts that tell what happened and stand, and the messages that are marked, oldest first.
        links: links to their lines in the channel, by fact id, as far as they are known.
        shown: the version that each surface shows, by what people call it.
        by_hand: the columns of the row in which people have written what means nothing, and which is let be.
        late: what is late, with the services that are waited for; empty for unknown ones.
    """

    incident: Incident
    story: Sequence[Fact | Mark] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[Deliverable, int] = field(default_factory=dict)
    late: Mapping[Deliverable, str] = field(default_factory=dict)
    by_hand: Sequence[str] = ()


def card(say: Words, known: Known, *, is_welcome: bool = False) -> Message:
    """The card; `is_welcome` for a person who has just come into the channel."""
    incident = known.incident
    blocks: list[Block] = [
        *title(say, incident),
        SectionBlock(fields=list(standing(say, incident))),
    ]
    if is_welcome:
        blocks.insert(0, paragraphs(line(say.card_welcome)))
    told = last_words(say, incident)
    blocks += told
    is_untold = not told and incident.is_open
    sections: list[RichTextElement] = [line(say.card_update_none)] if is_untold else []
    sections += _listed(say.card_decisions, [_words(one.text) for one in decisions_of(incident)])
    now = [one for one in actions_of(incident) if one.when == When.NOW]
    sections += _listed(say.card_now, [_words(one.text, one.owner) for one in now])
    sections += _listed(say.card_story, [_told(say, known, one) for one in known.story[-MOST_TOLD:]])
    if sections:
        blocks.append(paragraphs(*sections))
    notes = _notes(say, known)
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=escape(notes))]))
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=_declared(say, incident))]))
    return Message(_text(say, known, notes), blocks)


def _listed(heading: str, items: Sequence[RichTextSectionElement]) -> list[RichTextElement]:
    if not items:
        return []
    return [line("{heading}", heading=words(heading, bold=True)), bullets(items[-_MOST_PARTS:], "bullet")]


def _words(text: str, owner: str = "") -> RichTextSectionElement:
    shown = clip(one_line(as_typed(text)), _WORDS_LIMIT)
    return (
        line("{words} · {owner}", words=shown, owner=person(owner)) if owner else line("{words}", words=shown)
    )


def _told(say: Words, known: Known, one: Fact | Mark) -> RichTextSectionElement:
    """A line of the story: when, who, what, and the link to where it was said."""
    if isinstance(one, Mark):
        who = person(one.author) if one.author else words(one.author_name)
        return _line_of(moment(one.happened_at), who, clip(summary(say, one), _WORDS_LIMIT), one.link)
    return _told_fact(say, known, one)


def _told_fact(say: Words, known: Known, fact: Fact) -> RichTextSectionElement:
    url = known.links.get(fact.id) or str(fact.data.get("link") or "")
    if fact.kind == FactKind.DECLARED:
        url = known.incident.source.get("permalink", "")
    what = clip(summary(say, fact), _WORDS_LIMIT)
    if known.incident.decisions.get(fact.run, {}).get("rejected_by"):
        what += f" ({decision.ASKED[say.locale][2]})"
    who = person(fact.by) if fact.by else words("·")
    return _line_of(moment(fact.happened_at), who, what, url)


def _line_of(at: RichTextElement, who: RichTextElement, what: str, url: str) -> RichTextSectionElement:
    if url:
        return line("{at} {who} {what} {link}", at=at, who=who, what=what, link=link(url, "↗"))
    return line("{at} {who} {what}", at=at, who=who, what=what)


def summary(say: Words, one: Fact | Mark) -> str:
    """What a fact or a message says, in few words; its people's own where it has some."""
    return _said(say, one) if isinstance(one, Mark) else _stated(say, one)


def _said(say: Words, mark: Mark) -> str:
    """The words of a message, which bear no markup any more, and its files."""
    files = ", ".join(file.name for file in mark.files)
    return f"💬 {one_line(mark.text)} {files}".rstrip() + (f" ({say.deleted})" if mark.is_deleted else "")


def _stated(say: Words, fact: Fact) -> str:
    data = fact.data
    match fact.kind:
        case FactKind.SEVERITY_SET:
            return say.severity_named(str(data.get("severity") or ""))
        case FactKind.STATUS_SET:
            labels = {str(status): label for status, label in STATUSES[say.locale].items()}
            return labels.get(str(data.get("status")), str(data.get("status")))
        case FactKind.ROLE_TAKEN | FactKind.ROLES_GIVEN | FactKind.COMMAND_ACCEPTED:
            return f"→ {_roles(say, fact)}"
        case FactKind.DECLARED | FactKind.RENAMED:
            return one_line(str(data.get("title", "")))
        case FactKind.CALLED:
            return "📟 " + one_line(as_typed(str(data.get("reason", ""))))
        case FactKind.RESOLVED:
            ends = {str(one): label for one, label in ENDS[say.locale].items()}
            label = ends.get(str(data.get("outcome")), STATUSES[say.locale][Status.RESOLVED])
            return _with_words(f"✅ {label}", data.get("fix"))
        case FactKind.REOPENED:
            return _with_words(f"↩ {reopen.TEXT[say.locale].done}", data.get("reason"))
        case FactKind.CLOSED:
            return f"🔒 {close.WORDS[say.locale]['done']}"
    sign = {FactKind.NOTED: "📝 ", FactKind.DID: "✔ ", FactKind.DECIDED: "⚖ ", FactKind.ACTION_ADDED: "☐ "}
    return sign.get(FactKind(fact.kind), "") + one_line(as_typed(str(data.get("text", ""))))


def _with_words(said: str, text: object) -> str:
    words_ = one_line(as_typed(str(text or "")))
    return f"{said} · {words_}" if words_ else said


def _roles(say: Words, fact: Fact) -> str:
    roles = [str(fact.data["role"])] if "role" in fact.data else list(fact.data.get("roles", {}))
    if fact.kind == FactKind.COMMAND_ACCEPTED or fact.data.get("offered"):
        roles = [*roles, "incident_commander"]
    names = {str(role): name for role, name in NAMES[say.locale].items()}
    return ", ".join(names.get(role, role) for role in dict.fromkeys(roles))


def _notes(say: Words, known: Known) -> str:
    """What is late, and whether the surfaces agree."""
    things = []
    for deliverable, services in known.late.items():
        name = say.deliverables[deliverable]
        called = ", ".join(SERVICES.get(one, say.the_bot) for one in services.split(", ") if one)
        things.append(f"{name} ({called})" if called else name)
    said = [say.card_late.format(things=", ".join(things))] if things else []
    newest = known.incident.version
    if known.by_hand:
        names = {"status": say.status, "severity": say.severity}
        said.append(say.card_by_hand.format(columns=", ".join(names.get(one, one) for one in known.by_hand)))
    elif known.shown and all(version >= newest for version in known.shown.values()):
        return " ".join([*said, say.card_all_there.format(newest=newest)])
    versions = ", ".join(f"{say.surfaces[one]} {version}" for one, version in known.shown.items())
    return " ".join([*said, say.card_versions.format(versions=versions, newest=newest)])


def _declared(say: Words, incident: Incident) -> str:
    declared = say.declared.format(opener=f"<@{incident.declared_by}>", when=when(incident.declared_at))
    return f"{declared} · `{incident.id}`"


def _text(say: Words, known: Known, notes: str) -> str:
    incident = known.incident
    said = [
        say.essence.format(
            headline=escape(clip(headline(say, incident), 300)),
            severity=escape(say.severity_of(incident)),
            status=escape(say.status_of(incident)),
            commander=f"<@{incident.commander}>" if incident.commander else say.nobody,
            operations=f"<@{incident.operations_lead}>" if incident.operations_lead else say.nobody,
        )
    ]
    if not incident.is_open:
        said.append(f"{say.resolved} {ending(say, incident)}.")
    if incident.last_update:
        said.append(escape(clip(one_line(as_typed(incident.last_update.text)), 500)))
    said += [escape(clip(summary(say, one), 200)) for one in known.story[-MOST_TOLD:]]
    return spoken([said[0], escape(notes), *said[1:]])
