"""What the bot needs of Slack."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Sequence
from email.utils import mktime_tz, parsedate_tz
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from incident.operate import advice
from incident.operate.finding import Finding, FoundError, bad, doubtful, good
from incident.runtime.failures import PermanentError, TransientError
from incident.runtime.secrets import Secret, SecretUnavailableError
from incident.runtime.settings import WorkerSettings
from incident.services.slack import SERVICE, Slack
from incident.services.slack_methods import PURPOSES
from incident.surfaces.services import CLOCK_SKEW_SECONDS

_SECONDS = 8


class SlackChecks:
    """Checks of one workspace, as the bot."""

    def __init__(self, settings: WorkerSettings, token: Secret, now: Callable[[], float]) -> None:
        """`token` is the bot's, and `now` this machine's clock, in seconds since the epoch."""
        self._settings = settings
        self._token = token
        self._now = now
        self._slack = Slack(token, settings.slack_api_url)
        self._identity: Any = None
        self._ahead: float | None = None

    def token(self) -> Finding:
        """Whose token it is."""
        answer = self._call("auth.test")
        if not answer.get("bot_id"):
            return bad("the token is not a bot's", advice.INSTALL)
        slack_now = parsedate_tz(_header(answer.headers, "date"))
        self._ahead = self._now() - mktime_tz(slack_now) if slack_now else None
        self._identity = answer
        return good(f"@{answer['user']} in {answer['team']}")

    def scopes(self) -> Finding:
        """What the token may do, against what the bot calls."""
        granted = {scope.strip() for scope in _header(self._known().headers, "x-oauth-scopes").split(",")}
        missing = [f"{scope} (to {PURPOSES[scope]})" for scope in sorted(PURPOSES.keys() - granted)]
        if missing:
            return bad(f"missing: {'; '.join(missing)}", advice.MANIFEST)
        needless = sorted(granted - PURPOSES.keys())
        if needless:
            return doubtful(f"more than is needed: {', '.join(needless)}", advice.MANIFEST)
        return good(f"all {len(PURPOSES)}, and no more")

    def channel(self) -> Finding:
        """The place of announcements."""
        name, bot = self._settings.announcement_channel, self._known()["user"]
        try:
            channel_id = self._slack.channel_id(name)
            channel = self._call("conversations.info", channel=channel_id)["channel"]
        except PermanentError as error:
            if error.reason != "channel_not_found":
                raise
            return bad(
                f"there is no #{name} that the bot can see",
                f"Make it; if it is private, type `/invite @{bot}` there; or set another INCIDENT_CHANNEL.",
            )
        if channel.get("is_archived"):
            return bad(f"#{channel['name']} is archived", "Unarchive it, or set another INCIDENT_CHANNEL.")
        if not channel.get("is_member"):
            return bad(f"the bot is not in #{channel['name']}", f"Type `/invite @{bot}` there.")
        return good(f"the bot is in #{channel['name']}")

    def groups(self) -> Finding:
        """Who is on call."""
        self._known()
        if not self._settings.oncall_groups:
            return good("none are set, so nobody is invited but who declares an incident")
        return self._sizes(self._settings.oncall_groups, "INCIDENT_ONCALL_GROUPS to ids")

    def comms(self) -> Finding:
        """Who speaks for the organisation."""
        self._known()
        if not self._settings.comms_group:
            return good("none is set, so whoever leads names a person")
        return self._sizes([self._settings.comms_group], "INCIDENT_COMMS_GROUP to an id")

    def _sizes(self, groups: Sequence[str], setting: str) -> Finding:
        """How many people are in each; `setting`: what to set, and to what, where there is no such group."""
        counts = []
        for group in groups:
            try:
                counts.append(f"{group} has {len(self._slack.group_members(group))}")
            except PermanentError as error:
                if error.reason != "no_such_subteam":
                    raise
                return bad(
                    f"there is no user group {group}",
                    f"Set {setting}: a group's page in Slack has its own under ⋮.",
                )
        return good(", ".join(counts))

    def clock(self) -> Finding:
        """How far this machine's clock is from Slack's, which signatures are judged by."""
        self._known()
        if self._ahead is None:
            return doubtful(
                "Slack did not say what time it is", "See that nothing on the way changes headers."
            )
        if abs(self._ahead) > CLOCK_SKEW_SECONDS:
            direction = "ahead of" if self._ahead > 0 else "behind"
            return bad(
                f"{abs(self._ahead):.0f} s {direction} Slack's",
                "Set the clock by a time server: requests that seem five minutes old are refused.",
            )
        return good(f"within {max(1, round(abs(self._ahead)))} s of Slack's")

    def _known(self) -> Any:
        """The answer that said whose token it is.

        Raises:
            FoundError: if there is none.
        """
        if self._identity is None:
            raise FoundError(doubtful("not looked at", "First see to the token."))
        return self._identity

    def _call(self, method: str, **arguments: str) -> Any:
        token = _value(self._token)
        client = WebClient(token, base_url=self._settings.slack_api_url, timeout=_SECONDS, retry_handlers=[])
        try:
            return client.api_call(method, params=arguments)
        except SlackApiError as error:
            if error.response.status_code != http.client.OK:
                raise TransientError(SERVICE, f"http {error.response.status_code}") from None
            raise PermanentError(SERVICE, str(error.response.get("error", ""))) from None
        except (OSError, http.client.HTTPException, SlackClientError) as error:
            reason = getattr(error, "reason", error)
            name = type(reason if isinstance(reason, Exception) else error).__name__
            raise TransientError(SERVICE, name) from None


def _value(token: Secret) -> str:
    try:
        return token.values()[0]
    except SecretUnavailableError as error:
        raise FoundError(bad(f"SLACK_BOT_TOKEN cannot be read: {error}", advice.UNREADABLE)) from None


def _header(headers: Any, wanted: str) -> str:
    return next((str(value) for name, value in headers.items() if name.lower() == wanted), "")
