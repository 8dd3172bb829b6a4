"""The topic of the incident's channel. Every change of it leaves a line in the channel."""

from __future__ import annotations

from incident.messages import incident as messages
from incident.messages.incident import TOPIC_LIMIT
from incident.messages.joining import SEPARATOR, clipped
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
        return {"channel": incident.channel_id, "ours": content}

    def find(self, services: Services, incident: Incident, content: str) -> Place | None:
        """See `Surface`."""
        topic, _ = services.slack.topic_and_purpose(incident.channel_id)
        return {"channel": incident.channel_id} if topic == content else None

    def put(
        self,
        services: Services,
        incident: Incident,  # noqa: ARG002 - the place names the channel
        place: Place,
        content: str,
        *,
        is_retry: bool,  # noqa: ARG002 - it is read first in any case
    ) -> Place:
        """See `Surface`. It is read first: setting it leaves a line, and a person may have set it since.

        A person's words stand as they are until there is something new to say; then they stand behind it, for
        as long as nobody changes them, and where both are too long, theirs are cut.
        """
        topic, is_theirs = services.slack.topic_by(place["channel"])
        theirs = _without(topic, place.get("ours", "")) if is_theirs else place.get("theirs", "")
        wanted = _behind(content, theirs)
        if topic != wanted:
            services.slack.set_topic(place["channel"], wanted)
        return {"channel": place["channel"], "ours": content, **({"theirs": theirs} if theirs else {})}

    def sweep(self, services: Services, incident: Incident, place: Place) -> None:
        """See `Surface`: an older one that was set late is set right; a person's own is left alone."""
        _, is_theirs = services.slack.topic_by(place["channel"])
        if not is_theirs:
            self.put(services, incident, place, self.content(services, incident), is_retry=True)


def _without(topic: str, ours: str) -> str:
    """What a person has made of the topic, without what they left of the bot's."""
    return topic.replace(ours, "", 1).strip(" ·|-") if ours else topic


def _behind(ours: str, theirs: str) -> str:
    """Both within Slack's limit; the bot's alone where hardly anything of theirs would be left."""
    room = TOPIC_LIMIT - len(ours) - len(SEPARATOR)
    return f"{ours}{SEPARATOR}{clipped(theirs, room)}" if theirs and room >= _LEAST else ours


_LEAST = 12
"""Characters of a person's words that are worth being shown."""

TOPIC = Topic()
