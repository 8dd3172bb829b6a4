"""How long an incident lasted, in words that say from when it is counted. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.model.incident import Finding, Incident

AFTER = {
    "en": {
        "began": "{duration} after it began",
        "declared": "{duration} after it was declared",
    },
    "fr": {
        "began": "{duration} après son début",
        "declared": "{duration} après son ouverture",
    },
}

DURATIONS = {
    "en": {
        "moment": "less than a minute",
        "minutes": "{minutes} min",
        "hours": "{hours} h",
        "hours_minutes": "{hours} h {minutes} min",
        "days": "{days} d",
        "days_hours": "{days} d {hours} h",
    },
    "fr": {
        "moment": "moins d’une minute",
        "minutes": "{minutes} min",
        "hours": "{hours} h",
        "hours_minutes": "{hours} h {minutes} min",
        "days": "{days} j",
        "days_hours": "{days} j {hours} h",
    },
}

_HOUR, _DAY = 60, 24 * 60
"""Minutes."""


def after(incident: Incident, at: datetime, locale: str) -> str:
    """How long it had lasted at a time: since it began, where that is known, else since it was declared.

    Harm begins before it is declared, so a duration that does not say from when would mislead.
    """
    began = incident.found_at(Finding.BEGAN_AT)
    if began is not None and began <= at:
        return AFTER[locale]["began"].format(duration=duration(at - began, locale))
    return AFTER[locale]["declared"].format(duration=duration(at - incident.declared_at, locale))


def duration(time: timedelta, locale: str) -> str:
    """Such as `1 h 42 min`, in whole minutes; from a day on, in whole hours. What is negative is nothing."""
    minutes = max(int(time.total_seconds() // 60), 0)
    words = DURATIONS[locale]
    if minutes >= _DAY:
        days, hours = divmod(minutes // _HOUR, 24)
        return words["days_hours" if hours else "days"].format(days=days, hours=hours)
    if minutes >= _HOUR:
        hours, minutes = divmod(minutes, _HOUR)
        return words["hours_minutes" if minutes else "hours"].format(hours=hours, minutes=f"{minutes:02}")
    return words["minutes" if minutes else "moment"].format(minutes=minutes)
