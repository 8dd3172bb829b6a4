"""What the bot works with in Drive is made once, whatever happens on the way."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from incident.cli import main
from incident.messages.locales import words_for
from incident.model.locale import SPOKEN
from incident.operate import report_template
from incident.operate.bootstrap import Found, bootstrap, lines
from incident.operate.report_template import PLACEHOLDERS, REPORTS, report
from incident.operate.tracking_sheet import labels_in, severities, statuses
from incident.runtime.failures import StepError
from incident.runtime.settings import WorkspaceSettings
from incident.sandbox.faults import Fault
from incident.sandbox.google import FakeGoogle
from incident.sandbox.google.drive import new_shared_drive
from incident.sandbox.google.grid import Spreadsheet
from incident.sandbox.world import World
from incident.services.drive import Drive
from incident.services.google import DOCS, Google
from incident.surfaces import columns as tracking

ROOT = Path(__file__).parents[2]


def settings(world: World, **changed: str) -> WorkspaceSettings:
    return WorkspaceSettings.load(world.environment() | {"INCIDENT_TIMEZONE": "America/Toronto"} | changed)


def made(world: World, drive: str, **changed: str) -> Found:
    own = settings(world, **changed)
    return bootstrap(connected(own.google_api_url), own, drive=drive)


connected = cache(Google)
"""Clients of Google's take a while to make."""


def files(google: FakeGoogle, drive: str) -> list[str]:
    return sorted(file.name for file in google.files() if file.drive_id == drive)


def spreadsheet(google: FakeGoogle, file_id: str) -> Spreadsheet:
    content = google._state.files[file_id].content
    assert isinstance(content, Spreadsheet)
    return content


@pytest.fixture
def drive(world: World) -> str:
    return new_shared_drive(world.google._state, "Reports")


def test_makes_all_three_and_finds_them_again(world: World, drive: str) -> None:
    first = made(world, drive)
    assert files(world.google, drive) == ["Incident report template", "Incident tracking", "Incidents"]
    before = world.google.snapshot()
    second = made(world, drive)
    assert (second.folder, second.template, second.spreadsheet) == (
        first.folder,
        first.template,
        first.spreadsheet,
    )
    assert (first.made, second.made) == (("folder", "template", "spreadsheet"), ())
    assert world.google.snapshot() == before
    assert lines(first, settings(world)) == lines(second, settings(world))


@pytest.mark.parametrize("acts", [False, True])
@pytest.mark.parametrize(
    ("call", "done"),
    [
        ("drive.files.create", 0),
        ("drive.files.create", 1),
        ("docs.documents.batchUpdate", 0),
        ("drive.files.create", 2),
        ("sheets.spreadsheets.batchUpdate", 0),
    ],
)
def test_a_run_that_died_is_completed_by_the_next(
    world: World, drive: str, call: str, done: int, acts: bool
) -> None:
    world.fault_injector.break_(call, Fault(status=400, error="badRequest", acts=acts), times=1, after=done)
    with pytest.raises(StepError):
        made(world, drive)
    found = made(world, drive)
    assert files(world.google, drive) == ["Incident report template", "Incident tracking", "Incidents"]
    whole = made(world, new_shared_drive(world.google._state, "Another"))
    for name in ("template", "spreadsheet"):
        one, other = (world.google._state.files[getattr(ids, name)] for ids in (found, whole))
        assert content(one) == content(other)


def content(file: Any) -> Any:
    if isinstance(file.content, Spreadsheet):
        return [(sheet.title, sheet.cells, len(sheet.charts)) for sheet in file.content.sheets]
    return file.content.text


@pytest.mark.parametrize("locale", SPOKEN)
def test_the_template_asks_everything_in_order(world: World, drive: str, locale: str) -> None:
    found = made(world, drive, INCIDENT_LOCALE=locale)
    view = world.google.document(found.template)
    wanted_lines = report(SPOKEN[locale])
    assert [p.text for p in view.paragraphs] == [line.text for line in wanted_lines]
    looks = [(p.style, p.bullet is not None) for p in view.paragraphs]
    wanted = [
        ("NORMAL_TEXT" if line.style == "BULLET" else line.style, line.style == "BULLET")
        for line in wanted_lines
    ]
    assert looks == wanted
    italic = [p.text for p in view.paragraphs if p.runs and all(run.italic for run in p.runs)]
    assert italic == [line.text for line in wanted_lines if line.guidance]
    names = Counter(name for name in PLACEHOLDERS for line in wanted_lines if f"{{{{{name}}}}}" in line.text)
    assert names == Counter(PLACEHOLDERS)


def test_both_languages_ask_the_same() -> None:
    english, french = (
        [(line.style, line.guidance, bool(line.label)) for line in REPORTS[locale]] for locale in ("en", "fr")
    )
    assert english == french
    questions = [line.text for line in REPORTS["en"] if line.style == "HEADING_1"]
    assert questions == [
        "What happened",
        "Impact on the organisation",
        "How it was discovered",
        "How it was triggered",
        "Root cause",
        "What we learned",
        "Action items",
    ]


def test_in_both_languages_a_fact_stands_once_and_advice_in_each() -> None:
    lines_ = report(["en", "fr"])
    texts = [line.text for line in lines_]
    assert texts[:4] == [
        "{{title}}",
        "Date: {{date}}",
        "Severity · Gravité: {{severity}}",
        "Status · État: {{status}}",
    ]
    assert [line.text[: line.label] for line in lines_ if line.label][1:3] == [
        "Severity · Gravité:",
        "Status · État:",
    ]
    for locale in ("en", "fr"):
        assert report([locale]) == REPORTS[locale]
        advice = [line for line in REPORTS[locale] if line.guidance]
        assert [line for line in lines_ if line in advice] == advice
        assert all(
            any(line.text in text for text in texts) for line in REPORTS[locale] if line.style == "HEADING_1"
        )


def test_what_people_wrote_stays(world: World, drive: str) -> None:
    found = made(world, drive)
    google = connected(settings(world).google_api_url)
    edit = {"replaceAllText": {"containsText": {"text": "Timeline"}, "replaceText": "When"}}

    google.execute(
        DOCS,
        lambda client: client.documents().batchUpdate(documentId=found.template, body={"requests": [edit]}),
    )
    made(world, drive)
    assert "When\n" in world.google.document_text(found.template)
    assert world.google.document_text(found.template).count("Root cause") == 1


@pytest.mark.parametrize("locale", SPOKEN)
def test_the_spreadsheet_is_ready_for_the_first_incident(world: World, drive: str, locale: str) -> None:
    found = made(world, drive, INCIDENT_LOCALE=locale, INCIDENT_SHEET="Bob's")
    languages, labels = [words_for(one) for one in SPOKEN[locale]], labels_in(SPOKEN[locale])
    book = spreadsheet(world.google, found.spreadsheet)
    assert book.timezone == "America/Toronto"
    incidents, charts = book.sheets
    assert (incidents.title, charts.title) == ("Bob's", labels.tab)
    [header] = incidents.rows()
    assert tuple(cell.text for cell in header) == tracking.header(*SPOKEN[locale])
    assert incidents.properties["gridProperties"]["frozenRowCount"] == 1
    assert incidents.basic_filter == {
        "range": {"sheetId": incidents.id, "startRowIndex": 0, "startColumnIndex": 0, "endColumnIndex": 10}
    }
    assert sorted(incidents.widths) == list(range(10))
    columns = list(tracking.Column)
    choices = {
        column: [
            value["userEnteredValue"]
            for value in incidents.cells[999, columns.index(column)]["dataValidation"]["condition"]["values"]
        ]
        for column in (tracking.Column.STATUS, tracking.Column.SEVERITY)
    }
    assert choices == {
        tracking.Column.STATUS: statuses(languages),
        tracking.Column.SEVERITY: severities(languages),
    }
    dates = {"date": "DATE", "declared_at": "DATE_TIME", "resolved_at": "DATE_TIME"}
    for name, kind in dates.items():
        cell = incidents.cells[1, columns.index(tracking.Column(name))]
        assert cell["userEnteredFormat"]["numberFormat"]["type"] == kind


def test_the_charts_are_fed_by_formulas_of_the_columns(world: World, drive: str) -> None:
    found = made(world, drive, INCIDENT_SHEET="Bob's")
    _, charts = spreadsheet(world.google, found.spreadsheet).sheets
    header, first, second, *others = charts.rows()
    assert [cell.text for cell in header] == ["month", *severities([words_for("en")]), "hours to resolve"]
    assert len(others) == 10
    assert [first[0].formula, second[0].formula] == [
        "=EDATE(EOMONTH(TODAY();-1)+1;-11)",
        "=EDATE($A2;1)",
    ]
    assert first[1].formula == (
        "=COUNTIFS('Bob''s'!$B$2:$B;\">=\"&$A2;'Bob''s'!$B$2:$B;\"<\"&EDATE($A2;1);'Bob''s'!$F$2:$F;B$1;"
        "'Bob''s'!$E$2:$E;\"<>Resolved (false alarm)\";'Bob''s'!$E$2:$E;\"<>Resolved (exercise)\")"
    )
    assert second[6].formula == (
        "=IFERROR(24*MEDIAN(FILTER('Bob''s'!$J$2:$J-'Bob''s'!$I$2:$I;ISNUMBER('Bob''s'!$J$2:$J);"
        "'Bob''s'!$B$2:$B>=$A3;'Bob''s'!$B$2:$B<EDATE($A3;1);"
        "'Bob''s'!$E$2:$E<>\"Resolved (false alarm)\";'Bob''s'!$E$2:$E<>\"Resolved (exercise)\")))"
    )
    severity, duration = (chart["spec"] for chart in charts.charts)
    assert severity["title"] == "Incidents a month by severity"
    assert [source(series["series"]) for series in severity["basicChart"]["series"]] == [1, 2, 3, 4, 5]
    assert [source(series["series"]) for series in duration["basicChart"]["series"]] == [6]
    assert source(duration["basicChart"]["domains"][0]["domain"]) == 0


def source(data: Any) -> int:
    [cells] = data["sourceRange"]["sources"]
    assert (cells["startRowIndex"], cells["endRowIndex"]) == (0, 13)
    column: int = cells["startColumnIndex"]
    return column


def test_a_folder_that_is_there_is_used_and_reports_in_it_are_no_templates(world: World) -> None:
    folder = world.workspace.folder_id
    own = settings(world)
    google = connected(own.google_api_url)
    found = bootstrap(google, own, folder=folder)
    assert found.folder == folder
    Drive(google, template_id=found.template, folder_id=folder).copy_template("a report", "an-incident")
    world.google._state.files[found.template].trashed = True
    again = bootstrap(google, own, folder=folder)
    assert again.made == ("template",)
    assert world.google._state.files[again.template].name == "Incident report template"


def test_what_the_bot_writes_goes_where_the_columns_are() -> None:
    assert tracking.row({column: column.value for column in reversed(tracking.Column)}) == [
        column.value for column in tracking.Column
    ]
    with pytest.raises(KeyError):
        tracking.row({tracking.Column.ID: "x"})


def test_prints_lines_to_copy(
    world: World, drive: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INCIDENT_SHEET", 'a "${b}')
    assert main(["bootstrap", "--drive", drive]) == 0
    out, progress = capsys.readouterr()
    ids = {file.name: file.id for file in world.google.files() if file.drive_id == drive}
    assert out.splitlines() == [
        "# terraform.tfvars",
        f'template_id    = "{ids["Incident report template"]}"',
        f'folder_id      = "{ids["Incidents"]}"',
        f'spreadsheet_id = "{ids["Incident tracking"]}"',
        'sheet          = "a \\"$${b}"',
        "",
        "# or, where there is no Terraform, the environment",
        f"INCIDENT_TEMPLATE_ID={ids['Incident report template']}",
        f"INCIDENT_FOLDER_ID={ids['Incidents']}",
        f"INCIDENT_SPREADSHEET_ID={ids['Incident tracking']}",
        'INCIDENT_SHEET=a "${b}',
    ]
    assert "made the template “Incident report template”" in progress


def test_the_lines_are_for_variables_and_settings_that_there_are() -> None:
    printed = lines(Found("f", "t", "s"), WorkspaceSettings.load({}))
    terraform, _, environment = printed.partition("\n\n")
    variables = (ROOT / "terraform" / "variables.tf").read_text()
    known = set(re.findall(r'^variable "(\w+)"', variables, re.MULTILINE))
    assert set(re.findall(r"^(\w+) *= ", terraform, re.MULTILINE)) <= known
    read = (ROOT / "incident" / "runtime" / "settings.py").read_text()
    named = re.findall(r"^(\w+)=", environment, re.MULTILINE)
    assert len(named) == 4
    assert all(f'"{name}"' in read for name in named)


@pytest.mark.parametrize(
    ("place", "said"),
    [(["--drive", "0Anowhere"], "Check the id."), (["--folder", "1nowhere"], "Check the id.")],
)
def test_what_cannot_be_done_is_said_in_a_line(
    place: list[str],
    said: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["bootstrap", *place]) == 1
    out, progress = capsys.readouterr()
    assert not out
    assert f"drive: notFound. {said}" in progress


def test_a_wrong_setting_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INCIDENT_LOCALE", "de")
    assert main(["bootstrap", "--drive", "x"]) == 1
    assert "INCIDENT_LOCALE is 'de'" in capsys.readouterr().err


def test_texts_beyond_the_basic_plane_do_not_shift_the_looks() -> None:
    line = report_template.Line("🔥 a", "HEADING_1")
    edits = report_template.edits((line, report_template.Line("b", guidance=True)))
    assert edits[1]["updateParagraphStyle"]["range"] == {"startIndex": 1, "endIndex": 6}
    assert edits[2]["updateTextStyle"]["range"] == {"startIndex": 6, "endIndex": 7}
