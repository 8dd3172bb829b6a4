"""Google Meet: calls that stay open."""

from __future__ import annotations

from dataclasses import dataclass

from incident.services.google import MEET, Google


@dataclass(frozen=True, slots=True)
class Call:
    """A call: Meet's name for its space, `spaces/{id}`, and the link people join by."""

    space: str
    url: str


class Meet:
    """Calls as the Workspace user the bot acts as."""

    def __init__(self, google: Google) -> None:
        """Through `google`."""
        self._google = google

    def start(self) -> Call:
        """A new call, open to everybody in the organisation and whoever they let in. Ten a minute.

        https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces/create
        """
        space = self._google.execute(
            MEET, lambda client: client.spaces().create(body={"config": {"accessType": "TRUSTED"}})
        )
        return Call(space["name"], space["meetingUri"])
