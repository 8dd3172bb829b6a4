"""Places in the parts of a document that the fake has none of: tables, headers, further tabs."""

from __future__ import annotations

from typing import Any

from incident.services.docs_places import RANGE_PREFIX, Place, edits, find, marked
from incident.services.docs_text import in_order, text_of

OPEN = marked("status", "😀open")
MARK = 9
"""Code units of one mark."""


def requests_of(places: list[Place], values: dict[str, str], written: dict[str, str]) -> list[dict[str, Any]]:
    return in_order(edits(places, values, written))


def paragraph(start: int, text: str) -> dict[str, Any]:
    """A paragraph of one run; the first index of a header is left out, as Google leaves out zeros."""
    end = start + len(text.encode("utf-16-le")) // 2
    run = {**({"startIndex": start} if start else {}), "endIndex": end, "textRun": {"content": text}}
    return {"endIndex": end, "paragraph": {"elements": [run]}}


def tab(tab_id: str, **content: Any) -> dict[str, Any]:
    return {"tabProperties": {"tabId": tab_id}, "documentTab": content}


def body(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"content": list(elements)}


def test_a_place_in_a_table_is_edited_from_its_end_to_its_start() -> None:
    cells = [{"content": [paragraph(5, f"{OPEN}\n")]}, {"content": [paragraph(40, "x\n")]}]
    table = {"startIndex": 2, "table": {"tableRows": [{"tableCells": cells}]}}
    document = {"tabs": [tab("t.0", body=body(paragraph(1, "\n"), table))]}
    assert text_of(document) == f"\n{OPEN}\nx\n"
    place = {"tabId": "t.0"}
    first = 5 + MARK
    assert requests_of(find(document, ["status"]), {"status": "closed"}, {}) == [
        {"deleteContentRange": {"range": {**place, "startIndex": first + 2, "endIndex": first + 6 + MARK}}},
        {"insertText": {"location": {**place, "index": first + 2}, "text": "closed"}},
        {"deleteContentRange": {"range": {**place, "startIndex": 5, "endIndex": first + 2}}},
        {
            "createNamedRange": {
                "name": "incident.status",
                "range": {**place, "startIndex": 5, "endIndex": 11},
            }
        },
    ]


def test_headers_and_further_tabs_have_indexes_of_their_own() -> None:
    header = {"kix.h": {"headerId": "kix.h", "content": [paragraph(0, f"{OPEN}\n")]}}
    child = tab("t.2", body=body(paragraph(1, f"{OPEN}\n")))
    document = {"tabs": [{**tab("t.1", body=body(paragraph(1, "\n")), headers=header), "childTabs": [child]}]}
    places = find(document, ["status", "title"])
    assert [place.segment.location for place in places] == [
        {"tabId": "t.1", "segmentId": "kix.h"},
        {"tabId": "t.2"},
    ]
    named = [
        request["createNamedRange"]["range"]
        for request in requests_of(places, {"status": "😀open"}, {})
        if "createNamedRange" in request
    ]
    assert {"tabId": "t.1", "segmentId": "kix.h", "startIndex": 0, "endIndex": 6} in named
    assert {"tabId": "t.2", "startIndex": 1, "endIndex": 7} in named


def test_a_named_range_in_a_footer_is_found_in_the_footer_alone() -> None:
    bounds = {"segmentId": "kix.f", "endIndex": 4}
    named = {"namedRanges": [{"namedRangeId": "n1", "ranges": [bounds]}]}
    footer = {"kix.f": {"content": [paragraph(0, "open\n")]}}
    document = {
        "tabs": [
            tab(
                "t.0",
                body=body(paragraph(1, "not it\n")),
                footers=footer,
                namedRanges={f"{RANGE_PREFIX}status": named},
            )
        ]
    }
    [place] = find(document, ["status"])
    assert (place.text, place.range_id) == ("open", "n1")
    assert requests_of([place], {"status": "open"}, {}) == []
    first, *_ = requests_of([place], {"status": "closed"}, {})
    assert first == {"deleteNamedRange": {"namedRangeId": "n1"}}


def test_a_range_that_an_edit_has_split_is_one_place_and_what_is_between_is_not() -> None:
    stretches = [{"startIndex": 1, "endIndex": 3}, {"startIndex": 5, "endIndex": 7}]
    named = {"namedRanges": [{"namedRangeId": "n1", "ranges": stretches}]}
    document = {
        "tabs": [
            tab("t.0", body=body(paragraph(1, "opXXen\n")), namedRanges={f"{RANGE_PREFIX}status": named})
        ]
    }
    [place] = find(document, ["status"])
    assert place.text == "open"
    deleted = [
        r["deleteContentRange"]["range"]
        for r in requests_of([place], {"status": "b"}, {})
        if "deleteContentRange" in r
    ]
    assert [(r["startIndex"], r["endIndex"]) for r in deleted] == [(5, 7), (2, 3), (1, 2)]


def test_a_mark_that_stands_within_a_named_range_is_no_second_place() -> None:
    named = {"namedRanges": [{"namedRangeId": "n1", "ranges": [{"startIndex": 1, "endIndex": 60}]}]}
    document = {
        "tabs": [
            tab("t.0", body=body(paragraph(1, f"{OPEN}\n")), namedRanges={f"{RANGE_PREFIX}status": named})
        ]
    }
    assert [place.range_id for place in find(document, ["status"])] == ["n1"]
