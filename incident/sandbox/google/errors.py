"""Google's way of saying no."""

from __future__ import annotations

from typing import Any

_STATUS = {
    400: ("INVALID_ARGUMENT", "badRequest"),
    401: ("UNAUTHENTICATED", "authError"),
    403: ("PERMISSION_DENIED", "forbidden"),
    404: ("NOT_FOUND", "notFound"),
    409: ("ABORTED", "conflict"),
    412: ("FAILED_PRECONDITION", "conditionNotMet"),
    429: ("RESOURCE_EXHAUSTED", "rateLimitExceeded"),
    500: ("INTERNAL", "backendError"),
    501: ("UNIMPLEMENTED", "notImplemented"),
    503: ("UNAVAILABLE", "backendError"),
    504: ("DEADLINE_EXCEEDED", "backendError"),
}


class ApiError(Exception):
    """A refusal, as the service answers it.

    Attributes:
        code: the HTTP status.
        message: what the caller reads; names the field at fault.
        reason: Google's short word, such as `notFound`; derived from the status when not given.
    """

    def __init__(self, code: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason or _STATUS.get(code, ("", "backendError"))[1]

    def body(self) -> dict[str, Any]:
        """The JSON of the answer, in the form all Google APIs share.

        Source: https://google.aip.dev/193 and, for `errors`, Drive's and Calendar's error guides.
        """
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "status": _STATUS.get(self.code, ("UNKNOWN", ""))[0],
                "errors": [{"message": self.message, "domain": "global", "reason": self.reason}],
            }
        }


def invalid(message: str, reason: str = "") -> ApiError:
    """A 400: the request itself is wrong."""
    return ApiError(400, message, reason)


def unimplemented(message: str) -> ApiError:
    """A 501: the real service knows this, the stand-in does not."""
    return ApiError(501, f"The stand-in does not implement {message}.")
