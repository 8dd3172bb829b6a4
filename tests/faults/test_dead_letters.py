"""What cannot be read, or was not done in time, is not lost: Pub/Sub keeps it, and it can be put back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from incident.sandbox.pubsub import PubSubStandIn
from incident.sandbox.serve import Server
from incident.sandbox.switchboard import Fault
from tests.faults.buttons import buttons
from tests.faults.rig import TITLE, Rig
from tests.faults.truth import Allowed, notices, wrong_with_incident

MOST = 5


@pytest.fixture
def pubsub(rig: Rig) -> Iterator[PubSubStandIn]:
    """Pub/Sub itself, which delivers to a worker process each."""
    rig.settings = {"INCIDENT_MAX_DELIVERY_ATTEMPTS": str(MOST)}

    @Request.application
    def worker(request: Request) -> Response:
        delivered = rig.workers.deliver(json.loads(request.get_data()), rig.environment())
        rig.later(60)
        return Response(status=delivered.status or 500)

    server = Server(worker)
    pubsub = PubSubStandIn(
        rig.switchboard,
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
def test_what_cannot_be_read_is_kept_with_its_reason(data: bytes, rig: Rig, pubsub: PubSubStandIn) -> None:
    read_from = rig.workers.audit.stat().st_size if rig.workers.audit.exists() else 0
    pubsub.publish(data, {"kind": "command", "id": "x"})
    assert pubsub.wait_until_settled(30)
    assert [letter.data for letter in pubsub.dead_letters] == [data]
    assert {delivery.status for delivery in pubsub.deliveries} == {400}
    lines = _lines(rig.workers.audit, read_from)
    assert [line["event"] for line in lines] == ["incident.message.unreadable"] * MOST
    assert all(line["severity"] == "ERROR" and "cannot be read" in line["message"] for line in lines)
    assert not rig.switchboard.calls


def test_a_dead_letter_that_is_put_back_is_done_once(rig: Rig, pubsub: PubSubStandIn) -> None:
    rig.switchboard.break_("docs.*", Fault(status=503))
    message = rig.say(f"/incident {TITLE}")
    pubsub.publish(message.to_message(), {"kind": message.kind, "id": message.id})
    assert pubsub.wait_until_settled(30)
    (letter,) = pubsub.dead_letters
    assert len(buttons(rig)) == 1, "the last delivery says what to do by hand"
    assert len(notices(rig)) == 2, "and before, what is late was said once"
    rig.switchboard.mend()
    pubsub.replay(letter)
    assert pubsub.wait_until_settled(30)
    assert pubsub.dead_letters == []
    assert wrong_with_incident(rig, Allowed()) == []
    assert buttons(rig) == []


def test_a_dead_letter_that_is_put_back_although_it_was_done_changes_nothing(
    rig: Rig, pubsub: PubSubStandIn
) -> None:
    message = rig.say(f"/incident {TITLE}")
    for _ in range(2):
        pubsub.publish(message.to_message(), {"kind": message.kind, "id": message.id})
        assert pubsub.wait_until_settled(30)
    assert len(pubsub.deliveries) == 2
    assert wrong_with_incident(rig, Allowed()) == []


def _lines(audit: Path, read_from: int) -> list[dict[str, str]]:
    with audit.open(encoding="utf-8") as log:
        log.seek(read_from)
        return [json.loads(line) for line in log]
