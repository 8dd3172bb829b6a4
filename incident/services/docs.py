"""Google Docs: the placeholders of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incident.services.google import DOCS, Google


class Docs:
    """Documents by their Drive id."""

    def __init__(self, google: Google) -> None:
        """Through `google`."""
        self._google = google

    def fill(self, document_id: str, values: Mapping[str, str], mark: str) -> None:
        """Replaces each `{{name}}` by its value, all or none, and leaves a named range called `mark`.

        A placeholder that the document lacks is fine; one that has no value stays. A value that looks like a
        placeholder stays as it is: the names are first made unlike anything a person can have typed.

        https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/batchUpdate
        """
        secret_names = {name: f"{{{{{mark}:{name}}}}}" for name in values}
        requests = [
            *(_replace(f"{{{{{name}}}}}", secret_names[name]) for name in values),
            *(_replace(secret_names[name], value) for name, value in values.items()),
            {"createNamedRange": {"name": mark, "range": {"startIndex": 1, "endIndex": 2}}},
        ]
        self._google.execute(
            DOCS,
            lambda client: client.documents().batchUpdate(
                documentId=document_id, body={"requests": requests}
            ),
        )

    def is_filled(self, document_id: str, mark: str) -> bool:
        """Whether the document has a named range called `mark`."""
        document = self._google.execute(
            DOCS,
            lambda client: client.documents().get(documentId=document_id, fields="namedRanges"),
            repeatable=True,
        )
        return mark in document.get("namedRanges", {})


def _replace(text: str, by: str) -> dict[str, Any]:
    return {"replaceAllText": {"containsText": {"text": text, "matchCase": True}, "replaceText": by}}
