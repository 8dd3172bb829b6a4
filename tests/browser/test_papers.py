"""A person writes in reports and spreadsheets, on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.test_page import declare
from tests.browser.test_page_api import JSON, ask

if TYPE_CHECKING:
    from incident.sandbox.google import Person
    from tests.browser.chromium import Browser
    from tests.browser.conftest import Sandbox


@pytest.fixture
def report(sandbox: Sandbox, browser: Browser) -> str:
    """The id of the report in the panel."""
    browser.open(f"{sandbox.url}/#{declare(sandbox)}")
    browser.sees("#panel .paper h1", "Database is down")
    found: str = browser.run("return document.querySelector('.paper').dataset.document")
    return found


def person(sandbox: Sandbox) -> Person:
    return sandbox.world.google.person


def text(sandbox: Sandbox, file_id: str) -> str:
    return sandbox.world.google.document_text(file_id)


def test_typing_into_a_paragraph(sandbox: Sandbox, browser: Browser, report: str) -> None:
    browser.click("[data-place=edit]")
    assert browser.run("return document.activeElement.ariaPressed") == "true"
    browser.type(".paper h1[contenteditable]", f"{Keys.END}, <b>again</b> 😀")
    # Others write above meanwhile: nothing is drawn over what is being typed.
    person(sandbox).type(report, "Draft\n", at=1)
    browser.type(".paper h1[contenteditable]", "!")
    browser.run("document.activeElement.blur()")
    browser.sees(".paper h1", "Database is down, <b>again</b> 😀!")
    browser.sees(".paper h1", "Draft")
    assert text(sandbox, report).startswith("Draft\nDatabase is down, <b>again</b> 😀!\n")


def test_the_enter_key_makes_a_paragraph(sandbox: Sandbox, browser: Browser, report: str) -> None:
    browser.click("[data-place=edit]")
    browser.type(".paper h1[contenteditable]", f"{Keys.HOME}{Keys.ARROW_RIGHT * 8}\n")
    browser.sees(".paper h1:nth-of-type(2)", "is down")
    browser.wait("return document.activeElement.textContent === ' is down'")
    assert text(sandbox, report).startswith("Database\n is down\n")


def test_escape_leaves_a_paragraph_as_it_was(sandbox: Sandbox, browser: Browser, report: str) -> None:
    before = text(sandbox, report)
    browser.click("[data-place=edit]")
    browser.type(".paper h1[contenteditable]", f"nonsense{Keys.ESCAPE}")
    assert browser.text(".paper h1") == "Database is down"
    assert text(sandbox, report) == before


def test_suggestions_are_shown_and_answered(sandbox: Sandbox, browser: Browser, report: str) -> None:
    google = sandbox.world.google
    hand = person(sandbox)
    hand.type(report, "Old ", at=1, suggesting=True)
    hand.delete(report, "down", suggesting=True)
    browser.sees(".paper ins", "Old")
    assert browser.text(".paper del") == "down"
    assert "Somebody suggests adding “Old”" in browser.text(".suggestion")
    browser.click(".suggestion button[aria-label^='Accept'][aria-label*=Old]")
    browser.wait("return document.querySelector('.paper ins') === null")
    browser.click(".suggestion button[aria-label^='Reject']")
    browser.wait("return document.querySelector('.paper del, .suggestion') === null")
    assert google.document_text(report).startswith("Old Database is down\n")


def test_struck_text_is_struck(sandbox: Sandbox, browser: Browser, report: str) -> None:
    style = {"textStyle": {"strikethrough": True}, "fields": "strikethrough"}
    bounds = {"startIndex": 1, "endIndex": 9}
    sandbox.world.google.edit_document(report, {"updateTextStyle": {"range": bounds, **style}})
    browser.sees(".paper h1 s", "Database")


def test_a_report_is_renamed_trashed_and_restored(sandbox: Sandbox, browser: Browser, report: str) -> None:
    def file() -> tuple[str, bool]:
        return next((f.name, f.trashed) for f in sandbox.world.google.files() if f.id == report)

    browser.click(".rename summary")
    browser.type(".rename input", f"{Keys.CONTROL}a{Keys.NULL}A better name\n")
    browser.sees(".chooser select", "A better name")
    assert file() == ("A better name", False)
    browser.click("[data-place=trash]")
    browser.sees("#panel .hint", "in the trash")
    assert file()[1]
    browser.sees(".chooser select", "A better name (in the trash)")
    browser.click("[data-place=trash]")
    browser.wait("return document.querySelector('#panel .report .hint') === null")
    assert not file()[1]


def rows(sandbox: Sandbox, column: int) -> list[str]:
    place = sandbox.world.workspace.spreadsheet_id, sandbox.world.workspace.sheet
    return [cells[column].text for cells in sandbox.world.google.sheet_rows(*place)]


def cell(row: int, column: int) -> str:
    return f"td[data-place='Incidents {row} {column}']"


def test_a_spreadsheet_is_edited_by_the_keyboard(sandbox: Sandbox, browser: Browser) -> None:
    browser.click("#tab-spreadsheet")
    browser.type(cell(1, 0), "b\n")
    browser.sees(cell(1, 0), "b")
    browser.wait("return document.activeElement.dataset.place === 'Incidents 1 0'")
    browser.type(cell(1, 0), Keys.ARROW_DOWN)
    assert browser.run("return document.activeElement.dataset.place") == "Incidents 2 0"
    assert browser.text(".name-box") == "Cell A3"
    browser.type(cell(2, 0), "a\n")
    browser.sees(cell(2, 0), "a")
    browser.type(cell(2, 0), f"no{Keys.ESCAPE}")
    browser.click("[data-place='Incidents up']")
    browser.sees(cell(1, 0), "a")
    assert rows(sandbox, 0)[1:] == ["a", "b"]
    browser.click("th [aria-label='Sort by column A']")
    browser.click("th [aria-label='Sort by column A']")
    browser.sees(cell(1, 0), "b")
    browser.click(cell(1, 0))
    browser.click("[data-place='Incidents insert']")
    browser.sees(cell(2, 0), "b")
    assert rows(sandbox, 0)[1:] == ["", "b", "a"]
    browser.click("[data-place='Incidents delete']")
    browser.sees(cell(1, 0), "b")
    assert rows(sandbox, 0)[1:] == ["b", "a"]


def test_the_document_on_a_page_of_its_own_is_written_in_as_well(
    sandbox: Sandbox, browser: Browser, report: str
) -> None:
    browser.open(f"{sandbox.url}/document/{report}")
    browser.click("[data-place=edit]")
    browser.type(".paper h1[contenteditable]", f"{Keys.END}!")
    browser.run("document.activeElement.blur()")
    browser.sees("#title", "database is down")
    assert browser.wait("return document.querySelector('.paper h1').dataset.saved === 'Database is down!'")
    assert text(sandbox, report).startswith("Database is down!\n")


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("trash_file", {"file": "none"}, 404),
        ("rename_file", {"file": "none", "name": " "}, 400),
        ("edit_cell", {"file": "none", "sheet": "Incidents", "row": -1, "column": 0, "value": "x"}, 400),
        ("edit_cell", {"sheet": "Incidents", "row": 10**9, "column": 0, "value": "x"}, 400),
        ("edit_cell", {"sheet": "None", "row": 1, "column": 0, "value": "x"}, 404),
        ("insert_row", {"sheet": "Incidents", "row": 5000}, 400),
        ("edit_paragraph", {"revision": "x", "start": 1, "old": "a", "new": "b"}, 404),
        ("settle_suggestion", {"suggestion": "none", "accept": "yes"}, 400),
    ],
)
def test_what_cannot_be_done_is_said(
    shared: Sandbox, action: str, body: dict[str, object], status: int
) -> None:
    workspace = shared.world.workspace
    before = shared.world.google.version
    found, _, _ = ask(shared, f"/api/{action}", {"file": workspace.spreadsheet_id, **body}, JSON)
    assert found == status
    assert shared.world.google.version == before


def test_a_link_of_the_document_leads_to_the_message(sandbox: Sandbox, browser: Browser, report: str) -> None:
    slack = sandbox.world.slack
    parent = str(slack.type("U0BENOIT", "C0SRE", "it is the pool").ts)
    reply = str(slack.type("U0BENOIT", "C0SRE", "200 of 200", thread_ts=parent).ts)
    for number in range(40):
        slack.type("U0BENOIT", "C0SRE", f"line {number}")
    url = f"https://maple.slack.com/archives/C0SRE/p{reply.replace('.', '')}?thread_ts={parent}&cid=C0SRE"
    style = {"textStyle": {"link": {"url": url}}, "fields": "link"}
    bounds = {"startIndex": 1, "endIndex": 9}
    sandbox.world.google.edit_document(report, {"updateTextStyle": {"range": bounds, **style}})
    browser.open("about:blank")
    browser.open(f"{sandbox.url}/document/{report}")
    browser.click(".paper h1 a")
    browser.sees("#channel-name", "#incident-sre")
    browser.sees(".message.sought", "200 of 200")
    assert browser.run("return document.activeElement.dataset.ts") == reply
    box = "return document.activeElement.getBoundingClientRect()"
    assert 0 < browser.run(f"{box}.top") < browser.run("return innerHeight")
