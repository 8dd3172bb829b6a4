"""Answering a person where they typed or pressed or, where that place is gone, in person."""

from __future__ import annotations

from incident.engine.workflow import Attempt
from incident.messages.rich import Message
from incident.runtime.failures import PermanentError
from incident.services.slack import Mark
from incident.workflows.services import Services


def reply(
    tools: Services,
    response_url: str,
    message: Message,
    attempt: Attempt,
    *,
    person: str,
    mark: Mark,
    since: float,
) -> None:
    """Tells a person something, never not at all.

    What was said at a `response_url` cannot be read back, so where the answer to just that call was lost it
    is said again. What was said in person is looked for first.

    Args:
        tools: what to do it with.
        response_url: where they typed or pressed, for half an hour; empty where there is no such place.
        message: what they are told.
        attempt: whether an earlier try may have told them.
        person: their Slack user id.
        mark: how the message is known again.
        since: it is no older, in seconds since the epoch.
    """
    if response_url:
        try:
            tools.slack.respond(response_url, message)
        except PermanentError:  # the place is gone
            pass
        else:
            return
    if not (attempt.again and tools.slack.find(person, mark, since)):
        tools.slack.post(person, message, mark)
