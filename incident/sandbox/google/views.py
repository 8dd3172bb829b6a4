"""A document as a person reads it, for pages and tests."""

from __future__ import annotations

from dataclasses import dataclass

from .document import Document


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look; the newline at the end of the paragraph is left out."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """One paragraph.

    Attributes:
        style: `TITLE`, `HEADING_1` and so on, or `NORMAL_TEXT`.
        bullet: how deep it stands in a list, from 0; None outside of one.
        runs: its text; empty for an empty paragraph.
    """

    style: str
    bullet: int | None
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The plain text."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A whole document; `title` is its name in Drive."""

    title: str
    paragraphs: tuple[ParagraphView, ...]


def view(title: str, document: Document) -> DocumentView:
    """Shows a document."""
    paragraphs = [
        ParagraphView(
            style=paragraph.style.get("namedStyleType", "NORMAL_TEXT"),
            bullet=paragraph.bullet.get("nestingLevel", 0) if paragraph.bullet else None,
            runs=tuple(
                Run(
                    text.removesuffix("\n"),
                    bold=style.get("bold", False),
                    italic=style.get("italic", False),
                    link=style.get("link", {}).get("url"),
                )
                for text, style in runs
                if text != "\n"
            ),
        )
        for paragraph, runs in document.paragraphs()
    ]
    return DocumentView(title, tuple(paragraphs))
