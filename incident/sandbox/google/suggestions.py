"""Suggestions: text that is to be inserted or deleted, until a person accepts or rejects it.

What is suggested stands in the document with the ids of its suggestions, and is counted by its indexes.
Each request of a batch is a suggestion of its own: nothing documents when Docs makes one of several.

Source: https://developers.google.com/workspace/docs/api/how-tos/suggestions and, for the write mode, the
discovery document's `WriteControl`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .document import Document, Glyph
from .errors import ApiError, invalid
from .state import new_id


class Settle(Protocol):
    """Ends a suggestion; `place` is where the request stands, for messages."""

    def __call__(self, document: Document, name: str, place: str, *, by_person: bool) -> None:
        """Carries it out, or raises ApiError."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion.

    Attributes:
        id: Docs' id.
        by_person: whether a person made it, not the bot.
        inserted: the text it would insert.
        deleted: the text it would delete.
    """

    id: str
    by_person: bool
    inserted: str
    deleted: str


def insert(document: Document, position: int, text: str, *, by_person: bool) -> None:
    """Suggests to insert text; within a suggested insertion it depends on that one, too."""
    around: tuple[str, ...] = ()
    if position:
        behind, before = document.glyphs[position - 1], document.glyphs[position]
        around = tuple(name for name in behind.inserted if name in before.inserted)
    name = _new(document, by_person=by_person)
    document.splice(position, position, text, inserted=(*around, name))


def delete(document: Document, start: int, end: int, *, by_person: bool) -> None:
    """Suggests to delete text; what the same author has suggested to insert is taken out at once."""
    name = _new(document, by_person=by_person)
    doomed = range(start, end)
    own = [
        position
        for position in doomed
        if any(document.authors.get(made) == by_person for made in document.glyphs[position].inserted)
    ]
    document.remake(start, end, lambda glyph: glyph._replace(deleted=(*glyph.deleted, name)))
    for position in reversed(own):
        document.splice(position, position + 1, "")
    _forget_the_empty(document)


def accept(document: Document, name: str, place: str, *, by_person: bool) -> None:  # noqa: ARG001
    """Does what was suggested.

    Raises:
        ApiError: 400, if there is no such suggestion.
    """
    _known(document, name, place)
    _settle(document, name, gone=lambda glyph: name in glyph.deleted)


def reject(document: Document, name: str, place: str, *, by_person: bool) -> None:  # noqa: ARG001
    """Leaves the text as it is without the suggestion; what was suggested within it goes, too.

    Raises:
        ApiError: 400, if there is no such suggestion.
    """
    _known(document, name, place)
    _settle(document, name, gone=lambda glyph: name in glyph.inserted)


def withdraw(document: Document, name: str, place: str, *, by_person: bool) -> None:
    """What its author may do instead of rejecting it.

    Raises:
        ApiError: 400, if there is no such suggestion; 403, if it is another's.
    """
    _known(document, name, place)
    if document.authors[name] != by_person:
        raise ApiError(403, f"Invalid {place}: The suggestion is not the requester's.")
    reject(document, name, place, by_person=by_person)


def listed(document: Document) -> list[Suggestion]:
    """Every suggestion, in the order of the text."""
    names = dict.fromkeys(name for glyph in document.glyphs for name in (*glyph.inserted, *glyph.deleted))
    return [
        Suggestion(
            name,
            document.authors.get(name, False),
            "".join(glyph.char for glyph in document.glyphs if name in glyph.inserted),
            "".join(glyph.char for glyph in document.glyphs if name in glyph.deleted),
        )
        for name in names
    ]


def previewed(document: Document, *, accepted: bool) -> Document:
    """A document of its own in which all suggestions are accepted or rejected."""
    preview = document.copy()
    for name in list(preview.authors):
        if name in preview.authors:  # one that was suggested within another goes with it
            (accept if accepted else reject)(preview, name, "", by_person=True)
    return preview


def _new(document: Document, *, by_person: bool) -> str:
    name = f"suggest.{new_id(9).lower()}"
    document.authors[name] = by_person
    return name


def _known(document: Document, name: str, place: str) -> None:
    if name not in document.authors:
        raise invalid(f"Invalid {place}: The suggestion with ID '{name}' was not found.")


def _settle(document: Document, name: str, gone: Callable[[Glyph], bool]) -> None:
    for position in reversed(range(len(document.glyphs))):
        if gone(document.glyphs[position]):
            document.splice(position, position + 1, "")
    document.remake(0, len(document.glyphs), lambda glyph: _without(glyph, name))
    document.authors.pop(name, None)
    _forget_the_empty(document)


def _without(glyph: Glyph, name: str) -> Glyph:
    if name not in glyph.inserted and name not in glyph.deleted:
        return glyph
    inserted, deleted = (
        tuple(other for other in names if other != name) for names in (glyph.inserted, glyph.deleted)
    )
    return glyph._replace(inserted=inserted, deleted=deleted)


def _forget_the_empty(document: Document) -> None:
    """A suggestion whose text is all gone is no more."""
    left = {name for glyph in document.glyphs for name in (*glyph.inserted, *glyph.deleted)}
    document.authors = {name: person for name, person in document.authors.items() if name in left}
