"""Holds parameters and JSON bodies to the schemas of a discovery document.

Stricter than the real services, which ignore some of what is refused here: fields that only the
server sets, numbers written as strings, and `null` outside of maps.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .discovery import Method, Schema
from .errors import ApiError, invalid

_INT32 = range(-(2**31), 2**31)
_UINT32 = range(2**32)
_READ_ONLY = re.compile(r"Output only|This (field|property) is read-only|Read-only\b")
"""How the descriptions say so; few of these fields are marked `readOnly`."""

_WRITABLE = frozenset({"Permission.emailAddress", "Permission.domain"})
"""Fields described as output only by mistake: the description of `Permission.type` asks for them."""


@dataclass(frozen=True)
class Checker:
    """Checks JSON values against the schemas of one API.

    Attributes:
        schemas: every schema of the API, for `$ref`.
        answering: the value is an answer, in which the server's own fields may stand.
    """

    schemas: Mapping[str, Schema]
    answering: bool = False

    def check(self, value: Any, schema: Schema, path: str) -> None:
        """Checks one value and everything below it.

        Args:
            value: as `json.loads` gives it.
            schema: what it is to be.
            path: where it stands, for the message; empty for the body itself.

        Raises:
            ApiError: 400, naming the first field at fault.
        """
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        match schema.get("type"):
            case "any":
                return
            case "object":
                self._object(value, schema, path)
            case "array":
                if not isinstance(value, list):
                    raise _wrong(value, "a list", path)
                for index, item in enumerate(value):
                    self.check(item, schema["items"], f"{path}[{index}]")
            case _:
                check_scalar(value, schema, path)

    def _object(self, value: Any, schema: Schema, path: str) -> None:
        if not isinstance(value, dict):
            raise _wrong(value, "an object", path)
        properties: Mapping[str, Schema] = schema.get("properties", {})
        others: Schema | None = schema.get("additionalProperties")
        for name, item in value.items():
            below = f"{path}.{name}" if path else name
            if name in properties:
                self._property(item, properties[name], below, f"{schema.get('id')}.{name}")
            elif others is None:
                place = f" at '{path}'" if path else ""
                raise invalid(
                    f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
                )
            elif item is not None:  # null takes an entry out of a map, as in Drive's `appProperties`
                self.check(item, others, below)

    def _property(self, value: Any, schema: Schema, path: str, name: str) -> None:
        set_by_server = schema.get("readOnly") or _READ_ONLY.search(schema.get("description", ""))
        if set_by_server and not self.answering and name not in _WRITABLE:
            raise invalid(f"Invalid value at '{path}': the field is output only.")
        self.check(value, schema, path)


def check_body(method: Method, body: Any) -> None:
    """Checks the JSON body of a request.

    Raises:
        ApiError: 400, naming the field at fault.
    """
    if method.request is None:
        raise invalid("Invalid JSON payload received. This method takes no body.")
    Checker(method.schemas).check(body, method.request, "")
    properties = method.schemas[method.request["$ref"]].get("properties", {})
    for name, schema in properties.items():
        if method.id in schema.get("annotations", {}).get("required", []) and name not in (body or {}):
            raise invalid(f"Required field is missing: '{name}'.", "required")


def check_answer(method: Method, answer: object) -> None:
    """Checks what the stand-in is about to answer.

    Raises:
        RuntimeError: the stand-in itself is wrong.
    """
    if method.response is None:
        return
    try:
        Checker(method.schemas, answering=True).check(answer, method.response, "")
    except ApiError as wrong:
        raise RuntimeError(f"{method.id} answers what its schema does not allow: {wrong}") from wrong


def check_parameters(method: Method, given: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Checks and converts path and query parameters.

    Args:
        method: the method called.
        given: names and decoded values, in order; repeated ones more than once.

    Returns:
        The values by name: `bool`, `int`, `str`, and a list of them for a repeated parameter.

    Raises:
        ApiError: 400, naming the parameter at fault.
    """
    values: dict[str, Any] = {}
    for name, text in given:
        schema = method.parameters.get(name)
        if schema is None:
            raise invalid(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                f"Field '{name}' could not be found in request message."
            )
        value = _parameter(text, schema, name)
        if schema.get("repeated"):
            values.setdefault(name, []).append(value)
        elif name in values:
            raise invalid(f"Invalid value at '{name}': the parameter is given more than once.")
        else:
            values[name] = value
    for name, schema in method.parameters.items():
        if schema.get("required") and name not in values:
            raise invalid(f"Missing required parameter: '{name}'.", "required")
    return values


def _parameter(text: str, schema: Schema, name: str) -> bool | int | str:
    value: bool | int | str = text
    if schema["type"] == "boolean" and text in ("true", "false"):
        value = text == "true"
    elif schema["type"] == "integer" and re.fullmatch(r"-?\d{1,18}", text):
        value = int(text)
    check_scalar(value, schema, name)
    if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
        raise invalid(f"Invalid value at '{name}', \"{text}\": it does not match {schema['pattern']}.")
    return value


def check_scalar(value: object, schema: Schema, path: str) -> None:
    """Checks a boolean, number or string: type, format, bounds and enum.

    Raises:
        ApiError: 400, naming the field.
    """
    kind, form = schema["type"], schema.get("format", "")
    match kind:
        case "boolean":
            right = isinstance(value, bool)
        case "integer":
            bounds = _UINT32 if form == "uint32" else _INT32
            right = isinstance(value, int) and not isinstance(value, bool) and value in bounds
            right = right and _within(value, schema)
        case "number":
            right = isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            right = isinstance(value, str) and _formatted(value, form)
            if right and "enum" in schema and value not in schema["enum"]:
                raise _wrong(value, f"one of {', '.join(schema['enum'])}", path)
    if not right:
        raise _wrong(value, f"{kind} {form}".strip(), path)


def _within(value: object, schema: Schema) -> bool:
    if not isinstance(value, int):
        return False
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    return (lowest is None or value >= int(lowest)) and (highest is None or value <= int(highest))


def _formatted(text: str, form: str) -> bool:
    try:
        match form:
            case "int64" | "uint64":
                return re.fullmatch(r"-?\d{1,20}", text) is not None
            case "date":
                date.fromisoformat(text)
            case "date-time" | "google-datetime":
                return datetime.fromisoformat(text).tzinfo is not None
            case "byte":
                base64.b64decode(text, altchars=b"-_", validate=True)
            case "google-duration":
                return re.fullmatch(r"-?\d+(\.\d{1,9})?s", text) is not None
    except (ValueError, binascii.Error):
        return False
    return True


def _wrong(value: object, wanted: str, path: str) -> ApiError:
    return invalid(f"Invalid value at '{path}' ({wanted}), {value!r}.")
