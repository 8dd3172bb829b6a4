"""Calls of Slack's Web API: the token, the time they may take, which are tried again, and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk import WebClient

from incident.runtime import deadline
from incident.runtime.failures import PermanentError
from incident.runtime.secrets import Secret
from incident.services.retry import retried
from incident.services.slack_errors import translated

CALL_SECONDS = 8

_STALE_TOKEN = frozenset({"invalid_auth", "token_revoked", "token_expired", "not_authed"})


class SlackCalls:
    """Makes calls with one bot's token. Safe for threads."""

    def __init__(self, token: Secret, api_url: str) -> None:
        """`api_url` ends with a slash."""
        self._token = token
        self._api_url = api_url

    def _pages(self, method: str, arguments: dict[str, Any], field: str) -> Iterator[Any]:
        """The items of all pages. The deadline of the step bounds how many there can be.

        https://docs.slack.dev/apis/web-api/pagination
        """
        cursor = ""
        while True:
            page = {**arguments, "cursor": cursor} if cursor else arguments
            data = self._call(method, page, repeatable=True)
            yield from data[field]
            cursor = (data.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _call(self, method: str, arguments: dict[str, Any], *, repeatable: bool = False) -> Any:
        """One method of the Web API, by the client's own function of that name."""
        tried: tuple[str, ...] = ()

        def send() -> Any:
            nonlocal tried
            tried = self._token.values()
            client = WebClient(
                tried[0],
                base_url=self._api_url,
                timeout=int(deadline.timeout(CALL_SECONDS, least=1)),
                retry_handlers=[],  # `retried` knows which calls may be made twice
            )
            return getattr(client, _function(method))(**arguments).data

        try:
            return retried(lambda: translated(send), repeatable=repeatable)
        except PermanentError as error:
            if error.reason in _STALE_TOKEN and self._token.refresh(tried):  # it may just have been rotated
                return retried(lambda: translated(send), repeatable=repeatable)
            raise


def _function(method: str) -> str:
    """The client's function of a method: `conversations_setTopic` of `conversations.setTopic`."""
    return method.replace(".", "_")
