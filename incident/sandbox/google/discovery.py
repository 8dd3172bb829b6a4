"""Which API method a request is for, by the discovery documents that ship with google-api-python-client."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import unquote

Schema = dict[str, Any]
"""One schema of a discovery document (a subset of JSON Schema draft 3)."""

_DOCUMENTS = {
    "drive": "drive.v3.json",
    "docs": "docs.v1.json",
    "sheets": "sheets.v4.json",
    "meet": "meet.v2.json",
    "calendar": "calendar.v3.json",
}
_VARIABLE = re.compile(r"\{(\+?)(\w+)\}")


@dataclass(frozen=True)
class Method:
    """One method of one API.

    Attributes:
        service: `drive`, `docs`, `sheets`, `meet` or `calendar`.
        id: the discovery document's own id, such as `drive.files.copy`.
        http_method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        path: matches the still percent-encoded path of a request; one group for each path parameter.
        literal: how many characters of the path are fixed; the more, the closer the match.
        parameters: path and query parameters by name, those of the whole API included.
        request: the schema of the body; None where there is none.
        response: the schema of the answer; None where it is empty.
        schemas: every schema of the API, for `$ref`.
    """

    service: str
    id: str
    http_method: str
    path: re.Pattern[str]
    literal: int
    parameters: dict[str, Schema]
    request: Schema | None
    response: Schema | None
    schemas: dict[str, Schema]

    @property
    def name(self) -> str:
        """The id without the service, such as `files.copy`."""
        return self.id.partition(".")[2]


def find(http_method: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """The method a request is for, with its path parameters decoded.

    Args:
        http_method: in capitals.
        path: from the root, still percent-encoded, such as `/drive/v3/files/abc`.

    Returns:
        The closest match, or None when no API has such a method at such a path.
    """
    for method in _methods():
        if method.http_method == http_method and (match := method.path.fullmatch(path)):
            return method, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


@cache
def _methods() -> tuple[Method, ...]:
    found: list[Method] = []
    documents = resources.files("googleapiclient") / "discovery_cache" / "documents"
    for service, file in _DOCUMENTS.items():
        document = json.loads((documents / file).read_text("utf-8"))
        found += _walk(service, document, document)
    # `files/generateIds` must win over `files/{fileId}`.
    return tuple(sorted(found, key=lambda method: -method.literal))


def _walk(service: str, document: dict[str, Any], node: dict[str, Any]) -> list[Method]:
    found = [_method(service, document, method) for method in node.get("methods", {}).values()]
    for child in node.get("resources", {}).values():
        found += _walk(service, document, child)
    return found


def _method(service: str, document: dict[str, Any], method: dict[str, Any]) -> Method:
    parameters = method.get("parameters", {})
    template = "/" + document["servicePath"] + method["path"]
    return Method(
        service=service,
        id=method["id"],
        http_method=method["httpMethod"],
        path=_pattern(template, parameters),
        literal=len(_VARIABLE.sub("", template)),
        parameters={**document["parameters"], **parameters},
        request=method.get("request"),
        response=method.get("response"),
        schemas=document["schemas"],
    )


def _pattern(template: str, parameters: dict[str, Schema]) -> re.Pattern[str]:
    """`{x}` is one segment; `{+x}` has slashes and brings its own pattern (RFC 6570, reserved expansion)."""
    pieces: list[str] = []
    end = 0
    for variable in _VARIABLE.finditer(template):
        reserved, name = variable.groups()
        inside = parameters[name]["pattern"].strip("^$") if reserved else "[^/]+"
        pieces += [re.escape(template[end : variable.start()]), f"(?P<{name}>{inside})"]
        end = variable.end()
    return re.compile("".join(pieces) + re.escape(template[end:]))


def schemas(service: str) -> dict[str, Schema]:
    """Every schema of one API, by name."""
    return next(method.schemas for method in _methods() if method.service == service)
