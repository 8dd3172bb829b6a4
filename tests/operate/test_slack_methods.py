"""The table of methods and scopes, against what the bot calls and against what Slack asks for."""

from __future__ import annotations

import pytest

from incident.sandbox.slack.methods import METHODS as OFFERED
from incident.services.slack_methods import METHODS, PURPOSES
from tests.faults.discovery import discovered, sqlite_rig
from tests.faults.scenarios import SCENARIOS


def test_the_table_has_what_the_bot_calls_and_nothing_else() -> None:
    """All that people can set off, and all that the bot does when something went wrong on the way."""
    called = {call.partition(" ")[0] for found in discovered().values() for call in found.calls}
    with sqlite_rig() as rig:
        rig.submit({"title": "x"})  # the Slack function's only call, before the worker's begin
        called |= {call.name for call in rig.switchboard.calls}
    called.remove("slack.response_url")  # is no method: whoever knows it may post there
    assert {name.removeprefix("slack.") for name in called if name.startswith("slack.")} == METHODS.keys()


@pytest.mark.parametrize("method", METHODS)
def test_scopes_are_what_slack_asks_for(method: str) -> None:
    spec = OFFERED[method]
    choices = [spec.scopes] if spec.scopes else list(spec.by_kind.values())
    assert set(METHODS[method]) <= {scope for some in choices for scope in some}
    assert bool(METHODS[method]) == bool(choices)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_scopes_are_enough(name: str) -> None:
    ...


def test_every_scope_has_its_purpose() -> None:
    assert PURPOSES.keys() == {scope for scopes in METHODS.values() for scope in scopes} | {"commands"}
