"""What people do on the page besides typing and pressing: threads, menus, coming and going, pickers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from incident.sandbox.slack import Shortcut

if TYPE_CHECKING:
    from tests.browser.chromium import Browser
    from tests.browser.conftest import Sandbox

ALICE, BENOIT, SRE = "U0ALICE", "U0BENOIT", "C0SRE"
MENU = ".message:last-child > .more-of-it button[aria-label^='What to do']"


@pytest.fixture
def sre(sandbox: Sandbox, browser: Browser) -> Iterator[Browser]:
    """The page, in #incident-sre."""
    sandbox.world.slack.people.shortcuts = (
        Shortcut("start", "Start an incident", "global"),
        Shortcut("note", "Add to timeline", "message"),
    )
    browser.open("about:blank")
    browser.open(f"{sandbox.url}/#{SRE}")
    yield browser
    browser.run("localStorage.clear()")


def plain(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def options(*words: str) -> list[dict[str, Any]]:
    return [
        {"text": plain(word.upper()), "value": word, "description": plain(f"what {word} means")}
        for word in words
    ]


def test_shortcuts_of_a_message_and_of_none(sandbox: Sandbox, sre: Browser) -> None:
    sandbox.world.slack.type(BENOIT, SRE, "I restarted it")
    sre.sees(".message", "I restarted it")
    sre.choose_in_menu(MENU, "Add to timeline")
    assert sandbox.bot.hears_of(1) == [("message_action", "note")]
    sre.choose_in_menu("#shortcuts button", "Start an incident")
    assert sandbox.bot.hears_of(2)[-1] == ("shortcut", "start")
    assert sre.run(
        "return [...document.querySelectorAll('.message .menu')[1].children].map((item) => item.textContent)"
    ) == [
        "Reply in thread",
        "Add to timeline",
        "Delete message …",
    ], "another's message is not for Alice to edit, but she is an admin"


def test_a_message_of_ones_own_is_edited_and_deleted(sandbox: Sandbox, sre: Browser) -> None:
    sre.type("#draft", "ask @ana & @ana.lopez\n")
    sre.sees(".message .mention", "@Ana López")
    sre.choose_in_menu(MENU, "Edit message")
    assert sre.run("return document.getElementById('draft').value") == "ask @ana & @ana.lopez"
    sre.type("#draft", " too\n")
    sre.sees(".message .edited", "(edited)")
    (message,) = sandbox.world.slack.workspace.history(SRE)
    assert message.text == "ask <@U0ANA> &amp; <@U0ANALOPEZ> too"
    sre.choose_in_menu(MENU, "Delete message …")
    sre.click("#confirm .danger")
    sre.wait("return document.querySelectorAll('.message').length === 0")
    assert sandbox.world.slack.workspace.history(SRE) == []


def test_a_thread(sandbox: Sandbox, sre: Browser) -> None:
    sre.type("#draft", "I restarted it\n")
    sre.sees(".message", "I restarted it")
    sre.choose_in_menu(MENU, "Reply in thread")
    sre.sees("#about", "Alice Nguyen")
    sre.type("#draft", "twice\n")
    sre.sees(".replies .message", "twice")
    parent = sandbox.world.slack.workspace.history(SRE)[0].ts
    undo = {"type": "button", "action_id": "undo", "text": plain("Undo")}
    blocks = [{"type": "section", "text": plain("Noted"), "accessory": undo}]
    sandbox.bot.slack.chat_postMessage(channel=SRE, text="Noted", thread_ts=parent, blocks=blocks)
    sre.click(".replies [data-action=undo]")
    assert sandbox.bot.hears_of(1) == [("pressed", "undo")]
    assert sre.text(".replies summary") == "2 replies"
    sre.click("#about-nothing")
    sre.type("#draft", "and now?\n")
    sre.sees("#messages > .message > .said > .text", "and now?")


def test_a_direct_message_with_a_button(sandbox: Sandbox, sre: Browser) -> None:
    assert "Benoît Côté · français" in sre.text("#person")
    assert "Ingrid" not in sre.text("#person"), "who is deactivated cannot be played"
    sre.be(BENOIT)
    sre.click("[data-open-direct]")
    sre.sees("#channel-name", "Incident bot")
    coming = {"type": "button", "action_id": "coming", "text": plain("J’arrive")}
    blocks = [{"type": "actions", "elements": [coming]}]
    posted = sandbox.bot.slack.chat_postMessage(channel=BENOIT, text="On vous appelle", blocks=blocks)
    sre.click("[data-action=coming]")
    assert sandbox.bot.hears_of(1) == [("pressed", "coming")]
    said = {"type": "section", "text": plain("Benoît arrive")}
    sandbox.bot.slack.chat_update(
        channel=posted["channel"], ts=posted["ts"], text="x", blocks=[said, *blocks]
    )
    sre.sees(".message", "Benoît arrive")
    assert sre.run("return document.activeElement.dataset.action") == "coming", "the focus stays"


def test_leaving_and_coming_back(sandbox: Sandbox, sre: Browser) -> None:
    sre.choose_in_menu("#channel-menu button", "Leave #incident-sre")
    sre.sees(".message.system", "has left the channel")
    members = sandbox.world.slack.workspace.channels
    assert ALICE not in members[SRE].members
    sre.click("#join")
    sre.wait("return document.getElementById('join').hidden")
    assert ALICE in members[SRE].members
    sandbox.world.slack.leave(BENOIT, SRE)
    sandbox.bot.slack.conversations_invite(channel=SRE, users=BENOIT)
    sre.sees(".message.system", "has joined the channel, added by Incident bot")


def test_boxes_pickers_and_what_is_to_be_confirmed(sandbox: Sandbox, sre: Browser) -> None:
    sure = {
        "title": plain("Resolve?"),
        "text": plain("It is over."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    elements = [
        {"type": "checkboxes", "action_id": "steps", "options": options("call", "comms")},
        {"type": "timepicker", "action_id": "at"},
        {"type": "button", "action_id": "resolve", "text": plain("Resolve"), "confirm": sure},
    ]
    people = {"type": "multi_users_select", "action_id": "who"}
    blocks: list[dict[str, Any]] = [
        {"type": "actions", "elements": elements},
        {"type": "section", "text": plain("Who comes?"), "accessory": people},
    ]
    sandbox.bot.slack.chat_postMessage(channel=SRE, text="x", blocks=blocks)
    sre.click("[data-action=steps] input[value=comms]")
    assert sandbox.bot.hears_of(1)[-1] == ("chose", ["comms"])
    sre.click("[data-action=who] summary")
    sre.click("[data-action=who] input[value=U0ZOE]")
    assert sandbox.bot.hears_of(2)[-1] == ("chose", ["U0ZOE"])
    sre.click("[data-action=resolve]")
    sre.click("#confirm .button:not(.primary)")
    sre.click("[data-action=resolve]")
    sre.click("#confirm .primary")
    assert sandbox.bot.hears_of(3)[2:] == [("pressed", "resolve")]


def test_every_kind_of_field_in_a_modal(sandbox: Sandbox, sre: Browser) -> None:
    fields: list[dict[str, Any]] = [
        {"type": "multi_users_select", "action_id": "people"},
        {"type": "users_select", "action_id": "owner"},
        {"type": "radio_buttons", "action_id": "radio", "options": options("a", "b")},
        {"type": "checkboxes", "action_id": "boxes", "options": options("c", "d")},
        {"type": "timepicker", "action_id": "time", "initial_time": "09:30"},
        {"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1795478400},
    ]
    inputs = [
        {"type": "input", "block_id": field["action_id"], "label": plain("Field"), "element": field}
        for field in fields
    ]
    sandbox.bot.modal = {"type": "modal", "title": plain("All"), "submit": plain("Send"), "blocks": inputs}
    sre.type("#draft", "/incident\n")
    for value in (ALICE, "U0ZOE"):
        sre.click(f"dialog .picker input[value={value}]")
    sre.choose("dialog select", "U0ANA")
    sre.click("dialog input[value=b]")
    sre.click("dialog input[value=d]")
    assert sre.text("dialog [data-block=radio] small") == "what a means"
    sre.click("dialog [type=submit]")
    [(_, values)] = sandbox.bot.hears_of(1)
    assert values["people"]["people"]["selected_users"] == [ALICE, "U0ZOE"]
    assert values["owner"]["owner"]["selected_user"] == "U0ANA"
    assert values["radio"]["radio"]["selected_option"]["value"] == "b"
    assert [box["value"] for box in values["boxes"]["boxes"]["selected_options"]] == ["d"]
    assert values["time"]["time"]["selected_time"] == "09:30"
    assert values["moment"]["moment"]["selected_date_time"] == 1795478400


def test_rich_text_is_struck_and_tells_the_readers_own_time(sandbox: Sandbox, sre: Browser) -> None:
    parts = [
        {"type": "text", "text": "gone", "style": {"strike": True}},
        {"type": "date", "timestamp": 86400, "format": "on {date_num} at {time}", "fallback": "never"},
    ]
    section = {"type": "rich_text_section", "elements": parts}
    sandbox.bot.slack.chat_postMessage(
        channel=SRE, text="x", blocks=[{"type": "rich_text", "elements": [section]}]
    )
    sre.sees(".rich s", "gone")
    at = sre.run(
        "return new Date(86400000).toLocaleTimeString(undefined, {hour: '2-digit', minute: '2-digit'})"
    )
    assert sre.text(".rich time") == f"on 1970-01-02 at {at}"
