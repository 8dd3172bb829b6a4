"""Saying once what is late or cannot be done, and once that it is there after all.

Notices are steps that follow from how a delivery went, so they are as durable as the rest, and as single.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from incident.engine.workflow import Attempt, Done, RunSnapshot, Step
from incident.messages import notices as messages
from incident.messages.incident import Links
from incident.messages.rich import Message
from incident.model.incident import Incident, Thing
from incident.runtime.failures import PermanentError, StepError
from incident.services.slack import Mark, Posted
from incident.workflows.services import Services


class Noticed(Protocol):
    """What a workflow whose progress is told about works on."""

    @property
    def run_id(self) -> str:
        """The run's, which the Retry button brings back."""

    @property
    def incident(self) -> Incident:
        """As it was when the run began."""

    @property
    def person(self) -> str:
        """Slack user id of whoever asked for it, who is told where there is no channel."""

    @property
    def tools(self) -> Services:
        """What to do it with."""

    def since(self) -> float:
        """No message of this run is older, in seconds since the epoch, by Slack's clock too."""


class _Kind(StrEnum):
    LATE = "late"
    LATE_TO_PERSON = "late_to_person"
    FAILED = "failed"
    FAILED_TO_PERSON = "failed_to_person"
    FAILED_TO_TEAM = "failed_to_team"
    THERE = "there"
    THERE_TO_PERSON = "there_to_person"


_LATE = (_Kind.LATE, _Kind.LATE_TO_PERSON)
_FAILED = (_Kind.FAILED, _Kind.FAILED_TO_PERSON, _Kind.FAILED_TO_TEAM)


def tells(things: Mapping[str, Thing]) -> Callable[[Noticed, RunSnapshot], Sequence[Step[Noticed]]]:
    """The notices of a workflow.

    Args:
        things: what people miss while a step is not done, by step name; of other steps nothing is said.
    """

    def follows(work: Noticed, situation: RunSnapshot) -> Sequence[Step[Noticed]]:
        notices = _Notices(work, situation)
        return [
            step
            for thing in dict.fromkeys(things.values())
            for step in notices.of(thing, [name for name, missed in things.items() if missed is thing])
        ]

    return follows


@dataclass(frozen=True, slots=True)
class _Notices:
    """The notices that one delivery calls for."""

    work: Noticed
    situation: RunSnapshot

    def of(self, thing: Thing, steps: Sequence[str]) -> Iterator[Step[Noticed]]:
        errors = [self.situation.failures[step] for step in steps if step in self.situation.failures]
        if errors:
            error = next((error for error in errors if isinstance(error, PermanentError)), errors[0])
            final = isinstance(error, PermanentError) or self.situation.last
            yield from self._failed(thing, error) if final else self._late(thing, error)
            return
        if all(step in self.situation.results for step in steps):
            begun = [kind for kind in (*_LATE, *_FAILED) if f"{kind}.{thing}" in self.situation.started]
            # What an earlier delivery had begun to say, and may have said, is settled first.
            unsettled = [kind for kind in begun if f"{kind}.{thing}" not in self.situation.results]
            yield from (self._settled(kind, thing) for kind in unsettled)
            if not unsettled:
                yield from self._there(thing)

    def _late(self, thing: Thing, error: StepError) -> Iterator[Step[Noticed]]:
        kind = _Kind.LATE if self._channel else _Kind.LATE_TO_PERSON
        yield self._notice(kind, thing, messages.late(self.work.tools.say, thing, error, self._title(kind)))

    def _failed(self, thing: Thing, error: StepError) -> Iterator[Step[Noticed]]:
        """In the channel or, where that is not to be had, to the person and to #incident-sre."""
        refused = self.situation.failures.get(f"{_Kind.FAILED}.{thing}")
        reachable = self._channel and not isinstance(refused, PermanentError)
        for kind in (_Kind.FAILED,) if reachable else (_Kind.FAILED_TO_PERSON, _Kind.FAILED_TO_TEAM):
            links = Links() if reachable else self._links()
            message = messages.failed(
                self.work.tools.say,
                thing,
                error,
                run_id=self.work.run_id,
                title=self._title(kind),
                links=links,
            )
            yield self._notice(kind, thing, message)

    def _there(self, thing: Thing) -> Iterator[Step[Noticed]]:
        """In place of the message with the button or, where there was none, as a message of its own."""
        buttons = {kind: posted for kind in _FAILED if (posted := self._posted(kind, thing))}
        for kind, posted in buttons.items():
            yield Step(f"{kind}.{thing}.replaced", self._replaces(kind, thing, posted))
        late = [kind for kind in _LATE if self._posted(kind, thing)]
        if buttons or not late:
            return
        kind = _Kind.THERE if _Kind.LATE in late else _Kind.THERE_TO_PERSON
        yield self._notice(
            kind, thing, messages.done_after_all(self.work.tools.say, thing, self._title(kind))
        )

    def _notice(self, kind: _Kind, thing: Thing, message: Message) -> Step[Noticed]:
        place, mark = self._place(kind), self._mark(kind, thing)

        def say(work: Noticed, attempt: Attempt) -> Done:  # noqa: ARG001 - `_said` looks first
            return _said(work.tools.slack.post(place, message, mark))

        return Step(f"{kind}.{thing}", say, finds=self._finds(kind, thing))

    def _settled(self, kind: _Kind, thing: Thing) -> Step[Noticed]:
        """Finds out whether a notice was said, and does not say it any more if not."""
        return Step(f"{kind}.{thing}", lambda _work, _attempt: Done(), finds=self._finds(kind, thing))

    def _finds(self, kind: _Kind, thing: Thing) -> Callable[[Noticed, Attempt], Done | None]:
        place, mark = self._place(kind), self._mark(kind, thing)

        def find(work: Noticed, attempt: Attempt) -> Done | None:  # noqa: ARG001 - the mark says enough
            posted = work.tools.slack.find(place, mark, work.since())
            return _said(posted) if posted else None

        return find

    def _replaces(self, kind: _Kind, thing: Thing, posted: Posted) -> Callable[[Noticed, Attempt], Done]:
        message = messages.done_after_all(self.work.tools.say, thing, self._title(kind))
        mark = self._mark(kind, thing)

        def replace(work: Noticed, attempt: Attempt) -> Done:  # noqa: ARG001 - twice is once
            work.tools.slack.edit(posted, message, mark)
            return Done()

        return replace

    def _posted(self, kind: _Kind, thing: Thing) -> Posted | None:
        result = self.situation.results.get(f"{kind}.{thing}", {})
        return Posted(result["channel"], result["ts"]) if "ts" in result else None

    def _mark(self, kind: _Kind, thing: Thing) -> Mark:
        return Mark("incident_notice", self.work.incident.id, f"{self.work.run_id}.{kind}.{thing}")

    def _place(self, kind: _Kind) -> str:
        if kind is _Kind.FAILED_TO_TEAM:
            return self.work.tools.announcement_channel
        return self._channel if kind in {_Kind.LATE, _Kind.FAILED, _Kind.THERE} else self.work.person

    def _title(self, kind: _Kind) -> str:
        """The incident's title, in places where it is not plain which incident is meant."""
        return "" if self._place(kind) == self._channel else self.work.incident.title

    def _links(self) -> Links:
        call, report = (self.situation.results.get(step, {}).get("url", "") for step in ("meet", "document"))
        return Links(call=call, report=report)

    @property
    def _channel(self) -> str:
        """The incident's channel; empty while there is none."""
        created: str = self.situation.results.get("channel", {}).get("id", "")
        return self.work.incident.channel_id or created


def _said(posted: Posted) -> Done:
    return Done({"channel": posted.channel, "ts": posted.ts})
