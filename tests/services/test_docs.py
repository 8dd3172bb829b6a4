"""The places of a report: filled in one call, found again, brought to new values; through the real client."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.runtime.failures import PermanentError, TransientError
from incident.sandbox.faults import Call, Fault, Moment
from incident.services.docs import Docs
from incident.services.docs_places import clean
from incident.services.drive import Drive
from tests.services.conftest import GoogleStage

FILLED = {
    "title": "Base de données 😀 en panne",
    "date": "2026-11-23",
    "severity": "…",
    "status": "open",
    "commander": "Benoît Côté",
    "operations_lead": "Benoît Côté",
    "channel": "#incident-2026-11-23-db",
    "meet": "https://meet.google.com/abc-mnop-xyz",
    "source": "/incident, typed in Slack",
    "began": "not known yet",
    "noticed": "not known yet",
    "declared": "2026-11-23 03:04 UTC (by Benoît Côté)",
    "mitigated": "not yet",
    "resolved": "not yet",
    "timeline": "Times are those of UTC.",
}
CHANGED = {**FILLED, "severity": "2", "status": "resolved", "commander": "Zoé Tremblay"}
TYPED = "☂☎🙃"
"""What people type in the property tests: in no value and not in the template."""

VALUES = st.fixed_dictionaries(
    dict.fromkeys(FILLED, st.text(st.sampled_from("ab {}é😀=\u2063\u2060\ue000\x07"), max_size=12))
)
TYPING = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(TYPED)), max_size=12)


def report(workspace: GoogleStage) -> str:
    """A copy of the template, not filled yet."""
    ids = workspace.ids
    drive = Drive(workspace.google, template_id=ids.template_id, folder_id=ids.folder_id)
    document = drive.copy_template("a report", "i-1")
    workspace.calls()
    return document.id


def index_of(workspace: GoogleStage, document: str, position: int) -> int:
    """Docs' index of a character of the body."""
    before = workspace.fake.document_text(document)[:position]
    return 1 + len(before.encode("utf-16-le")) // 2


def type_in(workspace: GoogleStage, document: str, position: int, text: str) -> None:
    """A person types into a document, before the character at this position."""
    index = index_of(workspace, document, position)
    workspace.fake.edit_document(document, {"insertText": {"location": {"index": index}, "text": text}})


def delete(workspace: GoogleStage, document: str, words: str) -> None:
    """A person deletes words."""
    start = workspace.fake.document_text(document).index(words)
    bounds = {
        "startIndex": index_of(workspace, document, start),
        "endIndex": index_of(workspace, document, start + len(words)),
    }
    workspace.fake.edit_document(document, {"deleteContentRange": {"range": bounds}})


def expected(workspace: GoogleStage, values: Mapping[str, str]) -> str:
    """The template's text with these values and nothing else."""
    text = workspace.fake.document_text(workspace.ids.template_id)
    parts = text.split("{{")
    return parts[0] + "".join(
        clean(values[name]) + rest for name, rest in (part.split("}}", 1) for part in parts[1:])
    )


def test_filling_is_one_call_and_what_it_sets_is_found_again(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    assert workspace.calls() == ["docs.documents.batchUpdate"]
    assert docs.is_filled(document, FILLED, [FILLED["channel"]])
    workspace.calls()

    assert not docs.update(document, CHANGED).missing
    assert workspace.calls() == ["docs.documents.get", "docs.documents.batchUpdate"]
    assert workspace.fake.document_text(document) == expected(workspace, CHANGED)

    assert not docs.update(document, CHANGED).missing
    assert workspace.calls() == ["docs.documents.get"], "twice is once"
    assert not docs.update(document, FILLED).missing
    assert workspace.fake.document_text(document) == expected(workspace, FILLED)


def test_the_marks_go_even_where_no_value_has_changed(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    docs.update(document, FILLED)
    assert workspace.fake.document_text(document) == expected(workspace, FILLED)
    workspace.calls()
    docs.update(document, FILLED)
    assert workspace.calls() == ["docs.documents.get"]


def test_a_filled_report_reads_like_one_without_marks(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    invisible = str.maketrans("", "", "\u2060\u2061\u2062\u2063\u2064")
    text = workspace.fake.document_text(document)
    assert text.translate(invisible) == expected(workspace, FILLED)
    assert FILLED["title"] in text


def test_a_value_keeps_the_look_of_its_place(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    docs.update(document, FILLED)
    docs.update(document, CHANGED)
    paragraphs = workspace.fake.document(document).paragraphs
    [severity] = [p for p in paragraphs if p.text.startswith("Severity: ")]
    assert [(run.text, run.bold) for run in severity.runs] == [("Severity:", True), (" 2", False)]
    assert (paragraphs[0].style, paragraphs[0].text) == ("TITLE", CHANGED["title"])


@pytest.mark.parametrize("value", ["{{date}}", "{{nonce:date}}", "\u2063\u2060evil\u2063", "a\ue000b\x00"])
def test_a_value_cannot_make_places(workspace: GoogleStage, value: str) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    hostile = {**FILLED, "title": value}
    docs.fill(document, hostile, "another-nonce")
    assert not docs.update(document, hostile).missing
    assert workspace.fake.document_text(document) == expected(workspace, hostile)
    docs.update(document, {**CHANGED, "title": value})
    assert workspace.fake.document_text(document) == expected(workspace, {**CHANGED, "title": value})


@settings(
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(VALUES, TYPING), min_size=2, max_size=4))
def test_what_people_type_is_kept_wherever_they_type_it(
    workspace: GoogleStage, versions: list[tuple[dict[str, str], list[tuple[float, str]]]]
) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    written: dict[str, str] = {}
    typed: list[str] = []
    for values, typing in versions:
        if written:
            assert not docs.update(document, values, written).missing
            text = workspace.fake.document_text(document)
            assert sorted(c for c in text if c in TYPED) == sorted(typed)
            own = "".join(c for c in text if c not in TYPED)
            assert own == expected(workspace, values)
            workspace.calls()
            docs.update(document, values, values)
            assert workspace.calls() == ["docs.documents.get"]
        else:
            docs.fill(document, values, "nonce")
        written = values
        for where, what in typing:
            length = len(workspace.fake.document_text(document))
            type_in(workspace, document, int(where * length), what)
            typed.append(what)


def test_without_the_last_values_only_places_are_replaced(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    docs.update(document, FILLED)
    text = workspace.fake.document_text(document)
    type_in(workspace, document, text.index("open") + 2, "INSIDE")
    type_in(workspace, document, text.index("Status"), "BEFORE ")
    docs.update(document, CHANGED)
    text = workspace.fake.document_text(document)
    assert "INSIDE" not in text
    assert text.replace("BEFORE ", "") == expected(workspace, CHANGED)


def test_a_place_that_people_have_deleted_is_named_and_stays_away(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    docs.update(document, FILLED)
    delete(workspace, document, FILLED["date"])
    assert docs.update(document, {**CHANGED, "date": "2027-01-01"}).missing == {"date"}
    text = workspace.fake.document_text(document)
    assert "2027" not in text
    assert "resolved" in text
    assert docs.update(document, {"unheard_of": "x"}).missing == {"unheard_of"}


def test_a_value_that_people_deleted_between_its_marks_comes_back(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    delete(workspace, document, FILLED["date"])
    assert not docs.update(document, CHANGED).missing
    assert workspace.fake.document_text(document) == expected(workspace, CHANGED)


def test_a_placeholder_that_stands_twice_is_brought_along_twice(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    type_in(workspace, document, 0, "{{status}} 😀 {{status}}: ")
    docs.fill(document, FILLED, "nonce")
    docs.update(document, CHANGED)
    docs.update(document, {**CHANGED, "status": "reopened"})
    text = workspace.fake.document_text(document)
    assert text.startswith("reopened 😀 reopened: Base")
    assert text.count("reopened") == 3


def test_what_people_type_while_a_report_is_edited_is_merged(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    docs.update(document, FILLED)

    def interfere(call: Call, moment: Moment) -> None:
        if (call.name, moment) == ("docs.documents.batchUpdate", "arrived"):
            type_in(workspace, document, 0, "typed meanwhile: ")
            delete(workspace, document, "Severity: ")

    workspace.fault_injector.watch(interfere)
    docs.update(document, CHANGED)
    text = workspace.fake.document_text(document)
    assert text == "typed meanwhile: " + expected(workspace, CHANGED).replace("Severity: ", "")
    workspace.fault_injector.reset()
    docs.update(document, FILLED)
    assert FILLED["commander"] in workspace.fake.document_text(document), "its places are found as before"


def test_a_revision_that_is_too_old_is_read_again(workspace: GoogleStage) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    workspace.fault_injector.break_("docs.documents.batchUpdate", Fault(400, "failedPrecondition"), times=1)
    docs.update(document, CHANGED)
    assert workspace.fake.document_text(document) == expected(workspace, CHANGED)
    workspace.fault_injector.break_("docs.documents.batchUpdate", Fault(400, "failedPrecondition"))
    with pytest.raises(PermanentError):
        docs.update(document, FILLED)


@pytest.mark.parametrize("acts", [True, False])
def test_an_answer_that_is_lost_does_no_harm(workspace: GoogleStage, acts: bool) -> None:
    document, docs = report(workspace), Docs(workspace.google)
    docs.fill(document, FILLED, "nonce")
    workspace.fault_injector.break_("docs.documents.batchUpdate", Fault(503, acts=acts), times=1)
    with pytest.raises(TransientError):
        docs.update(document, CHANGED)
    docs.update(document, CHANGED)
    assert workspace.fake.document_text(document) == expected(workspace, CHANGED)


def test_names_whose_marks_could_be_confused_are_refused(workspace: GoogleStage) -> None:
    names = {f"name{number}": "x" for number in range(4**8 + 1)}  # one more than there are marks
    with pytest.raises(ValueError, match="same mark"):
        Docs(workspace.google).fill("no-document", names, "nonce")
    assert workspace.calls() == []
