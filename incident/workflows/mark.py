"""Marking a message for the timeline: it is read once, its words are kept, and what becomes of it follows.

Who reacts is told nothing; who chose it in a menu is told that it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from incident.commands.mark import FollowEdit, MarkMessage
from incident.commands.registry import spec_of
from incident.engine.workflow import Attempt, Step, StepResult, Workflow, nothing_follows
from incident.messages.rich import plain
from incident.model.changes import mark_key
from incident.model.facts import Fact, FactKind
from incident.model.incident import Incident
from incident.model.marks import Mark, marks_of
from incident.model.slack_message import Content, content_of
from incident.model.slack_words import LIMIT, in_words
from incident.runtime import clock
from incident.runtime.failures import PermanentError
from incident.workflows.job import Job
from incident.workflows.notices import progress_notices
from incident.workflows.replies import reply

MUCH = 200_000
"""Bytes of words of marked messages that an incident keeps whole: it is a document of 1 MiB at most.

https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
"""

PATIENCE = timedelta(days=1)
"""A message that Slack does not let the bot read for so long, such as of a channel that it was put out of, is
in the timeline by its link alone."""

SHORT = 300
"""Characters that are kept of each message that is marked after that."""


def read(job: Job, attempt: Attempt) -> StepResult:
    """Reads what the message says, unless another mark has had it read.

    Its mark is on record by then: what is changed after this is told by an event that finds the mark.
    """
    command: MarkMessage = job.command
    incident = attempt.incident or job.about()
    key = mark_key(command.channel, command.ts)
    if Mark.of(key, incident.marks.get(key, {})).is_read:
        return StepResult()
    known = Content.from_dict(command.content) if command.content else None
    if known is None and clock.now() - job.interaction.received_at > PATIENCE:
        known = Content()  # its link is what there is
    try:
        message = job.services.slack.message(command.channel, command.ts)
    except PermanentError:
        if known is None:
            raise
        return StepResult(
            facts=(_read(job, incident, known, command.link),)
        )  # the bot is not in that channel
    if message is not None:
        return StepResult(facts=(_read(job, incident, content_of(message), command.link),))
    words = (_read(job, incident, known, command.link),) if known else ()
    return StepResult(facts=(*words, _fact(job, FactKind.MESSAGE_DELETED, {})))


def read_edit(job: Job, attempt: Attempt) -> StepResult:
    """What the message says since, as the event has it: so the newest wins, in any order."""
    command: FollowEdit = job.command
    incident = attempt.incident or job.about()
    return StepResult(facts=(_read(job, incident, Content.from_dict(command.content)),))


def thank(job: Job, attempt: Attempt) -> StepResult:
    """Tells the person that it is in the timeline."""
    command: MarkMessage = job.command
    if not command.emoji:
        done = spec_of(job.command).text[job.say.locale].done
        reply(job, attempt, plain(done), job.tag("incident_marked", job.run_id))
    return StepResult()


def _read(job: Job, incident: Incident, content: Content, link: str = "") -> Fact:
    """The fact of what the message says, in words."""
    services, command = job.services, job.command
    called = services.people.known_name(content.author or content.app_user)
    author = content.app_name or called or services.say.somebody
    limit = SHORT if _size(incident) > MUCH else LIMIT
    return _fact(
        job,
        FactKind.MESSAGE_READ,
        {
            "text": in_words(content.text, services.directory, limit),
            "author": content.author,
            "author_name": author,
            "files": [{"name": name, "url": url} for name, url in content.files],
            "link": link or services.message_url(command.channel, command.ts, content.thread_ts),
            "thread_ts": content.thread_ts,
            "edited": content.is_edited,
        },
    )


def _fact(job: Job, kind: FactKind, data: Mapping[str, Any]) -> Fact:
    """A fact about the message, of when the person did what it comes of."""
    of = mark_key(job.command.channel, job.command.ts)
    return Fact(f"{job.run_id}.{kind}", kind, job.interaction.received_at, "", {"of": of, **data})


def _size(incident: Incident) -> int:
    return sum(len(mark.text.encode(errors="replace")) for mark in marks_of(incident))


MARK: Workflow[Job] = Workflow(
    "mark", (Step("read", read), Step("thanks", thank)), follows=progress_notices({})
)
FOLLOW_EDIT: Workflow[Job] = Workflow("follow_edit", (Step("read", read_edit),), follows=progress_notices({}))
STATED: Workflow[Job] = Workflow("stated", (), follows=nothing_follows)
"""For what is said by the fact that the run begins with: the surfaces follow, and no answer is given."""
