"""Answering a person where they typed or pressed or, where that place is gone, in person."""

from __future__ import annotations

from incident.engine.workflow import Attempt
from incident.messages.rich import Message
from incident.runtime.failures import PermanentError
from incident.services.slack import MessageTag
from incident.workflows.job import Job


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
            job.services.slack.respond(job.response_url, message)
        except PermanentError:  # the place is gone
            pass
        else:
            return
    if not (attempt.is_retry and job.services.slack.find(job.person, tag, job.since())):
        job.services.slack.post(job.person, message, tag)
