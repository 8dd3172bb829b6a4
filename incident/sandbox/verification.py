"""Whether an incident got everything the process asks for, exactly once.

Looks at what is there in Slack and in Google Workspace, and at nothing that the bot says about it. What
belongs together is found by the incident's id, which the bot leaves on what it makes: as metadata on its
messages, as `appProperties.incident` on the report, and in the first column of the tracking sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from incident.sandbox.google import Cell, DriveFile, FakeGoogle, Space
from incident.sandbox.google.state import DOCUMENT, SPREADSHEET
from incident.sandbox.slack.workspace import Bookmark, Channel, Message, Workspace

ANNOUNCEMENT = "incident_announcement"
BRIEFING = "incident_briefing"
CHANNEL = "incident-sre"
"""Where new incidents are announced."""

_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
_RECOGNISABLE = 60  # characters of a title; some places hold no more than its beginning


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the process asks for.

    Attributes:
        step: what it is, in two or three words.
        found: the name or link of each there is; there is to be one.
        problems: what is wrong with it.
    """

    step: str
    found: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is exactly one, and it is as it should be."""
        return len(self.found) == 1 and not self.problems


@dataclass(frozen=True, slots=True)
class Verification:
    """What there is of an incident.

    Attributes:
        title: what was typed.
        incident: the incident's id; empty if nothing carries one.
        lines: one for each thing the process asks for, in its order, and one for the opener's receipt.
    """

    title: str
    incident: str
    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """Whether everything is there exactly once."""
        return all(line.ok for line in self.lines)

    def text(self) -> str:
        """The receipt for a terminal, without a newline at the end."""
        width = max(len(line.step) for line in self.lines)
        rows = [f"Incident {self.incident or '(none)'}: {self.title}", ""]
        for line in self.lines:
            first, *others = line.found or ("missing",)
            rows.append(f"  {'✓' if line.ok else '✗'}  {line.step:<{width}}  {len(line.found)}  {first}")
            rows += [f"{'':{width + 10}}{other}" for other in others]
            rows += [f"{'':{width + 10}}but {problem}" for problem in line.problems]
        closing = "Everything is there, exactly once." if self.ok else "Not everything is there exactly once."
        return "\n".join([*rows, "", closing])


def everything(slack: Workspace, google: FakeGoogle) -> frozenset[str]:
    """The ids of all there is, to be given to `inspect` as known before an incident is declared."""
    rows = (row[0].text for row in _rows(google))
    files = (file.id for file in google.files())
    with slack.lock:
        return frozenset([*slack.channels, *slack.messages, *slack.bookmarks, *files, *rows])


def inspect(
    slack: Workspace, google: FakeGoogle, *, title: str, opener: str, known: frozenset[str] = frozenset()
) -> Verification:
    """Counts what one incident left.

    Args:
        slack: the workspace.
        google: the Workspace.
        title: what was typed after `/incident`.
        opener: the user id of who typed it.
        known: the ids of what was there before, from `everything`; all else is held to be of this incident.
    """
    with slack.lock:
        scene = _Scene(slack, google, " ".join(title.split()), opener, known)
        lines = (
            scene.channel(),
            scene.call(),
            scene.report(),
            scene.links(),
            scene.row(),
            scene.roles(),
            scene.announcement(),
            scene.receipt(),
        )
        return Verification(scene.title, scene.incident, lines)


class _Scene:
    """What is new in both, and what each line of the receipt makes of it."""

    def __init__(
        self, slack: Workspace, google: FakeGoogle, title: str, opener: str, known: frozenset[str]
    ) -> None:
        self.title = title
        self._opener = slack.users[opener]
        self._slack = slack
        self._google = google
        bot = slack.bot.id
        self._channels: list[Channel] = [
            c
            for c in slack.channels.values()
            if c.creator == bot and c.id not in known and c.kind != "direct"
        ]
        self._messages: list[Message] = [
            m for m in slack.messages.values() if m.user == bot and m.ts not in known
        ]
        self._bookmarks: list[Bookmark] = [b for b in slack.bookmarks.values() if b.id not in known]
        self._files: list[DriveFile] = [
            f
            for f in google.files()
            if "incident" in f.app_properties and f.id not in known and not f.trashed
        ]
        self._rows = [row for row in _rows(google) if row[0].text not in known]
        self._briefings = [m for m in self._messages if _event(m) == BRIEFING]
        self._announcements = [m for m in self._messages if _event(m) == ANNOUNCEMENT]
        shared = [text for c in self._channels for text in self._strings_of(c)]
        self._calls: list[Space] = [s for s in google.spaces() if any(s.code in t for t in shared)]
        ids = Counter(
            [
                *(_incident(m) for m in (*self._briefings, *self._announcements)),
                *(f.app_properties["incident"] for f in self._files),
                *(row[0].text for row in self._rows),
            ]
        )
        self.incident = ids.most_common(1)[0][0] if ids else ""

    def channel(self) -> Line:
        problems = []
        for channel in self._channels:
            if self._opener.id not in channel.members:
                problems.append(f"{self._opener.real_name} is not a member of #{channel.name}")
            if channel.archived:
                problems.append(f"#{channel.name} is archived")
        return Line("Channel", tuple(f"#{c.name}" for c in self._channels), tuple(problems))

    def call(self) -> Line:
        found = tuple(self._link(space.code) for space in self._calls)
        closed = [s.code for s in self._calls if s.config.get("accessType") != "TRUSTED"]
        return Line("Video call", found, tuple(f"{code} does not let the organisation in" for code in closed))

    def report(self) -> Line:
        problems = []
        for file in self._files:
            text = self._google.document_text(file.id) if file.mime_type == DOCUMENT else ""
            wanted = {
                "the title": self.title,
                "the call": self._calls[0].code if self._calls else "",
                "the channel": self._channels[0].name if self._channels else "",
                "who commands": self._opener.real_name,
            }
            problems += [f"{left} is not filled in" for left in dict.fromkeys(_PLACEHOLDER.findall(text))]
            problems += [f"{what} is not in it" for what, value in wanted.items() if value not in text]
            problems += self._strangers(file.app_properties["incident"])
        return Line("Report", tuple(f"{f.name}, {self._link(f.id)}" for f in self._files), tuple(problems))

    def links(self) -> Line:
        """The message with call and report, pinned, and their bookmarks."""
        problems = []
        wanted = {"call": [s.code for s in self._calls], "report": [f.id for f in self._files]}
        for briefing in self._briefings:
            said = list(_strings(briefing.blocks))
            channel = self._slack.channels[briefing.channel]
            if channel not in self._channels:
                problems.append(f"it is in #{channel.name}")
            if channel.pins.count(briefing.ts) != 1:
                problems.append("it is not pinned")
            problems += [
                f"it does not link the {what}"
                for what, keys in wanted.items()
                if not any(key in text for key in keys for text in said)
            ]
            problems += self._strangers(_incident(briefing))
        for what, keys in wanted.items():
            marks = [b for b in self._bookmarks if any(key in b.link for key in keys)]
            if len(marks) != 1:
                problems.append(f"there are {len(marks)} bookmarks of the {what}")
        found = [f"pinned in #{self._slack.channels[m.channel].name}" for m in self._briefings]
        return Line("Links shared", tuple(found), tuple(problems))

    def row(self) -> Line:
        problems = []
        for row in self._rows:
            texts = [cell.text for cell in row]
            links = [cell.link or "" for cell in row]
            if not any(self.title[:_RECOGNISABLE] in text for text in texts):
                problems.append("it does not hold the title as it was typed")
            if not any(f.id in link for f in self._files for link in links):
                problems.append("it does not link the report")
            if not any(c.name in text for c in self._channels for text in texts):
                problems.append("it does not name the channel")
            problems += self._strangers(row[0].text)
        return Line("Tracking row", tuple(row[0].text for row in self._rows), tuple(problems))

    def roles(self) -> Line:
        """The topic names the opener as commander, and the briefing as operations lead, too."""
        named = [c for c in self._channels if self._mentions([c.topic]) == 1]
        found = tuple(f"{self._opener.real_name} is IC and OL in #{channel.name}" for channel in named)
        problems = [
            "the briefing does not name both"
            for briefing in self._briefings
            if self._mentions(_strings(briefing.blocks)) < 2  # noqa: PLR2004
        ]
        return Line("Roles", found, tuple(problems))

    def announcement(self) -> Line:
        problems = []
        for message in self._announcements:
            if self._slack.channels[message.channel].name != CHANNEL:
                problems.append(f"it is not in #{CHANNEL}")
            said = [message.text, *_strings(message.blocks)]
            if not any(channel.id in text for channel in self._channels for text in said):
                problems.append("it does not link the channel")
            if not any(self._recognises(text) for text in said):
                problems.append("it does not say what went wrong")
            problems += self._strangers(_incident(message))
        names = tuple(f"#{self._slack.channels[m.channel].name}" for m in self._announcements)
        return Line("Announcement", names, tuple(problems))

    def receipt(self) -> Line:
        """What only the opener sees, and leads to the channel."""
        own = [m for m in self._messages if m.ephemeral_to == self._opener.id]
        leading = [
            m
            for m in own
            if any(c.id in text for c in self._channels for text in (m.text, *_strings(m.blocks)))
        ]
        return Line("Opener's receipt", tuple(f"to {self._opener.real_name}" for _ in leading))

    def _strings_of(self, channel: Channel) -> Iterator[str]:
        """Everything written in a channel, and its bookmarks."""
        for message in self._messages:
            if message.channel == channel.id:
                yield from (message.text, *_strings(message.blocks))
        yield from (bookmark.link for bookmark in self._bookmarks if bookmark.channel == channel.id)

    def _link(self, key: str) -> str:
        """The link that was shared to what has this key; the key itself if none was."""
        texts = (text for channel in self._channels for text in self._strings_of(channel))
        links = (link for text in texts for link in re.findall(r"https?://[^\s<>|]+", text))
        return next((link for link in links if key in link), key)

    def _mentions(self, texts: Iterator[str] | list[str]) -> int:
        names = "|".join(map(re.escape, (self._opener.id, self._opener.real_name)))
        return sum(len(re.findall(names, text)) for text in texts)

    def _recognises(self, text: str) -> bool:
        """Whether the text shows the title, escaped for Slack or where nothing is read as markup."""
        escaped = self.title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return self.title[:_RECOGNISABLE] in text or escaped[:_RECOGNISABLE] in text

    def _strangers(self, incident: str) -> list[str]:
        return [] if incident == self.incident else [f"it belongs to incident {incident}"]


def _rows(google: FakeGoogle) -> Iterator[list[Cell]]:
    """The rows of all spreadsheets that have something in the first column, without headers."""
    for file in google.files():
        if file.mime_type == SPREADSHEET and not file.trashed:
            for title in google.sheet_titles(file.id):
                yield from (row for row in google.sheet_rows(file.id, title)[1:] if row[0].text)


def _strings(value: object) -> Iterator[str]:
    """Every text in blocks, however deep, but the ids and types that Block Kit asks for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"type", "block_id", "action_id", "value"}:
                yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _event(message: Message) -> str:
    return str(message.metadata["event_type"]) if message.metadata else ""


def _incident(message: Message) -> str:
    return str(message.metadata["event_payload"].get("incident", "")) if message.metadata else ""
