"""`/incident rename {what went wrong}`: another title. The channel and the report follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incident.commands.line import Line, Part
from incident.commands.spec import Arguments, Change, Said, Spec, Text
from incident.model.facts import FactKind
from incident.model.slack_text import as_typed, escape, one_line

TEXT = {
    "en": Text(
        verbs=("rename",),
        usage="what went wrong",
        help="gives the incident another title; links and the old name go on working",
        line="{person} renamed this incident; it was “{before}”:",
        done="It is renamed.",
    ),
    "fr": Text(
        verbs=("renommer",),
        usage="ce qui ne va pas",
        help="donne un autre titre à l’incident; les liens restent valables",
        line="{person} a renommé cet incident, qui s’appelait « {before} » :",
        done="C’est renommé.",
    ),
}


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the incident another title, on one line, unescaped."""

    title: str


def parse(arguments: Arguments) -> Rename | None:
    """None without words."""
    title = one_line(as_typed(arguments.text))
    return Rename(title) if title else None


def states(command: Rename, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: the title, and what it was."""
    return FactKind.RENAMED, {"title": command.title, "before": said.incident.title if said.incident else ""}


def line(change: Change[Rename], locale: str) -> Line:
    """The old title and the new one."""
    parts: dict[str, Part] = {"before": str(change.data.get("before", ""))}
    return Line(TEXT[locale].line, parts, quote=escape(change.command.title), is_inline=True)


COMMAND = Spec(
    Rename,
    workflow="rename",
    text=TEXT,
    parse=parse,
    states=states,
    line=line,
    example="payments time out",
)
