"""Google Docs: filling a report, and bringing it up to date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from incident.runtime.failures import PermanentError
from incident.services.docs_entries import Timeline, entry_edits
from incident.services.docs_places import check_names, clean, edits, find, marked
from incident.services.docs_text import in_order, text_of
from incident.services.google import DOCS, Google

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


TIMELINE = "timeline"
"""The name of the place that the entries stand behind."""


@dataclass(frozen=True, slots=True)
class Updated:
    """A document that was brought up to date.

    Attributes:
        missing: the names that have no place in it any more: people have deleted them.
        known: the ids of the entries that stand in it, or that people have deleted since they did.
    """

    missing: frozenset[str]
    known: frozenset[str]


class Docs:
    """Documents by their Drive id."""

    def __init__(self, google: Google) -> None:
        """Through `google`."""
        self._google = google

    def prepare(self) -> None:
        """Does what the first call would have to wait for: 0.15 s of making the client, no remote call."""
        self._google.client(DOCS).documents()

    def fill(self, document_id: str, values: Mapping[str, str], nonce: str) -> None:
        """Replaces each `{{name}}` by its value: all or, if anything goes wrong, none. One call, no read.

        A placeholder that the document lacks is fine; one that has no value stays. A value that looks like a
        placeholder stays as it is: the names are first made unlike anything a person can have typed. Each
        value stands between invisible marks, by which `update` finds its place; give a short text such as
        "…" for what is not known yet.

        Args:
            document_id: Drive's.
            values: by name, without the braces.
            nonce: what no person who chose a value can have known.

        Raises:
            ValueError: if two names cannot be told apart by their marks.

        https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/batchUpdate
        """
        check_names(values)
        private = {name: f"{{{{{nonce}:{name}}}}}" for name in values}
        requests = [
            *(_replace(_placeholder(name), private[name]) for name in values),
            *(_replace(private[name], marked(name, value)) for name, value in values.items()),
        ]
        self._batch_update(document_id, {"requests": requests})

    def update(
        self,
        document_id: str,
        values: Mapping[str, str],
        written: Mapping[str, str] | None = None,
        timeline: Timeline | None = None,
    ) -> Updated:
        """Brings the places and the entries of a filled document up to date; other text is left alone.

        Takes one read and, only where something differs, one write, which Docs merges with what people type
        meanwhile. Doing it twice is the same as once.

        Args:
            document_id: Drive's.
            values: by name; of other places nothing changes.
            written: the values that were written last, by name. What people have typed into such a place
                since is kept, right behind the new value. Without it everything in a place that differs
                from its value is replaced.
            timeline: its entries; they stand behind the paragraph with the place called `TIMELINE`.

        https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/batchUpdate#writecontrol
        """
        timeline, written = timeline or Timeline(), written or {}
        document = self._get(document_id)
        try:
            return self._bring(document_id, document, values, written, timeline)
        except PermanentError:
            # Docs refuses a revision that has become too old; a newer one tells that from other refusals.
            return self._bring(document_id, self._get(document_id), values, written, timeline)

    def _bring(
        self,
        document_id: str,
        document: Any,
        values: Mapping[str, str],
        written: Mapping[str, str],
        timeline: Timeline,
    ) -> Updated:
        """Edits a document as it was read."""
        places = find(document, values)
        beginning = next((place for place in places if place.name == TIMELINE), None)
        revision = {"targetRevisionId": document["revisionId"]}
        entries, said = entry_edits(document, timeline, beginning, may_suggest=True)
        if offered := in_order(edit for edit in entries if edit.is_offered):
            try:
                suggesting = {**revision, "writeMode": "SUGGEST"}
                self._batch_update(document_id, {"requests": offered, "writeControl": suggesting})
            except PermanentError:  # not every account may
                entries, said = entry_edits(document, timeline, beginning, may_suggest=False)
        made = [edit for edit in entries if not edit.is_offered]
        if requests := in_order([*edits(places, values, written), *made]):
            self._batch_update(document_id, {"requests": requests, "writeControl": revision})
        return Updated(frozenset(values) - {place.name for place in places}, timeline.known_then | said)

    def is_filled(self, document_id: str, names: Iterable[str], telltales: Iterable[str]) -> bool:
        """Whether `fill` has got through.

        Args:
            document_id: Drive's.
            names: of the placeholders.
            telltales: values that stand in a filled document and in no template. They tell a placeholder that
                is still to be filled from one that somebody wrote about.
        """
        text = text_of(self._get(document_id))
        return any(clean(value) in text for value in telltales) or not any(
            _placeholder(name) in text for name in names
        )

    def placeholders(self, document_id: str) -> frozenset[str]:
        """The names that stand in double braces in a document."""
        return frozenset(_PLACEHOLDER.findall(text_of(self._get(document_id))))

    def _get(self, document_id: str) -> Any:
        """A document with all its tabs; suggestions stand inline, as the indexes of edits count them."""
        return self._google.execute(
            DOCS,
            lambda client: client.documents().get(
                documentId=document_id, includeTabsContent=True, suggestionsViewMode="SUGGESTIONS_INLINE"
            ),
            repeatable=True,
        )

    def _batch_update(self, document_id: str, body: Mapping[str, Any]) -> None:
        self._google.execute(
            DOCS, lambda client: client.documents().batchUpdate(documentId=document_id, body=body)
        )


def _placeholder(name: str) -> str:
    return f"{{{{{name}}}}}"


def _replace(text: str, by: str) -> dict[str, Any]:
    return {"replaceAllText": {"containsText": {"text": text, "matchCase": True}, "replaceText": by}}
