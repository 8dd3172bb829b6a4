"""The Pub/Sub stand-in, through Google's own client and over a real push."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from google.api_core import exceptions
from google.cloud.pubsub_v1 import PublisherClient as BatchingClient
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.subscriber import SubscriberClient

from incident.sandbox.faults import Fault, FaultInjector
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.pubsub.push_flow import PushLimits
from incident.sandbox.serve import Server
from tests.contract.push_endpoint import Endpoint

TOPIC = "projects/sandbox/topics/incident-interactions"
NO_BACKOFF = PushLimits(first_window=10, largest_window=10, longest_backoff=0)
"""For the tests that are about single messages."""


@pytest.fixture
def fault_injector() -> FaultInjector:
    return FaultInjector()


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def pubsub(fault_injector: FaultInjector, endpoint: Endpoint) -> Iterator[FakePubSub]:
    server = Server(endpoint)
    stand_in = FakePubSub(
        fault_injector,
        topic=TOPIC,
        push_url=f"{server.url}/push?x=1",
        max_delivery_attempts=3,
        minimum_backoff=0.05,
        maximum_backoff=0.2,
        ack_deadline=0.4,
        limits=NO_BACKOFF,
    )
    yield stand_in
    stand_in.close()
    server.close()


@pytest.fixture
def publisher(pubsub: FakePubSub, monkeypatch: pytest.MonkeyPatch) -> Iterator[PublisherClient]:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub.host)
    with PublisherClient() as client:
        yield client


def publish(publisher: PublisherClient, data: bytes = b"hello", **attributes: str) -> str:
    """Publishes without the client's own repetitions."""
    message = {"data": data, "attributes": attributes}
    request = {"topic": TOPIC, "messages": [message]}
    answer = publisher.publish(request=request, retry=None, timeout=5.0)
    return str(answer.message_ids[0])


def test_publishes_with_the_batching_client_and_delivers_the_wrapped_envelope(
    pubsub: FakePubSub, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub.host)
    publisher = BatchingClient()
    number = publisher.publish(TOPIC, b"hello", kind="command").result(timeout=5)
    publisher.stop()
    publisher.transport.close()

    assert pubsub.wait_until_settled(5)
    (body,), (headers,) = endpoint.bodies, endpoint.headers
    message = body["message"]
    assert body["subscription"] == pubsub.subscription
    assert body["deliveryAttempt"] == 1
    assert message["data"] == base64.b64encode(b"hello").decode()
    assert message["attributes"]["kind"] == "command"
    assert message["messageId"] == message["message_id"] == number
    assert message["publishTime"] == message["publish_time"]
    assert "orderingKey" not in message
    assert headers["Content-Type"] == "application/json"
    assert headers["From"] == "noreply@google.com"
    (delivery,) = pubsub.deliveries
    assert (delivery.message_id, delivery.attempt, delivery.status) == (number, 1, 204)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_takes_success_for_an_acknowledgement(status: int, pubsub: FakePubSub, endpoint: Endpoint) -> None:
    endpoint.statuses = [status]
    pubsub.publish(b"x", {})
    assert pubsub.wait_until_settled(5)
    assert [d.status for d in pubsub.deliveries] == [status]


@pytest.mark.parametrize("status", [203, 206, 304, 400, 409, 500])
def test_delivers_again_whatever_else_is_answered(
    status: int, pubsub: FakePubSub, endpoint: Endpoint
) -> None:
    endpoint.statuses = [status]
    pubsub.publish(b"x", {})
    assert pubsub.wait_until_settled(5)
    assert [(d.attempt, d.status) for d in pubsub.deliveries] == [(1, status), (2, 204)]
    assert [body["deliveryAttempt"] for body in endpoint.bodies] == [1, 2]


def test_pauses_grow_between_the_minimum_and_the_maximum(pubsub: FakePubSub, endpoint: Endpoint) -> None:
    pubsub.max_delivery_attempts = 6
    endpoint.statuses = [503] * 5
    pubsub.publish(b"x", {})
    assert pubsub.wait_until_settled(5)
    pauses = [later - earlier for earlier, later in zip(endpoint.times, endpoint.times[1:], strict=False)]
    assert all(0.05 <= pause < 0.3 for pause in pauses), pauses
    assert pauses[-1] >= 0.2 > pauses[0]


def test_an_answer_after_the_deadline_is_no_acknowledgement(pubsub: FakePubSub, endpoint: Endpoint) -> None:
    endpoint.seconds = 0.6
    pubsub.max_delivery_attempts = 1
    pubsub.publish(b"x", {})
    assert pubsub.wait_until_settled(5)
    (delivery,) = pubsub.deliveries
    assert delivery.status == 0
    assert 0.4 <= delivery.seconds < 0.6
    assert len(pubsub.dead_letters) == 1


def test_nobody_listening_is_a_refusal(fault_injector: FaultInjector) -> None:
    gone = Server(Endpoint())
    gone.close()
    pubsub = FakePubSub(fault_injector, topic=TOPIC, push_url=gone.url, max_delivery_attempts=1)
    pubsub.publish(b"x", {})
    assert pubsub.wait_until_settled(5)
    assert [d.status for d in pubsub.deliveries] == [0]
    pubsub.close()


def test_what_is_always_refused_ends_as_a_dead_letter_and_can_be_replayed(
    pubsub: FakePubSub, publisher: PublisherClient, endpoint: Endpoint
) -> None:
    endpoint.statuses = [400] * 3
    first = publish(publisher, b"poison", kind="command")
    assert pubsub.wait_until_settled(5)

    (letter,) = pubsub.dead_letters
    assert letter.id == first
    assert letter.data == b"poison"
    assert letter.attributes == {
        "kind": "command",
        "CloudPubSubDeadLetterSourceDeliveryCount": "3",
        "CloudPubSubDeadLetterSourceSubscription": "incident-interactions-push",
        "CloudPubSubDeadLetterSourceSubscriptionProject": "sandbox",
        "CloudPubSubDeadLetterSourceTopicPublishTime": letter.publish_time,
    }

    again = pubsub.replay(letter)
    assert pubsub.wait_until_settled(5)
    assert again != first
    assert pubsub.dead_letters == []
    assert endpoint.bodies[-1]["message"]["attributes"] == {"kind": "command"}
    with pytest.raises(ValueError, match="not in list"):
        pubsub.replay(letter)


def test_delivers_several_at_once_but_no_more_than_the_window(pubsub: FakePubSub, endpoint: Endpoint) -> None:
    pubsub.ack_deadline = 2
    endpoint.seconds = 0.25
    for number in range(12):
        pubsub.publish(str(number).encode(), {})
    assert pubsub.wait_until_settled(5)
    start = endpoint.times[0]
    assert len([t for t in endpoint.times if t - start < 0.2]) == 10
    assert sorted(endpoint.words, key=int) == [str(n) for n in range(12)]


def test_a_duplicate_comes_at_the_same_moment_and_is_repeated_on_its_own(
    pubsub: FakePubSub, endpoint: Endpoint
) -> None:
    pubsub.duplicate = 1.0
    endpoint.statuses = [409]
    endpoint.seconds = 0.05
    number = pubsub.publish(b"x", {})
    assert pubsub.wait_until_settled(5)
    assert {body["message"]["messageId"] for body in endpoint.bodies} == {number}
    assert sorted(d.attempt for d in pubsub.deliveries) == [1, 1, 2]
    assert endpoint.times[1] - endpoint.times[0] < 0.05


def test_holds_deliveries_back_while_paused(pubsub: FakePubSub, endpoint: Endpoint) -> None:
    pubsub.paused = True
    pubsub.publish(b"x", {})
    assert not pubsub.wait_until_settled(0.1)
    assert not endpoint.bodies
    pubsub.paused = False
    assert pubsub.wait_until_settled(5)
    assert endpoint.words == ["x"]


def test_a_later_stand_in_goes_on_from_a_snapshot(fault_injector: FaultInjector, endpoint: Endpoint) -> None:
    endpoint.seconds = 30
    server = Server(endpoint)
    before = FakePubSub(fault_injector, topic=TOPIC, push_url=server.url, max_delivery_attempts=1)
    before.paused = True
    before.publish(b"waiting \xff", {"a": "b"}, "key")
    before.paused = False
    while not endpoint.bodies:
        time.sleep(0.01)
    started = time.monotonic()
    before.close()
    assert time.monotonic() - started < 2
    endpoint.seconds = 0
    snapshot = json.loads(json.dumps(before.snapshot()))

    after = FakePubSub(fault_injector, topic=TOPIC, push_url=server.url)
    after.restore(snapshot)
    assert after.wait_until_settled(5)
    first, second = endpoint.bodies
    assert first | {"subscription": after.subscription} == second
    assert second["message"]["orderingKey"] == "key"
    assert after.snapshot() == {"undelivered": [], "dead_letters": []}
    after.close()
    server.close()


def test_the_version_grows_with_every_change(pubsub: FakePubSub) -> None:
    before = pubsub.version
    pubsub.publish(b"x", {})
    assert pubsub.version > before
    assert pubsub.wait_until_settled(5)
    assert pubsub.version == before + 2


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({}, id="empty"),
        pytest.param({"data": b"x", "attributes": {str(n): "" for n in range(101)}}, id="101 attributes"),
        pytest.param({"data": b"x", "attributes": {"k" * 257: ""}}, id="long key"),
        pytest.param({"data": b"x", "attributes": {"é" * 129: ""}}, id="long key in bytes"),
        pytest.param({"data": b"x", "attributes": {"k": "v" * 1025}}, id="long value"),
        pytest.param({"data": b"x", "attributes": {"googclient": "1"}}, id="reserved key"),
        pytest.param({"data": b"x", "attributes": {"": "1"}}, id="empty key"),
        pytest.param({"data": b"x", "ordering_key": "k" * 1025}, id="long ordering key"),
        pytest.param({"data": b"x" * 10_000_001}, id="10 MB"),
    ],
)
def test_refuses_what_pubsub_refuses(
    message: dict[str, Any], pubsub: FakePubSub, publisher: PublisherClient
) -> None:
    good = {"data": b"good"}
    with pytest.raises(exceptions.InvalidArgument):
        publisher.publish(request={"topic": TOPIC, "messages": [good, message]}, retry=None, timeout=5.0)
    assert pubsub.settled()
    assert pubsub.deliveries == []


def test_takes_the_largest_that_is_allowed(pubsub: FakePubSub, publisher: PublisherClient) -> None:
    attributes = {f"{n:0256d}": "v" * 1024 for n in range(100)}
    publish(publisher, b"x" * 5_000_000, **attributes)
    assert pubsub.wait_until_settled(5)
    assert [d.status for d in pubsub.deliveries] == [204]


def test_an_unknown_topic_is_not_found(publisher: PublisherClient) -> None:
    request = {"topic": f"{TOPIC}-other", "messages": [{"data": b"x"}]}
    with pytest.raises(exceptions.NotFound):
        publisher.publish(request=request, retry=None, timeout=5.0)


def test_topics_and_the_subscription_can_be_looked_at(pubsub: FakePubSub, publisher: PublisherClient) -> None:
    dead_letters, other = f"{TOPIC}-dead-letters", f"{TOPIC}-others"
    assert publisher.get_topic(topic=TOPIC).name == TOPIC
    with pytest.raises(exceptions.NotFound):
        publisher.get_topic(topic=other)
    assert publisher.create_topic(name=other).name == other
    with pytest.raises(exceptions.AlreadyExists):
        publisher.create_topic(name=other)
    with pytest.raises(exceptions.InvalidArgument):
        publisher.create_topic(name="projects/sandbox/topics/goog-x")
    assert [t.name for t in publisher.list_topics(project="projects/sandbox")] == [
        TOPIC,
        dead_letters,
        other,
    ]

    with SubscriberClient() as subscriber:
        subscription = subscriber.get_subscription(subscription=pubsub.subscription)
        with pytest.raises(exceptions.NotFound):
            subscriber.get_subscription(subscription="projects/sandbox/subscriptions/none")
    assert subscription.topic == TOPIC
    assert subscription.push_config.push_endpoint == pubsub.push_url
    assert subscription.dead_letter_policy.max_delivery_attempts == 3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (0, exceptions.ServiceUnavailable),
        (403, exceptions.PermissionDenied),
        (429, exceptions.ResourceExhausted),
        (500, exceptions.InternalServerError),
        (503, exceptions.ServiceUnavailable),
        (504, exceptions.DeadlineExceeded),
    ],
)
def test_breaks_as_the_fault_injector_says(
    status: int,
    error: type[Exception],
    pubsub: FakePubSub,
    publisher: PublisherClient,
    fault_injector: FaultInjector,
) -> None:
    for acts in (False, True):
        fault_injector.break_("pubsub.publish", Fault(status=status, acts=acts), times=1)
        with pytest.raises(error):
            publish(publisher)
        assert pubsub.wait_until_settled(5)
        assert len(pubsub.deliveries) == acts
    publish(publisher)
    assert pubsub.wait_until_settled(5)
    assert len(pubsub.deliveries) == 2
    assert [call.name for call in fault_injector.calls] == ["pubsub.publish"] * 3


def test_a_hanging_publish_meets_the_caller_s_deadline_and_keeps_nothing_from_closing(
    publisher: PublisherClient, fault_injector: FaultInjector
) -> None:
    fault_injector.break_("pubsub.publish", Fault(hang=20))
    started = time.monotonic()
    with pytest.raises(exceptions.DeadlineExceeded):
        publisher.publish(request={"topic": TOPIC, "messages": [{"data": b"x"}]}, retry=None, timeout=0.3)
    assert time.monotonic() - started < 2


@pytest.fixture
def rest(pubsub: FakePubSub) -> str:
    """On the port of gRPC."""
    return f"http://{pubsub.host}/v1/{TOPIC}"


def test_publishes_over_rest_too(pubsub: FakePubSub, rest: str, endpoint: Endpoint) -> None:
    message = {"data": base64.b64encode(b"hello").decode(), "attributes": {"a": "b"}, "orderingKey": "k"}
    answer = requests.post(f"{rest}:publish", json={"messages": [message]}, timeout=5)
    assert answer.status_code == 200
    assert pubsub.wait_until_settled(5)
    assert [answer.json()["messageIds"]] == [[endpoint.bodies[0]["message"]["messageId"]]]
    assert endpoint.words == ["hello"]
    assert endpoint.bodies[0]["message"]["orderingKey"] == "k"


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        (":publish", '{"messages": [{}]}', 400, "INVALID_ARGUMENT"),
        (":publish", '{"messages": [{"data": "%"}]}', 400, "INVALID_ARGUMENT"),
        (":publish", '{"messages": [{"data": "eA==", "colour": "red"}]}', 400, "INVALID_ARGUMENT"),
        (":publish", "{", 400, "INVALID_ARGUMENT"),
        (":publish", "[]", 400, "INVALID_ARGUMENT"),
        ("-other:publish", '{"messages": [{"data": "eA=="}]}', 404, "NOT_FOUND"),
        (":pull", "{}", 404, "NOT_FOUND"),
    ],
)
def test_rest_refuses_in_google_s_words(path: str, body: str, status: int, word: str, rest: str) -> None:
    answer = requests.post(rest + path, data=body, timeout=5)
    assert answer.status_code == status
    assert answer.json()["error"]["status"] == word


def test_rest_shows_faults(rest: str, fault_injector: FaultInjector) -> None:
    body = {"messages": [{"data": "eA=="}]}
    fault_injector.break_("pubsub.publish", Fault(status=429, retry_after=7), times=1)
    answer = requests.post(f"{rest}:publish", json=body, timeout=5)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    fault_injector.break_("pubsub.publish", Fault(status=0), times=1)
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{rest}:publish", json=body, timeout=5)
