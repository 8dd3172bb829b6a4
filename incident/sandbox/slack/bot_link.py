"""How Slack reaches the bot: a signed request, and three seconds to answer it.

Source: Slack's "Verifying requests from Slack" and "Slash commands".
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlencode, urlsplit

TIMEOUT = 3.0
"""Seconds from the request to the last byte of the answer."""

USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered.

    Attributes:
        status: of HTTP; 0 if nothing came.
        body: as text.
        content_type: without its parameters, in lower case.
        seconds: taken.
        failure: Slack's word for what went wrong, empty if the bot answered 200 in time.
    """

    status: int
    body: str
    content_type: str
    seconds: float
    failure: Literal["", "dispatch_failed", "operation_timeout"]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The `X-Slack-Signature` of a request."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def post_form(url: str, secret: str, form: Mapping[str, str]) -> Answer:
    """Posts a form, as slash commands and interactions come."""
    return _post(url, secret, urlencode(form).encode(), "application/x-www-form-urlencoded")


def post_json(url: str, secret: str, body: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
    """Posts JSON, as events come, with these headers besides the usual ones."""
    return _post(url, secret, json.dumps(body).encode(), "application/json", headers)


def _post(
    url: str, secret: str, body: bytes, content_type: str, more: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": content_type,
        "Accept": "application/json,*/*",
        "User-Agent": USER_AGENT,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body),
        **more,
    }
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=TIMEOUT)
    started = time.monotonic()
    try:
        connection.request("POST", target.path or "/", body, headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
    except TimeoutError:
        return Answer(0, "", "", time.monotonic() - started, "operation_timeout")
    except (OSError, http.client.HTTPException):
        return Answer(0, "", "", time.monotonic() - started, "dispatch_failed")
    finally:
        connection.close()
    seconds = time.monotonic() - started
    sort = response.headers.get_content_type()
    if seconds > TIMEOUT:
        return Answer(response.status, text, sort, seconds, "operation_timeout")
    failure: Literal["", "dispatch_failed"] = (
        "" if response.status == http.HTTPStatus.OK else "dispatch_failed"
    )
    return Answer(response.status, text, sort, seconds, failure)
