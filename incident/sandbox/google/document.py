"""A Google document: a row of characters, each with its style, each paragraph's own style on its newline.

Edits are then cuts and joins of one list. Positions inside this module count characters; Docs' indexes count
UTF-16 code units and begin at 1, after the section break.

Source: https://developers.google.com/workspace/docs/api/concepts/structure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, groupby, islice
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
        inserted: the suggestions by which it is to be inserted; empty for what is there.
        deleted: the suggestions by which it is to be deleted.
    """

    char: str
    style: Json
    paragraph: Paragraph | None = None
    key: int = 0
    inserted: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


class Look(NamedTuple):
    """What the characters of one run have in common: see `Glyph`."""

    style: Json
    inserted: tuple[str, ...]
    deleted: tuple[str, ...]


@dataclass
class NamedRange:
    """Named characters, by their own keys; they are neighbours unless an edit has split them."""

    id: str
    name: str
    keys: set[int]

    def copy(self) -> NamedRange:
        """A range of its own with the same characters."""
        return replace(self, keys=set(self.keys))


@dataclass
class Document:
    """The body of a document.

    Attributes:
        glyphs: every character, those that are only suggested too; the last one is always a newline.
        ranges: the named ranges.
        lists: Docs' `List`s by id.
        presets: Docs' `BulletGlyphPreset` of each of the lists.
        authors: of each suggestion, whether a person made it, not the bot.
        revision: goes up with every batch of edits.
        grows_at_end: whether what is inserted right behind a named range becomes part of it.
    """

    glyphs: list[Glyph] = field(default_factory=lambda: [Glyph("\n", {}, NORMAL, next(_keys))])
    ranges: list[NamedRange] = field(default_factory=list)
    lists: dict[str, Json] = field(default_factory=dict)
    presets: dict[str, str] = field(default_factory=dict)
    authors: dict[str, bool] = field(default_factory=dict)
    revision: int = 1
    grows_at_end: bool = False
    _text: str | None = None

    @property
    def text(self) -> str:
        """All of the text, a newline after each paragraph."""
        if self._text is None:
            self._text = "".join(glyph.char for glyph in self.glyphs)
        return self._text

    @property
    def revision_id(self) -> str:
        """Docs' name of the revision."""
        return f"ANeT{self.revision:06d}"

    @property
    def end_index(self) -> int:
        """The index after the last character."""
        return BODY_START + width(self.text)

    def index(self, position: int) -> int:
        """The index of the character at a position."""
        return BODY_START + width(self.text[:position])

    def position(self, index: int) -> int | None:
        """The position of the character at an index; None inside a surrogate pair or outside of the body."""
        if not BODY_START <= index <= self.end_index:
            return None
        before = self.text.encode("utf-16-le", "surrogatepass")[: 2 * (index - BODY_START)]
        try:
            return len(before.decode("utf-16-le"))
        except UnicodeDecodeError:
            return None

    def spans_of(self, named: NamedRange) -> list[tuple[int, int]]:
        """The positions of a named range: of each stretch the first and the one after the last."""
        return list(_stretches(glyph.key in named.keys for glyph in self.glyphs))

    def copy(self) -> Document:
        """A document of its own with the same content, whose characters keep their keys."""
        return replace(
            self,
            glyphs=list(self.glyphs),
            ranges=[named.copy() for named in self.ranges],
            lists=dict(self.lists),
            presets=dict(self.presets),
            authors=dict(self.authors),
        )

    def splice(
        self, start: int, end: int, text: str, *, inserted: tuple[str, ...] = (), pasted: bool = False
    ) -> int:
        """Puts text in the place of the characters from `start` to `end`; named ranges move along.

        The text takes its style from what it replaces or, when inserting, from what it stands next to.

        Args:
            start: a position.
            end: a position; the same as `start` to insert only.
            text: control characters and private-use characters are taken out, as Docs does.
            inserted: the suggestions by which the text is to be inserted.
            pasted: whether the text splits a named range into which it is put, instead of expanding it.

        Returns:
            How many characters were put in.
        """
        text = _STRIPPED.sub("", text)
        style = self._neighbouring_style(start, end)
        paragraph = next(g.paragraph for g in islice(self.glyphs, start, None) if g.paragraph)
        new = [Glyph(c, style, paragraph if c == "\n" else None, next(_keys), inserted) for c in text]
        growing = [] if pasted else [named for named in self.ranges if self._takes_in(named, start, end)]
        for named in growing:
            named.keys.update(glyph.key for glyph in new)
        self._put(start, end, new)
        return len(text)

    def replace_glyphs(self, glyphs: list[Glyph]) -> None:
        """Has these characters and no others; named ranges lose those that are gone."""
        self._put(0, len(self.glyphs), glyphs)

    def _put(self, start: int, end: int, new: list[Glyph]) -> None:
        gone = {glyph.key for glyph in self.glyphs[start:end]}.difference(glyph.key for glyph in new)
        self.glyphs[start:end] = new
        self._text = None
        if gone:
            for named in self.ranges:
                named.keys -= gone
            self.ranges = [named for named in self.ranges if named.keys]

    def _takes_in(self, named: NamedRange, start: int, end: int) -> bool:
        """Whether what is put from `start` to `end` becomes part of a named range.

        Source: the reference of `NamedRange`: what is inserted inside of a range generally expands it.
        """
        if start < end:
            return named.keys.issuperset(glyph.key for glyph in self.glyphs[start:end])
        behind = start > 0 and self.glyphs[start - 1].key in named.keys
        return behind and (self.grows_at_end or self.glyphs[start].key in named.keys)

    def _neighbouring_style(self, start: int, end: int) -> Json:
        first_of_paragraph = start == 0 or self.glyphs[start - 1].char == "\n"
        return self.glyphs[start if start < end or first_of_paragraph else start - 1].style

    def remake(self, start: int, end: int, change: Callable[[Glyph], Glyph]) -> None:
        """Makes each character from `start` to `end` what `change` makes of it; its key and place stay."""
        self.glyphs[start:end] = [change(glyph) for glyph in self.glyphs[start:end]]

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

    def paragraphs(self) -> Iterator[tuple[Paragraph, list[tuple[str, Look]]]]:
        """Each paragraph with its runs: text of one look, the newline in the last."""
        for first, last in self.spans():
            runs = [
                ("".join(glyph.char for glyph in run), look)
                for look, run in groupby(self.glyphs[first:last], key=_look)
            ]
            yield self.glyphs[last - 1].paragraph or NORMAL, runs

    def to_json(self) -> Json:
        """As JSON, for `from_json`."""
        return {
            "paragraphs": [
                {
                    "style": paragraph.style,
                    "bullet": paragraph.bullet,
                    "runs": [
                        [text, look.style, list(look.inserted), list(look.deleted)] for text, look in runs
                    ],
                }
                for paragraph, runs in self.paragraphs()
            ],
            "ranges": [
                {"id": named.id, "name": named.name, "spans": [list(span) for span in self.spans_of(named)]}
                for named in self.ranges
            ],
            "lists": dict(self.lists),
            "presets": dict(self.presets),
            "authors": dict(self.authors),
            "revision": self.revision,
        }

    @classmethod
    def from_json(cls, data: Json) -> Document:
        """The document `to_json` was called on, of an older sandbox too."""
        glyphs = [
            Glyph(
                char,
                style,
                Paragraph(item["style"], item["bullet"]) if char == "\n" else None,
                next(_keys),
                *(tuple(ids) for ids in suggested),
            )
            for item in data["paragraphs"]
            for text, style, *suggested in item["runs"]
            for char in text
        ]
        ranges = [
            NamedRange(
                named["id"],
                named["name"],
                {
                    glyph.key
                    for start, end in named.get("spans") or [(named["start"], named["end"])]
                    for glyph in glyphs[start:end]
                },
            )
            for named in data["ranges"]
        ]
        presets, authors = (dict(data.get(name, {})) for name in ("presets", "authors"))
        return cls(glyphs, ranges, dict(data["lists"]), presets, authors, data["revision"])


def width(text: str) -> int:
    """The length in UTF-16 code units: a character outside of the basic plane counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _look(glyph: Glyph) -> Look:
    return Look(glyph.style, glyph.inserted, glyph.deleted)


def _stretches(inside: Iterator[bool]) -> Iterator[tuple[int, int]]:
    """Where it is true: first, and after the last."""
    position = 0
    for true, run in groupby(inside):
        end = position + sum(1 for _ in run)
        if true:
            yield position, end
        position = end
