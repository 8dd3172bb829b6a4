"""A document as a person reads it, for pages and tests."""

from __future__ import annotations

from dataclasses import dataclass

from .document import BODY_START, Document, Look, width


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look; the newline at the end of the paragraph is left out.

    Attributes:
        text: its characters.
        bold: whether it is so.
        italic: likewise.
        link: where it leads to, or None.
        strikethrough: whether it is struck through.
        inserted: the innermost suggestion by which it is to be inserted, or None.
        deleted: the latest suggestion by which it is to be deleted, or None.
    """

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None
    strikethrough: bool = False
    inserted: str | None = None
    deleted: str | None = None


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """One paragraph.

    Attributes:
        style: `TITLE`, `HEADING_1` and so on, or `NORMAL_TEXT`.
        bullet: how deep it stands in a list, from 0; None outside of one.
        runs: its text; empty for an empty paragraph.
        start: the index of its first character.
        ending: the suggestion that would insert or delete the end of the paragraph, or None.
    """

    style: str
    bullet: int | None
    runs: tuple[Run, ...]
    start: int = BODY_START
    ending: str | None = None

    @property
    def text(self) -> str:
        """The plain text, with what is only suggested."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A whole document.

    Attributes:
        title: its name in Drive.
        paragraphs: in order.
        revision: the revision's id.
    """

    title: str
    paragraphs: tuple[ParagraphView, ...]
    revision: str = ""


def view(title: str, document: Document) -> DocumentView:
    """Shows a document, with its suggestions."""
    paragraphs: list[ParagraphView] = []
    start = BODY_START
    for paragraph, runs in document.paragraphs():
        suggested = (*runs[-1][1].inserted, *runs[-1][1].deleted)
        paragraphs.append(
            ParagraphView(
                style=paragraph.style.get("namedStyleType", "NORMAL_TEXT"),
                bullet=paragraph.bullet.get("nestingLevel", 0) if paragraph.bullet else None,
                runs=tuple(_run(text.removesuffix("\n"), look) for text, look in runs if text != "\n"),
                start=start,
                ending=suggested[-1] if suggested else None,
            )
        )
        start += sum(width(text) for text, _ in runs)
    return DocumentView(title, tuple(paragraphs), document.revision_id)


def _run(text: str, look: Look) -> Run:
    return Run(
        text,
        bold=look.style.get("bold", False),
        italic=look.style.get("italic", False),
        link=look.style.get("link", {}).get("url"),
        strikethrough=look.style.get("strikethrough", False),
        inserted=look.inserted[-1] if look.inserted else None,
        deleted=look.deleted[-1] if look.deleted else None,
    )
