"""Messages that people put into the timeline, take out, change and delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from incident.commands import mark, question
from incident.model.interaction import Interaction
from incident.model.marks import Mark, marks_of
from incident.sandbox.slack.workspace import Message
from tests.faults import given
from tests.faults.acting import ALICE, CHIDI, PLACE
from tests.faults.ends import Ends
from tests.faults.given import asked, chooses
from tests.faults.harness import Harness
from tests.faults.scenario import Depth, Scenario

_EMOJI = "memo"
_SAID = "the disk is <full> & slow\nsince noon"
_ELSEWHERE = "payments time out & more\nsince noon"
_SINCE = "it is <fine> & fast, @Zoé Tremblay"
_THANKS = mark.TEXT["en"].done


def _message(harness: Harness, text: str = "the disk") -> Message:
    """What was said in the incident's channel and begins so, also in a thread."""
    said = harness.slack.workspace.messages.values()
    (found,) = [m for m in said if m.channel == given.channel(harness) and m.text.startswith(text)]
    return found


def _reacts(user: str, text: str = "the disk") -> given.Act:
    def react(harness: Harness) -> Interaction:
        message = _message(harness, text)
        return harness.happens(lambda: harness.slack.react(user, message.channel, message.ts, _EMOJI))

    return react


def _takes_it_off(harness: Harness) -> Interaction:
    message = _message(harness)
    return harness.happens(lambda: harness.slack.unreact(ALICE, message.channel, message.ts, _EMOJI))


def _edits(harness: Harness) -> Interaction:
    message = _message(harness)
    text = _SINCE.replace("@Zoé Tremblay", "@zoe")
    return harness.happens(lambda: harness.slack.edit(ALICE, message.channel, message.ts, text))


def _deletes(harness: Harness) -> Interaction:
    message = _message(harness)
    return harness.happens(lambda: harness.slack.delete(ALICE, message.channel, message.ts))


def _replied(harness: Harness) -> None:
    """Somebody has answered in a thread."""
    given.said_in_the_channel(harness)
    parent = _message(harness)
    harness.slack.type(ALICE, parent.channel, "so it is", parent.ts)
    harness.remember()


def _two_talk(harness: Harness) -> None:
    """Two people have talked in the channel, and one of them has marked what was said."""
    given.said_in_the_channel(harness)
    harness.slack.join(CHIDI, given.channel(harness))
    harness.settle(_reacts(ALICE)(harness))
    harness.remember()


_marked = given.after(_reacts(ALICE), then=given.said_in_the_channel)


def _known(text: str, **wanted: object) -> Callable[[Harness], Iterable[str]]:
    """What is wrong where the store should know one message, in these words and so."""

    def wrong(harness: Harness) -> Iterable[str]:
        incident = harness.open_store().incident_in_channel(given.channel(harness))
        assert incident
        found = marks_of(incident)
        if [(one.text, one.is_read) for one in found] != [(text, True)]:
            yield f"marked: {[one.text for one in found]}"
        for one in found:
            yield from _differs(one, {"is_marked": True, "is_edited": False, "is_deleted": False, **wanted})

    return wrong


def _differs(found: Mark, wanted: dict[str, object]) -> Iterable[str]:
    for name, value in wanted.items():
        if getattr(found, name) != value:
            yield f"{name} is {getattr(found, name)}"
    if not found.author_name or found.ts.replace(".", "") not in found.link:
        yield f"said by {found.author_name!r}, at {found.link!r}"


def _picks_incident(harness: Harness) -> Interaction:
    message = given.messages_with(harness, question.ANSWER_INCIDENT)[-1]
    where = given.channel(harness)
    return harness.press(message.channel, message.ts, question.ANSWER_INCIDENT, where)


SCENARIOS = (
    Scenario(
        "reaction",
        _reacts(ALICE),
        Ends({}, also=_known(_SAID)),
        prepare=given.said_in_the_channel,
        depth=Depth.OWN_IN_FULL,
    ),
    Scenario(
        "reaction_to_a_reply", _reacts(ALICE, "so it"), Ends({}, also=_known("so it is")), prepare=_replied
    ),
    Scenario("reaction_of_another", _reacts(CHIDI), Ends({}, also=_known(_SAID)), prepare=_two_talk),
    Scenario(
        "reaction_taken_off",
        _takes_it_off,
        Ends({}, also=_known(_SAID, is_marked=False, unmarked_by=ALICE)),
        prepare=_marked,
        depth=Depth.WORST,
    ),
    Scenario(
        "marked_and_edited",
        _edits,
        Ends({}, also=_known(_SINCE, is_edited=True)),
        prepare=_marked,
        depth=Depth.WORST,
    ),
    Scenario(
        "marked_and_deleted",
        _deletes,
        Ends({}, also=_known(_SAID, is_deleted=True)),
        prepare=_marked,
        depth=Depth.WORST,
    ),
    Scenario(
        "mark",
        chooses(mark.CALLBACK),
        Ends({}, told=_THANKS, also=_known(_SAID)),
        prepare=given.said_in_the_channel,
        depth=Depth.WORST,
    ),
    Scenario(
        "mark_elsewhere",
        _picks_incident,
        Ends({}, told=_THANKS, also=_known(_ELSEWHERE)),
        prepare=asked(
            chooses(mark.CALLBACK, lambda _: PLACE), question.ANSWER_INCIDENT, then=given.said_elsewhere
        ),
    ),
)
