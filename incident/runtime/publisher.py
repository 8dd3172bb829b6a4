"""Publishes interactions to the Pub/Sub topic, within a bound of time."""

from __future__ import annotations

import base64

from incident.model.interaction import Interaction
from incident.runtime.google_cloud import CallFailedError, GoogleCloud, google_cloud

PUBLISH_SECONDS = 1.5
"""Half of Slack's three; publishing twice is harmless, as the interaction's id is the run's."""

_HOST = "pubsub.googleapis.com"


class PublishError(Exception):
    """Publishing did not succeed; the text is the kind of error alone. One of the two below."""


class NotPublishedError(PublishError):
    """Pub/Sub surely does not have the message: it was never sent, or it was refused."""


class PublishUnknownError(PublishError):
    """Pub/Sub may or may not have the message: no answer came, or one that does not tell."""


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
            NotPublishedError: if Pub/Sub surely does not have it; after at most 1.5 seconds.
            PublishUnknownError: if it may have it; after at most 1.5 seconds. The same interaction can be
                published again: it keeps its id, so the worker carries it out once.
        """
        try:
            data = interaction.to_message()
        except RecursionError as error:  # a payload nested deeper than JSON can be written
            raise NotPublishedError(type(error).__name__) from None
        message = {
            "data": base64.b64encode(data).decode(),
            "attributes": {"kind": interaction.kind, "id": interaction.id, "traceparent": traceparent},
        }
        try:
            self._cloud.call("POST", _HOST, self._path, {"messages": [message]}, seconds=PUBLISH_SECONDS)
        except CallFailedError as error:
            failure = PublishUnknownError if error.may_have_acted else NotPublishedError
            raise failure(str(error)) from error
