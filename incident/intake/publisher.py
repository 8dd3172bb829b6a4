"""Hands an interaction to Pub/Sub, within a bound."""

from __future__ import annotations

import grpc
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from incident.interaction import Interaction

RETRY_SECONDS = 1.5
ATTEMPT_SECONDS = 1.0


class NotPublishedError(Exception):
    """Pub/Sub did not take the message; the text is the kind of error alone."""


class Publisher:
    """Publishes to one topic. Safe for threads; not across a fork: gRPC channels do not survive one."""

    def __init__(self, topic_path: str, emulator_host: str = "") -> None:
        """Connects to Pub/Sub, or to an emulator at `host:port`."""
        self._topic = topic_path
        self._client = (
            PublisherClient(transport=PublisherGrpcTransport(channel=grpc.insecure_channel(emulator_host)))
            if emulator_host
            else PublisherClient()
        )

    def publish(self, interaction: Interaction, traceparent: str) -> None:
        """Returns once Pub/Sub has the message on disk.

        Raises:
            NotPublishedError: after at most some 1.5 seconds.
        """
        message = PubsubMessage(
            data=interaction.to_message(),
            attributes={"kind": interaction.kind, "id": interaction.id, "traceparent": traceparent},
        )
        try:
            self._client.publish(
                topic=self._topic,
                messages=[message],
                retry=Retry(initial=0.05, maximum=0.4, timeout=RETRY_SECONDS),
                timeout=ATTEMPT_SECONDS,
            )
        except (GoogleAPICallError, RetryError, GoogleAuthError) as error:
            raise NotPublishedError(type(error).__name__) from error
