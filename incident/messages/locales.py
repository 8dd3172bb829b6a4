"""The languages a function speaks."""

from __future__ import annotations

from incident.messages.words import Words


def words_for(locale: str) -> Words:
    """The words of a language, `en` or `fr`; each is loaded when it is first asked for."""
    if locale == "fr":
        from incident.messages.french import FRENCH  # noqa: PLC0415 - a cold start pays for one language alone

        return FRENCH
    from incident.messages.english import ENGLISH  # noqa: PLC0415 - likewise

    return ENGLISH
