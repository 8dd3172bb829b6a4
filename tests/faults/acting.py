"""What people do in Slack, and the message for the worker that the Slack function makes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from incident.commands.registry import action_of, parse_text
from incident.commands.spec import Spec
from incident.model.interaction import Interaction, Kind
from incident.sandbox.slack import FakeSlack
from incident.sandbox.slack.events import subscription
from incident.sandbox.slack.seed import PEOPLE
from tests.faults.pushes import Topic

ALICE, BENOIT, CHIDI, DANA, EMIL, ZOE, ANA, ANA_LOPEZ = (person.id for person in PEOPLE)
OPENER = ALICE
PLACE = "C0GENERAL"


def typed(spec: Spec[Any]) -> str:
    """The way in which a command is typed, as `Acting.ways` has it."""
    return f"typed {spec.name}"


def way_of(message: Interaction) -> str:
    """The way in which a command was given, such as `typed Undo` or `event member_left_channel`."""
    payload = message.payload
    match message.kind:
        case Kind.COMMAND:
            command = parse_text(payload["text"], in_incident=message.channel != PLACE, user=message.user)
            return f"typed {type(command).__name__}"
        case Kind.BUTTON:
            return f"button {action_of(payload)}"
        case Kind.EVENT:
            return f"event {subscription(payload['event'])}"
        case Kind.RECONCILE:
            return "by hand"
    return f"{message.kind} {payload['callback_id']}"


class Acting(ABC):
    """People; each returns the message that the Slack function published.

    Attributes:
        slack: where they do it.
        ways: in which ways they have given commands so far, ever.
    """

    slack: FakeSlack
    _topic: Topic

    def __init__(self) -> None:
        """Nothing done yet."""
        self._topic = Topic()
        self.ways: set[str] = set()

    @abstractmethod
    def now(self) -> float:
        """Seconds since the epoch, in the test's time."""

    def say(
        self, text: str, channel: str = PLACE, user: str = OPENER, *, literal: bool = False
    ) -> Interaction:
        """Somebody types a line; with `literal` a name stays the characters that were typed."""
        assert self.slack.type(user, channel, text, literal=literal).status == 200
        return self._published()

    def press(
        self, channel: str, ts: str, action_id: str, value: str = "", user: str = OPENER
    ) -> Interaction:
        """A person presses a button, or picks `value` from a menu."""
        more = {"value": value} if value else {}
        assert self.slack.press(user, channel, ts, action_id, **more).status == 200
        return self._published()

    def choose(self, channel: str, ts: str, callback_id: str, user: str = OPENER) -> Interaction:
        """A person chooses a shortcut in a message's menu."""
        assert self.slack.message_shortcut(user, channel, ts, callback_id).status == 200
        return self._published()

    def submit(self, values: Mapping[str, Any], user: str = OPENER) -> Interaction:
        """Somebody types `/incident` alone and fills in the form."""
        view = self.slack.type(user, PLACE, "/incident").view
        assert view
        return self.fill_in(view, values, user)

    def open_form(self, channel: str, ts: str, action_id: str, value: str = "", user: str = OPENER) -> str:
        """A person presses a button that opens a form, or picks it; the form's id."""
        self._topic.messages.clear()
        more = {"value": value} if value else {}
        view = self.slack.press(user, channel, ts, action_id, **more).view
        assert view
        self.ways |= {way_of(message) for message in self._topic.messages}
        return view

    def open_shortcut(self, callback_id: str, user: str = OPENER) -> str:
        """A person chooses a shortcut that belongs to no message; the form's id."""
        view = self.slack.global_shortcut(user, callback_id).view
        assert view
        self.ways.add(f"shortcut {callback_id}")
        return view

    def fill_in(self, view: str, values: Mapping[str, Any], user: str = OPENER) -> Interaction:
        """A person fills in a form that is open, and sends it."""
        reply = self.slack.submit(user, view, values)
        assert (reply.status, reply.errors) == (200, {})
        return self._published()

    def happens(self, act: Callable[[], object]) -> Interaction:
        """Somebody does something that Slack tells the bot of."""
        self.slack.event_delivery = "queued"
        act()
        assert {reply.status for reply in self.slack.deliver_events()} == {200}
        self.slack.event_delivery = "off"
        return self._published()

    def _published(self) -> Interaction:
        """Received in the test's time, whichever clock the Slack function looks at."""
        message = replace(self._topic.messages.pop(), received_at=datetime.fromtimestamp(self.now(), UTC))
        self.ways.add(way_of(message))
        return message
