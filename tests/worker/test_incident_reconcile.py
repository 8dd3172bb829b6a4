"""What people change by hand in the spreadsheet is followed: decisions are adopted, facts are put right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from incident.commands.events import SUBSCRIBED
from incident.commands.findings import COMMAND as FINDINGS
from incident.commands.reopen import REOPEN
from incident.commands.retry import RETRY
from incident.model.incident import Finding
from incident.sandbox.faults import Call, Fault, Moment
from incident.surfaces.columns import Column
from tests.worker.bot import ALICE, BENOIT, Bot, running
from tests.worker.scene import DANA, Scene, buttons

PLACES = {column: place for place, column in enumerate(Column)}
NOTES = len(Column)
"""A column of people's own."""
BATCH, READ = "sheets.spreadsheets.batchUpdate", "sheets.spreadsheets.values.get"


@pytest.fixture
def scene(bot: Bot) -> Scene:
    return Scene.begin(bot)


@pytest.fixture
def french(tmp_path: Path) -> Iterator[Scene]:
    with running(tmp_path, INCIDENT_LOCALE="both") as bot:
        yield Scene.begin(bot)


def tab(scene: Scene) -> tuple[str, str]:
    return scene.bot.workspace.spreadsheet_id, scene.bot.workspace.sheet


def row_number(scene: Scene) -> int:
    rows = scene.bot.google.sheet_rows(*tab(scene))
    return next(at for at, row in enumerate(rows) if row[0].text == scene.id)


def types(scene: Scene, column: Column | int, text: str | float) -> None:
    """Somebody types into the incident's row."""
    place = PLACES[column] if isinstance(column, Column) else column
    scene.bot.google.person.set_cell(*tab(scene), row_number(scene), place, text)


def cell(scene: Scene, column: Column | int) -> str:
    place = PLACES[column] if isinstance(column, Column) else column
    rows = scene.bot.google.sheet_rows(*tab(scene))
    return rows[row_number(scene)][place].text


def rows_of(scene: Scene) -> int:
    return sum(row[0] == scene.id for row in scene.bot.rows())


def settle(scene: Scene, minutes: int = 2) -> None:
    for _ in range(minutes):
        scene.bot.minute()


def own(scene: Scene, kind: str) -> list[str]:
    return [str(fact.data.get("origin", "")) for fact in scene.facts(kind)]


@pytest.mark.parametrize("typed", ["Monitoring", "monitoring", "  MONITORING ", "sous surveillance", "monit"])
def test_a_status_is_adopted_and_said(scene: Scene, typed: str) -> None:
    types(scene, Column.STATUS, typed)
    settle(scene)
    assert scene.now.status == "monitoring"
    (fact,) = scene.facts("status_set")
    assert (fact.by, fact.data["origin"], fact.data["before"]) == ("", "spreadsheet", "investigating")
    (line,) = scene.lines()
    assert line.startswith("Someone in the spreadsheet set the status to *Monitoring*.")
    assert cell(scene, Column.STATUS) == "Monitoring"
    assert scene.surfaces().showing("Monitoring") == ["briefing", "board", "row", "report"]
    assert "(by someone in the spreadsheet)" in scene.report()


def test_adopting_writes_nothing_where_the_label_is_ours_already(scene: Scene) -> None:
    types(scene, Column.STATUS, "Monitoring")
    before = writes(scene)
    settle(scene, 4)
    assert scene.now.status == "monitoring"
    assert writes(scene) == before


def writes(scene: Scene) -> int:
    return sum(call.name == BATCH for call in scene.bot.fault_injector.calls)


@pytest.mark.parametrize(
    ("typed", "severity"),
    [("SEV2", "sev2"), (2, "sev2"), ("sev2 major", "sev2"), ("critique", "sev1"), ("SEV4, low", "sev4")],
)
def test_a_severity_is_adopted(scene: Scene, typed: str | float, severity: str) -> None:
    types(scene, Column.SEVERITY, typed)
    settle(scene)
    assert scene.now.severity == severity
    assert f"put this at *{severity.upper()}" in scene.lines()[0]
    assert cell(scene, Column.SEVERITY).startswith(severity.upper())


def test_a_title_is_adopted_and_channel_and_report_are_called_by_it(scene: Scene) -> None:
    types(scene, Column.TITLE, "  payments <time> out ")
    settle(scene)
    assert scene.now.title == "payments <time> out"
    assert scene.lines()[0].endswith("it was “database is down”: payments &lt;time&gt; out")
    assert scene.now.channel_name.endswith("payments-time-out")
    assert cell(scene, Column.TITLE) == "payments <time> out"
    assert cell(scene, Column.CHANNEL) == f"#{scene.now.channel_name}"


def test_several_decisions_in_one_row(scene: Scene) -> None:
    types(scene, Column.STATUS, "identified")
    types(scene, Column.SEVERITY, "3")
    types(scene, Column.TITLE, "disk full")
    settle(scene)
    assert (scene.now.status, scene.now.severity, scene.now.title) == ("identified", "sev3", "disk full")
    assert len(scene.lines()) == 3


@pytest.mark.parametrize("typed", ["Resolved", "closed", "Résolu", "fermé", "FERMÉ"])
def test_closed_by_hand_is_resolved(scene: Scene, typed: str) -> None:
    types(scene, Column.STATUS, typed)
    settle(scene)
    assert not scene.now.is_open
    assert own(scene, "resolved") == ["spreadsheet"]
    assert cell(scene, Column.STATUS) == "Resolved"
    assert cell(scene, Column.RESOLVED_AT)


def test_what_is_over_is_reopened_by_another_status(scene: Scene) -> None:
    types(scene, Column.STATUS, "Resolved")
    settle(scene)
    types(scene, Column.STATUS, "Monitoring")
    settle(scene)
    assert own(scene, "reopened") == ["spreadsheet"]
    assert scene.now.status == "monitoring"
    assert "reopened this" in scene.lines()[-1]
    assert cell(scene, Column.RESOLVED_AT) == ""


def test_it_can_be_undone_and_set_again(scene: Scene) -> None:
    types(scene, Column.STATUS, "Monitoring")
    settle(scene)
    scene.press(scene.line(), "change.undo", value=scene.facts("status_set")[0].id)
    assert scene.now.status == "investigating"
    assert cell(scene, Column.STATUS) == "Investigating"
    types(scene, Column.STATUS, "Monitoring")
    settle(scene)
    assert scene.now.status == "monitoring"
    assert len(scene.facts("status_set")) == 2


def test_the_same_edit_made_again_counts_again(scene: Scene) -> None:
    types(scene, Column.STATUS, "Monitoring")
    settle(scene)
    scene.say("investigating")
    assert cell(scene, Column.STATUS) == "Investigating"
    types(scene, Column.STATUS, "Monitoring")
    settle(scene)
    assert scene.now.status == "monitoring"
    assert len(scene.facts("status_set")) == 3


def test_an_edit_that_was_not_seen_yet_is_adopted_before_the_row_is_written(scene: Scene) -> None:
    types(scene, Column.SEVERITY, "SEV1")
    scene.say("identified")
    assert (scene.now.status, scene.now.severity) == ("identified", "sev1")
    assert cell(scene, Column.STATUS) == "Identified"
    assert cell(scene, Column.SEVERITY) == "SEV1, critical"


def test_a_later_decision_in_slack_wins(scene: Scene) -> None:
    types(scene, Column.STATUS, "Monitoring")
    settle(scene)
    scene.say("identified")
    settle(scene, 3)
    assert scene.now.status == "identified"
    assert cell(scene, Column.STATUS) == "Identified"


@pytest.mark.parametrize(("column", "word"), [(Column.STATUS, "ask Bob"), (Column.SEVERITY, "2 hours")])
def test_what_means_nothing_is_left_alone_and_explained_once(scene: Scene, column: Column, word: str) -> None:
    types(scene, column, word)
    settle(scene, 8)
    scene.say("note the disk was full")
    settle(scene, 3)
    explained = [line for line in scene.lines() if f"“{word}”" in line]
    assert len(explained) == 1
    assert ("Investigating, Identified" if column is Column.STATUS else "SEV1, SEV2") in explained[0]
    assert cell(scene, column) == word
    scene.say("status")
    assert "words of their own into the row" in scene.whispers()[-1].text
    scene.say("monitoring" if column is Column.STATUS else "sev 1")
    assert cell(scene, column) == ("Monitoring" if column is Column.STATUS else "SEV1, critical")


def test_our_facts_are_put_right_again_and_again(scene: Scene) -> None:
    expected = scene.surfaces().row
    for _ in range(2):
        for column in (Column.DATE, Column.CHANNEL, Column.COMMANDER, Column.DECLARED_AT, Column.RESOLVED_AT):
            types(scene, column, "=1+1")
        settle(scene)
        assert scene.surfaces().row == expected
    assert scene.lines() == []


def test_the_id_is_put_right(scene: Scene) -> None:
    expected = scene.surfaces().row
    types(scene, Column.ID, "number one")
    settle(scene, 3)
    assert scene.bot.rows() == [expected]


def test_an_emptied_decision_is_written_again(scene: Scene) -> None:
    types(scene, Column.STATUS, "")
    types(scene, Column.TITLE, " ")
    settle(scene)
    assert cell(scene, Column.STATUS) == "Investigating"
    assert cell(scene, Column.TITLE) == "database is down"
    assert scene.lines() == []


def test_a_row_that_was_deleted_comes_back_while_it_lasts(scene: Scene) -> None:
    settle(scene, 1)
    scene.bot.google.person.delete_row(*tab(scene), row_number(scene))
    settle(scene)
    assert rows_of(scene) == 1


def test_sorted_and_with_a_column_and_a_tab_of_peoples_own(scene: Scene) -> None:
    other = Scene.begin(scene.bot, "another")
    types(scene, NOTES, "asked the bank")
    scene.bot.google.person.add_tab(tab(scene)[0], "Mine", first=True)
    scene.bot.google.person.set_cell(tab(scene)[0], "Mine", 0, 0, scene.id)
    scene.bot.google.person.set_cell(tab(scene)[0], "Mine", 0, 4, "Resolved")
    scene.bot.google.person.insert_row(*tab(scene), 1, ["our own line"])
    scene.bot.google.person.sort(*tab(scene), PLACES[Column.TITLE])
    types(scene, Column.STATUS, "Monitoring")
    types(other, Column.STATUS, "Identified")
    scene.bot.google.person.sort(*tab(scene), PLACES[Column.STATUS], descending=True)
    settle(scene)
    assert (scene.now.status, other.now.status) == ("monitoring", "identified")
    assert cell(scene, NOTES) == "asked the bank"
    assert sum(row[0] == "our own line" for row in scene.bot.rows()) == 1


def test_both_languages_are_written_and_understood(french: Scene) -> None:
    types(french, Column.STATUS, "Monitoring · Sous surveillance")
    types(french, Column.SEVERITY, "SEV2, major · SEV2, majeure")
    settle(french)
    assert (french.now.status, french.now.severity) == ("monitoring", "sev2")
    assert cell(french, Column.STATUS) == "Monitoring · Sous surveillance"
    assert "Quelqu’un, dans la feuille" in french.lines()[0]


# Between our read and our write.


def meanwhile(scene: Scene, act: object, calls: str = BATCH) -> None:
    """People do something once, when the bot is about to write."""
    left = [act]

    def interfere(call: Call, moment: Moment) -> None:
        if (call.name, moment) == (calls, "arrived") and left:
            left.pop()()  # type: ignore[operator]

    scene.bot.fault_injector.watch(interfere)


def test_what_is_typed_between_our_look_and_our_write_survives(scene: Scene) -> None:
    meanwhile(scene, lambda: types(scene, Column.STATUS, "Resolved"))
    scene.say("identified")
    settle(scene)
    assert scene.now.status == "resolved"
    assert cell(scene, Column.STATUS) == "Resolved"


def test_another_cell_typed_meanwhile_survives(scene: Scene) -> None:
    meanwhile(scene, lambda: types(scene, Column.SEVERITY, "1"))
    scene.say("identified")
    settle(scene)
    assert (scene.now.status, scene.now.severity) == ("identified", "sev1")


def test_rows_that_move_meanwhile_keep_what_people_decided(scene: Scene) -> None:
    other = Scene.begin(scene.bot, "another")

    def swap() -> None:
        types(other, Column.SEVERITY, "SEV1")
        scene.bot.google.person.move_row(*tab(scene), row_number(scene), row_number(other))

    meanwhile(scene, swap)
    scene.say("identified")
    settle(scene, 3)
    assert scene.now.status == "identified"
    assert (other.now.status, other.now.severity) == ("investigating", "sev1")
    assert cell(scene, Column.STATUS) == "Identified"
    assert cell(other, Column.STATUS) == "Investigating"
    assert len(scene.bot.rows()) == 2


def test_a_row_inserted_meanwhile_stays_empty(scene: Scene) -> None:
    meanwhile(scene, lambda: scene.bot.google.person.insert_row(*tab(scene), row_number(scene), ["", "mine"]))
    scene.say("ol @chidi")
    settle(scene)
    assert cell(scene, Column.OPERATIONS_LEAD)
    (inserted,) = [row for row in scene.bot.rows() if row[0] != scene.id]
    assert [text for text in inserted if text] == ["mine"]


# Nothing loops.


def test_what_the_bot_wrote_and_could_not_put_on_record_is_not_adopted(scene: Scene) -> None:
    scene.bot.fault_injector.break_(BATCH, Fault(503, acts=True), times=1)
    scene.say("identified")
    scene.say("monitoring")
    settle(scene, 6)
    assert scene.now.status == "monitoring"
    assert all(not fact.data.get("origin") for fact in scene.facts())


def test_ticks_cost_one_reading_each_and_say_nothing(scene: Scene) -> None:
    settle(scene, 2)
    scene.bot.fault_injector.calls.clear()
    before = scene.said()
    for _ in range(10):
        assert scene.bot.minute() == []
    names = [call.name for call in scene.bot.fault_injector.calls]
    assert names.count(READ) == 10
    assert set(names) <= {READ, "drive.files.list"}
    assert names.count("drive.files.list") == 2
    assert scene.said() == before


# The channel.


def test_a_channel_renamed_by_hand_is_called_so_everywhere(scene: Scene) -> None:
    scene.bot.slack.join(BENOIT, scene.channel)
    scene.bot.slack.rename(BENOIT, scene.channel, "the-great-outage")
    scene.events()
    assert scene.now.channel_name == "the-great-outage"
    assert cell(scene, Column.CHANNEL) == "#the-great-outage"
    assert "#the-great-outage" in scene.report()
    assert scene.lines() == []


def test_the_bots_own_renaming_is_not_adopted(scene: Scene) -> None:
    scene.say("rename payments")
    scene.events()
    assert len(scene.facts("channel_renamed")) == 1


def test_renamed_twice_the_present_name_counts_whatever_order_events_have(scene: Scene) -> None:
    scene.bot.slack.join(BENOIT, scene.channel)
    scene.events()
    for name in ("first-name", "second-name"):
        scene.bot.slack.rename(BENOIT, scene.channel, name)
    assert all(reply.status == 200 for reply in scene.bot.slack.deliver_events())
    scene.carry_out(*reversed(scene.bot.published()))
    assert scene.now.channel_name == "second-name"
    assert cell(scene, Column.CHANNEL) == "#second-name"


def topic(scene: Scene) -> str:
    return scene.bot.slack.workspace.channels[scene.channel].topic


def test_a_topic_of_peoples_own_is_kept_behind_what_is_new(scene: Scene) -> None:
    scene.bot.slack.join(BENOIT, scene.channel)
    scene.bot.slack.set_topic(BENOIT, scene.channel, "bridge 4711 & more")
    scene.say("identified")
    assert topic(scene) == "bridge 4711 &amp; more"
    scene.say("rename payments")
    assert topic(scene).endswith("payments · bridge 4711 &amp; more")
    scene.say("rename cards")
    assert topic(scene).endswith("cards · bridge 4711 &amp; more")
    scene.bot.slack.set_topic(BENOIT, scene.channel, "")
    scene.say("rename disks")
    assert topic(scene).endswith("disks")


def test_a_deleted_briefing_is_posted_anew_and_pinned(scene: Scene) -> None:
    old = scene.briefing()
    scene.bot.slack.delete(ALICE, *place(old))
    scene.events()
    new = scene.briefing()
    assert new.ts != old.ts
    assert new.ts in scene.bot.slack.workspace.channels[scene.channel].pins
    scene.say("identified")
    assert "Identified" in scene.surfaces().briefing


def place(message: object) -> tuple[str, str]:
    return message.channel, message.ts  # type: ignore[attr-defined]


# The report.


def test_a_trashed_report_is_said_once_and_still_written(scene: Scene) -> None:
    person, report = scene.bot.google.person, scene.now.document_id
    for times in (1, 2):
        person.trash(report)
        settle(scene, 12)
        said = [line for line in scene.line_messages() if "trash" in line.text]
        assert len(said) == times
        scene.say("identified" if times == 1 else "monitoring")
        person.restore(report)
        settle(scene, 6)
    assert "Monitoring" in scene.report()


def test_a_report_renamed_or_moved_changes_nothing(scene: Scene) -> None:
    person, report = scene.bot.google.person, scene.now.document_id
    person.rename(report, "Our own name")
    person.move(report, person.new_folder("Elsewhere", scene.bot.workspace.folder_id))
    scene.say("identified")
    settle(scene, 6)
    assert "Identified" in scene.report()
    assert scene.lines()
    assert not any("trash" in line for line in scene.lines())
    scene.say("rename payments")
    names = {file.id: file.name for file in scene.bot.google.files()}
    assert names[report] == "Our own name"


# An end that is adopted.


def test_the_line_of_an_adopted_end_offers_what_every_end_does(scene: Scene) -> None:
    scene.say("action rotate the key")
    scene.press(scene.line(), "action.now")
    types(scene, Column.STATUS, "Resolved")
    settle(scene)
    line = scene.line()
    assert line.text.startswith("Someone in the spreadsheet set the status to *Resolved*, ")
    assert {FINDINGS.opener, REOPEN} <= set(buttons(line))
    assert "rotate the key" in line.text
    assert "The call stays open." in line.text
    scene.submit(scene.open(line, FINDINGS.opener), {"impact": "nobody could pay", "outcome": ["exercise"]})
    settle(scene)
    assert "nobody could pay" in scene.words()
    assert scene.line().text.startswith("Someone in the spreadsheet set the status to *Resolved (exercise)*")
    assert cell(scene, Column.STATUS) == "Resolved (exercise)"
    scene.press(scene.line(), REOPEN)
    assert scene.now.is_open
    settle(scene)
    assert set(buttons(scene.line_messages()[-2])) & {FINDINGS.opener, REOPEN} == set()
    assert cell(scene, Column.STATUS) == "Investigating"
    assert own(scene, "reopened") == [""], "the bot's own label is not adopted"


def test_an_outcome_added_later_and_a_persons_status_meanwhile(scene: Scene) -> None:
    scene.say("resolve rolled back")
    line = scene.line()
    view = scene.open(line, FINDINGS.opener)
    types(scene, Column.STATUS, "Monitoring")
    scene.submit(view, {"outcome": ["false_alarm"]})
    settle(scene)
    assert scene.now.status == "monitoring"
    assert not scene.now.found(Finding.OUTCOME)
    assert own(scene, "reopened") == ["spreadsheet"]
    assert cell(scene, Column.STATUS) == "Monitoring"


def test_what_the_bot_shows_of_an_uncommon_end_is_not_adopted(scene: Scene) -> None:
    scene.say("resolve false alarm: a test page")
    settle(scene)
    assert cell(scene, Column.STATUS) == "Resolved (false alarm)"
    types(scene, Column.STATUS, "Resolved")
    settle(scene)
    assert own(scene, "resolved") == ["", "spreadsheet"]
    assert cell(scene, Column.STATUS) == "Resolved"
    assert len(scene.facts("resolved")) == 2
    settle(scene, 3)
    assert len(scene.facts("resolved")) == 2


def test_a_reopening_in_the_spreadsheet_says_when_the_next_update_comes(scene: Scene) -> None:
    scene.say("resolve rolled back")
    types(scene, Column.STATUS, "Investigating")
    settle(scene)
    assert scene.lines()[-1].startswith("Someone in the spreadsheet reopened this")
    assert "Next update" in scene.lines()[-1]


# The channel is archived.


def test_what_is_decided_while_the_channel_is_archived_counts_and_nothing_fails(scene: Scene) -> None:
    scene.bot.slack.subscribed = frozenset(SUBSCRIBED)
    name = scene.now.channel_name
    scene.say("resolve rolled back")
    scene.bot.slack.archive(ALICE, scene.channel)
    scene.events()
    types(scene, Column.TITLE, "disk full")
    types(scene, Column.SEVERITY, "3")
    types(scene, Column.DATE, "someday")
    settle(scene, 3)
    assert (scene.now.title, scene.now.severity, scene.now.channel_name) == ("disk full", "sev3", name)
    assert cell(scene, Column.DATE) != "someday"
    types(scene, Column.DATE, "someday")
    settle(scene, 3)
    assert cell(scene, Column.DATE) != "someday", "by itself, too"
    assert "disk full" in scene.report()
    assert "failed" not in scene.bot.unfinished().values()
    assert not scene.bot.notices()


def test_a_renaming_that_meets_an_archived_channel_renames_the_rest(scene: Scene) -> None:
    name = scene.now.channel_name
    scene.bot.slack.type(ALICE, scene.channel, "/incident rename disk full")
    (rename,) = scene.bot.published()
    scene.bot.slack.archive(ALICE, scene.channel)
    scene.carry_out(rename)
    assert (scene.now.title, scene.now.channel_name) == ("disk full", name)
    assert cell(scene, Column.TITLE) == "disk full"
    assert "failed" not in scene.bot.unfinished().values()


# The header.


def test_nothing_is_written_or_adopted_where_columns_were_moved(scene: Scene) -> None:
    scene.bot.google.person.insert_column(*tab(scene), PLACES[Column.DATE])
    shown = [list(row) for row in scene.bot.rows()]
    scene.say("severity 2")
    settle(scene, 3)
    assert [list(row) for row in scene.bot.rows()] == shown
    assert scene.now.title == "database is down"
    assert [fact for fact in scene.facts() if fact.data.get("origin")] == []
    assert len(scene.lines()) == 1, "nor is anything asked about"
    (notice,) = scene.bot.notices()
    assert "incident doctor" in notice.text
    other = scene.bot.declare("disk full")
    assert [list(row) for row in scene.bot.rows()] == shown
    scene.bot.google.person.delete_column(*tab(scene), PLACES[Column.DATE])
    for one in scene.bot.notices():
        scene.bot.slack.press(ALICE, one.channel, one.ts, RETRY)
    scene.carry_out(*scene.bot.published())
    settle(scene, 3)
    assert cell(scene, Column.SEVERITY).startswith("SEV2")
    assert [row[0] for row in scene.bot.rows()].count(other.id) == 1


def test_words_of_peoples_own_in_the_header_do_no_harm(scene: Scene) -> None:
    person = scene.bot.google.person
    person.set_cell(*tab(scene), 0, PLACES[Column.COMMANDER], "who leads")
    person.set_cell(*tab(scene), 0, PLACES[Column.TITLE], "What went wrong")
    person.sort(*tab(scene), 0, descending=True)
    scene.say("severity 2")
    settle(scene)
    assert cell(scene, Column.SEVERITY).startswith("SEV2")
    assert not scene.bot.notices()


def test_an_adopted_end_is_told_wherever_an_end_is(scene: Scene) -> None:
    scene.press(scene.board(), "incident.follow", DANA)
    scene.say("sev 1")
    types(scene, Column.STATUS, "Resolved")
    settle(scene)
    assert scene.thread()[-1].startswith("Someone in the spreadsheet set the status to *Resolved*, ")
    told = scene.direct(DANA, "incident_followed")[-1]
    assert "Resolved by someone in the spreadsheet in" in told.text
    types(scene, Column.STATUS, "Monitoring")
    settle(scene)
    assert "reopened" in scene.thread()[-1]
    assert "someone in the spreadsheet" in scene.direct(DANA, "incident_followed")[-1].text
