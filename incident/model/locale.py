"""The languages the bot speaks, and what Slack and the settings call them. Pure."""

from __future__ import annotations

LOCALES = ("en", "fr")
"""Every language, in the order in which they stand where there are several."""

BOTH = "both"

SPOKEN = {**{locale: (locale,) for locale in LOCALES}, BOTH: LOCALES}
"""What can be chosen, and the languages that it stands for, at least one."""


def language_of(locale: str) -> str | None:
    """The language of a person whose locale Slack gives as `fr-CA`, `en-GB`; None for one not spoken here.

    https://docs.slack.dev/reference/objects/user-object
    """
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in LOCALES else None
