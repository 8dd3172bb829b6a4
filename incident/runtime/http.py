"""Reading what is sent to a function."""

from __future__ import annotations

from io import BytesIO

from flask import Request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge


def read_body(request: Request, limit: int) -> bytes:
    """Everything that was sent.

    Args:
        request: not read yet.
        limit: bytes.

    Raises:
        RequestEntityTooLarge: if it is more than `limit`.
        BadRequest: if the sender announced more than came.
    """
    request.max_content_length = limit
    try:
        body = request.get_data(cache=False)
        request.stream.read(1)  # raises where a body of unknown length was cut at the limit
    except (RequestEntityTooLarge, BadRequest):
        # functions-framework reads the rest after we have answered; failing at it again, it would answer 500.
        request.stream = BytesIO()
        raise
    return body
