"""Messages that a try which was given up has posted late, besides the one on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from incident.engine.workflow import Attempt
from incident.services.slack import MessageTag
from incident.workflows.job import Job


def delete_strays(
    job: Job, place: str, tag: MessageTag, kept: Mapping[str, Any] | None, thread: str = ""
) -> None:
    """Deletes all messages with this tag but the recorded one.

    Args:
        job: whose messages they are.
        place: id or name of the channel, or id of the person who was told.
        tag: how they are known again.
        kept: the result of the step that posted; nothing is deleted where it has no `ts`.
        thread: see `Slack.find_all`.
    """
    if not kept or "ts" not in kept:
        return
    for posted in job.services.slack.find_all(place, tag, job.since(), thread=thread):
        if posted.ts != kept["ts"]:
            job.services.slack.delete(posted)


def sweep_of(step: str, place: str, tag: Callable[[Job], MessageTag]) -> Callable[[Job, Attempt], None]:
    """The sweep of the step of this name, which tells a person something."""

    def sweep(job: Job, attempt: Attempt) -> None:
        delete_strays(job, place, tag(job), attempt.results.get(step))

    return sweep
