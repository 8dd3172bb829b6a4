"""The topic of the incident's channel. Every change of it leaves a line in the channel."""

from __future__ import annotations

from incident.messages import incident as messages
from incident.messages.incident import TOPIC_LIMIT
from incident.model.incident import Deliverable, Incident
from incident.surfaces.services import Services
from incident.surfaces.surface import Place


class Topic:
    """See `Surface`."""

    name = "topic"
    deliverable = Deliverable.TOPIC
    is_made_whole = True

    def content(self, services: Services, incident: Incident) -> str:
        """Who has command, and what went wrong; escaped."""
        return services.public_text(lambda say: messages.topic(say, incident), TOPIC_LIMIT)

    def create(self, services: Services, incident: Incident, content: str) -> Place:
        """See `Surface`."""
        services.slack.set_topic(incident.channel_id, content)
        return {"channel": incident.channel_id}

    def find(self, services: Services, incident: Incident, content: str) -> Place | None:
        """See `Surface`."""
        topic, _ = services.slack.topic_and_purpose(incident.channel_id)
        return {"channel": incident.channel_id} if topic == content else None

    def put(
        self, services: Services, incident: Incident, place: Place, content: str, *, is_retry: bool
    ) -> Place:
        """See `Surface`; where it may stand there already it is read first, as setting it leaves a line."""
        if not (is_retry and self.find(services, incident, content)):
            services.slack.set_topic(place["channel"], content)
        return place

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:
        """See `Surface`: a channel has one topic; an older one that was set late is set right."""
        self.put(services, incident, place, self.content(services, incident), is_retry=True)


TOPIC = Topic()
