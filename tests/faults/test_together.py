"""Several workers at once, workers that freeze, clocks that are wrong, and messages out of order."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from incident.sandbox.switchboard import Fault
from tests.faults.discovery import Stage
from tests.faults.rig import TITLE, Rig
from tests.faults.scenarios import SCENARIOS
from tests.faults.tampering import Tampering
from tests.faults.truth import Allowed, event_type, incident_channel, wrong_with_incident

WORKFLOWS = ("declare", "update", "ask", "answer_declare")
ONCE = Allowed()


@pytest.mark.parametrize("name", WORKFLOWS)
@pytest.mark.parametrize("copies", [2, 4])
def test_deliveries_at_the_same_instant(name: str, copies: int, stage: Stage) -> None:
    scenario = SCENARIOS[name]
    stage.set(scenario)
    stage.rig.settle(scenario.begin(stage.rig), copies=copies)
    assert scenario.wrong(stage.rig, ONCE) == []


@pytest.mark.calls("declare", "update")
def test_deliveries_at_the_same_instant_after_a_worker_died(call_of: tuple[str, str], stage: Stage) -> None:
    name, call = call_of
    scenario, rig = SCENARIOS[name], stage.rig
    stage.set(scenario)
    message = scenario.begin(rig)
    rig.switchboard.calls.clear()
    method, _, number = call.rpartition(" ")
    rig.kill_at(method, int(number), "acted")
    assert rig.deliver(message, tampering=Tampering(threads=1)).status == 0
    rig.later(60)
    rig.settle(message, copies=2)
    assert scenario.wrong(rig, Allowed(receipts=2, calls=2)) == []


@pytest.mark.calls("declare", "update")
def test_a_worker_that_froze_wakes_up_beside_the_one_that_took_over(
    call_of: tuple[str, str], stage: Stage
) -> None:
    """It makes one call at a time.

    One that freezes in the microseconds between its last look at the clock and the socket would still send
    what it was about to; no service that the bot uses can fence that off.
    """
    name, call = call_of
    scenario, rig = SCENARIOS[name], stage.rig
    stage.set(scenario)
    message = scenario.begin(rig)
    rig.switchboard.calls.clear()
    method, _, number = call.rpartition(" ")
    frozen = rig.freeze_at(method, int(number))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(rig.deliver, message, 1, Tampering(threads=1))
        pids = frozen.result(20)
        try:
            rig.later(60)
            rig.settle(message)
        finally:
            rig.workers.signal(signal.SIGCONT, pids)
        assert not first.result(20).acknowledged
    assert scenario.wrong(rig, Allowed(receipts=2, calls=2)) == []


@pytest.mark.parametrize("skew", [-60.0, 60.0])
@pytest.mark.parametrize(
    "method", ["slack.chat.postMessage", "drive.files.copy", "slack.conversations.create"]
)
def test_clocks_that_are_a_minute_off(skew: float, method: str, rig: Rig) -> None:
    message = rig.say(f"/incident {TITLE}")
    rig.switchboard.break_(method, Fault(status=500, acts=True), times=1)
    rig.settle(message, Tampering(skew=skew))
    assert wrong_with_incident(rig, ONCE) == []


def test_workers_whose_clocks_are_two_minutes_apart(rig: Rig) -> None:
    """Who holds a run, and for how long, is by the store's clock alone."""
    message = rig.say(f"/incident {TITLE}")
    rig.kill_at("slack.pins.add", 1, "acted")
    rig.deliver(message, 1, Tampering(skew=-60.0, threads=1))
    assert not rig.deliver(message, 2, Tampering(skew=60.0)).acknowledged  # the lease holds
    rig.later(31)
    assert rig.deliver(message, 3, Tampering(skew=60.0)).acknowledged
    assert wrong_with_incident(rig, ONCE) == []


def test_a_copy_that_search_does_not_show_yet_is_waited_for(rig: Rig) -> None:
    rig.google.search_lag_seconds = 60.0
    message = rig.say(f"/incident {TITLE}")
    rig.kill_at("drive.files.copy", 1, "acted")
    rig.deliver(message, 1, Tampering(threads=1))
    rig.later(31)
    assert not rig.deliver(message, 2).acknowledged
    assert len(rig.switchboard.calls) > 5, "all else goes on"
    rig.settle(message)
    assert wrong_with_incident(rig, Allowed()) == []


def test_an_update_overtakes_the_declaration(rig: Rig) -> None:
    """The channel is there and recorded, its declaration was cut short, and somebody says something in it."""
    declaration = rig.say(f"/incident {TITLE}")
    rig.kill_at("slack.conversations.setTopic", 1, "arrived")
    rig.deliver(declaration)
    channel = next(c for c in rig.slack.workspace.channels.values() if c.name.startswith("incident-2"))
    rig.slack.join("U0ALICE", channel.id)
    rig.settle(rig.say("/incident update all well", channel.id))
    rig.settle(declaration)
    wrong = [w for w in wrong_with_incident(rig, Allowed(2, 2)) if "2 messages of the bot's own" not in w]
    assert wrong == []
    updates = [
        m for m in rig.slack.workspace.history(incident_channel(rig).id) if event_type(m) == "incident_update"
    ]
    assert len(updates) == 1


def test_the_same_button_pressed_twice_is_one_incident(stage: Stage) -> None:
    scenario, rig = SCENARIOS["answer_declare"], stage.rig
    stage.set(scenario)
    first, second = scenario.begin(rig), scenario.begin(rig)
    assert first.id != second.id
    with ThreadPoolExecutor(2) as pool:
        for settled in (pool.submit(rig.deliver, first), pool.submit(rig.deliver, second)):
            settled.result()
    rig.later(60)
    rig.settle(first)
    rig.settle(second)
    assert scenario.wrong(rig, ONCE) == []
