from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from incident.operate.report_template import REPORTS
from incident.sandbox.google import Run
from tests.contract.sandbox_google.support import Google, insert, refusal, replace, span


def test_indexes_count_utf16_code_units_from_one(google: Google) -> None:
    file_id = google.new_document("a😀b\nnext")
    document = google.docs.documents().get(documentId=file_id).execute()
    content = document["body"]["content"]
    assert content[0]["endIndex"] == 1
    assert [(e["startIndex"], e["endIndex"]) for e in content[1:]] == [(1, 6), (6, 11)]
    google.edit(file_id, insert(4, "|"))
    assert google.stand_in.document_text(file_id) == "a😀|b\nnext\n"
    assert refusal(lambda: google.edit(file_id, insert(3, "x")))[0] == 400, "inside the surrogate pair"
    assert refusal(lambda: google.edit(file_id, insert(0, "x")))[0] == 400, "before the body"
    assert "end index" in refusal(lambda: google.edit(file_id, insert(12, "x")))[2]


def test_placeholders_keep_their_look(google: Google) -> None:
    file_id = google.copy()["id"]
    replies = google.edit(file_id, replace("{{title}}", "=1 & <b>"), replace("{{none}}", "x"))["replies"]
    assert replies == [{"replaceAllText": {"occurrencesChanged": 1}}, {"replaceAllText": {}}]
    title = google.stand_in.document(file_id).paragraphs[0]
    assert (title.style, title.text) == ("TITLE", "=1 & <b>")


def test_matching_minds_case_only_when_asked(google: Google) -> None:
    file_id = google.new_document("One one ONE")
    either = {"replaceAllText": {"containsText": {"text": "one"}, "replaceText": "two"}}
    assert google.edit(file_id, replace("ONE", "1"))["replies"] == [
        {"replaceAllText": {"occurrencesChanged": 1}}
    ]
    assert google.edit(file_id, either)["replies"] == [{"replaceAllText": {"occurrencesChanged": 2}}]
    assert google.stand_in.document_text(file_id) == "two two 1\n"


def test_a_batch_is_all_or_nothing(google: Google) -> None:
    file_id = google.new_document("text")
    before = google.stand_in.snapshot()
    wrong: list[dict[str, Any]] = [
        insert(99, "x"),
        {"deleteContentRange": {"range": span(1, 11)}},
        {"insertPageBreak": {}},
        {},
    ]
    for last in wrong:
        assert refusal(partial(google.edit, file_id, insert(1, "more "), last))[0] in (400, 501)
    assert google.stand_in.snapshot() == before


def test_a_batch_can_insist_on_a_revision(google: Google) -> None:
    file_id = google.new_document("text")
    revision = google.docs.documents().get(documentId=file_id, fields="revisionId").execute()["revisionId"]
    control = {"requiredRevisionId": revision}
    after = google.edit(file_id, insert(1, "a "), writeControl=control)["writeControl"]["requiredRevisionId"]
    assert refusal(lambda: google.edit(file_id, insert(1, "b "), writeControl=control))[0] == 400
    google.edit(file_id, insert(1, "c "), writeControl={"requiredRevisionId": after})
    assert google.stand_in.document_text(file_id) == "c a text\n"


def test_a_batch_can_be_merged_with_what_others_did_since(google: Google) -> None:
    file_id = google.new_document("status: open, by Ann")
    get = google.docs.documents().get
    control = {"targetRevisionId": get(documentId=file_id, fields="revisionId").execute()["revisionId"]}
    google.edit(file_id, {"createNamedRange": {"name": "theirs", "range": span(15, 17)}})
    google.edit(file_id, insert(1, "😀 "), {"deleteContentRange": {"range": span(16, 20)}})
    assert google.stand_in.document_text(file_id) == "😀 status: open Ann\n"
    answer = google.edit(
        file_id,
        {"deleteContentRange": {"range": span(9, 13)}},
        insert(9, "closed"),
        {"createNamedRange": {"name": "mine", "range": span(9, 15)}},
        insert(23, "a!"),
        writeControl=control,
    )
    assert google.stand_in.document_text(file_id) == "😀 status: closed Anna!\n"
    document = get(documentId=file_id).execute()
    assert answer["writeControl"]["requiredRevisionId"] == document["revisionId"]
    [mine] = document["namedRanges"]["mine"]["namedRanges"]
    assert mine["ranges"] == [span(12, 18)]
    assert "theirs" not in document["namedRanges"], "its text was deleted"


def test_what_both_have_deleted_or_named_is_merged_too(google: Google) -> None:
    file_id = google.new_document("abcdef")
    google.edit(file_id, {"createNamedRange": {"name": "old", "range": span(1, 3)}})
    get = google.docs.documents().get
    control = {"targetRevisionId": get(documentId=file_id, fields="revisionId").execute()["revisionId"]}
    google.edit(
        file_id,
        {"deleteNamedRange": {"name": "old"}},
        {"createNamedRange": {"name": "new", "range": span(5, 7)}},
        {"deleteContentRange": {"range": span(2, 4)}},
        insert(2, "X"),
    )
    google.edit(file_id, {"deleteContentRange": {"range": span(3, 5)}}, insert(1, "Y"), writeControl=control)
    assert google.stand_in.document_text(file_id) == "YaXef\n"
    document = get(documentId=file_id).execute()
    [new] = document["namedRanges"].pop("new")["namedRanges"]
    assert new["ranges"] == [span(4, 6)]
    assert document["namedRanges"] == {}


def test_a_batch_cannot_be_merged_with_a_revision_unknown(google: Google) -> None:
    file_id = google.new_document("text")
    unknown = {"targetRevisionId": "ANeT999999"}
    assert "too far behind" in refusal(lambda: google.edit(file_id, insert(1, "a"), writeControl=unknown))[2]
    both = {"targetRevisionId": "x", "requiredRevisionId": "x"}
    assert refusal(lambda: google.edit(file_id, insert(1, "a"), writeControl=both))[0] == 400
    assert google.stand_in.document_text(file_id) == "text\n"


def test_replacing_a_named_range_that_is_not_there(google: Google) -> None:
    file_id = google.new_document("text")
    by_name = {"replaceNamedRangeContent": {"namedRangeName": "none", "text": "x"}}
    google.edit(file_id, by_name)
    assert google.stand_in.document_text(file_id) == "text\n"
    by_id = {"replaceNamedRangeContent": {"namedRangeId": "none", "text": "x"}}
    assert refusal(lambda: google.edit(file_id, by_id))[0] == 400


def test_a_named_range_shrinks_and_goes_with_its_text(google: Google) -> None:
    file_id = google.new_document("a named part")
    google.edit(file_id, {"createNamedRange": {"name": "n", "range": span(3, 8)}})
    google.edit(file_id, {"deleteContentRange": {"range": span(1, 5)}})
    get = google.docs.documents().get
    found = get(documentId=file_id, includeTabsContent=True, suggestionsViewMode="SUGGESTIONS_INLINE")
    [tab] = found.execute()["tabs"]
    [named] = tab["documentTab"]["namedRanges"]["n"]["namedRanges"]
    assert named["ranges"] == [span(1, 4)]
    google.edit(file_id, {"deleteContentRange": {"range": span(1, 4)}})
    assert "namedRanges" not in get(documentId=file_id).execute()


def test_named_ranges_move_with_the_text(google: Google) -> None:
    file_id = google.new_document("Timeline\nfirst\n")
    create = {"createNamedRange": {"name": "timeline", "range": span(10, 16)}}
    [reply] = google.edit(file_id, create)["replies"]
    named_id = reply["createNamedRange"]["namedRangeId"]

    def bounds() -> dict[str, int]:
        document = google.docs.documents().get(documentId=file_id, fields="namedRanges").execute()
        [found] = document["namedRanges"]["timeline"]["namedRanges"]
        assert found["namedRangeId"] == named_id
        return dict(found["ranges"][0])

    google.edit(file_id, insert(1, "😀"))
    assert bounds() == span(12, 18)
    google.edit(file_id, insert(13, "xx"))
    assert bounds() == span(12, 20)
    google.edit(file_id, insert(20, "after"))
    assert bounds() == span(12, 20)
    google.edit(file_id, {"replaceNamedRangeContent": {"namedRangeName": "timeline", "text": "new\n"}})
    assert google.stand_in.document_text(file_id) == "😀Timeline\nnew\nafter\n"
    assert bounds() == span(12, 16)
    google.edit(file_id, {"deleteNamedRange": {"name": "timeline"}})
    assert refusal(lambda: google.edit(file_id, {"deleteNamedRange": {"namedRangeId": named_id}}))[0] == 400


def test_styles_are_written_by_their_mask(google: Google) -> None:
    file_id = google.new_document("Head\nsee here\none\n\ttwo")
    link = {"link": {"url": "https://example.org"}, "bold": True, "italic": True}
    google.edit(
        file_id,
        {
            "updateParagraphStyle": {
                "range": span(1, 2),
                "paragraphStyle": {"namedStyleType": "HEADING_2"},
                "fields": "namedStyleType",
            }
        },
        {"updateTextStyle": {"range": span(10, 14), "textStyle": link, "fields": "link,bold"}},
        {"createParagraphBullets": {"range": span(15, 23), "bulletPreset": "BULLET_CHECKBOX"}},
    )
    head, see, one, two = google.stand_in.document(file_id).paragraphs
    assert head.style == "HEADING_2"
    assert see.runs == (Run("see "), Run("here", bold=True, link="https://example.org"))
    assert [(p.bullet, p.text) for p in (one, two)] == [(0, "one"), (1, "two")]
    wrong: dict[str, Any] = {"updateTextStyle": {"range": span(1, 2), "textStyle": {}, "fields": "blod"}}
    assert "blod" in refusal(lambda: google.edit(file_id, wrong))[2]
    del wrong["updateTextStyle"]["fields"]
    assert "fields" in refusal(lambda: google.edit(file_id, wrong))[2]


def test_the_template_has_every_placeholder_once_and_every_question(google: Google) -> None:
    text = google.stand_in.document_text(google.workspace.template_id)
    placeholders = ["title", "date", "commander", "operations_lead", "channel", "meet", "severity", "status"]
    assert [text.count(f"{{{{{name}}}}}") for name in placeholders] == [1] * len(placeholders)
    headings = [line.text for line in REPORTS["en"] if line.style.startswith("HEADING")]
    view = google.stand_in.document(google.workspace.template_id)
    assert [p.text for p in view.paragraphs if p.style.startswith("HEADING")] == headings
    for question in ("What happened", "Root cause", "Where we got lucky", "Action items", "Timeline"):
        assert question in headings


def named_ranges(google: Google, file_id: str, label: str) -> list[dict[str, int]]:
    document = google.docs.documents().get(documentId=file_id).execute()
    [found] = document["namedRanges"][label]["namedRanges"]
    return list(found["ranges"])


def test_a_named_range_can_be_split(google: Google) -> None:
    file_id = google.new_document("a named part, more")
    google.edit(file_id, {"createNamedRange": {"name": "n", "range": span(3, 13)}})
    google.stand_in.person.paste(file_id, "XX", before="part")
    assert named_ranges(google, file_id, "n") == [span(3, 9), span(11, 15)]
    google.edit(file_id, insert(4, "y"))
    assert named_ranges(google, file_id, "n") == [span(3, 10), span(12, 16)]
    google.edit(file_id, {"replaceNamedRangeContent": {"namedRangeName": "n", "text": "new"}})
    assert google.stand_in.document_text(file_id) == "a newXX, more\n"
    assert named_ranges(google, file_id, "n") == [span(3, 6)]


def test_a_named_range_may_grow_at_its_end_or_not(google: Google) -> None:
    file_id = google.new_document("a named part")
    google.edit(file_id, {"createNamedRange": {"name": "n", "range": span(3, 8)}})
    google.edit(file_id, insert(8, "!"))
    assert named_ranges(google, file_id, "n") == [span(3, 8)]
    google.stand_in.ranges_grow_at_end = True
    google.edit(file_id, insert(8, "?"))
    assert named_ranges(google, file_id, "n") == [span(3, 9)]


def bullets(start: int, end: int, preset: str) -> dict[str, Any]:
    return {"createParagraphBullets": {"range": span(start, end), "bulletPreset": preset}}


def test_bullets_join_the_list_before_them_of_the_same_preset(google: Google) -> None:
    file_id = google.new_document("one\ntwo\nthree\nfour")
    google.edit(file_id, bullets(1, 4, "BULLET_CHECKBOX"))
    google.edit(file_id, bullets(5, 8, "BULLET_CHECKBOX"), bullets(9, 10, "NUMBERED_DECIMAL_NESTED"))
    document = google.docs.documents().get(documentId=file_id).execute()
    lists = [p["paragraph"].get("bullet", {}).get("listId") for p in document["body"]["content"][1:]]
    assert lists[0] == lists[1] != lists[2]
    assert lists[3] is None
    assert document["lists"].keys() == {lists[0], lists[2]}


def style(start: int, end: int, fields: str, **text_style: Any) -> dict[str, Any]:
    return {"updateTextStyle": {"range": span(start, end), "textStyle": text_style, "fields": fields}}


def test_a_mask_of_everything_writes_everything(google: Google) -> None:
    file_id = google.new_document("all of it")
    link = {"url": "https://example.org"}
    google.edit(file_id, style(1, 10, "bold,strikethrough,link", bold=True, strikethrough=True, link=link))
    assert google.stand_in.document(file_id).paragraphs[0].runs == (
        Run("all of it", bold=True, link="https://example.org", strikethrough=True),
    )
    google.edit(file_id, style(5, 10, "*", strikethrough=True))
    document = google.docs.documents().get(documentId=file_id).execute()
    _, rest, _ = document["body"]["content"][1]["paragraph"]["elements"]
    assert rest["textRun"] == {"content": "of it", "textStyle": {"strikethrough": True}}


def test_links_spread_and_end_as_docs_has_it(google: Google) -> None:
    file_id = google.new_document("see here\nand there")

    def links() -> list[tuple[str, str | None]]:
        paragraphs = google.stand_in.document(file_id).paragraphs
        return [(run.text, run.link) for paragraph in paragraphs for run in paragraph.runs]

    google.edit(file_id, style(5, 13, "link", link={"url": "https://a"}))
    assert links() == [("see ", None), ("here", "https://a"), ("and", "https://a"), (" there", None)]
    google.edit(file_id, style(6, 7, "link,bold", link={"url": "https://b"}, bold=True))
    runs = google.stand_in.document(file_id).paragraphs[0].runs
    assert [(run.text, run.link, run.bold) for run in runs[1:]] == [
        ("h", "https://b", False),
        ("e", "https://b", True),
        ("re", "https://b", False),
    ]
    google.edit(file_id, style(1, 5, "bold", bold=True), style(5, 9, "link"))
    document = google.docs.documents().get(documentId=file_id).execute()
    first = document["body"]["content"][1]["paragraph"]["elements"][0]
    assert first["textRun"] == {"content": "see here", "textStyle": {"bold": True}}


def test_a_person_at_work_in_a_document(google: Google) -> None:
    file_id = google.new_document("Timeline\nfirst\nlast")
    heading = {"namedStyleType": "HEADING_1"}
    google.edit(
        file_id,
        {"updateParagraphStyle": {"range": span(1, 2), "paragraphStyle": heading, "fields": "*"}},
        {"createNamedRange": {"name": "n", "range": span(10, 15)}},
    )
    person = google.stand_in.person
    person.rename_heading(file_id, "Timeline", "Timetable")
    person.type(file_id, "really ", after="first")
    person.type(file_id, "\nthe end")
    person.delete(file_id, "last")
    assert google.stand_in.document_text(file_id) == "Timetable\nfirstreally \n\nthe end\n"
    assert google.stand_in.document(file_id).paragraphs[0].style == "HEADING_1"
    revision = google.stand_in.document(file_id).revision
    person.type(file_id, "😀 ", at=1)
    person.rewrite(file_id, 11, "firstreally ", "first, really", revision)
    assert google.stand_in.document_text(file_id) == "😀 Timetable\nfirst, really\n\nthe end\n"
    assert named_ranges(google, file_id, "n") == [span(14, 19)]
    with pytest.raises(KeyError):
        person.rename_heading(file_id, "first, really", "x")
