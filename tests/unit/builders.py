"""Every message the bot has, made of any words, for tests of what they look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from incident.commands.line import Line
from incident.commands.refusal import Reason
from incident.commands.registry import COMMANDS, typed
from incident.messages import asking, card, notices, person
from incident.messages import incident as incident_messages
from incident.messages import intake as intake_messages
from incident.messages import line as line_messages
from incident.messages.card import Known
from incident.messages.line import Standing
from incident.messages.notices import About
from incident.messages.rich import Message, plain
from incident.messages.words import Words
from incident.model.facts import Fact, FactKind
from incident.model.incident import Deliverable, Incident, Role, Severity, Status, Update
from incident.model.marks import File, Mark
from incident.model.slack_text import escape
from incident.runtime.failures import NotYetKnownError, PermanentError, TransientError
from incident.sandbox.slack import blocks as block_kit
from incident.sandbox.slack import mrkdwn
from tests.unit.incidents import EXAMPLES, leaves_a_line, line_of, started

CALL, REPORT = "https://meet.example/abc-defg-hij", "https://docs.example/d/1?a=1&b=2"
CHANNEL_URL = "https://slack.example/archives/C012AB"
ERRORS = (
    TransientError("docs", "http 503"),
    TransientError("slack", "ratelimited", retry_after=7.0),
    TransientError("bot", "ZeroDivisionError"),
    TransientError("deadline", "no time left in this delivery"),
    NotYetKnownError("slack", "name_taken, by whom is not known yet"),
    PermanentError("drive", "notFound"),
    PermanentError("nobody", "<&>"),
)
RUN = "command-" + "k" * 26
DATE = re.compile(r"<!date[^>]*>")
UNFILLED = re.compile(r"\{\w*\}")
"""A placeholder of the words; what a person is to fill in has spaces."""
AT = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)


def incident(title: str, **more: Any) -> Incident:
    """An incident of this title."""
    roles = {Role.INCIDENT_COMMANDER: "U012ABCDEF", Role.OPERATIONS_LEAD: "W987ZYXWVU"}
    return Incident(
        **{
            "id": "2026-11-23-4k7wm2zt",
            "title": title,
            "date": date(2026, 11, 23),
            "declared_at": AT,
            "declared_by": "U012ABCDEF",
            "roles": roles,
            **more,
        }
    )


THERE: dict[str, Any] = {
    "channel_id": "C012AB", "channel_name": "incident-down", "meet_url": CALL, "document_url": REPORT,
}  # fmt: skip
NOTHING_YET: dict[str, Any] = {}


def updated(title: str, text: str) -> Incident:
    """With a last update, of which `text` is how Slack sent it."""
    return incident(title, last_update=Update(text, "U012ABCDEF", AT + timedelta(hours=1)), **THERE)


def elsewhere(deliverable: Deliverable, title: str, **more: Any) -> About:
    """A notice that is read outside the incident's channel."""
    return About(deliverable, incident(title, **more), is_elsewhere=True)


def in_channel(deliverable: Deliverable, **more: Any) -> About:
    """A notice in the incident's channel."""
    return About(deliverable, incident("down", **more), is_elsewhere=False)


def fact(kind: str, number: int = 0, **data: Any) -> Fact:
    """One of the story."""
    return Fact(f"run{number}.{kind}", kind, AT + timedelta(minutes=number), "U012ABCDEF", data)


def mark(number: int, text: str, *, author: str = "U012ABCDEF", is_deleted: bool = False) -> Mark:
    """A message that somebody marked."""
    at, link = AT + timedelta(minutes=number), f"https://slack.example/m{number}"
    files = (File("graph.png", link), File(text))
    return Mark(
        f"C1-{number}", "C1", f"{number}.1", "", text, author, text, files, link, at,
        is_read=True, is_marked=True, is_edited=False, is_deleted=is_deleted, unmarked_by="",
        unmarked_at=None,
    )  # fmt: skip


def told(text: str) -> Known:
    """All that an incident can hold, with a person's words (as Slack sends them) in each place."""
    said = escape(text)
    part = {"text": said, "by": "U012ABCDEF", "at": AT.isoformat()}
    story: list[Fact | Mark] = [
        fact(FactKind.DECLARED, 1, title=text),
        fact(FactKind.SEVERITY_SET, 2, severity="sev2"),
        fact(FactKind.STATUS_SET, 3, status="monitoring"),
        fact(FactKind.CALLED, 4, reason=said),
        fact(FactKind.ROLES_GIVEN, 5, roles={"scribe": "U0ANA"}, offered="U0BEN"),
        fact(FactKind.NOTED, 6, text=said),
        mark(7, text),
        mark(8, text, author="", is_deleted=True),
        fact(FactKind.UPDATE_POSTED, 8, text=said),
        fact(FactKind.RENAMED, 9, title=text),
    ]
    known = replace(
        updated(text, said),
        severity="sev2",
        source={"permalink": "https://slack.example/p1", "text": said},
        decisions={f"d{n}": part for n in range(10)},
        actions={f"a{n}": {**part, "when": "now", "owner": "U0ANA" if n % 2 else ""} for n in range(10)},
    )
    links = {one.id: f"https://slack.example/{one.id}" for one in story[3:] if isinstance(one, Fact)}
    shown = dict.fromkeys(
        (Deliverable.TOPIC, Deliverable.BRIEFING, Deliverable.ANNOUNCEMENT, Deliverable.TRACKING), 7
    )
    late = {Deliverable.CALL: "meet", Deliverable.REPORT: ""}
    return Known(known, story, links, shown, late)


STANDING = Standing("U012ABCDEF", f"{RUN}.noted")


def _line(said: Line) -> Callable[[Words], Message]:
    return lambda say: line_messages.line(say, said, STANDING)


Builder = Callable[[Words, str], Message]
"""Makes a message of the words and of what a person typed."""

QUOTING: dict[str, Builder] = {
    "briefing": lambda say, text: incident_messages.briefing(say, incident(text, **THERE)),
    "announcement": lambda say, text: incident_messages.announcement(
        say, incident(text, **THERE), CHANNEL_URL
    ),
    "question": lambda say, text: asking.question(say, escape(text), RUN),
    "line": lambda say, text: _line(Line("{person} did it", quote=escape(text)))(say),
    "line_inline": lambda say, text: _line(Line("{person}:", quote=escape(text), is_inline=True))(say),
    "role_note": lambda say, text: person.role_note(say, incident(text, **THERE), Role.SCRIBE),
    "followed_update": lambda say, text: person.followed_update(
        say, incident("down", **THERE), "U012ABCDEF", escape(text)
    ),
    "decided": lambda say, text: person.decided(
        say, incident("down", **THERE), "U012ABCDEF", escape(text), RUN
    ),
    "not_recorded": intake_messages.not_recorded,
    "not_known_if_recorded": lambda say, text: intake_messages.not_known_if_recorded(say, text, "x" * 2000),
    "late": lambda say, text: notices.late(say, elsewhere(Deliverable.CHANNEL, text), ERRORS[0]),
    "failed": lambda say, text: notices.failed(
        say, elsewhere(Deliverable.CHANNEL, text, **THERE), ERRORS[-1], run_id=RUN
    ),
    "there": lambda say, text: notices.there(say, elsewhere(Deliverable.CHANNEL, text, **THERE)),
}
"""Every message with people's words in it whole."""

OF_SLACK = {"question", "line", "line_inline", "followed_update", "decided"}
"""Those whose words come as Slack sent them, and are made readable where they are shown."""

CLIPPING: dict[str, Builder] = {
    "which_incident": lambda say, text: asking.which_incident(say, escape(text), [], RUN),
    "whom": lambda say, text: asking.whom(say, text, RUN),
    "card": lambda say, text: card.card(say, told(text)),
    "welcome": lambda say, text: card.card(say, told(text), is_welcome=True),
    "list": lambda say, text: person.listing(say, [incident(text, **THERE)] * 25),
    "which_of_many": lambda say, text: asking.which_incident(
        say, escape(text), [incident(text, **{**THERE, "channel_id": f"C{n:09}"}) for n in range(100)], RUN
    ),
    "renamed": lambda say, text: _line(
        Line("{person}, it was “{before}”:", {"before": text}, quote=escape(text), is_inline=True)
    )(say),
    "followed_title": lambda say, text: person.followed_update(
        say, updated(text, escape(text)), "U1ANA", "x"
    ),
    "taken_over": lambda say, text: person.role_note(say, updated(text, escape(text)), Role.SCRIBE),
}
"""The messages in which people's words are cut short."""

LAST_UPDATE: dict[str, Builder] = {
    "briefing": lambda say, text: incident_messages.briefing(say, updated("down", escape(text))),
    "board": lambda say, text: incident_messages.announcement(
        say, updated("down", escape(text)), CHANNEL_URL
    ),
}
"""The messages that quote the last update."""

LINES = [one for one in EXAMPLES if leaves_a_line(one)]


def lines(say: Words) -> Iterator[Message]:
    """What the channel reads of every command: as it stands, with its Undo, and taken back."""
    for command in LINES:
        for before in (started(), started(severity="sev2")):
            said = line_of(command, say.locale, before)
            for standing in (Standing("U0ANA"), STANDING, Standing("U0ANA", undone_by="U0ALICE")):
                yield line_messages.line(say, said, standing)


def notices_of(say: Words, about: Callable[[Deliverable], About]) -> list[Message]:
    """Every notice, of every deliverable and failure."""
    return [
        *(notices.late(say, about(one), error) for one in Deliverable for error in ERRORS),
        *(notices.failed(say, about(one), error, run_id=RUN) for one in Deliverable for error in ERRORS),
        *(notices.there(say, about(one)) for one in Deliverable),
    ]


def standing(**links: Any) -> Iterator[Incident]:
    """Incidents as bad and as far as they come."""
    for severity in (None, "sev0", *Severity):
        for status in ("contained", *Status):
            yield incident("down", severity=severity, status=status, **links)


OWN: dict[str, Callable[[Words], Sequence[Message]]] = {
    "plain": lambda say: [plain(say.received)],
    "press_not_recorded": lambda say: [
        intake_messages.press_not_recorded(say, resend) for resend in ("", "x" * 2000)
    ],
    "press_not_known_if_recorded": lambda say: [
        intake_messages.press_not_known_if_recorded(say, resend) for resend in ("", "x" * 2000)
    ],
    "form_did_not_open": lambda say: [intake_messages.form_did_not_open(say)],
    "help_text": lambda say: [intake_messages.help_text(say)],
    "ready": lambda say: [
        incident_messages.ready(say, incident("down", channel_id="C012AB", **links))
        for links in (NOTHING_YET, {"meet_url": CALL}, {"document_url": REPORT})
    ],
    "briefing": lambda say: [
        incident_messages.briefing(say, one)
        for links in (NOTHING_YET, {"meet_url": CALL}, {"document_url": REPORT}, THERE)
        for one in standing(**links)
    ],
    "board": lambda say: [
        incident_messages.announcement(say, one, CHANNEL_URL)
        for links in ({"channel_id": "C012AB"}, THERE)
        for one in standing(**links)
    ],
    "cards": lambda say: [
        card.card(say, Known(one, shown={Deliverable.REPORT: 0}), is_welcome=is_welcome)
        for one in standing(**THERE)
        for is_welcome in (True, False)
    ],
    "vacant": lambda say: [
        incident_messages.briefing(say, incident("down", roles={}, **THERE)),
        incident_messages.announcement(say, incident("down", roles={}, **THERE), CHANNEL_URL),
        card.card(say, Known(incident("down", roles={}))),
        person.listing(say, [incident("down", roles={}, **THERE)]),
    ],
    "role notes": lambda say: [
        person.role_note(say, incident("down", **THERE), role) for role in (*Role, "of a newer version")
    ],
    "list": lambda say: [person.listing(say, [incident("down", **THERE)] * number) for number in (0, 1, 99)],
    "refusals": lambda say: [
        asking.refusal(say, reason, who) for reason in Reason for who in ("", "U012ABCDEF")
    ],
    "questions": lambda say: [
        asking.which_incident(say, "update", [], RUN),
        asking.which_incident(say, "", [], RUN),
        asking.which_incident(say, "", [incident("down", **THERE)], RUN),
    ],
    "lines": lambda say: [*lines(say)],
    "done": lambda say: [plain(spec.text[say.locale].done) for spec in typed() if spec.states],
    "menus": lambda say: [asking.menu(spec.menu(say.locale)) for spec in COMMANDS if spec.menu],
    "openers": lambda say: [
        asking.opener(say, spec, spec.form(say.locale), channel)
        for spec in COMMANDS
        if spec.form
        for channel in ("", "C012AB")
    ],
    "notices elsewhere": lambda say: notices_of(say, lambda one: elsewhere(one, "down", **THERE)),
    "notices in the channel": lambda say: notices_of(say, lambda one: in_channel(one, **THERE)),
    "notices of what has nothing yet": lambda say: notices_of(say, lambda one: elsewhere(one, "down")),
    "notices without an incident": lambda say: notices_of(
        say, lambda one: About(one, None, is_elsewhere=True)
    ),
    "retry_failed": lambda say: [
        notices.retry_failed(say, one, error) for one in Deliverable for error in ERRORS
    ],
}
"""Every message of the bot's own words."""


def shown(message: Message) -> list[dict[str, Any]]:
    """The blocks, which the client's models check, and after them the stand-in."""
    blocks = [block.to_dict() for block in message.blocks]
    assert block_kit.problems(blocks, "message") == []
    assert list(mrkdwn.problems(message.text)) == []
    assert message.text
    assert message.to_response()["response_type"] == "ephemeral"
    return blocks


def objects(found: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in the blocks, however deep."""
    if isinstance(found, dict):
        yield found
        for value in found.values():
            yield from objects(value)
    elif isinstance(found, list):
        for value in found:
            yield from objects(value)


def literal(blocks: Any) -> list[str]:
    """What people read as it stands: plain text without emoji codes, and the text of rich text."""
    return [
        one["text"]
        for one in objects(blocks)
        if one.get("type") == "text" or (one.get("type") == "plain_text" and one.get("emoji") is False)
    ]


def marked_up(blocks: Any) -> list[str]:
    """What Slack reads as its own."""
    return [one["text"] for one in objects(blocks) if one.get("type") == "mrkdwn"]


def labels(blocks: Any) -> list[str]:
    """What stands on the buttons."""
    return [one["text"]["text"] for one in objects(blocks) if one.get("type") == "button"]


def buttons(message: Message) -> dict[str, str]:
    """What its buttons open or carry, by action_id."""
    found = [one for one in objects(shown(message)) if one.get("type") == "button"]
    assert len({one["action_id"] for one in found}) == len(found)
    return {one["action_id"]: one.get("url") or one["value"] for one in found}
