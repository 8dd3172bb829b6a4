"""Many people change the same incident in the same instant, and older commands end last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from incident.commands import commander, page
from incident.commands.undo import UNDO
from incident.model.facts import FactKind
from incident.model.incident import Incident, Role, Severity, Status
from incident.model.interaction import Interaction
from incident.model.parts import Coming
from incident.sandbox.faults import Fault
from incident.surfaces.line import LINE
from incident.workflows.role import NOTE
from tests.faults import given
from tests.faults.acting import ALICE, ANA, ANA_LOPEZ, BENOIT, CHIDI, DANA, EMIL, ZOE
from tests.faults.agreement import wrong_with_surfaces
from tests.faults.discovery import ALONE, Stage, discovered
from tests.faults.given import Act, Given, presses, types
from tests.faults.harness import Harness
from tests.faults.invariants import event_type, incident_channel
from tests.faults.stores import undone

EVERYBODY = (ALICE, BENOIT, CHIDI, DANA, EMIL, ZOE, ANA, ANA_LOPEZ)


@pytest.fixture
def harness(stage: Stage) -> Harness:
    return stage.harness


def begin(stage: Stage, prepare: Given = given.earlier) -> Harness:
    stage.prepare(prepare)
    return stage.harness


def at_once(harness: Harness, messages: Sequence[Interaction]) -> None:
    """All are delivered at the same instant, and again until they are done."""
    for message, delivered in zip(messages, harness.deliver_at_once(messages), strict=True):
        if not delivered.acknowledged:
            harness.later(60.0)
            harness.settle(message)
    harness.run_on()


def incident_of(harness: Harness) -> Incident:
    incident = harness.open_store().incident_in_channel(given.channel(harness))
    assert incident
    return incident


def wrong(harness: Harness) -> list[str]:
    """What does not agree, and what is left undone."""
    found = list(wrong_with_surfaces(harness, incident_channel(harness, given.EARLIER)))
    return found + [f"not done: {left}" for left in [undone(harness.store)] if left]


def new(harness: Harness, kind: str) -> list[str]:
    messages = harness.slack.workspace.messages.values()
    return [m.text for m in messages if event_type(m) == kind and m.ts not in harness.known]


TWENTY: tuple[Act, ...] = (
    types("ic", ZOE),
    types("ol @chidi", BENOIT),
    types("comms @dana", ALICE),
    types("scribe", EMIL),
    *(types(f"severity {1 + number % 4} said {number}", EVERYBODY[number]) for number in range(4)),
    *(types(f"note number {number}", EVERYBODY[number]) for number in range(5)),
    *(types(f"action number {number}", EVERYBODY[number]) for number in range(4)),
    presses(page.ANSWERS[Coming.YES], ZOE),
    presses(page.ANSWERS[Coming.NO], DANA),
    types("monitoring all is calm", ANA),
)


def test_of_twenty_changes_in_the_same_instant_none_is_lost_and_none_doubled(stage: Stage) -> None:
    assert len(TWENTY) == 20
    harness = begin(stage, given.called)
    before = len(harness.open_store().facts(incident_of(harness).id))
    messages = [act(harness) for act in TWENTY]
    at_once(harness, messages)
    incident = incident_of(harness)
    facts = harness.open_store().facts(incident.id)
    stated = Counter(fact.run for fact in facts[before:])
    assert {message.id for message in messages} <= stated.keys()
    assert max(stated.values()) == 1
    assert dict(incident.roles) == {
        Role.INCIDENT_COMMANDER: ZOE,
        Role.OPERATIONS_LEAD: CHIDI,
        Role.COMMUNICATIONS_LEAD: DANA,
        Role.SCRIBE: EMIL,
    }
    assert (incident.severity, incident.status) == (Severity.SEV4, Status.MONITORING)
    (call,) = incident.calls.values()
    assert call["answers"] == {ZOE: Coming.YES, DANA: Coming.NO}
    lines = new(harness, LINE)
    assert len(lines) == 18
    for text in [f"number {number}" for number in range(5)]:
        assert len([line for line in lines if line.startswith("📝") and text in line]) == 1
    assert len(new(harness, NOTE)) == 4
    assert wrong(harness) == []


def test_of_two_who_take_command_at_once_the_last_to_say_so_has_it_everywhere(stage: Stage) -> None:
    harness = begin(stage)
    at_once(harness, [types("ic", CHIDI)(harness), types("ic", DANA)(harness)])
    assert incident_of(harness).commander == DANA
    assert f"<@{DANA}>" in incident_channel(harness, given.EARLIER).topic
    assert wrong(harness) == []


def test_an_offer_that_is_accepted_twice_is_accepted_once(stage: Stage) -> None:
    harness = begin(stage, given.offered)
    accept = presses(commander.ACCEPT, CHIDI)
    at_once(harness, [accept(harness), accept(harness)])
    assert incident_of(harness).commander == CHIDI
    assert len(new(harness, NOTE)) == 1
    assert new(harness, LINE) == []
    harness.later(700.0)
    assert wrong(harness) == []


def test_an_offer_that_is_accepted_while_another_takes_command(stage: Stage) -> None:
    harness = begin(stage, given.offered)
    at_once(harness, [presses(commander.ACCEPT, CHIDI)(harness), types("ic", EMIL)(harness)])
    assert incident_of(harness).commander == EMIL
    harness.later(700.0)
    assert wrong(harness) == []


def test_a_line_that_is_found_shows_what_became_of_it_meanwhile(stage: Stage) -> None:
    """The worker died with the offer posted and not on record; it was accepted before the next came."""
    harness = begin(stage)
    offer = types("ic @chidi")(harness)
    harness.fault_injector.calls.clear()
    harness.kill_at("slack.chat.postMessage", 1, "acted")
    assert harness.deliver(offer, tampering=ALONE).status == 0
    assert harness.deliver(presses(commander.ACCEPT, CHIDI)(harness)).acknowledged
    harness.later(60.0)
    assert harness.deliver(offer, 2).acknowledged
    harness.deliver_own()
    (line,) = new(harness, LINE)
    assert f"<@{CHIDI}> has command" in line
    harness.run_on()
    harness.later(700.0)
    assert wrong(harness) == []


def test_what_two_undo_at_once_is_undone_once(stage: Stage) -> None:
    """By whoever did it and by the incident commander; the change before it stays."""
    harness = begin(stage, given.just_after(types("severity 3", DANA), types("severity 1", DANA)))
    undo = [presses(UNDO, DANA)(harness), presses(UNDO, ALICE)(harness)]
    at_once(harness, undo)
    incident = incident_of(harness)
    assert incident.severity == Severity.SEV3
    assert len(incident.undone) == 1
    struck = [m for m in harness.slack.workspace.history(incident.channel_id) if "Undone by" in m.text]
    assert len(struck) == 1
    harness.later(700.0)
    assert wrong(harness) == []


def _called(harness: Harness, title: str, slug: str) -> None:
    incident = incident_of(harness)
    assert incident.title == title
    assert incident_channel(harness, given.EARLIER).name.endswith(slug)
    assert incident.channel_name == incident_channel(harness, given.EARLIER).name
    (report,) = (file for file in harness.google.files() if file.id == incident.document_id)
    assert report.name.endswith(title)


def test_of_two_renamings_at_once_the_newest_title_is_everywhere(stage: Stage) -> None:
    harness = begin(stage)
    at_once(harness, [types("rename first title", CHIDI)(harness), types("rename second title")(harness)])
    _called(harness, "second title", "second-title")
    assert wrong(harness) == []


def test_a_renaming_that_slack_carries_out_late_is_put_right(stage: Stage) -> None:
    harness = begin(stage)
    harness.fault_injector.break_("slack.conversations.rename", Fault(status=0, acts_late=40.0), times=1)
    first, second = types("rename first title")(harness), types("rename second title")(harness)
    harness.deliver(first)
    harness.deliver(second)
    harness.later(50.0)
    harness.fault_injector.act_late()
    harness.run_on()
    _called(harness, "second title", "second-title")
    assert wrong(harness) == []


@pytest.mark.parametrize("call", discovered()["severity"].calls)
def test_an_older_state_that_a_service_shows_late_is_put_right(call: str, stage: Stage) -> None:
    """The answer to a write does not come, it is made again, and the first is acted on after a newer one."""
    harness = begin(stage)
    method, _, number = call.rpartition(" ")
    fault = Fault(status=0, acts_late=40.0)
    harness.fault_injector.calls.clear()
    harness.fault_injector.break_(method, fault, times=1, after=int(number) - 1)
    for text in ("severity 2 it spreads", "severity 3 it does not"):
        assert harness.deliver(types(text)(harness)).acknowledged
        harness.deliver_own()
    harness.later(50.0)
    harness.fault_injector.act_late()
    harness.run_on()
    assert incident_of(harness).severity == Severity.SEV3
    harness.later(700.0)
    assert wrong(harness) == []


@pytest.mark.parametrize("call", ["slack.conversations.rename", "drive.files.update"])
def test_a_renaming_whose_worker_wakes_up_after_the_next(call: str, stage: Stage) -> None:
    harness = begin(stage)
    first, second = types("rename first title")(harness), types("rename second title")(harness)
    harness.fault_injector.calls.clear()
    frozen = harness.freeze_at(call, 1)
    with ThreadPoolExecutor(1) as pool:
        beginning = pool.submit(harness.deliver, first)
        delivery = frozen.result(20)
        try:
            assert harness.deliver(second).acknowledged
        finally:
            delivery.thaw()
        beginning.result(20)
    harness.settle(first)
    _called(harness, "second title", "second-title")
    assert wrong(harness) == []


@pytest.mark.parametrize("call", ["slack.conversations.rename", "drive.files.update"])
def test_a_renaming_that_is_overtaken_on_its_way(call: str, stage: Stage) -> None:
    """The service carries out the next one first, and this one after it."""
    harness = begin(stage)
    first, second = types("rename first title")(harness), types("rename second title")(harness)
    harness.fault_injector.calls.clear()
    with ThreadPoolExecutor(1) as pool:
        harness.at(call, 1, "arrived", lambda: pool.submit(harness.deliver, second).result(20))
        harness.settle(first)
    harness.settle(second)
    _called(harness, "second title", "second-title")
    assert wrong(harness) == []


PAIRS: dict[str, tuple[str, str]] = {
    "command": ("ic @chidi", "ic"),
    "operations": ("ol @chidi", "ol @dana"),
    "severity": ("severity 1", "severity 4 fewer people"),
    "status": ("identified", "monitoring"),
    "update": ("update it is the disk", "update it was the network"),
    "rename": ("rename first title", "rename second title"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_an_older_command_that_ends_last_changes_nothing_that_was_said_since(name: str, stage: Stage) -> None:
    harness = begin(stage)
    first, second = (types(text)(harness) for text in PAIRS[name])
    harness.settle(second)
    newest = incident_of(harness)
    harness.settle(first)
    incident = incident_of(harness)
    assert incident.version > newest.version
    fields = ("title", "roles", "severity", "status", "last_update", "channel_name")
    assert [getattr(incident, one) for one in fields] == [getattr(newest, one) for one in fields]
    assert wrong(harness) == []


def test_an_older_offer_that_comes_last_is_no_offer(stage: Stage) -> None:
    harness = begin(stage)
    first, second = types("ic @chidi")(harness), types("ic", DANA)(harness)
    harness.settle(second)
    harness.settle(first)
    incident = incident_of(harness)
    assert (incident.commander, incident.offer) == (DANA, None)
    assert "I have command" not in " ".join(new(harness, LINE))
    assert wrong(harness) == []


CHANGES: tuple[Act, ...] = (
    types("ic", ZOE),
    types("ol @chidi"),
    types("severity 2 it spreads", DANA),
    types("update so far", BENOIT),
    types("note one", EMIL),
    types("action two", ANA),
    types("decision three", CHIDI),
    types("page @dana"),
    types("rename payments"),
    types("monitoring", ANA_LOPEZ),
)
OUTAGES = {
    "docs": ("docs.*",),
    "sheets": ("sheets.*",),
    "drive": ("drive.*",),
    "edits": ("slack.chat.update",),
    "slack": ("slack.chat.*", "slack.conversations.*", "slack.users.*", "slack.usergroups.*"),
}


@pytest.mark.parametrize("service", OUTAGES)
def test_after_a_long_outage_all_surfaces_agree_within_a_minute(service: str, stage: Stage) -> None:
    """Ten changes are made meanwhile, and the status card answers."""
    harness = begin(stage)
    for call in OUTAGES[service]:
        harness.fault_injector.break_(call, Fault(status=503))
    for act in CHANGES:
        assert harness.deliver(act(harness)).acknowledged
        harness.deliver_own()
        harness.minute()
        harness.deliver_own()
    assert harness.deliver(types("status", EMIL)(harness)).acknowledged
    cards = [m for m in harness.slack.workspace.messages.values() if m.ephemeral_to == EMIL]
    assert any("payments" in card.text and "SEV2" in card.text for card in cards)
    for _ in range(15):
        harness.minute()
        harness.deliver_own()
    harness.fault_injector.mend()
    harness.minute()
    harness.deliver_own()
    found = list(wrong_with_surfaces(harness, incident_channel(harness, given.EARLIER)))
    assert found == []
    assert len(new(harness, LINE)) == len(CHANGES)
    harness.run_on()
    harness.later(700.0)
    assert wrong(harness) == []
    kinds = Counter(fact.kind for fact in harness.open_store().facts(incident_of(harness).id))
    assert kinds[FactKind.RENAMED] == 1
