from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.bot import CHANNEL, literal

if TYPE_CHECKING:
    from tests.browser.chromium import Browser
    from tests.browser.conftest import Sandbox

ALICE = "U0ALICE"
GENERAL = "C0GENERAL"
TYPED = """<!channel> & <@U1> &lt; &amp;lt; =HYPERLINK("http://x") <img src=x onerror=alert(1)> {{title}}"""
HOSTILE = f"{TYPED} *bold* _it_ `code`"


def declare(sandbox: Sandbox) -> str:
    sandbox.world.slack.type(ALICE, GENERAL, "/incident database is down")
    found = sandbox.world.slack.workspace.channel_named(CHANNEL)
    assert found is not None
    return found.id


def test_declaring_from_the_composer(browser: Browser) -> None:
    browser.click(".try")
    assert browser.run("return document.getElementById('draft').value") == "/incident database is down"
    browser.type("#draft", "\n")

    assert "Only visible to you" in browser.text(".message.ephemeral")
    assert CHANNEL in browser.text("#channels a.unread")
    browser.click(".message.ephemeral a.mention")

    browser.sees(".message.pinned")
    assert browser.text("#channel-name") == f"#{CHANNEL}"
    assert browser.text("#topic") == "Database is down"
    assert browser.text("#pin-count") == "1"
    assert browser.text("#bookmarks") == "📝 Report"
    assert "Incident bot has joined the channel" in browser.text("#messages")
    assert "🚨 Call Report @Alice Nguyen" in browser.text(".message.pinned")
    assert browser.run("return document.querySelector('#draft').value + document.activeElement.id") == "draft"


def test_links_lead_to_the_report_the_sheet_and_the_call(sandbox: Sandbox, browser: Browser) -> None:
    browser.open(f"{sandbox.url}/#{declare(sandbox)}")
    browser.sees(".message.pinned")
    links = browser.run("return [...document.querySelectorAll('.message.pinned .text a')].map((a) => a.href)")
    call, report = links
    spreadsheet = f"{sandbox.url}/spreadsheet/{sandbox.world.workspace.spreadsheet_id}"
    folder = f"{sandbox.url}/folder/{sandbox.world.workspace.folder_id}"

    browser.open(report)
    assert browser.text(".paper h1") == "Database is down"
    assert "{{commander}}" in browser.text(".paper mark:nth-of-type(1)") + browser.text(".paper")
    browser.open(call)
    assert "TRUSTED" in browser.text(".call")
    browser.open(spreadsheet)
    assert "operations lead" in browser.text(".sheet tbody tr")
    browser.open(folder)
    assert browser.text(".files") == "Report: database is down"


def test_what_a_person_types_shows_exactly_its_characters(browser: Browser) -> None:
    browser.type("#draft", f"{TYPED}\n")
    assert browser.wait("return document.querySelectorAll('.message .text')[1]?.textContent") == TYPED
    assert browser.run("return document.querySelectorAll('#messages img, #messages .everyone').length") == 0


def test_literal_blocks_show_exactly_their_characters(sandbox: Sandbox, browser: Browser) -> None:
    sandbox.bot.slack.chat_postMessage(channel="C0SRE", text="Words", blocks=literal(HOSTILE))
    browser.click("#channels a[href='#C0SRE']")
    assert browser.wait("return document.querySelector('.message .rich p')?.textContent") == HOSTILE
    assert browser.text(".message h3") == HOSTILE
    topic = TYPED.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    sandbox.bot.slack.conversations_setTopic(channel="C0SRE", topic=f"*{topic}*")
    browser.sees("#topic", f"*{TYPED}*")
    browser.sees(".message.system", f"*{TYPED}*")
    assert browser.run("return document.querySelectorAll('#messages img, #messages .everyone').length") == 0


def test_a_formula_is_told_from_a_text_that_looks_like_one(sandbox: Sandbox, browser: Browser) -> None:
    place = f"v4/spreadsheets/{sandbox.world.workspace.spreadsheet_id}/values/Incidents!A1:append"
    formula = '=HYPERLINK("https://example.com/", "Report")'
    for option in ("RAW", "USER_ENTERED"):
        sandbox.bot._google(f"{place}?valueInputOption={option}", {"values": [[formula]]})
    browser.open(f"{sandbox.url}/spreadsheet/{sandbox.world.workspace.spreadsheet_id}")
    assert browser.text("tbody tr:nth-child(2) td") == formula
    assert browser.run("return document.querySelectorAll('tbody tr:nth-child(2) .formula').length") == 0
    assert browser.text("tbody tr:nth-child(3) td > a") == "Report"
    assert formula in browser.text("tbody tr:nth-child(3) td .formula")


def test_a_modal_keeps_what_was_typed_and_shows_what_is_wrong(sandbox: Sandbox, browser: Browser) -> None:
    browser.type("#draft", "/incident\n")
    browser.type("dialog input", "db")
    browser.click("dialog [type=submit]")

    browser.wait("return document.querySelector('dialog .error').textContent === 'Say a little more.'")
    field = "const input = document.querySelector('dialog input'); return "
    assert browser.run(field + "[input.value, input.ariaInvalid]") == ["db", "true"]
    browser.type("dialog input", " is down")
    browser.run("document.querySelector('dialog select').value = 'sev-1'")
    browser.click("dialog [type=submit]")

    browser.wait("return !document.querySelector('dialog').open")
    [(what, values)] = sandbox.bot.hears_of(1)
    assert what == "submitted"
    assert values["title"]["words"]["value"] == "db is down"
    assert values["severity"]["severity"]["selected_option"]["value"] == "sev-1"


def test_a_modal_closes_with_escape(sandbox: Sandbox, browser: Browser) -> None:
    browser.type("#draft", "/incident\n")
    browser.type("dialog input", Keys.ESCAPE)
    browser.wait("return !document.querySelector('dialog').open")
    assert not sandbox.world.slack.workspace.views


def test_a_button_reaches_the_bot(sandbox: Sandbox, browser: Browser) -> None:
    browser.open(f"{sandbox.url}/#{declare(sandbox)}")
    browser.click("[data-action=resolve]")
    browser.wait("return document.querySelector('[data-action=resolve]').ariaDisabled === null")
    assert sandbox.bot.hears_of(1) == [("pressed", "resolve")]


def test_menus_reach_the_bot(sandbox: Sandbox, browser: Browser) -> None:
    severities = [
        {"text": {"type": "plain_text", "text": word.upper()}, "value": word} for word in ("sev-1", "sev-2")
    ]
    menus = [
        {"type": "users_select", "action_id": "lead"},
        {"type": "static_select", "action_id": "severity", "options": severities},
        {"type": "overflow", "action_id": "more", "options": severities},
    ]
    blocks = [{"type": "actions", "elements": menus}]
    sandbox.bot.slack.chat_postMessage(channel="C0SRE", text="Who leads?", blocks=blocks)
    browser.click("#channels a[href='#C0SRE']")
    chosen = [("lead", "U0ZOE"), ("severity", "sev-2"), ("more", "sev-1"), ("more", "sev-1")]
    for number, (action, value) in enumerate(chosen, 1):
        if action == "more":
            browser.choose_in_menu("[data-action=more]", value.upper())
        else:
            browser.choose(f"[data-action={action}]", value)
        assert sandbox.bot.hears_of(number)[-1] == ("chose", value)
    assert browser.run("return document.querySelector('[data-action=severity]').value") == "sev-2"


def test_everybody_sees_what_is_theirs(sandbox: Sandbox, browser: Browser) -> None:
    declare(sandbox)
    browser.sees(".message.ephemeral")
    assert "security-response" in browser.text("#channels")
    browser.be("U0ZOE")
    assert browser.run("return document.querySelectorAll('.message.ephemeral').length") == 0
    channels = browser.text("#channels")
    assert "security-response" not in channels
    assert "Channels you are not in" in channels
    browser.click("#channels a[href='#C0PLATFORM']")
    browser.click("#join")
    browser.wait("return document.getElementById('join').hidden")
    assert "U0ZOE" in sandbox.world.slack.workspace.channels["C0PLATFORM"].members
    browser.run("localStorage.clear()")


def test_switches_break_services_and_mend_them(sandbox: Sandbox, browser: Browser) -> None:
    broken = sandbox.world.fault_injector.broken
    browser.click("#tab-switches")
    browser.click(".switch input[name=switch-docs][value=failing]")
    browser.sees("#tab-switches.troubled")
    assert broken() == ("docs.*",)
    browser.click(".switch input[name=switch-meet][value=slow]")
    browser.sees(".switch.slow")
    assert dict(sandbox.world.fault_injector.delays) == {"meet.*": (3.0, 5.0)}
    browser.click("#panel section > .button")
    browser.wait("return !document.querySelector('#tab-switches.troubled')")
    assert broken() == ()
    assert sandbox.world.fault_injector.delays == {}


def test_a_tick_and_how_refusals_slow_deliveries_down(sandbox: Sandbox, browser: Browser) -> None:
    browser.click("#tab-switches")
    browser.click("#tick")  # no worker listens, so it is refused until deliveries are slowed down
    browser.sees(".queue li", "tick")
    browser.sees(".queue .backoff", "one delivery every 0.")
    (waiting,) = sandbox.world.pubsub.snapshot()["undelivered"]
    assert waiting["message"]["attributes"] == {"kind": "tick", "id": "tick"}


def test_behind_the_scenes_shows_what_happened(sandbox: Sandbox, browser: Browser) -> None:
    with sandbox.world.audit.open("a", encoding="utf-8") as log:
        log.write(
            '{"severity": "INFO", "event": "incident.step.completed", "message": "ok", "step": "channel"}\n'
        )
    declare(sandbox)
    browser.sees("#panel .paper h1", "Database is down")
    browser.click("#tab-audit")
    assert "incident.step.completed channel" in browser.text("#panel .line").replace("\n", " ")
    browser.click("#tab-calls")
    assert browser.text("#panel .remote").split() == ["1", "meet", "spaces.create"]
    browser.click("#tab-call")
    assert "TRUSTED" in browser.text("#panel .call")
    browser.click("#tab-spreadsheet")
    assert "commander" in browser.text("#panel .sheet")


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(sandbox: Sandbox, browser: Browser, *, dark: bool) -> None:
    browser.resize(390, 844, dark=dark)
    browser.open("about:blank")
    browser.open(f"{sandbox.url}/#{declare(sandbox)}")
    browser.sees(".message.pinned")
    assert browser.run("return document.documentElement.scrollWidth") == 390
    browser.click("#open-sidebar")
    browser.wait("return document.getElementById('sidebar').getBoundingClientRect().left === 0")
    browser.click("#channels a[href='#C0SRE']")
    browser.wait("return document.getElementById('sidebar').getBoundingClientRect().right <= 0")
    browser.click("#toggle-backstage")
    browser.sees("#panel .paper")
    browser.click("#toggle-backstage")
    browser.wait("return !document.getElementById('backstage').checkVisibility()")
