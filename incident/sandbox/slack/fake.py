"""The stand-in as the sandbox and the tests hold it: one workspace, its API, its people."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from incident.sandbox.slack.api import Api
from incident.sandbox.slack.entries import Entry
from incident.sandbox.slack.people import People, Reply
from incident.sandbox.slack.seed import seed
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
    """

    def __init__(
        self,
        fault_injector: FaultInjector,
        *,
        bot_token: str,
        signing_secret: str,
        enforce_rate_limits: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Makes it, seeded; set `url` and `bot_url` once they are known.

        Args:
            fault_injector: asked before every call.
            bot_token: the only token the API accepts.
            signing_secret: what requests to the bot are signed with.
            enforce_rate_limits: whether calls too many are refused.
            clock: Unix time in seconds. Requests are signed with the real time all the same.
        """
        self.workspace = seed(clock)
        self.api = Api(self.workspace, fault_injector, bot_token, enforce_rate_limits=enforce_rate_limits)
        self.people = People(self.workspace, signing_secret, lambda: self.api.url)

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
        return self.people.bot_url

    @bot_url.setter
    def bot_url(self, url: str) -> None:
        self.people.bot_url = url

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
        """Whether the bot is told of messages in its channels."""
        return self.people.events

    @events.setter
    def events(self, on: bool) -> None:
        self.people.events = on

    @property
    def version(self) -> int:
        """How many changes there have been."""
        return self.workspace.version

    def seed(self) -> None:
        """Puts the workspace back to what it is at first."""
        self.workspace.restore(seed(self.workspace.clock).snapshot())

    def snapshot(self) -> JsonObject:
        """Everything there is, as JSON."""
        return self.workspace.snapshot()

    def restore(self, snapshot: JsonObject) -> None:
        """Makes everything as it was in the snapshot."""
        self.workspace.restore(snapshot)

    def type(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Reply:
        """A person types a line; see `People.type`."""
        return self.people.type(user, channel, text, thread_ts)

    def join(self, user: str, channel: str) -> None:
        """A person joins a channel; see `People.join`."""
        self.people.join(user, channel)

    def press(self, user: str, channel: str, ts: str, action_id: str, value: Entry = None) -> Reply:
        """A person presses or chooses in a message; see `People.press`."""
        return self.people.press(user, channel, ts, action_id, value)

    def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Reply:
        """A person uses a shortcut of a message; see `People.message_shortcut`."""
        return self.people.message_shortcut(user, channel, ts, callback_id)

    def press_in_view(self, user: str, view_id: str, action_id: str, value: Entry = None) -> Reply:
        """A person presses or chooses in a modal; see `People.press_in_view`."""
        return self.people.press_in_view(user, view_id, action_id, value)

    def submit(self, user: str, view_id: str, values: Mapping[str, Entry]) -> Reply:
        """A person submits a modal; see `People.submit`."""
        return self.people.submit(user, view_id, values)

    def close(self, user: str, view_id: str) -> Reply:
        """A person closes a modal; see `People.close`."""
        return self.people.close(user, view_id)
