"""A Google document: a row of characters, each with its style, each paragraph's own style on its newline.

Edits are then cuts and joins of one list. Positions inside this module count characters; Docs' indexes count
UTF-16 code units and begin at 1, after the section break.

Source: https://developers.google.com/workspace/docs/api/concepts/structure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, groupby
from typing import Any, NamedTuple

Json = dict[str, Any]
BODY_START = 1
"""The index of the first character of a body."""

_keys = count(1)

_STRIPPED = re.compile("[\x00-\x08\x0c-\x1f\ue000-\uf8ff]")


class Paragraph(NamedTuple):
    """What belongs to a whole paragraph.

    Attributes:
        style: Docs' `ParagraphStyle`.
        bullet: Docs' `Bullet`, or None.
    """

    style: Json
    bullet: Json | None = None


NORMAL = Paragraph({"namedStyleType": "NORMAL_TEXT", "direction": "LEFT_TO_RIGHT"})


class Glyph(NamedTuple):
    """One character.

    Attributes:
        char: one code point.
        style: Docs' `TextStyle`; never changed, only replaced.
        paragraph: on a newline, what belongs to the paragraph it ends; None elsewhere.
        key: tells it from every other character, in whichever revision it stands.
    """

    char: str
    style: Json
    paragraph: Paragraph | None = None
    key: int = 0


@dataclass
class NamedRange:
    """A named stretch of a document that moves with the text; `start` and `end` count characters."""

    id: str
    name: str
    start: int
    end: int


@dataclass
class Document:
    """The body of a document.

    Attributes:
        glyphs: every character; the last one is always a newline.
        ranges: the named ranges.
        lists: Docs' `List`s by id.
        revision: goes up with every batch of edits.
    """

    glyphs: list[Glyph] = field(default_factory=lambda: [Glyph("\n", {}, NORMAL, next(_keys))])
    ranges: list[NamedRange] = field(default_factory=list)
    lists: dict[str, Json] = field(default_factory=dict)
    revision: int = 1

    @property
    def text(self) -> str:
        """All of the text, a newline after each paragraph."""
        return "".join(glyph.char for glyph in self.glyphs)

    @property
    def end_index(self) -> int:
        """The index after the last character."""
        return BODY_START + _width(self.glyphs)

    def index(self, position: int) -> int:
        """The index of the character at a position."""
        return BODY_START + _width(self.glyphs[:position])

    def position(self, index: int) -> int | None:
        """The position of the character at an index; None inside a surrogate pair or outside of the body."""
        here = BODY_START
        for position, glyph in enumerate(self.glyphs):
            if here >= index:
                return position if here == index else None
            here += _width([glyph])
        return len(self.glyphs) if here == index else None

    def copy(self) -> Document:
        """A document of its own with the same content, whose characters keep their keys."""
        ranges = [replace(named) for named in self.ranges]
        return Document(list(self.glyphs), ranges, dict(self.lists), self.revision)

    def merge(self, base: Document, theirs: Document) -> None:
        """Takes in what others did since `base`, which this document was edited from as well.

        Characters they deleted are deleted, those they inserted are inserted behind the character that they
        stand behind; both sides' insertions and named ranges are kept.

        Args:
            base: the revision that both sides began with.
            theirs: the newest revision.
        """
        old, left = ({glyph.key for glyph in document.glyphs} for document in (base, theirs))
        for position in reversed(range(len(self.glyphs))):
            if self.glyphs[position].key in old - left:
                self.splice(position, position + 1, "")
        before: list[int] = []
        for glyph in theirs.glyphs:
            if glyph.key not in old:
                keys = [mine.key for mine in self.glyphs]
                at = next((keys.index(key) + 1 for key in reversed(before) if key in keys), 0)
                self.splice(at, at, glyph.char, glyph.style)
                self.glyphs[at] = glyph
            before.append(glyph.key)
        self._merge_ranges(base, theirs)

    def _merge_ranges(self, base: Document, theirs: Document) -> None:
        """Takes over the named ranges that others have made, and drops those they have deleted."""
        known, left = ({named.id for named in document.ranges} for document in (base, theirs))
        self.ranges = [named for named in self.ranges if named.id not in known - left]
        places = {glyph.key: position for position, glyph in enumerate(self.glyphs)}
        for named in theirs.ranges:
            inside = [places[g.key] for g in theirs.glyphs[named.start : named.end] if g.key in places]
            if named.id not in known and inside:
                self.ranges.append(replace(named, start=inside[0], end=inside[-1] + 1))

    def splice(self, start: int, end: int, text: str, style: Json | None = None) -> int:
        """Puts text in the place of the characters from `start` to `end`; named ranges move along.

        Args:
            start: a position.
            end: a position; the same as `start` to insert only.
            text: control characters and private-use characters are taken out, as Docs does.
            style: of the new text; None for that of the text it replaces or, when inserting, stands next to.

        Returns:
            How many characters were put in.
        """
        text = _STRIPPED.sub("", text)
        style = self._neighbouring_style(start, end) if style is None else style
        paragraph = next(glyph.paragraph for glyph in self.glyphs[start:] if glyph.paragraph)
        self.glyphs[start:end] = [
            Glyph(c, style, paragraph if c == "\n" else None, next(_keys)) for c in text
        ]
        for named in self.ranges:
            named.start = _moved(named.start, start, end, len(text), inserting_pushes=True)
            named.end = _moved(named.end, start, end, len(text), inserting_pushes=False)
        self.ranges = [named for named in self.ranges if named.start < named.end]
        return len(text)

    def _neighbouring_style(self, start: int, end: int) -> Json:
        first_of_paragraph = start == 0 or self.glyphs[start - 1].char == "\n"
        return self.glyphs[start if start < end or first_of_paragraph else start - 1].style

    def restyle(self, start: int, end: int, change: Callable[[Json], Json]) -> None:
        """Gives each character from `start` to `end` the style that `change` makes of its own."""
        for position in range(start, end):
            glyph = self.glyphs[position]
            self.glyphs[position] = glyph._replace(style=change(glyph.style))

    def reform(self, start: int, end: int, change: Callable[[Paragraph], Paragraph]) -> None:
        """Changes each paragraph that the characters from `start` to `end` touch."""
        for first, last in self.spans():
            ending = self.glyphs[last - 1]
            if first < end and start < last and ending.paragraph:
                self.glyphs[last - 1] = ending._replace(paragraph=change(ending.paragraph))

    def spans(self) -> Iterator[tuple[int, int]]:
        """The positions of each paragraph, its newline included: first, and after the last."""
        start = 0
        for position, glyph in enumerate(self.glyphs):
            if glyph.char == "\n":
                yield start, position + 1
                start = position + 1

    def paragraphs(self) -> Iterator[tuple[Paragraph, list[tuple[str, Json]]]]:
        """Each paragraph with its runs: text of one style, the newline in the last."""
        for first, last in self.spans():
            runs = [
                ("".join(glyph.char for glyph in run), style)
                for style, run in groupby(self.glyphs[first:last], key=lambda glyph: glyph.style)
            ]
            yield self.glyphs[last - 1].paragraph or NORMAL, runs

    def to_json(self) -> Json:
        """As JSON, for `from_json`."""
        return {
            "paragraphs": [
                {"style": paragraph.style, "bullet": paragraph.bullet, "runs": [list(run) for run in runs]}
                for paragraph, runs in self.paragraphs()
            ],
            "ranges": [vars(named).copy() for named in self.ranges],
            "lists": dict(self.lists),
            "revision": self.revision,
        }

    @classmethod
    def from_json(cls, data: Json) -> Document:
        """The document `to_json` was called on."""
        glyphs = [
            Glyph(
                char, style, Paragraph(item["style"], item["bullet"]) if char == "\n" else None, next(_keys)
            )
            for item in data["paragraphs"]
            for text, style in item["runs"]
            for char in text
        ]
        ranges = [NamedRange(**named) for named in data["ranges"]]
        return cls(glyphs, ranges, dict(data["lists"]), data["revision"])


def _moved(bound: int, start: int, end: int, size: int, *, inserting_pushes: bool) -> int:
    """Where a bound of a named range is after `start` to `end` became `size` characters."""
    if start == end == bound:
        return bound + size if inserting_pushes else bound
    if bound <= start:
        return bound
    if bound >= end:
        return bound + size - (end - start)
    return start + size if inserting_pushes else start


def _width(glyphs: Sequence[Glyph]) -> int:
    """The length in UTF-16 code units: a character outside of the basic plane counts two."""
    return sum(2 if glyph.char > "\uffff" else 1 for glyph in glyphs)
