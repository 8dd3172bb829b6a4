"""How `updateTextStyle` changes the look of text, with what Docs does by itself about links.

Source: https://developers.google.com/workspace/docs/api/reference/rest/v1/documents#TextStyle (`link`).
"""

from __future__ import annotations

from . import masks
from .document import Document, Glyph
from .masks import Mask
from .operations import Json

_LINK_LOOK = {
    "underline": True,
    "foregroundColor": {"color": {"rgbColor": {"red": 0.07, "green": 0.33, "blue": 0.8}}},
}
"""What Docs gives a text that becomes a link, unless the request says otherwise."""


def restyle(document: Document, bounds: tuple[int, int], style: Json, mask: Mask) -> None:
    """Gives text a style.

    Args:
        document: what is edited.
        bounds: the positions of the text, the first and the one after the last.
        style: Docs' `TextStyle`.
        mask: which of its fields are written; what `style` lacks of them is reset.
    """
    if "link" not in mask and "*" not in mask:
        document.remake(*bounds, lambda glyph: _written(glyph, style, mask))
    elif style.get("link"):
        _link(document, bounds, style, mask)
    else:
        _unlink(document, bounds, style, mask)


def _link(document: Document, bounds: tuple[int, int], style: Json, mask: Mask) -> None:
    implied = {name: look for name, look in _LINK_LOOK.items() if name not in mask and "*" not in mask}
    linked, wide = {**style, **implied}, {**mask, **{name: {} for name in implied}}
    # A newline bears no link; the rest of its style is written.
    bare = {name: value for name, value in style.items() if name != "link"}
    narrow = {name: below for name, below in mask.items() if name != "link"}

    def change(glyph: Glyph) -> Glyph:
        return _written(glyph, bare, narrow) if glyph.char == "\n" else _written(glyph, linked, wide)

    # A link that the text overlaps leads to the new address as a whole.
    start, end = bounds
    first, last = start, end
    while first > 0 and _same_link(document.glyphs[first - 1], document.glyphs[first]):
        first -= 1
    while last < len(document.glyphs) and _same_link(document.glyphs[last - 1], document.glyphs[last]):
        last += 1
    document.remake(start, end, change)
    address = {"link": style["link"]}
    for outside in ((first, start), (end, last)):
        document.remake(*outside, lambda glyph: _written(glyph, address, {"link": {}}))


def _unlink(document: Document, bounds: tuple[int, int], style: Json, mask: Mask) -> None:
    """Text that loses its link looks like the text before it, but for what the request writes."""
    start, end = bounds
    before = document.glyphs[start - 1].style if start else {}
    plain = {} if "link" in before else before
    linked = masks.write(plain, style, mask)

    def change(glyph: Glyph) -> Glyph:
        if "link" not in glyph.style:
            return _written(glyph, style, mask)
        return glyph._replace(style=linked)

    document.remake(start, end, change)


def _written(glyph: Glyph, style: Json, mask: Mask) -> Glyph:
    return glyph._replace(style=masks.write(glyph.style, style, mask)) if mask else glyph


def _same_link(one: Glyph, other: Glyph) -> bool:
    return "link" in one.style and one.style["link"] == other.style.get("link")
