"""Who people are: what they are called, their language, and whom a typed name means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from incident.runtime.failures import PermanentError
from incident.runtime.single_flight import SingleFlight
from incident.services.profiles import Entry, Profile, named
from incident.services.slack import Slack
from incident.services.slack_calls import CALL_SECONDS

KEPT_SECONDS = 3600.0
"""How long a person is not asked for again; `users.info` may be called a hundred times a minute."""

LISTS_KEPT_SECONDS = 600.0
"""How long the lists of people and groups are kept; twenty pages of them may be asked for in a minute."""


class People:
    """Profiles, asked for once an hour for each person. Safe for threads."""

    def __init__(self, slack: Slack) -> None:
        """Asks `slack`."""
        self._slack = slack
        self._profiles: SingleFlight[str, Profile] = SingleFlight(KEPT_SECONDS)
        self._lists: SingleFlight[str, Sequence[Entry]] = SingleFlight(LISTS_KEPT_SECONDS)
        self._channels: SingleFlight[str, str] = SingleFlight(LISTS_KEPT_SECONDS)

    def name(self, user: str) -> str:
        """What a person is called; their id where Slack does not say. Empty for no person.

        Raises:
            TransientError: Slack does not answer.
        """
        if not user:
            return ""
        try:
            return self.profile(user).name
        except PermanentError:  # a person who cannot be looked up can still command an incident
            return user

    def known_name(self, user: str) -> str:
        """What a person is called; empty where Slack does not say.

        Raises:
            TransientError: Slack does not answer.
        """
        name = self.name(user)
        return "" if name == user else name

    def group_name(self, group: str) -> str:
        """The handle of an active user group, without `@`; empty where there is none of this id.

        Raises:
            TransientError: Slack does not answer.
        """
        found = self._list("groups", self._slack.groups)
        return next((entry.handle for entry in found if entry.id == group), "")

    def channel_name(self, channel: str) -> str:
        """What a channel is called, without `#`; empty where the bot may not know.

        Raises:
            TransientError: Slack does not answer.
        """
        try:
            return self._channels.get(channel, lambda: self._slack.channel_name(channel), CALL_SECONDS)
        except PermanentError:
            return ""

    def profile(self, user: str) -> Profile:
        """Who a person is.

        Raises:
            TransientError: Slack does not answer.
            PermanentError: `user_not_found`, for an id of no person that the bot can see.
        """
        return self._profiles.get(user, lambda: self._slack.profile(user), CALL_SECONDS)

    def language(self, user: str) -> str | None:
        """The language of a person, `en` or `fr`, where it is known already; makes no call."""
        known = self._profiles.peek(user)
        return known.language if known else None

    def is_bot(self, user: str) -> bool:
        """Whether it is known already that an id is a bot's; makes no call."""
        known = self._profiles.peek(user)
        return known is not None and known.is_bot

    def is_known(self, user: str) -> bool:
        """Whether a person's profile is known already; makes no call."""
        return self._profiles.peek(user) is not None

    def find(self, name: str, team: str = "") -> list[str]:
        """The ids of the people whom a typed name may mean: one, several, or none.

        Those whose handle, display name or real name is exactly `name`. Bots and deactivated accounts are
        left out.

        Args:
            name: with or without `@`; neither case nor accents count.
            team: id of the workspace they have to belong to; empty for any.

        Raises:
            TransientError: Slack does not answer.
        """
        active = [
            entry
            for entry in self._list("users", self._slack.people)
            if entry.profile is not None
            and not (entry.profile.is_bot or entry.profile.is_deleted)
            and (not team or entry.profile.is_of(team))
        ]
        return named(active, name)

    def find_group(self, name: str) -> list[str]:
        """The ids of the active user groups that a typed handle or name may mean; for the rest, see `find`.

        Raises:
            TransientError: Slack does not answer.
        """
        return named(self._list("groups", self._slack.groups), name)

    def _list(self, what: str, ask: Callable[[], Sequence[Entry]]) -> Sequence[Entry]:
        return self._lists.get(what, ask, CALL_SECONDS)
