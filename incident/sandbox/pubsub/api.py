"""The services of Pub/Sub that the bot and its operators call: over gRPC, and Publish over REST too."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from concurrent import futures
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast

import grpc
from google.iam.v1.iam_policy_pb2 import (  # type: ignore[import-untyped]  # it has no types
    TestIamPermissionsRequest,
    TestIamPermissionsResponse,
)
from google.protobuf import empty_pb2
from google.protobuf.json_format import ParseError
from google.pubsub_v1.types import (
    AcknowledgeRequest,
    DeadLetterPolicy,
    ExpirationPolicy,
    GetSubscriptionRequest,
    GetTopicRequest,
    ListTopicsRequest,
    ListTopicsResponse,
    ListTopicSubscriptionsRequest,
    ListTopicSubscriptionsResponse,
    ModifyAckDeadlineRequest,
    PublishRequest,
    PublishResponse,
    PubsubMessage,
    PullRequest,
    PullResponse,
    PushConfig,
    RetryPolicy,
    Subscription,
    Topic,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from incident.sandbox.faults import FaultInjector
from incident.sandbox.pubsub.port import PubSubPort
from incident.sandbox.pubsub.pull import PullSubscription
from incident.sandbox.pubsub.refusal import Refusal
from incident.sandbox.serve import drop_connection

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# The quotas of https://cloud.google.com/pubsub/quotas#resource_limits
_LARGEST_REQUEST = 10_000_000
_MOST_MESSAGES = 1000
_MOST_ATTRIBUTES = 100
_LONGEST_KEY = 256
_LONGEST_VALUE = 1024
_LONGEST_ORDERING_KEY = 1024

_TOPIC = re.compile(r"projects/([a-z][a-z0-9:.-]+)/topics/(?!goog)[A-Za-z][\w.~+%-]{2,254}", re.ASCII)
_PUBLISH_PATH = re.compile(r"/v1/(projects/[^/]+/topics/[^/:]+):publish")

_Code = grpc.StatusCode
_CODES: dict[int, grpc.StatusCode] = {
    0: _Code.UNAVAILABLE,  # what a client makes of a connection that breaks
    400: _Code.INVALID_ARGUMENT,
    401: _Code.UNAUTHENTICATED,
    403: _Code.PERMISSION_DENIED,
    404: _Code.NOT_FOUND,
    409: _Code.ALREADY_EXISTS,
    429: _Code.RESOURCE_EXHAUSTED,
    500: _Code.INTERNAL,
    501: _Code.UNIMPLEMENTED,
    503: _Code.UNAVAILABLE,
    504: _Code.DEADLINE_EXCEEDED,
}
"""How Google's APIs map HTTP to gRPC (google/rpc/code.proto)."""
_STATUSES = {code: status for status, code in _CODES.items() if status}


class Broker(Protocol):
    """What the services need of the stand-in that keeps and delivers the messages."""

    topic: str
    subscription: str
    push_url: str
    max_delivery_attempts: int
    minimum_backoff: float
    maximum_backoff: float
    ack_deadline: float
    pulled: PullSubscription[Any]

    def publish(self, data: bytes, attributes: dict[str, str], ordering_key: str = "") -> str:
        """Takes a message in; returns its id."""


class _DaemonThreads(futures.Executor):
    """A daemon thread for each call, so that a call made to hang does not keep the process from ending."""

    def submit(  # type: ignore[override]  # gRPC passes neither keyword arguments nor generics
        self, fn: Callable[..., object], /, *args: object
    ) -> futures.Future[object]:
        future: futures.Future[object] = futures.Future()

        def run() -> None:
            try:
                future.set_result(fn(*args))
            except BaseException as error:  # noqa: BLE001 - handed on to whoever asks the future
                future.set_exception(error)

        threading.Thread(target=run, name="pubsub-call", daemon=True).start()
        return future


class _Protobuf:
    """A type of plain protobuf in the clothes of the others, which are of proto-plus."""

    def __init__(self, message_type: Any) -> None:
        self.deserialize = message_type.FromString
        self.serialize = message_type.SerializeToString


_EMPTY = _Protobuf(empty_pb2.Empty)

PUBLISH = "pubsub.topics.publish"
"""The permission to publish to a topic. https://cloud.google.com/pubsub/docs/access-control"""


class PubSubApi:
    """`google.pubsub.v1` as far as it is offered: Publisher, and what operators ask of the subscriptions.

    Attributes:
        permissions: what callers are told that they may do with a topic. Calls are carried out all the same.
    """

    _port: PubSubPort

    def __init__(self, broker: Broker, fault_injector: FaultInjector) -> None:
        self._broker = broker
        self._fault_injector = fault_injector
        self._dead_letters = f"{broker.topic}-dead-letters"
        self._topics = {broker.topic, self._dead_letters}
        self.permissions = {PUBLISH}
        self._server = grpc.server(
            cast("futures.ThreadPoolExecutor", _DaemonThreads()),
            options=[
                ("grpc.so_reuseport", 0),
                # Larger than Pub/Sub allows, so that it is the check that answers.
                ("grpc.max_receive_message_length", 2 * _LARGEST_REQUEST),
            ],
        )

    def serve(self) -> str:
        """Serves gRPC and REST on one free loopback port.

        Returns:
            `127.0.0.1:PORT`.
        """
        pulled = self._broker.pulled
        publisher = {
            "Publish": self._handler("publish", self.publish, PublishRequest, PublishResponse),
            "CreateTopic": self._handler("createTopic", self.create_topic, Topic, Topic),
            "GetTopic": self._handler("getTopic", self.get_topic, GetTopicRequest, Topic),
            "ListTopics": self._handler(
                "listTopics", self.list_topics, ListTopicsRequest, ListTopicsResponse
            ),
            "ListTopicSubscriptions": self._handler(
                "listTopicSubscriptions",
                self.list_topic_subscriptions,
                ListTopicSubscriptionsRequest,
                ListTopicSubscriptionsResponse,
            ),
        }
        subscriber = {
            "GetSubscription": self._handler(
                "getSubscription", self.get_subscription, GetSubscriptionRequest, Subscription
            ),
            "Pull": self._handler("pull", pulled.pull, PullRequest, PullResponse),
            "Acknowledge": self._handler("acknowledge", pulled.acknowledge, AcknowledgeRequest, _EMPTY),
            "ModifyAckDeadline": self._handler(
                "modifyAckDeadline", pulled.modify_ack_deadline, ModifyAckDeadlineRequest, _EMPTY
            ),
        }
        policy = {
            "TestIamPermissions": self._handler(
                "testIamPermissions",
                self.test_iam_permissions,
                _Protobuf(TestIamPermissionsRequest),
                _Protobuf(TestIamPermissionsResponse),
            )
        }
        self._server.add_generic_rpc_handlers(
            (
                grpc.method_handlers_generic_handler("google.iam.v1.IAMPolicy", policy),
                grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", publisher),
                grpc.method_handlers_generic_handler("google.pubsub.v1.Subscriber", subscriber),
            )
        )
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self._port = PubSubPort(self.rest, port)
        return self._port.host

    def close(self) -> None:
        """Stops serving; calls under way are cancelled."""
        self._port.close()
        self._server.stop(grace=None).wait(timeout=5)

    def publish(self, request: PublishRequest) -> PublishResponse:
        """Publishes all messages of the request, or refuses it as a whole."""
        self._check_topic(request.topic)
        _check(request)
        broker = self._broker
        if request.topic != broker.topic:  # nobody subscribes: accepted and gone, as in the real service
            return PublishResponse(message_ids=[str(number) for number, _ in enumerate(request.messages, 1)])
        return PublishResponse(
            message_ids=[broker.publish(m.data, dict(m.attributes), m.ordering_key) for m in request.messages]
        )

    def create_topic(self, request: Topic) -> Topic:
        """Creates a topic without subscriptions."""
        if not _TOPIC.fullmatch(request.name):
            raise Refusal(_Code.INVALID_ARGUMENT, f"Invalid [topics] name: (name={request.name})")
        if request.name in self._topics:
            raise Refusal(
                _Code.ALREADY_EXISTS, f"Resource already exists in the project (resource={request.name})"
            )
        self._topics.add(request.name)
        return Topic(name=request.name)

    def get_topic(self, request: GetTopicRequest) -> Topic:
        """The topic, by its full name."""
        self._check_topic(request.topic)
        return Topic(name=request.topic)

    def test_iam_permissions(self, request: TestIamPermissionsRequest) -> TestIamPermissionsResponse:
        """Those of the permissions that the caller has; none on a topic that there is not."""
        there = self.permissions if request.resource in self._topics else set[str]()
        granted = [permission for permission in request.permissions if permission in there]
        return TestIamPermissionsResponse(permissions=granted)

    def list_topics(self, request: ListTopicsRequest) -> ListTopicsResponse:
        """The project's topics, in one page."""
        own = sorted(name for name in self._topics if name.startswith(f"{request.project}/topics/"))
        return ListTopicsResponse(topics=[Topic(name=name) for name in own])

    def list_topic_subscriptions(
        self, request: ListTopicSubscriptionsRequest
    ) -> ListTopicSubscriptionsResponse:
        """The names of a topic's subscriptions, in one page."""
        self._check_topic(request.topic)
        known = {
            self._broker.topic: [self._broker.subscription],
            self._dead_letters: [self._broker.pulled.name],
        }
        return ListTopicSubscriptionsResponse(subscriptions=known.get(request.topic, []))

    def get_subscription(self, request: GetSubscriptionRequest) -> Subscription:
        """A subscription, by its full name."""
        broker = self._broker
        if request.subscription == broker.pulled.name:
            return broker.pulled.look()
        if request.subscription != broker.subscription:
            raise Refusal(_Code.NOT_FOUND, f"Resource not found (resource={request.subscription})")
        return Subscription(
            name=broker.subscription,
            topic=broker.topic,
            push_config=PushConfig(push_endpoint=broker.push_url),
            ack_deadline_seconds=round(broker.ack_deadline),
            retry_policy=RetryPolicy(
                minimum_backoff=f"{broker.minimum_backoff}s", maximum_backoff=f"{broker.maximum_backoff}s"
            ),
            dead_letter_policy=DeadLetterPolicy(
                dead_letter_topic=self._dead_letters,
                max_delivery_attempts=broker.max_delivery_attempts,
            ),
            expiration_policy=ExpirationPolicy(),  # never
            state=Subscription.State.ACTIVE,
        )

    def rest(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """`POST /v1/projects/P/topics/T:publish` as a WSGI application."""
        request = Request(environ)
        request.max_content_length = 2 * _LARGEST_REQUEST
        try:
            answer = self._rest(request)
        except Refusal as refusal:
            if refusal.fault is not None and refusal.fault.status == 0:
                drop_connection(environ)
            answer = _error(refusal)
        except HTTPException as error:
            answer = error.get_response(environ)
        return answer(environ, start_response)

    def _rest(self, request: Request) -> Response:
        match = _PUBLISH_PATH.fullmatch(request.path)
        if not match or request.method != "POST":
            raise Refusal(_Code.NOT_FOUND, "The requested URL was not found on this server.")
        try:
            parsed = PublishRequest.from_json(request.get_data(as_text=True), ignore_unknown_fields=False)
        except (ParseError, UnicodeDecodeError) as error:
            raise Refusal(_Code.INVALID_ARGUMENT, f"Invalid JSON payload received. {error}") from error
        parsed.topic = match[1]
        answer: PublishResponse = self._through("publish", self.publish, parsed)
        return Response(json.dumps({"messageIds": list(answer.message_ids)}), content_type="application/json")

    def _handler(
        self,
        method: str,
        act: Callable[[Any], Any],
        request_type: Any,
        response_type: Any,
    ) -> grpc.RpcMethodHandler[Any, Any]:
        def answer(request: object, context: grpc.ServicerContext) -> object:
            try:
                return self._through(method, act, request)
            except Refusal as refusal:
                context.abort(refusal.code, refusal.message)

        return grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=request_type.deserialize, response_serializer=response_type.serialize
        )

    def _through(self, method: str, act: Callable[[Any], Any], request: object) -> Any:
        """Acts on a request as the fault injector allows."""
        answer = None
        with self._fault_injector.call("pubsub", method) as fault:
            if fault is None or fault.acts:
                answer = act(request)
        if fault is None or (fault.acts and fault.status == HTTPStatus.OK):
            return answer
        code = _CODES.get(fault.status, _Code.UNKNOWN)
        raise Refusal(code, fault.error or "The service was unable to fulfill your request.", fault)

    def _check_topic(self, name: str) -> None:
        if name not in self._topics:
            raise Refusal(_Code.NOT_FOUND, f"Resource not found (resource={name})")


def _check(request: PublishRequest) -> None:
    """Refuses what Pub/Sub would."""
    if not request.messages:
        raise Refusal(
            _Code.INVALID_ARGUMENT, "The value for messages is too small. At least one is required."
        )
    if len(request.messages) > _MOST_MESSAGES:
        raise Refusal(
            _Code.INVALID_ARGUMENT, f"The value for message_count is too large: {len(request.messages)}."
        )
    if len(PublishRequest.serialize(request)) > _LARGEST_REQUEST:
        raise Refusal(
            _Code.INVALID_ARGUMENT, f"Request payload size exceeds the limit: {_LARGEST_REQUEST} bytes."
        )
    for message in request.messages:
        _check_message(message)


def _check_message(message: PubsubMessage) -> None:
    complaints = (
        (not message.data and not message.attributes, "Some messages in the publish request are empty."),
        (len(message.attributes) > _MOST_ATTRIBUTES, "A message has more than 100 attributes."),
        (
            len(message.ordering_key.encode()) > _LONGEST_ORDERING_KEY,
            "An ordering key is longer than 1024 bytes.",
        ),
        ("" in message.attributes, "An attribute's key is empty."),
        (any(key.startswith("goog") for key in message.attributes), "An attribute's key begins with 'goog'."),
        (
            any(len(key.encode()) > _LONGEST_KEY for key in message.attributes),
            "An attribute's key is longer than 256 bytes.",
        ),
        (
            any(len(value.encode()) > _LONGEST_VALUE for value in message.attributes.values()),
            "An attribute's value is longer than 1024 bytes.",
        ),
    )
    for wrong, complaint in complaints:
        if wrong:
            raise Refusal(_Code.INVALID_ARGUMENT, complaint)


def _error(refusal: Refusal) -> Response:
    status = refusal.fault.status if refusal.fault else _STATUSES.get(refusal.code, 500)
    body = {"error": {"code": status, "message": refusal.message, "status": refusal.code.name}}
    answer = Response(json.dumps(body), status=status, content_type="application/json")
    if refusal.fault is not None and refusal.fault.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.fault.retry_after)
    return answer
