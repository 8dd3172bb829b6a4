"""The entries of a report's timeline: brought up to date around whatever people write. Pure.

An entry is a paragraph of its own under a named range, `incident.entry.{id}.{digest}`. The digest is of the
text that the bot wrote, so the document itself says which entries are as the bot left them and which people
have edited: those are theirs. What the bot would change in such an entry it suggests; where Docs takes no
suggestions, or one is open already, it comes beneath, as an entry of its own (its id is that of the entry and
`~`). What it would take out is struck through.

Positions never depend on headings, which people rename: an entry comes behind the one before it or, where it
is the first, behind the paragraph with the place of the timeline.

Sources: https://developers.google.com/workspace/docs/api/how-tos/named-ranges,
https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/request
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from incident.model.naming import digest
from incident.services.docs_places import RANGE_PREFIX, Place, clean
from incident.services.docs_text import Character, Edit, Json, Segment, tabs, width

ENTRY_PREFIX = f"{RANGE_PREFIX}entry."
"""What the names of the entries' ranges begin with."""

_AGAIN = "~"
"""After the id of an entry: the one beneath it that says what has changed since a person edited it."""

_CHANGED = "↳ "
_LINKED = "+"
_DIGEST_CHARACTERS = 8
_SOFT_BREAK = "\v"
"""Ends a line and no paragraph; https://developers.google.com/workspace/docs/api/concepts/structure"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the timeline is to say once.

    Attributes:
        id: of the fact that it tells; letters, digits, `-`, `.` and `_`.
        stamp: when it was, with day and zone.
        words: what was said or happened, by whom; lines end with a newline.
        link: where it was said; empty for nowhere.
        is_gone: whether it is to be taken out.
        gone: what is said beneath it instead, where a person has edited it.
    """

    id: str
    stamp: str
    words: str
    link: str = ""
    is_gone: bool = False
    gone: str = ""

    @property
    def text(self) -> str:
        """Its paragraph, without the newline."""
        together = f"{self.stamp} {self.words}" if self.stamp else self.words
        return clean(together.replace("\r\n", "\n")).replace("\n", _SOFT_BREAK)

    @property
    def written(self) -> str:
        """The end of its range's name: the text, and whether it has a link."""
        return digest(self.text, _DIGEST_CHARACTERS) + (_LINKED if self.link else "")


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is to stand in a document.

    Attributes:
        entries: all there are, in the order they are to stand in.
        known: the ids of those that have stood there. One that does not any more was deleted by a person,
            and stays away.
    """

    entries: Sequence[Entry] = ()
    known: Collection[str] = ()

    @property
    def known_then(self) -> frozenset[str]:
        """The ids of those that have stood there, once it is brought up to date."""
        taken_out = {entry.id for entry in self.entries if entry.is_gone}
        return frozenset(self.known) - taken_out | {e.id for e in self.entries if not e.is_gone}


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry as it stands in a document.

    Attributes:
        id: the entry's.
        written: see `Entry.written`; of what the bot wrote last.
        range_id: of its named range.
        segment: where it is.
        content: the characters in its range, up to the end of the paragraph.
        begins, ends: the indexes of the paragraph's first character and of its newline.
    """

    id: str
    written: str
    range_id: str
    segment: Segment
    content: tuple[Character, ...]
    begins: int
    ends: int

    @property
    def is_untouched(self) -> bool:
        """Whether its paragraph is as the bot wrote it: words added before or behind it are an edit."""
        text = "".join(character.text for character in self.content)
        return self._is_alone and digest(text, _DIGEST_CHARACTERS) == self.written.removesuffix(_LINKED)

    @property
    def offered(self) -> str:
        """What somebody suggests to insert in it."""
        return "".join(character.text for character in self.content if character.is_offered)

    @property
    def _is_alone(self) -> bool:
        """Whether nothing else stands in its paragraph."""
        return (self.content[0].start, self.content[-1].end) == (self.begins, self.ends)


@dataclass
class _Lines:
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

    def within(self, stretch: Json) -> tuple[Character, ...]:
        """The characters of a range's stretch."""
        first = bisect_left(self.starts, stretch.get("startIndex", 0))
        after = bisect_left(self.starts, stretch.get("endIndex", 0))
        return self.segment.characters[first:after]


def standing(document: Json) -> list[Standing]:
    """The entries of a document, as `documents.get` answers with `includeTabsContent`, in its order."""
    found: list[Standing] = []
    for tab, segments in tabs(document):
        by_segment = {segment.location.get("segmentId", ""): _Lines(segment) for segment in segments}
        inside = [
            one
            for name, same in tab.get("namedRanges", {}).items()
            if name.startswith(ENTRY_PREFIX)
            for named in same.get("namedRanges", [])
            if (one := _standing(name, named, by_segment))
        ]
        found += sorted(inside, key=lambda one: (str(one.segment.location), one.begins, one.content[0].start))
    return found


def _standing(name: str, named: Json, by_segment: dict[str, _Lines]) -> Standing | None:
    """The entry of a named range; None where nothing is left in it."""
    stretches: list[Json] = named.get("ranges", [])
    lines = by_segment.get(next((one.get("segmentId", "") for one in stretches), ""))
    if lines is None:
        return None
    inside = [character for stretch in stretches for character in lines.within(stretch)]
    content = tuple(inside[: next((at for at, one in enumerate(inside) if one.text == "\n"), len(inside))])
    ends = lines.end_of(content[-1].end) if content else None
    if not content or ends is None:
        return None
    id_, _, written = name.removeprefix(ENTRY_PREFIX).rpartition(".")
    begins = lines.start_of(content[0].start)
    return Standing(id_, written, named["namedRangeId"], lines.segment, content, begins, ends)


def entry_edits(document: Json, timeline: Timeline, place: Place | None, *, may_suggest: bool) -> list[Edit]:
    """The edits that bring a document's entries up to date; none where all are.

    Args:
        document: as `documents.get` answers with `includeTabsContent`, suggestions inline.
        timeline: what is to stand there.
        place: where the timeline begins; None where people have deleted it.
        may_suggest: whether Docs takes suggestions.
    """
    return list(_Editor(document, place, may_suggest=may_suggest).bring(timeline))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place for new paragraphs: behind the one that ends at `index`, or before one that begins there."""

    segment: Segment
    index: int
    is_behind: bool = True


class _Editor:
    """The entries of one document as it was read."""

    def __init__(self, document: Json, place: Place | None, *, may_suggest: bool) -> None:
        self._document = document
        self._may_suggest = may_suggest
        self._by_id: dict[str, Standing] = {}
        self._doubles: list[Standing] = []
        self._beginning = _behind(place) if place else None
        for one in standing(document):
            other = self._by_id.setdefault(one.id, one)
            if other is not one:  # a try that was given up came late: what people have edited is kept
                is_theirs = other.is_untouched and not one.is_untouched
                kept, double = (one, other) if is_theirs else (other, one)
                self._by_id[one.id] = kept
                self._doubles.append(double)

    def bring(self, timeline: Timeline) -> Iterator[Edit]:
        """The edits; see `entry_edits`."""
        for double in self._doubles:
            if double.is_untouched:
                yield _removal(double)
        spot, waiting = self._beginning, list[Entry]()
        for entry in timeline.entries:
            there = self._by_id.get(entry.id)
            if there is None:
                if not entry.is_gone and entry.id not in timeline.known:
                    waiting.append(entry)
                continue
            spot = spot or _Spot(there.segment, there.begins, is_behind=False)
            yield from _insertions(spot, waiting)
            waiting = []
            yield from self._settle(entry, there)
            spot = self._after(entry, there) or spot
        if waiting:
            yield from _insertions(spot or self._end(), waiting)

    def _settle(self, entry: Entry, there: Standing) -> Iterator[Edit]:
        """What brings an entry that stands there up to date."""
        if there.is_untouched:
            if entry.is_gone:
                yield _removal(there)
            elif there.written != entry.written:
                yield _replacement(there, entry)
            yield from self._without_change(there, entry)
        elif entry.is_gone:
            if there.id + _AGAIN not in self._by_id:
                yield _struck(there, is_struck=True)
            yield from self._beneath(there, entry, entry.gone)
        elif self._says(entry, there):
            yield from self._without_change(there, entry)
        elif self._may_suggest and self._is_open_to(entry, there):
            if not there.offered:
                yield _suggestion(there, entry.text)
            yield _renaming(there, entry)
        else:
            yield from self._beneath(there, entry, entry.text)

    def _is_open_to(self, entry: Entry, there: Standing) -> bool:
        """Whether a change can be suggested: nothing stands beneath, and no other suggestion is open."""
        return there.id + _AGAIN not in self._by_id and there.offered in {"", entry.text}

    def _beneath(self, there: Standing, entry: Entry, text: str) -> Iterator[Edit]:
        """Says something beneath an entry that is a person's."""
        change = Entry(there.id + _AGAIN, "", _CHANGED + text, entry.link)
        below = self._by_id.get(change.id)
        if below is None:
            yield from _insertions(_Spot(there.segment, there.ends), [change])
        else:
            yield from self._settle(change, below)

    def _without_change(self, there: Standing, entry: Entry) -> Iterator[Edit]:
        """Takes out what was said beneath an entry and holds no more; what a person edited of it stays."""
        below = self._by_id.get(there.id + _AGAIN)
        if below is None or not below.is_untouched:
            return
        if not entry.is_gone and not there.is_untouched:  # it may have been struck
            yield _struck(there, is_struck=False)
        yield _removal(below)
        yield from self._without_change(below, replace(entry, is_gone=True))

    def _after(self, entry: Entry, there: Standing) -> _Spot | None:
        """Where what comes next is to stand; None where nothing of the entry will be left."""
        if entry.is_gone and there.is_untouched:
            return None
        last, is_going = there, there.is_untouched or (not entry.is_gone and self._says(entry, there))
        below = self._by_id.get(there.id + _AGAIN)
        while below and below.segment is there.segment:
            is_going = is_going and below.is_untouched  # what is about to be taken out is no neighbour
            last = last if is_going else below
            below = self._by_id.get(below.id + _AGAIN)
        return _Spot(there.segment, max(there.ends, last.ends))

    @staticmethod
    def _says(entry: Entry, there: Standing) -> bool:
        """Whether the bot has nothing to change in what it wrote, but for the link."""
        return there.written.removesuffix(_LINKED) == entry.written.removesuffix(_LINKED)

    def _end(self) -> _Spot:
        """The end of the document, where people have left nothing to go by."""
        _, segments = next(tabs(self._document))
        body = segments[0]
        return _Spot(body, body.characters[-1].start)


def _behind(place: Place) -> _Spot | None:
    """Behind the paragraph that a place ends in."""
    end = _Lines(place.segment).end_of(place.bounds[1])
    return None if end is None else _Spot(place.segment, end)


def _insertions(spot: _Spot, entries: Sequence[Entry]) -> Iterator[Edit]:
    for entry in entries:
        text = f"\n{entry.text}" if spot.is_behind else f"{entry.text}\n"
        start = spot.index + spot.is_behind
        location = {**spot.segment.location, "index": spot.index}
        paragraph = _range(spot.segment, start, start + width(entry.text))
        plain = {"namedStyleType": "NORMAL_TEXT"}
        requests = [
            {"insertText": {"location": location, "text": text}},
            {
                "updateParagraphStyle": {
                    "range": paragraph,
                    "paragraphStyle": plain,
                    "fields": "namedStyleType",
                }
            },
            *_dressed(spot.segment, start, entry),
        ]
        yield Edit(spot.index, requests)


def _replacement(there: Standing, entry: Entry) -> Edit:
    """The text anew; what people type into it at the same moment stays behind it."""
    start = there.content[0].start
    moved = width(entry.text)
    requests: list[Json] = [
        {"deleteNamedRange": {"namedRangeId": there.range_id}},
        {
            "insertText": {
                "location": {**there.segment.location, "index": start},
                "text": entry.text,
            }
        },
        {
            "deleteContentRange": {
                "range": _range(there.segment, start + moved, there.content[-1].end + moved),
            }
        },
        *_dressed(there.segment, start, entry),
    ]
    return Edit(there.content[0].start, requests)


def _suggestion(there: Standing, text: str) -> Edit:
    """Offers another text. It stands within the range, so that it is the entry once it is accepted."""
    first, *rest = there.content
    location = {**there.segment.location, "index": first.end}
    requests: list[Json] = [{"insertText": {"location": location, "text": text}}]
    if rest:
        moved = width(text)
        kept = _range(there.segment, first.end + moved, rest[-1].end + moved)
        requests.append({"deleteContentRange": {"range": kept}})
    requests.append({"deleteContentRange": {"range": _range(there.segment, first.start, first.end)}})
    return Edit(first.start, requests, is_offered=True)


def _renaming(there: Standing, entry: Entry) -> Edit:
    """Has the range say what the bot would have written, so that it is suggested once."""
    start, end = there.content[0].start, there.content[-1].end
    requests: list[Json] = [
        {"deleteNamedRange": {"namedRangeId": there.range_id}},
        {"createNamedRange": {"name": _name(entry), "range": _range(there.segment, start, end)}},
    ]
    return Edit(start, requests)


def _name(entry: Entry) -> str:
    return f"{ENTRY_PREFIX}{entry.id}.{entry.written}"


def _dressed(segment: Segment, start: int, entry: Entry) -> Iterator[Json]:
    """Gives an entry's text its look and its name, whatever it stands beside."""
    whole = _range(segment, start, start + width(entry.text))
    yield {"updateTextStyle": {"range": whole, "textStyle": {}, "fields": "*"}}
    if entry.link:
        led = _range(segment, start, start + width(entry.stamp or entry.text[:1]))
        yield {
            "updateTextStyle": {"range": led, "textStyle": {"link": {"url": entry.link}}, "fields": "link"}
        }
    yield {"createNamedRange": {"name": _name(entry), "range": whole}}


def _removal(there: Standing) -> Edit:
    """Takes an untouched entry out, and its paragraph with it."""
    start, end = there.content[0].start, there.content[-1].end
    is_last = there.ends == there.segment.characters[-1].start  # the last newline of a segment cannot go
    end += not is_last
    return Edit(start, [{"deleteContentRange": {"range": _range(there.segment, start, end)}}])


def _struck(there: Standing, *, is_struck: bool) -> Edit:
    start, end = there.content[0].start, there.content[-1].end
    look: dict[str, Any] = {"textStyle": {"strikethrough": is_struck}, "fields": "strikethrough"}
    return Edit(start, [{"updateTextStyle": {"range": _range(there.segment, start, end), **look}}])


def _range(segment: Segment, start: int, end: int) -> Json:
    return {**segment.location, "startIndex": start, "endIndex": end}
