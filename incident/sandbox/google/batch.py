"""What Docs' and Sheets' batches have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import discovery, masks
from .errors import invalid, unimplemented
from .operations import Json

Edit = Callable[[Json, str], Json | None]
"""Carries out one request, given its details and its place for messages; None: there is no reply to it."""


def apply(edits: Mapping[str, Edit], requests: list[Json], first: int = 0) -> list[Json]:
    """Carries requests out, in order.

    Args:
        edits: what to do, by the kind of request.
        requests: Docs' or Sheets' `Request`s, already held to the schema.
        first: the place in the batch of the first of them, for messages.

    Returns:
        One reply for each; empty where there is nothing to say.

    Raises:
        ApiError: at the first that cannot be carried out; what was half-edited is to be dropped.
    """
    replies: list[Json] = []
    for number, request in enumerate(requests, first):
        if len(request) != 1:
            raise invalid(f"Invalid requests[{number}]: exactly one kind of request is to be set.")
        [(kind, details)] = request.items()
        place = f"requests[{number}].{kind}"
        if kind not in edits:
            raise unimplemented(place)
        reply = edits[kind](details, place)
        replies.append({} if reply is None else {kind: reply})
    return replies


def mask(details: Json, service: str, schema: str, place: str) -> masks.Mask:
    """The `fields` of a request.

    Args:
        details: the request.
        service: the API whose schema it is.
        schema: the name of what the mask selects from.
        place: where the request stands, for messages.

    Raises:
        ApiError: 400, when there is no mask, or it names a field that does not exist.
    """
    if not details.get("fields"):
        raise invalid(
            f"Invalid {place}: At least one field must be listed in 'fields'. (Use '*' to indicate all.)"
        )
    parsed = masks.parse(details["fields"])
    masks.check(parsed, {"$ref": schema}, discovery.schemas(service), f"{place}.fields")
    return parsed


def only(details: Json, known: set[str], place: str) -> None:
    """Refuses what would otherwise be ignored in silence.

    Raises:
        ApiError: 501, naming the first field that is not among `known`.
    """
    for name in sorted(details.keys() - known):
        raise unimplemented(f"{place}.{name}")
