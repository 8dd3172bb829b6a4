"""Messages that people have put into the story of an incident. Pure.

They are kept in the snapshot as plain JSON (`Incident.marks`); this is a typed view of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from incident.model.incident import Incident


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message: its name, and the link to it in Slack; empty where that is not known."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A message in the story.

    Attributes:
        key: see `incident.model.changes.mark_key`.
        channel: id of its channel.
        ts: its own.
        thread_ts: of the thread it is a reply in; empty for none.
        text: in words, without ids; empty until it was read, or where it has none.
        author: Slack user id; empty for a bot.
        author_name: what the author is called; empty until it was read.
        files: those of the message.
        link: to the message; empty until it was read.
        happened_at: when it was written.
        is_read: whether its words are known.
        is_marked: whether anybody has it in the story.
        is_edited: whether its author has changed it.
        is_deleted: whether it is gone from Slack.
        unmarked_by: Slack user id of the person who took it out last; empty for none.
        unmarked_at: when; None where no person has.
    """

    key: str
    channel: str
    ts: str
    thread_ts: str
    text: str
    author: str
    author_name: str
    files: tuple[File, ...]
    link: str
    happened_at: datetime
    is_read: bool
    is_marked: bool
    is_edited: bool
    is_deleted: bool
    unmarked_by: str
    unmarked_at: datetime | None

    @classmethod
    def of(cls, key: str, stored: Mapping[str, Any]) -> Self:
        """The mark that is stored so."""
        unmarked, said = stored.get("unmarked", {}), stored.get("said", {})
        return cls(
            key=key,
            channel=stored.get("channel", ""),
            ts=stored.get("ts", ""),
            thread_ts=said.get("thread_ts", ""),
            text=said.get("text", ""),
            author=said.get("author", ""),
            author_name=said.get("author_name", ""),
            files=tuple(_file(one) for one in said.get("files", ())),
            link=said.get("link", ""),
            happened_at=_moment(str(stored.get("ts", ""))),
            is_read="said" in stored,
            is_marked=any(stored.get("marked", {}).values()),
            is_edited=bool(said.get("edited")),
            is_deleted="deleted_at" in stored,
            unmarked_by=unmarked.get("by", ""),
            unmarked_at=datetime.fromisoformat(unmarked["at"]) if unmarked else None,
        )


def marks_of(incident: Incident) -> list[Mark]:
    """All messages that are in the story or were, by when they were written."""
    found = (Mark.of(key, stored) for key, stored in incident.marks.items() if "ts" in stored)
    return sorted(found, key=lambda mark: (mark.happened_at, mark.key))


def _file(stored: object) -> File:
    if isinstance(stored, Mapping):
        return File(str(stored.get("name", "")), str(stored.get("url", "")))
    return File(str(stored))


def _moment(ts: str) -> datetime:
    """When it was written: the number that a `ts` is says it in seconds since the epoch."""
    seconds = float(ts) if ts.replace(".", "", 1).isdigit() else 0.0
    return datetime.fromtimestamp(seconds, UTC)
