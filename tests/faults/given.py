"""Where scenarios begin, and what people do in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from incident.commands import follow
from incident.commands.registry import MORE
from incident.model.interaction import Interaction
from incident.sandbox.faults import Fault
from incident.sandbox.slack.blocks import elements
from incident.sandbox.slack.workspace import Message
from incident.sandbox.verification import CHANNEL
from tests.faults.acting import ALICE, CHIDI, DANA, PLACE
from tests.faults.harness import Harness
from tests.faults.invariants import channel_named, incident_channel

EARLIER = "an earlier one"

Given = Callable[[Harness], None]
Act = Callable[[Harness], Interaction]


# What people do.


def channel(harness: Harness) -> str:
    """Id of the channel of the incident that was there first."""
    return incident_channel(harness, EARLIER).id


def board_channel(harness: Harness) -> str:
    """Id of the channel of announcements."""
    return channel_named(harness, CHANNEL).id


def types(text: str, user: str = ALICE, *, literal: bool = False) -> Act:
    """Somebody types a command in the incident's channel."""
    return lambda harness: harness.say(f"/incident {text}", channel(harness), user, literal=literal)


def types_elsewhere(text: str, user: str = ALICE) -> Act:
    """Somebody types a command in an ordinary channel."""
    return lambda harness: harness.say(f"/incident {text}", PLACE, user)


def presses(action_id: str, user: str = ALICE, value: str = "") -> Act:
    """Somebody presses a button of the newest message that has it, or picks a value from a menu."""

    def act(harness: Harness) -> Interaction:
        message = messages_with(harness, action_id, user)[-1]
        return harness.press(message.channel, message.ts, action_id, value, user)

    return act


def picks_more(action_id: str, user: str = ALICE) -> Act:
    """Somebody picks an entry of the briefing's menu."""

    def act(harness: Harness) -> Interaction:
        message = messages_with(harness, MORE, user)[-1]
        return harness.press(message.channel, message.ts, MORE, action_id, user)

    return act


def fills_in(opener: str, values: Mapping[str, Any], user: str = ALICE, *, more: bool = False) -> Act:
    """Somebody opens a form by its button, or by the briefing's menu, fills it in and sends it."""

    def act(harness: Harness) -> Interaction:
        action_id, value = (MORE, opener) if more else (opener, "")
        message = messages_with(harness, action_id, user)[-1]
        view = harness.open_form(message.channel, message.ts, action_id, value, user)
        return harness.fill_in(view, values, user)

    return act


def chooses(callback_id: str, place: Callable[[Harness], str] = channel, user: str = ALICE) -> Act:
    """Somebody chooses a shortcut on the last thing that was said in a channel."""

    def act(harness: Harness) -> Interaction:
        where = place(harness)
        said = [m for m in harness.slack.workspace.history(where) if m.user == user and not m.subtype]
        return harness.choose(where, said[-1].ts, callback_id, user)

    return act


def messages_with(harness: Harness, action_id: str, user: str = ALICE) -> list[Message]:
    """The messages that this person sees which have an element of this action_id, oldest first."""
    found = [
        message
        for message in harness.slack.workspace.messages.values()
        if message.ephemeral_to in {None, user}
        and any(element.get("action_id") == action_id for _, element in elements(message.blocks))
    ]
    return sorted(found, key=lambda message: message.ts)


# Where scenarios begin.


def earlier(harness: Harness) -> None:
    """An incident is there already."""
    harness.settle(harness.say(f"/incident {EARLIER}"))
    harness.remember()


def after(*acts: Act, then: Given = earlier) -> Given:
    """This has been done, one after the other, and all that comes of it."""

    def prepare(harness: Harness) -> None:
        then(harness)
        for act in acts:
            harness.settle(act(harness))
        harness.remember()

    return prepare


def just_after(*acts: Act) -> Given:
    """This has been done a moment ago: all of it shows, and can still be taken back."""

    def prepare(harness: Harness) -> None:
        earlier(harness)
        for act in acts:
            assert harness.deliver(act(harness)).acknowledged
            harness.deliver_own()
        harness.remember()

    return prepare


def asked(act: Act, action_id: str, user: str = ALICE, then: Given = earlier) -> Given:
    """Somebody has been asked something; the question turns into what comes of their answer."""

    def prepare(harness: Harness) -> None:
        then(harness)
        harness.settle(act(harness))
        harness.remember()
        harness.known -= {question.ts for question in messages_with(harness, action_id, user)}

    return prepare


def said_in_the_channel(harness: Harness) -> None:
    """People have talked in the incident's channel."""
    earlier(harness)
    harness.slack.type(ALICE, channel(harness), "the disk is <full> & slow\nsince noon")
    harness.remember()


def said_elsewhere(harness: Harness) -> None:
    """And in another one."""
    earlier(harness)
    harness.slack.type(ALICE, PLACE, "payments time out & more\nsince noon")
    harness.remember()


def an_hour_later(harness: Harness) -> None:
    """The first minutes are over."""
    earlier(harness)
    harness.later(3600.0)


def refused(harness: Harness) -> None:
    """Nobody could be invited, until now: a person had to change something first."""
    earlier(harness)
    harness.fault_injector.break_("slack.conversations.invite", Fault(status=200, error="missing_scope"))
    harness.settle(harness.say("/incident page @zoe", channel(harness)))
    harness.fault_injector.mend()
    harness.remember()


offered = after(types("ic @chidi"))
followed = after(presses(follow.FOLLOW, DANA))
called = after(types("page @comms @zoe the disk is full"))
lowered = after(types("severity 1"), types("severity 4"))
decided = after(types("decision we fail over & wait", CHIDI))
added = after(types("action rotate the <key> & test"))
urgent = after(types("action rotate the key"), presses("action.now"))
assessed_just_now = just_after(types("severity 2 it spreads"))
noted_just_now = just_after(types("note it smells of <smoke>"))
renamed_just_now = just_after(types("rename payments & more"))


def left(harness: Harness) -> None:
    """The incident commander has left the channel, and everybody was asked who leads."""
    earlier(harness)
    harness.settle(harness.happens(lambda: harness.slack.leave(ALICE, channel(harness))))
    harness.remember()
