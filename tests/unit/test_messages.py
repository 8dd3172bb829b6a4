"""Every message: within Slack's limits, people's words exactly, and its text what a screen reader needs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.commands.registry import COMMANDS, opened_by
from incident.commands.severity import LABELS, SetSeverity
from incident.commands.update import STATUSES, PostUpdate
from incident.messages import asking, card, person
from incident.messages import incident as incident_messages
from incident.messages import intake as intake_messages
from incident.messages import line as line_messages
from incident.messages.bilingual import merged
from incident.messages.card import Known
from incident.messages.english import ENGLISH
from incident.messages.french import FRENCH
from incident.messages.incident import LAST_UPDATE_LIMIT, TOPIC_LIMIT
from incident.messages.line import Standing
from incident.messages.rich import Message
from incident.messages.words import Words
from incident.model.facts import Fact
from incident.model.incident import Deliverable, Role, Severity, Status
from incident.model.marks import Mark
from incident.model.slack_text import as_typed, escape, one_line, readable
from incident.sandbox.slack import mrkdwn
from tests.unit.builders import (
    CALL,
    CHANNEL_URL,
    CLIPPING,
    DATE,
    LAST_UPDATE,
    LINES,
    NOTHING_YET,
    OF_SLACK,
    OWN,
    QUOTING,
    REPORT,
    RUN,
    THERE,
    UNFILLED,
    buttons,
    incident,
    labels,
    lines,
    literal,
    marked_up,
    objects,
    shown,
    told,
)
from tests.unit.hostile import NASTY, TITLES, anything
from tests.unit.incidents import line_of

LANGUAGES = pytest.mark.parametrize("say", [ENGLISH, FRENCH], ids=["en", "fr"])
TEXT_LIMIT = 4000
"""https://docs.slack.dev/reference/methods/chat.postMessage#truncating"""
LONG = ("& <!channel> é" * 3000)[:40_000]
"""As much as Slack lets a person say: https://docs.slack.dev/reference/methods/chat.postMessage"""
MENTION = re.compile(r"<[@#][A-Z0-9]+>|<!subteam\^[A-Z0-9]+>")


def kept(text: str) -> str:
    """As much of people's words as a block may hold."""
    return text if len(text) <= 2990 else text[:2980]


@LANGUAGES
@pytest.mark.parametrize("name", QUOTING)
@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_peoples_words_appear_exactly_and_are_never_markup(say: Words, name: str, title: str) -> None:
    if name in {"not_recorded", "not_known_if_recorded"}:
        title = title[:2900].rstrip()
    message = QUOTING[name](say, title)
    blocks = shown(message)
    title = readable(title).strip() if name in OF_SLACK else title
    assert any(kept(title) in text for text in literal(blocks)) or kept(title) in "".join(literal(blocks))
    assert not any(title[:40] in text or escape(title[:40]) in text for text in marked_up(blocks))
    assert escape(title[:60]) in message.text or name == "question"


@LANGUAGES
@pytest.mark.parametrize("name", CLIPPING)
@pytest.mark.parametrize("words", TITLES, ids=range(len(TITLES)))
def test_words_that_are_cut_are_never_markup(say: Words, name: str, words: str) -> None:
    message = CLIPPING[name](say, words)
    blocks = shown(message)
    assert any(start[:40] in text for start in (words, readable(words)) for text in literal(blocks))
    assert not any(words[:40] in text or escape(words[:40]) in text for text in marked_up(blocks))


@LANGUAGES
@pytest.mark.parametrize("name", LAST_UPDATE)
@pytest.mark.parametrize("words", TITLES, ids=range(len(TITLES)))
def test_the_last_update_is_quoted_exactly_and_is_never_markup(say: Words, name: str, words: str) -> None:
    blocks = shown(LAST_UPDATE[name](say, words))
    said = readable(words).strip()
    whole = said if len(said) <= LAST_UPDATE_LIMIT else said[: LAST_UPDATE_LIMIT - 1].rstrip()
    assert any(text.startswith(whole) and len(text) <= LAST_UPDATE_LIMIT for text in literal(blocks))
    assert not any(words[:40] in text or escape(words[:40]) in text for text in marked_up(blocks))
    assert any("<@U012ABCDEF>" in text for text in marked_up(blocks))


@LANGUAGES
def test_the_words_of_the_issue_are_shown_exactly(say: Words) -> None:
    for name, build in {**QUOTING, **LAST_UPDATE}.items():
        blocks = shown(build(say, NASTY))
        assert any(NASTY in text for text in literal(blocks)), name
        assert "<!channel>" not in build(say, NASTY).text


@LANGUAGES
@pytest.mark.parametrize("name", [*QUOTING, *CLIPPING, *(f"last update: {name}" for name in LAST_UPDATE)])
@pytest.mark.parametrize("words", [LONG, "<" * 40_000, "🔥" * 20_000, "a\n" * 20_000], ids=range(4))
def test_the_text_of_a_message_is_never_cut_by_slack(say: Words, name: str, words: str) -> None:
    """Slack cuts where it likes, also in the middle of a mention."""
    if name in {"not_recorded", "not_known_if_recorded"}:
        return  # words that come back whole; an answer to a command is not cut at 4000
    build = {**QUOTING, **CLIPPING, **{f"last update: {name}": one for name, one in LAST_UPDATE.items()}}
    message = build[name](say, one_line(words) if name not in OF_SLACK else words)
    shown(message)
    assert len(message.text) < TEXT_LIMIT
    assert "<!channel>" not in message.text


@LANGUAGES
@pytest.mark.parametrize("name", OWN)
def test_the_bots_own_words_are_valid(say: Words, name: str) -> None:
    for message in OWN[name](say):
        written = [message.text, *literal(shown(message)), *marked_up(shown(message))]
        assert not any(UNFILLED.search(DATE.sub("", text)) for text in written)
        assert len(message.text) < TEXT_LIMIT


@settings(max_examples=30)
@given(st.one_of(anything, st.text()), st.sampled_from([ENGLISH, FRENCH]))
def test_any_title_makes_valid_messages(text: str, say: Words) -> None:
    title = one_line(text) or "x"
    for build in (*QUOTING.values(), *CLIPPING.values(), *LAST_UPDATE.values()):
        shown(build(say, title))


@LANGUAGES
def test_a_text_on_several_lines_keeps_them(say: Words) -> None:
    text = "first  line\n\n • second & <third>"
    for name in ("question", "line", "followed_update", "decided", "not_recorded", "not_known_if_recorded"):
        message = QUOTING[name](say, text)
        assert text in "".join(literal(shown(message)))


# Lines of changes.


def line(say: Words, command: Any) -> Message:
    """What the channel reads of a command of Ana's."""
    return line_messages.line(say, line_of(command, say.locale), Standing("U0ANA"))


@LANGUAGES
def test_the_notification_of_a_line_reads_like_the_line(say: Words) -> None:
    said = line(say, PostUpdate("first  line &amp; more", promise="none")).text
    by = {"en": "*Update* from <@U0ANA>", "fr": "*Mise à jour* de <@U0ANA>"}[say.locale]
    assert said == say.headline.format(kind=by, title="first  line &amp; more")
    assert (
        line(say, SetSeverity("sev2")).text
        == {
            "en": "<@U0ANA> put this at *SEV2, major*: updates every 30 minutes from now.",
            "fr": "<@U0ANA> a fixé la gravité à *SEV2, majeure*\u00a0: "
            "désormais une mise à jour toutes les 30 minutes.",
        }[say.locale]
    )


@LANGUAGES
def test_a_line_that_quotes_nothing_has_no_quote(say: Words) -> None:
    kinds = [one.get("type") for one in objects(shown(line(say, SetSeverity("sev2"))))]
    assert "rich_text_quote" not in kinds
    assert "user" in kinds
    quoting = shown(line(say, SetSeverity("sev2", "it spreads")))
    assert "rich_text_quote" in [one.get("type") for one in objects(quoting)]


@LANGUAGES
@pytest.mark.parametrize("command", LINES, ids=lambda one: type(one).__name__)
def test_a_screen_reader_hears_of_a_line_who_what_and_what_to_press(say: Words, command: Any) -> None:
    message = line(say, command)
    blocks = shown(message)
    for one in objects(blocks):
        if one.get("type") == "user":
            assert f"<@{one['user_id']}>" in message.text
        if one.get("type") == "usergroup":
            assert f"<!subteam^{one['usergroup_id']}>" in message.text
    for label in labels(blocks):
        assert escape(label) in message.text, "what can be pressed"
    for small_print in marked_up(blocks):
        assert all(piece in message.text for piece in small_print.splitlines())


@LANGUAGES
def test_a_line_that_was_taken_back_is_struck_and_nothing_of_it_can_be_pressed(say: Words) -> None:
    for command in LINES:
        said = line_of(command, say.locale)
        message = line_messages.line(say, said, Standing("U0ANA", undone_by="U0ALICE"))
        blocks = shown(message)
        assert labels(blocks) == []
        assert not [one for one in objects(blocks) if one.get("type") == "users_select"]
        assert all(
            one["style"]["strike"] for one in objects(blocks) if one.get("type") == "text" and "style" in one
        )
        assert any(one.get("style", {}).get("strike") for one in objects(blocks))
        assert say.undone.format(person="<@U0ALICE>") in message.text


@LANGUAGES
def test_a_line_names_sixty_people_and_counts_the_rest(say: Words) -> None:
    from incident.commands.line import Line, People  # noqa: PLC0415

    crowd = People([f"U{number:04}" for number in range(250)], ["S0ALL"])
    message = line_messages.line(
        say, Line("{person}: {called}", {"called": crowd}, more=["{called}", "{called}"]), Standing("U0ANA")
    )
    blocks = shown(message)
    assert len([one for one in objects(blocks) if one.get("type") == "user"]) < 70
    assert "+191" in "".join(literal(blocks))
    assert "+191" in message.text
    assert len(message.text) < TEXT_LIMIT


@LANGUAGES
def test_the_buttons_of_a_message_are_told_apart_and_fit(say: Words) -> None:
    messages = [*lines(say), *(message for build in OWN.values() for message in build(say))]
    for message in messages:
        found = labels(shown(message))
        assert len(set(found)) == len(found)
        assert all(0 < len(label) <= 30 for label in found), (
            "half of Slack's 75, as there may be two languages"
        )


BOTH = {**QUOTING, **CLIPPING, **{f"last update: {name}": build for name, build in LAST_UPDATE.items()}}
PUBLIC = ("briefing", "board", "vacant", "lines", "notices in the channel", "notices elsewhere")
"""Those of the bot's own messages that a channel reads."""


@pytest.mark.parametrize("name", [name for name in BOTH if "recorded" not in name])
@pytest.mark.parametrize("words", [NASTY, LONG], ids=["nasty", "long"])
def test_in_both_languages_at_once_messages_are_valid_and_fit(name: str, words: str) -> None:
    words = words if name in OF_SLACK else one_line(words)
    message = merged([BOTH[name](say, words) for say in (ENGLISH, FRENCH)])
    assert len(message.text) < TEXT_LIMIT
    assert not any("<!channel>" in text for text in (message.text, *marked_up(shown(message))))


@pytest.mark.parametrize("name", PUBLIC)
def test_what_a_channel_reads_in_both_languages_says_who_leads_in_each(name: str) -> None:
    for english, french in zip(OWN[name](ENGLISH), OWN[name](FRENCH), strict=True):
        message = merged([english, french])
        blocks = shown(message)
        assert len(message.text) < TEXT_LIMIT
        assert english.text in message.text
        assert french.text in message.text
        assert all(
            label in " ".join(labels(blocks)) for one in (english, french) for label in labels(shown(one))
        )


# What is longer than its place.


@LANGUAGES
@pytest.mark.parametrize("length", [1, 2900, 2990, 2991, 6001, 12_000])
def test_words_that_were_not_recorded_come_back_whole(say: Words, length: int) -> None:
    text = "".join(chr(ord("a") + n % 26) for n in range(length))
    blocks = shown(intake_messages.not_recorded(say, text))
    assert f"/incident {text}" in "".join(literal(blocks))


@LANGUAGES
@given(text=st.one_of(anything, st.sampled_from(TITLES)))
def test_topic_and_purpose_fit(say: Words, text: str) -> None:
    title = one_line(text) or "x"
    for build in (incident_messages.topic, incident_messages.purpose):
        made = build(say, incident(title))
        assert len(made) <= TOPIC_LIMIT == 250
        assert list(mrkdwn.problems(made)) == []
        typed_again = as_typed(made)
        assert title in typed_again or (typed_again.endswith("…") and typed_again[:-1].rstrip()[-1:] in title)


@LANGUAGES
def test_headers_fit(say: Words) -> None:
    for title in ("x" * 148, "x" * 149, "🔥" * 300):
        for blocks in (
            shown(incident_messages.briefing(say, incident(title, **THERE))),
            shown(card.card(say, Known(incident(title, **THERE)))),
        ):
            assert blocks[0]["type"] == "header"
            assert len(blocks[0]["text"]["text"]) <= 150


# Briefing, board, receipt, card.


@LANGUAGES
def test_the_briefing_has_the_buttons_that_work(say: Words) -> None:
    def of(links: dict[str, Any]) -> set[str]:
        return set(buttons(incident_messages.briefing(say, incident("down", **links))))

    forms = {"form.PostUpdate", "form.HandOver", "form.CallIn", "form.SetSeverity"}
    assert of(THERE) == {"link.call", "link.report"} | forms
    assert of({"meet_url": CALL}) == {"link.call"} | forms
    assert of(NOTHING_YET) == forms
    assert of({**THERE, "status": "resolved"}) == {"link.call", "link.report"}
    opened = buttons(incident_messages.briefing(say, incident("down", **THERE)))
    assert (opened["link.call"], opened["link.report"]) == (CALL, REPORT)


@LANGUAGES
def test_what_the_briefings_menu_offers_is_understood(say: Words) -> None:
    (menu,) = [
        one
        for one in objects(shown(incident_messages.briefing(say, incident("down"))))
        if one.get("type") == "overflow"
    ]
    pressed = {action for spec in COMMANDS for action in spec.buttons}
    offered = [option["value"] for option in menu["options"]]
    assert offered == ["form.Note", "form.RecordDone", "form.Decide", "form.AddAction", "status.show"]
    assert all(opened_by(value) or value in pressed for value in offered)


@LANGUAGES
def test_what_is_not_there_yet_is_named_with_what_to_do_meanwhile(say: Words) -> None:
    def read(**links: str) -> str:
        return "".join(literal(shown(incident_messages.briefing(say, incident("down", **links)))))

    assert say.call_coming in read()
    assert say.report_coming in read()
    assert say.call_coming not in read(meet_url=CALL)
    assert say.report_coming not in read(document_url=REPORT)


@LANGUAGES
def test_the_first_steps_tick_themselves(say: Words) -> None:
    def read(**more: Any) -> str:
        return "".join(literal(shown(incident_messages.briefing(say, incident("down", **more)))))

    alone = {Role.INCIDENT_COMMANDER: "U1ANA", Role.OPERATIONS_LEAD: "U1ANA"}
    handed = {**alone, Role.OPERATIONS_LEAD: "U1BEN"}
    call = {"at": "2026-11-23T03:04:05+00:00", "comms": False}
    assert read(roles=alone).count("☐") == 3
    assert read(roles=alone).count("☑") == 0
    assert read(roles=handed).count("☑") == 1
    assert read(roles={**handed, Role.COMMUNICATIONS_LEAD: "U1ANA"}).count("☑") == 2
    assert read(roles=alone, calls={"c": call}).count("☑") == 1
    assert read(roles=alone, calls={"c": {**call, "comms": True}}).count("☑") == 2
    assert "☐" not in read(roles=handed, calls={"c": {**call, "comms": True}})
    assert say.everyone in read(roles=handed, calls={"c": {**call, "comms": True}})


@LANGUAGES
@pytest.mark.parametrize("severity", [None, *Severity, "sev0"])
@pytest.mark.parametrize("status", [*Status, "contained <&>"])
def test_briefing_and_board_say_how_it_stands(say: Words, severity: str | None, status: str) -> None:
    one = incident("down", severity=severity, status=status, **THERE)
    words = {str(key): value for key, value in STATUSES[say.locale].items()}.get(status, status)
    level = {str(key): value for key, value in LABELS[say.locale].items()}.get(
        severity or "", severity or say.severity_unknown
    )
    for message in (
        incident_messages.briefing(say, one),
        incident_messages.announcement(say, one, CHANNEL_URL),
        card.card(say, Known(one)),
    ):
        read = "\n".join(marked_up(shown(message)))
        assert escape(words) in read
        assert level in read
        assert escape(words) in message.text
        assert level in message.text


@LANGUAGES
def test_a_screen_reader_hears_who_leads_where_and_what_to_press(say: Words) -> None:
    one = incident("down", **THERE)
    briefing = incident_messages.briefing(say, one)
    board = incident_messages.announcement(say, one, CHANNEL_URL)
    for message in (briefing, board):
        assert {"<@U012ABCDEF>", "<@W987ZYXWVU>"} <= set(MENTION.findall(message.text))
        assert "down" in message.text
        for label in labels(shown(message)):
            is_link = label in {say.join_call, say.open_report}
            assert label in message.text or (is_link and message is briefing), label
    assert "<#C012AB>" in board.text
    welcome = card.card(say, Known(one), is_welcome=True).text
    assert {"<@U012ABCDEF>", "<@W987ZYXWVU>"} <= set(MENTION.findall(welcome))
    receipt = incident_messages.ready(say, one).text
    assert {"<#C012AB>", CALL, escape(REPORT)} <= set(re.findall(r"<#C012AB>|https?://\S+", receipt))
    assert say.nobody in incident_messages.briefing(say, incident("down", roles={})).text


@LANGUAGES
def test_a_screen_reader_hears_what_a_person_can_press(say: Words) -> None:
    one = incident("down", **THERE)
    for message in (
        person.followed_update(say, one, "U1ANA", "x"),
        person.decided(say, one, "U1ANA", "x", RUN),
        asking.question(say, "x", RUN),
        asking.which_incident(say, "update", [one], RUN),
    ):
        for label in labels(shown(message)):
            assert label in message.text
    for role in Role:
        note = person.role_note(say, one, role)
        assert "<#C012AB>" in note.text
        assert all(
            text.strip() in note.text.replace("`", "") for text in literal(shown(note)) if len(text) > 20
        )
    assert "<@U012ABCDEF>" in person.listing(say, [one]).text
    assert "<#C012AB>" in person.listing(say, [one]).text


@LANGUAGES
def test_the_card_says_what_is_decided_to_be_done_late_and_last(say: Words) -> None:
    known = told("what people said")
    blocks = shown(card.card(say, known))
    read = "\n".join([*literal(blocks), *marked_up(blocks)])
    for title in (say.card_decisions, say.card_now, say.card_story):
        assert title in read
    assert say.deliverables[Deliverable.CALL] + " (Google Meet)" in read
    assert say.deliverables[Deliverable.REPORT] in read
    assert say.card_update_none not in read
    links = [one["url"] for one in objects(blocks) if one.get("type") == "link"]
    facts = [one for one in known.story[-7:] if isinstance(one, Fact)]
    assert set(links) >= {known.links[fact.id] for fact in facts if fact.id in known.links}
    marks = [one for one in known.story[-7:] if isinstance(one, Mark)]
    assert set(links) >= {mark.link for mark in marks}
    assert [say.deleted in line for line in literal(blocks) if "💬" in line] == [False, True]
    assert say.card_update_none in "".join(literal(shown(card.card(say, Known(incident("down"))))))


@LANGUAGES
@pytest.mark.parametrize(
    ("versions", "agree"), [((7, 7), True), ((9, 7), True), ((7, 6), False), ((0, 7), False)]
)
def test_the_card_says_whether_the_surfaces_agree(say: Words, versions: tuple[int, int], agree: bool) -> None:
    shown_versions = dict(zip((Deliverable.TOPIC, Deliverable.REPORT), versions, strict=True))
    known = Known(incident("down", version=7), shown=shown_versions)
    read = "\n".join(marked_up(shown(card.card(say, known))))
    assert (say.card_all_there.format(newest=7) in read) is agree
    if not agree:
        assert f"{say.surfaces[Deliverable.TOPIC]} {versions[0]}" in read
