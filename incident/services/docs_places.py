"""The places of a filled report: how they are marked, found again and brought to new values. Pure.

A place is the stretch of a document where a placeholder stood. `Docs.fill` sets its value between two marks
that people do not see; the first `Docs.update` takes the marks out and puts a named range on the value.

The marks are format characters of Unicode (U+2060 to U+2064). Docs keeps these: of inserted text it strips
the control characters and the private use area only. Unlike joiners and variation selectors they never form a
grapheme cluster with their neighbours, into which Docs would refuse to insert.

Sources: https://developers.google.com/workspace/docs/api/concepts/rules-behavior,
https://developers.google.com/workspace/docs/api/concepts/structure,
https://www.unicode.org/reports/tr29/ (Grapheme_Cluster_Break=Control).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from incident.services.docs_text import Character, Edit, Json, Segment, length, tabs, width

RANGE_PREFIX = "incident."
"""What the names of the bot's named ranges begin with; `incident.title` is the place of `{{title}}`."""

_EDGE = "\u2063"
_DIGITS = "\u2060\u2061\u2062\u2064"
_CODE_DIGITS = 8
_NOTHING = "\u200b"
_MARK_PAIR = re.compile(f"{_EDGE}([{_DIGITS}]{{{_CODE_DIGITS}}})(\\1){_EDGE}")
_NOT_IN_VALUES = re.compile(f"[\x00-\x08\x0c-\x1f\ud800-\udfff\ue000-\uf8ff{_EDGE}{_DIGITS}]")
"""What Docs strips by itself, what no request can hold, and what marks are made of."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands.

    Attributes:
        name: of the placeholder that stood there.
        segment: the segment it is in.
        content: the characters of the value, with what people have typed among them.
        opening: the characters of the mark before it; empty where a named range has replaced the marks.
        closing: the characters of the mark after it.
        range_id: of the named range; empty while there are marks.
    """

    name: str
    segment: Segment
    content: tuple[Character, ...]
    opening: tuple[Character, ...] = ()
    closing: tuple[Character, ...] = ()
    range_id: str = ""

    @property
    def text(self) -> str:
        """What stands there."""
        return "".join(character.text for character in self.content)

    @property
    def bounds(self) -> tuple[int, int]:
        """The first index of the place, marks included, and the index after its last."""
        characters = (*self.opening, *self.content, *self.closing)
        return characters[0].start, max(character.end for character in characters)


def clean(value: str) -> str:
    """A value as it will stand in a document: without what Docs strips and without what marks are made of.

    Nothing visible is lost. An empty value becomes one invisible character, as no named range can be empty.
    """
    return _NOT_IN_VALUES.sub("", value) or _NOTHING


def marked(name: str, value: str) -> str:
    """A value between the marks of its place."""
    code = _code(name)
    return f"{_EDGE}{code}{clean(value)}{code}{_EDGE}"


def check_names(names: Iterable[str]) -> None:
    """Checks that no two places would have the same mark.

    Raises:
        ValueError: if two would; one of the placeholders has to be called otherwise.
    """
    by_code: dict[str, str] = {}
    for name in names:
        if by_code.setdefault(_code(name), name) != name:
            raise ValueError(f"the placeholders {name} and {by_code[_code(name)]} have the same mark")


def find(document: Json, names: Iterable[str]) -> list[Place]:
    """Finds the places of these names.

    Args:
        document: as `documents.get` answers with `includeTabsContent`.
        names: of the placeholders.

    Returns:
        The places in the order of the document, a name once for each time it occurs.
    """
    wanted = frozenset(names)
    found: list[Place] = []
    for tab, segments in tabs(document):
        ranged = list(_ranged(tab, segments, wanted))
        for segment in segments:
            inside = [
                place for place in (*ranged, *_between_marks(segment, wanted)) if place.segment is segment
            ]
            found += _apart(inside)
    return found


def edits(places: Iterable[Place], values: Mapping[str, str], written: Mapping[str, str]) -> list[Edit]:
    """The requests of one `documents.batchUpdate` that bring places to their values.

    Content is deleted and inserted, and the named range made anew on just what was inserted, as Google's
    guide to named ranges does it. `replaceNamedRangeContent` is not used: nothing documents where a range
    begins and ends after it, and by name it would replace all occurrences, whatever is typed into each.
    https://developers.google.com/workspace/docs/api/how-tos/named-ranges

    The new text is inserted right after the first character of the old, which is deleted then, because text
    takes its style from the character before it.

    Args:
        places: as `find` found them.
        values: by name; a name that `places` does not have is passed over.
        written: the values that were written last, by name, as far as they are known: what people have typed
            among them is kept, behind the new value.

    Returns:
        An edit for each place that is not as it should be.
    """
    made = ((place, list(_edit(place, clean(values[place.name]), written))) for place in places)
    return [Edit(place.bounds[0], requests) for place, requests in made if requests]


def _edit(place: Place, value: str, written: Mapping[str, str]) -> Iterator[Json]:
    marks = (*place.opening, *place.closing)
    if place.text == value and not marks:
        return
    if place.range_id:
        yield {"deleteNamedRange": {"namedRangeId": place.range_id}}
    if place.text == value:
        yield from _deletions(place, place.closing)
        yield from _deletions(place, place.opening)
        start = place.content[0].start - length(c for c in place.opening if c < place.content[0])
        yield _named(place, start, start + place.content[-1].end - place.content[0].start)
        return
    ours = _ours(place, written)
    doomed = sorted((*marks, *ours))
    index = next((c.end for c in ours), place.content[0].start if place.content else place.opening[-1].end)
    before = [character for character in doomed if character.start < index]
    start = index - length(before)
    text = value if ours or not place.content else f"{value} "
    yield from _deletions(place, [character for character in doomed if character.start >= index])
    yield {"insertText": {"location": {**place.segment.location, "index": index}, "text": text}}
    yield from _deletions(place, before)
    yield _named(place, start, start + width(value))


def _ours(place: Place, written: Mapping[str, str]) -> list[Character]:
    """The characters of a place that the bot wrote, told from those that people have typed among them.

    None are where people have deleted some: what is left there are their words, and stays. All are where it
    is not known what the bot wrote last.
    """
    if place.name not in written:
        return list(place.content)
    rest = iter(place.content)
    found = [next((c for c in rest if c.text == letter), None) for letter in clean(written[place.name])]
    ours = [character for character in found if character is not None]
    return ours if len(ours) == len(found) else []


def _deletions(place: Place, characters: Iterable[Character]) -> Iterator[Json]:
    """Deletes characters, neighbours in one request, the last first."""
    runs: list[tuple[int, int]] = []
    for character in sorted(characters):
        if runs and runs[-1][1] == character.start:
            runs[-1] = (runs[-1][0], character.end)
        else:
            runs.append((character.start, character.end))
    for start, end in reversed(runs):
        yield {"deleteContentRange": {"range": _range(place, start, end)}}


def _named(place: Place, start: int, end: int) -> Json:
    return {"createNamedRange": {"name": RANGE_PREFIX + place.name, "range": _range(place, start, end)}}


def _range(place: Place, start: int, end: int) -> Json:
    return {**place.segment.location, "startIndex": start, "endIndex": end}


def _apart(places: list[Place]) -> Iterator[Place]:
    """Without those that overlap another: a text that stands in two places cannot be both."""
    end = 0
    for place in sorted(places, key=lambda place: (place.bounds[0], -place.bounds[1])):
        if place.bounds[0] >= end:
            end = place.bounds[1]
            yield place


def _between_marks(segment: Segment, names: frozenset[str]) -> Iterator[Place]:
    """The places between marks. Characters that people have typed into a mark itself stay outside of it."""
    by_code = {_code(name): name for name in names}
    invisible = [
        position for position, c in enumerate(segment.characters) if c.text == _EDGE or c.text in _DIGITS
    ]
    row = "".join(segment.characters[position].text for position in invisible)
    for match in _MARK_PAIR.finditer(row):
        if name := by_code.get(match[1]):
            opening, closing = (
                tuple(invisible[match.start() : match.start(2)]),
                tuple(invisible[match.start(2) : match.end()]),
            )
            yield Place(
                name,
                segment,
                segment.characters[opening[-1] + 1 : closing[0]],
                tuple(segment.characters[position] for position in opening),
                tuple(segment.characters[position] for position in closing),
            )


def _ranged(tab: Json, segments: list[Segment], names: frozenset[str]) -> Iterator[Place]:
    """The places that have a named range. An edit may have split one into several stretches of a segment."""
    for name in names:
        for named in tab.get("namedRanges", {}).get(RANGE_PREFIX + name, {}).get("namedRanges", []):
            stretches: list[Json] = named.get("ranges", [])
            for segment in segments:
                own = [
                    r for r in stretches if r.get("segmentId", "") == segment.location.get("segmentId", "")
                ]
                content = tuple(
                    c
                    for c in segment.characters
                    if any(r.get("startIndex", 0) <= c.start < r.get("endIndex", 0) for r in own)
                )
                if content:
                    yield Place(name, segment, content, range_id=named["namedRangeId"])
                    break


def _code(name: str) -> str:
    """The digits that stand for a name: a checksum of it, in base 4."""
    number = zlib.crc32(name.encode()) & (4**_CODE_DIGITS - 1)
    return "".join(_DIGITS[(number >> 2 * place) & 3] for place in range(_CODE_DIGITS))
