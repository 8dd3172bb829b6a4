"""The timeline of a report: every entry once and in order, around whatever people write; the real client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.runtime.failures import TransientError
from incident.sandbox.faults import Call, Fault
from incident.sandbox.google.person import Person
from incident.services.docs import Docs
from incident.services.docs_entries import Entry, Timeline
from incident.services.docs_standing import standing
from tests.services.conftest import GoogleStage
from tests.services.test_docs import FILLED, delete, index_of, report, type_in

WROTE = [
    Entry(f"run{n}.noted", f"2026-11-23 14:0{n} UTC", f"Ana · Note: {word}", f"https://slack.example/p{n}")
    for n, word in enumerate(("the deploy went out", "errors 😀 rise", "rolled\nback", "quiet"))
]


READ, WRITE = ["docs.documents.get"], "docs.documents.batchUpdate"


class Doc:
    """A filled report, the bot that keeps it, and the people who write in it."""

    def __init__(self, workspace: GoogleStage) -> None:
        self.workspace = workspace
        self.id = report(workspace)
        self.docs = Docs(workspace.google)
        self.docs.fill(self.id, FILLED, "nonce")
        self.known: frozenset[str] = frozenset()
        workspace.calls()

    def bring(self, *entries: Entry) -> None:
        """The bot's part; doing it at once again changes nothing."""
        self.workspace.calls()
        self.try_once(*entries)
        assert self.workspace.calls() in (READ, [*READ, WRITE], [*READ, WRITE, WRITE])  # one may be refused
        self.try_once(*entries)
        assert self.workspace.calls() == READ

    def try_once(self, *entries: Entry) -> None:
        updated = self.docs.update(self.id, FILLED, FILLED, Timeline(entries, self.known))
        self.known = updated.known

    @property
    def text(self) -> str:
        return self.workspace.fake.document_text(self.id)

    @property
    def lines(self) -> list[str]:
        """What stands between the timeline's beginning and the next heading."""
        after = self.text.split(FILLED["timeline"] + "\n", 1)[1]
        return after.split("\nImpact", 1)[0].strip("\n").split("\n") if after else []

    @property
    def people(self) -> Person:
        return self.workspace.fake.person

    def type(self, before: str, what: str) -> None:
        type_in(self.workspace, self.id, self.text.index(before), what)

    def type_after(self, words: str, what: str) -> None:
        type_in(self.workspace, self.id, self.text.index(words) + len(words), what)

    def delete(self, words: str) -> None:
        delete(self.workspace, self.id, words)

    def look(self, words: str) -> dict[str, Any]:
        """The style of a text."""
        start = index_of(self.workspace, self.id, self.text.index(words))
        document = self.docs._get(self.id)
        for item in document["tabs"][0]["documentTab"]["body"]["content"]:
            for run in item.get("paragraph", {}).get("elements", []):
                if run.get("startIndex", 0) <= start < run["endIndex"]:
                    style: dict[str, Any] = run["textRun"]["textStyle"]
                    return style
        raise AssertionError(words)


@pytest.fixture
def doc(workspace: GoogleStage) -> Doc:
    return Doc(workspace)


def test_entries_stand_behind_the_beginning_in_order_and_late_ones_between(doc: Doc) -> None:
    first, second, third, fourth = WROTE
    doc.bring(second, fourth)
    doc.bring(first, second, third, fourth)
    assert doc.lines == [first.text, second.text, third.text, fourth.text]
    assert third.text == "2026-11-23 14:02 UTC Ana · Note: rolled\vback"
    assert doc.look(second.stamp)["link"] == {"url": second.link}
    assert not doc.look("Ana · Note: errors").keys() & {"italic", "link", "bold"}
    assert doc.look(FILLED["timeline"])["italic"]


def test_all_that_is_new_is_one_read_and_one_write(doc: Doc) -> None:
    many = [Entry(f"m{n:03}", f"2026-11-23 14:{n:02} UTC", f"Bo · {n}") for n in range(60)]
    doc.try_once(*many)
    assert doc.workspace.calls() == [*READ, WRITE]
    assert doc.lines == [entry.text for entry in many]


def test_what_a_person_typed_stays_and_where_it_is(doc: Doc) -> None:
    first, second, third, fourth = WROTE
    doc.bring(first, fourth)
    doc.type_after(first.text, " (I was there)")
    doc.type(fourth.text, "A paragraph of my own.\n")
    doc.type_after(fourth.text, "\nBelow it.")
    doc.bring(first, second, third, fourth)
    assert doc.lines == [
        f"{first.text} (I was there)",
        second.text,
        third.text,
        "A paragraph of my own.",
        fourth.text,
        "Below it.",
    ]
    gone = replace(first, is_gone=True, gone="Taken out by Bo, 14:20.")
    doc.bring(gone, second, third, fourth)
    assert doc.lines[:3] == [f"{first.text} (I was there)", "↳ Taken out by Bo, 14:20.", second.text]
    assert doc.look(first.words)["strikethrough"]


def test_what_a_person_has_added_to_an_entry_keeps_the_words_it_was_added_to(doc: Doc) -> None:
    first, second, *_ = WROTE
    doc.bring(first, second)
    doc.type_after(first.text, ", to one zone only")
    changed = replace(first, words="Ana · Note: the deploy did not go out")
    doc.try_once(changed, second)
    assert [one.inserted for one in doc.people.suggestions(doc.id) if one.inserted] == [changed.text]
    doc.try_once(changed, second)
    for suggestion in doc.people.suggestions(doc.id):
        doc.people.reject(doc.id, suggestion.id)
    assert doc.lines == [f"{first.text}, to one zone only", second.text]


def test_an_edited_message_edits_its_entry(doc: Doc) -> None:
    first, second, *_ = WROTE
    doc.bring(first, second)
    changed = replace(first, words="Ana · Note: the deploy did not go out")
    doc.bring(changed, second)
    assert doc.lines == [changed.text, second.text]
    assert doc.look(changed.stamp)["link"] == {"url": first.link}
    linked = replace(changed, link="https://slack.example/other")
    doc.bring(replace(changed, link=""), second)
    assert "link" not in doc.look(changed.stamp)
    doc.bring(linked, second)
    assert doc.look(changed.stamp)["link"] == {"url": linked.link}


def test_a_change_of_what_a_person_has_edited_is_suggested_once(doc: Doc) -> None:
    first, second, *_ = WROTE
    doc.bring(first, second)
    doc.type("went out", "quickly ")
    changed = replace(first, words="Ana · Note: it did not go out")
    doc.workspace.calls()
    doc.try_once(changed, second)
    assert doc.workspace.calls() == [*READ, WRITE, WRITE]
    doc.try_once(changed, second)
    assert doc.workspace.calls() == READ
    offered = doc.people.suggestions(doc.id)
    assert [one.inserted for one in offered if one.inserted] == [changed.text]
    assert not any(one.by_person for one in offered)
    for suggestion in offered:
        doc.people.accept(doc.id, suggestion.id)
    assert doc.lines == [changed.text, second.text]
    doc.bring(first, second)
    assert doc.lines == [first.text, second.text], "it is as the bot wrote it once more"


def test_an_entry_that_a_person_has_edited_is_theirs(doc: Doc) -> None:
    doc.workspace.fake.allows_suggesting = False
    first, second, *_ = WROTE
    doc.bring(first, second)
    doc.type("went out", "quickly ")
    mine = doc.lines[0]
    doc.bring(first, second)
    assert doc.lines == [mine, second.text]
    changed = replace(first, words="Ana · Note: it did not go out")
    doc.bring(changed, second)
    assert doc.lines == [mine, f"↳ {changed.text}", second.text]
    again = replace(first, words="Ana · Note: or did it")
    doc.bring(again, second)
    assert doc.lines == [mine, f"↳ {again.text}", second.text]
    doc.type("or did it", "perhaps ")
    doc.bring(changed, second)
    assert doc.lines == [
        mine,
        f"↳ {first.stamp} Ana · Note: perhaps or did it",
        f"↳ ↳ {changed.text}",
        second.text,
    ]
    kept = doc.lines
    doc.bring(first, second)
    assert doc.lines == kept, "what a person has edited is let be"


def test_what_is_taken_out_goes_or_is_struck_where_a_person_has_edited_it(doc: Doc) -> None:
    first, second, third, _ = WROTE
    doc.bring(first, second, third)
    doc.type("errors", "5xx ")
    mine = doc.lines[1]
    gone = [replace(one, is_gone=True, gone="Taken out by Bo, 14:20.") for one in (first, second)]
    doc.bring(*gone, third)
    assert doc.lines == [mine, "↳ Taken out by Bo, 14:20.", third.text]
    assert doc.look("5xx")["strikethrough"]
    assert not doc.look(third.text).get("strikethrough")
    doc.bring(*gone, third)
    assert doc.lines == [mine, "↳ Taken out by Bo, 14:20.", third.text]
    doc.bring(first, second, third)
    assert doc.lines == [first.text, mine, third.text]
    assert not doc.look("5xx").get("strikethrough")


def test_what_is_said_beneath_an_entry_stays_beneath_it_when_more_comes(doc: Doc) -> None:
    doc.workspace.fake.allows_suggesting = False
    first, second, third, fourth = WROTE
    doc.bring(first, second)
    doc.type("the deploy", "half of ")
    doc.type("errors", "5xx ")
    mine = doc.lines
    changed = replace(first, words="Ana · Note: it did not go out")
    gone = replace(second, is_gone=True, gone="Taken out by Bo, 14:20.")
    doc.bring(changed, gone)
    doc.bring(changed, gone, third)
    beneath = f"↳ {changed.text}"
    assert doc.lines == [mine[0], beneath, mine[1], "↳ Taken out by Bo, 14:20.", third.text]
    doc.type("did not", "really ")
    beneath = doc.lines[1]
    doc.bring(replace(changed, words="Ana · Note: or did it"), gone, third)
    late = replace(fourth, id="run0.late")
    doc.bring(first, late, gone, third)
    assert doc.lines[1] == beneath
    assert doc.lines[3:5] == [late.text, mine[1]]


def test_what_a_person_deleted_stays_away_and_what_the_bot_took_out_may_come_back(doc: Doc) -> None:
    first, second, third, fourth = WROTE
    doc.bring(*WROTE)
    doc.delete(second.text + "\n")
    doc.bring(replace(first, is_gone=True), second, third, fourth)
    assert doc.lines == [third.text, fourth.text]
    doc.bring(first, second, third, fourth)
    assert doc.lines == [first.text, third.text, fourth.text]


@pytest.mark.parametrize("acts", [True, False])
def test_an_answer_that_is_lost_makes_no_second_entry(doc: Doc, acts: bool) -> None:
    doc.workspace.fault_injector.break_("docs.documents.batchUpdate", Fault(503, acts=acts), times=1)
    with pytest.raises(TransientError):
        doc.try_once(*WROTE)
    doc.bring(*WROTE)
    assert doc.lines == [entry.text for entry in WROTE]


def test_a_try_that_comes_late_leaves_no_second_entry(doc: Doc) -> None:
    """It was made for a revision that had none, and comes when all stand there."""
    first, second, *_ = WROTE

    def sooner() -> None:
        doc.docs.update(doc.id, FILLED, FILLED, Timeline([first, second]))
        doc.type("errors", "5xx ")

    meanwhile(doc.workspace, sooner)
    doc.try_once(first, second)
    assert doc.text.count("the deploy went out") == 2
    doc.bring(first, second)
    assert doc.lines == [first.text, second.text.replace("errors", "5xx errors")]


def test_renamed_headings_and_a_deleted_beginning_do_no_harm(doc: Doc) -> None:
    first, second, third, fourth = WROTE
    doc.bring(second)
    doc.delete("Timeline\n")
    doc.delete(FILLED["timeline"] + "\n")
    doc.bring(first, second, third)
    at = [doc.text.index(one.text) for one in (first, second, third)]
    assert at == sorted(at)
    doc.delete("\n".join(one.text for one in (first, second, third)) + "\n")
    doc.bring(*WROTE)
    assert doc.text.rstrip("\n").endswith(fourth.text)
    assert first.text not in doc.text


ENTRY_IDS = st.integers(0, 7)
WHERE = st.floats(0, 1, exclude_max=True)
HAND = st.one_of(
    st.tuples(st.just("type"), WHERE, st.sampled_from(["☂", "☎☂", "🙃\n", "\n☂", "\n"])),
    st.tuples(st.just("paste"), WHERE, st.sampled_from(["☂", "☎\n☎"])),
    st.tuples(st.just("suggest"), WHERE, st.sampled_from(["☂", "☎☎"])),
    st.tuples(st.just("delete"), WHERE, st.sampled_from([1, 3, 12, 40])),
    st.tuples(st.just("accept"), WHERE, st.just("")),
    st.tuples(st.just("reject"), WHERE, st.just("")),
)
STEP = st.one_of(
    HAND,
    st.tuples(st.just("show"), ENTRY_IDS, st.sampled_from(["a", "bb", "c\nd"])),
    st.tuples(st.just("hide"), ENTRY_IDS, st.just("")),
    st.tuples(st.just("bring"), st.just(0), st.just("")),
    st.tuples(st.just("while"), st.just(0), HAND),
)


class Hands:
    """People who do anything to a report; of what they typed, what they did not delete must be there."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.typed = Counter[str]()
        self.deleted = ""

    def act(self, what: str, where: float, how: Any) -> None:
        before, text = self.there(), self.doc.text
        position = int(where * len(text))
        self.do(what, position, how)
        self.typed.update(self.there())
        self.typed.subtract(before)

    def do(self, what: str, position: int, how: Any) -> None:
        doc, people = self.doc, self.doc.people
        at = index_of(doc.workspace, doc.id, position)
        match what:
            case "type":
                people.type(doc.id, how, at=at)
            case "suggest":
                people.type(doc.id, how, at=at, suggesting=True)
            case "paste":
                people.paste(doc.id, how, before=doc.text[position:])
            case "delete" if words := doc.text[position : position + how].removesuffix("\n"):
                self.deleted += words
                delete_at(doc, position, words)
            case "accept" | "reject":
                open_ = people.suggestions(doc.id)
                if open_:
                    chosen = open_[position % len(open_)]
                    self.deleted += chosen.inserted + chosen.deleted
                    (people.accept if what == "accept" else people.reject)(doc.id, chosen.id)

    def there(self) -> Counter[str]:
        return Counter(c for c in self.doc.text if c in "☂☎🙃")


def delete_at(doc: Doc, position: int, words: str) -> None:
    ends = (index_of(doc.workspace, doc.id, position + n) for n in (0, len(words)))
    bounds = dict(zip(("startIndex", "endIndex"), ends, strict=True))
    doc.workspace.fake.edit_document(doc.id, {"deleteContentRange": {"range": bounds}})


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=24), st.booleans(), st.booleans())
def test_every_character_a_person_typed_is_still_there_and_every_entry_once_and_in_order(
    workspace: GoogleStage, steps: list[tuple[str, Any, Any]], may_suggest: bool, grow: bool
) -> None:
    workspace.fake.allows_suggesting, workspace.fake.ranges_grow_at_end = may_suggest, grow
    doc, entries = Doc(workspace), dict[int, Entry]()
    hands = Hands(doc)

    def bring() -> None:
        doc.try_once(*(entries[n] for n in sorted(entries)))

    for what, number, words in [*steps, ("bring", 0, "")]:
        match what:
            case "while":  # between the bot's reading and its writing
                meanwhile(workspace, partial(hands.act, *words))
                bring()
            case "show":
                entries[number] = Entry(f"e{number}", f"14:0{number}", f"Ana · {words}")
            case "hide":
                if number in entries:
                    entries[number] = replace(entries[number], is_gone=True, gone="Taken out.")
            case "bring":
                bring()
            case _:
                hands.act(what, number, words)
    bring()
    assert hands.there() == +hands.typed
    shown = [f"e{n}" for n, entry in sorted(entries.items()) if not entry.is_gone]
    there = [one for one in standing(doc.docs._get(doc.id)) if "~" not in one.id]
    ids = [one.id for one in there if one.id in shown]
    assert ids == [id_ for id_ in shown if id_ in ids], "each once, in order"
    if not hands.deleted:
        assert ids == shown
    assert {one.id for one in there if one.is_untouched} <= set(shown)
    bring()  # a range that grew is put right by the write after
    workspace.calls()
    bring()
    assert workspace.calls() == READ


def meanwhile(workspace: GoogleStage, act: Callable[[], None]) -> None:
    """Acts once, when the bot has read a document and not written yet."""
    done: list[int] = []

    def interfere(call: Call, moment: str) -> None:
        if call.name == "docs.documents.batchUpdate" and moment == "arrived" and not done:
            done.append(1)
            act()

    workspace.fault_injector.reset()
    workspace.fault_injector.watch(interfere)
