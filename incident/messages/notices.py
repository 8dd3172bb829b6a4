"""What is said of what is late, what cannot be done, and what is there after all."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, PlainTextObject, RichTextElement

from incident.commands import RETRY
from incident.messages.incident import Links
from incident.messages.rich import Message, line, link, notification, paragraphs, words
from incident.messages.words import Words
from incident.model.incident import Thing
from incident.runtime.failures import NotYetKnownError, PermanentError, StepError, TransientError

_SERVICES = {
    "slack": "Slack",
    "meet": "Google Meet",
    "drive": "Google Drive",
    "docs": "Google Docs",
    "sheets": "Google Sheets",
}
"""What people call the services, in every language."""


def late(say: Words, thing: Thing, error: StepError, title: str = "") -> Message:
    """Something is not there yet, and the bot goes on trying.

    Args:
        say: the words.
        thing: what is missed.
        error: why.
        title: the incident's, for places outside its channel.
    """
    text = say.late.format(thing=say.things[thing], why=why(say, error))
    return Message(notification("{text}", text=_about(title, text)), [paragraphs(*_paragraphs(title, text))])


def failed(say: Words, thing: Thing, error: StepError, *, run_id: str, title: str, links: Links) -> Message:
    """Something cannot be done until somebody helps: what to do by hand, and a button to try again.

    Args:
        say: the words.
        thing: what is missed.
        error: why.
        run_id: of the run that gave up; the button brings it back.
        title: the incident's, for places outside its channel.
        links: what is there already, for places where it is not to be found.
    """
    text = say.failed.format(thing=say.things[thing], why=why(say, error), by_hand=say.by_hand[thing])
    shown = _paragraphs(title, text)
    there = [(say.join_call, links.call), (say.open_report, links.report)]
    shown += [line(f"{say.meanwhile} {{link}}", link=link(url, label)) for label, url in there if url]
    button = ButtonElement(
        text=PlainTextObject(text=say.retry), action_id=RETRY, value=run_id, style="primary"
    )
    return Message(
        notification("{text}", text=_about(title, text)),
        [paragraphs(*shown), ActionsBlock(elements=[button])],
    )


def done_after_all(say: Words, thing: Thing, title: str = "") -> Message:
    """Something that was late, or had failed, is there."""
    text = say.done_after_all.format(thing=say.things[thing])
    return Message(notification("{text}", text=_about(title, text)), [paragraphs(*_paragraphs(title, text))])


def retry_failed(say: Words, error: StepError) -> Message:
    """To the person who pressed the button."""
    text = say.retry_failed.format(why=why(say, error))
    return Message(notification("{text}", text=text), [paragraphs(line("{text}", text=text))])


def why(say: Words, error: StepError) -> str:
    """What went wrong, in words."""
    service = _SERVICES.get(error.service, say.the_bot)
    if isinstance(error, PermanentError):
        return say.refused.format(service=service, reason=error.reason)
    if isinstance(error, NotYetKnownError):
        return say.not_known_yet.format(service=service)
    if isinstance(error, TransientError) and (error.retry_after is not None or error.service == "deadline"):
        return say.busy.format(service=service)
    return say.not_answering.format(service=service)


def _about(title: str, text: str) -> str:
    return f"{title}: {text}" if title else text


def _paragraphs(title: str, text: str) -> list[RichTextElement]:
    shown: list[RichTextElement] = [line("{text}", text=text)]
    return [line("{title}", title=words(title, bold=True)), *shown] if title else shown
