"""What somebody has to put right: everything else is done, people are told, and Retry does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from incident.commands import RETRY
from incident.sandbox.receipt import CHANNEL
from incident.sandbox.switchboard import Fault
from tests.faults.buttons import buttons, retry
from tests.faults.discovery import Stage
from tests.faults.rig import TITLE, Rig
from tests.faults.scenarios import SCENARIOS
from tests.faults.stores import undone
from tests.faults.truth import Allowed, channel_named, wrong_with_incident

ONCE = Allowed()


@pytest.mark.calls("declare", "update", "ask")
def test_a_refusal_of_any_call_is_told_and_put_right(call_of: tuple[str, str], stage: Stage) -> None:
    name, call = call_of
    scenario, rig = SCENARIOS[name], stage.rig
    stage.set(scenario)
    method = call.rpartition(" ")[0]
    rig.switchboard.break_(method, _refusal(method))
    message = scenario.begin(rig)
    if method == "slack.chat.postMessage":
        _nobody_can_be_told(rig, message_settles=lambda: rig.deliver(message).acknowledged)
        rig.switchboard.mend()
        rig.settle(message)
    else:
        rig.settle(message)
        assert bool(buttons(rig)) == bool(undone(rig.store)), "who is not served is told, and nobody else"
        rig.switchboard.mend()
        if buttons(rig):
            retry(rig)
    wrong = scenario.wrong(rig, ONCE)
    if method == "slack.users.info":  # an incident does not wait for a name: the report has the person's id
        assert wrong.pop() == "Report: 1, who commands is not in it"
    if call == "slack.response_url 1" and name == "update":  # everybody reads the update itself
        assert wrong.pop() == "thanked 0 times"
    assert wrong == []
    assert buttons(rig) == [], "there is nothing left to retry"


def _nobody_can_be_told(rig: Rig, message_settles: Callable[[], bool]) -> None:
    """A message that nobody was told about is not done with: it heals by itself, or ends as a dead letter."""
    for _ in range(3):
        assert not message_settles()
        rig.later(60)


def _refusal(method: str) -> Fault:
    if method == "slack.response_url":
        return Fault(status=404)
    return Fault(status=200, error="missing_scope") if method.startswith("slack.") else Fault(status=403)


def _delete_template(rig: Rig) -> Callable[[], None]:
    files = rig.google._state.files
    template = files.pop(rig.workspace.template_id)
    return lambda: files.update({template.id: template})


def _take_scopes(*scopes: str) -> Callable[[Rig], Callable[[], None]]:
    def take(rig: Rig) -> Callable[[], None]:
        before = rig.slack.scopes
        rig.slack.scopes = before - frozenset(scopes)

        def give_back() -> None:
            rig.slack.scopes = before

        return give_back

    return take


def _leave_announcements(rig: Rig) -> Callable[[], None]:
    workspace = rig.slack.workspace
    channel = channel_named(rig, CHANNEL)
    workspace.put(replace(channel, members=tuple(m for m in channel.members if m != workspace.bot.id)))

    def enter() -> None:
        now = workspace.channels[channel.id]
        workspace.put(replace(now, members=(*now.members, workspace.bot.id)))

    return enter


def _delete_spreadsheet(rig: Rig) -> Callable[[], None]:
    files = rig.google._state.files
    spreadsheet = files.pop(rig.workspace.spreadsheet_id)
    return lambda: files.update({spreadsheet.id: spreadsheet})


CAUSES = {
    "template_deleted": _delete_template,
    "spreadsheet_deleted": _delete_spreadsheet,
    "no_scope_for_bookmarks": _take_scopes("bookmarks:write"),
    "no_scope_for_channels": _take_scopes("channels:manage"),
    "no_scope_for_pins": _take_scopes("pins:write"),
    "not_in_the_announcements_channel": _leave_announcements,
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_that_is_put_right(cause: str, rig: Rig) -> None:
    put_right = CAUSES[cause](rig)
    rig.settle(rig.say(f"/incident {TITLE}"))
    assert buttons(rig)
    assert undone(rig.store)
    retry(rig)  # too early: nothing is done twice, and the button stays
    assert buttons(rig)
    put_right()
    retry(rig)
    assert wrong_with_incident(rig, ONCE) == []
    assert buttons(rig) == []


@pytest.mark.parametrize("copies", [2, 3])
def test_the_button_pressed_by_several_people_at_once(copies: int, rig: Rig) -> None:
    put_right = _delete_template(rig)
    rig.settle(rig.say(f"/incident {TITLE}"))
    put_right()
    pressed = buttons(rig)[0]
    presses = [rig.press(pressed.channel, pressed.ts, RETRY) for _ in range(copies)]
    rig.deliver_at_once(presses)
    rig.later(60)
    for press in presses:
        rig.settle(press)
    assert wrong_with_incident(rig, ONCE) == []
    assert buttons(rig) == []


def test_the_channel_is_archived_half_way(rig: Rig) -> None:
    """All that needs it waits until somebody has opened it again."""
    message = rig.say(f"/incident {TITLE}")
    rig.kill_at("slack.conversations.setTopic", 1, "arrived")
    rig.deliver(message)
    workspace = rig.slack.workspace
    channel = next(c for c in workspace.channels.values() if c.creator == workspace.bot.id and c.name)
    workspace.put(replace(channel, archived=True))
    rig.later(60)
    rig.settle(message)
    told = [m for m in buttons(rig) if m.channel != channel.id]
    assert told, "where the channel is closed, people are told elsewhere"
    workspace.put(replace(workspace.channels[channel.id], archived=False))
    retry(rig)
    assert wrong_with_incident(rig, Allowed(receipts=2, calls=2)) == []
    assert buttons(rig) == []


def test_the_last_delivery_leaves_a_button(rig: Rig) -> None:
    """What only Google's patience was too short for: the message is a dead letter, the button still works."""
    rig.switchboard.break_("docs.*", Fault(status=503))
    message = rig.say(f"/incident {TITLE}")
    assert not rig.deliver(message, 1).acknowledged
    assert buttons(rig) == []
    rig.later(60)
    assert not rig.deliver(message, 100).acknowledged
    assert len(buttons(rig)) == 1
    rig.switchboard.mend()
    retry(rig)
    assert wrong_with_incident(rig, ONCE) == []
    assert buttons(rig) == []
