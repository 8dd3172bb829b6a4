"""What is said of what is late, what cannot be done, and what is there after all."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, PlainTextObject, RichTextElement

from incident.commands.retry import RETRY
from incident.messages.rich import Message, channel, line, link, notification, paragraphs, words
from incident.messages.words import Words
from incident.model.incident import Deliverable, Incident
from incident.model.naming import clip
from incident.runtime.failures import NotYetKnownError, PermanentError, StepError, TransientError

_TITLE_LIMIT = 500
"""Characters of the title in a message's text, of which five times as many may come of escaping."""

SERVICES = {
    "slack": "Slack",
    "meet": "Google Meet",
    "drive": "Google Drive",
    "docs": "Google Docs",
    "sheets": "Google Sheets",
}
"""What people call the services, in every language."""


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about.

    Attributes:
        deliverable: what is missed, or is there.
        incident: as it is now; None where there is none.
        is_elsewhere: whether it is read outside the incident's channel, where its title is to be said.
    """

    deliverable: Deliverable
    incident: Incident | None
    is_elsewhere: bool

    @property
    def title(self) -> str:
        """The incident's title where it is to be said."""
        return self.incident.title if self.incident and self.is_elsewhere else ""


def late(say: Words, about: About, error: StepError) -> Message:
    """It is not there yet and the bot keeps trying: why, what to do meanwhile, and what there is already."""
    text = say.late.format(
        thing=say.deliverables[about.deliverable],
        why=why(say, error),
        by_hand=say.by_hand[about.deliverable],
    )
    return _message(say, about, text)


def failed(say: Words, about: About, error: StepError, *, run_id: str) -> Message:
    """It cannot be done until a person helps: what to do meanwhile, and a button to try again.

    Args:
        say: the words.
        about: what is missed.
        error: why.
        run_id: of the run that gave up; the button brings it back.
    """
    text = say.failed.format(
        thing=say.deliverables[about.deliverable],
        why=why(say, error),
        by_hand=say.by_hand[about.deliverable],
    )
    button = ButtonElement(
        text=PlainTextObject(text=say.retry), action_id=RETRY, value=run_id, style="primary"
    )
    return _message(say, about, text, ActionsBlock(elements=[button]))


def there(say: Words, about: About) -> Message:
    """What was late, or had failed, is there: with the link to it."""
    text = say.there[about.deliverable]
    incident = about.incident
    target: list[RichTextElement] = []
    if incident and about.deliverable is Deliverable.CALL and incident.meet_url:
        target = [link(incident.meet_url, say.join_call)]
    elif incident and about.deliverable is Deliverable.REPORT and incident.document_url:
        target = [link(incident.document_url, say.open_report)]
    elif incident and about.deliverable in {Deliverable.CHANNEL, Deliverable.INVITATIONS}:
        target = [channel(incident.channel_id)] if incident.channel_id else []
    shown = line("{text} {target}", text=text, target=target[0]) if target else line("{text}", text=text)
    return Message(
        notification("{text}", text=_titled(say, about.title, text)),
        [paragraphs(*_title(about.title), shown)],
    )


def retry_failed(say: Words, deliverable: Deliverable, error: StepError) -> Message:
    """To the person who pressed the button."""
    text = say.retry_failed.format(thing=say.deliverables[deliverable], why=why(say, error))
    return Message(notification("{text}", text=text), [paragraphs(line("{text}", text=text))])


def why(say: Words, error: StepError) -> str:
    """What went wrong, in words."""
    service = SERVICES.get(error.service, say.the_bot)
    if isinstance(error, PermanentError):
        return say.refused.format(service=service, reason=error.reason)
    if isinstance(error, NotYetKnownError):
        return say.not_known_yet.format(service=service)
    if isinstance(error, TransientError) and (error.retry_after is not None or error.service == "deadline"):
        return say.busy.format(service=service)
    return say.not_answering.format(service=service)


def _message(say: Words, about: About, text: str, *more: Block) -> Message:
    shown = [*_title(about.title), line("{text}", text=text)]
    incident = about.incident
    there_is = (
        [(say.join_call, incident.meet_url), (say.open_report, incident.document_url)] if incident else []
    )
    shown += [line(f"{say.meanwhile} {{link}}", link=link(url, label)) for label, url in there_is if url]
    return Message(notification("{text}", text=_titled(say, about.title, text)), [paragraphs(*shown), *more])


def _titled(say: Words, title: str, text: str) -> str:
    return say.headline.format(kind=clip(title, _TITLE_LIMIT), title=text) if title else text


def _title(title: str) -> list[RichTextElement]:
    return [line("{title}", title=words(title, bold=True))] if title else []
