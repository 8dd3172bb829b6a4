"""A person's hand in Google Workspace: what people do to reports, spreadsheets and files beside the bot."""

from __future__ import annotations

from collections.abc import Sequence

from . import suggestions
from .docs import Docs
from .document import Document, width
from .errors import invalid
from .grid import Dimension, Json, Sheet, Spreadsheet
from .sheets_edits import Editor
from .state import FOLDER, DriveFile, State
from .suggestions import Suggestion
from .values import user_entered

_SUGGEST: Json = {"writeMode": "SUGGEST"}


class Person:
    """A person who works on the same files as the bot.

    All methods take a file's id and raise KeyError where there is no such file, tab or text, and ApiError
    for what the service would not allow. Rows and columns count from 0.
    """

    def __init__(self, state: State, docs: Docs) -> None:
        """Works on what `state` holds."""
        self._state = state
        self._docs = docs

    # Docs

    def type(
        self,
        file_id: str,
        text: str,
        *,
        at: int | None = None,
        before: str | None = None,
        after: str | None = None,
        revision: str | None = None,
        suggesting: bool = False,
    ) -> None:
        """Types into a document.

        Args:
            file_id: the document's.
            text: what is typed; a newline begins a paragraph.
            at: Docs' index; by default the end of the document.
            before: words before which it is typed, instead.
            after: words behind which it is typed, instead.
            revision: the revision that the person has before their eyes; the newest by default.
            suggesting: whether it is only suggested.
        """
        with self._state.lock:
            document = self._document(file_id)
            if at is None:
                words = before or after
                start, end = self._place(document, words) if words else (document.end_index - 1,) * 2
                at = start if before else end
            insert = {"insertText": {"location": {"index": at}, "text": text}}
            self._edit(file_id, [insert], revision=revision, suggesting=suggesting)

    def delete(
        self, file_id: str, words: str, *, revision: str | None = None, suggesting: bool = False
    ) -> None:
        """Deletes the first place in a document with these words."""
        with self._state.lock:
            start, end = self._place(self._document(file_id), words)
            self._edit(file_id, [_deletion(start, end)], revision=revision, suggesting=suggesting)

    def rewrite(self, file_id: str, start: int, old: str, new: str, revision: str | None = None) -> None:
        """Makes one text of another, as a person does in an editor: only what differs is touched.

        Args:
            file_id: the document's.
            start: Docs' index of the text.
            old: the text as the person saw it, within one paragraph.
            new: what they made of it.
            revision: the revision that they saw; the newest by default.
        """
        same = _common(old, new)
        tail = _common(old[same:][::-1], new[same:][::-1])
        first, last = start + width(old[:same]), start + width(old[: len(old) - tail])
        typed = new[same : len(new) - tail]
        requests: list[Json] = []
        if typed:  # behind what it replaces, so that it looks the same
            requests.append({"insertText": {"location": {"index": last}, "text": typed}})
        if first < last:
            requests.append(_deletion(first, last))
        if requests:
            self._edit(file_id, requests, revision=revision)

    def rename_heading(self, file_id: str, old: str, new: str) -> None:
        """Gives a heading other words."""
        with self._state.lock:
            document = self._document(file_id)
            for (first, last), (paragraph, _) in zip(document.spans(), document.paragraphs(), strict=True):
                if (
                    paragraph.style["namedStyleType"] != "NORMAL_TEXT"
                    and document.text[first:last] == f"{old}\n"
                ):
                    self.rewrite(file_id, document.index(first), old, new)
                    return
            raise KeyError(old)

    def paste(self, file_id: str, text: str, *, before: str) -> None:
        """Pastes text before these words: it splits a named range that it is put into, and is no part of it.

        Which edits split a range is documented nowhere, only that some do.
        """
        with self._state.lock:
            document = self._document(file_id)
            position = document.position(self._place(document, before)[0]) or 0
            pasted = document.copy()
            pasted.splice(position, position, text, pasted=True)
            pasted.revision += 1
            file = self._state.files[file_id]
            file.content = pasted
            self._touched(file)

    def suggestions(self, file_id: str) -> list[Suggestion]:
        """What is suggested in a document, in the order of the text."""
        with self._state.lock:
            return suggestions.listed(self._document(file_id))

    def accept(self, file_id: str, suggestion_id: str) -> None:
        """Accepts a suggestion."""
        self._edit(file_id, [{"acceptSuggestion": {"suggestionId": suggestion_id}}])

    def reject(self, file_id: str, suggestion_id: str) -> None:
        """Rejects a suggestion."""
        self._edit(file_id, [{"rejectSuggestion": {"suggestionId": suggestion_id}}])

    # Sheets

    def set_cell(self, file_id: str, tab: str, row: int, column: int, value: str | float | bool) -> None:
        """Types into a cell, as Sheets reads it; an empty text empties the cell. Its format stays."""
        with self._state.lock:
            sheet = self._sheet(file_id, tab)
            old = {
                name: part
                for name, part in sheet.cells.get((row, column), {}).items()
                if name not in ("userEnteredValue", "textFormatRuns")
            }
            sheet.put(row, column, {**old, **user_entered(value)})
            self._touched(self._state.files[file_id])

    def sort(self, file_id: str, tab: str, column: int, *, descending: bool = False) -> None:
        """Sorts a tab by a column, below its frozen rows."""
        with self._state.lock:
            sheet = self._sheet(file_id, tab)
            frozen: int = sheet.properties["gridProperties"].get("frozenRowCount", 0)
            sheet.sort(range(frozen, sheet.row_count), range(sheet.column_count), [(column, descending)])
            self._touched(self._state.files[file_id])

    def insert_row(self, file_id: str, tab: str, row: int, values: Sequence[str | float | bool] = ()) -> None:
        """Inserts a row above one, and types into its cells."""
        self._change(file_id, tab, "insertDimension", "ROWS", row)
        for column, value in enumerate(values):
            self.set_cell(file_id, tab, row, column, value)

    def delete_row(self, file_id: str, tab: str, row: int) -> None:
        """Deletes a row."""
        self._change(file_id, tab, "deleteDimension", "ROWS", row)

    def move_row(self, file_id: str, tab: str, source: int, target: int) -> None:
        """Drags a row to where another stands."""
        with self._state.lock:
            self._sheet(file_id, tab).move_row(source, target)
            self._touched(self._state.files[file_id])

    def insert_column(self, file_id: str, tab: str, column: int) -> None:
        """Inserts a column to the left of one."""
        self._change(file_id, tab, "insertDimension", "COLUMNS", column)

    def delete_column(self, file_id: str, tab: str, column: int) -> None:
        """Deletes a column."""
        self._change(file_id, tab, "deleteDimension", "COLUMNS", column)

    def add_column(self, file_id: str, tab: str, title: str) -> int:
        """Gives the first column without a title one; returns its number."""
        with self._state.lock:
            places = self._sheet(file_id, tab).filled()
            column = max((column for _, column in places), default=-1) + 1
            self.set_cell(file_id, tab, 0, column, title)
            return column

    def add_tab(self, file_id: str, title: str, *, first: bool = False) -> None:
        """Adds an empty tab, behind the others or before them."""
        index = {"index": 0} if first else {}
        self._batch(file_id, {"addSheet": {"properties": {"title": title, **index}}})

    def rename_tab(self, file_id: str, old: str, new: str) -> None:
        """Gives a tab another name."""
        with self._state.lock:
            properties = {"sheetId": self._sheet(file_id, old).id, "title": new}
            self._batch(file_id, {"updateSheetProperties": {"properties": properties, "fields": "title"}})

    # Drive

    def rename(self, file_id: str, name: str) -> None:
        """Gives a file another name."""
        with self._state.lock:
            file = self._state.files[file_id]
            file.name = name
            self._touched(file)

    def move(self, file_id: str, folder_id: str) -> None:
        """Moves a file into another folder, of a shared drive or not."""
        with self._state.lock:
            file, folder = self._state.files[file_id], self._state.files[folder_id]
            if folder.mime_type != FOLDER:
                raise invalid("The specified parent is not a folder.", "parentNotAFolder")
            file.parent, file.drive_id = folder.id, folder.drive_id
            self._touched(file)

    def new_folder(self, name: str, folder_id: str) -> str:
        """Makes a folder in another; returns its id."""
        with self._state.lock:
            above = self._state.files[folder_id]
            self._state.version += 1
            return self._state.add_file(name, FOLDER, above.id, above.drive_id).id

    def trash(self, file_id: str) -> None:
        """Puts a file into the trash."""
        self._trash(file_id, trashed=True)

    def restore(self, file_id: str) -> None:
        """Takes a file out of the trash."""
        self._trash(file_id, trashed=False)

    def _trash(self, file_id: str, *, trashed: bool) -> None:
        with self._state.lock:
            self._state.trash(self._state.files[file_id], trashed=trashed, by_person=True)
            self._state.version += 1

    def _edit(
        self, file_id: str, requests: list[Json], *, revision: str | None = None, suggesting: bool = False
    ) -> None:
        control: Json = {"targetRevisionId": revision} if revision else {}
        with self._state.lock:
            self._document(file_id)
            file = self._state.files[file_id]
            self._docs.edit(file, requests, {**control, **(_SUGGEST if suggesting else {})}, by_person=True)
            self._state.version += 1

    def _change(self, file_id: str, tab: str, kind: str, dimension: Dimension, index: int) -> None:
        with self._state.lock:
            sheet = self._sheet(file_id, tab)
            bounds = {"dimension": dimension, "startIndex": index, "endIndex": index + 1}
            self._batch(file_id, {kind: {"range": {"sheetId": sheet.id, **bounds}}})

    def _batch(self, file_id: str, request: Json) -> None:
        with self._state.lock:
            file = self._state.files[file_id]
            edited = self._spreadsheet(file_id).copy()
            Editor(edited).apply([request])
            file.content = edited
            self._touched(file)

    def _touched(self, file: DriveFile) -> None:
        file.modified, file.modified_by_person = self._state.clock(), True
        self._state.version += 1

    def _document(self, file_id: str) -> Document:
        content = self._state.files[file_id].content
        if not isinstance(content, Document):
            raise KeyError(file_id)
        return content

    def _spreadsheet(self, file_id: str) -> Spreadsheet:
        content = self._state.files[file_id].content
        if not isinstance(content, Spreadsheet):
            raise KeyError(file_id)
        return content

    def _sheet(self, file_id: str, tab: str) -> Sheet:
        sheet = self._spreadsheet(file_id).titled(tab)
        if sheet is None:
            raise KeyError(tab)
        return sheet

    def _place(self, document: Document, words: str) -> tuple[int, int]:
        """The indexes of the first place with these words."""
        position = document.text.find(words)
        if position < 0:
            raise KeyError(words)
        return document.index(position), document.index(position + len(words))


def _deletion(start: int, end: int) -> Json:
    return {"deleteContentRange": {"range": {"startIndex": start, "endIndex": end}}}


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return next(
        (number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
