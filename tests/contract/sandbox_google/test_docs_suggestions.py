"""Docs' write mode SUGGEST, and what becomes of suggestions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from incident.sandbox.faults import FaultInjector
from incident.sandbox.google import FakeGoogle, Suggestion
from tests.contract.sandbox_google.support import Google, insert, refusal, replace, span

SUGGEST = {"writeMode": "SUGGEST"}


def delete(start: int, end: int) -> dict[str, Any]:
    return {"deleteContentRange": {"range": span(start, end)}}


def runs(google: Google, file_id: str, mode: str | None = None) -> list[tuple[str, str]]:
    """The runs of a document: `+` for what is to be inserted, `-` for what is to be deleted."""
    document = google.docs.documents().get(documentId=file_id, suggestionsViewMode=mode).execute()
    found: list[tuple[str, str]] = []
    for part in document["body"]["content"][1:]:
        for element in part["paragraph"]["elements"]:
            run = element["textRun"]
            marks = "+" * ("suggestedInsertionIds" in run) + "-" * ("suggestedDeletionIds" in run)
            assert element["endIndex"] - element["startIndex"] == len(run["content"])
            found.append((marks, run["content"]))
    return found


def suggested(google: Google, file_id: str, *requests: dict[str, Any], **control: str) -> list[str]:
    """Suggests edits; the ids of the suggestions, one for each."""
    answer = google.edit(file_id, *requests, writeControl={**SUGGEST, **control})
    return [made for one in answer["suggestionResponses"] for made in one["createdSuggestionIds"]]


def test_an_edit_that_is_suggested_stands_inline_until_a_person_accepts_it(google: Google) -> None:
    file_id = google.new_document("status: open, now")
    insertion, deletion = suggested(google, file_id, insert(13, "closed"), delete(9, 13))
    inline = [("", "status: "), ("-", "open"), ("+", "closed"), ("", ", now\n")]
    assert runs(google, file_id) == inline
    assert runs(google, file_id, "SUGGESTIONS_INLINE") == inline
    assert runs(google, file_id, "PREVIEW_SUGGESTIONS_ACCEPTED") == [("", "status: closed, now\n")]
    assert runs(google, file_id, "PREVIEW_WITHOUT_SUGGESTIONS") == [("", "status: open, now\n")]
    person = google.stand_in.person
    assert person.suggestions(file_id) == [
        Suggestion(deletion, by_person=False, inserted="", deleted="open"),
        Suggestion(insertion, by_person=False, inserted="closed", deleted=""),
    ]
    person.accept(file_id, insertion)
    assert runs(google, file_id) == [("", "status: "), ("-", "open"), ("", "closed, now\n")]
    person.accept(file_id, deletion)
    assert runs(google, file_id) == [("", "status: closed, now\n")]
    assert person.suggestions(file_id) == []


def test_an_edit_that_is_rejected_leaves_the_text_as_it_was(google: Google) -> None:
    file_id = google.new_document("one two")
    for suggestion in suggested(google, file_id, insert(4, "\nnew"), delete(1, 3)):
        google.stand_in.person.reject(file_id, suggestion)
    assert runs(google, file_id) == [("", "one two\n")]


def test_what_is_written_within_a_suggestion(google: Google) -> None:
    file_id = google.new_document("ab")
    [outer] = suggested(google, file_id, insert(2, "12"))
    [_inner] = suggested(google, file_id, insert(3, "x"))
    google.edit(file_id, insert(4, "kept"))
    assert google.stand_in.document_text(file_id) == "a1xkept2b\n"
    google.stand_in.person.reject(file_id, outer)
    assert runs(google, file_id) == [("", "akeptb\n")]
    assert google.stand_in.person.suggestions(file_id) == []


def test_its_author_takes_a_suggested_insertion_back_at_once(google: Google) -> None:
    file_id = google.new_document("ab")
    person = google.stand_in.person
    suggested(google, file_id, insert(2, "bot"))
    person.type(file_id, "ann", at=2, suggesting=True)
    assert runs(google, file_id) == [("", "a"), ("+", "ann"), ("+", "bot"), ("", "b\n")]
    google.edit(file_id, delete(2, 8), writeControl=SUGGEST)
    assert runs(google, file_id) == [("", "a"), ("+-", "ann"), ("", "b\n")]
    hers, ours = person.suggestions(file_id)
    assert (hers.by_person, ours.by_person) == (True, False)
    withdraw = {"deleteSuggestion": {"suggestionId": hers.id}}
    assert refusal(lambda: google.edit(file_id, withdraw))[0] == 403
    answer = google.edit(file_id, {"deleteSuggestion": {"suggestionId": ours.id}})
    assert answer["suggestionResponses"] == [{"deletedSuggestionIds": [ours.id]}]
    answer = google.edit(file_id, {"rejectSuggestion": {"suggestionId": hers.id}})
    assert answer["suggestionResponses"] == [{"rejectedSuggestionIds": [hers.id]}]
    assert google.stand_in.document_text(file_id) == "ab\n"


def test_a_suggestion_is_merged_with_what_others_did_since(google: Google) -> None:
    file_id = google.new_document("open by Ann")
    get = google.docs.documents().get
    [first] = suggested(google, file_id, delete(1, 5))
    revision = get(documentId=file_id).execute()["revisionId"]
    google.stand_in.person.accept(file_id, first)
    google.stand_in.person.type(file_id, "X", before="Ann")
    suggested(google, file_id, insert(5, "closed"), targetRevisionId=revision)
    assert runs(google, file_id) == [("+", "closed"), ("", " by XAnn\n")]
    with_both = {**SUGGEST, "requiredRevisionId": "a", "targetRevisionId": "b"}
    assert refusal(lambda: google.edit(file_id, insert(1, "x"), writeControl=with_both))[0] == 400


@pytest.mark.parametrize(
    "request_",
    [
        replace("text", "other"),
        {"createNamedRange": {"name": "n", "range": span(1, 3)}},
        {"updateTextStyle": {"range": span(1, 3), "textStyle": {"bold": True}, "fields": "bold"}},
    ],
)
def test_what_cannot_be_suggested_here_is_refused(google: Google, request_: dict[str, Any]) -> None:
    file_id = google.new_document("text")
    assert refusal(lambda: google.edit(file_id, request_, writeControl=SUGGEST))[0] == 501


def test_suggesting_may_not_be_available(google: Google) -> None:
    google.stand_in.allows_suggesting = False
    file_id = google.new_document("text")
    code, _, message = refusal(lambda: google.edit(file_id, insert(1, "x"), writeControl=SUGGEST))
    assert (code, "writeMode" in message) == (400, True)
    assert google.stand_in.document_text(file_id) == "text\n"


def test_an_unknown_suggestion_is_refused(google: Google) -> None:
    file_id = google.new_document("text")
    for kind in ("acceptSuggestion", "rejectSuggestion", "deleteSuggestion"):
        unknown = {kind: {"suggestionId": "suggest.none"}}
        assert refusal(lambda: google.edit(file_id, unknown))[0] == 400  # noqa: B023 - called at once
    assert (
        refusal(lambda: google.edit(file_id, insert(1, "x"), writeControl={"writeMode": "OFFER"}))[0] == 400
    )


def test_suggestions_are_kept_in_a_snapshot(google: Google) -> None:
    file_id = google.new_document("ab")
    google.edit(file_id, {"createNamedRange": {"name": "n", "range": span(1, 3)}})
    google.stand_in.person.paste(file_id, "--", before="b")
    suggested(google, file_id, insert(2, "new"), delete(1, 2))
    snapshot = json.loads(json.dumps(google.stand_in.snapshot()))
    other = FakeGoogle(FaultInjector())
    other.restore(snapshot)
    assert other.snapshot() == snapshot
    assert other.person.suggestions(file_id) == google.stand_in.person.suggestions(file_id)
