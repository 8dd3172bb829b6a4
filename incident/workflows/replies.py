"""Answering a person where they typed or pressed or, where that place is gone, in person."""

from __future__ import annotations

from incident.engine.workflow import Attempt, StepResult
from incident.messages.rich import Message
from incident.runtime.failures import PermanentError
from incident.services.slack import MessageTag
from incident.workflows.job import Job

UNREACHABLE = frozenset(
    {"user_not_found", "user_not_visible", "user_disabled", "channel_not_found", "messages_tab_disabled"}
)
"""Why a person cannot be told anything, whatever is put right: such a message is let be.

https://docs.slack.dev/reference/methods/conversations.open, https://docs.slack.dev/reference/methods/chat.postMessage
"""


def tell(job: Job, person: str, message: Message, tag: MessageTag) -> StepResult:
    """Tells somebody in person, once it is known that no earlier try has; the message's place.

    Args:
        job: whose message it is.
        person: Slack user id.
        message: what they are told.
        tag: how it is known again.
    """
    try:
        posted = job.services.slack.post(person, message, tag)
    except PermanentError as error:
        if error.reason not in UNREACHABLE:
            raise
        return StepResult()
    return StepResult({"channel": posted.channel, "ts": posted.ts})


def told(job: Job, person: str, tag: MessageTag) -> StepResult | None:
    """Where an earlier try has told them; None where none has."""
    posted = job.services.slack.find(person, tag, job.since())
    return StepResult({"channel": posted.channel, "ts": posted.ts}) if posted else None


def reply(job: Job, attempt: Attempt, message: Message, tag: MessageTag) -> None:
    """Tells the person who gave the command something, never not at all.

    What was said at a `response_url` cannot be read back, so where the answer to just that call was lost it
    is said again. What was said in person is looked for first.

    Args:
        job: whose command it is.
        attempt: whether an earlier try may have told them.
        message: what they are told.
        tag: how the message is known again.
    """
    if job.response_url:
        try:
            job.services.slack.respond(job.response_url, message, replaces=job.is_replaceable)
        except PermanentError:  # the place is gone
            pass
        else:
            return
    if not (attempt.is_retry and job.services.slack.find(job.person, tag, job.since())):
        job.services.slack.post(job.person, message, tag)
