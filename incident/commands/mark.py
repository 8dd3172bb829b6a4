"""*Add to timeline* in a message's menu: the message is part of the story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from incident.commands.spec import Chosen, Said, Shortcut, Spec, Text
from incident.model.facts import FactKind

CALLBACK = "timeline.add"

TEXT = {
    "en": Text((), "", "", done="It is in the timeline."),
    "fr": Text((), "", "", done="C’est au journal."),
}


@dataclass(frozen=True, slots=True)
class MarkMessage:
    """Add a message to the timeline.

    Attributes:
        channel, ts, thread_ts, author, text, files, link: as in `incident.commands.spec.Chosen`.
    """

    channel: str
    ts: str
    thread_ts: str = ""
    author: str = ""
    text: str = ""
    files: list[str] = field(default_factory=list)
    link: str = ""


def of_message(chosen: Chosen) -> MarkMessage:
    """The message, whatever it holds."""
    return MarkMessage(
        chosen.channel,
        chosen.ts,
        chosen.thread_ts,
        chosen.user,
        chosen.text,
        list(chosen.files),
        chosen.permalink,
    )


def states(command: MarkMessage, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: the message as it is, and when it was written."""
    seconds = float(command.ts) if command.ts.replace(".", "", 1).isdigit() else said.at.timestamp()
    return FactKind.MESSAGE_MARKED, {
        "channel": command.channel,
        "ts": command.ts,
        "thread_ts": command.thread_ts,
        "author": command.author,
        "text": command.text,
        "files": command.files,
        "link": command.link,
        "happened_at": said.at.fromtimestamp(seconds, said.at.tzinfo).isoformat(),
    }


COMMAND = Spec(
    MarkMessage,
    workflow="mark",
    text=TEXT,
    states=states,
    shortcuts=(
        Shortcut(
            CALLBACK,
            {"en": "Add to timeline", "fr": "Au journal"},
            {
                "en": "Puts a message into the timeline of the incident.",
                "fr": "Met un message au journal de l’incident.",
            },
            of_message,
        ),
    ),
)
