"""What people are called, for places that know no Slack ids."""

from __future__ import annotations

from incident.runtime.failures import PermanentError
from incident.runtime.single_flight import SingleFlight
from incident.services.slack import CALL_SECONDS, Slack

KEPT_SECONDS = 3600.0
"""How long a name is not asked for again; `users.info` may be called a hundred times a minute."""


class People:
    """Display names, asked for once an hour for each person. Safe for threads."""

    def __init__(self, slack: Slack) -> None:
        """Asks `slack`."""
        self._slack = slack
        self._names: SingleFlight[str, str] = SingleFlight(KEPT_SECONDS)

    def name(self, user: str) -> str:
        """What a person is called; their id where Slack does not say. Empty for no person.

        Raises:
            TransientError: Slack does not answer.
        """
        if not user:
            return ""
        try:
            return self._names.get(user, lambda: self._slack.display_name(user), CALL_SECONDS)
        except PermanentError:  # a person who cannot be looked up can still command an incident
            return user
