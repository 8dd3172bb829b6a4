"""The incident report's template and the tracking sheet's header, as plain data.

Imports nothing of Google's, so that the same template can be made in a real Workspace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["TITLE", "SUBTITLE", "HEADING_1", "HEADING_2", "NORMAL_TEXT", "BULLET"]


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of the template.

    Attributes:
        text: placeholders stand in double braces.
        style: a named style of Docs, or `BULLET` for a normal paragraph in a list.
        label: how many characters at the beginning are bold.
        guidance: whether it is advice to whoever writes the report, shown in italics.
    """

    text: str
    style: Style = "NORMAL_TEXT"
    label: int = 0
    guidance: bool = False


DRIVE_NAME = "Incident repository"
FOLDER_NAME = "Incidents"
TEMPLATE_NAME = "Incident report template"
SPREADSHEET_NAME = "Incident tracking"
SHEET_NAME = "Incidents"

HEADER = (
    "id", "date", "title", "channel", "status", "severity",
    "incident commander", "operations lead", "declared at", "resolved at",
)  # fmt: skip


def _fact(label: str, placeholder: str) -> Line:
    return Line(f"{label}: {{{{{placeholder}}}}}", label=len(label) + 1)


def _guidance(text: str) -> Line:
    return Line(text, guidance=True)


def _section(heading: str, guidance: str, style: Style = "HEADING_1") -> tuple[Line, ...]:
    return Line(heading, style), _guidance(guidance), Line("")


REPORT = (
    Line("{{title}}", "TITLE"),
    _fact("Date", "date"),
    _fact("Severity", "severity"),
    _fact("Status", "status"),
    _fact("Incident Commander", "commander"),
    _fact("Operations Lead", "operations_lead"),
    _fact("Channel", "channel"),
    _fact("Video call", "meet"),
    Line(""),
    *_section(
        "What happened",
        "Tell the story plainly, for a colleague who was asleep. Describe what the systems and the process "
        "did; people acted sensibly on what they could see at the time.",
    ),
    *_section(
        "Impact on the organisation",
        "Who noticed, what could they not do, and for how long? Estimates are welcome where numbers are not.",
    ),
    *_section(
        "How it was discovered",
        "A person, an alert, or luck? Say how long it had been going on, and what would have told us sooner.",
    ),
    *_section(
        "How it was triggered",
        "Name the change, the load or the event that set it off. It was allowed to: that is what we look at.",
    ),
    *_section(
        "Root cause",
        "Keep asking why until the answer is about how we work, and never about who was working.",
    ),
    Line("What we learned", "HEADING_1"),
    *_section(
        "What we did wrong",
        "Things that go wrong here are ours together: which safeguard did we not yet have?",
        "HEADING_2",
    ),
    *_section(
        "What we did well",
        "Write down what helped, so that we do it again on purpose.",
        "HEADING_2",
    ),
    *_section(
        "Where we got lucky",
        "What could have made this worse, and only by chance did not?",
        "HEADING_2",
    ),
    Line("Action items", "HEADING_1"),
    _guidance("Each is small enough to finish, has a team that owns it, and goes into that team's backlog."),
    Line("Done", "HEADING_2"),
    Line("", "BULLET"),
    Line("Still to do", "HEADING_2"),
    Line("", "BULLET"),
    *_section(
        "Timeline",
        "When, and what was seen or tried. Exact times help; a guess that says it is one helps too.",
    ),
)
"""The report, from top to bottom."""
