"""Closing: the question, the copy of the channel, the archiving days later, and the ways back."""

from __future__ import annotations

import re

from incident.commands.close import CLOSE
from incident.commands.reopen import REOPEN
from incident.commands.resolve import COMMAND as RESOLVE
from incident.model.facts import FactKind
from incident.sandbox.google.state import DOCUMENT
from tests.worker.bot import ALICE, BENOIT, GENERAL, Bot, words_of
from tests.worker.scene import CHIDI, Scene, buttons

DAY = 24 * 60.0


def closed(bot: Bot, *, resolved: bool = True) -> Scene:
    """An incident that was closed just now, the copy and all."""
    scene = Scene.begin(bot)
    if resolved:
        scene.say("resolve rolled back")
    scene.say("close")
    scene.press(scene.whispers()[-1], CLOSE)
    return scene


def copies(bot: Bot) -> list[str]:
    """The texts of the copies of channels that are not in the trash."""
    found = [file for file in bot.google.state.files.values() if file.mime_type == DOCUMENT]
    found = [file for file in found if "channel_of" in file.app_properties and not file.trashed]
    return [bot.google.document_text(file.id) for file in found]


def test_it_asks_once_and_says_what_will_happen(bot: Bot) -> None:
    scene = Scene.begin(bot)
    scene.say("resolve rolled back")
    said = scene.said()
    scene.say("close", CHIDI)
    question = scene.whispers(CHIDI)[-1]
    assert "copied into a document" in question.text
    assert "7 days later" in question.text
    assert buttons(question) == [CLOSE]
    assert scene.now.closed_at is None
    assert scene.said() == said + 1


def test_closing_says_one_line_with_the_copy(bot: Bot) -> None:
    scene = closed(bot)
    assert scene.now.closed_at
    line = scene.line()
    assert line.text.startswith(f"<@{ALICE}> closed this incident.")
    assert scene.now.export_url in str(line.blocks)
    assert "reopen" in words_of(line)
    (copy,) = copies(bot)
    assert "Alice" in copy or "alice" in copy
    print(copy)
