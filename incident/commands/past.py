"""The time that stands before words about something earlier: `14:05 the deploy went out`. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

_CLOCK = re.compile(
    r"(?P<hour>[01]?\d|2[0-3])(?::|\s?h\s?)(?P<minute>[0-5]\d)(?=\s)[\s,:\-–]*", re.IGNORECASE
)


def split(text: str) -> tuple[str, str]:
    """The time of day that a text begins with, as `14:05`, or empty; and the rest, verbatim.

    A text that is nothing but a time is words.
    """
    text = text.strip()
    found = _CLOCK.match(text)
    if found is None or not text[found.end() :]:
        return "", text
    return f"{int(found['hour']):02}:{found['minute']}", text[found.end() :]


def moment(clock: str, said_at: datetime, timezone: tzinfo) -> datetime:
    """The last time that it was this time of day.

    Args:
        clock: such as `14:05`, of the organisation's timezone.
        said_at: when it was typed; the result is at most a minute later.
        timezone: the organisation's.
    """
    hour, minute = map(int, clock.split(":"))
    local = said_at.astimezone(timezone)
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at > local + timedelta(minutes=1):
        at = (local - timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at
