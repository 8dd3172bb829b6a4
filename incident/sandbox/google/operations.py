"""What a stand-in's method gets, and what it declares about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import unimplemented

Json = dict[str, Any]

COMMON = frozenset({"alt", "fields", "prettyPrint", "quotaUser", "key", "$.xgafv"})
"""Parameters of every method that api.py itself takes care of."""


@dataclass(frozen=True)
class Request:
    """One request, already held to the discovery document.

    Attributes:
        parameters: path and query parameters, converted.
        body: the JSON body; empty where there is none.
    """

    parameters: dict[str, Any]
    body: Json


@dataclass(frozen=True)
class Operation:
    """One method of the stand-in.

    Attributes:
        run: does the work and gives the whole answer, from which `fields` then selects.
        parameters: the path and query parameters it honours.
        body: the fields of the body it honours; None for all.
        default_fields: the mask of the answer when the caller asks for no fields; empty for all of it.
    """

    run: Callable[[Request], Json]
    parameters: frozenset[str] = frozenset()
    body: frozenset[str] | None = None
    default_fields: str = ""

    def refuse_unhonoured(self, request: Request) -> None:
        """A part of a request is never ignored in silence.

        Raises:
            ApiError: 501, naming the first parameter or field that would be.
        """
        for name in sorted(request.parameters.keys() - self.parameters - COMMON):
            raise unimplemented(f"the parameter '{name}' of this method")
        if request.parameters.get("alt", "json") != "json":
            raise unimplemented("any 'alt' but 'json'")
        for name in sorted(request.body.keys() - self.body if self.body is not None else ()):
            raise unimplemented(f"the field '{name}' in the body of this method")


@dataclass
class Links:
    """Where the pages are that a person opens.

    Attributes:
        url: the root of the sandbox's pages, without a slash at the end.
    """

    url: str = ""

    def document(self, file_id: str) -> str:
        """The page of a document."""
        return f"{self.url}/document/{file_id}"

    def spreadsheet(self, file_id: str) -> str:
        """The page of a spreadsheet."""
        return f"{self.url}/spreadsheet/{file_id}"

    def folder(self, file_id: str) -> str:
        """The page of a folder."""
        return f"{self.url}/folder/{file_id}"

    def meet(self, code: str) -> str:
        """The page of a call."""
        return f"{self.url}/meet/{code}"
