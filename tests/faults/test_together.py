"""Several workers at once, workers that freeze, clocks that are wrong, and messages out of order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from incident.sandbox.faults import Fault
from incident.sandbox.verification import CHANNEL
from incident.surfaces.line import LINE
from tests.faults.discovery import Stage
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import Allowed, event_type, incident_channel, wrong_with_incident
from tests.faults.scenarios import SCENARIOS
from tests.faults.tampering import Tampering

WORKFLOWS = ("declare", "update", "ask", "answer_declare", "reaction", "reaction_taken_off")
ONCE = Allowed()


@pytest.mark.parametrize("name", WORKFLOWS)
@pytest.mark.parametrize("copies", [2, 4])
def test_deliveries_at_the_same_instant(name: str, copies: int, stage: Stage) -> None:
    scenario = SCENARIOS[name]
    stage.set(scenario)
    stage.harness.settle(scenario.begin(stage.harness), copies=copies)
    assert scenario.wrong(stage.harness, ONCE) == []


@pytest.mark.first_calls("declare", "update", "severity")
def test_deliveries_at_the_same_instant_after_a_worker_died(
    first_call_of: tuple[str, str], stage: Stage
) -> None:
    name, call = first_call_of
    scenario, harness = SCENARIOS[name], stage.harness
    stage.set(scenario)
    message = scenario.begin(harness)
    harness.fault_injector.calls.clear()
    method, _, number = call.rpartition(" ")
    harness.kill_at(method, int(number), "acted")
    assert harness.deliver(message, tampering=Tampering(threads=1)).status == 0
    harness.later(60)
    harness.settle(message, copies=2)
    assert scenario.wrong(harness, Allowed(receipts=2, calls=2)) == []


@pytest.mark.first_calls("declare", "update", "severity")
def test_a_worker_that_froze_wakes_up_beside_the_one_that_took_over(
    first_call_of: tuple[str, str], stage: Stage
) -> None:
    """It makes one call at a time; with several, those that are under way are done before it stands still."""
    name, call = first_call_of
    scenario, harness = SCENARIOS[name], stage.harness
    stage.set(scenario)
    message = scenario.begin(harness)
    harness.fault_injector.calls.clear()
    method, _, number = call.rpartition(" ")
    frozen = harness.freeze_at(method, int(number))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(harness.deliver, message, 1, Tampering(threads=1))
        delivery = frozen.result(20)
        try:
            harness.later(60)
            harness.settle(message)
        finally:
            delivery.thaw()
        assert not first.result(20).acknowledged
    assert scenario.wrong(harness, Allowed(receipts=2, calls=2)) == []


@pytest.mark.parametrize("skew", [-60.0, 60.0])
@pytest.mark.parametrize(
    "method", ["slack.chat.postMessage", "drive.files.copy", "slack.conversations.create"]
)
def test_clocks_that_are_a_minute_off(skew: float, method: str, harness: Harness) -> None:
    message = harness.say(f"/incident {TITLE}")
    harness.fault_injector.break_(method, Fault(status=500, acts=True), times=1)
    harness.settle(message, Tampering(skew=skew))
    assert wrong_with_incident(harness, ONCE) == []


def test_workers_whose_clocks_are_two_minutes_apart(harness: Harness) -> None:
    """How long a run is held is by the store's clock alone."""
    message = harness.say(f"/incident {TITLE}")
    harness.kill_at("slack.pins.add", 1, "acted")
    harness.deliver(message, 1, Tampering(skew=-60.0, threads=1))
    second = harness.deliver(message, 2, Tampering(skew=60.0))
    assert second.acknowledged
    assert 10 < second.slept <= 20, "it waits until the lease is over, and no longer"
    harness.run_on()
    assert wrong_with_incident(harness, ONCE) == []


def test_a_copy_that_search_does_not_show_yet_is_made_again_and_the_stray_trashed(harness: Harness) -> None:
    harness.google.search_lag_seconds = 60.0
    message = harness.say(f"/incident {TITLE}")
    harness.kill_at("drive.files.copy", 1, "acted")
    harness.deliver(message, 1, Tampering(threads=1))
    assert harness.deliver(message, 2).acknowledged
    copies = [f for f in harness.google.files() if "incident" in f.app_properties]
    assert len(copies) == 2, "nobody waits for the search"
    (unfilled,) = (f for f in copies if "{{" in harness.google.document_text(f.id))
    harness.run_on()
    (trashed,) = (f for f in harness.google.files() if "incident" in f.app_properties and f.trashed)
    assert trashed.id == unfilled.id
    assert wrong_with_incident(harness, Allowed(receipts=2, calls=2)) == []


def test_an_update_overtakes_the_declaration(harness: Harness) -> None:
    """The channel is there and recorded, its declaration was cut short, and a person says something in it."""
    declaration = harness.say(f"/incident {TITLE}")
    harness.kill_at("slack.conversations.setTopic", 1, "arrived")
    harness.deliver(declaration)
    channel = next(c for c in harness.slack.workspace.channels.values() if c.name.startswith("incident-2"))
    harness.slack.join("U0ALICE", channel.id)
    assert harness.deliver(harness.say("/incident update all well", channel.id)).acknowledged
    harness.settle(declaration)
    wrong = [
        w
        for w in wrong_with_incident(harness, Allowed(receipts=2, calls=2))
        if w not in {f"2 messages of the bot's own in #{channel.name}", f"2 messages in #{CHANNEL}"}
    ]
    assert wrong == [], "but for the line, and the update in the board's thread"
    updates = [
        m for m in harness.slack.workspace.history(incident_channel(harness).id) if event_type(m) == LINE
    ]
    assert len(updates) == 1


def test_the_same_button_pressed_twice_is_one_incident(stage: Stage) -> None:
    scenario, harness = SCENARIOS["answer_declare"], stage.harness
    stage.set(scenario)
    first, second = scenario.begin(harness), scenario.begin(harness)
    assert first.id != second.id
    with ThreadPoolExecutor(2) as pool:
        for settled in (pool.submit(harness.deliver, first), pool.submit(harness.deliver, second)):
            settled.result()
    harness.later(60)
    harness.settle(first)
    harness.settle(second)
    assert scenario.wrong(harness, ONCE) == []
