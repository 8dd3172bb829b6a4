"""What there must be at the end of a change: everything that it leaves, exactly once, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from incident.messages.english import ENGLISH
from incident.model.facts import UNDO_TIME
from incident.sandbox.slack.workspace import Message
from incident.surfaces.line import LINE
from tests.faults.acting import ALICE
from tests.faults.agreement import wrong_with_surfaces
from tests.faults.given import EARLIER, board_channel, channel
from tests.faults.harness import Harness
from tests.faults.invariants import NOTICE, Allowed, event_type, incident_channel
from tests.faults.stores import undone

_ACKNOWLEDGED = (ENGLISH.received, ENGLISH.retrying)
"""What a person reads until the answer is there."""

IN_CHANNEL, ON_BOARD = "channel", "board"
ONE_LINE: Mapping[tuple[str, str], int] = {(LINE, IN_CHANNEL): 1}


def nothing_else(harness: Harness) -> Iterable[str]:  # noqa: ARG001
    """Nothing more to look at."""
    return ()


@dataclass(frozen=True, slots=True)
class Ends:
    """What there must be; called with what may be there more than once it says what is wrong.

    Attributes:
        posted: how many messages the bot has left, by event type and place: the incident's channel, the
            board's, or the person whom it told.
        says: what stands in the lines of the channel, each somewhere.
        told: what the reader alone is told where they typed, or in person; empty for nothing.
        is_thanks: whether there is another place where they can see that it is done.
        or_told: what they may be told besides, or instead, where a delivery comes twice; then nothing of it
            is sure.
        reader: who that is.
        shown: what briefing and board show.
        briefed: what the briefing shows besides.
        joined: who was brought into the channel.
        also: what else is wrong.
    """

    posted: Mapping[tuple[str, str], int] = field(default_factory=lambda: ONE_LINE)
    says: Sequence[str] = ()
    told: str = ""
    is_thanks: bool = False
    or_told: str = ""
    reader: str = ALICE
    shown: str = ""
    briefed: str = ""
    joined: Sequence[str] = ()
    also: Callable[[Harness], Iterable[str]] = nothing_else

    def __call__(self, harness: Harness, allowed: Allowed) -> list[str]:
        """What is wrong, each thing once."""
        harness.later(UNDO_TIME.total_seconds() + 60.0)  # and nothing offers to take back what nobody can
        return list(dict.fromkeys(self._wrong(harness, allowed)))

    def _wrong(self, harness: Harness, allowed: Allowed) -> Iterator[str]:
        new = [m for m in harness.slack.workspace.messages.values() if m.ts not in harness.known]
        bot = harness.slack.workspace.bot.id
        new = [m for m in new if m.user == bot and not m.subtype and event_type(m) != NOTICE]
        told = [m for m in new if self._is_told(harness, m)]
        may_be_untold = self.or_told or (self.is_thanks and not allowed.thanks)
        least = 0 if not self.told or may_be_untold else 1
        most = allowed.receipts + bool(self.or_told) if self.told else 0
        if not least <= len(told) <= most:
            yield f"{self.reader} was told {len(told)} times"
        others = [m for m in new if m not in told and m.text not in _ACKNOWLEDGED]
        yield from (f"{m.ephemeral_to} alone reads {m.text!r}" for m in others if m.ephemeral_to)
        posted = Counter((event_type(m), _where(harness, m)) for m in others if not m.ephemeral_to)
        if posted != Counter(dict(self.posted)):
            yield f"posted: {dict(posted)}"
        yield from self._wrong_in_channel(harness)
        where = incident_channel(harness, EARLIER)
        yield from wrong_with_surfaces(harness, where, self.shown, briefed=self.briefed)
        yield from self.also(harness)
        if left := undone(harness.store):
            yield f"not done: {left}"

    def _is_told(self, harness: Harness, message: Message) -> bool:
        """Whether it is what the reader is told."""
        if not any(words and words in message.text for words in (self.told, self.or_told)):
            return False
        is_in_person = _where(harness, message) == self.reader
        is_another = (event_type(message), self.reader) in self.posted
        return message.ephemeral_to == self.reader or (is_in_person and not is_another)

    def _wrong_in_channel(self, harness: Harness) -> Iterator[str]:
        history = harness.slack.workspace.history(channel(harness))
        lines = [m.text for m in history if event_type(m) == LINE]
        yield from (f"no line says {words!r}" for words in self.says if not any(words in m for m in lines))
        joined = Counter(m.user for m in history if m.subtype == "channel_join" and m.ts not in harness.known)
        if joined != Counter(self.joined):
            yield f"joined: {dict(joined)}"


def _where(harness: Harness, message: Message) -> str:
    place = harness.slack.workspace.channels[message.channel]
    if place.kind == "direct":
        return next(user for user in place.members if user != harness.slack.workspace.bot.id)
    return {channel(harness): IN_CHANNEL, board_channel(harness): ON_BOARD}.get(place.id, place.name)
