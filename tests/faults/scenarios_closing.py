"""People close an incident, and archive its channel and bring it back by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from incident.commands import close
from incident.model.incident import Deliverable
from incident.model.interaction import Interaction
from incident.surfaces.line import LINE
from tests.faults import given
from tests.faults.acting import ALICE, CHIDI
from tests.faults.ends import IN_CHANNEL, Ends
from tests.faults.given import EARLIER, channel, earlier, presses, types
from tests.faults.harness import Harness
from tests.faults.invariants import incident_channel
from tests.faults.scenario import CHANGED, NOTHING, Depth, Scenario

_CLOSED = CHANGED | {Deliverable.COPY, Deliverable.ARCHIVING}
_MESSAGE = re.compile(r"^ *(?:↳ )?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  ", re.MULTILINE)
_REPLY = "↳ "
THE_BOT = "U0INCIDENT"


def _talked(harness: Harness) -> None:
    """An incident that people have talked about, also in a thread; it is resolved."""
    earlier(harness)
    where = channel(harness)
    harness.slack.join(CHIDI, where)
    said = harness.slack.type(ALICE, where, "the disk is <full>").ts
    harness.slack.type(CHIDI, where, "since noon & before", said)
    harness.settle(harness.say("/incident resolve rolled back", where))
    harness.remember()


_asked = given.after(types("close"), then=_talked)
"""Its answer stands in place of the question, which is there before."""
_closed = given.after(presses(close.CLOSE), then=_asked)


def _copied_and_archived(harness: Harness) -> Iterable[str]:
    """What is wrong with the copy, of which there is one, and with the channel."""
    files = [f for f in harness.google.files() if "channel_of" in f.app_properties and not f.trashed]
    incident = harness.open_store().incident_in_channel(channel(harness))
    assert incident
    if [file.id for file in files] != [incident.export_id]:
        yield f"{len(files)} copies, of which the incident knows {incident.export_id!r}"
        return
    text = harness.google.document_text(files[0].id)
    history = harness.slack.workspace.history(channel(harness))
    said = [m for m in history if m.subtype not in {"channel_archive", "channel_topic"}]
    if not len(said) - 1 <= len(_MESSAGE.findall(text)) <= len(history):  # its own line may be later
        yield f"{len(_MESSAGE.findall(text))} messages are copied of {len(history)}"
    for words in ("the disk is <full>", f"{_REPLY}", "since noon & before"):
        if text.count(words) != 1:
            yield f"the copy says {words!r} {text.count(words)} times"
    if not incident_channel(harness, EARLIER).archived or not incident.is_archived:
        yield "the channel is not archived"


def _archives(harness: Harness) -> Interaction:
    return harness.happens(lambda: harness.slack.archive(ALICE, channel(harness)))


def _unarchives(harness: Harness) -> Interaction:
    return harness.happens(lambda: harness.slack.unarchive(CHIDI, channel(harness)))


def _private(harness: Harness) -> None:
    """Somebody has made the channel private; the bot is in it."""
    earlier(harness)
    where = harness.slack.workspace.channels[channel(harness)]
    harness.slack.workspace.put(replace(where, kind="private"))
    harness.slack.scopes |= {"groups:write"}


def _archived(harness: Harness) -> None:
    earlier(harness)
    harness.settle(_archives(harness))
    harness.remember()


def _archived_private(harness: Harness) -> None:
    _private(harness)
    harness.settle(_archives(harness))
    harness.remember()


def _knows(*, archived: bool, closed: bool = False, says: str = "", joined: Sequence[str] = ()) -> Ends:
    """What must be so of the incident; nobody is told but by the line about unarchiving."""

    def wrong(harness: Harness) -> Iterable[str]:
        incident = harness.open_store().incident_in_channel(channel(harness))
        assert incident
        if (incident.is_archived, incident.closed_at is not None) != (archived, closed):
            yield f"archived: {incident.is_archived}, closed: {incident.closed_at}"

    return Ends({(LINE, IN_CHANNEL): 1} if says else {}, (says,) if says else (), joined=joined, also=wrong)


_IS_BACK = _knows(archived=False, says=f"<@{CHIDI}> unarchived the channel", joined=[THE_BOT])


_QUESTION = "Close this incident?"

SCENARIOS = (
    Scenario(
        "close_asked",
        types("close"),
        Ends({}, told=_QUESTION),
        NOTHING,
        earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "close",
        presses(close.CLOSE),
        Ends(
            says=(f"<@{ALICE}> closed this incident.",),
            also=_copied_and_archived,
        ),
        _CLOSED,
        _asked,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario(
        "archived_by_a_person",
        _archives,
        _knows(archived=True),
        CHANGED,
        earlier,
        depth=Depth.WORST,
    ),
    Scenario(
        "unarchived",
        _unarchives,
        _IS_BACK,
        CHANGED,
        _archived,
        depth=Depth.WORST,
    ),
    Scenario("unarchived_reopens", _unarchives, _IS_BACK, CHANGED, _closed, depth=Depth.WORST),
    Scenario("archived_private", _archives, _knows(archived=True), CHANGED, _private),
    Scenario(
        "unarchived_private",
        lambda harness: harness.happens(lambda: harness.slack.unarchive(ALICE, channel(harness))),
        _knows(archived=False, says=f"<@{ALICE}> unarchived the channel."),
        CHANGED,
        _archived_private,
    ),
)
