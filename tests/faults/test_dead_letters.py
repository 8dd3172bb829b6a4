"""What cannot be read, or was not done in time, is not lost: Pub/Sub keeps it, and it can be put back."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from werkzeug.wrappers import Request, Response

from incident.sandbox.faults import Call, Fault, Moment
from incident.sandbox.pubsub.fake import FakePubSub
from incident.sandbox.serve import Server
from tests.faults.buttons import buttons
from tests.faults.deliveries import current
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import Allowed, notices, wrong_with_incident

MOST = 5


@pytest.fixture
def pubsub(harness: Harness) -> Iterator[FakePubSub]:
    """Pub/Sub itself, which delivers to a worker each."""
    harness.settings = {"INCIDENT_MAX_DELIVERY_ATTEMPTS": str(MOST)}

    @Request.application
    def worker(request: Request) -> Response:
        delivered = harness.push(json.loads(request.get_data()))
        harness.later(60)
        return Response(status=delivered.status or 500)

    server = Server(worker)
    pubsub = FakePubSub(
        harness.fault_injector,
        topic="projects/test/topics/test",
        push_url=server.url,
        max_delivery_attempts=MOST,
        minimum_backoff=0.02,
        maximum_backoff=0.02,
    )
    yield pubsub
    pubsub.close()
    server.close()


UNREADABLE = {
    "empty": b"",
    "no_json": b"\xff\xfe",
    "another_version": b'{"version": 99}',
    "half": b'{"version": 1, "id": "x"}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_kept_with_its_reason(
    data: bytes, harness: Harness, pubsub: FakePubSub
) -> None:
    harness.deliveries.audit.clear()
    pubsub.publish(data, {"kind": "command", "id": "x"})
    assert pubsub.wait_until_settled(30)
    assert [letter.data for letter in pubsub.dead_letters] == [data]
    assert {delivery.status for delivery in pubsub.deliveries} == {400}
    lines = [json.loads(line) for line in harness.deliveries.audit]
    assert [line["event"] for line in lines] == ["incident.message.unreadable"] * MOST
    assert all(line["severity"] == "ERROR" and "cannot be read" in line["message"] for line in lines)
    assert not harness.fault_injector.calls


def test_no_outage_ends_in_the_dead_letters(harness: Harness, pubsub: FakePubSub) -> None:
    harness.fault_injector.break_("docs.*", Fault(status=503))
    message = harness.say(f"/incident {TITLE}")
    pubsub.publish(message.to_message(), {"kind": message.kind, "id": message.id})
    assert pubsub.wait_until_settled(30)
    for _ in range(2 * MOST):
        harness.deliver_own()
        harness.minute()
    assert pubsub.dead_letters == []
    assert [delivery.status for delivery in pubsub.deliveries] == [200]
    assert buttons(harness) == [], "there is nothing that a person could do"
    assert len(notices(harness)) == 1, "the channel is told once what is late"
    harness.fault_injector.mend()
    harness.run_on()
    assert wrong_with_incident(harness, Allowed()) == []


def test_a_dead_letter_that_is_put_back_is_done_once(harness: Harness, pubsub: FakePubSub) -> None:
    """The worker dies of it each time."""
    killing = True

    def kill(call: Call, moment: Moment) -> None:
        if killing and moment == "acted" and call.service == "docs" and (delivery := current()):
            delivery.kill()

    harness.fault_injector.watch(kill)
    message = harness.say(f"/incident {TITLE}")
    pubsub.publish(message.to_message(), {"kind": message.kind, "id": message.id})
    assert pubsub.wait_until_settled(30)
    assert [delivery.status for delivery in pubsub.deliveries] == [500] * MOST
    (letter,) = pubsub.dead_letters
    killing = False
    pubsub.replay(letter)
    assert pubsub.wait_until_settled(30)
    assert pubsub.dead_letters == []
    harness.run_on()
    told = MOST + 1  # by each that died before it could store that it had
    assert wrong_with_incident(harness, Allowed(receipts=told, calls=2)) == []
    assert buttons(harness) == []


def test_a_dead_letter_that_is_put_back_although_it_was_done_changes_nothing(
    harness: Harness, pubsub: FakePubSub
) -> None:
    message = harness.say(f"/incident {TITLE}")
    for _ in range(2):
        pubsub.publish(message.to_message(), {"kind": message.kind, "id": message.id})
        assert pubsub.wait_until_settled(30)
    assert len(pubsub.deliveries) == 2
    harness.run_on()
    assert wrong_with_incident(harness, Allowed()) == []
