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

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from incident.services.docs_places import Place, clean
from incident.services.docs_standing import ENTRY_PREFIX, LINKED, Lines, Standing, standing, written_as
from incident.services.docs_text import Edit, Json, Segment, tabs, width

_AGAIN = "~"
"""After the id of an entry: the one beneath it that says what has changed since a person edited it."""

_STRUCK = "~struck"
"""After the id of an entry, in `Timeline.known`: one that the bot has struck through."""

_CHANGED = "↳ "
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
        return written_as(self.text) + (LINKED if self.link else "")


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is to stand in a document.

    Attributes:
        entries: all there are, in the order they are to stand in.
        known: the ids of those that have stood there, and of what was said of them. What does not stand
            there any more was deleted by a person, and stays away.
    """

    entries: Sequence[Entry] = ()
    known: Collection[str] = ()

    @property
    def known_then(self) -> frozenset[str]:
        """The ids of those that have stood there, once it is brought up to date; see `Brought.said`."""
        past = {entry.id for entry in self.entries if entry.is_gone}
        past |= {id_ for id_ in self.known if _AGAIN in id_}
        return frozenset(self.known) - past | {e.id for e in self.entries if not e.is_gone}


class Brought(NamedTuple):
    """What brings a document's entries up to date.

    Attributes:
        edits: none where all are.
        said: ids of what is said beneath people's entries, for `Timeline.known`.
    """

    edits: list[Edit]
    said: frozenset[str]


def entry_edits(document: Json, timeline: Timeline, place: Place | None, *, may_suggest: bool) -> Brought:
    """The edits that bring a document's entries up to date.

    Args:
        document: as `documents.get` answers with `includeTabsContent`, suggestions inline.
        timeline: what is to stand there.
        place: where the timeline begins; None where people have deleted it.
        may_suggest: whether Docs takes suggestions.
    """
    editor = _Editor(document, timeline.known, place, may_suggest=may_suggest)
    edits = list(editor.bring(timeline))
    return Brought(edits, frozenset(editor.said))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place for new paragraphs: behind the one that ends at `index`, or before one that begins there."""

    segment: Segment
    index: int
    is_behind: bool = True


class _Editor:
    """The entries of one document as it was read."""

    def __init__(
        self, document: Json, known: Collection[str], place: Place | None, *, may_suggest: bool
    ) -> None:
        self.said: set[str] = set()
        self._document = document
        self._known = known
        self._may_suggest = may_suggest
        self._by_id: dict[str, Standing] = {}
        self._doubles: list[Standing] = []
        found = standing(document)
        self._beginning = _behind(place, found) if place else None
        for one in found:
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
        if not there.is_untouched:
            yield from self._settle_theirs(entry, there)
        elif entry.is_gone:
            yield _removal(there)
            yield from self._without_change(there)
        elif there.written != entry.written:
            yield _replacement(there, entry)
            yield from self._without_change(there)
        else:
            yield from self._unstruck(there)
            yield from self._without_change(there)

    def _settle_theirs(self, entry: Entry, there: Standing) -> Iterator[Edit]:
        """What there is to say of an entry that a person has edited."""
        if entry.is_gone:
            self.said.add(there.id + _STRUCK)
            if there.id + _STRUCK not in self._known:
                yield _struck(there, is_struck=True)
            yield from self._beneath(there, _change(there, entry, entry.gone))
            return
        yield from self._unstruck(there)
        if self._says(entry, there):
            yield from self._without_change(there)
        elif self._may_suggest and self._is_open_to(entry, there):
            if not there.offered:
                yield _suggestion(there, entry.text)
            yield _renaming(there, entry)
        else:
            yield from self._beneath(there, _change(there, entry, entry.text))

    def _unstruck(self, there: Standing) -> Iterator[Edit]:
        """Makes an entry that was taken out, and counts again, look so."""
        if there.id + _STRUCK in self._known:
            yield _struck(there, is_struck=False)

    def _is_open_to(self, entry: Entry, there: Standing) -> bool:
        """Whether a change can be suggested: nothing was said beneath, and no other suggestion is open."""
        below = there.id + _AGAIN
        is_said = below in self._by_id or any(id_.startswith(f"{below}.") for id_ in self._known)
        return not is_said and there.offered in {"", entry.text}

    def _beneath(self, there: Standing, change: Entry) -> Iterator[Edit]:
        """Says it, once: where a person has deleted it since, it stays away."""
        self.said.add(_said(change))
        below = self._by_id.get(change.id)
        if below is not None:
            yield from self._settle(change, below)
        elif _said(change) not in self._known:
            yield from _insertions(_Spot(there.segment, there.ends), [change])

    def _without_change(self, there: Standing) -> Iterator[Edit]:
        """Takes out what was said beneath an entry and holds no more; what a person edited of it stays."""
        below = self._by_id.get(there.id + _AGAIN)
        if below is not None and below.is_untouched:
            yield _removal(below)
            yield from self._without_change(below)

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
        return there.written.removesuffix(LINKED) == entry.written.removesuffix(LINKED)

    def _end(self) -> _Spot:
        """The end of the document, where people have left nothing to go by."""
        _, segments = next(tabs(self._document))
        body = segments[0]
        return _Spot(body, body.characters[-1].start)


def _change(there: Standing, entry: Entry, text: str) -> Entry:
    """What is said beneath an entry that is a person's."""
    return Entry(there.id + _AGAIN, "", _CHANGED + text, entry.link)


def _said(change: Entry) -> str:
    """The id, in `Timeline.known`, of what is said beneath an entry: something else may be said later."""
    return f"{change.id}.{change.written}"


def _behind(place: Place, found: Sequence[Standing]) -> _Spot | None:
    """Behind the paragraph that a place ends in; one that has grown over entries ends before the first."""
    start, end = place.bounds
    inside = [
        one.begins - 1
        for one in found
        if one.segment.location == place.segment.location and start < one.begins < end
    ]
    index = min(inside) if inside else Lines(place.segment).end_of(end)
    return None if index is None else _Spot(place.segment, index)


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
    """Takes an untouched entry out with its range and its paragraph."""
    start, end = there.content[0].start, there.content[-1].end
    end += there.is_followed
    requests: list[Json] = [
        {"deleteNamedRange": {"namedRangeId": there.range_id}},
        {"deleteContentRange": {"range": _range(there.segment, start, end)}},
    ]
    return Edit(start, requests)


def _struck(there: Standing, *, is_struck: bool) -> Edit:
    start, end = there.content[0].start, there.content[-1].end
    look: dict[str, Any] = {"textStyle": {"strikethrough": is_struck}, "fields": "strikethrough"}
    return Edit(start, [{"updateTextStyle": {"range": _range(there.segment, start, end), **look}}])


def _range(segment: Segment, start: int, end: int) -> Json:
    return {**segment.location, "startIndex": start, "endIndex": end}
