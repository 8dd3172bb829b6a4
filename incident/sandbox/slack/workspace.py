"""The state of the stand-in's workspace: people, channels, messages, modals.

Records are frozen and flat; a change puts a new record in place of the old one, so a snapshot is a
consistent copy, and the version counts the changes.
"""

from __future__ import annotations

import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeAlias, TypeVar

JsonObject: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["public", "private", "direct"]
"""The kinds of conversation; Slack's scopes differ between them."""

SLACKBOT = "USLACKBOT"
"""The id of the user that Slack itself speaks as."""

_ID_ALPHABET = string.digits + string.ascii_uppercase


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace itself.

    Attributes:
        id: such as `T0MAPLE`.
        name: as people read it.
        domain: the first label of the workspace's host name.
    """

    id: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class User:
    """A person, the bot's user, or Slackbot.

    Attributes:
        id: such as `U0ALICE`.
        name: the handle that is typed after `@`.
        real_name: the full name; Slack shows `display_name` where there is one.
        display_name: what is shown beside messages.
        title: what they do.
        tz: an IANA time zone.
        bot_id: the bot's own id (`B…`), empty for people.
        locale: the language they have Slack in, such as `fr-CA`.
        deleted: whether the account is deactivated.
        restricted: whether they are a guest.
        ultra_restricted: whether they are a guest of a single channel.
        team: the id of the workspace they belong to where that is another one, else empty.
        admin: whether they look after the workspace, and may delete what others wrote.
    """

    id: str
    name: str
    real_name: str
    display_name: str
    title: str = ""
    tz: str = "America/Toronto"
    bot_id: str = ""
    locale: str = "en-US"
    deleted: bool = False
    restricted: bool = False
    ultra_restricted: bool = False
    team: str = ""
    admin: bool = False


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group: `id` is `S…`, `handle` is typed after `@`, `users` are ids."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation.

    Attributes:
        id: `C…`, or `D…` for a direct message.
        name: without `#`; empty for a direct message.
        kind: public, private or direct.
        creator: the id of the user who made it.
        created: Unix time, whole seconds.
        members: user ids, in order of joining.
        topic: at most 250 characters.
        topic_by: the id of the user who set it; empty where nobody has.
        purpose: at most 250 characters.
        archived: nothing can be posted any more.
        pins: the `ts` of pinned messages, oldest pin first.
        previous_names: names it had before it was renamed.
    """

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: tuple[str, ...] = ()
    topic: str = ""
    topic_by: str = ""
    purpose: str = ""
    archived: bool = False
    pins: tuple[str, ...] = ()
    previous_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a channel.

    Attributes:
        channel: the channel's id.
        ts: `seconds.micros`, unique in the workspace and increasing.
        user: the id of who posted; empty where it came through an incoming webhook, which is nobody's.
        text: mrkdwn, escaped as Slack stores it.
        blocks: Block Kit, each with its `block_id`.
        metadata: `event_type` and `event_payload`, or None.
        thread_ts: the message it replies to, or None.
        broadcast: whether a reply is shown in the channel as well.
        subtype: `channel_join` and the like for system messages, else empty.
        edited: the `ts` of the last edit, or None.
        ephemeral_to: the only user who sees it, or None.
        reactions: emoji names, each followed by `:` and the id of who reacted, in the order they were given.
        inviter: the id of who invited the one who joined, or None.
        files: file objects, in the order they were added.
        attachments: what is shown beneath the text: forwarded messages, previews of links.
        username: the name an app gave itself for this message, or empty.
        bot_id: of the integration where `user` is empty, else empty.
        details: what the line of a change says besides its text, such as `topic`, or None.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[JsonObject, ...] = ()
    metadata: JsonObject | None = None
    thread_ts: str | None = None
    subtype: str = ""
    edited: str | None = None
    ephemeral_to: str | None = None
    reactions: tuple[str, ...] = ()
    broadcast: bool = False
    inviter: str | None = None
    files: tuple[JsonObject, ...] = ()
    attachments: tuple[JsonObject, ...] = ()
    username: str = ""
    bot_id: str = ""
    details: JsonObject | None = None

    @property
    def is_reply(self) -> bool:
        """Whether it stands in the thread of another message."""
        return self.thread_ts not in {None, self.ts}


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A link at the top of a channel; `created` is a Unix time."""

    id: str
    channel: str
    title: str
    link: str
    emoji: str
    created: int


@dataclass(frozen=True, slots=True)
class View:
    """A modal that a person has open.

    Attributes:
        id: `V…`.
        user: the id of whose screen it is on.
        content: the view as the bot sent it, `block_id` and `action_id` filled in.
        hash: changes with every update.
        errors: what the bot said is wrong, by `block_id`.
    """

    id: str
    user: str
    content: JsonObject
    hash: str
    errors: JsonObject


@dataclass(frozen=True, slots=True)
class Trigger:
    """What opens one modal: `id` is given to the bot, valid 3 s after `issued`, once."""

    id: str
    user: str
    issued: float
    used: bool = False


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """What a `response_url` leads to.

    Attributes:
        id: the last part of the URL.
        user: who typed or pressed.
        channel: where.
        issued: Unix time.
        original: the `ts` of the message whose element was pressed, None for a slash command.
        uses: how often it was posted to.
    """

    id: str
    user: str
    channel: str
    issued: float
    original: str | None = None
    uses: int = 0


Record: TypeAlias = User | UserGroup | Channel | Message | Bookmark | View | Trigger | ResponseUrl
_R = TypeVar("_R", User, UserGroup, Channel, Message, Bookmark, View, Trigger, ResponseUrl)


def _restored(kind: type[_R], records: list[JsonObject]) -> dict[str, _R]:
    """Builds records by key from JSON, where tuples have become lists."""
    names = {field.name for field in fields(kind)}
    restored = {}
    for record in records:
        values: JsonObject = {
            k: tuple(v) if isinstance(v, list) else v for k, v in record.items() if k in names
        }
        built = kind(**values)
        restored[_key(built)] = built
    return restored


def _key(record: Record) -> str:
    return record.ts if isinstance(record, Message) else record.id


class Workspace:
    """Everything there is, by id. Safe for threads: hold `lock` over a read that a write depends on.

    Attributes:
        team: the workspace.
        bot: the bot's user.
        clock: Unix time in seconds; replaceable, for tests.
        lock: re-entrant; every change takes it.
        listeners: told of every event, by who made it happen and while the lock is held: not to block.
    """

    def __init__(self, team: Team, bot: User, clock: Callable[[], float] = time.time) -> None:
        self.team = team
        self.bot = bot
        self.clock = clock
        self.listeners: list[Callable[[Callable[[], JsonObject]], None]] = []
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._version = 0
        self._last_micros = 0
        self.users: dict[str, User] = {bot.id: bot}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, Message] = {}
        self.bookmarks: dict[str, Bookmark] = {}
        self.views: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    @property
    def version(self) -> int:
        """How many changes there have been."""
        return self._version

    def wait(self, version: int, timeout: float) -> int:
        """Returns the version as soon as it differs from `version`, at the latest after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._version

    def put(self, record: _R) -> _R:
        """Puts the record in, in place of one with the same id, and returns it."""
        with self._changed:
            self._table(type(record))[_key(record)] = record
            self._touch()
        return record

    def drop(self, record: Record) -> None:
        """Takes the record out.

        Raises:
            KeyError: if it is not there.
        """
        with self._changed:
            del self._table(type(record))[_key(record)]
            self._touch()

    def new_id(self, prefix: str) -> str:
        """An id as Slack makes them: a letter for the kind, then ten of `[0-9A-Z]`."""
        return prefix + "0" + "".join(secrets.choice(_ID_ALPHABET) for _ in range(9))

    def new_ts(self) -> str:
        """The next message timestamp: now, and in any case after every one before."""
        with self.lock:
            self._last_micros = max(int(self.clock() * 1_000_000), self._last_micros + 1)
            return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def channel_named(self, name: str) -> Channel | None:
        """The channel of this name, archived or not."""
        with self.lock:
            return next((c for c in self.channels.values() if c.name == name and c.kind != "direct"), None)

    def history(self, channel: str, viewer: str | None = None) -> list[Message]:
        """The channel's messages, oldest first, with the ephemeral ones that `viewer` sees."""
        with self.lock:
            found = [m for m in self.messages.values() if m.channel == channel]
        return sorted(
            (m for m in found if m.ephemeral_to is None or m.ephemeral_to == viewer), key=lambda m: m.ts
        )

    def replies(self, ts: str) -> list[Message]:
        """The replies in the thread of a message, oldest first, without the ephemeral ones."""
        with self.lock:
            found = [m for m in self.messages.values() if m.thread_ts == ts != m.ts and not m.ephemeral_to]
        return sorted(found, key=lambda m: m.ts)

    def happened(self, event: Callable[[], JsonObject]) -> None:
        """Tells the listeners what an app may have subscribed to.

        Args:
            event: makes it, as Slack's Events API has it; called by a listener that wants it, at once.
        """
        for listener in self.listeners:
            listener(event)

    def snapshot(self) -> JsonObject:
        """A copy of everything, as JSON; `restore` takes it back."""
        with self.lock:
            tables = {name: [asdict(r) for r in table.values()] for name, table in self._tables().items()}
            return {
                "version": self._version,
                "last_micros": self._last_micros,
                "team": asdict(self.team),
                "bot": self.bot.id,
                **tables,
            }

    def restore(self, snapshot: JsonObject) -> None:
        """Makes everything as it was in the snapshot; counts as one change."""
        with self._changed:
            self.team = Team(**snapshot["team"])
            self.users = _restored(User, snapshot["users"])
            self.groups = _restored(UserGroup, snapshot["groups"])
            self.channels = _restored(Channel, snapshot["channels"])
            self.messages = _restored(Message, snapshot["messages"])
            self.bookmarks = _restored(Bookmark, snapshot["bookmarks"])
            self.views = _restored(View, snapshot["views"])
            self.triggers = _restored(Trigger, snapshot["triggers"])
            self.response_urls = _restored(ResponseUrl, snapshot["response_urls"])
            self.bot = self.users[snapshot["bot"]]
            self._last_micros = max(self._last_micros, snapshot["last_micros"])
            self._touch()

    def _touch(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def _tables(self) -> dict[str, dict[str, Any]]:
        return {
            "users": self.users,
            "groups": self.groups,
            "channels": self.channels,
            "messages": self.messages,
            "bookmarks": self.bookmarks,
            "views": self.views,
            "triggers": self.triggers,
            "response_urls": self.response_urls,
        }

    def _table(self, kind: type[Record]) -> dict[str, Any]:
        by_kind: dict[type[Record], dict[str, Any]] = {
            User: self.users,
            UserGroup: self.groups,
            Channel: self.channels,
            Message: self.messages,
            Bookmark: self.bookmarks,
            View: self.views,
            Trigger: self.triggers,
            ResponseUrl: self.response_urls,
        }
        return by_kind[kind]
