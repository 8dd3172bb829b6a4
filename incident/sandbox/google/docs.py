"""Google Docs: reading a document, and the batch of edits that happens whole or not at all.

Source: https://developers.google.com/workspace/docs/api/reference/rest/v1/documents.
"""

from __future__ import annotations

from .docs_edits import Editor
from .document import BODY_START, NORMAL, Document
from .errors import ApiError, invalid, unimplemented
from .operations import Json, Operation, Request
from .state import DOCUMENT, DriveFile, State

_TAB = "t.0"
"""The id of a document's only tab."""

_REVISIONS = 20
"""How many revisions that were read edits may still be written against, over all documents."""


class Docs:
    """Docs' methods."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._read: dict[tuple[str, str], Document] = {}

    def operations(self) -> dict[str, Operation]:
        """Every method there is, by name."""
        document = frozenset({"documentId"})
        return {
            "documents.get": Operation(self._get, document | {"includeTabsContent", "suggestionsViewMode"}),
            "documents.create": Operation(self._create, body=frozenset({"title"})),
            "documents.batchUpdate": Operation(
                self._batch_update, document, frozenset({"requests", "writeControl"})
            ),
        }

    def _get(self, request: Request) -> Json:
        file, document = self._document(request)
        if request.parameters.get("suggestionsViewMode") == "PREVIEW_WITHOUT_SUGGESTIONS":
            raise unimplemented("the view without suggestions, whose indexes are no good for edits")
        self._remember(file, document)
        return _resource(file, document, tabs=request.parameters.get("includeTabsContent", False))

    def _create(self, request: Request) -> Json:
        document = Document()
        file = self._state.add_file(
            request.body.get("title", "Untitled document"), DOCUMENT, content=document
        )
        return _resource(file, document, tabs=False)

    def _batch_update(self, request: Request) -> Json:
        file, _ = self._document(request)
        control: Json = request.body.get("writeControl", {})
        replies = self.edit(file, request.body.get("requests", []), control, by_person=False)
        control = {"requiredRevisionId": _revision_id(self._document(request)[1])}
        return {"documentId": file.id, "replies": replies, "writeControl": control}

    def edit(self, file: DriveFile, requests: list[Json], control: Json, *, by_person: bool) -> list[Json]:
        """Carries out one batch on a document, all or nothing.

        Args:
            file: a document; whoever calls holds the state's lock.
            requests: Docs' `Request`s.
            control: Docs' `WriteControl`.
            by_person: whether a person does it, not the bot.

        Returns:
            One reply for each request.

        Raises:
            ApiError: 400, and nothing is done.
        """
        latest = file.content
        if not isinstance(latest, Document):
            raise invalid("This operation is not supported for this document", "failedPrecondition")
        base = self._base(file, latest, control)
        edited = base.copy()
        replies = Editor(edited).apply(requests)
        if base is not latest:
            edited.merge(base, latest)
        edited.revision = latest.revision + 1
        file.content = edited
        file.modified, file.modified_by_person = self._state.clock(), by_person
        return replies

    def _base(self, file: DriveFile, latest: Document, control: Json) -> Document:
        """The revision that a batch is to be applied to."""
        if control.keys() - {"requiredRevisionId", "targetRevisionId"}:
            raise unimplemented("any 'writeControl' but 'requiredRevisionId' and 'targetRevisionId'")
        if len(control) > 1:
            raise invalid("Only one of 'requiredRevisionId' and 'targetRevisionId' can be set.")
        required, target = control.get("requiredRevisionId"), control.get("targetRevisionId")
        if required not in (None, _revision_id(latest)):
            raise invalid(
                f"The required revision ID '{required}' does not match the latest revision.",
                "failedPrecondition",
            )
        if target in (None, _revision_id(latest)):
            return latest
        if (file.id, target) not in self._read:
            raise invalid(f"The target revision ID '{target}' is too far behind.", "failedPrecondition")
        return self._read[file.id, target]

    def _remember(self, file: DriveFile, document: Document) -> None:
        """Keeps a revision that a client has read, for a while: edits may be written against it."""
        key = file.id, _revision_id(document)
        self._read.pop(key, None)  # so that it is the newest
        self._read[key] = document.copy()
        while len(self._read) > _REVISIONS:
            del self._read[next(iter(self._read))]

    def _document(self, request: Request) -> tuple[DriveFile, Document]:
        file = self._state.files.get(request.parameters["documentId"])
        if file is None:
            raise ApiError(404, "Requested entity was not found.")
        if not isinstance(file.content, Document):
            raise ApiError(400, "This operation is not supported for this document", "failedPrecondition")
        return file, file.content


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
