"""A command without its scenario fails the suite: in each of the ways that a person can give it."""

from __future__ import annotations

import pytest

from incident.commands.declare import Declare
from incident.commands.events import SUBSCRIBED
from incident.commands.help import ShowHelp
from incident.commands.registry import COMMANDS
from tests.faults.discovery import discovered, ways
from tests.faults.scenarios import SCENARIOS

AT_ONCE = {"typed ShowHelp", "button form.Declare"}
"""What the Slack function answers by itself, and the form that no button opens."""

MADE_PRIVATE = "event message.groups"
"""What people change in a channel which they have made private since: the same event as in a public one."""


def _can_be_typed() -> list[str]:
    found = [spec.name for spec in COMMANDS if any(text.verbs for text in spec.text.values())]
    return [f"typed {name}" for name in (*found, Declare.__name__)]


def _can_be_pressed() -> list[str]:
    return [f"button {action_id}" for spec in COMMANDS for action_id in spec.buttons]


def _can_be_sent() -> list[str]:
    forms = [f"form {callback_id}" for spec in COMMANDS for callback_id in spec.forms]
    chosen = [
        f"shortcut {one.callback_id}" for spec in COMMANDS for one in spec.shortcuts if one.parse is not None
    ]
    return [*forms, *chosen, *(f"event {event}" for event in SUBSCRIBED)]


def _opens_a_form() -> list[str]:
    openers = [f"button {spec.opener}" for spec in COMMANDS if spec.form]
    chosen = [
        f"shortcut {one.callback_id}" for spec in COMMANDS for one in spec.shortcuts if one.parse is None
    ]
    return [*openers, *chosen]


@pytest.mark.parametrize("way", [*_can_be_typed(), *_can_be_pressed(), *_can_be_sent()])
def test_there_is_a_scenario_of_every_way_to_give_a_command(way: str) -> None:
    assert way in {*AT_ONCE, MADE_PRIVATE} or way in {found.way for found in discovered().values()}


@pytest.mark.parametrize("way", _opens_a_form())
def test_every_form_is_opened_in_some_scenario(way: str) -> None:
    assert way in AT_ONCE or way in ways()


def test_what_needs_no_scenario_is_still_so() -> None:
    assert not ways() & AT_ONCE
    assert ShowHelp.__name__ in {spec.name for spec in COMMANDS if not spec.workflow}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_makes_calls_of_its_own(name: str) -> None:
    """Else there would be nothing for a fault to happen to, and its cases would pass by being none."""
    assert discovered()[name].calls
