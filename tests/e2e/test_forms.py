"""A form of an incident opens at once, is completed by the worker, and does what typing does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.commands import update
from incident.sandbox.faults import Fault
from incident.sandbox.slack.workspace import Channel, Message
from incident.sandbox.world import World

ALICE = "U0ALICE"
TITLE = "payments & <time> out"
WORDS = "we roll back & watch <it>"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world"), tick_seconds=0) as world:
        world.slack.type(ALICE, "C0GENERAL", f"/incident {TITLE}")
        assert world.wait_until_settled(30)
        yield world


def channel(world: World) -> Channel:
    (found,) = (c for c in world.slack.workspace.channels.values() if c.name.startswith("incident-2"))
    return found


def press_opener(world: World) -> str | None:
    """`/incident update` alone, and its button."""
    world.slack.type(ALICE, channel(world).id, "/incident update")
    assert world.wait_until_settled(30)
    asked = max(
        (m for m in world.slack.workspace.messages.values() if update.COMMAND.opener in str(m.blocks)),
        key=lambda message: message.ts,
    )
    return world.slack.press(ALICE, asked.channel, asked.ts, update.COMMAND.opener).view


def lines(world: World) -> list[Message]:
    return [m for m in world.slack.workspace.history(channel(world).id) if WORDS[:11] in m.text]


def test_an_update_by_form(world: World) -> None:
    view = press_opener(world)
    assert view, "it opens at once"
    assert world.wait_until_settled(30)
    assert TITLE in str(world.slack.workspace.views[view].content), "the worker shows what it is about"
    blank = world.slack.submit(ALICE, view, {update.WORDS: " "})
    assert update.WORDS in str(blank.errors)
    world.slack.submit(ALICE, view, {update.WORDS: WORDS})
    assert world.wait_until_settled(30)
    (line,) = lines(world)
    assert "we roll back &amp; watch &lt;it&gt;" in line.text, "as it was entered, and no markup"


def test_a_form_that_cannot_be_completed_works_all_the_same(world: World) -> None:
    world.fault_injector.break_("slack.views.update", Fault(status=200, error="not_found"))
    view = press_opener(world)
    assert world.wait_until_settled(30)
    assert view
    world.slack.submit(ALICE, view, {update.WORDS: f"{WORDS} again"})
    assert world.wait_until_settled(30)
    assert len(lines(world)) == 2


def test_a_form_that_does_not_open_is_told_and_what_to_type_instead(world: World) -> None:
    world.fault_injector.break_("slack.views.open", Fault(status=200, error="expired_trigger_id"))
    assert press_opener(world) is None
    (told,) = (
        m for m in world.slack.workspace.messages.values() if "/incident update {what is new}" in m.text
    )
    assert told.ephemeral_to == ALICE
