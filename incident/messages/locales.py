"""The language a function speaks."""

from __future__ import annotations

from incident.messages.words import Words


def words_for(locale: str) -> Words:
    """The words of a locale, `en` or `fr`; no other is loaded."""
    if locale == "fr":
        from incident.messages.french import FRENCH  # noqa: PLC0415 - each function speaks one language

        return FRENCH
    from incident.messages.english import ENGLISH  # noqa: PLC0415 - likewise

    return ENGLISH
