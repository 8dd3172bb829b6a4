"""Slack's messages as plain text: what is written, with what can be pressed in brackets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident.sandbox.slack.workspace import Message, Workspace

Json = Mapping[str, Any]

_FORM = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_BOLD = re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)")


@dataclass(frozen=True)
class Show:
    """Makes text of messages.

    Attributes:
        workspace: who and what the ids in them are.
        timezone: which times are shown in.
        plain: takes out what differs from run to run.
    """

    workspace: Workspace
    timezone: ZoneInfo
    plain: Callable[[str], str]

    def message(self, message: Message) -> list[str]:
        """A message, by line."""
        if not message.blocks:
            return self.mrkdwn(message.text).splitlines()
        return [self.struck(line) for block in message.blocks for line in self.block(block)]

    def struck(self, line: str) -> str:
        """A line in which what is struck is so without gaps."""
        return line.replace("~~ ~~", " ").replace("~~~~", "")

    def block(self, block: Json) -> list[str]:
        """A block, by line."""
        match block["type"]:
            case "header":
                return [f"**{self.plain(block['text']['text'])}**"]
            case "section":
                text = [self.mrkdwn(block["text"]["text"])] if "text" in block else []
                fields = [self.mrkdwn(field["text"]).replace("\n", ": ") for field in block.get("fields", ())]
                return [*"\n".join(text).splitlines(), *([" · ".join(fields)] if fields else [])]
            case "context":
                small = "\n".join(self.mrkdwn(element["text"]) for element in block["elements"])
                return [f"_{line}_" for line in small.splitlines()]
            case "actions":
                return [" ".join(self.to_press(element) for element in block["elements"])]
            case "input":
                label = block["label"]["text"]
                return [f"{label} {self.to_press(block['element'])}"]
            case "rich_text":
                return [line for element in block["elements"] for line in self.rich(element)]
        return []

    def to_press(self, element: Json) -> str:
        """A button, menu or input, in brackets."""
        kind = element["type"]
        if kind == "button":
            return f"[{element['text']['text']}]"
        if kind in {"overflow", "checkboxes"}:
            options = " · ".join(option["text"]["text"] for option in element["options"])
            return f"[⋯ {options}]" if kind == "overflow" else f"[☐ {options}]"
        chosen = element.get("initial_user") or ""
        words = f"@{self.name(chosen)}" if chosen else element.get("placeholder", {}).get("text", "")
        return "[____]" if kind == "plain_text_input" else f"[{words} ▾]".replace("[ ", "[")

    def rich(self, element: Json) -> Iterator[str]:
        """A part of a rich text, by line."""
        match element["type"]:
            case "rich_text_list":
                for entry in element["elements"]:
                    yield "- " + "".join(self.inline(entry["elements"]))
            case "rich_text_quote":
                for line in "".join(self.inline(element["elements"])).splitlines():
                    yield f"▏ {line}"
            case _:
                yield from "".join(self.inline(element["elements"])).splitlines()

    def inline(self, elements: Sequence[Json]) -> Iterator[str]:
        """The pieces of a line."""
        for element in elements:
            match element["type"]:
                case "user":
                    yield f"@{self.name(element['user_id'])}"
                case "usergroup":
                    yield f"@{self.workspace.groups[element['usergroup_id']].handle}"
                case "channel":
                    yield self.channel(element["channel_id"])
                case "date":
                    yield self.time(float(element["timestamp"]))
                case "link":
                    yield f"[{element.get('text') or 'link'}]"
                case _:
                    text, style = str(element.get("text", "")), element.get("style") or {}
                    mark = "~~" if style.get("strike") else "**" if style.get("bold") else ""
                    bare = text.strip()
                    yield self.plain(text.replace(bare, f"{mark}{bare}{mark}") if mark and bare else text)

    def mrkdwn(self, text: str) -> str:
        """Slack's markup, read."""

        def form(found: re.Match[str]) -> str:
            sign, what, label = found.groups()
            if sign == "@":
                return f"@{self.name(what)}"
            if sign == "#":
                return self.channel(what)
            if what.startswith("date^"):
                return self.time(float(what.split("^")[1]))
            if what.startswith("subteam^"):
                return f"@{self.workspace.groups[what.partition('^')[2]].handle}"
            return f"[{label}]" if label else "[link]"

        read = _BOLD.sub(r"**\1**", _FORM.sub(form, text))
        return self.plain(read.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))

    def name(self, user: str) -> str:
        """The first name of a person."""
        return self.workspace.users[user].display_name.split()[0]

    def channel(self, channel: str) -> str:
        """The name of a channel."""
        return f"#{self.workspace.channels[channel].name}"

    def time(self, seconds: float) -> str:
        """The time of day; of another day than the story's, the day, too."""
        return datetime.fromtimestamp(seconds, self.timezone).strftime("%H:%M")
