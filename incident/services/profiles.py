"""People and groups as Slack describes them. Pure.

https://docs.slack.dev/reference/objects/user-object, https://docs.slack.dev/reference/objects/usergroup-object
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from incident.model.locale import language_of

SLACKBOT = "USLACKBOT"
"""Slack itself, which it does not call a bot: https://github.com/slackapi/bolt-js/issues/794"""


@dataclass(frozen=True, slots=True)
class Profile:
    """A person, a bot or Slackbot.

    Attributes:
        name: what they are called; their id where they have no name.
        language: `en` or `fr`, of their own Slack; None where it is another, or not told.
        timezone: IANA name; empty where Slack does not say, as of deactivated accounts.
        is_bot: whether no person is behind it.
        is_deleted: whether the account is deactivated.
        team: id of their workspace.
        others: ids of the other workspaces of an Enterprise organisation that they are in, and of itself.
    """

    name: str
    language: str | None
    timezone: str
    is_bot: bool
    is_deleted: bool
    team: str
    others: frozenset[str] = frozenset()

    @classmethod
    def of(cls, user: Mapping[str, Any]) -> Self:
        """The profile that a user object holds."""
        names = user.get("profile") or {}
        organisation = user.get("enterprise_user") or {}
        others = {*(organisation.get("teams") or ()), organisation.get("enterprise_id") or ""} - {""}
        called = names.get("display_name") or names.get("real_name") or user.get("real_name")
        return cls(
            name=called or user["id"],
            language=language_of(user.get("locale") or ""),
            timezone=user.get("tz") or "",
            is_bot=bool(user.get("is_bot")) or user["id"] == SLACKBOT,
            is_deleted=bool(user.get("deleted")),
            team=user.get("team_id") or "",
            others=frozenset(others),
        )

    def is_of(self, team: str) -> bool:
        """Whether they belong to a workspace, and not to one that shares a channel with it."""
        return team == self.team or team in self.others


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom a name may mean.

    Attributes:
        id: of a person or of a user group.
        names: what it is called: handle, display name, real name; as `comparable` has them.
        profile: of a person; None for a group.
        handle: of a group, as people write it after `@`; empty for a person.
    """

    id: str
    names: tuple[str, ...]
    profile: Profile | None = None
    handle: str = ""

    @classmethod
    def of_user(cls, user: Mapping[str, Any]) -> Self:
        """The entry of a user object."""
        names = user.get("profile") or {}
        called = (user.get("name"), names.get("display_name"), names.get("real_name"), user.get("real_name"))
        return cls(user["id"], _names(called), Profile.of(user))

    @classmethod
    def of_group(cls, group: Mapping[str, Any]) -> Self:
        """The entry of a user group object."""
        called = (group.get("handle"), group.get("name"))
        return cls(group["id"], _names(called), handle=called[0] or called[1] or "")


def named(entries: Sequence[Entry], name: str) -> list[str]:
    """The ids of those who are called exactly so: what a name may begin is for people to say, not to guess.

    Args:
        entries: whom it may mean.
        name: with or without `@`; neither case nor accents count.
    """
    wanted = comparable(name.removeprefix("@"))
    return [entry.id for entry in entries if wanted and wanted in entry.names]


def comparable(name: str) -> str:
    """A name in lower case, without accents and with single spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def _names(called: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(comparable(name) for name in called if name))
