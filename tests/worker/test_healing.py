"""What is there once a service is back, and beside what other versions of the bot have written."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.engine.run import Claim, Progress, RunState
from incident.model.facts import Fact
from incident.model.incident import Incident
from incident.model.interaction import Interaction, Kind, resume
from incident.sandbox.faults import Call, Fault, Moment
from incident.sandbox.google.grid import Sheet
from incident.worker.upkeep import CANARIES
from tests.worker.bot import ALICE, BENOIT, EVERYWHERE, SRE, Bot

DOWN = Fault(status=503)


def is_there_once(bot: Bot, incident: Incident) -> None:
    """One channel, call, report, row, briefing and board, and no run that is not done."""
    for _ in range(6):  # what acts late would be removed until then
        bot.minute()
    bot.undo_time()
    assert bot.unfinished() == {}
    bot.surfaces(incident)
    copies = [
        f for f in bot.google.files() if f.app_properties.get("incident") == incident.id and not f.trashed
    ]
    assert [copy.id for copy in copies] == [incident.document_id]


# A deploy while a run waits.


def waiting_declaration(bot: Bot) -> Interaction:
    """A declaration that waits for Docs."""
    bot.fault_injector.break_("docs.*", DOWN)
    declared = bot.type("database is down")
    assert bot.carry_out(declared) == [200]
    assert bot.run(declared.id).state == RunState.WAITING
    return declared


@pytest.mark.parametrize(
    ("column", "value"),
    [("workflow", "declare_v2"), ("command", json.dumps({"type": "DeclareV2", "what": "database is down"}))],
)
def test_a_run_of_a_newer_version_waits_for_it(bot: Bot, column: str, value: str) -> None:
    declared = waiting_declaration(bot)
    ((known,),) = bot.sql(f"SELECT {column} FROM runs WHERE id = ?", declared.id)
    bot.sql(f"UPDATE runs SET {column} = ? WHERE id = ?", value, declared.id)
    bot.fault_injector.mend()
    for _ in range(3):
        sent = bot.minute()
        assert declared.id in [one.payload.get("run") for one in sent]
    assert bot.run(declared.id).state == RunState.WAITING
    assert bot.deliver(declared, 2) == 200  # it is on record
    assert bot.run(declared.id).state == RunState.WAITING

    bot.sql(f"UPDATE runs SET {column} = ? WHERE id = ?", known, declared.id)
    bot.minute()
    incident = bot.incident()
    assert "{{" not in bot.google.document_text(incident.document_id)
    is_there_once(bot, incident)


def test_a_run_of_a_newer_table_does_not_end_here(bot: Bot) -> None:
    declared = waiting_declaration(bot)
    ((plan,),) = bot.sql("SELECT plan FROM runs WHERE id = ?", declared.id)
    bot.sql(
        "UPDATE runs SET plan = ? WHERE id = ?", json.dumps([*json.loads(plan), "status_page"]), declared.id
    )
    bot.fault_injector.mend()
    for _ in range(6):
        bot.minute()
    assert bot.run(declared.id).state == RunState.WAITING
    assert "{{" not in bot.google.document_text(bot.incident().document_id), "what is known is done"
    assert bot.run(declared.id).steps.keys() >= {"report", "row", "briefing"}
    # the newer version does its step
    run = bot.store.claim(Claim(declared.id, 60, "newer"))
    assert "status_page" in run.plan
    bot.store.record(run, Progress(results={"status_page": {}}, state=RunState.WAITING))
    bot.minute()
    bot.minute()
    assert bot.run(declared.id).state == RunState.DONE


def test_a_run_of_an_older_table_is_given_what_the_newer_has(bot: Bot) -> None:
    declared = waiting_declaration(bot)
    bot.sql("DELETE FROM steps WHERE run = ? AND name IN ('purpose', 'pin')", declared.id)
    bot.sql("UPDATE runs SET plan = ? WHERE id = ?", json.dumps(["channel", "meet"]), declared.id)
    before = Counter(call.name for call in bot.fault_injector.calls)["slack.conversations.setPurpose"]
    bot.fault_injector.mend()
    bot.minute()
    after = Counter(call.name for call in bot.fault_injector.calls)["slack.conversations.setPurpose"]
    assert after == before + 1
    assert {"purpose", "pin", "report"} <= bot.run(declared.id).steps.keys()
    is_there_once(bot, bot.incident())


def test_what_is_parsed_otherwise_today_is_carried_on_as_it_was_stored(bot: Bot) -> None:
    incident = bot.declare()
    said = bot.type("severity 2", incident.channel_id)
    bot.fault_injector.break_("slack.chat.*", DOWN)
    assert bot.carry_out(said) == [200]
    stored = dict(bot.run(said.id).command)
    stated = {"kind": "severity_set", "data": {"severity": "sev2", "reason": "", "before": ""}}
    assert stored.pop("stated") == stated, "what was stated is known, too"
    assert stored == {"type": "SetSeverity", "severity": "sev2", "reason": ""}
    bot.fault_injector.mend()
    # today these words would be an update
    changed = replace(said, payload={**said.payload, "text": "update severity 2"})
    assert bot.deliver(changed, 2) == 200
    texts = [message.text for message in bot.messages(incident.channel_id, "incident_line")]
    assert texts == ["<@U0ALICE> put this at *SEV2, major*: updates every 30 minutes from now."]
    assert bot.incident().last_update is None


def test_what_a_newer_version_put_into_an_incident_stays_and_does_no_harm(bot: Bot) -> None:
    incident = bot.declare()
    odd = Fact("newer.contained", "contained", incident.declared_at, BENOIT, {"by": "the firewall"})
    status = Fact(
        "newer.status", "status_set", incident.declared_at + timedelta(1), BENOIT, {"status": "contained"}
    )
    severity = Fact("newer.sev", "severity_set", incident.declared_at, BENOIT, {"severity": "sev0"})
    run = bot.store.claim(
        Claim("newer", 60, "newer", "contain", subject=incident.id, facts=(odd, status, severity))
    )
    bot.store.record(run, Progress(state=RunState.DONE))
    ((fields,),) = bot.sql("SELECT fields FROM incidents WHERE id = ?", incident.id)
    newer = {**json.loads(fields), "impact": {"users": 7}, "certainty": "low"}
    bot.sql("UPDATE incidents SET fields = ? WHERE id = ?", json.dumps(newer), incident.id)
    bot.minute()
    assert bot.surfaces(incident).showing("contained") == EVERYWHERE
    assert bot.surfaces(incident).showing("sev0") == EVERYWHERE

    assert bot.carry_out(bot.type("severity 2", incident.channel_id)) == [200]

    now = bot.incident()
    assert (now.severity, now.status) == ("sev2", "contained")
    assert now.unknown == {"impact": {"users": 7}, "certainty": "low"}
    assert odd in bot.store.facts(incident.id)
    assert bot.surfaces(incident).showing("SEV2, major") == EVERYWHERE
    assert bot.surfaces(incident).showing("contained") == EVERYWHERE
    bot.undo_time()
    assert bot.unfinished() == {}


# The order in which things were said.


def test_an_older_command_that_ends_later_does_not_win(bot: Bot) -> None:
    incident = bot.declare()
    first = bot.type("severity 1", incident.channel_id)
    second = bot.type("severity 2", incident.channel_id)
    assert bot.carry_out(second) == [200]
    assert bot.carry_out(first) == [200]
    assert bot.incident().severity == "sev2"
    assert bot.surfaces(incident).showing("SEV2, major") == EVERYWHERE
    assert bot.surfaces(incident).showing("SEV1, critical") == ["report"]  # what it was before
    assert "Severity: SEV2, major, since" in bot.surfaces(incident).report
    assert bot.incident().version == len(bot.store.facts(incident.id))


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_whatever_the_order_and_however_often_it_ends_the_same(bot: Bot, data: st.DataObject) -> None:
    title = f"down {len(bot.incidents())}"
    incident = bot.declare(title)
    said = [
        bot.type(text, incident.channel_id, user)
        for text, user in (
            ("severity 1", ALICE),
            ("update first", BENOIT),
            ("severity 3 as it is less", BENOIT),
            ("update second", ALICE),
        )
    ]
    again = data.draw(st.lists(st.sampled_from(said), max_size=3))
    order = data.draw(st.permutations([*said, *again]))
    assert bot.carry_out(*order) == [200] * len(order)
    now = bot.incident(title)
    assert now.severity == "sev3"
    assert now.last_update
    assert (now.last_update.text, now.last_update.by) == ("second", ALICE)
    surfaces = bot.surfaces(incident)
    assert surfaces.showing("SEV3, minor") == EVERYWHERE
    assert surfaces.showing("second") == ["briefing", "board", "report"]
    assert surfaces.showing("SEV1, critical") == surfaces.showing("first") == ["report"]  # its story
    story = ["· Severity: SEV1, critical\n", "Update: first", "SEV3, minor: as it is less", "Update: second"]
    assert [surfaces.report.count(one) for one in story] == [1, 1, 1, 1]
    assert sorted(story, key=surfaces.report.index) == story
    assert len(bot.messages(incident.channel_id, "incident_line")) == len(said)
    bot.undo_time()
    assert bot.unfinished() == {}


# Outages.


def test_what_was_changed_while_drive_was_down_stands_in_the_report(bot: Bot) -> None:
    bot.fault_injector.break_("drive.*", DOWN)
    declared = bot.type("database is down")
    assert bot.carry_out(declared) == [200]
    incident = bot.incident()
    assert not incident.document_id
    assert bot.carry_out(bot.type("severity 1 it spreads", incident.channel_id)) == [200]
    bot.fault_injector.mend()
    bot.minute()
    incident = bot.incident()
    assert bot.surfaces(incident).showing("SEV1, critical") == EVERYWHERE
    assert bot.surfaces(incident).showing("Severity not set") == []
    is_there_once(bot, incident)
    (notice,) = bot.notices()
    assert notice.text == "The incident report is ready:"


def test_a_wait_is_acknowledged_and_a_few_find_out_for_all(bot: Bot) -> None:
    bot.fault_injector.break_("docs.*", DOWN)
    messages = [bot.type(f"down {number}") for number in range(CANARIES + 3)]
    assert bot.carry_out(*messages) == [200] * len(messages)
    runs = {message.id for message in messages}
    assert {bot.run(run).state for run in runs} == {RunState.WAITING}
    rows = bot.sql("SELECT id, waits_for, due IS NOT NULL FROM runs WHERE id IN " + repr(tuple(runs)))
    assert sorted(rows) == sorted((run, "docs", 1) for run in runs)

    bot.time.pass_(60)
    tried = [one.payload["run"] for one in bot.tick() if one.payload["run"] in runs]
    assert len(tried) == CANARIES
    assert [bot.deliver(one) for one in resumed(bot, tried)] == [200] * CANARIES
    assert [one for one in bot.published() if one.kind is Kind.RESUME] == [], "the others are left alone"

    bot.fault_injector.mend()
    bot.time.pass_(60)
    canary, *_ = [one for one in bot.tick() if one.payload.get("run") in runs]
    assert canary.payload["wakes"] == "docs"
    assert bot.deliver(canary) == 200
    woken = {one.payload["run"]: one.payload["wakes"] for one in bot.published() if one.kind is Kind.RESUME}
    assert woken == dict.fromkeys(runs - {canary.payload["run"]}, ""), "the first that gets through wakes all"
    for number in range(len(messages)):
        is_there = bot.incident(f"down {number}")
        bot.carry_out(*resumed(bot, [message.id for message in messages]))
        assert "{{" not in bot.google.document_text(is_there.document_id)


def resumed(bot: Bot, runs: list[str]) -> list[Interaction]:
    """The bot's messages to itself that carry these runs on."""
    return [resume(run, bot.time.now()) for run in runs]


def test_an_outage_of_hours_heals_with_one_notice(bot: Bot) -> None:
    declared = waiting_declaration(bot)
    (late,) = bot.notices()
    for _ in range(3):
        bot.time.pass_(3600)
        bot.minute()
    assert [notice.ts for notice in bot.notices()] == [late.ts]
    bot.fault_injector.mend()
    bot.minute()
    (there,) = bot.notices()
    assert (there.ts, there.text) == (late.ts, "The incident report is ready:")
    assert "{{" not in bot.google.document_text(bot.incident().document_id)
    assert bot.run(declared.id).steps.keys() >= {"report"}
    is_there_once(bot, bot.incident())


# Names and rows.


def test_a_channel_that_a_person_renames_before_it_is_recorded_stays_one(bot: Bot) -> None:
    """The answer to its creation is lost, and before the bot looks a person gives it another name."""

    def rename(call: Call, moment: Moment) -> None:
        if call.name == "slack.conversations.create" and moment == "acted":
            (made,) = bot.incidents()
            bot.slack.workspace.channels[made.id] = replace(
                made, name="war-room", previous_names=(made.name,)
            )

    bot.fault_injector.break_("slack.conversations.create", Fault(status=0, acts=True), times=1)
    bot.fault_injector.watch(rename)
    assert bot.carry_out(bot.type("database is down")) == [200]
    bot.minute()
    (channel,) = bot.incidents()
    incident = bot.incident()
    assert (incident.channel_id, channel.name) == (channel.id, "war-room")
    is_there_once(bot, incident)


def test_the_same_words_again_are_a_second_incident(bot: Bot) -> None:
    assert bot.carry_out(bot.type("database is down")) == [200]
    assert bot.carry_out(bot.type("database is down")) == [200]
    first, second = (channel.name for channel in bot.incidents())
    assert second == f"{first}-2"
    assert len(bot.rows()) == 2
    assert bot.unfinished() == {}


def test_rows_that_people_move_while_they_are_written_are_put_right(bot: Bot) -> None:
    first, second = bot.declare("first"), bot.declare("second")
    moved: list[str] = []

    def swap(sheet: Sheet) -> None:
        sheet.cells = {({1: 2, 2: 1}.get(row, row), at): cell for (row, at), cell in sheet.cells.items()}

    def move(call: Call, moment: Moment) -> None:
        if call.name == "sheets.spreadsheets.values.get" and moment == "acted" and not moved:
            bot.google.edit_sheet(bot.workspace.spreadsheet_id, bot.workspace.sheet, swap)
            moved.append(call.name)

    bot.fault_injector.watch(move)
    assert bot.carry_out(bot.type("severity 2", first.channel_id)) == [200]
    assert moved
    rows = {row[0]: row for row in bot.rows()}
    assert len(bot.rows()) == 2
    assert ("first" in rows[first.id], "SEV2, major" in rows[first.id]) == (True, True)
    assert ("second" in rows[second.id], "Severity not set" in rows[second.id]) == (True, True)
    assert bot.messages(SRE)
