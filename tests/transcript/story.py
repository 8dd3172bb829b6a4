"""One incident by two people, through signed requests: what they do, and what each place shows then."""

from __future__ import annotations

import re
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from incident.commands import action, commander, decision, explain, findings, page, update
from incident.commands.undo import UNDO
from incident.model.parts import Coming
from incident.sandbox.slack.entries import Entry
from incident.sandbox.slack.workspace import Message
from tests.transcript.show import Show
from tests.worker.bot import ALICE, BENOIT, GENERAL, SRE, Bot, running
from tests.worker.scene import DANA, THE_BOT, Scene

TIMEZONE = ZoneInfo("America/Toronto")
BEGINS = datetime(2026, 11, 23, 3, 12, tzinfo=TIMEZONE)
TITLE = "payments time out"
HEAD = """# One incident, by two people

Made by `make transcript`: Alice and Benoît carry one incident from its first words to its end,
through signed requests, with the stand-ins of Slack and Google Workspace. After each thing that they do
stands what it leaves: in a channel, in the thread of the board, or for one person alone. What can be
pressed is in brackets; ids and links are left out, and so is that **[Undo]** goes from a line after ten
minutes. Slack's own lines are in *italics*. Benoît has Slack in French: what only he reads is in
French.

"""
_INVISIBLE = re.compile("[\u2060-\u2064]")
_LINK = re.compile(r"https?://\S+")
_ID = "2026-11-23-4k7wm2zt"
_WITHOUT_UNDO = re.compile(r" ?\[Undo\]")


def transcript() -> str:
    """The transcript, in Markdown; the same however often it is made."""
    settings = {
        "INCIDENT_ONCALL_GROUPS": "S0ONCALL",
        "INCIDENT_COMMS_GROUP": "S0COMMS",
        "INCIDENT_TIMEZONE": TIMEZONE.key,
    }
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with running(Path(folder), **settings) as bot:
            return HEAD + _Teller(bot).told()


class _Teller:
    """Has people do things, and writes down what comes of each."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        bot.slack.event_delivery = "queued"
        # else it would be chance whether the opener is told of the report with the channel
        bot.fault_injector.delays = {"drive.files.copy": (4.0, 4.0), "meet.*": (0.6, 0.6)}
        bot.time.ahead = BEGINS.timestamp() - time.time()
        bot.slack.workspace._last_micros = 0  # time goes back once: messages are of the time of the story
        self._scene = Scene(bot)
        self._show = Show(bot.slack.workspace, TIMEZONE, self._plain)
        self._minute = 0
        self._known = self._messages()
        self._written: list[str] = []

    def told(self) -> str:
        """The whole story, and what every surface shows at its end."""
        self._types(0, ALICE, TITLE, GENERAL)
        scene = self._scene

        self._types(1, ALICE, "ol @benoit")
        self._types(1, ALICE, "sev 1 nobody can pay")
        self._types(2, ALICE, "page comms people will ask us soon")
        self._presses(3, DANA, scene.line, page.ANSWERS[Coming.YES], "I’m coming")
        self._types(4, BENOIT, "update the card processor refuses our certificate")
        self._types(5, BENOIT, "note 02:50 the new certificate was deployed")
        self._types(6, ALICE, "ic @benoit")
        offer = scene.line()
        self._presses(7, BENOIT, lambda: self._now(offer), commander.ACCEPT, "I have command")
        self._marks(8, BENOIT, "the new certificate has no intermediate: *that* is why", ALICE)
        self._types(9, BENOIT, "did put the old certificate back")
        self._types(10, ALICE, "decision fail over to Montréal")
        told = scene.direct(BENOIT, "incident_decision")[-1]
        self._presses(11, BENOIT, lambda: told, decision.REJECT, "Pas d’accord")
        self._fills_in(
            13,
            ALICE,
            "Update",
            update.COMMAND.opener,
            {update.WORDS: "Cards work again; we watch the errors.", update.STATUS: "monitoring",
             update.PROMISE: "30"},
        )  # fmt: skip
        self._presses(14, DANA, scene.board, "incident.follow", "Follow", where="#incident-sre")
        self._types(15, BENOIT, "sev 3")
        lowered = scene.line()
        self._explains(16, BENOIT, lowered, "one card in a hundred still fails")
        self._types(17, ALICE, "action rotate the key of the processor")
        added = scene.line()
        self._presses(18, BENOIT, lambda: self._now(added), action.NOW, "Now")
        self._presses(18, BENOIT, lambda: self._now(added), action.OWNER, "Who owns it?", value=ALICE)
        self._types(19, BENOIT, "sev 4 by mistake")
        self._presses(20, BENOIT, scene.line, UNDO, "Undo")
        self._types(21, ALICE, "rename card payments fail")
        self._types(22, BENOIT, "maj plus aucune erreur depuis dix minutes")
        self._types(23, ALICE, "status")
        self._types(48, BENOIT, "resolve put the old certificate back")
        began = str(int(BEGINS.replace(hour=2, minute=50).timestamp()))
        self._fills_in(
            50,
            ALICE,
            "Add what we know",
            findings.COMMAND.opener,
            {findings.IMPACT: "Cards were refused in every shop.", findings.BEGAN: began,
             findings.LEARNT: "person"},
        )  # fmt: skip
        return "\n".join([*self._written, *self._ends()]) + "\n"

    # What people do.

    def _types(self, minute: int, user: str, text: str, channel: str = "") -> None:
        where = channel or self._scene.channel
        self._at(minute)
        did = f"types `/incident {text}` in {self._show.channel(where)}"
        reply = self._bot.slack.type(user, where, f"/incident {text}")
        assert reply.status == 200
        self._carry_out()
        self._write(user, did)

    def _presses(
        self,
        minute: int,
        user: str,
        message: Callable[[], Message],
        press: str,
        label: str,
        *,
        value: Entry = None,
        where: str = "",
    ) -> None:
        self._at(minute)
        pressed = message()
        reply = self._bot.slack.press(user, pressed.channel, pressed.ts, press, value)
        assert reply.status == 200
        self._carry_out()
        chosen = f" and chooses @{self._show.name(str(value))}" if value else ""
        self._write(user, f"presses **[{label}]**{f' in {where}' if where else ''}{chosen}")

    def _fills_in(self, minute: int, user: str, label: str, opener: str, values: Mapping[str, Entry]) -> None:
        self._at(minute)
        self._scene.fill_in(opener, values, user)
        filled = "; ".join(f"*{_entered(value)}*" for value in values.values())
        self._write(user, f"presses **[{label}]** in the briefing and fills in the form: {filled}")

    def _marks(self, minute: int, author: str, text: str, user: str) -> None:
        """A message, and somebody who puts it into the timeline."""
        self._at(minute)
        message = self._scene.write(text, author)
        self._carry_out()
        self._bot.slack.react(user, message.channel, message.ts, "memo")
        self._carry_out()
        self._write(user, f"reacts with 📝 to what {self._show.name(author)} wrote: “{text}”")

    def _explains(self, minute: int, user: str, message: Message, why: str) -> None:
        self._at(minute)
        view = self._scene.open(message, explain.COMMAND.opener, user)
        self._scene.submit(view, {explain.WHY: why}, user)
        self._write(user, f"presses **[Say why]** and fills in the form: *{why}*")

    def _plain(self, text: str) -> str:
        text = _INVISIBLE.sub("", text)
        return _LINK.sub("(link)", text.replace(self._scene.id, _ID) if self._scene.id else text)

    def _carry_out(self) -> None:
        self._scene.carry_out(*self._bot.published())
        if not self._scene.id:
            (channel,) = self._bot.incidents()
            found = self._bot.store.incident_in_channel(channel.id)
            assert found
            self._scene.id, self._scene.channel = found.id, found.channel_id
        self._scene.events()

    def _at(self, minute: int) -> None:
        """It is so many minutes after the beginning, and a few seconds."""
        later = BEGINS.timestamp() + 60 * minute + 5 - self._bot.time.seconds()
        self._bot.time.pass_(max(later, 0.0))
        self._minute = minute

    def _now(self, message: Message) -> Message:
        return self._bot.slack.workspace.messages[message.ts]

    # What comes of it.

    def _messages(self) -> dict[str, Message]:
        return dict(self._bot.slack.workspace.messages)

    def _write(self, user: str, did: str) -> None:
        now = self._messages()
        new = [message for ts, message in now.items() if ts not in self._known]
        edited = [m for ts, m in now.items() if ts in self._known and m != self._known[ts]]
        before, self._known = self._known, now
        at = datetime.fromtimestamp(BEGINS.timestamp() + 60 * self._minute, TIMEZONE)
        self._written += [f"### {at:%H:%M} · {self._show.name(user)} {did}", ""]
        entries = sorted(
            self._entry(message) for message in new if message.user == THE_BOT or message.subtype
        )
        changed = sorted(
            self._entry(message, "edited")
            for message in edited
            if self._is_changed(message, before[message.ts])
        )
        for _, lines in [*entries, *changed]:
            self._written += [*lines, ""]
        surfaces = sorted({self._surface(message) for message in edited} - {""})
        if surfaces:
            self._written += [f"Edited in place: {', '.join(surfaces)}.", ""]

    def _entry(self, message: Message, how: str = "") -> tuple[tuple[int, str], list[str]]:
        """A message with where it stands, after what it is sorted by: steps at once are in no order."""
        channel = self._bot.slack.workspace.channels[message.channel]
        if message.subtype:
            text = self._show.mrkdwn(message.text)
            text = text.removeprefix("@").removeprefix(self._show.name(message.user)).strip()
            line = f"*{self._show.channel(message.channel)}: {self._show.name(message.user)} {text}*"
            briefings = self._bot.messages(message.channel, "incident_briefing")
            is_above = all(message.ts < briefing.ts for briefing in briefings)
            return (0 if is_above else 2, line), [line]
        place, rank = self._show.channel(message.channel), 1 if message.channel == self._scene.channel else 3
        if message.ephemeral_to:
            place, rank = f"only {self._show.name(message.ephemeral_to)} sees this", 5
        elif channel.kind == "direct":
            (person,) = set(channel.members) - {THE_BOT}
            place, rank = f"to {self._show.name(person)} in person", 4
        elif message.thread_ts not in {None, message.ts}:
            place = f"in the thread of the board, {place}"
        shown = "  \n".join(f"> {line}" for line in self._show.message(message))
        order = f"{place} {message.ts if rank == 5 else shown}"
        return (rank, order), [f"> **{place}**{f' ({how})' if how else ''}  ", shown]

    def _is_changed(self, message: Message, before: Message) -> bool:
        """Whether a line says something else than before; that its Undo went is not told."""
        then, now = ("\n".join(self._show.message(one)) for one in (before, message))
        return self._is_line(message) and _WITHOUT_UNDO.sub("", then).strip() != now.strip()

    def _is_line(self, message: Message) -> bool:
        return message.metadata is not None and message.metadata["event_type"] in {
            "incident_line",
            "incident_update",
        }

    def _surface(self, message: Message) -> str:
        kind = str(message.metadata["event_type"]) if message.metadata else ""
        return {"incident_briefing": "the briefing", "incident_announcement": "the board"}.get(kind, "")

    def _ends(self) -> list[str]:
        scene, show = self._scene, self._show
        channel = self._bot.slack.workspace.channels[scene.channel]
        own = [m for m in self._bot.messages(scene.channel) if m.ephemeral_to is None]
        shown = scene.surfaces()
        quoted = [f"> {line}  " for line in show.message(scene.briefing())]
        board = [f"> {line}  " for line in show.message(scene.board())]
        row = " | ".join(self._plain(cell) or "–" for cell in shown.row)
        report = [line.strip() for line in self._plain(shown.report).splitlines() if line.strip()]
        bookmarks = [b for b in self._bot.slack.workspace.bookmarks.values() if b.channel == scene.channel]
        return [
            "## What there is in the end",
            "",
            f"The bot left {len(own)} messages in #{channel.name}, of which the briefing is one.",
            "",
            "**Topic**: " + show.mrkdwn(channel.topic),
            "",
            "**Bookmarks**: " + ", ".join(sorted(bookmark.title for bookmark in bookmarks)),
            "",
            "**The briefing**, pinned",
            "",
            *quoted,
            "",
            f"**The board**, in {show.channel(SRE)}, with {len(scene.thread())} updates in its thread",
            "",
            *board,
            "",
            "**The row** in the tracking sheet",
            "",
            f"> {row}",
            "",
            "**The report**",
            "",
            *[f"> {line}  " for line in report],
        ]


def _entered(value: Entry) -> str:
    """What was entered, a moment as people see it."""
    is_moment = isinstance(value, str) and value.isdecimal() and len(value) == len("1795000000")
    return f"{datetime.fromtimestamp(int(value), TIMEZONE):%H:%M}" if is_moment else str(value)  # type: ignore[arg-type]
