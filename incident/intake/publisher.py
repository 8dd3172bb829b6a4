"""Hands an interaction to Pub/Sub, within a bound."""

from __future__ import annotations

import base64

from incident.model.interaction import Interaction
from incident.runtime.google_cloud import CallFailedError, GoogleCloud, google_cloud

PUBLISH_SECONDS = 1.5
"""Half of Slack's three; publishing twice is harmless, as the interaction's id is the run's."""

_HOST = "pubsub.googleapis.com"


class NotPublishedError(Exception):
    """Pub/Sub did not take the message; the text is the kind of error alone."""


class Publisher:
    """Publishes to one topic. Safe for threads; to be made after a fork.

    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish
    """

    def __init__(self, topic_path: str, emulator_host: str = "") -> None:
        """Publishes to Pub/Sub, or to an emulator at `host:port`."""
        self._path = f"v1/{topic_path}:publish"
        self._cloud = GoogleCloud(emulator_host) if emulator_host else google_cloud()

    def publish(self, interaction: Interaction, traceparent: str) -> None:
        """Returns once Pub/Sub has the message on disk.

        Raises:
            NotPublishedError: after at most 1.5 seconds.
        """
        message = {
            "data": base64.b64encode(interaction.to_message()).decode(),
            "attributes": {"kind": interaction.kind, "id": interaction.id, "traceparent": traceparent},
        }
        try:
            self._cloud.call("POST", _HOST, self._path, {"messages": [message]}, seconds=PUBLISH_SECONDS)
        except CallFailedError as error:
            raise NotPublishedError(str(error)) from error
