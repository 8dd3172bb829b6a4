"""Two edits of one revision of a document, made one: what Docs does with a `targetRevisionId`.

Source: https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/batchUpdate#writecontrol.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeVar

from .document import Document, Glyph, NamedRange

_T = TypeVar("_T")


def merge(base: Document, mine: Document, theirs: Document) -> Document:
    """One document with what both sides did since `base`.

    Characters that either side deleted are gone; what both inserted is there, that of the others right behind
    the character that they put it behind. Of styles, suggestions and named ranges each side's changes hold;
    where both changed the same, mine do.

    Args:
        base: the revision that both sides began with.
        mine: it, with the edits that are to be written.
        theirs: the newest revision.
    """
    merged = mine.copy()
    merged.replace_glyphs(list(_glyphs(base, mine, theirs)))
    merged.lists = {**theirs.lists, **mine.lists}
    merged.presets = {**theirs.presets, **mine.presets}
    left = {name for glyph in merged.glyphs for name in (*glyph.inserted, *glyph.deleted)}
    authors = {**theirs.authors, **mine.authors}
    merged.authors = {name: person for name, person in authors.items() if name in left}
    merged.ranges = list(_ranges(base, mine, theirs, merged))
    return merged


def _glyphs(base: Document, mine: Document, theirs: Document) -> Iterator[Glyph]:
    old, new = ({glyph.key: glyph for glyph in document.glyphs} for document in (base, theirs))
    kept = [glyph for glyph in mine.glyphs if glyph.key not in old or glyph.key in new]
    anchors = {glyph.key for glyph in kept}
    behind: dict[int | None, list[Glyph]] = defaultdict(list)
    anchor: int | None = None
    for glyph in theirs.glyphs:
        if glyph.key in anchors:
            anchor = glyph.key
        elif glyph.key not in old:
            behind[anchor].append(glyph)
    yield from behind[None]
    for glyph in kept:
        yield _merged(old[glyph.key], glyph, new[glyph.key]) if glyph.key in old else glyph
        yield from behind[glyph.key]


def _merged(old: Glyph, mine: Glyph, theirs: Glyph) -> Glyph:
    """One character that all three have."""
    return mine._replace(
        style=_changed(old.style, mine.style, theirs.style),
        paragraph=_changed(old.paragraph, mine.paragraph, theirs.paragraph),
        inserted=tuple(name for name in mine.inserted if name in theirs.inserted),
        deleted=tuple(
            name
            for name in dict.fromkeys((*theirs.deleted, *mine.deleted))
            if name not in old.deleted or (name in mine.deleted and name in theirs.deleted)
        ),
    )


def _changed(old: _T, mine: _T, theirs: _T) -> _T:
    return theirs if mine == old else mine


def _ranges(base: Document, mine: Document, theirs: Document, merged: Document) -> Iterator[NamedRange]:
    """The named ranges that neither side deleted, with what the other side put inside of them."""
    known = {named.id for named in base.ranges}
    ours, others = ({named.id: named for named in document.ranges} for document in (mine, theirs))
    here = {glyph.key for glyph in merged.glyphs}
    for name in {**ours, **others}:
        if name in known and not (name in ours and name in others):
            continue
        sides = [side[name] for side in (ours, others) if name in side]
        keys = set[int]().union(*(named.keys for named in sides)) & here
        if len(sides) == 1:
            writer = mine if name in ours else theirs
            keys |= _taken_in(merged, keys, {glyph.key for glyph in writer.glyphs})
        if keys:
            yield NamedRange(name, sides[0].name, keys)


def _taken_in(merged: Document, keys: set[int], known: set[int]) -> set[int]:
    """What stands between two neighbours of a range and was unknown to the side that made the range."""
    taken: set[int] = set()
    between: list[int] | None = None
    for glyph in merged.glyphs:
        if glyph.key in keys:
            taken.update(between or ())
            between = []
        elif glyph.key in known:
            between = None
        elif between is not None:
            between.append(glyph.key)
    return taken
