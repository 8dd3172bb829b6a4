"""The table of methods and scopes, against what the bot calls and against what Slack asks for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from incident.commands.events import SUBSCRIBED
from incident.messages.rich import plain
from incident.runtime.failures import PermanentError
from incident.runtime.secrets import FixedSecret
from incident.sandbox.faults import Fault
from incident.sandbox.slack.methods import METHODS as OFFERED
from incident.services.slack import MessageTag, Slack
from incident.services.slack_methods import EVENTS, METHODS, PURPOSES
from tests.faults.discovery import ALONE, Stage, sqlite_harness
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import Allowed
from tests.faults.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def called() -> frozenset[str]:
    """What is called in all that people can set off, and where something goes wrong on the way.

    The token has the scopes of the manifest and no more, and that is enough.
    """
    calls: dict[str, Sequence[str]] = {"": ()}
    with sqlite_harness() as harness, harness.in_place():
        stage = Stage(harness)
        for scenario in SCENARIOS.values():
            stage.set(scenario)
            restrict(harness)
            scenario.hinder(harness, calls[scenario.like])
            harness.settle(scenario.begin(harness), every=ALONE)
            calls[scenario.name] = harness.calls()
            assert scenario.wrong(harness, Allowed(receipts=9, calls=9)) == [], scenario.name
        harness.reset()
        restrict(harness)
        # The announcement is looked for, and the receipt in the conversation with its reader.
        harness.fault_injector.break_("slack.response_url", Fault(status=404))
        harness.fault_injector.break_("slack.chat.postMessage", Fault(status=500, acts=True), times=3)
        harness.settle(harness.say(f"/incident {TITLE}"), every=ALONE)
        calls["announced unanswered"] = harness.calls()
        repair(harness)
        calls["repaired"] = harness.calls()
    return frozenset(call.partition(" ")[0] for some in calls.values() for call in some)


def repair(harness: Harness) -> None:
    """What clears up after a call that acted late, and the doctor's look for a channel that is not there."""
    slack = Slack(FixedSecret(harness.environment()["SLACK_BOT_TOKEN"]), f"{harness.slack.url}/api/")
    posted = slack.post("incident-sre", plain("twice"), MessageTag("incident_update", "i1"))
    slack.delete(posted)
    assert len(slack.people()) > len(slack.groups()) > 0  # whom a typed name means
    for _ in range(2):
        slack.add_bookmark(posted.channel, "Call", "https://meet.example.org", ":telephone_receiver:")
    assert slack.remove_duplicate_bookmarks(posted.channel, "https://meet.example.org") == 1
    with pytest.raises(PermanentError):
        slack.channel_id("no-such-channel")


def restrict(harness: Harness) -> None:
    harness.slack.scopes = frozenset(PURPOSES)


def test_the_table_has_what_the_bot_calls_and_nothing_else(called: frozenset[str]) -> None:
    methods = {name.removeprefix("slack.") for name in called if name.startswith("slack.")}
    methods.remove("response_url")  # is none: whoever knows it may post there
    assert methods == METHODS.keys()


@pytest.mark.parametrize("method", METHODS)
def test_scopes_are_what_slack_asks_for(method: str) -> None:
    spec = OFFERED[method]
    choices = [spec.scopes] if spec.scopes else list(spec.by_kind.values())
    assert set(METHODS[method]) <= {scope for some in choices for scope in some}
    assert bool(METHODS[method]) == bool(choices)


def test_every_scope_has_its_purpose() -> None:
    needed = {scope for scopes in (*METHODS.values(), *EVENTS.values()) for scope in scopes}
    assert PURPOSES.keys() == needed | {"commands"}


def test_the_events_are_those_that_the_app_asks_for() -> None:
    assert EVENTS.keys() == set(SUBSCRIBED)
