"""The language of the person who is answered, as far as it is known in time."""

from __future__ import annotations

import threading
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from incident.messages.locales import words_for
from incident.messages.words import Words
from incident.model.locale import language_of
from incident.runtime import clock
from incident.runtime.audit import AuditLog
from incident.runtime.secrets import Secret, SecretUnavailableError

WAIT_SECONDS = 0.5
"""How long a person waits at most, of the three seconds there are, for Slack to tell their language."""

KEPT_SECONDS = 3600.0
"""How long a person is not asked for again."""

PAUSE_SECONDS = 60.0
"""After Slack failed, or was too slow, no language is asked for so long: one person waits, not all."""

MOST_KEPT = 5000
"""People; those who were asked for first are forgotten first."""

_CALL_SECONDS = 2
_NOT_SEEN = frozenset({"user_not_found", "user_not_visible"})
_NOT_ANSWERED = (SlackClientError, SecretUnavailableError, OSError, HTTPException, ValueError)


class Languages:
    """What each person's language is, kept for an hour in this instance. Safe for threads."""

    def __init__(self, bot_token: Secret, slack_api_url: str, say: Words, audit: AuditLog) -> None:
        """`say`: the words for those whose language is not known, or is none that the bot speaks."""
        self._bot_token = bot_token
        self._slack_api_url = slack_api_url
        self._say = say
        self._audit = audit
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str | None, float]] = {}
        self._asking: dict[str, threading.Thread] = {}
        self._paused_until = 0.0
        self._has_failed = False

    def known(self, user: str) -> Words:
        """The words for a person, in their language where it is known already; makes no call."""
        with self._lock:
            language, _ = self._fresh(user) or (None, 0.0)
        return words_for(language) if language else self._say

    def learnt(self, user: str) -> Words:
        """The words for a person; Slack is asked for their language, and waited for half a second."""
        with self._lock:
            is_known = self._fresh(user) is not None or not user
            thread = None if is_known else self._asked(user)
        if thread is not None:
            thread.join(WAIT_SECONDS)
            if thread.is_alive():
                self._failed("no answer in time")
        return self.known(user)

    def _fresh(self, user: str) -> tuple[str | None, float] | None:
        found = self._known.get(user)
        return found if found is not None and found[1] > clock.monotonic() else None

    def _asked(self, user: str) -> threading.Thread | None:
        """The thread that asks for a person, this one's or another's; None while no language is asked for."""
        if clock.monotonic() < self._paused_until:
            return None
        if user not in self._asking:
            # A thread, as no time-out of the client's bounds all of a call. One that is late still learns.
            self._asking[user] = threading.Thread(
                target=self._ask, args=(user,), daemon=True, name=f"language of {user}"
            )
            self._asking[user].start()
        return self._asking[user]

    def _ask(self, user: str) -> None:
        try:
            language = self._language_of(user)
        except _NOT_ANSWERED as error:
            self._failed(type(error).__name__)
        else:
            with self._lock:
                self._known.pop(user, None)
                self._known[user] = (language, clock.monotonic() + KEPT_SECONDS)
                if len(self._known) > MOST_KEPT:
                    del self._known[next(iter(self._known))]
        finally:
            with self._lock:
                self._asking.pop(user, None)

    def _language_of(self, user: str) -> str | None:
        """What Slack says of a person; None where that is no language of the bot's.

        https://docs.slack.dev/reference/methods/users.info
        """
        client = WebClient(
            self._bot_token.values()[0],
            base_url=self._slack_api_url,
            timeout=_CALL_SECONDS,
            retry_handlers=[],
        )
        try:
            found = client.users_info(user=user, include_locale=True).get("user") or {}
        except SlackApiError as error:
            if error.response.get("error") in _NOT_SEEN:
                return None
            raise
        return language_of(str(found.get("locale") or ""))

    def _failed(self, why: str) -> None:
        """Asks for no language for a while; the log says so the first time."""
        with self._lock:
            self._paused_until = clock.monotonic() + PAUSE_SECONDS
            is_first, self._has_failed = not self._has_failed, True
        if is_first:
            message = (
                f"people are answered in {self._say.locale}, as Slack does not tell their language: {why}"
            )
            self._audit.warning("incident.language.unknown", message, outcome="transient")
