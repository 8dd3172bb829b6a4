"""One incident in the hands of several people: what they do, and what each of them sees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from incident.model.facts import Fact
from incident.model.incident import Incident
from incident.model.interaction import Interaction
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.entries import Entry
from incident.sandbox.slack.workspace import Message
from tests.worker.bot import ALICE, GENERAL, SRE, Bot, Surfaces, event_type, words_of

_INVISIBLE = re.compile("[\u2060-\u2064]")

CHIDI, DANA, ZOE, ANA, ANA_LOPEZ = "U0CHIDI", "U0DANA", "U0ZOE", "U0ANA", "U0ANALOPEZ"
HUGO, INGRID, SAM = "U0HUGO", "U0INGRID", "U0SAM"
"""A guest who can be invited nowhere, an account that is deactivated, somebody of another workspace."""
THE_BOT = "U0INCIDENT"


@dataclass
class Scene:
    """An incident that was declared, and its people.

    Attributes:
        bot: the bot.
        id, channel: the incident's, and its channel's.
    """

    bot: Bot
    id: str = ""
    channel: str = ""
    _said: set[str] = field(default_factory=set)

    @classmethod
    def begin(cls, bot: Bot, title: str = "database is down", user: str = ALICE) -> Scene:
        """A person declares an incident; everything is there."""
        bot.slack.event_delivery = "queued"
        incident = bot.declare(title, user)
        scene = cls(bot, incident.id, incident.channel_id)
        scene.events()
        return scene

    # What people do.

    def say(self, text: str, user: str = ALICE, channel: str = "", *, literal: bool = False) -> Interaction:
        """A person types `/incident` and `text`, in the incident's channel if no other is named."""
        reply = self.bot.slack.type(user, channel or self.channel, f"/incident {text}", literal=literal)
        assert reply.status == 200
        (message,) = self.bot.published()
        self.carry_out(message)
        return message

    def press(self, message: Message, action: str, user: str = ALICE, value: Entry = None) -> Interaction:
        """A person presses a button, or chooses in a menu."""
        reply = self.bot.slack.press(user, message.channel, message.ts, action, value)
        assert reply.status == 200
        (published,) = self.bot.published()
        self.carry_out(published)
        return published

    def open(self, message: Message, action: str, user: str = ALICE, value: Entry = None) -> str:
        """A person presses a button that opens a form; the form's id."""
        reply = self.bot.slack.press(user, message.channel, message.ts, action, value)
        assert reply.status == 200
        assert reply.view, "the form opens at once"
        self.carry_out(*self.bot.published())
        return reply.view

    def submit(self, view: str, values: Mapping[str, Entry], user: str = ALICE) -> None:
        """A person fills in a form and submits it."""
        reply = self.bot.slack.submit(user, view, values)
        assert not reply.errors, reply.errors
        assert not reply.view, "it closes"
        self.carry_out(*self.bot.published())

    def fill_in(self, opener: str, values: Mapping[str, Entry], user: str = ALICE) -> None:
        """A person presses the briefing's button, fills in the form and submits it."""
        self.submit(self.open(self.briefing(), opener, user), values, user)

    def shortcut(self, message: Message, callback_id: str, user: str = ALICE) -> Interaction:
        """A person chooses from a message's menu."""
        reply = self.bot.slack.message_shortcut(user, message.channel, message.ts, callback_id)
        assert reply.status == 200
        (published,) = self.bot.published()
        self.carry_out(published)
        return published

    def write(self, text: str, user: str = ALICE, channel: str = "", thread: str | None = None) -> Message:
        """A person writes an ordinary message, having joined the channel."""
        self.bot.slack.join(user, channel or self.channel)
        ts = self.bot.slack.type(user, channel or self.channel, text, thread).ts
        assert ts
        return self.bot.slack.workspace.messages[ts]

    def join(self, user: str) -> None:
        """A person joins the channel."""
        self.bot.slack.join(user, self.channel)
        self.events()

    def leave(self, user: str) -> None:
        """A person leaves the channel."""
        self.bot.slack.leave(user, self.channel)
        self.events()

    def events(self) -> None:
        """Slack's events reach the bot, and what they mean is carried out."""
        assert all(reply.status == 200 for reply in self.bot.slack.deliver_events())
        self.carry_out(*self.bot.published())

    def carry_out(self, *messages: Interaction) -> None:
        """Delivers messages and what they lead to."""
        assert self.bot.carry_out(*messages) == [200] * len(messages)

    def wait(self, minutes: float) -> None:
        """Time goes by, with a tick at its end."""
        self.bot.time.pass_(minutes * 60 - 60)
        self.bot.minute()

    # What there is.

    @property
    def now(self) -> Incident:
        """The incident as it is stored."""
        found = self.bot.store.incident(self.id)
        assert found
        return found

    def facts(self, kind: str = "") -> list[Fact]:
        """The facts of a kind, or all."""
        return [fact for fact in self.bot.store.facts(self.id) if kind in {"", str(fact.kind)}]

    def surfaces(self) -> Surfaces:
        """What everybody sees of it."""
        return self.bot.surfaces(self.now)

    def report(self) -> str:
        """The report as people see it, without the marks by which its places are known."""
        return _INVISIBLE.sub("", self.surfaces().report)

    def surfaces_without_report(self) -> str:
        """The words of briefing and board, which need no Google."""
        return f"{words_of(self.briefing())}\n{words_of(self.board())}"

    def lines(self) -> list[str]:
        """The texts of the lines in the channel, as they are now."""
        return [line.text for line in self.line_messages()]

    def line_messages(self) -> list[Message]:
        """Those lines."""
        return self.bot.messages(self.channel, "incident_line")

    def line(self, position: int = -1) -> Message:
        """The last line, or another."""
        return self.line_messages()[position]

    def words(self, position: int = -1) -> str:
        """All words of the last line's blocks, or of another's."""
        return words_of(self.line(position))

    def briefing(self) -> Message:
        """The pinned message."""
        (found,) = self.bot.messages(self.channel, "incident_briefing")
        return found

    def board(self) -> Message:
        """The announcement."""
        found = [
            m
            for m in self.bot.messages(SRE, "incident_announcement")
            if m.metadata and m.metadata["event_payload"]["incident"] == self.id
        ]
        assert len(found) == 1
        return found[0]

    def thread(self) -> list[str]:
        """The replies in the board's thread."""
        board = self.board()
        replies = [m for m in self.bot.slack.workspace.messages.values() if m.thread_ts == board.ts]
        return [m.text for m in sorted(replies, key=lambda m: m.ts) if m.ts != board.ts]

    def whispers(self, user: str = ALICE) -> list[Message]:
        """What the bot has told this person alone, wherever, oldest first."""
        found = [m for m in self.bot.slack.workspace.messages.values() if m.ephemeral_to == user]
        return sorted((m for m in found if m.user == THE_BOT), key=lambda m: m.ts)

    def direct(self, user: str, kind: str = "") -> list[Message]:
        """What the bot has told this person by direct message, oldest first."""
        channels = {
            c.id
            for c in self.bot.slack.workspace.channels.values()
            if c.kind == "direct" and user in c.members
        }
        found = [m for m in self.bot.slack.workspace.messages.values() if m.channel in channels]
        own = [m for m in found if m.user == THE_BOT and kind in {"", event_type(m)}]
        return sorted(own, key=lambda m: m.ts)

    def members(self) -> set[str]:
        """Who is in the channel."""
        return set(self.bot.slack.workspace.channels[self.channel].members)

    def said(self) -> int:
        """How many messages of the bot's there are for everybody, anywhere, and in person."""
        return len(
            [m for m in self.bot.slack.workspace.messages.values() if m.user == THE_BOT and not m.subtype]
        )


def buttons(message: Message) -> list[str]:
    """The action_ids of what can be pressed or chosen in a message."""
    return [str(element["action_id"]) for _, element in elements(message.blocks)]


def labels(message: Message) -> list[str]:
    """What stands on its buttons."""
    return [str(e["text"]["text"]) for _, e in elements(message.blocks) if e["type"] == "button"]


__all__ = ["GENERAL", "Scene", "buttons", "labels"]
