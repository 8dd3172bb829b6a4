"""What people decide in the spreadsheet, taken as said. No verb leads to these commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from incident.commands import resolve
from incident.commands.line import Line, Part
from incident.commands.resolve import Resolve
from incident.commands.severity import CADENCES, label_of
from incident.commands.spec import Change, Said, Spec
from incident.commands.update import ENDS, STATUSES, next_update, promised_next
from incident.model.facts import FactKind
from incident.model.incident import Cadence, Finding, Severity, Status
from incident.model.slack_text import escape

ORIGIN = "spreadsheet"
"""Where a fact comes from that was not stated in Slack; in its data as `origin`, with the cell as `shown`."""

LINES = {
    "en": {
        "status": "Someone in the spreadsheet set the status to *{status}*.",
        "resolved": "Someone in the spreadsheet set the status to *{status}*, {after}.",
        "reopened": "Someone in the spreadsheet reopened this: it is now *{status}*.",
        "severity": "Someone in the spreadsheet put this at *{severity}*: {cadence}.",
        "no_severity": "Someone in the spreadsheet says that the severity is not known yet.",
        "title": "Someone in the spreadsheet renamed this incident; it was “{before}”:",
        "explain_status": (
            "Someone in the spreadsheet wrote “{shown}” as the status, which is not one. "
            "You can write: {words}. The cell stays as it is until the status changes here."
        ),
        "explain_severity": (
            "Someone in the spreadsheet wrote “{shown}” as the severity, which is not one. "
            "You can write: {words}. The cell stays as it is until the severity changes here."
        ),
    },
    "fr": {
        "status": "Quelqu’un, dans la feuille, a fixé l’état à *{status}*.",
        "resolved": "Quelqu’un, dans la feuille, a fixé l’état à *{status}*, {after}.",
        "reopened": "Quelqu’un, dans la feuille, a rouvert cet incident : état *{status}*.",
        "severity": "Quelqu’un, dans la feuille, a fixé la gravité à *{severity}* : {cadence}.",
        "no_severity": "Quelqu’un, dans la feuille, dit que la gravité n’est pas encore connue.",
        "title": "Quelqu’un, dans la feuille, a renommé cet incident, qui s’appelait « {before} » :",
        "explain_status": (
            "Quelqu’un, dans la feuille, a écrit « {shown} » comme état, ce qui n’en est pas un. "
            "On peut écrire : {words}. La cellule reste telle quelle jusqu’à ce que l’état change ici."
        ),
        "explain_severity": (
            "Quelqu’un, dans la feuille, a écrit « {shown} » comme gravité, ce qui n’en est pas une. "
            "On peut écrire : {words}. La cellule reste telle quelle jusqu’à ce que la gravité change ici."
        ),
    },
}
"""What the channel reads, by locale."""

SHORT_LEVELS = ", ".join(level.upper() for level in Severity)


@dataclass(frozen=True, slots=True)
class AdoptStatus:
    """Take a status for said that a cell shows.

    Attributes:
        status: a `Status`.
        shown: what stands in the cell.
        outcome: an `Outcome`, of an uncommon end; else empty.
    """

    status: str
    shown: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class AdoptSeverity:
    """Take a `Severity` for said that a cell shows; empty for one that is not assessed."""

    severity: str
    shown: str


@dataclass(frozen=True, slots=True)
class AdoptTitle:
    """Take a title for said that a cell shows; on one line, unescaped."""

    title: str
    shown: str


@dataclass(frozen=True, slots=True)
class ExplainCell:
    """Say which words are understood where a cell shows another.

    Attributes:
        column: `status` or `severity`.
        shown: what stands in the cell.
    """

    column: str
    shown: str


def states_status(command: AdoptStatus, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: resolved, reopened, or where it stands."""
    is_open = said.incident is None or said.incident.is_open
    before = said.incident.status if said.incident else ""
    data = {"status": command.status, "before": before, "origin": ORIGIN, "shown": command.shown}
    if command.status == Status.RESOLVED:
        return FactKind.RESOLVED, data | {"outcome": command.outcome}
    return (
        (FactKind.STATUS_SET, data)
        if is_open
        else (FactKind.REOPENED, data | {"next": next_update("", said)})
    )


def states_severity(command: AdoptSeverity, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: the level, and what it was."""
    before = said.incident.severity if said.incident else None
    data = {"severity": command.severity or None, "reason": "", "before": before or ""}
    return FactKind.SEVERITY_SET, {**data, "origin": ORIGIN, "shown": command.shown}


def states_title(command: AdoptTitle, said: Said) -> tuple[str, Mapping[str, Any]]:
    """The fact: the title, and what it was."""
    before = said.incident.title if said.incident else ""
    data = {"title": command.title, "before": before}
    return FactKind.RENAMED, {**data, "origin": ORIGIN, "shown": command.shown}


def status_line(change: Change[AdoptStatus], locale: str) -> Line:
    """Where it stands, and whether that reopens it; of an end, what the line of any end offers and says."""
    status, incident = change.command.status, change.incident
    labels = {str(known): label for known, label in (*STATUSES[locale].items(), *ENDS[locale].items())}
    if status == Status.RESOLVED:
        is_newest = not incident.is_open and incident.said_by_fact("status") == change.fact
        outcome = incident.found(Finding.OUTCOME) if is_newest else change.command.outcome
        end = Change(
            Resolve(outcome=outcome), change.data, change.fact, change.by, change.at, change.incident
        )
        said, named = resolve.line(end, locale), outcome or status
        parts = {**said.parts, "status": labels.get(named, named)}
        return replace(said, text=LINES[locale]["resolved"], parts=parts)
    was_over = change.data.get("before") == Status.RESOLVED
    sentences, named_in = promised_next(change, locale)
    parts = {**named_in, "status": labels.get(status, status)}
    return Line(LINES[locale]["reopened" if was_over else "status"], parts, more=sentences)


def severity_line(change: Change[AdoptSeverity], locale: str) -> Line:
    """The level by its name, and what it changes."""
    severity = change.command.severity
    if not severity:
        return Line(LINES[locale]["no_severity"])
    cadence = CADENCES[locale].get(Cadence.usual(severity), "")
    parts: dict[str, Part] = {"severity": label_of(severity, locale), "cadence": cadence}
    return Line(LINES[locale]["severity"], parts)


def title_line(change: Change[AdoptTitle], locale: str) -> Line:
    """The old title and the new one."""
    parts: dict[str, Part] = {"before": str(change.data.get("before", ""))}
    return Line(LINES[locale]["title"], parts, quote=escape(change.command.title), is_inline=True)


def explanation(change: Change[ExplainCell], locale: str) -> Line:
    """What stands there, and what could."""
    column = change.command.column
    words = ", ".join(STATUSES[locale].values()) if column == "status" else SHORT_LEVELS
    return Line(LINES[locale][f"explain_{column}"], {"shown": change.command.shown, "words": words})


STATUS = Spec(AdoptStatus, workflow="update", states=states_status, line=status_line)
SEVERITY = Spec(AdoptSeverity, workflow="change", states=states_severity, line=severity_line)
TITLE = Spec(AdoptTitle, workflow="rename", states=states_title, line=title_line)
EXPLANATION = Spec(ExplainCell, workflow="notice", line=explanation)
