"""The surfaces that are messages of the bot: posted once, found again by their tag, edited in place."""

from __future__ import annotations

from abc import ABC, abstractmethod

from incident.messages import incident as messages
from incident.messages.rich import Message
from incident.model.incident import Deliverable, Incident
from incident.runtime.failures import PermanentError
from incident.services.slack import Posted
from incident.surfaces.services import Services, since, tag
from incident.surfaces.surface import Place

GONE = frozenset({"message_not_found", "cant_update_message"})
"""Why Slack does not edit a message of the bot's that a person has deleted; with replies, it leaves a stone
that is not the bot's."""


class TaggedMessage(ABC):
    """A message in a channel that shows an incident.

    Attributes:
        name: the surface's.
        deliverable: what people miss while it is not there.
        kind: the event type of the message's metadata.
    """

    is_made_whole = True

    def __init__(self, name: str, deliverable: Deliverable, kind: str) -> None:
        """See the attributes."""
        self.name = name
        self.deliverable = deliverable
        self.kind = kind

    @abstractmethod
    def channel(self, services: Services, incident: Incident) -> str:
        """Id or name of the channel that it stands in."""

    @abstractmethod
    def content(self, services: Services, incident: Incident) -> Message:
        """See `Surface`."""

    def create(self, services: Services, incident: Incident, content: Message) -> Place:
        """See `Surface`."""
        channel = self.channel(services, incident)
        return _place(services.slack.post(channel, content, tag(self.kind, incident)))

    def find(self, services: Services, incident: Incident, content: Message) -> Place | None:  # noqa: ARG002
        """See `Surface`."""
        channel = self.channel(services, incident)
        posted = services.slack.find(channel, tag(self.kind, incident), since(incident))
        return _place(posted) if posted else None

    def put(
        self,
        services: Services,
        incident: Incident,
        place: Place,
        content: Message,
        *,
        is_retry: bool,
    ) -> Place:
        """See `Surface`. A message that a person has deleted is posted anew."""
        try:
            services.slack.edit(Posted(place["channel"], place["ts"]), content, tag(self.kind, incident))
        except PermanentError as error:
            if error.reason not in GONE:
                raise
            return self.post_anew(services, incident, place, content, is_retry=is_retry)
        return place

    def post_anew(
        self, services: Services, incident: Incident, place: Place, content: Message, *, is_retry: bool
    ) -> Place:
        """Posts the message that stood at `place`, unless an earlier try has done so; where it is now."""
        bears = tag(self.kind, incident)
        found = services.slack.find_all(place["channel"], bears, since(incident)) if is_retry else []
        newer = [one for one in found if one.ts != place["ts"]]
        if newer:
            services.slack.edit(newer[-1], content, bears)
            return _place(newer[-1])
        return _place(services.slack.post(place["channel"], content, bears))

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:
        """See `Surface`: the messages that bear the tag and are not the recorded one are deleted."""
        for posted in services.slack.find_all(place["channel"], tag(self.kind, incident), since(incident)):
            if posted.ts != place["ts"]:
                services.slack.delete(posted)


class Briefing(TaggedMessage):
    """The pinned message in the incident's channel."""

    def channel(self, services: Services, incident: Incident) -> str:  # noqa: ARG002
        """See `TaggedMessage`."""
        return incident.channel_id

    def post_anew(
        self, services: Services, incident: Incident, place: Place, content: Message, *, is_retry: bool
    ) -> Place:
        """See `TaggedMessage`. It is pinned; one that a person has unpinned is left so."""
        anew = super().post_anew(services, incident, place, content, is_retry=is_retry)
        services.slack.pin(Posted(anew["channel"], anew["ts"]))
        return anew

    def content(self, services: Services, incident: Incident) -> Message:
        """See `Surface`."""
        return services.public(lambda say: messages.briefing(say, incident))


class Board(TaggedMessage):
    """The announcement in #incident-sre."""

    def channel(self, services: Services, incident: Incident) -> str:  # noqa: ARG002
        """See `TaggedMessage`."""
        return services.announcement_channel

    def content(self, services: Services, incident: Incident) -> Message:
        """See `Surface`."""
        url = services.channel_url(incident.team, incident.channel_id)
        return services.public(lambda say: messages.announcement(say, incident, url))


def _place(posted: Posted) -> Place:
    return {"channel": posted.channel, "ts": posted.ts}


BRIEFING = Briefing("briefing", Deliverable.BRIEFING, "incident_briefing")
BOARD = Board("board", Deliverable.ANNOUNCEMENT, "incident_announcement")
