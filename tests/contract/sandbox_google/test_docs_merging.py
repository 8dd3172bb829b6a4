"""What Docs makes of a batch that was written for an older revision."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from incident.sandbox.google.docs_edits import Editor
from incident.sandbox.google.document import Document
from incident.sandbox.google.document_merge import merge
from tests.contract.sandbox_google.support import Google, insert, span


def delete(start: int, end: int) -> dict[str, Any]:
    return {"deleteContentRange": {"range": span(start, end)}}


def name(label: str, start: int, end: int) -> dict[str, Any]:
    return {"createNamedRange": {"name": label, "range": span(start, end)}}


def document(text: str) -> Document:
    made = Document()
    Editor(made).apply([insert(1, text)])
    return made


def edited(base: Document, *requests: dict[str, Any], by_person: bool = False) -> Document:
    copy = base.copy()
    Editor(copy, by_person=by_person).apply(list(requests))
    return copy


def ranges(made: Document) -> dict[str, list[str]]:
    return {
        named.name: [made.text[start:end] for start, end in made.spans_of(named)] for named in made.ranges
    }


def test_each_side_keeps_its_styles_and_lists() -> None:
    base = document("one\ntwo")
    bold = {"updateTextStyle": {"range": span(1, 4), "textStyle": {"bold": True}, "fields": "bold"}}
    heading = {"namedStyleType": "HEADING_1"}
    theirs = edited(
        base,
        bold,
        {"updateParagraphStyle": {"range": span(1, 4), "paragraphStyle": heading, "fields": "*"}},
        {"createParagraphBullets": {"range": span(5, 8), "bulletPreset": "BULLET_CHECKBOX"}},
    )
    mine = edited(base, insert(8, "!"))
    merged = merge(base, mine, theirs)
    assert merged.text == "one\ntwo!\n"
    (first, runs), (second, _) = merged.paragraphs()
    assert first.style["namedStyleType"] == "HEADING_1"
    assert runs[0][1].style == {"bold": True}
    assert second.bullet is not None
    assert second.bullet["listId"] in merged.lists


def test_a_range_made_of_old_text_takes_in_what_a_person_typed_inside() -> None:
    base = document("status: open")
    mine = edited(base, name("mine", 9, 13))
    assert ranges(merge(base, mine, edited(base, insert(11, "XX"))))["mine"] == ["opXXen"]
    assert ranges(merge(base, mine, edited(base, insert(9, "XX"))))["mine"] == ["open"]
    assert ranges(merge(base, mine, edited(base, insert(13, "XX"))))["mine"] == ["open"]
    assert ranges(merge(base, mine, edited(base, delete(10, 12))))["mine"] == ["on"]
    assert ranges(merge(base, mine, edited(base, delete(9, 13)))) == {}


def test_a_range_that_a_person_made_takes_in_what_the_bot_wrote_inside() -> None:
    base = document("status: open")
    theirs = edited(base, name("theirs", 1, 7))
    assert ranges(merge(base, edited(base, insert(3, "--")), theirs)) == {"theirs": ["st--atus"]}


def test_a_range_that_both_have_grows_on_both_sides() -> None:
    base = edited(document("abcdef"), name("n", 2, 6))
    merged = merge(base, edited(base, insert(3, "1")), edited(base, insert(5, "2"), delete(3, 4)))
    assert merged.text == "ab1d2ef\n"
    assert ranges(merged) == {"n": ["b1d2e"]}


def test_text_put_where_both_have_deleted() -> None:
    base = document("abcdef")
    mine = edited(base, delete(2, 5), insert(2, "new"), name("mine", 2, 5))
    theirs = edited(base, delete(3, 6), insert(3, "typed"))
    merged = merge(base, mine, theirs)
    assert merged.text == "atypednewf\n"
    assert ranges(merged) == {"mine": ["new"]}


_EDIT = st.tuples(st.integers(1, 40), st.integers(0, 5), st.text("xyz\n😀", max_size=4))


def _requests(made: Document, edits: list[tuple[int, int, str]]) -> list[dict[str, Any]]:
    """Edits that are right for a document, whichever were drawn."""
    copy, requests = made.copy(), []
    for where, length, text in edits:
        last = len(copy.glyphs) - 1
        start = where % (last + 1)
        end = min(start + length, last)
        bounds = copy.index(start), copy.index(end)
        wanted = [delete(*bounds)] if start < end else []
        wanted += [insert(bounds[0], text), name(text[:1], bounds[0], bounds[0] + 1)] if text else []
        wanted = [w for w in wanted if "createNamedRange" not in w or text[0] != "😀"]
        Editor(copy).apply(wanted)
        requests += wanted
    return requests


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_EDIT, max_size=4), st.lists(_EDIT, max_size=4), st.lists(_EDIT, max_size=3))
def test_what_either_side_typed_is_there_and_what_either_deleted_is_not(
    begun: list[tuple[int, int, str]],
    ours: list[tuple[int, int, str]],
    others: list[tuple[int, int, str]],
) -> None:
    base = document("The quick brown fox\njumps over\nthe lazy dog")
    base = edited(base, *_requests(base, begun))
    mine, theirs = edited(base, *_requests(base, ours)), edited(base, *_requests(base, others))
    merged = merge(base, mine, theirs)
    old, one, other = ({glyph.key for glyph in made.glyphs} for made in (base, mine, theirs))
    keys = [glyph.key for glyph in merged.glyphs]
    assert len(keys) == len(set(keys))
    assert set(keys) == (one & other) | (one - old) | (other - old)
    for side in (mine, theirs):
        here = [glyph.key for glyph in side.glyphs if glyph.key in set(keys)]
        assert [key for key in keys if key in set(here)] == here
    assert merged.glyphs[-1].char == "\n"
    assert merge(base, mine, base).to_json()["paragraphs"] == mine.to_json()["paragraphs"]
    assert ranges(merge(base, mine, base)) == ranges(mine)


def test_a_batch_for_a_revision_that_was_read_keeps_what_was_typed_since(google: Google) -> None:
    file_id = google.new_document("What happened\nend")
    get = google.docs.documents().get
    revision = get(documentId=file_id, fields="revisionId").execute()["revisionId"]
    google.stand_in.person.type(file_id, "Ann was here. ", before="What")
    google.stand_in.person.delete(file_id, "end")
    google.edit(
        file_id, insert(15, "02:00 up\n"), name("e1", 15, 24), writeControl={"targetRevisionId": revision}
    )
    assert google.stand_in.document_text(file_id) == "Ann was here. What happened\n02:00 up\n\n"
    found = get(documentId=file_id).execute()["namedRanges"]["e1"]["namedRanges"][0]["ranges"]
    assert found == [span(29, 38)]
