"""Times, in the reader's own zone.

https://docs.slack.dev/messaging/formatting-message-text#date-formatting
"""

from __future__ import annotations

from datetime import datetime

from incident.commands.line import Moment


def clock(moment: Moment) -> str:
    """Slack's format of a time of day or, where that is not enough, of the day with it."""
    return "{time}" if moment.is_clock else "{date_short_pretty} {time}"


def markup(moment: Moment) -> str:
    """A time in Slack's mrkdwn."""
    return f"<!date^{int(moment.at.timestamp())}^{clock(moment)}|{fallback(moment.at)}>"


def when(at: datetime) -> str:
    """A day and time in Slack's mrkdwn."""
    return markup(Moment(at))


def fallback(at: datetime) -> str:
    """For clients that do not know dates: with the zone."""
    return f"{at:%Y-%m-%d %H:%M %Z}"
