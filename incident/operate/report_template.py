"""The incident report's template, as plain data and as the edits that make it.

It asks the questions of the blameless postmortem in the order of the process. Imports nothing of Google's:
the sandbox makes its template of the same edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from incident.messages.joining import joined

Style = Literal["TITLE", "HEADING_1", "HEADING_2", "NORMAL_TEXT", "BULLET"]

PLACEHOLDERS = (
    "title",
    "date",
    "severity",
    "status",
    "commander",
    "operations_lead",
    "channel",
    "meet",
    "source",
    "began",
    "noticed",
    "declared",
    "mitigated",
    "resolved",
    "timeline",
)
"""What the bot fills in, written `{{title}}`."""

_MUTED = {"color": {"rgbColor": {"red": 0.4, "green": 0.4, "blue": 0.4}}}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of the template.

    Attributes:
        text: placeholders stand in double braces.
        style: a named style of Docs, or `BULLET` for a normal paragraph in a list.
        label: how many characters at the beginning are bold.
        guidance: whether it is advice to whoever writes the report, shown muted and in italics.
    """

    text: str
    style: Style = "NORMAL_TEXT"
    label: int = 0
    guidance: bool = False


def _fact(label: str, placeholder: str) -> Line:
    return Line(f"{label}: {{{{{placeholder}}}}}", label=len(label) + 1)


def _guidance(text: str) -> Line:
    return Line(text, guidance=True)


def _section(heading: str, guidance: str, style: Style = "HEADING_1") -> tuple[Line, ...]:
    return Line(heading, style), _guidance(guidance), Line("")


def _timeline(heading: str) -> tuple[Line, ...]:
    """The entries come behind the paragraph with the placeholder."""
    return Line(heading, "HEADING_2"), _guidance("{{timeline}}"), Line("")


_ENGLISH = (
    Line("{{title}}", "TITLE"),
    _fact("Date", "date"),
    _fact("Severity", "severity"),
    _fact("Status", "status"),
    _fact("Incident Commander", "commander"),
    _fact("Operations Lead", "operations_lead"),
    _fact("Channel", "channel"),
    _fact("Video call", "meet"),
    _fact("Declared from", "source"),
    Line(""),
    _fact("Began", "began"),
    _fact("Noticed", "noticed"),
    _fact("Declared", "declared"),
    _fact("Mitigated", "mitigated"),
    _fact("Resolved", "resolved"),
    Line(""),
    *_section(
        "What happened",
        "Tell the story plainly, for a colleague who was asleep. Describe what the systems and the process "
        "did; people acted sensibly on what they could see at the time.",
    ),
    *_timeline("Timeline"),
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
)

_FRENCH = (
    Line("{{title}}", "TITLE"),
    _fact("Date", "date"),
    _fact("Gravité", "severity"),
    _fact("État", "status"),
    _fact("Responsable de l’incident", "commander"),
    _fact("Responsable des opérations", "operations_lead"),
    _fact("Canal", "channel"),
    _fact("Appel vidéo", "meet"),
    _fact("Ouvert à partir de", "source"),
    Line(""),
    _fact("Début", "began"),
    _fact("Remarqué", "noticed"),
    _fact("Ouvert", "declared"),
    _fact("Maîtrisé", "mitigated"),
    _fact("Résolu", "resolved"),
    Line(""),
    *_section(
        "Ce qui s’est passé",
        "Racontez simplement, pour un collègue qui dormait. Décrivez ce qu’ont fait les systèmes et le "
        "processus ; chacun a agi raisonnablement selon ce qu’il pouvait voir à ce moment.",
    ),
    *_timeline("Chronologie"),
    *_section(
        "Conséquences pour l’organisation",
        "Qui l’a remarqué, qu’est-ce qui n’était plus possible, et pendant combien de temps ? Une estimation "
        "vaut mieux que rien.",
    ),
    *_section(
        "Comment l’incident a été découvert",
        "Une personne, une alerte, la chance ? Dites depuis combien de temps il durait, et ce qui nous "
        "aurait prévenus plus tôt.",
    ),
    *_section(
        "Comment l’incident s’est déclenché",
        "Nommez le changement, la charge ou l’événement qui l’a provoqué. Il en avait la possibilité : "
        "c’est cela que nous examinons.",
    ),
    *_section(
        "Cause profonde",
        "Demandez pourquoi jusqu’à ce que la réponse parle de notre façon de travailler, et jamais de qui "
        "travaillait.",
    ),
    Line("Ce que nous avons appris", "HEADING_1"),
    *_section(
        "Ce que nous avons mal fait",
        "Ce qui va mal ici est à nous tous : quelle protection n’avions-nous pas encore ?",
        "HEADING_2",
    ),
    *_section(
        "Ce que nous avons bien fait",
        "Notez ce qui a aidé, pour le refaire exprès.",
        "HEADING_2",
    ),
    *_section(
        "Là où nous avons eu de la chance",
        "Qu’est-ce qui aurait pu aggraver les choses, et ne l’a pas fait par pur hasard ?",
        "HEADING_2",
    ),
    Line("Actions", "HEADING_1"),
    _guidance("Chacune est assez petite pour être finie, et figure parmi les tâches de son équipe."),
    Line("Faites", "HEADING_2"),
    Line("", "BULLET"),
    Line("À faire", "HEADING_2"),
    Line("", "BULLET"),
)

REPORTS: Mapping[str, tuple[Line, ...]] = MappingProxyType({"en": _ENGLISH, "fr": _FRENCH})
"""The report from top to bottom, by locale; line by line they say the same."""


def report(locales: Sequence[str]) -> tuple[Line, ...]:
    """The report in one language, or in several: labels joined, advice one language beneath the other."""
    together = zip(*(REPORTS[locale] for locale in locales), strict=True)
    return tuple(line for same in together for line in _merged(same))


def _merged(same: Sequence[Line]) -> Iterator[Line]:
    first = same[0]
    if first.guidance:
        yield from dict.fromkeys(same)  # a placeholder is the same in all
    elif first.label:
        label = joined([line.text[: line.label - 1] for line in same])
        yield Line(f"{label}:{first.text[first.label :]}", first.style, len(label) + 1)
    else:
        yield replace(first, text=joined([line.text for line in same]))


def edits(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """The requests of one `documents.batchUpdate` that make an empty document this report.

    https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/request
    """
    text = "\n".join(line.text for line in lines)
    return [{"insertText": {"location": {"index": 1}, "text": text}}, *_looks(lines)]


def _looks(lines: tuple[Line, ...]) -> Iterator[dict[str, Any]]:
    start = 1
    for line in lines:
        end = start + len(line.text.encode("utf-16-le")) // 2  # Docs counts UTF-16 code units
        paragraph = {"startIndex": start, "endIndex": end + 1}
        if line.style == "BULLET":
            yield {
                "createParagraphBullets": {"range": paragraph, "bulletPreset": "BULLET_DISC_CIRCLE_SQUARE"}
            }
        elif line.style != "NORMAL_TEXT":
            yield _updated("ParagraphStyle", paragraph, {"namedStyleType": line.style})
        if line.label:
            label = {"startIndex": start, "endIndex": start + line.label}
            yield _updated("TextStyle", label, {"bold": True})
        if line.guidance:
            # Without the newline, whose look the paragraph that somebody writes below would take over.
            words = {"startIndex": start, "endIndex": end}
            yield _updated("TextStyle", words, {"italic": True, "foregroundColor": _MUTED})
        start = end + 1


def _updated(kind: str, place: dict[str, int], look: dict[str, Any]) -> dict[str, Any]:
    field = kind[0].lower() + kind[1:]
    return {f"update{kind}": {"range": place, field: look, "fields": ",".join(look)}}
