"""What the bot needs of Google Cloud: the topic, who listens to it, and the store."""

from __future__ import annotations

from functools import partial
from typing import Any

import grpc
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from incident.operate import advice
from incident.operate.asking import ONCE, acting_as, asked, authorised
from incident.operate.finding import Finding, FoundError, bad, good
from incident.runtime.failures import PermanentError, TransientError
from incident.runtime.settings import WorkerSettings
from incident.store.open import open_store

_SERVICE = "pubsub"
_SCOPE = "https://www.googleapis.com/auth/pubsub"
_PUBLISH = "pubsub.topics.publish"
_A_CHANNEL = "C0DOCTOR"
"""An id that no incident's channel has; looking it up asks the store what the worker asks it first."""


class CloudChecks:
    """Checks of what the settings name; nothing is changed."""

    def __init__(self, settings: WorkerSettings, account: str) -> None:
        """Finds credentials with the first check; `account` is the worker's service account."""
        self._settings = settings
        self._account = account

    def topic(self) -> Finding:
        """Where the Slack function publishes."""
        self._look_at_topic(self._settings.topic_path, "INCIDENT_TOPIC")
        return good(self._settings.topic)

    def own_messages(self) -> Finding:
        """Whether the worker may publish to the topic, as it does to carry on what waits; as the worker.

        https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/testIamPermissions
        """
        topic = self._settings.topic
        request = {"resource": self._settings.topic_path, "permissions": [_PUBLISH]}
        refused = bad(
            f"the worker may not publish to {topic}, so nothing that waits goes on",
            f"{advice.APPLY} Or set INCIDENT_TOPIC right.",
        )
        with self._publisher(as_worker=True) as client:
            answer = asked(_SERVICE, partial(client.test_iam_permissions, request=request, **ONCE), refused)
        return good(f"the worker may publish to {topic}") if _PUBLISH in answer.permissions else refused

    def subscription(self) -> Finding:
        """Who delivers to the worker, for ever."""
        subscription = self._push_subscription()
        name = _short(subscription.name)
        if subscription.expiration_policy.ttl:
            days = subscription.expiration_policy.ttl.days
            return bad(f"{name} is deleted after {days} days without a message", advice.APPLY)
        attempts = subscription.dead_letter_policy.max_delivery_attempts
        if attempts and attempts != self._settings.max_delivery_attempts:
            expected = self._settings.max_delivery_attempts
            return bad(
                f"{name} delivers {attempts} times at most, the worker expects {expected}",
                f"Set INCIDENT_MAX_DELIVERY_ATTEMPTS to {attempts}, or: {advice.APPLY}",
            )
        return good(f"{name} pushes to {subscription.push_config.push_endpoint}")

    def dead_letters(self) -> Finding:
        """Where messages go that cannot be carried out: a topic that somebody keeps them of."""
        subscription = self._push_subscription()
        topic = subscription.dead_letter_policy.dead_letter_topic
        if not topic:
            return bad(f"{_short(subscription.name)} has no dead-letter policy", advice.APPLY)
        self._look_at_topic(topic, "the dead-letter policy")
        keepers = self._subscriptions(topic)
        if not keepers:
            return bad(f"{_short(topic)} has no subscription, so dead letters are lost", advice.APPLY)
        expiring = [_short(keeper.name) for keeper in keepers if keeper.expiration_policy.ttl]
        if expiring:
            return bad(f"{', '.join(expiring)} is deleted after a month without dead letters", advice.APPLY)
        return good(f"kept by {', '.join(_short(keeper.name) for keeper in keepers)}")

    def store(self) -> Finding:
        """What the bot remembers."""
        try:
            open_store(self._settings).incident_in_channel(_A_CHANNEL)
        except PermanentError as error:
            return bad(
                str(error),
                f"Check INCIDENT_STORE ({self._settings.store}). {advice.for_error(error)}".rstrip(),
            )
        except GoogleAuthError as error:
            raise TransientError("firestore", type(error).__name__) from None
        return good(f"{self._settings.store} answers")

    def _push_subscription(self) -> Any:
        pushing = [
            subscription
            for subscription in self._subscriptions(self._settings.topic_path)
            if subscription.push_config.push_endpoint
        ]
        if not pushing:
            found = f"nothing pushes what is published on {self._settings.topic} to the worker"
            raise FoundError(bad(found, advice.APPLY))
        return pushing[0]

    def _look_at_topic(self, topic: str, where: str) -> None:
        with self._publisher() as client:
            asked(
                _SERVICE,
                partial(client.get_topic, topic=topic, **ONCE),
                bad(f"there is no topic {_short(topic)}", f"{advice.APPLY} Or set {where} right."),
            )

    def _subscriptions(self, topic: str) -> list[Any]:
        missing = bad(f"there is no topic {_short(topic)}", advice.APPLY)
        with self._publisher() as client:
            names = asked(
                _SERVICE, lambda: list(client.list_topic_subscriptions(topic=topic, **ONCE)), missing
            )
        with self._subscriber() as client:
            return [
                asked(_SERVICE, partial(client.get_subscription, subscription=name, **ONCE), missing)
                for name in names
            ]

    def _publisher(self, *, as_worker: bool = False) -> Any:
        host = self._settings.pubsub_emulator_host
        if not host and as_worker and self._account:
            return PublisherClient(credentials=acting_as(_SERVICE, self._account, [_SCOPE]))
        if not host:
            return authorised(_SERVICE, PublisherClient)
        return PublisherClient(transport=PublisherGrpcTransport(channel=grpc.insecure_channel(host)))

    def _subscriber(self) -> Any:
        host = self._settings.pubsub_emulator_host
        if not host:
            return authorised(_SERVICE, SubscriberClient)
        return SubscriberClient(transport=SubscriberGrpcTransport(channel=grpc.insecure_channel(host)))


def _short(name: str) -> str:
    return name.rpartition("/")[2]
