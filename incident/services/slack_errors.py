"""What an error of Slack's means: whether it passes, and whether Slack surely did nothing."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from typing import TypeVar
from urllib.error import HTTPError, URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from incident.runtime import deadline
from incident.runtime.failures import PermanentError, StepError, TransientError
from incident.runtime.secrets import SecretUnavailableError

SERVICE = "slack"

ARCHIVED = "is_archived"
"""Slack's word for a channel that a person archived, which the bot may not know yet."""

T = TypeVar("T")

_TRANSIENT = frozenset(
    {
        "fatal_error",
        "internal_error",
        "org_login_required",  # the workspace is being moved into an organisation
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",  # likewise
        "timeout",
    }
)
"""Errors that pass, by the words of Slack's method pages, such as
https://docs.slack.dev/reference/methods/chat.postMessage. The first two may come after Slack did it.
`accesslimited` does not pass: the network that the bot calls from has to be allowed.
"""
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_WORD = re.compile(r"[a-z][a-z0-9_]*")  # as Slack calls its errors


def translated(send: Callable[[], T]) -> T:
    """Does `send`, and says in the bot's own terms what went wrong."""
    try:
        return send()
    except SlackApiError as error:
        response = error.response
        raise classified(
            response.status_code, str(response.get("error", "")), dict(response.headers or {})
        ) from None
    except SecretUnavailableError as error:
        raise TransientError(SERVICE, f"token: {error}", refused=True) from None
    except deadline.DeadlineExceededError:
        raise
    except URLError as error:
        if isinstance(error, HTTPError):
            raise classified(error.code, f"http {error.code}", dict(error.headers)) from None
        reason = error.reason if isinstance(error.reason, Exception) else error
        never_sent = isinstance(reason, ConnectionRefusedError) or type(reason).__name__ == "gaierror"
        raise TransientError(SERVICE, type(reason).__name__, refused=never_sent) from None
    except (OSError, http.client.HTTPException, SlackClientError, UnicodeDecodeError) as error:
        raise TransientError(SERVICE, type(error).__name__) from None


def classified(status: int, error: str, headers: dict[str, str]) -> StepError:
    """The error of an answer, by its HTTP status, Slack's own word for it, and its headers."""
    if status == http.client.TOO_MANY_REQUESTS or error in _RATE_LIMITED:
        after = headers.get("Retry-After") or headers.get("retry-after") or "1"
        seconds = float(after) if after.isdigit() else 1.0
        return TransientError(SERVICE, "ratelimited", refused=True, retry_after=seconds)
    if error in _TRANSIENT:
        return TransientError(SERVICE, error)
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.REQUEST_TIMEOUT:
        return TransientError(SERVICE, f"http {status}")
    if _WORD.fullmatch(error):
        return PermanentError(SERVICE, error)
    if status == http.client.OK:  # cut off, or somebody else's: Slack may have done it
        return TransientError(SERVICE, "an answer that is none")
    return PermanentError(SERVICE, f"http {status}")
