"""What a surface is: something that shows an incident to people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from incident.messages.rich import Message
from incident.model.incident import Deliverable, Incident
from incident.model.naming import digest
from incident.surfaces.services import Services

Place = Mapping[str, Any]
"""Where a surface is, such as the ids of a message; plain JSON types, stored."""


class Surface(Protocol):
    """One way of showing an incident.

    What it shows is a function of what is stated alone, so that two versions that show the same cost no call.

    Attributes:
        name: among the surfaces of an incident; stored.
        deliverable: what people miss while it is not there.
        is_made_whole: whether `create` shows all of the content, or leaves some to `put`.
    """

    name: str
    deliverable: Deliverable
    is_made_whole: bool

    def content(self, services: Services, incident: Incident) -> Any:
        """What is to be shown. May ask the store, and what people are called."""

    def create(self, services: Services, incident: Incident, content: Any) -> Place:
        """Makes the surface, with one call that must not be made twice, and says where it is."""

    def find(self, services: Services, incident: Incident, content: Any) -> Place | None:
        """Where an earlier try has made it; None if it has not."""

    def put(
        self, services: Services, incident: Incident, place: Place, content: Any, *, is_retry: bool
    ) -> Place:
        """Shows `content` instead of what it shows, and says where it is then. Doing it twice is once.

        `is_retry` says that an earlier try may have shown it already, or may still act.
        """

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:
        """Removes what a try that acted late made besides the one at `place`."""


def shown(incident: Incident, content: Any, place: Place) -> dict[str, Any]:
    """What is on record of a surface: the version it shows, a digest of its content, and its place."""
    return {**place, "version": incident.version, "digest": content_digest(content)}


def found(place: Place) -> dict[str, Any]:
    """What is on record of a surface of which it is not known which version it shows."""
    return {**place, "version": 0, "digest": ""}


def content_digest(content: Any) -> str:
    """The same for the same content."""
    if isinstance(content, Message):
        content = [content.text, [block.to_dict() for block in content.blocks]]
    return digest(json.dumps(content, sort_keys=True, default=str), 16)
