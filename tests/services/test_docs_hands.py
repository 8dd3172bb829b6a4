"""The timeline of a report under people's hands: they paste, split, join and delete; the real client."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from incident.services.docs_entries import Entry, Timeline, entry_edits
from incident.services.docs_standing import ENTRY_PREFIX
from incident.services.docs_text import in_order
from tests.services.conftest import GoogleStage
from tests.services.test_docs import FILLED, type_in
from tests.services.test_docs_entries import READ, WROTE, Doc, meanwhile


@pytest.fixture(params=[False, True], ids=["ranges as they were", "ranges grow"])
def doc(workspace: GoogleStage, request: pytest.FixtureRequest) -> Doc:
    """Nothing documents whether a named range grows by what is inserted right behind it: both must do."""
    workspace.fake.ranges_grow_at_end = request.param
    return Doc(workspace)


def settle(doc: Doc, *entries: Entry) -> None:
    """The bot's part, until nothing is left to do: a range that grew is put right by the write after."""
    for _ in range(2):
        doc.try_once(*entries)
    doc.workspace.calls()
    doc.try_once(*entries)
    assert doc.workspace.calls() == READ


def test_late_entries_come_first_however_ranges_grow(doc: Doc) -> None:
    first, second, third, fourth = WROTE
    doc.try_once(fourth)
    doc.try_once(third, fourth)
    doc.try_once(second, third, fourth)
    doc.try_once(first, second, third, fourth)
    assert doc.lines == [one.text for one in WROTE]
    settle(doc, *WROTE)
    assert doc.lines == [one.text for one in WROTE]


def test_taking_out_an_entry_does_nothing_to_what_comes_behind(doc: Doc) -> None:
    first, second, third, _ = WROTE
    for number in range(1, 4):
        settle(doc, *WROTE[:number])
    settle(doc, first, replace(second, is_gone=True, gone="Taken out."), third)
    assert doc.lines == [first.text, third.text]
    assert not doc.look(third.text).get("strikethrough")


def test_what_a_person_deletes_does_nothing_to_what_comes_behind(doc: Doc) -> None:
    first, second, third, _ = WROTE
    for number in range(1, 4):
        settle(doc, *WROTE[:number])
    doc.delete(second.text + "\n")
    doc.try_once(first, replace(second, words="Ana · Note: other"), third)
    doc.try_once(first, replace(second, is_gone=True, gone="Taken out."), third)
    settle(doc, first, replace(second, is_gone=True, gone="Taken out."), third)
    assert doc.lines == [first.text, third.text]
    assert not doc.look(third.text).get("strikethrough")


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_is_pasted_into_an_entry_stays(doc: Doc, is_gone: bool) -> None:
    """It splits the range, and is no part of it: what the range holds is still what the bot wrote."""
    first, second, *_ = WROTE
    doc.bring(first, second)
    doc.people.paste(doc.id, "(by hand!) ", before="went out")
    mine = doc.lines[0]
    changed = replace(first, words="Ana · Note: no deploy", is_gone=is_gone, gone="Taken out.")
    settle(doc, changed, second)
    assert "(by hand!) " in doc.text
    if is_gone:
        assert doc.lines == [mine, "↳ Taken out.", second.text]


def test_an_entry_that_a_person_has_split_stays_together(doc: Doc) -> None:
    doc.workspace.fake.allows_suggesting = False
    first, second, third, _ = WROTE
    doc.bring(first, third)
    doc.type("went out", "\n")
    parts = doc.lines[:2]
    settle(doc, first, second, third)
    assert doc.lines == [*parts, second.text, third.text]
    changed = replace(first, words="Ana · Note: no deploy")
    settle(doc, changed, second, third)
    assert doc.lines == [*parts, f"↳ {changed.text}", second.text, third.text]
    settle(doc, replace(first, is_gone=True, gone="Taken out."), second, third)
    assert doc.lines == [*parts, "↳ Taken out.", second.text, third.text]
    assert doc.look("went out")["strikethrough"]


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_is_said_beneath_and_a_person_deletes_stays_away(doc: Doc, is_gone: bool) -> None:
    doc.workspace.fake.allows_suggesting = False
    first, second, *_ = WROTE
    doc.bring(first, second)
    doc.type("went out", "quickly ")
    mine = doc.lines[0]
    changed = replace(first, words="Ana · Note: it did not", is_gone=is_gone, gone="Taken out.")
    settle(doc, changed, second)
    doc.delete(doc.lines[1] + "\n")
    settle(doc, changed, second)
    assert doc.lines == [mine, second.text]
    again = replace(first, words="Ana · Note: or did it")
    settle(doc, again, second)
    assert doc.lines == [mine, f"↳ {again.text}", second.text], "something else may be said"


def test_an_entry_may_be_gone_though_a_table_or_a_chip_stands_beside_it() -> None:
    """The newline before a table or at the end of a cell cannot go; a chip has an index and no text.

    https://developers.google.com/workspace/docs/api/reference/rest/v1/documents/request#deletecontentrangerequest
    """
    entry = replace(WROTE[0], is_gone=True, gone="Taken out.")
    after = 1 + len(entry.text)
    document = body(
        text_at(1, entry.text + "\n"),
        {"table": {"tableRows": [{"tableCells": [{"content": [text_at(after + 4, "cell\n")]}]}]}},
        text_at(after + 12, "end\n"),
        spans=[(entry, 1, after)],
    )
    *_, request = in_order(entry_edits(document, Timeline([entry]), None, may_suggest=True).edits)
    assert request["deleteContentRange"]["range"] == {"tabId": "t.0", "startIndex": 1, "endIndex": after}


def test_a_chip_in_an_entry_is_a_persons() -> None:
    entry = replace(WROTE[0], is_gone=True, gone="Taken out.")
    head, tail = entry.text[:8], entry.text[8:]
    paragraph = {
        "paragraph": {
            "elements": [
                {"startIndex": 1, "textRun": {"content": head}},
                {"startIndex": 9, "endIndex": 10, "person": {"personId": "p"}},
                {"startIndex": 10, "textRun": {"content": tail + "\n"}},
            ]
        }
    }
    document = body(paragraph, text_at(11 + len(tail), "end\n"), spans=[(entry, 1, 10 + len(tail))])
    made = in_order(entry_edits(document, Timeline([entry]), None, may_suggest=True).edits)
    assert made
    assert not any("deleteContentRange" in request for request in made)


def body(*content: dict[str, Any], spans: list[tuple[Entry, int, int]]) -> dict[str, Any]:
    """A document with these entries in it."""
    named = {
        f"{ENTRY_PREFIX}{entry.id}.{entry.written}": {
            "namedRanges": [{"namedRangeId": entry.id, "ranges": [{"startIndex": start, "endIndex": end}]}]
        }
        for entry, start, end in spans
    }
    tab = {"body": {"content": list(content)}, "namedRanges": named}
    return {"revisionId": "r1", "tabs": [{"tabProperties": {"tabId": "t.0"}, "documentTab": tab}]}


def text_at(start: int, text: str) -> dict[str, Any]:
    """A paragraph at an index."""
    return {"paragraph": {"elements": [{"startIndex": start, "textRun": {"content": text}}]}}


def test_a_beginning_that_a_person_splits_stays_above(doc: Doc) -> None:
    first, second, *_ = WROTE
    doc.try_once(second)
    doc.type_after("Times are", "\n")
    settle(doc, first, second)
    text = doc.text
    assert text.index("those of UTC.") < text.index(first.text) < text.index(second.text)


def test_words_that_no_document_can_hold_hold_up_nothing(doc: Doc) -> None:
    hostile = Entry(
        "h", "14:00", "\ud800 \u2063\u2060 {{title}} \u202e \x07 \r\n x\r y", "https://x.example/"
    )
    settle(doc, hostile, WROTE[0])
    assert doc.lines == ["14:00   {{title}} \u202e  \v x y", WROTE[0].text]
    assert FILLED["title"] in doc.text


def test_what_was_struck_and_counts_again_is_struck_no_more(doc: Doc) -> None:
    doc.workspace.fake.allows_suggesting = False
    first, second, *_ = WROTE
    doc.bring(first, second)
    doc.type("went out", "quickly ")
    mine = doc.lines[0]
    settle(doc, replace(first, is_gone=True, gone="Taken out."), second)
    assert doc.look("quickly")["strikethrough"]
    doc.delete("↳ Taken out.\n")
    changed = replace(first, words="Ana · Note: it did not")
    settle(doc, changed, second)
    assert doc.lines == [mine, f"↳ {changed.text}", second.text]
    assert not doc.look("quickly").get("strikethrough")
    settle(doc, replace(first, is_gone=True, gone="Taken out."), second)
    assert doc.lines == [mine, "↳ Taken out.", second.text]
    assert doc.look("quickly")["strikethrough"]


def test_what_stands_behind_an_entry_that_is_taken_out_is_not_taken_for_it(doc: Doc) -> None:
    first, second, *_ = WROTE
    settle(doc, first, second)
    doc.type_after(second.text, "\nBelow it.")
    gone = replace(second, is_gone=True, gone="Taken out.")
    settle(doc, first, gone)
    assert doc.lines == [first.text, "Below it."]
    assert not doc.look("Below it.").get("strikethrough")
    settle(doc, first, second)
    assert [line for line in doc.lines if line] == [first.text, second.text, "Below it."]


@pytest.mark.parametrize("edited", [0, 1])
def test_of_two_copies_of_a_late_try_the_one_that_a_person_edited_stays(doc: Doc, edited: int) -> None:
    first, *_ = WROTE
    meanwhile(doc.workspace, lambda: doc.try_once(first))
    doc.try_once(first)
    places = [found.start() for found in re.finditer("the deploy", doc.text)]
    assert len(places) == 2
    type_in(doc.workspace, doc.id, places[edited], "truly ")
    settle(doc, first)
    assert doc.lines == [first.text.replace("the deploy", "truly the deploy")]


def test_what_a_person_makes_a_heading_makes_no_other_entry_one(doc: Doc) -> None:
    first, second, *_ = WROTE
    doc.bring(first)
    style = {"namedStyleType": "HEADING_2"}
    start = doc.text.index(first.text) + 2  # there is a character of two units before
    bounds = {"startIndex": start, "endIndex": start + 5}
    change = {"range": bounds, "paragraphStyle": style, "fields": "namedStyleType"}
    doc.workspace.fake.edit_document(doc.id, {"updateParagraphStyle": change})
    settle(doc, first, second)
    styles = {
        "".join(run["textRun"]["content"] for run in item["paragraph"]["elements"]).strip("\n"): item[
            "paragraph"
        ]["paragraphStyle"]["namedStyleType"]
        for item in doc.docs._get(doc.id)["tabs"][0]["documentTab"]["body"]["content"]
        if "paragraph" in item
    }
    assert (styles[first.text], styles[second.text]) == ("HEADING_2", "NORMAL_TEXT")


def test_what_comes_next_stands_behind_what_was_said_beneath(doc: Doc) -> None:
    doc.workspace.fake.allows_suggesting = False
    first, second, *_ = WROTE
    doc.bring(first)
    doc.type("went out", "quickly ")
    mine, changed = doc.lines[0], replace(first, words="Ana · Note: it did not")
    settle(doc, changed)
    settle(doc, changed, second)
    assert doc.lines == [mine, f"↳ {changed.text}", second.text]
