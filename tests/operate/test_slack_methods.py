"""The table of methods and scopes, against what the bot calls and against what Slack asks for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from incident.sandbox.slack.methods import METHODS as OFFERED
from incident.sandbox.switchboard import Fault
from incident.services.slack_methods import METHODS, PURPOSES
from tests.faults.discovery import ALONE, Stage, sqlite_rig
from tests.faults.rig import TITLE, Rig
from tests.faults.scenarios import SCENARIOS
from tests.faults.truth import Allowed


@pytest.fixture(scope="module")
def called() -> frozenset[str]:
    """What is called in all that people can set off, and where something goes wrong on the way.

    The token has the scopes of the manifest and no more, and that is enough.
    """
    calls: dict[str, Sequence[str]] = {"": ()}
    with sqlite_rig() as rig:
        stage = Stage(rig)
        for scenario in SCENARIOS.values():
            stage.set(scenario)
            restrict(rig)
            scenario.hinder(rig, calls[scenario.like])
            rig.settle(scenario.begin(rig), every=ALONE)
            calls[scenario.name] = rig.calls()
            assert scenario.wrong(rig, Allowed(receipts=9, calls=9)) == [], scenario.name
        rig.reset()
        restrict(rig)
        rig.switchboard.break_("slack.chat.postMessage", Fault(status=500, acts=True), times=2)
        rig.settle(rig.say(f"/incident {TITLE}"), every=ALONE)  # and the announcement is looked for
        calls["announced unanswered"] = rig.calls()
    return frozenset(call.partition(" ")[0] for some in calls.values() for call in some)


def restrict(rig: Rig) -> None:
    rig.slack.scopes = frozenset(PURPOSES)


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
