"""The edits of a Docs batch, one after the other on a document.

Source: https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/request.
"""

from __future__ import annotations

import re
from functools import partial

from . import batch, docs_styles, masks, suggestions
from .document import Document, NamedRange, Paragraph
from .errors import ApiError, invalid, unimplemented
from .operations import Json
from .state import new_id

_NUMBERED = ("DECIMAL", "ALPHA", "ROMAN")
_DISCS = ("●", "○", "■")
_LEVELS = 9


_SETTLED = {
    "acceptSuggestion": "acceptedSuggestionIds",
    "rejectSuggestion": "rejectedSuggestionIds",
}
"""Where an answer names the suggestions that a request has ended."""


class Editor:
    """Applies the requests of one batch to one document.

    Attributes:
        suggestions: Docs' `SuggestionResponse` to each request that was applied.
    """

    def __init__(self, document: Document, *, by_person: bool = False, suggesting: bool = False) -> None:
        """Edits `document` itself.

        Args:
            document: what is edited.
            by_person: whether a person does it, not the bot.
            suggesting: whether the edits are only suggested.
        """
        self.suggestions: list[Json] = []
        self._document = document
        self._by_person = by_person
        self._suggesting = suggesting
        self._edits: dict[str, batch.Edit] = {
            "replaceAllText": self._replace_all_text,
            "insertText": self._insert_text,
            "deleteContentRange": self._delete_content_range,
            "createNamedRange": self._create_named_range,
            "deleteNamedRange": self._delete_named_range,
            "replaceNamedRangeContent": self._replace_named_range_content,
            "updateTextStyle": self._update_text_style,
            "updateParagraphStyle": self._update_paragraph_style,
            "createParagraphBullets": self._create_paragraph_bullets,
            "deleteParagraphBullets": self._delete_paragraph_bullets,
            "acceptSuggestion": partial(self._settle, suggestions.accept),
            "rejectSuggestion": partial(self._settle, suggestions.reject),
            "deleteSuggestion": partial(self._settle, suggestions.withdraw),
        }
        if suggesting:
            suggested = ("insertText", "deleteContentRange")
            self._edits = {kind: self._edits[kind] for kind in suggested}

    def apply(self, requests: list[Json]) -> list[Json]:
        """Carries the requests out, in order.

        Args:
            requests: Docs' `Request`s, already held to the schema.

        Returns:
            One reply for each; empty where there is nothing to say.

        Raises:
            ApiError: at the first that cannot be carried out; the half-edited document is to be dropped.
        """
        replies: list[Json] = []
        for number, request in enumerate(requests):
            before = set(self._document.authors)
            replies += batch.apply(self._edits, [request], first=number)
            self.suggestions.append(self._affected(before, request))
        return replies

    def _affected(self, before: set[str], request: Json) -> Json:
        """Docs' `SuggestionResponse` to one request."""
        after = self._document.authors.keys()
        settled = next((ids for kind, ids in _SETTLED.items() if kind in request), "deletedSuggestionIds")
        found = {"createdSuggestionIds": sorted(after - before), settled: sorted(before - after)}
        return {name: ids for name, ids in found.items() if ids}

    def _replace_all_text(self, details: Json, place: str) -> Json:
        batch.only(details, {"containsText", "replaceText"}, place)
        wanted: Json = details.get("containsText", {})
        if not wanted.get("text"):
            raise invalid(f"Invalid {place}: The search text should not be empty.")
        if wanted.get("searchByRegex"):
            raise unimplemented(f"{place}.containsText.searchByRegex")
        case = 0 if wanted.get("matchCase") else re.IGNORECASE
        # The newline that ends the body is not part of any match.
        matches = list(re.finditer(re.escape(wanted["text"]), self._document.text[:-1], case))
        for match in reversed(matches):
            self._document.splice(match.start(), match.end(), details.get("replaceText", ""))
        return {"occurrencesChanged": len(matches)} if matches else {}

    def _insert_text(self, details: Json, place: str) -> None:
        text: str = details.get("text", "")
        if not text:
            raise invalid(f"Invalid {place}: The text to insert must not be empty.")
        if ("location" in details) == ("endOfSegmentLocation" in details):
            raise invalid(
                f"Invalid {place}: exactly one of 'location' and 'endOfSegmentLocation' is to be set."
            )
        if "location" in details:
            self._only_tab(details["location"], place)
            position = self._inside(details["location"].get("index", 0), place)
        else:
            self._only_tab(details["endOfSegmentLocation"], place)
            position = len(self._document.glyphs) - 1
        if self._suggesting:
            suggestions.insert(self._document, position, text, by_person=self._by_person)
        else:
            self._document.splice(position, position, text)

    def _delete_content_range(self, details: Json, place: str) -> None:
        start, end = self._range(details, place)
        if end == len(self._document.glyphs):
            raise invalid(
                f"Invalid {place}: The range cannot include the newline character at the end of the segment."
            )
        if self._suggesting:
            suggestions.delete(self._document, start, end, by_person=self._by_person)
        else:
            self._document.splice(start, end, "")

    def _create_named_range(self, details: Json, place: str) -> Json:
        name: str = details.get("name", "")
        if not 1 <= len(name.encode("utf-16-le")) // 2 <= 256:  # noqa: PLR2004 - Docs' own limit
            raise invalid(f"Invalid {place}: The name must be 1 to 256 UTF-16 code units long.")
        start, end = self._range(details, place)
        keys = {glyph.key for glyph in self._document.glyphs[start:end]}
        named = NamedRange(f"kix.{new_id(9)}", name, keys)
        self._document.ranges.append(named)
        return {"namedRangeId": named.id}

    def _delete_named_range(self, details: Json, place: str) -> None:
        batch.only(details, {"namedRangeId", "name"}, place)
        doomed = self._named(details, ("namedRangeId", "name"), place)
        self._document.ranges = [named for named in self._document.ranges if named not in doomed]

    def _replace_named_range_content(self, details: Json, place: str) -> None:
        batch.only(details, {"text", "namedRangeId", "namedRangeName"}, place)
        for named in self._named(details, ("namedRangeId", "namedRangeName"), place):
            first, *others = self._document.spans_of(named)
            for start, end in reversed(others):
                self._document.splice(start, end, "")
            # The final newline stays, as Docs has it.
            end = min(first[1], len(self._document.glyphs) - 1)
            self._document.splice(first[0], end, details.get("text", ""))

    def _update_text_style(self, details: Json, place: str) -> None:
        start, end = self._range(details, place)
        mask = batch.mask(details, "docs", "TextStyle", place)
        docs_styles.restyle(self._document, (start, end), details.get("textStyle", {}), mask)

    def _update_paragraph_style(self, details: Json, place: str) -> None:
        start, end = self._range(details, place)
        mask = batch.mask(details, "docs", "ParagraphStyle", place)

        def change(paragraph: Paragraph) -> Paragraph:
            style = masks.write(paragraph.style, details.get("paragraphStyle", {}), mask)
            style.setdefault("namedStyleType", "NORMAL_TEXT")
            style.pop("headingId", None)
            if style["namedStyleType"] != "NORMAL_TEXT":
                style["headingId"] = f"h.{new_id(9).lower()}"
            return paragraph._replace(style=style)

        self._document.reform(start, end, change)

    def _create_paragraph_bullets(self, details: Json, place: str) -> None:
        start, end = self._range(details, place)
        preset: str = details.get("bulletPreset", "BULLET_DISC_CIRCLE_SQUARE")
        spans = list(self._document.spans())
        touched = [(first, last) for first, last in spans if first < end and start < last]
        list_id = self._list_before(touched[0][0], preset) or self._new_list(preset)
        for first, last in reversed(touched):
            text = self._document.text[first:last]
            level = min(len(text) - len(text.lstrip("\t")), _LEVELS - 1)
            bullet: Json = {"listId": list_id, **({"nestingLevel": level} if level else {})}
            self._document.reform(first, last, partial(_with_bullet, bullet=bullet))
            if level:  # tabs say how deep, and are taken out
                self._document.splice(first, first + level, "")

    def _list_before(self, position: int, preset: str) -> str | None:
        """The list of the paragraph that ends before `position`, if it has the same preset."""
        paragraph = self._document.glyphs[position - 1].paragraph if position else None
        list_id: str | None = paragraph.bullet["listId"] if paragraph and paragraph.bullet else None
        return list_id if list_id and self._document.presets.get(list_id) == preset else None

    def _new_list(self, preset: str) -> str:
        list_id = f"kix.{new_id(9)}"
        self._document.lists[list_id] = _list(preset)
        self._document.presets[list_id] = preset
        return list_id

    def _delete_paragraph_bullets(self, details: Json, place: str) -> None:
        start, end = self._range(details, place)
        self._document.reform(start, end, partial(_with_bullet, bullet=None))

    def _settle(self, settle: suggestions.Settle, details: Json, place: str) -> None:
        settle(self._document, details.get("suggestionId", ""), place, by_person=self._by_person)

    def _named(self, details: Json, keys: tuple[str, str], place: str) -> list[NamedRange]:
        id_key, name_key = keys
        if (id_key in details) == (name_key in details):
            raise invalid(f"Invalid {place}: exactly one of '{id_key}' and '{name_key}' is to be set.")
        found = [
            named
            for named in self._document.ranges
            if named.id == details.get(id_key) or named.name == details.get(name_key)
        ]
        if not found and "namedRangeName" not in details:  # with that, replacing nothing is no error
            raise invalid(f"Invalid {place}: No matching named range was found.")
        return found

    def _range(self, details: Json, place: str) -> tuple[int, int]:
        """The positions of a request's `range`."""
        given: Json = details.get("range", {})
        self._only_tab(given, place)
        start, end = given.get("startIndex", 0), given.get("endIndex", 0)
        if end <= start:
            raise invalid(f"Invalid {place}: The range should not be empty.")
        if end > self._document.end_index:
            raise self._beyond(end - 1, place)
        first, last = self._document.position(start), self._document.position(end)
        if first is None or last is None:
            raise _not_on_a_character(start if first is None else end, place)
        return first, last

    def _inside(self, index: int, place: str) -> int:
        if index >= self._document.end_index:
            raise self._beyond(index, place)
        position = self._document.position(index)
        if position is None:
            raise _not_on_a_character(index, place)
        return position

    def _beyond(self, index: int, place: str) -> ApiError:
        end = f"the end index of the referenced segment, {self._document.end_index}"
        return invalid(f"Invalid {place}: Index {index} must be less than {end}.")

    def _only_tab(self, location: Json, place: str) -> None:
        if location.get("segmentId"):
            raise invalid(f"Invalid {place}: Segment with ID '{location['segmentId']}' was not found.")
        if location.get("tabId", "t.0") != "t.0":
            raise invalid(f"Invalid {place}: Tab with ID '{location['tabId']}' was not found.")


def _with_bullet(paragraph: Paragraph, bullet: Json | None) -> Paragraph:
    return paragraph._replace(bullet=bullet)


def _list(preset: str) -> Json:
    levels: list[Json] = []
    for level in range(_LEVELS):
        numbered = preset.startswith("NUMBERED")
        glyph: Json = {"glyphType": _NUMBERED[level % 3]} if numbered else {"glyphSymbol": _DISCS[level % 3]}
        levels.append({"bulletAlignment": "START", "glyphFormat": f"%{level}" + "." * numbered, **glyph})
    return {"listProperties": {"nestingLevels": levels}}


def _not_on_a_character(index: int, place: str) -> ApiError:
    return invalid(
        f"Invalid {place}: Index {index} must be inside of a paragraph and between two characters."
    )
