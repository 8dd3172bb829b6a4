"""What people do on the page with messages of others and with channels as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.chromium import Browser
    from tests.browser.conftest import Sandbox

ALICE, BENOIT, SRE = "U0ALICE", "U0BENOIT", "C0SRE"
LAST = "#messages > .message:last-child > .more-of-it"
MENU, PICKER = f"{LAST} [aria-label^='What to do']", f"{LAST} [aria-label^='React']"
CHANNEL_MENU = "#channel-menu button"
ITEMS = "return [...document.querySelectorAll(arguments[0])].map((item) => item.textContent)"


@pytest.fixture
def sre(sandbox: Sandbox, browser: Browser) -> Iterator[Browser]:
    """The page, in #incident-sre."""
    browser.open("about:blank")
    browser.open(f"{sandbox.url}/#{SRE}")
    yield browser
    browser.run("localStorage.clear()")


def test_reactions_by_the_keyboard_and_by_pressing(sandbox: Sandbox, sre: Browser) -> None:
    slack = sandbox.world.slack
    ts = str(slack.type(BENOIT, SRE, "I restarted it").ts)
    slack.react(BENOIT, SRE, ts, "memo::skin-tone-3")
    sre.sees(".reaction", "1")
    assert sre.text(".reaction") == "📝\n1"
    sre.choose_in_menu(PICKER, "✅ white check mark")
    sre.sees(".reaction[aria-pressed=true]", "✅")
    assert slack.workspace.messages[ts].reactions[1] == f"white_check_mark:{ALICE}"
    label = sre.run("return document.querySelector('.reaction[aria-pressed=true]').ariaLabel")
    assert label == "white check mark, 1: Alice Nguyen"
    sre.choose_in_menu(PICKER, "✅ white check mark")
    sre.wait("return document.querySelectorAll('.reaction').length === 1")
    sre.click(".reaction")
    sre.sees(".reaction[aria-pressed=true]", "2")
    pressed = sre.run("return document.activeElement.dataset.action")
    assert pressed == f"reaction {ts} memo::skin-tone-3", "the focus stays"
    sre.click(".reaction")
    sre.sees(".reaction[aria-pressed=false]", "1")
    assert slack.workspace.messages[ts].reactions == (f"memo::skin-tone-3:{BENOIT}",)


def test_files_and_forwarded_messages(sandbox: Sandbox, sre: Browser) -> None:
    slack = sandbox.world.slack
    said = next(m for m in slack.workspace.messages.values() if m.channel == "C0PLATFORM")
    slack.upload(BENOIT, SRE, ["<b>graph</b>.png"], "look")
    slack.forward(BENOIT, "C0PLATFORM", said.ts, SRE, "and this")
    slack.webhook(SRE, "disk full", "Graphs")
    sre.sees(".files-shared li", "<b>graph</b>.png")
    sre.sees(".attached", "Deploying the new connection pool after lunch")
    assert (
        sre.run("return document.querySelector('.attached a').getAttribute('href')")
        == f"#C0PLATFORM/{said.ts}"
    )
    sre.sees(".message:last-child header", "Graphs")


def test_the_channel_is_renamed_archived_and_opened_again(sandbox: Sandbox, sre: Browser) -> None:
    channel = sandbox.bot.slack.conversations_create(name="incident-2026-11-23-x")["channel"]["id"]
    sandbox.bot.slack.conversations_invite(channel=channel, users=ALICE)
    sandbox.world.slack.type(ALICE, channel, "over")
    sre.click(f"#channels a[href='#{channel}']")
    sre.choose_in_menu(CHANNEL_MENU, "Rename channel …")
    sre.type("#entered", "Database down\n")
    sre.sees("#channel-name", "#database-down")
    sre.choose_in_menu(CHANNEL_MENU, "Set the topic …")
    sre.type("#entered", "fixed & done\n")
    sre.sees("#topic", "fixed & done")
    sre.choose_in_menu(CHANNEL_MENU, "Archive channel …")
    sre.click("#confirm .danger")
    placeholder = "return document.getElementById('draft').placeholder"
    sre.wait(f"{placeholder} === 'You are viewing #database-down, an archived channel'")
    assert sre.run("return document.getElementById('draft').disabled")
    assert sre.run("return document.querySelectorAll('[aria-label^=React]').length") == 0
    assert sandbox.world.slack.workspace.channels[channel].archived
    sre.choose_in_menu(CHANNEL_MENU, "Unarchive channel")
    sre.sees(".message.system", "un-archived the channel")
    sre.wait("return !document.getElementById('draft').disabled")
    sre.choose_in_menu(CHANNEL_MENU, "Rename channel …")
    sre.run("document.getElementById('entered').value = 'random'")
    sre.type("#entered", "\n")
    sre.sees("#toast", "name_taken")
    assert len(sre.complaints()) == 1, "the browser says so, too"


def test_an_admin_unpins_and_deletes_what_the_bot_said(sandbox: Sandbox, sre: Browser) -> None:
    ts = sandbox.bot.slack.chat_postMessage(channel=SRE, text="Briefing")["ts"]
    sandbox.bot.slack.pins_add(channel=SRE, timestamp=ts)
    sre.sees(".message.pinned", "Briefing")
    sre.choose_in_menu(MENU, "Unpin from channel")
    sre.wait("return document.querySelector('.message.pinned') === null")
    assert sandbox.world.slack.workspace.channels[SRE].pins == ()
    sre.be(BENOIT)
    sre.wait("return document.querySelector('#messages').dataset.place.startsWith('U0BENOIT')")
    items = ITEMS, f"{LAST} .menu [role=menuitem]"
    assert "Delete message …" not in sre.run(*items)
    sre.be(ALICE)
    sre.wait("return document.querySelector('#messages').dataset.place.startsWith('U0ALICE')")
    sre.choose_in_menu(MENU, "Delete message …")
    sre.click("#confirm .danger")
    sre.wait("return document.querySelectorAll('#messages .message').length === 0")
    assert ts not in sandbox.world.slack.workspace.messages
