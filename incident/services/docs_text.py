"""The text of a Google document with its indexes, and edits that do not move one another's. Pure.

Indexes count UTF-16 code units: https://developers.google.com/workspace/docs/api/concepts/structure
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Json = dict[str, Any]


class Character(NamedTuple):
    """One character of a document and its index there, in UTF-16 code units from the segment's start.

    `is_offered` says that it is suggested: with suggestions inline it has an index all the same.
    """

    start: int
    text: str
    is_offered: bool = False

    @property
    def end(self) -> int:
        """The index after it."""
        return self.start + _width_of_one(self.text)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a document with indexes of its own.

    Attributes:
        location: the `tabId` and `segmentId` that requests name it by; the body of a tab has no `segmentId`.
        characters: its text in order, without the parts that are no text (images, breaks, chips).
    """

    location: Mapping[str, str]
    characters: tuple[Character, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """Requests of a `documents.batchUpdate` that touch nothing before `at`, an index of the document as read.

    Each request's indexes are those that it leaves for the next, as if there were no other edit.

    Attributes:
        at: see above.
        requests: in the order in which they are made.
        is_offered: whether people are to be asked, by suggesting it.
    """

    at: int
    requests: Sequence[Json]
    is_offered: bool = False


def in_order(edits: Iterable[Edit]) -> list[Json]:
    """The requests of edits that do not overlap: the last first, so that none moves another's indexes.

    Of edits at the same index, the one that was given first comes first in the document.
    """
    forwards = sorted(edits, key=lambda edit: edit.at)
    return [request for edit in reversed(forwards) for request in edit.requests]


def text_of(document: Json) -> str:
    """The text of all segments of all tabs."""
    return "".join(
        character.text
        for _, segments in tabs(document)
        for segment in segments
        for character in segment.characters
    )


def tabs(document: Json) -> Iterator[tuple[Json, list[Segment]]]:
    """Each tab's content with its segments: the body, headers, footers and footnotes."""
    waiting = list(document.get("tabs", []))
    while waiting:
        tab = waiting.pop(0)
        waiting[:0] = tab.get("childTabs", [])
        content: Json = tab.get("documentTab", {})
        location = {"tabId": tab["tabProperties"]["tabId"]}
        segments = [Segment(location, tuple(_characters(content.get("body", {}))))]
        for kind in ("headers", "footers", "footnotes"):
            for segment_id, part in content.get(kind, {}).items():
                segments.append(Segment({**location, "segmentId": segment_id}, tuple(_characters(part))))
        yield content, segments


def _characters(part: Any) -> Iterator[Character]:
    """The characters of the runs of text in a part of a document, in its tables too."""
    if isinstance(part, list):
        for inner in part:
            yield from _characters(inner)
    elif isinstance(part, dict):
        if "textRun" in part:
            index: int = part.get("startIndex", 0)
            is_offered = bool(part["textRun"].get("suggestedInsertionIds"))
            for text in part["textRun"].get("content", ""):
                yield Character(index, text, is_offered)
                index += _width_of_one(text)
        else:
            for inner in part.values():
                yield from _characters(inner)


def length(characters: Iterable[Character]) -> int:
    """The length of characters in UTF-16 code units."""
    return sum(_width_of_one(character.text) for character in characters)


def _width_of_one(character: str) -> int:
    """That of a single character; there are up to a million in a document."""
    return 2 if character > "\uffff" else 1


def width(text: str) -> int:
    """The length in UTF-16 code units, which Docs counts in."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
