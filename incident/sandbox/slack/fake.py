"""The stand-in as the sandbox and the tests hold it: one workspace, its API, its people."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from incident.sandbox.slack import channel_changes
from incident.sandbox.slack.api import Api
from incident.sandbox.slack.entries import Entry
from incident.sandbox.slack.event_queue import Delivery, EventQueue
from incident.sandbox.slack.interactions import Interactions, NotPossibleError, Reply
from incident.sandbox.slack.moderation import Moderation
from incident.sandbox.slack.people import People
from incident.sandbox.slack.screens import Screens
from incident.sandbox.slack.seed import seed
from incident.sandbox.slack.sharing import Sharing
from incident.sandbox.slack.shortcuts import Shortcut
from incident.sandbox.slack.workspace import JsonObject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from incident.sandbox.faults import FaultInjector


class FakeSlack:
    """Slack, as far as the bot can tell: a WSGI application with a seeded workspace. Safe for threads.

    Attributes:
        workspace: the state.
        api: the Web API; `api.scopes` is what the token may do.
        people: what people do; `people.commands` are the slash commands there are.
        sharing: files, forwarded messages, what other integrations post.
        moderation: what people do to channels as a whole.
        screens: the modals on people's screens.
        event_queue: what the bot subscribed to, on its way; nothing is sent unless `event_delivery` says so.
    """

    def __init__(
        self,
        fault_injector: FaultInjector,
        *,
        bot_token: str,
        signing_secret: str,
        enforce_rate_limits: bool = False,
        shortcuts: Sequence[Shortcut] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Makes it, seeded; set `url` and `bot_url` once they are known.

        Args:
            fault_injector: asked before every call.
            bot_token: the only token the API accepts.
            signing_secret: what requests to the bot are signed with.
            enforce_rate_limits: whether calls too many are refused.
            shortcuts: those the app has; with none, people may use any.
            clock: Unix time in seconds. Requests are signed with the real time all the same.

        Raises:
            ValueError: Slack would not take an app with these shortcuts.
        """
        self.workspace = seed(clock)
        self.api = Api(self.workspace, fault_injector, bot_token, enforce_rate_limits=enforce_rate_limits)
        self._interactions = Interactions(self.workspace, signing_secret, lambda: self.api.url)
        self.people = People(self.workspace, self._interactions)
        self.people.shortcuts = tuple(shortcuts)
        self.sharing = Sharing(self.workspace, self.people, lambda: self.api.url)
        self.moderation = Moderation(self.workspace)
        self.screens = Screens(self.workspace, self._interactions)
        self.event_queue = EventQueue(self.workspace, self._interactions.send_event, lambda: self.api.scopes)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request of the bot's."""
        return self.api(environ, start_response)

    @property
    def url(self) -> str:
        """The root at which the stand-in is served; `SLACK_API_URL` is this and `/api/`."""
        return self.api.url

    @url.setter
    def url(self, url: str) -> None:
        self.api.url = url

    @property
    def bot_url(self) -> str:
        """Where the bot takes Slack's requests."""
        return self._interactions.bot_url

    @bot_url.setter
    def bot_url(self, url: str) -> None:
        self._interactions.bot_url = url

    @property
    def enforce_rate_limits(self) -> bool:
        """Whether calls too many are refused."""
        return self.api.enforce_rate_limits

    @enforce_rate_limits.setter
    def enforce_rate_limits(self, enforce: bool) -> None:
        self.api.enforce_rate_limits = enforce

    @property
    def scopes(self) -> frozenset[str]:
        """What the token may do."""
        return self.api.scopes

    @scopes.setter
    def scopes(self, scopes: frozenset[str]) -> None:
        self.api.scopes = scopes

    @property
    def events(self) -> bool:
        """Whether the bot is told of messages in its channels at once, while the person who typed waits."""
        return self.people.events

    @events.setter
    def events(self, on: bool) -> None:
        self.people.events = on

    @property
    def event_delivery(self) -> Delivery:
        """Events are dropped (`off`, as at first), `queued` for `deliver_events`, or `sent` by a thread."""
        return self.event_queue.delivery

    @event_delivery.setter
    def event_delivery(self, delivery: Delivery) -> None:
        self.event_queue.delivery = delivery

    @property
    def subscribed(self) -> frozenset[str]:
        """The events the app subscribed to: at first who joins and who leaves."""
        return self.event_queue.subscribed

    @subscribed.setter
    def subscribed(self, events: frozenset[str]) -> None:
        self.event_queue.subscribed = events

    def deliver_events(self) -> list[Reply]:
        """Sends the bot the events that are queued, oldest first, and returns its answers."""
        return [Reply(answer.status, answer.body, answer.seconds) for answer in self.event_queue.deliver()]

    def stop_events(self) -> None:
        """Ends the sending of events; those not sent by then are lost."""
        self.event_queue.close()

    @property
    def version(self) -> int:
        """How many changes there have been."""
        return self.workspace.version

    def seed(self) -> None:
        """Puts the workspace back to what it is at first; events that are queued are forgotten."""
        self.event_queue.clear()
        self.workspace.restore(seed(self.workspace.clock).snapshot())

    def snapshot(self) -> JsonObject:
        """Everything there is, as JSON."""
        return self.workspace.snapshot()

    def restore(self, snapshot: JsonObject) -> None:
        """Makes everything as it was in the snapshot; events that are queued are forgotten."""
        self.event_queue.clear()
        self.workspace.restore(snapshot)

    def type(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        literal: bool = False,
        broadcast: bool = False,
    ) -> Reply:
        """A person types a line; see `People.type`."""
        return self.people.type(user, channel, text, thread_ts, literal=literal, broadcast=broadcast)

    def upload(
        self, user: str, channel: str, names: Sequence[str], text: str = "", thread_ts: str | None = None
    ) -> str:
        """A person posts a message with files; see `Sharing.upload`."""
        return self.sharing.upload(user, channel, names, text, thread_ts)

    def forward(self, user: str, channel: str, ts: str, to: str, text: str = "") -> str:
        """A person forwards a message to another channel; see `Sharing.forward`."""
        return self.sharing.forward(user, channel, ts, to, text)

    def webhook(self, channel: str, text: str, username: str = "Alerts", **more: Any) -> str:
        """An incoming webhook posts a message; see `Sharing.webhook`."""
        return self.sharing.webhook(channel, text, username, **more)

    def unfurl(self, ts: str, title: str, text: str) -> None:
        """Slack shows what a link in a message leads to; see `Sharing.unfurl`."""
        self.sharing.unfurl(ts, title, text)

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """A person edits a message of theirs; see `People.edit`."""
        self.people.edit(user, channel, ts, text)

    def delete(self, user: str, channel: str, ts: str) -> None:
        """A person deletes a message of theirs, an admin anybody's; see `People.delete`."""
        self.people.delete(user, channel, ts)

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """A person gives a message a reaction; see `People.react`."""
        self.people.react(user, channel, ts, name)

    def unreact(self, user: str, channel: str, ts: str, name: str) -> None:
        """A person takes a reaction of theirs off a message; see `People.unreact`."""
        self.people.unreact(user, channel, ts, name)

    def join(self, user: str, channel: str) -> None:
        """A person joins a channel; see `People.join`."""
        self.people.join(user, channel)

    def leave(self, user: str, channel: str) -> None:
        """A person leaves a channel; see `People.leave`."""
        self.people.leave(user, channel)

    def invite(self, user: str, channel: str, other: str) -> None:
        """A person brings another into a channel; see `People.invite`."""
        self.people.invite(user, channel, other)

    def archive(self, user: str, channel: str) -> None:
        """A person archives a channel; see `Moderation.archive`."""
        self.moderation.archive(user, channel)

    def unarchive(self, user: str, channel: str) -> None:
        """A person opens an archived channel again; see `Moderation.unarchive`."""
        self.moderation.unarchive(user, channel)

    def rename(self, user: str, channel: str, name: str) -> None:
        """A person gives a channel another name; see `Moderation.rename`."""
        self.moderation.rename(user, channel, name)

    def set_topic(self, user: str, channel: str, topic: str) -> None:
        """A person sets a channel's topic; see `Moderation.set_topic`."""
        self.moderation.set_topic(user, channel, topic)

    def unpin(self, user: str, channel: str, ts: str) -> None:
        """A person takes a message off a channel's pins; see `Moderation.unpin`."""
        self.moderation.unpin(user, channel, ts)

    def delete_channel(self, user: str, channel: str) -> None:
        """An admin deletes a channel; see `Moderation.delete`."""
        self.moderation.delete(user, channel)

    def share(self, channel: str, user: str) -> None:
        """Has somebody of another workspace in a channel, as if the channel were shared with it.

        Raises:
            NotPossibleError: there is no such channel, or nobody such of another workspace.
        """
        with self.workspace.lock:
            stranger, where = self.workspace.users.get(user), self.workspace.channels.get(channel)
            if stranger is None or not stranger.team or where is None or where.kind == "direct":
                raise NotPossibleError(f"{channel} cannot be shared with {user}")
            if user not in where.members:
                channel_changes.enter(self.workspace, where, user)

    def open_direct(self, user: str) -> str:
        """A person opens their conversation with the bot; see `People.open_direct`."""
        return self.people.open_direct(user)

    def press(self, user: str, channel: str, ts: str, action_id: str, value: Entry = None) -> Reply:
        """A person presses or chooses in a message; see `People.press`."""
        return self.people.press(user, channel, ts, action_id, value)

    def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Reply:
        """A person uses a shortcut of a message; see `People.message_shortcut`."""
        return self.people.message_shortcut(user, channel, ts, callback_id)

    def global_shortcut(self, user: str, callback_id: str) -> Reply:
        """A person uses a shortcut that belongs to no message; see `People.global_shortcut`."""
        return self.people.global_shortcut(user, callback_id)

    def press_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: Entry = None,
        values: Mapping[str, Entry] = MappingProxyType({}),
    ) -> Reply:
        """A person presses or chooses in a modal; see `Screens.press`."""
        return self.screens.press(user, view_id, action_id, value, values)

    def submit(self, user: str, view_id: str, values: Mapping[str, Entry]) -> Reply:
        """A person submits a modal; see `Screens.submit`."""
        return self.screens.submit(user, view_id, values)

    def close(self, user: str, view_id: str) -> Reply:
        """A person closes a modal; see `Screens.close`."""
        return self.screens.close(user, view_id)
