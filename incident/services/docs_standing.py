"""The entries of a report's timeline as they stand in its document, whatever people have done to them. Pure.

Edits move, grow and split named ranges. What is inserted inside of one generally expands it; whether that
holds right behind its end, and what splits one, nothing documents. So an entry whose range has grown over
those behind it ends before them, and one whose range was left on another's text is gone.

Source: https://developers.google.com/workspace/docs/api/reference/rest/v1/documents#NamedRange
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from incident.model.naming import digest
from incident.services.docs_places import RANGE_PREFIX
from incident.services.docs_text import Character, Json, Segment, length, tabs

ENTRY_PREFIX = f"{RANGE_PREFIX}entry."
"""What the names of the entries' ranges begin with."""

LINKED = "+"
"""Ends the name of a range of an entry with a link."""

_DIGEST_CHARACTERS = 8


def written_as(text: str) -> str:
    """What stands for a text in a range's name."""
    return digest(text, _DIGEST_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry as it stands in a document.

    Attributes:
        id: the entry's.
        written: see `Entry.written`; of what the bot wrote last.
        range_id: of its named range.
        segment: where it is.
        content: the characters in its range; where people have split it, with the ends of paragraphs.
        begins: the index of the first character of its first paragraph.
        ends: the index of the newline of its last.
        is_followed: whether text follows: else that newline cannot be deleted.
    """

    id: str
    written: str
    range_id: str
    segment: Segment
    content: tuple[Character, ...]
    begins: int
    ends: int
    is_followed: bool

    @property
    def is_untouched(self) -> bool:
        """Whether its paragraph is as the bot wrote it: no word before or behind it, no image in it."""
        start, end = self.content[0].start, self.content[-1].end
        is_whole = (start, end) == (self.begins, self.ends) and end - start == length(self.content)
        return is_whole and _is_as_written(self.content, self.written)

    @property
    def offered(self) -> str:
        """The text that is suggested to be inserted in it."""
        return "".join(character.text for character in self.content if character.is_offered)


@dataclass
class Lines:
    """Where a segment's paragraphs begin and end, and its characters are."""

    segment: Segment
    starts: list[int] = field(init=False)
    ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [character.start for character in self.segment.characters]
        self.ends = [character.start for character in self.segment.characters if character.text == "\n"]

    def end_of(self, index: int) -> int | None:
        """The index of the newline that ends the paragraph of this index."""
        at = bisect_left(self.ends, index)
        return self.ends[at] if at < len(self.ends) else None

    def start_of(self, index: int) -> int:
        """The index of the first character of that paragraph."""
        at = bisect_left(self.ends, index)
        after = self.ends[at - 1] + 1 if at else 0
        return self.starts[bisect_left(self.starts, after)]

    def has_character(self, index: int) -> bool:
        """Whether a character begins at this index."""
        at = bisect_left(self.starts, index)
        return at < len(self.starts) and self.starts[at] == index

    def first_of(self, stretch: Json) -> int | None:
        """The index of the first character of a range's stretch; None where it has none."""
        at = bisect_left(self.starts, stretch.get("startIndex", 0))
        is_within = at < len(self.starts) and self.starts[at] < stretch.get("endIndex", 0)
        return self.starts[at] if is_within else None

    def within(self, stretch: Json, limit: int | None) -> tuple[Character, ...]:
        """The characters of a range's stretch, those before `limit` where there is one."""
        end = stretch.get("endIndex", 0) if limit is None else min(limit, stretch.get("endIndex", 0))
        first = bisect_left(self.starts, stretch.get("startIndex", 0))
        return self.segment.characters[first : bisect_left(self.starts, end)]


class _Named(NamedTuple):
    """An entry's named range with the characters in it that no other begins behind, and its own size."""

    id: str
    written: str
    range_id: str
    inside: tuple[Character, ...]
    size: int

    @property
    def start(self) -> int:
        return self.inside[0].start

    @property
    def line(self) -> tuple[Character, ...]:
        """What is in it of the paragraph that it begins in."""
        return self.inside[: _first_newline(self.inside)]


def standing(document: Json) -> list[Standing]:
    """The entries of a document, as `documents.get` answers with `includeTabsContent`, in its order."""
    found: list[Standing] = []
    for tab, segments in tabs(document):
        all_lines = {segment.location.get("segmentId", ""): Lines(segment) for segment in segments}
        for segment_id in sorted(all_lines):
            lines = all_lines[segment_id]
            named = sorted(_named(tab, segment_id, lines), key=_order)
            found += _apart(named, lines)
    return found


def _named(tab: Json, segment_id: str, lines: Lines) -> list[_Named]:
    """The entries' ranges in a segment, each up to where the next begins; not those with nothing in them."""
    found: list[tuple[int, str, Json, Sequence[Json]]] = []
    for name, same in tab.get("namedRanges", {}).items():
        for named in same.get("namedRanges", []) if name.startswith(ENTRY_PREFIX) else ():
            stretches: Sequence[Json] = named.get("ranges", [])
            own = [one for one in stretches if one.get("segmentId", "") == segment_id]
            starts = [at for one in own if (at := lines.first_of(one)) is not None]
            if starts:
                found.append((min(starts), name.removeprefix(ENTRY_PREFIX), named, own))
    begins = sorted({start for start, *_ in found})
    made: list[_Named] = []
    for start, name, named, pieces in found:
        after = bisect_right(begins, start)
        limit = begins[after] if after < len(begins) else None
        inside = tuple(character for one in pieces for character in lines.within(one, limit))
        id_, _, written = name.rpartition(".")
        size = sum(one.get("endIndex", 0) - one.get("startIndex", 0) for one in pieces)
        made.append(_Named(id_, written, named["namedRangeId"], inside, size))
    return made


def _order(named: _Named) -> tuple[int, bool, int]:
    """By where they begin; of those that begin at the same place first the one whose text that is."""
    return named.start, not _is_as_written(named.line, named.written), named.size


def _apart(named: Sequence[_Named], lines: Lines) -> Iterator[Standing]:
    """Each with what is its own, and not what stands there for another."""
    last = -1
    for one in named:
        if one.start == last or one.inside[0].text == "\n":
            continue
        last = one.start
        own = one.line if _is_as_written(one.line, one.written) else one.inside
        while own[-1].text == "\n":
            own = own[:-1]
        ends = lines.end_of(own[-1].end)
        if ends is not None:
            is_followed = lines.has_character(ends + 1)
            begins = lines.start_of(own[0].start)
            yield Standing(one.id, one.written, one.range_id, lines.segment, own, begins, ends, is_followed)


def _first_newline(characters: Sequence[Character]) -> int:
    return next((at for at, one in enumerate(characters) if one.text == "\n"), len(characters))


def _is_as_written(characters: Sequence[Character], written: str) -> bool:
    text = "".join(character.text for character in characters)
    return written_as(text) == written.removesuffix(LINKED)
