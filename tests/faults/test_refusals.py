"""What somebody has to put right: everything else is done, people are told, and Retry does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from incident.commands.retry import RETRY
from incident.model.interaction import Interaction
from incident.sandbox.faults import Fault
from incident.sandbox.verification import CHANNEL
from tests.faults.buttons import buttons, retry
from tests.faults.discovery import Stage
from tests.faults.harness import TITLE, Harness
from tests.faults.invariants import Allowed, channel_named, notices, wrong_with_incident
from tests.faults.scenarios import SCENARIOS
from tests.faults.stores import undone
from tests.faults.test_calls import TELLS

ONCE = Allowed()

SMALL = {("decision", "slack.chat.update"), ("undo", "slack.chat.update")}
"""Nothing but the button of a line is to be changed, of which nobody is told."""

UNNAMED = ("does not say Alice Nguyen", "does not say Chidi", "who commands is not in it")
"""What is wrong where Slack does not say what people are called."""


@pytest.mark.calls(
    "declare", "update", "severity", "ask", "role", "accept", "handover", "page", "decision", "rename", "undo"
)
def test_a_refusal_of_any_call_is_told_and_put_right(call_of: tuple[str, str], stage: Stage) -> None:
    name, call = call_of
    scenario, harness = SCENARIOS[name], stage.harness
    stage.set(scenario)
    method = call.rpartition(" ")[0]
    harness.fault_injector.break_(method, _refusal(method))
    message = scenario.begin(harness)
    if method == "slack.chat.postMessage" or (name, method) in SMALL:
        _nobody_can_be_told(harness, message)
        harness.fault_injector.mend()
        harness.run_on()
    else:
        harness.settle(message)
        assert bool(buttons(harness)) == bool(undone(harness.store)), (
            "who is not served is told, and nobody else"
        )
        harness.fault_injector.mend()
        if buttons(harness):
            retry(harness)
    # what heals on a tick has no place to answer to any more: the line itself has to do
    wrong = scenario.wrong(harness, Allowed(thanks=0) if method in TELLS else ONCE)
    if method == "slack.users.info":  # no incident waits for a name: report and row have the person's id
        wrong = [one for one in wrong if not one.endswith(UNNAMED)]
    assert wrong == []
    assert buttons(harness) == [], "there is nothing left to retry"


def _nobody_can_be_told(harness: Harness, message: Interaction) -> None:
    """What nobody was told about is not given up: it is tried again every minute, and heals by itself."""
    assert harness.deliver(message).acknowledged
    harness.deliver_own()
    for _ in range(3):
        harness.minute()
        harness.deliver_own()
        assert harness.under_way()


def _refusal(method: str) -> Fault:
    if method == "slack.response_url":
        return Fault(status=404)
    return Fault(status=200, error="missing_scope") if method.startswith("slack.") else Fault(status=403)


def _delete_template(harness: Harness) -> Callable[[], None]:
    files = harness.google._state.files
    template = files.pop(harness.workspace.template_id)
    return lambda: files.update({template.id: template})


def _take_scopes(*scopes: str) -> Callable[[Harness], Callable[[], None]]:
    def take(harness: Harness) -> Callable[[], None]:
        before = harness.slack.scopes
        harness.slack.scopes = before - frozenset(scopes)

        def give_back() -> None:
            harness.slack.scopes = before

        return give_back

    return take


def _leave_announcements(harness: Harness) -> Callable[[], None]:
    workspace = harness.slack.workspace
    channel = channel_named(harness, CHANNEL)
    workspace.put(replace(channel, members=tuple(m for m in channel.members if m != workspace.bot.id)))

    def enter() -> None:
        now = workspace.channels[channel.id]
        workspace.put(replace(now, members=(*now.members, workspace.bot.id)))

    return enter


def _delete_spreadsheet(harness: Harness) -> Callable[[], None]:
    files = harness.google._state.files
    spreadsheet = files.pop(harness.workspace.spreadsheet_id)
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
def test_a_cause_that_is_put_right(cause: str, harness: Harness) -> None:
    put_right = CAUSES[cause](harness)
    harness.settle(harness.say(f"/incident {TITLE}"))
    assert buttons(harness)
    assert undone(harness.store)
    retry(harness)  # too early: nothing is done twice, and the button stays
    assert buttons(harness)
    put_right()
    retry(harness)
    assert wrong_with_incident(harness, ONCE) == []
    assert buttons(harness) == []


@pytest.mark.parametrize("copies", [2, 3])
def test_the_button_pressed_by_several_people_at_once(copies: int, harness: Harness) -> None:
    put_right = _delete_template(harness)
    harness.settle(harness.say(f"/incident {TITLE}"))
    put_right()
    pressed = buttons(harness)[0]
    presses = [harness.press(pressed.channel, pressed.ts, RETRY) for _ in range(copies)]
    harness.deliver_at_once(presses)
    harness.later(60)
    for press in presses:
        harness.settle(press)
    assert wrong_with_incident(harness, ONCE) == []
    assert buttons(harness) == []


def test_the_channel_is_archived_half_way(harness: Harness) -> None:
    """All that needs it waits until somebody has opened it again."""
    message = harness.say(f"/incident {TITLE}")
    harness.kill_at("slack.conversations.setTopic", 1, "arrived")
    harness.deliver(message)
    workspace = harness.slack.workspace
    channel = next(c for c in workspace.channels.values() if c.creator == workspace.bot.id and c.name)
    workspace.put(replace(channel, archived=True))
    harness.later(60)
    harness.settle(message)
    told = [m for m in buttons(harness) if m.channel != channel.id]
    assert told, "where the channel is closed, people are told elsewhere"
    workspace.put(replace(workspace.channels[channel.id], archived=False))
    retry(harness)
    assert wrong_with_incident(harness, Allowed(receipts=2, calls=2)) == []
    assert buttons(harness) == []


def test_an_outage_of_days_heals_by_itself_within_a_minute_of_its_end(harness: Harness) -> None:
    """Nothing is refused, so nothing can become a dead letter, and people were told once."""
    harness.fault_injector.break_("docs.*", Fault(status=503))
    assert harness.deliver(harness.say(f"/incident {TITLE}"), 1).acknowledged
    for _ in range(100):
        harness.minute()
        harness.deliver_own()
    harness.later(2 * 86_400.0)
    assert len(notices(harness)) == 1
    assert buttons(harness) == []
    harness.fault_injector.mend()
    harness.minute()
    harness.deliver_own()
    harness.run_on()
    assert wrong_with_incident(harness, ONCE) == []
    assert len(notices(harness)) == 1
