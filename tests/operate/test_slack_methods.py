"""The table of methods and scopes, against what the bot calls and against what Slack asks for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from incident.sandbox.faults import Fault
from incident.sandbox.slack.methods import METHODS as OFFERED
from incident.services.slack_methods import METHODS, PURPOSES
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
    with sqlite_harness() as harness:
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
        harness.fault_injector.break_("slack.chat.postMessage", Fault(status=500, acts=True), times=2)
        harness.settle(harness.say(f"/incident {TITLE}"), every=ALONE)  # and the announcement is looked for
        calls["announced unanswered"] = harness.calls()
    return frozenset(call.partition(" ")[0] for some in calls.values() for call in some)


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
    assert PURPOSES.keys() == {scope for scopes in METHODS.values() for scope in scopes} | {"commands"}
