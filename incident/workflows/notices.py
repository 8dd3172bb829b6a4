"""Saying what is late, what cannot be done, and what is there after all: one message for each thing missed.

The message is posted once and edited as things go. Its posting and its edits are steps that follow from how a
delivery went, so they are as durable as the rest, and as single.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from incident.engine.workflow import Attempt, Result, RunSnapshot, Step, StepResult
from incident.messages import notices as messages
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.incident import Deliverable, Incident
from incident.runtime.failures import PermanentError, StepError
from incident.services.slack import MessageTag, Posted
from incident.services.slack_errors import ARCHIVED
from incident.workflows.job import Job

NOTICE = "incident_notice"
"""Event type of the metadata of these messages."""


class NoticeState(StrEnum):
    """What a notice says: the bot keeps trying, a person has to help, it is there."""

    LATE = "late"
    FAILED = "failed"
    THERE = "there"


class Reader(StrEnum):
    """Who a notice is for: the incident's channel, the person who asked, the reliability team."""

    CHANNEL = "channel"
    PERSON = "person"
    TEAM = "team"


_IN_PERSON = (Deliverable.CHANNEL, Deliverable.INVITATIONS)
"""What the reader of the channel cannot be told there, as they are not in it."""


def progress_notices(
    deliverables: Mapping[str, Deliverable],
) -> Callable[[Job, RunSnapshot], Sequence[Step[Job]]]:
    """The notices of a workflow.

    Args:
        deliverables: what people miss while a step is not done, by step name; of other steps nothing is said.
    """
    steps = {
        deliverable: [name for name, missed in deliverables.items() if missed is deliverable]
        for deliverable in dict.fromkeys(deliverables.values())
    }

    def follows(job: Job, snapshot: RunSnapshot) -> Sequence[Step[Job]]:
        return [
            step
            for deliverable, names in steps.items()
            for step in _Notice(job, snapshot, deliverable, names)
        ]

    return follows


@dataclass(frozen=True, slots=True)
class _Notice:
    """The notice of one deliverable, for each of its readers."""

    job: Job
    snapshot: RunSnapshot
    deliverable: Deliverable
    steps: Sequence[str]

    def __iter__(self) -> Iterator[Step[Job]]:
        state, error = self._state()
        for reader in Reader:
            chain = self._chain(reader)
            yield from (self._step(reader, number, state, error) for number in range(len(chain)))
            if (
                not chain
                and f"{self._name(reader)}.0" in self.snapshot.started
                and state is NoticeState.THERE
            ):
                yield self._settle(reader)
            elif state is not None and self._is_called_for(reader, chain, state):
                yield self._step(reader, len(chain), state, error)

    def _state(self) -> tuple[NoticeState | None, StepError | None]:
        """What is to be said now; None where there is nothing new to say."""
        errors = [self.snapshot.failures[step] for step in self.steps if step in self.snapshot.failures]
        if errors:
            refused = next((error for error in errors if isinstance(error, PermanentError)), None)
            return (NoticeState.FAILED, refused) if refused else (NoticeState.LATE, errors[0])
        is_there = all(step in self.snapshot.results for step in self.steps)
        return (NoticeState.THERE, None) if is_there else (None, None)

    def _is_called_for(self, reader: Reader, chain: Sequence[Result], state: NoticeState) -> bool:
        if chain:
            return "ts" in chain[-1] and chain[-1]["state"] != state
        return state is not NoticeState.THERE and reader in self._readers(state)

    def _readers(self, state: NoticeState) -> tuple[Reader, ...]:
        refused = self.snapshot.failures.get(f"{self._name(Reader.CHANNEL)}.0")
        is_reachable = self._channel and not isinstance(refused, PermanentError)
        if is_reachable and self.deliverable not in _IN_PERSON:
            return (Reader.CHANNEL,)
        person = (Reader.PERSON,) if self.job.person else ()
        if is_reachable or state is NoticeState.LATE:
            return person
        return (*person, Reader.TEAM)

    def _chain(self, reader: Reader) -> list[Result]:
        """What is on record of the notice for this reader: its posting, and its edits so far."""
        chain: list[Result] = []
        while (result := self.snapshot.results.get(f"{self._name(reader)}.{len(chain)}")) is not None:
            chain.append(result)
        return chain

    def _name(self, reader: Reader) -> str:
        return f"notice.{self.deliverable}.{reader}"

    def _step(
        self, reader: Reader, number: int, state: NoticeState | None, error: StepError | None
    ) -> Step[Job]:
        """The posting of the notice, or its `number`th edit."""
        name, place, tag = f"{self._name(reader)}.{number}", self._place(reader), self._tag(reader)

        def post(job: Job, attempt: Attempt) -> StepResult:
            posted = job.services.slack.post(place, self._message(attempt, reader, state, error), tag)
            return StepResult({"channel": posted.channel, "ts": posted.ts, "state": str(state)})

        def find(job: Job, attempt: Attempt) -> StepResult | None:
            incident = attempt.incident or job.incident
            if reader is Reader.CHANNEL and incident and incident.is_archived:  # nobody can look there
                return None
            posted = job.services.slack.find(place, tag, job.since())
            return StepResult({"channel": posted.channel, "ts": posted.ts, "state": ""}) if posted else None

        def edit(job: Job, attempt: Attempt) -> StepResult:
            first = attempt.results[f"{self._name(reader)}.0"]
            posted = Posted(first["channel"], first["ts"])
            try:
                job.services.slack.edit(posted, self._message(attempt, reader, state, error), tag)
            except PermanentError as refused:
                if refused.reason != ARCHIVED:  # nobody looks there any more
                    raise
            return StepResult({**first, "state": str(state)})

        if number:
            return Step(name, edit)
        return Step(name, post, find_existing=find, sweep=self._sweep(reader))

    def _settle(self, reader: Reader) -> Step[Job]:
        """Finds out whether a notice was posted that nothing is known of, and does not post it any more."""
        step = self._step(reader, 0, NoticeState.THERE, None)
        return Step(
            step.name, lambda _job, _attempt: StepResult(), find_existing=step.find_existing, sweep=step.sweep
        )

    def _sweep(self, reader: Reader) -> Callable[[Job, Attempt], None]:
        place, tag = self._place(reader), self._tag(reader)

        def sweep(job: Job, attempt: Attempt) -> None:
            kept = attempt.results[f"{self._name(reader)}.0"].get("ts")
            for posted in job.services.slack.find_all(place, tag, job.since()):
                if posted.ts != kept:
                    job.services.slack.delete(posted)

        return sweep

    def _message(
        self, attempt: Attempt, reader: Reader, state: NoticeState | None, error: StepError | None
    ) -> Message:
        incident = attempt.incident or self.job.incident
        about = messages.About(self.deliverable, incident, is_elsewhere=reader is not Reader.CHANNEL)

        def render(say: Words) -> Message:
            if state is NoticeState.LATE and error:
                return messages.late(say, about, error)
            if state is NoticeState.FAILED and error:
                return messages.failed(say, about, error, run_id=self.job.run_id)
            return messages.there(say, about)

        return render(self.job.say) if reader is Reader.PERSON else self.job.services.public(render)

    def _tag(self, reader: Reader) -> MessageTag:
        return self.job.tag(NOTICE, f"{self.job.run_id}.{self.deliverable}.{reader}")

    def _place(self, reader: Reader) -> str:
        if reader is Reader.TEAM:
            return self.job.services.announcement_channel
        return self._channel if reader is Reader.CHANNEL else self.job.person

    @property
    def _channel(self) -> str:
        """The incident's channel; empty while there is none."""
        created: str = self.snapshot.results.get("channel", {}).get("channel_id", "")
        incident: Incident | None = self.job.incident
        return created or (incident.channel_id if incident else "")
