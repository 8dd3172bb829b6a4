"""One call of a Web API method, as its handler sees it, and what a method is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from incident.sandbox.slack.arguments import Argument, SlackError
from incident.sandbox.slack.workspace import Channel, JsonObject, Kind, Message, User, Workspace

_T = TypeVar("_T")
_DEFAULT_PAGE = 100
APP_ID = "A0INCIDENT"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` in any `seconds`; for each channel apart if `per_channel`."""

    calls: int
    seconds: float = 60.0
    per_channel: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler works on; the workspace's lock is held.

    Attributes:
        workspace: the state.
        method: the method's name.
        spec: its row of the table.
        arguments: read and checked by that row.
        granted: the scopes that the token has.
        url: the stand-in's root, for permalinks.
    """

    workspace: Workspace
    method: str
    spec: Method
    arguments: JsonObject
    granted: frozenset[str]
    url: str

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def get(self, name: str, default: _T) -> _T:
        """The argument, or the default if it was not sent."""
        found: _T = self.arguments.get(name, default)
        return found

    @property
    def bot(self) -> User:
        """Who calls."""
        return self.workspace.bot

    def require(self, scopes: Sequence[str]) -> None:
        """Fails unless one of these scopes is granted; with none to choose from, all is well.

        Raises:
            SlackError: `missing_scope`, with `needed` and `provided`.
        """
        if scopes and not self.granted & set(scopes):
            provided = ",".join(sorted(self.granted))
            raise SlackError("missing_scope", needed=scopes[0], provided=provided)

    def require_kind(self, kind: Kind) -> None:
        """Fails unless the method may be used on this kind of conversation.

        Raises:
            SlackError: `missing_scope`, or `method_not_supported_for_channel_type`.
        """
        if not self.spec.by_kind:
            return
        if kind not in self.spec.by_kind:
            raise SlackError("method_not_supported_for_channel_type")
        self.require(self.spec.by_kind[kind])

    def channel(self, argument: str = "channel", *, member: bool = False, active: bool = False) -> Channel:
        """The conversation that an argument names by id, as far as the bot may see it.

        Args:
            argument: whose value is the id.
            member: whether the bot must be in it.
            active: whether it must not be archived.

        Raises:
            SlackError: `channel_not_found`, `missing_scope`, `not_in_channel`, `is_archived`.
        """
        found = self.workspace.channels.get(self.arguments[argument])
        if found is None or (found.kind != "public" and self.bot.id not in found.members):
            raise SlackError("channel_not_found")
        self.require_kind(found.kind)
        if active and found.archived:
            raise SlackError("is_archived")
        if member and self.bot.id not in found.members:
            raise SlackError("not_in_channel")
        return found

    def message(self, channel: Channel, ts: str) -> Message:
        """The message, unless it is ephemeral: those cannot be reached by their `ts`.

        Raises:
            SlackError: `message_not_found`.
        """
        found = self.workspace.messages.get(ts)
        if found is None or found.channel != channel.id or found.ephemeral_to:
            raise SlackError("message_not_found")
        return found

    def page(self, items: Sequence[_T]) -> tuple[Sequence[_T], JsonObject]:
        """The part of the items that `limit` and `cursor` ask for, and the `response_metadata`.

        Raises:
            SlackError: `invalid_cursor`.
        """
        start = _offset(self.get("cursor", ""))
        end = start + self.get("limit", _DEFAULT_PAGE)
        return items[start:end], {"next_cursor": _cursor(end) if end < len(items) else ""}


Handler: TypeAlias = Callable[[Call], JsonObject]


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the table of methods.

    Attributes:
        handler: does the work and returns the answer without `ok`.
        rate: how often it may be called.
        arguments: by name.
        scopes: of these one is needed, whatever the call is about; the first is what we would ask for.
        by_kind: likewise, by the kind of the conversation that the call is about. A kind that is not
            listed is one the method does not work on.
        writes: whether it changes something; only these accept JSON.
    """

    handler: Handler
    rate: Rate
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    by_kind: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    writes: bool = True

    @property
    def asks(self) -> frozenset[str]:
        """The scopes that an app needs for everything the method can do."""
        return frozenset(choices[0] for choices in (self.scopes, *self.by_kind.values()) if choices)


def _cursor(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
