"""Google Meet: spaces, the calls that stay.

Source: https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces.
"""

from __future__ import annotations

import random
import string

from . import masks
from .errors import ApiError, invalid
from .operations import Json, Links, Operation, Request
from .state import Space, State, new_id

_DEFAULTS = {"accessType": "TRUSTED", "entryPointAccess": "ALL"}
"""What an organisation's administrator has usually set."""


class Meet:
    """Meet's methods."""

    def __init__(self, state: State, links: Links) -> None:
        self._state = state
        self._links = links

    def operations(self) -> dict[str, Operation]:
        """Every method there is, by name."""
        name = frozenset({"name"})
        config = frozenset({"config"})
        return {
            "spaces.create": Operation(self._create, body=config),
            "spaces.get": Operation(self._get, name),
            "spaces.patch": Operation(self._patch, name | {"updateMask"}, config),
            "spaces.endActiveConference": Operation(self._end, name),
        }

    def join(self, code: str) -> str:
        """A person enters the call: a conference begins unless one is under way.

        Args:
            code: the meeting code.

        Returns:
            The conference record's name.

        Raises:
            KeyError: there is no such call.
        """
        space = next((space for space in self._state.spaces.values() if space.code == code), None)
        if space is None:
            raise KeyError(code)
        space.conference = space.conference or f"conferenceRecords/{new_id()}"
        return space.conference

    def _create(self, request: Request) -> Json:
        space = Space(
            f"spaces/{new_id()}", _code(), {**_DEFAULTS, **_specified(request.body.get("config", {}))}
        )
        self._state.spaces[space.name] = space
        return self._resource(space)

    def _get(self, request: Request) -> Json:
        return self._resource(self._space(request))

    def _patch(self, request: Request) -> Json:
        space, body = self._space(request), request.body
        mask = masks.parse(request.parameters["updateMask"]) if "updateMask" in request.parameters else None
        if mask is None or "*" in mask:
            mask = {"config": {name: {} for name in body.get("config", {})}}
        if unwritable := mask.keys() - {"config"}:
            raise invalid(f"Invalid update mask: '{min(unwritable)}' cannot be written.")
        written = masks.write({"config": space.config}, body, mask)
        space.config = {**_DEFAULTS, **_specified(written.get("config", {}))}
        return self._resource(space)

    def _end(self, request: Request) -> Json:
        space = self._space(request)
        if space.conference is None:
            raise ApiError(400, "There is no active conference for the given space.", "failedPrecondition")
        space.conference = None
        return {}

    def _space(self, request: Request) -> Space:
        """By `spaces/{id}`, or by `spaces/{meetingCode}`, which Meet takes as an alias."""
        name: str = request.parameters["name"]
        alias = name.removeprefix("spaces/")
        for space in self._state.spaces.values():
            if name == space.name or alias == space.code:
                return space
        raise ApiError(404, f"Resource not found: '{name}'.")

    def _resource(self, space: Space) -> Json:
        resource: Json = {
            "name": space.name,
            "meetingUri": self._links.meet(space.code),
            "meetingCode": space.code,
            "config": space.config,
        }
        if space.conference:
            resource["activeConference"] = {"conferenceRecord": space.conference}
        return resource


def _specified(config: Json) -> Json:
    """Without the values that stand for "not said"."""
    return {name: value for name, value in config.items() if not str(value).endswith("_UNSPECIFIED")}


def _code() -> str:
    """A meeting code: ten letters in the form `abc-mnop-xyz`."""
    letters = "".join(random.choices(string.ascii_lowercase, k=10))  # noqa: S311
    return f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"
