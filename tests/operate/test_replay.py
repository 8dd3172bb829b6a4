"""Dead letters go back on the topic, and none is lost or shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from google.api_core import exceptions
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.types import PubsubMessage

from incident.cli import main
from incident.model.interaction import Interaction, Kind
from incident.operate.replay import SUBSCRIPTION, DeadLetters, replay
from incident.sandbox.faults import Fault, FaultInjector
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.serve import Server
from tests.contract import emulators
from tests.contract.push_endpoint import Endpoint

PROJECT = "projects/sandbox"
TOPIC = f"{PROJECT}/topics/incident-interactions"
DEAD = f"{PROJECT}/subscriptions/{SUBSCRIPTION}"
READABLE = Interaction(
    id="command-abc",
    kind=Kind.COMMAND,
    received_at=datetime(2026, 11, 23, 3, 12, tzinfo=UTC),
    user="U0ALICE",
    team="T0",
    channel="C0",
    payload={"text": "private words", "response_url": "https://hooks.slack.com/response/1"},
)
ATTRIBUTES = {"kind": "command", "id": "command-abc", "traceparent": "t"}


@dataclass
class Sandbox:
    """The stand-in, in which nothing that is pushed is taken."""

    pubsub: FakePubSub
    fault_injector: FaultInjector
    endpoint: Endpoint
    said: list[str] = field(default_factory=list)

    def bury(self, data: bytes, **attributes: str) -> None:
        known = len(self.pubsub.dead_letters)
        self.endpoint.statuses = [400, 400]
        self.pubsub.publish(data, attributes)
        assert self.pubsub.wait_until_settled(5)
        assert len(self.pubsub.dead_letters) == known + 1
        self.endpoint.bodies.clear()

    def replay(self, *, dry_run: bool = False, include_unreadable: bool = False) -> dict[str, int]:
        with DeadLetters(DEAD, TOPIC) as letters:
            counts = replay(
                letters, dry_run=dry_run, include_unreadable=include_unreadable, say=self.said.append
            )
        assert self.pubsub.wait_until_settled(5)
        return dict(counts)

    def delivered(self) -> list[dict[str, str]]:
        return [body["message"]["attributes"] for body in self.endpoint.bodies]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with ExitStack() as closing:
        endpoint, fault_injector = Endpoint(), FaultInjector()
        server = Server(endpoint)
        closing.callback(server.close)
        pubsub = FakePubSub(
            fault_injector, topic=TOPIC, push_url=server.url, max_delivery_attempts=2, minimum_backoff=0.01
        )
        closing.callback(pubsub.close)
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub.host)
        yield Sandbox(pubsub, fault_injector, endpoint)


def test_a_dead_letter_goes_back_as_it_was_published(sandbox: Sandbox) -> None:
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    assert sandbox.replay() == {"back": 1, "readable": 0, "unreadable": 0}
    assert sandbox.delivered() == [ATTRIBUTES]
    assert sandbox.pubsub.dead_letters == []
    row, summary = sandbox.said
    assert row.split() == ["back", "command", "command-abc", "0", "s", "old", "2", "deliveries"]
    assert summary == "1 put back, 0 left where they are."


def test_what_cannot_be_read_stays_and_says_why(sandbox: Sandbox) -> None:
    sandbox.bury(b'{"version": 2, "text": "private words"}', kind="command\x1b", id="future")
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    assert sandbox.replay() == {"back": 1, "readable": 0, "unreadable": 1}
    assert len(sandbox.pubsub.dead_letters) == 1
    assert sandbox.said[0].startswith("stays  command\N{REPLACEMENT CHARACTER} future")
    assert sandbox.said[0].endswith("unreadable: its version is not 1")
    assert sandbox.said[-1] == "1 put back, 1 left where they are (1 unreadable)."
    assert sandbox.replay(include_unreadable=True)["back"] == 1  # at once: it was given back
    assert sandbox.pubsub.dead_letters == []


def test_a_rehearsal_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    for _ in range(2):
        assert sandbox.replay(dry_run=True) == {"back": 0, "readable": 1, "unreadable": 0}
    assert sandbox.delivered() == []
    assert len(sandbox.pubsub.dead_letters) == 1


def test_no_payload_is_ever_shown(sandbox: Sandbox) -> None:
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    sandbox.bury(b"private words", **ATTRIBUTES)
    sandbox.replay(dry_run=True)
    sandbox.replay(include_unreadable=True)
    assert "private" not in "".join(sandbox.said)
    assert "hooks" not in "".join(sandbox.said)


def test_none_is_lost_where_it_cannot_be_published(sandbox: Sandbox) -> None:
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    sandbox.fault_injector.break_("pubsub.publish", Fault(status=403))
    with pytest.raises(exceptions.PermissionDenied):
        sandbox.replay()
    assert len(sandbox.pubsub.dead_letters) == 1


def test_where_it_cannot_be_acknowledged_it_goes_back_twice_and_none_is_lost(sandbox: Sandbox) -> None:
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    sandbox.fault_injector.break_("pubsub.acknowledge", Fault(status=403), times=1)
    sandbox.pubsub.pulled.ack_deadline = 0
    with pytest.raises(exceptions.PermissionDenied):
        sandbox.replay()
    sandbox.pubsub.pulled.ack_deadline = 60
    assert sandbox.replay()["back"] == 1
    assert sandbox.delivered() == [ATTRIBUTES, ATTRIBUTES]


def test_more_than_one_pull_brings(sandbox: Sandbox) -> None:
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    (letter,) = sandbox.pubsub.dead_letters
    sandbox.pubsub.dead_letters.extend(replace(letter, id=f"more {number}") for number in range(249))
    assert sandbox.replay(dry_run=True)["readable"] == 250
    assert sandbox.replay()["back"] == 250
    assert len(sandbox.delivered()) == 250


def test_the_command(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.bury(READABLE.to_message(), **ATTRIBUTES)
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    assert main(["replay"]) == 1
    assert capsys.readouterr().err == "incident: GOOGLE_CLOUD_PROJECT is not set; give --project\n"
    assert main(["replay", "--project", "sandbox", "--subscription", "other"]) == 1
    assert "Resource not found" in capsys.readouterr().err
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "sandbox")
    assert main(["replay", "--dry-run"]) == 0
    assert "0 put back, 1 left" in capsys.readouterr().out
    assert main(["replay"]) == 0
    assert main(["replay"]) == 0
    assert capsys.readouterr().out.endswith("There are no dead letters.\n")


def test_a_lease_that_ends_gives_the_message_to_the_next(sandbox: Sandbox) -> None:
    sandbox.bury(b"x", kind="test")
    with SubscriberClient() as subscriber:

        def pull() -> list[str]:
            answer = subscriber.pull(subscription=DEAD, max_messages=10, timeout=5.0)
            return [received.ack_id for received in answer.received_messages]

        (first,) = pull()
        assert pull() == []
        subscriber.modify_ack_deadline(subscription=DEAD, ack_ids=[first], ack_deadline_seconds=0)
        subscriber.acknowledge(subscription=DEAD, ack_ids=[first])  # too late
        (second,) = pull()
        subscriber.acknowledge(subscription=DEAD, ack_ids=[second, "unknown"])
        assert sandbox.pubsub.dead_letters == []
        for refused in (
            lambda: subscriber.pull(subscription=DEAD, max_messages=0),
            lambda: subscriber.acknowledge(subscription=DEAD, ack_ids=[]),
            lambda: subscriber.modify_ack_deadline(
                subscription=DEAD, ack_ids=[second], ack_deadline_seconds=601
            ),
        ):
            with pytest.raises(exceptions.InvalidArgument):
                refused()


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with ExitStack() as stack:
        try:
            host = stack.enter_context(emulators.pubsub_emulator())
        except emulators.EmulatorMissingError as missing:
            pytest.skip(f"NOT TESTED: {missing}")
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", host)
        yield host


def test_with_googles_emulator(emulator: str) -> None:
    assert emulator == os.environ["PUBSUB_EMULATOR_HOST"]
    dead_topic, watched = f"{PROJECT}/topics/incident-dead-letters", f"{PROJECT}/subscriptions/watched"
    with PublisherClient() as publisher, SubscriberClient() as subscriber:
        for topic, subscription in ((TOPIC, watched), (dead_topic, DEAD)):
            publisher.create_topic(name=topic)
            subscriber.create_subscription(
                request={"name": subscription, "topic": topic, "ack_deadline_seconds": 60}
            )
        added = {"CloudPubSubDeadLetterSourceDeliveryCount": "100"}
        letters = [
            PubsubMessage(data=READABLE.to_message(), attributes=ATTRIBUTES | added),
            PubsubMessage(data=b"not JSON", attributes=ATTRIBUTES | added),
        ]
        publisher.publish(topic=dead_topic, messages=letters)
        said: list[str] = []

        def run(**how: bool) -> dict[str, int]:
            with DeadLetters(DEAD, TOPIC, patience=0.7) as dead_letters:
                return dict(replay(dead_letters, say=said.append, **how))

        assert run(dry_run=True) == {"back": 0, "readable": 1, "unreadable": 1}
        assert run() == {"back": 1, "readable": 0, "unreadable": 1}
        assert run(include_unreadable=True) == {"back": 1, "readable": 0, "unreadable": 0}
        assert run() == {"back": 0, "readable": 0, "unreadable": 0}
        answer = subscriber.pull(subscription=watched, max_messages=10, timeout=5.0)
    assert [dict(one.message.attributes) for one in answer.received_messages] == [ATTRIBUTES] * 2
    assert any("100 deliveries" in line for line in said)
