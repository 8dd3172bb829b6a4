"""The question whether an incident is to be closed."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, InteractiveElement, PlainTextObject

from incident.commands import close, resolve
from incident.commands.registry import ABOUT_PREFIX
from incident.messages.rich import Message, line, paragraphs
from incident.messages.words import Words
from incident.model.incident import Incident
from incident.model.slack_text import escape

TEXT = {
    "en": {
        "at_once": "Close this incident? What was said in the channel is copied into a document beside the "
        "report, and the channel is archived then.",
        "later": "Close this incident? What was said in the channel is copied into a document beside the "
        "report. {days} later the channel is archived; until then a word reopens the incident.",
        "open": "It is not resolved yet: best resolve it first. You can close it all the same.",
        "day": "A day",
        "days": "{count} days",
    },
    "fr": {
        "at_once": "Fermer cet incident? Ce qui s’est dit dans le canal est copié dans un document à côté du "
        "rapport, puis le canal est archivé.",
        "later": "Fermer cet incident? Ce qui s’est dit dans le canal est copié dans un document à côté du "
        "rapport. {days} plus tard, le canal est archivé; d’ici là, un mot suffit pour rouvrir l’incident.",
        "open": "Il n’est pas encore résolu : mieux vaut le résoudre d’abord. Vous pouvez le fermer malgré "
        "tout.",
        "day": "Un jour",
        "days": "{count} jours",
    },
}


def question(say: Words, incident: Incident, days: int) -> Message:
    """Whether to close the incident, what happens then and, where it is not resolved, doing that first.

    Args:
        say: the words.
        incident: as it is now.
        days: from closing to archiving.
    """
    text = TEXT[say.locale]
    after = text["day"] if days == 1 else text["days"].format(count=days)
    said = [text["later"].format(days=after) if days else text["at_once"]]
    said += [text["open"]] if incident.is_open else []
    buttons = [_button(close.WORDS[say.locale]["label"], close.CLOSE, close.value_of(incident, days))]
    if incident.is_open:
        about = f"{ABOUT_PREFIX}{incident.channel_id}"
        buttons.insert(0, _button(resolve.TEXT[say.locale].label, resolve.COMMAND.opener, about))
    buttons[0].style = "primary"
    elements: list[InteractiveElement] = [*buttons]
    labels = ", ".join(button.text.text for button in buttons if button.text)
    spoken = " ".join([*map(escape, said), say.to_press.format(buttons=escape(labels))])
    return Message(spoken, [paragraphs(*map(line, said)), ActionsBlock(elements=elements)])


def _button(label: str, action_id: str, value: str) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=label), action_id=action_id, value=value)
