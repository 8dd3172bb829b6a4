"""What an earlier try has left is found wherever it is by now, and nothing else is taken for it."""

from __future__ import annotations

from collections import Counter

import pytest

from incident.sandbox.faults import Fault
from tests.faults.discovery import Stage
from tests.faults.harness import OPENER, TITLE, Harness
from tests.faults.invariants import Allowed, incident_channel, wrong_with_incident
from tests.faults.scenarios import SCENARIOS
from tests.faults.tampering import Tampering

ONCE = Allowed()
MORE_THAN_A_PAGE = 230
"""Messages; the bot asks for 200 at a time."""

SLACK_BEHIND = 90.0
"""Seconds that Slack's clock is behind that of the bot, less than the bot allows for."""


def test_a_message_is_found_behind_all_that_was_said_since(stage: Stage) -> None:
    scenario, harness = SCENARIOS["update"], stage.harness
    stage.set(scenario)
    message = scenario.begin(harness)
    harness.kill_at("slack.chat.postMessage", 1, "acted")
    assert harness.deliver(message).status == 0
    channel = incident_channel(harness, "an earlier one").id
    for number in range(MORE_THAN_A_PAGE):
        harness.slack.type(OPENER, channel, f"what about number {number}?")
    harness.later(5)
    harness.settle(message)
    assert scenario.wrong(harness, ONCE) == []


@pytest.mark.first_calls("update", "role", "accept", "handover", "page", "decision", "rename", "vacancy")
def test_nothing_stands_twice_even_for_a_moment(first_call_of: tuple[str, str], stage: Stage) -> None:
    """A sweep would take it away again, minutes later."""
    name, call = first_call_of
    scenario, harness = SCENARIOS[name], stage.harness
    stage.set(scenario)
    message = scenario.begin(harness)
    harness.fault_injector.calls.clear()
    method, _, number = call.rpartition(" ")
    harness.kill_at(method, int(number), "acted")
    assert harness.deliver(message, 1, Tampering(threads=1)).status == 0
    harness.later(60)
    assert harness.deliver(message, 2).acknowledged
    posted = Counter(
        (m.channel, m.metadata["event_type"], m.metadata["event_payload"].get("key"))
        for m in harness.slack.workspace.messages.values()
        if m.metadata and m.ts not in harness.known
    )
    assert max(posted.values(), default=1) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_message_that_slack_dates_before_it_was_asked_for_is_found(times: int, stage: Stage) -> None:
    """Slack's clock is behind."""
    scenario, harness = SCENARIOS["update"], stage.harness
    stage.set(scenario)
    harness.slack.workspace.clock = lambda: harness.now() - SLACK_BEHIND
    harness.fault_injector.break_("slack.chat.postMessage", Fault(status=500, acts=True), times=times)
    harness.settle(scenario.begin(harness))
    assert scenario.wrong(harness, ONCE) == []


@pytest.mark.parametrize("call", ["slack.chat.postMessage", "slack.conversations.create"])
def test_what_slack_dates_before_the_declaration_is_found(call: str, harness: Harness) -> None:
    harness.slack.workspace.clock = lambda: harness.now() - SLACK_BEHIND
    message = harness.say(f"/incident {TITLE}")
    harness.fault_injector.break_(call, Fault(status=500, acts=True), times=2)
    harness.settle(message)
    assert wrong_with_incident(harness, ONCE) == []


def test_a_channel_of_the_same_name_that_the_bot_made_long_ago_is_another_incident_s(
    harness: Harness,
) -> None:
    """Even where the store does not know of it any more."""
    harness.settle(harness.say(f"/incident {TITLE}"))
    harness.remember()
    harness.store.reset()
    harness.later(3600)
    harness.fault_injector.calls.clear()
    message = harness.say(f"/incident {TITLE}")
    harness.kill_at("slack.conversations.create", 1, "arrived")
    assert harness.deliver(message).status == 0
    harness.later(60)
    harness.settle(message)
    assert wrong_with_incident(harness, Allowed(receipts=2, calls=2)) == []
