"""The report tells the story by itself: commands and reactions in, the document out."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from incident.commands.events import SUBSCRIBED
from incident.commands.mark import CALLBACK
from incident.sandbox.faults import Fault
from incident.surfaces.columns import Column
from incident.surfaces.line import PREFIX
from tests.worker.bot import ALICE, BENOIT, Bot, running
from tests.worker.scene import CHIDI, ZOE, Scene
from tests.worker.test_incident_marks import react, unreact, write

WRITES = "docs.documents.batchUpdate"
STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d \S+ ")


@pytest.fixture
def scene(bot: Bot) -> Scene:
    scene = Scene.begin(bot)
    bot.slack.subscribed = frozenset(SUBSCRIBED)
    return scene


def timeline(scene: Scene) -> list[str]:
    """The entries, without their times."""
    return [STAMP.sub("", line) for line in lines(scene)]


def lines(scene: Scene) -> list[str]:
    _, found, after = scene.report().partition("stays as you wrote it.\n")
    assert found
    return after.partition("\nImpact on")[0].strip("\n").split("\n")


def field(scene: Scene, label: str) -> str:
    """What the report says of a fact."""
    (found,) = re.findall(rf"^{label}: (.*)$", scene.report(), re.MULTILINE)
    return str(found)


def document(scene: Scene) -> str:
    return scene.now.document_id


def type_at(scene: Scene, words: str, typed: str) -> None:
    """A person types before these words."""
    text = scene.bot.google.document_text(document(scene))
    index = 1 + len(text[: text.index(words)].encode("utf-16-le")) // 2
    scene.bot.google.edit_document(
        document(scene), {"insertText": {"location": {"index": index}, "text": typed}}
    )


def writes(scene: Scene) -> int:
    return sum(call.name == WRITES for call in scene.bot.fault_injector.calls)


def test_the_story_stands_there_in_the_order_in_which_it_happened(scene: Scene) -> None:
    scene.say("update we are <b>looking</b> & failing over", ALICE)
    scene.say("sev 2", BENOIT)
    scene.say("ol @zoe", ALICE)
    scene.say("monitoring errors fall", BENOIT)
    scene.say("did restarted the workers", CHIDI)
    scene.say("decision we stay on the replica", ALICE)
    scene.say("action rotate the key with @zoe", ALICE)
    assert timeline(scene) == [
        "Alice Nguyen · Declared the incident: database is down",
        "Alice Nguyen · Update: we are <b>looking</b> & failing over",
        "Benoît Côté · Severity: SEV2, major",
        "Alice Nguyen · Operations lead → Zoé Tremblay.",
        "Benoît Côté · Update (Monitoring): errors fall",
        "Chidi · Done: restarted the workers",
        "Alice Nguyen · Decision: we stay on the replica",
        "Alice Nguyen · Action: rotate the key with @zoe",
    ]
    assert all(STAMP.match(line) for line in lines(scene))


def test_a_past_time_comes_where_it_belongs(scene: Scene) -> None:
    scene.wait(30)
    at = scene.bot.time.now()
    scene.say("note the graph is flat", BENOIT)
    scene.say(f"note {at:%H:%M} of no matter", BENOIT)
    scene.wait(5)
    scene.say(f"note {at:%H:%M} the deploy went out", CHIDI)
    assert "the deploy went out" in timeline(scene)[-2] or "the deploy went out" in timeline(scene)[1]
    stamps = [line[:16] for line in lines(scene)]
    assert stamps == sorted(stamps)


def test_marked_messages_stand_once_with_author_time_and_link(scene: Scene) -> None:
    message = write(scene, "the *disk* is full\n• db-1\n• db-2", CHIDI)
    for user in (ALICE, BENOIT):
        react(scene, message, user)
    assert timeline(scene)[1:] == ["Chidi · the *disk* is full\v• db-1\v• db-2"]
    unreact(scene, message, ALICE)
    assert len(timeline(scene)) == 2
    unreact(scene, message, BENOIT)
    assert timeline(scene)[1:] == []
    react(scene, message, ZOE)
    assert len(timeline(scene)) == 2, "the bot took it out, so it may come back"
    type_at(scene, "• db-2", "and ")
    unreact(scene, message, ZOE)
    assert timeline(scene)[1] == "Chidi · the *disk* is full\v• db-1\vand • db-2"
    assert timeline(scene)[2].startswith("↳ Taken out by Zoé Tremblay, ")


def test_undo_takes_an_entry_out(scene: Scene) -> None:
    message = write(scene, "look", CHIDI)
    scene.say("note a slip", BENOIT)
    scene.shortcut(message, CALLBACK, ALICE)
    assert timeline(scene)[1:] == ["Chidi · look", "Benoît Côté · Note: a slip"]
    scene.say("undo", BENOIT)
    scene.say("undo", ALICE)
    assert len(timeline(scene)) == 1


def test_an_edited_message_edits_its_entry_and_a_deleted_one_leaves_it(scene: Scene) -> None:
    message = write(scene, "the disk is full", CHIDI)
    react(scene, message)
    scene.bot.slack.edit(CHIDI, message.channel, message.ts, "the disk is fine")
    scene.events()
    assert timeline(scene)[1:] == ["Chidi · the disk is fine (edited)"]
    scene.bot.slack.delete(CHIDI, message.channel, message.ts)
    scene.events()
    assert timeline(scene)[1:] == ["Chidi · the disk is fine (since deleted in Slack)"]


def test_a_report_that_is_down_for_an_hour_has_all_of_it_then(scene: Scene) -> None:
    scene.bot.fault_injector.break_("docs.*", Fault(503))
    messages = [write(scene, f"step {n}", CHIDI) for n in range(5)]
    for message in messages:
        react(scene, message)
    scene.say("note and so on", BENOIT)
    scene.wait(60)
    assert len(timeline(scene)) == 1
    scene.bot.fault_injector.reset()
    scene.wait(2)
    assert timeline(scene)[1:] == [*(f"Chidi · step {n}" for n in range(5)), "Benoît Côté · Note: and so on"]


def test_a_hundred_marked_messages_are_few_writes(scene: Scene) -> None:
    messages = [write(scene, f"step {n:03}", CHIDI) for n in range(100)]
    scene.bot.slack.join(ALICE, scene.channel)
    for message in random.Random(9).sample(messages, 100):
        scene.bot.slack.react(ALICE, message.channel, message.ts, "memo")
    assert all(reply.status == 200 for reply in scene.bot.slack.deliver_events())
    happened = scene.bot.published()
    before = writes(scene)
    # Pub/Sub pushes them all before what the bot asks of itself meanwhile
    for one in happened:
        assert scene.bot.deliver(one) == 200
    scene.carry_out(*scene.bot.published()[:1])
    assert timeline(scene)[1:] == [f"Chidi · step {n:03}" for n in range(100)]
    assert writes(scene) - before == 1


def test_the_facts_say_how_each_is_known_and_what_was_before(scene: Scene) -> None:
    assert field(scene, "Began") == "not known yet"
    assert field(scene, "Mitigated") == field(scene, "Resolved") == "not yet"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d \S+ \(by Alice Nguyen\)", field(scene, "Declared"))
    assert field(scene, "Incident Commander") == "Alice Nguyen"
    scene.say("ic", BENOIT)
    scene.say("sev 1", BENOIT)
    scene.say("sev 2", BENOIT)
    scene.say("monitoring", CHIDI)
    assert re.fullmatch(
        r"Benoît Côté, since .*; before: Alice Nguyen \(since .*\)", field(scene, "Incident Commander")
    )
    assert re.fullmatch(
        r"SEV2, major, since .*; before: SEV1, critical \(since .*\)", field(scene, "Severity")
    )
    assert field(scene, "Mitigated").endswith("(by Chidi)")


def test_entries_lead_to_where_they_were_said(scene: Scene) -> None:
    scene.say("note look here", BENOIT)
    scene.wait(11)
    (line,) = scene.line_messages()
    surfaces = scene.bot.store.surfaces(scene.now.id)
    assert any(name.startswith(PREFIX) for name in surfaces)
    url = f"{scene.bot.slack.url}/archives/{scene.channel}/p{line.ts.replace('.', '')}"
    paragraphs = scene.bot.google.document(document(scene)).paragraphs
    assert url in [run.link for paragraph in paragraphs for run in paragraph.runs]


def test_a_message_without_words_or_that_nobody_could_read_says_so(scene: Scene) -> None:
    react(scene, write(scene, "   ", CHIDI))
    message = write(scene, "oh no", CHIDI)
    scene.bot.slack.react(ALICE, message.channel, message.ts, "memo")
    scene.bot.slack.delete(CHIDI, message.channel, message.ts)
    scene.events()
    assert timeline(scene)[1:] == ["Chidi · a message without text", "someone · (since deleted in Slack)"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\u2063\u2060 marks \u2062", "marks"),
        ("{{title}} {{timeline}}", "{{title}} {{timeline}}"),
        ("\u202eevil\u202c שלום", "evil שלום"),
        ("\x07bell\x85nel", "bell nel"),
        ("&lt;@UCHIDI00001&gt; <!here>", "&lt;@UCHIDI00001&gt; <!here>"),
        ("👩\u200d👧 e\u0301", "👩\u200d👧 e\u0301"),
        ("x" * 3000, "x" * 3000),
    ],
)
def test_whatever_is_said_stands_there_and_holds_up_nothing(scene: Scene, said: str, shown: str) -> None:
    react(scene, write(scene, said, CHIDI))
    scene.say(f"note {said}", BENOIT)
    scene.say("note and so on", BENOIT)
    marked, noted, after = timeline(scene)[1:]
    assert marked.split() == f"Chidi · {shown}".split()
    assert noted.rstrip().endswith(shown)
    assert after == "Benoît Côté · Note: and so on"
    scene.say("undo", BENOIT)
    assert len(timeline(scene)) == 3


@pytest.mark.parametrize("old", ["", "{{timeline}}\n\nAgain: {{timeline}}"])
def test_an_older_template_or_one_with_two_timelines_has_every_entry_once(bot: Bot, old: str) -> None:
    here = {"text": "{{timeline}}", "matchCase": True}
    bot.google.edit_document(
        bot.workspace.template_id, {"replaceAllText": {"containsText": here, "replaceText": old}}
    )
    scene = Scene.begin(bot)
    scene.say("note one", BENOIT)
    scene.say("note two", ALICE)
    scene.say("undo", ALICE)
    scene.say("note three", ALICE)
    said = re.findall(r"· (?:Note|Declared).*?: (.*)$", scene.report(), re.MULTILINE)
    assert said == ["database is down", "one", "three"]
    assert "{{" not in scene.report()


def test_in_two_languages_each_entry_stands_once(tmp_path: Path) -> None:
    with running(tmp_path, INCIDENT_LOCALE="both") as bot:
        scene = Scene.begin(bot)
        scene.say("sev 2", BENOIT)
        scene.say("ol @zoe", ALICE)
        scene.say("note le disque est plein", BENOIT)
        said = [line for line in scene.report().split("\n") if STAMP.match(line)]
        assert len(said) == 4
        assert [
            line.count(name)
            for line, name in zip(said[1:], ("SEV2", "Zoé Tremblay", "le disque"), strict=True)
        ] == [2, 2, 1]


def test_what_is_set_in_the_spreadsheet_is_someones_there(scene: Scene) -> None:
    workspace = scene.bot.workspace
    rows = scene.bot.google.sheet_rows(workspace.spreadsheet_id, workspace.sheet)
    row = next(at for at, cells in enumerate(rows) if cells[0].text == scene.id)
    place = workspace.spreadsheet_id, workspace.sheet, row, list(Column).index(Column.STATUS)
    scene.bot.google.person.set_cell(*place, "Monitoring")
    scene.wait(2)
    assert timeline(scene)[1:] == ["someone in the spreadsheet · Status: Monitoring"]
