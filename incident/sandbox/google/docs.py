"""Google Docs: reading a document, and the batch of edits that happens whole or not at all.

Source: https://developers.google.com/workspace/docs/api/reference/rest/v1/documents.
"""

from __future__ import annotations

from .docs_edits import Editor
from .document import BODY_START, NORMAL, Document
from .errors import ApiError, invalid
from .operations import Json, Operation, Request
from .state import DOCUMENT, DriveFile, State

_TAB = "t.0"
"""The id of a document's only tab."""


class Docs:
    """Docs' methods."""

    def __init__(self, state: State) -> None:
        self._state = state

    def operations(self) -> dict[str, Operation]:
        """Every method there is, by name."""
        document = frozenset({"documentId"})
        return {
            "documents.get": Operation(self._get, document | {"includeTabsContent"}),
            "documents.create": Operation(self._create, body=frozenset({"title"})),
            "documents.batchUpdate": Operation(
                self._batch_update, document, frozenset({"requests", "writeControl"})
            ),
        }

    def _get(self, request: Request) -> Json:
        file, document = self._document(request)
        return _resource(file, document, tabs=request.parameters.get("includeTabsContent", False))

    def _create(self, request: Request) -> Json:
        document = Document()
        file = self._state.add_file(
            request.body.get("title", "Untitled document"), DOCUMENT, content=document
        )
        return _resource(file, document, tabs=False)

    def _batch_update(self, request: Request) -> Json:
        file, document = self._document(request)
        _check_revision(request.body.get("writeControl", {}), document)
        edited = document.copy()
        replies = Editor(edited).apply(request.body.get("requests", []))
        edited.revision += 1
        file.content = edited
        file.modified = self._state.clock()
        return {
            "documentId": file.id,
            "replies": replies,
            "writeControl": {"requiredRevisionId": _revision_id(edited)},
        }

    def _document(self, request: Request) -> tuple[DriveFile, Document]:
        file = self._state.files.get(request.parameters["documentId"])
        if file is None:
            raise ApiError(404, "Requested entity was not found.")
        if not isinstance(file.content, Document):
            raise ApiError(400, "This operation is not supported for this document", "failedPrecondition")
        return file, file.content


def _check_revision(control: Json, document: Document) -> None:
    if control.keys() - {"requiredRevisionId"}:
        raise invalid("The stand-in knows only 'requiredRevisionId' of 'writeControl'.")
    if control.get("requiredRevisionId") not in (None, _revision_id(document)):
        raise invalid(
            f"The required revision ID '{control['requiredRevisionId']}' does not match the latest revision.",
            "failedPrecondition",
        )


def _revision_id(document: Document) -> str:
    return f"ANeT{document.revision:06d}"


def _resource(file: DriveFile, document: Document, *, tabs: bool) -> Json:
    resource: Json = {
        "documentId": file.id,
        "title": file.name,
        "revisionId": _revision_id(document),
        "suggestionsViewMode": "SUGGESTIONS_INLINE",
    }
    if tabs:
        properties = {"tabId": _TAB, "title": "Tab 1", "index": 0}
        return {**resource, "tabs": [{"tabProperties": properties, "documentTab": _content(document)}]}
    return {**resource, **_content(document)}


def _content(document: Document) -> Json:
    content: Json = {"body": {"content": [_section_break(), *_elements(document)]}}
    content["documentStyle"] = {"pageNumberStart": 1}
    content["namedStyles"] = {
        "styles": [{"namedStyleType": "NORMAL_TEXT", "textStyle": {}, "paragraphStyle": NORMAL.style}]
    }
    if document.lists:
        content["lists"] = document.lists
    named: Json = {}
    for item in document.ranges:
        bounds = {"startIndex": document.index(item.start), "endIndex": document.index(item.end)}
        group = named.setdefault(item.name, {"name": item.name, "namedRanges": []})
        group["namedRanges"].append({"namedRangeId": item.id, "name": item.name, "ranges": [bounds]})
    if named:
        content["namedRanges"] = named
    return content


def _section_break() -> Json:
    style = {"columnSeparatorStyle": "NONE", "contentDirection": "LEFT_TO_RIGHT", "sectionType": "CONTINUOUS"}
    return {"endIndex": BODY_START, "sectionBreak": {"sectionStyle": style}}


def _elements(document: Document) -> list[Json]:
    elements: list[Json] = []
    index = BODY_START
    for paragraph, runs in document.paragraphs():
        start, pieces = index, []
        for text, style in runs:
            end = index + len(text.encode("utf-16-le")) // 2
            pieces.append(
                {"startIndex": index, "endIndex": end, "textRun": {"content": text, "textStyle": style}}
            )
            index = end
        content: Json = {"elements": pieces, "paragraphStyle": paragraph.style}
        if paragraph.bullet:
            content["bullet"] = paragraph.bullet
        elements.append({"startIndex": start, "endIndex": index, "paragraph": content})
    return elements
