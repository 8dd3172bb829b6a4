"""Google Docs: a document that is written page by page, each page exactly once, in any order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from incident.runtime.failures import NotYetKnownError, PermanentError
from incident.services.docs_places import RANGE_PREFIX, clean
from incident.services.google import DOCS, Google

Json = dict[str, Any]

TRIES = 3
"""Times that a page is written in one call of `put`, where people change the document meanwhile."""

_EMPTY = 1
"""The index of the only character of an empty document, the newline that every body ends with."""

_READ = "revisionId,namedRanges,body(content(endIndex))"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, which may have line breaks, and where it leads; an empty link leads nowhere."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A page of a document.

    Attributes:
        name: what it is known by; its named range is called so, after the prefix of the bot's.
        pieces: what it says; at least one character.
        style: of its paragraphs, such as `TITLE`.
    """

    name: str
    pieces: Sequence[Piece]
    style: str = "NORMAL_TEXT"


class Pages:
    """Documents by their Drive id."""

    def __init__(self, google: Google) -> None:
        """Through `google`."""
        self._google = google

    def put(self, document_id: str, page: Text, *, above: Sequence[str] = (), replaces: bool = False) -> None:
        """Writes a page, unless it is there. However often this is done, it is there once.

        It is written against exactly the revision that was read: a request that Docs acts on late, after we
        made another, is refused, and cannot write the page a second time.

        Args:
            document_id: Drive's.
            page: what to write.
            above: the names of other pages: it comes right above the first of them that is there, or else at
                the end.
            replaces: whether to write it anew where it is there.

        https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/batchUpdate#writecontrol
        """
        refused = ""
        for _ in range(TRIES):
            document = self._read(document_id)
            if document["revisionId"] == refused:
                break
            if _range_of(document, page.name) and not replaces:
                return
            try:
                self._write(document_id, document, page, above)
            except PermanentError as error:
                refused, why = document["revisionId"], error
            else:
                return
        if document["revisionId"] == refused:
            raise why
        raise NotYetKnownError(DOCS.service, "people are at work in the document")

    def _write(self, document_id: str, document: Json, page: Text, above: Sequence[str]) -> None:
        body = {
            "requests": list(_requests(document, page, above)),
            "writeControl": {"requiredRevisionId": document["revisionId"]},
        }
        self._google.execute(
            DOCS, lambda client: client.documents().batchUpdate(documentId=document_id, body=body)
        )

    def _read(self, document_id: str) -> Json:
        """What there is to know of a document without its text, which may be long."""
        found: Json = self._google.execute(
            DOCS, lambda client: client.documents().get(documentId=document_id, fields=_READ), repeatable=True
        )
        return found


def _requests(document: Json, page: Text, above: Sequence[str]) -> Iterator[Json]:
    """The requests that write a page.

    A page follows the end of the line above it, which is none of its own: so nothing is ever inserted at the
    edge of a named range, where it would be open on which side of it the text comes to stand.
    """
    pieces = [Piece(clean(piece.text), piece.link) for piece in page.pieces]
    text = "".join(piece.text for piece in pieces)
    if there := _range_of(document, page.name):
        start, end = there
        yield {"deleteNamedRange": {"name": RANGE_PREFIX + page.name}}
        yield {"insertText": {"location": {"index": start}, "text": text}}
        yield {"deleteContentRange": {"range": _bounds(start + _width(text), end + _width(text))}}
    else:
        below = next((found for name in above if (found := _range_of(document, name))), None)
        before = below[0] - 1 if below else document["body"]["content"][-1]["endIndex"] - 1
        lead = "" if before == _EMPTY else "\n"
        start = before + len(lead)
        # an empty line ends the document, so that what comes after it touches no page
        inserted = lead + text + ("" if below else "\n")
        yield {"insertText": {"location": {"index": before}, "text": inserted}}
    bounds = _bounds(start, start + _width(text))
    yield {"updateTextStyle": {"range": bounds, "textStyle": {}, "fields": "*"}}
    style = {"namedStyleType": page.style}
    yield {"updateParagraphStyle": {"range": bounds, "paragraphStyle": style, "fields": "namedStyleType"}}
    yield {"createNamedRange": {"name": RANGE_PREFIX + page.name, "range": bounds}}
    for piece in pieces:
        end = start + _width(piece.text)
        if piece.link:
            linked = {"link": {"url": piece.link}}
            yield {"updateTextStyle": {"range": _bounds(start, end), "textStyle": linked, "fields": "link"}}
        start = end


def _range_of(document: Json, name: str) -> tuple[int, int] | None:
    """Where a page begins and ends; an edit of people's may have split it. None where it is not there."""
    named = document.get("namedRanges", {}).get(RANGE_PREFIX + name, {}).get("namedRanges", [])
    found = [(one["startIndex"], one["endIndex"]) for item in named for one in item.get("ranges", [])]
    return (min(start for start, _ in found), max(end for _, end in found)) if found else None


def _bounds(start: int, end: int) -> Json:
    return {"startIndex": start, "endIndex": end}


def _width(text: str) -> int:
    """The length in UTF-16 code units, which Docs counts in."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
