"""Google Docs: reading a document, and the batch of edits that happens whole or not at all.

Source: https://developers.google.com/workspace/docs/api/reference/rest/v1/documents.
"""

from __future__ import annotations

from . import suggestions
from .docs_edits import Editor
from .document import BODY_START, NORMAL, Document, Look, width
from .document_merge import merge
from .errors import ApiError, invalid
from .operations import Json, Operation, Request
from .state import DOCUMENT, DriveFile, State

_TAB = "t.0"
"""The id of a document's only tab."""

_REVISIONS = 50
"""How many revisions that were read edits may still be written against, over all documents."""

_CHARACTERS = 1_020_000
"""The most a document holds; https://support.google.com/drive/answer/37603"""

_INLINE = "SUGGESTIONS_INLINE"
_PREVIEWS = {"PREVIEW_SUGGESTIONS_ACCEPTED": True, "PREVIEW_WITHOUT_SUGGESTIONS": False}
"""Whether suggestions are accepted, or else rejected, in each of the views that have none."""


class Docs:
    """Docs' methods.

    Attributes:
        allows_suggesting: whether `writeMode` is known; where it is not, it is refused as any unknown field.
        ranges_grow_at_end: whether what is inserted right behind a named range becomes part of it, which
            nothing documents.
    """

    def __init__(self, state: State) -> None:
        self.allows_suggesting = True
        self.ranges_grow_at_end = False
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
        self.remember(file, document)
        tabs = request.parameters.get("includeTabsContent", False)
        mode = request.parameters.get("suggestionsViewMode", _INLINE)
        if mode in _PREVIEWS:
            preview = suggestions.previewed(document, accepted=_PREVIEWS[mode])
            return {**_resource(file, preview, tabs=tabs), "suggestionsViewMode": mode}
        return _resource(file, document, tabs=tabs)

    def _create(self, request: Request) -> Json:
        document = Document()
        file = self._state.add_file(
            request.body.get("title", "Untitled document"), DOCUMENT, content=document
        )
        return _resource(file, document, tabs=False)

    def _batch_update(self, request: Request) -> Json:
        file, _ = self._document(request)
        control: Json = request.body.get("writeControl", {})
        answer = self.edit(file, request.body.get("requests", []), control, by_person=False)
        control = {"requiredRevisionId": self._document(request)[1].revision_id}
        return {"documentId": file.id, **answer, "writeControl": control}

    def edit(self, file: DriveFile, requests: list[Json], control: Json, *, by_person: bool) -> Json:
        """Carries out one batch on a document, all or nothing.

        Args:
            file: a document; whoever calls holds the state's lock.
            requests: Docs' `Request`s.
            control: Docs' `WriteControl`.
            by_person: whether a person does it, not the bot.

        Returns:
            `replies`, one for each request, and `suggestionResponses` where suggestions were made or settled.

        Raises:
            ApiError: 400, and nothing is done.
        """
        latest = file.content
        if not isinstance(latest, Document):
            raise invalid("This operation is not supported for this document", "failedPrecondition")
        suggesting = control.get("writeMode") == "SUGGEST"
        base = self._base(file, latest, control)
        edited = base.copy()
        edited.grows_at_end = self.ranges_grow_at_end
        editor = Editor(edited, by_person=by_person, suggesting=suggesting)
        answer: Json = {"replies": editor.apply(requests)}
        if any(editor.suggestions):
            answer["suggestionResponses"] = editor.suggestions
        if base is not latest:
            edited = merge(base, edited, latest)
        if len(edited.glyphs) > _CHARACTERS:
            raise invalid(f"The document would be longer than {_CHARACTERS} characters.")
        edited.revision = latest.revision + 1
        file.content = edited
        file.modified, file.modified_by_person = self._state.clock(), by_person
        return answer

    def _base(self, file: DriveFile, latest: Document, control: Json) -> Document:
        """The revision that a batch is to be applied to."""
        if "writeMode" in control and not self.allows_suggesting:
            unknown = "Unknown name \"writeMode\" at 'writeControl': Cannot find field."
            raise invalid(f"Invalid JSON payload received. {unknown}")
        if {"requiredRevisionId", "targetRevisionId"} <= control.keys():
            raise invalid("Only one of 'requiredRevisionId' and 'targetRevisionId' can be set.")
        required, target = control.get("requiredRevisionId"), control.get("targetRevisionId")
        if required not in (None, latest.revision_id):
            raise invalid(
                f"The required revision ID '{required}' does not match the latest revision.",
                "failedPrecondition",
            )
        if target in (None, latest.revision_id):
            return latest
        if (file.id, target) not in self._read:
            raise invalid(f"The target revision ID '{target}' is too far behind.", "failedPrecondition")
        return self._read[file.id, target]

    def remember(self, file: DriveFile, document: Document) -> None:
        """Keeps a revision that somebody has read, for a while: edits may be written against it."""
        key = file.id, document.revision_id
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


def _resource(file: DriveFile, document: Document, *, tabs: bool) -> Json:
    resource: Json = {
        "documentId": file.id,
        "title": file.name,
        "revisionId": document.revision_id,
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
        bounds = [
            {"startIndex": document.index(start), "endIndex": document.index(end)}
            for start, end in document.spans_of(item)
        ]
        group = named.setdefault(item.name, {"name": item.name, "namedRanges": []})
        group["namedRanges"].append({"namedRangeId": item.id, "name": item.name, "ranges": bounds})
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
        for text, look in runs:
            end = index + width(text)
            pieces.append({"startIndex": index, "endIndex": end, "textRun": _text_run(text, look)})
            index = end
        content: Json = {"elements": pieces, "paragraphStyle": paragraph.style}
        if paragraph.bullet:
            content["bullet"] = paragraph.bullet
        elements.append({"startIndex": start, "endIndex": index, "paragraph": content})
    return elements


def _text_run(text: str, look: Look) -> Json:
    run: Json = {"content": text, "textStyle": look.style}
    if look.inserted:
        run["suggestedInsertionIds"] = list(look.inserted)
    if look.deleted:
        run["suggestedDeletionIds"] = list(look.deleted)
    return run
