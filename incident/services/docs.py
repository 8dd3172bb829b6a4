"""Google Docs: the placeholders of a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from incident.services.google import DOCS, Google

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


class Docs:
    """Documents by their Drive id."""

    def __init__(self, google: Google) -> None:
        """Through `google`."""
        self._google = google

    def prepare(self) -> None:
        """Does what the first call would have to wait for: 0.15 s of making the client, no remote call."""
        self._google.client(DOCS).documents()

    def fill(self, document_id: str, values: Mapping[str, str], nonce: str) -> None:
        """Replaces each `{{name}}` by its value: all or, if anything goes wrong, none.

        A placeholder that the document lacks is fine; one that has no value stays. A value that looks like a
        placeholder stays as it is: the names are first made unlike anything a person can have typed.

        Args:
            document_id: Drive's.
            values: by name, without the braces.
            nonce: what nobody who chose a value can have known.

        https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/batchUpdate
        """
        private = {name: f"{{{{{nonce}:{name}}}}}" for name in values}
        requests = [
            *(_replace(_placeholder(name), private[name]) for name in values),
            *(_replace(private[name], value) for name, value in values.items()),
        ]
        self._google.execute(
            DOCS,
            lambda client: client.documents().batchUpdate(
                documentId=document_id, body={"requests": requests}
            ),
        )

    def is_filled(self, document_id: str, names: Iterable[str], telltales: Iterable[str]) -> bool:
        """Whether `fill` has got through.

        Args:
            document_id: Drive's.
            names: of the placeholders.
            telltales: values that stand in a filled document and in no template. They tell a placeholder that
                is still to be filled from one that somebody wrote about.
        """
        text = self._text(document_id)
        return any(value in text for value in telltales) or not any(
            _placeholder(name) in text for name in names
        )

    def placeholders(self, document_id: str) -> frozenset[str]:
        """The names that stand in double braces in a document."""
        return frozenset(_PLACEHOLDER.findall(self._text(document_id)))

    def _text(self, document_id: str) -> str:
        document = self._google.execute(
            DOCS, lambda client: client.documents().get(documentId=document_id), repeatable=True
        )
        return "".join(_texts(document))


def _placeholder(name: str) -> str:
    return f"{{{{{name}}}}}"


def _replace(text: str, by: str) -> dict[str, Any]:
    return {"replaceAllText": {"containsText": {"text": text, "matchCase": True}, "replaceText": by}}


def _texts(part: Any) -> Iterator[str]:
    """The runs of text of a document, in order, in its tables, headers and footers too."""
    if isinstance(part, dict):
        if "textRun" in part:
            yield part["textRun"].get("content", "")
        for inner in part.values():
            yield from _texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner)
